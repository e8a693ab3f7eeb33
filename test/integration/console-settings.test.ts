/** Webhooks and signing keys in the console. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const send = async (
  browser: Browser,
  path: string,
  action: RegExp,
  filling: Parameters<Browser['submit']>[2] = {},
): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status}`);
  return browser.submit(page, form, filling);
};
const eventsSince = async (before: number) => {
  await server.settled();
  return (await server.events()).slice(before).filter(({ type }) => type !== 'management.permitted');
};
const written = async (): Promise<number> => {
  await server.settled();
  return (await server.events()).length;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await scene.management.call('POST', '/accounts', { ...ADMIN, name: 'Root', roles: ['administrator'] });
  operator = newBrowser(server.issuer);
  await submitSignIn(operator, await operator.open(at('/console')), OPERATOR);
}, 60_000);

afterAll(() => server?.close());

test('a webhook is created, its secret shown once, then changed, stopped and deleted, each with its event', async () => {
  const before = await written();
  const made = await send(operator, '/console/webhooks/new', /webhooks$/, {
    set: { name: 'Tickets', url: 'https://hooks.example.com/x', owner: scene.person.username },
    check: (_, value) => value === 'agent.killed',
  });
  expect([made.status, made.text]).toEqual([200, expect.stringMatching(/whsec_/)]);
  const [, id = ''] = /(whk_\w+)/.exec(made.html) ?? [];
  const read = async () => (await scene.management.call('GET', `/webhooks/${id}`)).body;
  expect(await read()).toMatchObject({ name: 'Tickets', owner: scene.accountId, kinds: ['agent.killed'] });
  const page = await operator.open(at(`/console/webhooks/${id}`));
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('not verified')]);
  expect(page.html).not.toContain('whsec_');
  await send(operator, `/console/webhooks/${id}/edit`, /edit$/, { set: { name: 'Support' } });
  expect(await read()).toMatchObject({ name: 'Support', owner: scene.accountId });
  expect((await send(operator, `/console/webhooks/${id}`, /stop$/)).text).toContain('stopped');
  const untyped = await send(operator, `/console/webhooks/${id}/delete`, /delete$/, { set: { confirm: 'Tickets' } });
  expect([untyped.status, untyped.text]).toEqual([400, expect.stringContaining('Type Support.')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  const removed = await send(operator, `/console/webhooks/${id}/delete`, /delete$/, { set: { confirm: ' support ' } });
  expect(removed.text).toContain('Deleted.');
  expect((await operator.open(at(`/console/webhooks/${id}`))).status).toBe(404);
  const types = (await eventsSince(before)).map(({ type }) => type).filter((type) => type.startsWith('webhook.'));
  expect(types).toEqual(['webhook.created', 'webhook.updated', 'webhook.stopped', 'webhook.removed']);
});

test('signing keys are shown to administrators, and rotated with a fresh second factor only', async () => {
  expect((await operator.open(at('/console/keys'))).status).toBe(403);
  const plain = newBrowser(server.issuer);
  const first: Person = { username: 'admin', password: 'correct horse battery staple' };
  await submitSignIn(plain, await plain.open(at('/console')), first);
  const refused = await send(plain, '/console/keys/rotate', /rotate$/);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
  const before = await written();
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });
  expect(await server.events('keys.rotated')).toEqual([]);
  const admin = await freshFactorBrowser(server, ADMIN);
  const done = await send(admin, '/console/keys/rotate', /rotate$/);
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('New keys are published.')]);
  expect((await eventsSince(before)).map(({ type }) => type)).toContain('keys.rotated');
});
