/** HTTP Basic credentials with an empty password: what software sends that knows no other way to be a public client. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE, clientAssertion } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND, type Refusal } from '../support/audit-watch.ts';
import { type Answer, DEVICE_CODE, type Parameters, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const INVALID_CLIENT: Refusal = { status: 401, error: 'invalid_client' };
const INVALID_REQUEST: Refusal = { status: 400, error: 'invalid_request' };

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let shell: { readonly id: string };
let backEnd: { readonly id: string; readonly secret: string };

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  shell = await scene.management.createClient({
    name: 'Shell',
    token_endpoint_auth_method: 'none',
    grant_types: [DEVICE_CODE],
  });
  const made = await scene.management.createClient({
    name: 'Ledger',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    authority: { [scene.jwt.identifier]: ['read'] },
  });
  backEnd = { id: made.id, secret: String(made['client_secret']) };
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const naming = (clientId: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:`).toString('base64')}`,
});

const token = (parameters: Parameters, headers: Record<string, string>): Promise<Answer> =>
  post(scene.calls.endpoints.token, { grant_type: 'client_credentials', ...parameters }, headers);

test('name a public client, at the device authorization and the token endpoint (RFC 6749 §2.3.1)', async () => {
  const asked = await post(`${server.issuer}/device/auth`, { scope: 'openid' }, naming(shell.id));
  expect(asked.status).toBe(200);
  const poll = { grant_type: DEVICE_CODE, device_code: String(asked.body['device_code']) };
  for (const parameters of [poll, { ...poll, client_id: shell.id }]) {
    advance(10_000);
    const polled = await token(parameters, naming(encodeURIComponent(shell.id)));
    expect([polled.status, polled.body['error']]).toEqual([400, 'authorization_pending']);
  }
});

test('do not authenticate a client with a secret or a key, which gets the scheme (RFC 6749 §5.2)', async () => {
  for (const clientId of [backEnd.id, scene.agent.clientId, 'app_of_no_client']) {
    const { answer } = await audit.refused(() => token({}, naming(clientId)), INVALID_CLIENT);
    expect(answer.headers.get('www-authenticate')).toBe(`Basic realm="${server.issuer}"`);
  }
});

test('are refused beside another client_id, a secret or an assertion (RFC 6749 §2.3)', async () => {
  const assertion = await clientAssertion(scene.agent, server.issuer);
  const asserted = { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion };
  await audit.refused(() => token({ client_id: backEnd.id }, naming(shell.id)), INVALID_REQUEST);
  await audit.refused(() => token({ client_secret: backEnd.secret }, naming(backEnd.id)), INVALID_REQUEST);
  await audit.refused(() => token(asserted, naming(scene.agent.clientId)), INVALID_REQUEST);
});
