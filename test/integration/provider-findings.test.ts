/**
 * What oidc-provider 9.13.3 does by itself (docs/explanation/oidc-provider-findings.md), one regression test each. The longer forms stand with
 * the ids they belong to: one-time.test.ts, dpop.test.ts, client-authentication.test.ts, revocation-introspection.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assertionParameters, clientAssertion, dpopProof, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { type Answer, DEVICE_CODE, type Parameters, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { kindOfRun } from '../support/shared-servers.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { storedText } from '../support/stored-text.ts';

const GUESSES = 5;
const REPLAYED = { status: 400, error: 'invalid_grant', event: 'token.refused' } as const;

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    stores: kindOfRun() ?? 'sqlite',
    environment: { ...COUNT_EACH_SECOND, BEHALF__LIMITS__DEVICEUSERCODEATTEMPTS: String(GUESSES) },
  });
  scene = await makeScene(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const asApp = (parameters: Parameters): Promise<Answer> => scene.calls.token(scene.keyed(scene.app), parameters);

const ofItself = (headers: Record<string, string> = {}): Promise<Answer> =>
  scene.calls.token(
    scene.keyed(scene.agent),
    { grant_type: 'client_credentials', resource: scene.jwt.identifier },
    { headers },
  );

const asserted = (client_assertion: string): Promise<Answer> =>
  post(scene.calls.endpoints.token, {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
  });

const twenty = async (send: () => Promise<Answer>): Promise<readonly number[]> => {
  const { result } = await audit.during(() => Promise.all(Array.from({ length: 20 }, send)));
  return result.map(({ status }) => status).filter((status) => status === 200);
};

describe('one-time things in parallel', () => {
  test('V1 one code, 20 redemptions: one succeeds', async () => {
    const code = await scene.newCode(scene.jwt.identifier);
    expect(await twenty(() => asApp(code))).toEqual([200]);
  });

  test('V2 one refresh token, 20 refreshes: one succeeds, one family goes on', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
      resource: scene.jwt.identifier,
    };
    expect(await twenty(() => asApp(refresh))).toEqual([200]);
  });

  test('V3 one DPoP proof, and one client assertion, 20 uses each: one succeeds', async () => {
    const dpop = await dpopProof(await newKeyPair(), { method: 'POST', url: scene.calls.endpoints.token });
    expect(await twenty(() => ofItself({ dpop }))).toEqual([200]);
    const assertion = await clientAssertion(scene.agent, scene.issuer);
    expect(await twenty(() => asserted(assertion))).toEqual([200]);
  });
});

test('V4 a proof dated 299 s ahead is not accepted a second time 302 s later', async () => {
  const dpop = await dpopProof(await newKeyPair(), {
    method: 'POST',
    url: scene.calls.endpoints.token,
    claims: { iat: now() + 300 },
  });
  await audit.issued(() => ofItself({ dpop }));
  advance(301_000);
  await audit.refused(() => ofItself({ dpop }), REPLAYED);
});

test('V5 the id of one client burns nothing of another, nor of another kind', async () => {
  const other = await scene.newAgent('Other');
  const jti = 'the same id';
  const as = async (identity: Identity): Promise<Answer> =>
    asserted(await clientAssertion(identity, scene.issuer, { claims: { jti } }));
  await audit.issued(() => as(scene.agent));
  await audit.issued(() => as(other));
  await audit.refused(() => as(other), { status: 401, error: 'invalid_client' });
  const dpop = await dpopProof(await newKeyPair(), {
    method: 'POST',
    url: scene.calls.endpoints.token,
    claims: { jti },
  });
  await audit.issued(() => ofItself({ dpop }));
});

test('V6 an assertion with a life of ten years is refused after five minutes', async () => {
  const claims = { exp: now() + 315_360_000 };
  const assertion = await clientAssertion(scene.agent, scene.issuer, { claims });
  advance(330_000);
  await audit.refused(() => asserted(assertion), { status: 401, error: 'invalid_client' });
});

test('V11 the database holds nothing that could be used', async () => {
  const usable: Record<string, string> = {};
  const keep = (name: string, value: unknown): void => {
    if (typeof value !== 'string' || value.length < 8) throw new Error(`no ${name}`);
    usable[name] = value;
  };
  const { management, calls } = scene;
  const backEnd = await management.createClient({ name: 'Ledger', grant_types: ['client_credentials'] });
  keep('client secret', backEnd['client_secret']);
  keep('password', scene.person.password);
  const code = await scene.newCode(scene.opaque.identifier);
  keep('unused code', code['code']);
  keep('verifier', code['code_verifier']);
  for (const [name, at] of [
    ['opaque', scene.opaque],
    ['JWT', scene.jwt],
  ] as const) {
    const tokens = await scene.newTokens(at.identifier);
    keep(`${name} access token`, tokens['access_token']);
    keep(`${name} refresh token`, tokens['refresh_token']);
    keep(`${name} ID token`, tokens['id_token']);
  }
  const request = scene.authorizationRequest(scene.app, { scope: 'openid' });
  const pushed = await calls.push(scene.keyed(scene.app), request.parameters);
  keep('request_uri', String(pushed.body['request_uri']).replace(/^.*:/, ''));
  const device = await calls.device(scene.keyed(scene.app), { scope: 'openid' });
  keep('device code', device.body['device_code']);
  keep('user code', device.body['user_code']);
  const { client_assertion } = await assertionParameters(scene.agent, scene.issuer);
  await asserted(String(client_assertion));
  keep('assertion', client_assertion);
  const visitor = newBrowser(server.issuer);
  const asked = await visitor.open(scene.authorizationRequest(scene.app, { scope: 'openid' }).url);
  keep('interaction', new URL(asked.url).pathname.split('/').pop());
  for (const [name, { value }] of [...scene.browser.jar.copy(), ...visitor.jar.copy()]) {
    if (!name.endsWith('.sig')) keep(`cookie ${name}`, value);
  }

  const held = await storedText(server);
  const found = Object.entries(usable).filter(([, value]) => held.includes(value));
  expect(found).toEqual([]);
  // The search finds what is there.
  for (const there of [scene.accountId, scene.app.clientId, scene.person.username]) {
    expect(held.includes(there)).toBe(true);
  }
  await audit.issued(() => asApp(code));
});

test('V13 introspecting a token of a client that is gone answers inactive, not 500', async () => {
  const key = await newKeyPair();
  const made = await scene.management.createClient({
    name: 'Passing',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  const passing = { clientId: made.id, key };
  for (const at of [scene.opaque, scene.jwt]) {
    const code = await scene.newCode(at.identifier, undefined, passing);
    const { body } = await scene.calls.token(scene.keyed(passing), code);
    const introspect = () => scene.calls.introspect(at.credential, String(body['access_token']));
    expect((await introspect()).body['active']).toBe(true);
    await scene.management.call('POST', `/clients/${made.id}/disable`);
    const gone = await introspect();
    expect([gone.status, gone.body]).toEqual([200, { active: false }]);
    await scene.management.call('POST', `/clients/${made.id}/enable`);
  }
});

describe('V19 the device flow is paced and its codes cannot be guessed (RFC 8628 §3.5, §5.1)', () => {
  test('V19 a client that polls too soon gets slow_down', async () => {
    const begun = await scene.calls.device(scene.keyed(scene.app), { scope: 'openid read' });
    const interval = Number(begun.body['interval']);
    expect(interval).toBe(server.configuration.tokens.devicePollIntervalSeconds);
    const poll = () => asApp({ grant_type: DEVICE_CODE, device_code: String(begun.body['device_code']) });
    const answers = async (error: string) => audit.refused(poll, { status: 400, error, event: 'token.refused' });
    await answers('authorization_pending');
    await answers('slow_down');
    // From now on it has to be five seconds longer between two.
    advance(interval * 1000);
    await answers('slow_down');
    advance((interval + 10) * 1000);
    await answers('authorization_pending');
    // Parallel polls are one poll.
    advance((interval + 10) * 1000);
    const { result } = await audit.during(() => Promise.all(Array.from({ length: 8 }, poll)));
    expect(result.filter(({ body }) => body['error'] === 'authorization_pending')).toHaveLength(1);
    expect(result.filter(({ body }) => body['error'] === 'slow_down')).toHaveLength(7);
  });

  test('V19 right user codes take nothing from the guesses of an address: an office connects all its devices', async () => {
    advance(601_000);
    for (let device = 0; device < GUESSES + 2; device += 1) {
      const begun = await scene.calls.device(scene.keyed(scene.app), {
        scope: 'openid read',
        resource: scene.jwt.identifier,
      });
      const page = await scene.browser.open(String(begun.body['verification_uri_complete']));
      await scene.walkConsent(page);
      await audit.issued(() =>
        asApp({
          grant_type: DEVICE_CODE,
          device_code: String(begun.body['device_code']),
          resource: scene.jwt.identifier,
        }),
      );
    }
  });

  test('V19 guesses of user codes from one address are limited, also in parallel', async () => {
    const begun = await scene.calls.device(scene.keyed(scene.app), {
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    advance(3600_000);
    const again = await scene.calls.device(scene.keyed(scene.app), {
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    expect(begun.status).toBe(200);
    const guesser = newBrowser(server.issuer);
    const page = await guesser.open(`${server.issuer}/device`);
    const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'user_code'));
    if (!form) throw new Error(page.text);
    const guess = (user_code: string) => guesser.fork().submit(page, form, { set: { user_code } });
    const { result, events } = await audit.during(() =>
      Promise.all(Array.from({ length: 3 * GUESSES }, (_, index) => guess(`BBBB-BBB${'BCDFGHJKLMNPQRSTVWXZ'[index]}`))),
    );
    const limited = result.filter(({ status }) => status === 429);
    expect(result.every(({ status }) => status < 500)).toBe(true);
    expect(limited).toHaveLength(2 * GUESSES);
    expect(limited[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(events.some(({ type, error }) => type === 'request.refused' && error === 'slow_down')).toBe(true);
    // Not even the right one passes now; after the window it does.
    expect((await guess(String(again.body['user_code']))).status).toBe(429);
    advance(601_000);
    const fresh = await scene.calls.device(scene.keyed(scene.app), {
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    await scene.walkConsent(await scene.browser.open(String(fresh.body['verification_uri_complete'])));
    await audit.issued(() =>
      asApp({
        grant_type: DEVICE_CODE,
        device_code: String(fresh.body['device_code']),
        resource: scene.jwt.identifier,
      }),
    );
  });
});

describe('V20 JWT access tokens are known here', () => {
  const active = async (token: unknown): Promise<unknown> =>
    (await scene.calls.introspect(scene.jwt.credential, String(token))).body['active'];

  test('V20 they can be introspected, and revoked one by one', async () => {
    const token = (await scene.newTokens(scene.jwt.identifier))['access_token'];
    expect(await active(token)).toBe(true);
    const { events } = await audit.during(() => scene.calls.revoke(scene.keyed(scene.app), String(token)));
    expect(events.map(({ type }) => type)).toEqual(['token.revoked']);
    expect(await active(token)).toBe(false);
  });

  test('V20 a family ends after any change of its client’s registration', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    const path = `/clients/${scene.app.clientId}`;
    const registered = async (grant_types: readonly string[]): Promise<void> => {
      const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
      const changed = await scene.management.call('PATCH', path, { grant_types }, { 'if-match': etag });
      expect(changed.status).toBe(200);
    };
    await registered(['authorization_code']);
    const { result, events } = await audit.during(() =>
      scene.calls.revoke(scene.keyed(scene.app), String(tokens['refresh_token'])),
    );
    expect(result.status).toBe(200);
    expect(events.map(({ type }) => type)).toEqual(['token.revoked', 'grant.revoked']);
    await registered(['authorization_code', 'refresh_token', DEVICE_CODE]);
    expect(await active(tokens['access_token'])).toBe(false);
    await audit.refused(
      () =>
        asApp({
          grant_type: 'refresh_token',
          refresh_token: String(tokens['refresh_token']),
          resource: scene.jwt.identifier,
        }),
      REPLAYED,
    );
  });

  test('V20 tokens of client credentials end with their client', async () => {
    const agent = await scene.newAgent('Short-lived');
    const { body } = await scene.calls.token(scene.keyed(agent), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
    });
    expect(await active(body['access_token'])).toBe(true);
    await scene.management.call('POST', `/agents/${agent.clientId}/suspend`);
    expect(await active(body['access_token'])).toBe(false);
  });
});
