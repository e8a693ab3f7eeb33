/** A server on which agents change hands, for tests of what the owner of before leaves behind. */
import { type HandOverWorld, handOverWorld } from './hand-over-world.ts';
import { type RunningServer, runServer } from './running-server.ts';

export let server: RunningServer;
export let world: HandOverWorld;

/** Starts the server for a test file. */
export const startHandOvers = async (): Promise<void> => {
  server = await runServer();
  world = await handOverWorld(server);
};
/** Closes it. */
export const closeHandOvers = async (): Promise<void> => {
  await server?.close();
};

export const eventsOf = async (type: Parameters<RunningServer['events']>[0], agent: string) =>
  (await server.events(type)).filter((event) => event.agent === agent);

/** Ada says yes to the next payments, too. */
export const standingFor = async (authReqId: string, agent: string): Promise<void> => {
  const asked = await world.service.find(authReqId, agent);
  if (!asked) throw new Error('no approver is asked');
  await world.approve(asked);
  const page = await world.browser.open(`${world.issuer}/account/approvals/${asked.id}`);
  const form = page.forms.find(({ action }) => action.endsWith('/standing'));
  if (!form) throw new Error(`nothing more can be said on ${page.text}`);
  await world.browser.submit(page, form, { set: { uses: '10', seconds: '3600' } });
};

/** An agent of a group of two, which Ada allowed to see her balance and to pay, and two people who are in no group. */
export const ofGroup = async () => {
  groups += 1;
  const named = ['first', 'second', 'third', 'fourth'].map((name) => `${name}-${groups}`);
  const made = await Promise.all(named.map((username) => world.management.createAccount({ username, name: username })));
  const [one, two, ...strangers] = made.map(({ id }) => id) as [string, string, string, string];
  const members = [one, two] as const;
  const group = String((await world.api('POST', '/groups', { name: `Crew ${groups}`, members })).body['id']);
  return { group, members, strangers, ...(await world.allowed(`Of crew ${groups}`, group)) };
};
export type Owned = Awaited<ReturnType<typeof ofGroup>>;
let groups = 0;
