/** The first steps on a new server: what is done, as the server sees it, and the commands of the last two. */
import type { FirstCommands, FirstStep, FirstSteps } from '../../../views/pages/console-first-steps.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { scimApiOf } from '../../domain/vocabulary/scim-api.ts';
import { ssfApiOf } from '../../domain/vocabulary/ssf-api.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { firstCommands } from './first-commands.ts';

/** One of them may be the management API, which a first start registers. */
const NEWEST_APIS = 20;
const NEWEST_AGENTS = 50;

const firstStepsHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>): string => `${basePath}/console/first-steps`;

/** Whether the steps concern the account: it may take them. */
export const seesFirstSteps = (calls: ConsoleCalls, { account }: Viewer, frame: ConsoleFrame): boolean =>
  frame.seesAll && calls.may('createResourceServer', account) && calls.may('createAgent', account);

type Parties = {
  readonly apis: readonly { readonly name: string; readonly identifier: string; readonly scopes: readonly string[] }[];
  readonly agents: readonly { readonly id: string; readonly name: string; readonly redirectUri?: string }[];
};

/** Reads a few of the newest objects, in the name of the viewer. */
const partiesOf = async (deps: ConsoleDeps, calls: ConsoleCalls, { account, by }: Viewer): Promise<Parties> => {
  const [servers, agents] = await Promise.all([
    calls.run('listResourceServers', account, by, { query: { limit: NEWEST_APIS } }),
    calls.run('listAgents', account, by, { query: { limit: NEWEST_AGENTS } }),
  ]);
  const own = [managementApiOf, scimApiOf, ssfApiOf].map((of) => of(deps.issuer));
  return {
    apis: (servers.body?.items ?? [])
      .filter(({ identifier }) => !own.includes(identifier))
      .map(({ name, identifier, scopes }) => ({ name, identifier, scopes: scopes.map((scope) => scope.name) })),
    agents: (agents.body?.items ?? [])
      .filter(({ state }) => state !== 'retired')
      .map(({ id, name, state, redirect_uris: [redirectUri] = [] }) => ({
        ...{ id, name },
        ...(state === 'active' && redirectUri !== undefined ? { redirectUri } : {}),
      })),
  };
};

const hasDelegation = async (calls: ConsoleCalls, { account, by }: Viewer): Promise<boolean> =>
  ((await calls.run('listDelegations', account, by, { query: { limit: 1 } })).body?.items ?? []).length > 0;

/** A step is done when its objects are there, also if an earlier one is not. The first that is not done comes next. */
const stepsOf = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  { apis, agents }: Parties,
): Promise<readonly FirstStep[]> => {
  const [isConsented, uses] = await Promise.all([
    hasDelegation(calls, viewer),
    deps.registered.lastUses(agents.map(({ id }) => id)),
  ]);
  const commands = `${firstStepsHref(deps)}#try`;
  const steps = [
    { kind: 'api', isDone: apis.length > 0, href: `${deps.basePath}/console/resource-servers/new` },
    { kind: 'agent', isDone: agents.length > 0, href: `${deps.basePath}/console/agents/new` },
    { kind: 'consent', isDone: isConsented, href: commands },
    { kind: 'token', isDone: uses.size > 0, href: commands },
  ] as const;
  const next = steps.findIndex(({ isDone }) => !isDone);
  return steps.map(({ kind, isDone, href }, index) => ({
    ...{ kind, href },
    state: isDone ? 'done' : index === next ? 'next' : 'later',
  }));
};

/** The steps of the overview; undefined once all are done. */
export const openSteps = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
): Promise<FirstSteps | undefined> => {
  const steps = await stepsOf(deps, calls, viewer, await partiesOf(deps, calls, viewer));
  if (steps.every(({ state }) => state === 'done')) return undefined;
  return { steps, hideAction: `${firstStepsHref(deps)}/hide` };
};

/** All of the page: the steps, and the commands for the newest agent and API that fit. */
export const firstStepsModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
): Promise<{ readonly firstSteps: FirstSteps; readonly commands?: FirstCommands }> => {
  const parties = await partiesOf(deps, calls, viewer);
  const steps = await stepsOf(deps, calls, viewer, parties);
  const api = parties.apis.find(({ scopes }) => scopes.length > 0);
  const agent = parties.agents.find(({ redirectUri }) => redirectUri !== undefined);
  if (api === undefined || agent?.redirectUri === undefined) return { firstSteps: { steps } };
  const { issuer, identifiers } = deps;
  const { id, name, redirectUri } = agent;
  const asked = { issuer, agent: { id, name, redirectUri }, api, verifier: identifiers.newSecret() };
  return { firstSteps: { steps }, commands: firstCommands(asked) };
};
