/** RL-01: parameters of endpoints that answer strangers have documented lengths; what is longer is refused and leaves nothing. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MOST_VALUES, PARAMETER_BYTES } from '../../src/provider/endpoints/parameter-bounds.ts';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { frontRequest } from '../support/front-channel.ts';
import { type Answer, DEVICE_CODE, formOf, type Parameters, post } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';
import { storedRows } from '../support/stored-documents.ts';

let server: RunningServer;
let scene: Scene;
let audit: ReturnType<typeof auditWatch>;
/** Public, with a redirect URI and the device flow. */
let native: string;

const pkce = newPkce();
const REQUEST = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid',
  state: 'st',
  code_challenge: pkce.challenge,
  code_challenge_method: 'S256',
};

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite', environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  const made = await scene.management.createClient({
    name: 'Native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
  });
  native = made.id;
  audit = auditWatch(server);
  stopClock();
});
afterAll(async () => {
  startClock();
  await server.close();
});

type Where = { readonly method: 'GET' | 'POST'; readonly path: string; readonly base: () => Parameters };

const AUTH: Where = { method: 'GET', path: '/auth', base: () => ({ client_id: native, ...REQUEST }) };
const PUSHED: Where = { ...AUTH, method: 'POST', path: '/request' };
const DEVICE: Where = { method: 'POST', path: '/device/auth', base: () => ({ client_id: native, scope: 'openid' }) };
const END: Where = { method: 'GET', path: '/session/end', base: () => ({ client_id: native }) };
const ENDED: Where = { method: 'GET', path: '/session/end/success', base: () => ({}) };

const send = ({ method, path, base }: Where, more: Parameters): Promise<Answer> => {
  const form = formOf({ ...base(), ...more });
  const url = `${server.issuer}${path}`;
  return method === 'GET'
    ? frontRequest(newBrowser(server.issuer), `${url}?${form}`)
    : post(url, { ...base(), ...more });
};

const beyond = (name: string): Parameters => ({ [name]: 'x'.repeat(Number(PARAMETER_BYTES[name]) + 1) });

const CASES: readonly (readonly [name: string, where: Where])[] = [
  ...(
    [
      ...['state', 'nonce', 'scope', 'login_hint', 'prompt', 'acr_values', 'ui_locales', 'claims_locales', 'display'],
      ...['code_challenge', 'redirect_uri', 'client_id', 'resource', 'requested_actor', 'max_age', 'request_uri'],
      ...['response_type', 'response_mode', 'code_challenge_method', 'dpop_jkt'],
    ] as const
  ).map((name) => [name, AUTH] as const),
  ...['state', 'scope', 'nonce', 'authorization_details', 'id_token_hint', 'login_hint', 'client_secret'].map(
    (name) => [name, PUSHED] as const,
  ),
  ...['scope', 'resource', 'authorization_details', 'login_hint'].map((name) => [name, DEVICE] as const),
  ...['state', 'post_logout_redirect_uri', 'logout_hint', 'ui_locales'].map((name) => [name, END] as const),
  ['client_id', ENDED],
];

describe('a parameter that is too long', () => {
  test.each(CASES.map(([name, where]) => [where.method, where.path, name, where] as const))(
    '%s %s: %s is refused and leaves nothing behind',
    async (_method, _path, name, where) => {
      const before = storedRows(server.dataFolder);
      const { answer } = await audit.refused(() => send(where, beyond(name)), {
        status: 400,
        error: 'invalid_request',
      });
      expect(answer.text).toContain(`${name} is longer than ${PARAMETER_BYTES[name]} bytes`);
      expect(answer.headers.get('location')).toBeNull();
      expect(storedRows(server.dataFolder)).toEqual(before);
    },
  );

  test('the page of the device flow is shown again for a code that no device shows', async () => {
    const before = storedRows(server.dataFolder);
    const form = new URLSearchParams({ xsrf: 'x', ...(beyond('user_code') as Record<string, string>) });
    const init = { method: 'POST', body: form };
    const { result, events } = await audit.during(() =>
      frontRequest(newBrowser(server.issuer), `${server.issuer}/device`, init),
    );
    expect(result.status).toBe(400);
    expect(events.map(({ type, error }) => [type, error])).toEqual([['request.refused', 'invalid_request']]);
    // The guess was counted, as any other.
    const uncounted = { ephemeral: 0, c_provider_records: 0 };
    expect({ ...storedRows(server.dataFolder), ...uncounted }).toEqual({ ...before, ...uncounted });
  });

  test('bytes count, not characters, and as many as the table says are taken', async () => {
    const fits = 'é'.repeat(Number(PARAMETER_BYTES['state']) / 2);
    const longest = { state: fits, nonce: 'n'.repeat(1024), login_hint: 'l'.repeat(512) };
    expect((await send(PUSHED, longest)).status).toBe(201);
    expect((await send(PUSHED, { ...longest, state: `${fits}é` })).status).toBe(400);
    expect((await send(AUTH, { ...longest, state: 's'.repeat(4096) })).status).toBe(303);
  });

  test('so many resources, each short, are refused too', async () => {
    const resource = Array.from({ length: MOST_VALUES + 1 }, (_, index) => `https://r${index}.example.com`);
    const { answer } = await audit.refused(() => send(PUSHED, { resource }), { status: 400, error: 'invalid_request' });
    expect(answer.text).toContain('resource has more than 16 values');
  });
});

describe('a client that never pushes a request', () => {
  test('a stranger cannot push one in the name of our own pages', async () => {
    const before = storedRows(server.dataFolder);
    const pushed = { client_id: 'account-pages', redirect_uri: `${server.issuer}/account/signed-in` };
    const { answer } = await audit.refused(() => send(PUSHED, { ...pushed, state: 'x'.repeat(4000) }), {
      status: 400,
      error: 'unauthorized_client',
    });
    expect(answer.text).toContain('this client does not push authorization requests');
    expect(storedRows(server.dataFolder)).toEqual(before);
  });
});
