/** MG-04 Who may change the client of a receiver of security events: the holder of its credentials hears what the receiver may. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeSignalReceiver, type SignalReceiverUnderTest } from '../support/signal-receiver.ts';

let server: RunningServer;
let management: Management;
let receiver: SignalReceiverUnderTest;
/** With the role operator. */
let operator: Identity;

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  receiver = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Mail', subjects: ['*'] });
  const boss = await management.createAccount({ username: 'opal', name: 'Opal', roles: ['operator'] });
  operator = await management.newScript(boss.id);
});
afterAll(() => server?.close());

const lastRefusal = async () => (await server.events('management.refused')).at(-1);
const pathOf = (rest = '') => `/clients/${receiver.client}${rest}`;
const etagOf = async () => String((await management.call('GET', pathOf())).headers.get('etag'));

test.each<[string, (as?: Identity) => Promise<{ readonly status: number }>, string]>([
  [
    'a new secret',
    (as) => management.callOnce('POST', pathOf('/rotate-secret'), undefined, {}, as),
    'rotateClientSecret',
  ],
  [
    'a change',
    async (as) => management.callOnce('PATCH', pathOf(), { name: 'Mine' }, { 'if-match': await etagOf() }, as),
    'updateClient',
  ],
  ['its return', (as) => management.callOnce('POST', pathOf('/enable'), undefined, {}, as), 'enableClient'],
])('refuses %s to an operator, and to an administrator without a second factor', async (_what, call, note) => {
  expect((await call(operator)).status).toBe(403);
  expect(await lastRefusal()).toMatchObject({ caller: operator.clientId, error: 'forbidden', note });
  expect((await call()).status).toBe(401);
  expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication', note });
  expect((await receiver.call('GET', '/streams')).status).toBe(200);
});

test('an operator can still disable it, and an administrator with a proof of this machine can change it', async () => {
  expect((await management.callOnce('POST', pathOf('/disable'), undefined, {}, operator)).status).toBe(200);
  expect((await management.call('POST', pathOf('/enable'))).status).toBe(200);
  expect((await management.call('POST', pathOf('/rotate-secret'))).status).toBe(200);
});
