/** Webhooks, audit sinks and signing keys in the console. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AUDIT_RECORDS, type AuditRecord } from '../../src/domain/audit/audit-record.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { failingSink } from '../support/failing-sink.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };
const AUDITS: Person = { username: 'ruth', password: PASSWORD };
const FIRST: Person = { username: 'admin', password: 'correct horse battery staple' };
/** Nothing listens there. */
const NOWHERE = 'localhost:1';

let server: RunningServer;
let scene: Scene;
let operator: Browser;
/** An administrator who has just proved a second factor. */
let proven: Browser;

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
  server = await runServer({ environment: internalHosts({ auditSinks: NOWHERE }) });
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  for (const one of [ADMIN, AUDITS])
    await scene.management.call('POST', '/accounts', { ...one, name: 'Root', roles: ['administrator'] });
  operator = newBrowser(server.issuer);
  await submitSignIn(operator, await operator.open(at('/console')), OPERATOR);
  proven = await freshFactorBrowser(server, AUDITS);
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

test('an audit sink is created, tested, paused and deleted by an administrator with a fresh factor, each with its event', async () => {
  expect((await operator.open(at('/console/audit-sinks'))).text).toContain('There are no audit sinks.');
  expect((await operator.open(at('/console/audit-sinks/new'))).status).toBe(403);
  const before = await written();
  const create = (set: Record<string, string>) => send(proven, '/console/audit-sinks/new', /audit-sinks$/, { set });

  const placeless = await create({ name: 'SIEM', kind: 'otlp' });
  expect([placeless.status, placeless.text]).toEqual([400, expect.stringContaining('otlp needs an address')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  expect(await server.events('audit_sink.created')).toEqual([]);

  const made = await create({ name: 'SIEM', kind: 'webhook', format: 'ocsf', address: `https://${NOWHERE}/x` });
  expect([made.status, made.text]).toEqual([200, expect.stringMatching(/whsec_/)]);
  const [, id = ''] = /(snk_\w+)/.exec(made.html) ?? [];
  const path = `/console/audit-sinks/${id}`;
  const read = async () => (await scene.management.call('GET', `/audit-sinks/${id}`)).body;
  expect(await read()).toMatchObject({ name: 'SIEM', kind: 'webhook', format: 'ocsf', is_personal: false });

  const tested = await send(proven, path, /test$/);
  expect(tested.text).toContain('The test event did not arrive. The receiver cannot be reached.');
  expect(tested.html).not.toContain('whsec_');
  await send(proven, `${path}/edit`, /edit$/, { set: { name: 'SIEM of the bank' } });
  expect(await read()).toMatchObject({ name: 'SIEM of the bank', address: `https://${NOWHERE}/x` });
  expect((await send(proven, path, /pause$/)).text).toContain('Paused. Its events wait in the audit log.');
  expect(await read()).toMatchObject({ state: 'paused' });

  const rotated = await send(proven, `${path}/rotate-secret`, /rotate-secret$/);
  expect([rotated.status, rotated.text]).toEqual([200, expect.stringMatching(/whsec_/)]);
  const asked = await proven.open(at(`${path}/delete`));
  expect(asked.text).toMatch(/\d+ events wait and never reach it\./);
  const untyped = await send(proven, `${path}/delete`, /delete$/, { set: { confirm: 'SIEM' } });
  expect([untyped.status, untyped.text]).toEqual([400, expect.stringContaining('Type SIEM of the bank.')]);
  expect((await operator.open(at(`${path}/delete`))).status).toBe(403);
  const removed = await send(proven, `${path}/delete`, /delete$/, { set: { confirm: 'siem of the bank' } });
  expect(removed.text).toContain('Deleted.');
  expect((await proven.open(at(path))).status).toBe(404);
  const events = (await eventsSince(before)).filter(({ type }) => type.startsWith('audit_sink.'));
  expect(events.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual([
    'audit_sink.created done',
    'audit_sink.tested refused',
    'audit_sink.updated done',
    'audit_sink.paused done',
    'audit_sink.secret_rotated done',
    'audit_sink.removed done',
  ]);
});

test('an event that a sink refuses is skipped after a question, with a fresh factor only', async () => {
  const plain = newBrowser(server.issuer);
  const id = await failingSink(server.behalf.services, Math.floor(Date.now() / 1000));
  const path = `/console/audit-sinks/${id}`;
  await submitSignIn(plain, await plain.open(at('/console')), FIRST);
  expect((await plain.open(at(path))).text).toContain('Skip the event');
  const refused = await send(plain, `${path}/skip`, /skip$/);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });
  expect(await server.events('audit_sink.skipped')).toEqual([]);

  const asked = await proven.open(at(`${path}/skip`));
  const [record = ''] = /\S+:\d{16}/.exec(asked.text) ?? [];
  const records = server.behalf.services.documents.collection<AuditRecord>(AUDIT_RECORDS);
  const { document } = (await records.get(record)) ?? {};
  expect(asked.text).toContain(String(document?.event.type));
  expect(asked.text).toContain(new Date(document?.at ?? 0).toISOString().slice(11, 19));
  // Meanwhile the sink took that event, and refuses another one.
  const other = await send(proven, `${path}/skip`, /skip$/, { set: { event: `${record}0` } });
  expect([other.status, other.text]).toEqual([409, expect.stringContaining('refuses another record')]);
  expect(await server.events('audit_sink.skipped')).toEqual([]);
  expect((await send(proven, `${path}/skip`, /skip$/)).text).toContain('Skipped. The audit log records which event');
  expect(await server.events('audit_sink.skipped')).toMatchObject([
    { outcome: 'done', target: { id }, inputs: { record } },
  ]);
});

test('signing keys are shown to administrators, and rotated with a fresh second factor only', async () => {
  expect((await operator.open(at('/console/keys'))).status).toBe(403);
  const plain = newBrowser(server.issuer);
  await submitSignIn(plain, await plain.open(at('/console')), FIRST);
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
