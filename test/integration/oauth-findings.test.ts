/** Findings about oidc-provider (V9, V10, V12, V16, V17, V21, V22) and WB-08: each closed, each with what still works. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { EXTENSION_GRANT_TYPES } from '../../src/domain/clients/clients/grant-types.ts';
import { keysByUrl } from '../../src/domain/platform/remote-keys/keys-by-url.ts';
import { fetchFailed, type TrustedFetch } from '../../src/domain/ports/trusted-fetch.ts';
import { oidcProvider } from '../../src/provider/build-provider.ts';
import { tokenClaims } from '../../src/provider/tokens/token-claims.ts';
import { assertionParameters, clientAssertion, newKeyPair } from '../support/agent-keys.ts';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { ALLOW, fillForm, newBrowser, type Page } from '../support/browser-flow.ts';
import { authorize, frontRequest } from '../support/front-channel.ts';
import { type Answer, answerOf, formOf, type Parameters, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let audit: ReturnType<typeof auditWatch>;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
});

afterAll(async () => {
  await server?.close();
  startClock();
});

describe('V9 requests that made oidc-provider fail', () => {
  const stranger = () => newBrowser(server.issuer);

  test('V9 an authorization resumed without a cookie', async () => {
    const { app, agent } = scene;
    for (const query of ['client_id=c', `client_id=${app.clientId}`, `client_id=${agent.clientId}&client_id=x`, '']) {
      await audit.refused(() => frontRequest(stranger(), `${server.issuer}/auth/xyz?${query}`), {
        status: 400,
        error: 'invalid_request',
      });
    }
  });

  test('V9 a user code sent without a session, and a device page resumed without a cookie', async () => {
    for (const [path, init] of [
      ['/device', { method: 'POST', body: formOf({ user_code: 'x' }) }],
      ['/device/xyz', {}],
    ] as const) {
      for (const accept of ['text/html', 'application/json']) {
        const browser = stranger();
        const { result, events } = await audit.during(() =>
          frontRequest(browser, `${server.issuer}${path}`, { ...init, headers: { accept } }),
        );
        expect([path, result.status, events.map(({ type, outcome }) => [type, outcome])]).toEqual([
          path,
          400,
          [['request.refused', 'refused']],
        ]);
        // The page that is shown instead can be used: its token belongs to the session that now exists.
        const again = await frontRequest(browser, `${server.issuer}/device`, {
          method: 'POST',
          body: formOf({ user_code: 'BBBB-BBBB', xsrf: /name="xsrf" value="([^"]*)"/.exec(result.text)?.[1] }),
        });
        expect([again.status, again.text.includes('name="user_code"')]).toEqual([200, true]);
      }
    }
  });

  test('V9 registration: a caller that may not register is told nothing about the metadata', async () => {
    const answer = await answerOf(
      await fetch(`${server.issuer}/reg`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"redirect_uris":["x"],"subject_type":"pairwise"}',
      }),
    );
    expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_token']);
  });

  test('V9 a sign-out that is refused is recorded as refused', async () => {
    const answer = () => post(`${server.issuer}/session/end/confirm`, { xsrf: 'x', logout: 'yes' });
    const { status, body } = await answer();
    await audit.refused(answer, { status, error: String(body['error']) });
    expect(status).toBeGreaterThanOrEqual(400);
  });
});

describe("V10 a client's registration limits what it gets at resources", () => {
  const newService = async (authority: Record<string, readonly string[]> | undefined) => {
    const key = await newKeyPair();
    const made = await scene.management.createClient({
      name: 'Service',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      ...(authority ? { authority } : {}),
    });
    return scene.keyed({ clientId: made.id, key });
  };
  const ask = async (authority: Record<string, readonly string[]> | undefined, scope: string | undefined) => {
    const by = await newService(authority);
    return () => scene.calls.token(by, { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope });
  };

  test('V10 never more than it was given', async () => {
    const { identifier } = scene.jwt;
    for (const scope of ['read', 'read write delete', undefined]) {
      const { answer, event } = await audit.issued(await ask({ [identifier]: ['read'] }, scope));
      expect([answer.body['scope'], event.scopeGiven]).toEqual(['read', ['read']]);
    }
  });

  test('V10 and nothing when it was given nothing there', async () => {
    const { jwt, opaque } = scene;
    const refusal = { status: 400, error: 'invalid_scope', event: 'token.refused' } as const;
    await audit.refused(await ask({ [jwt.identifier]: ['read'] }, 'write delete'), refusal);
    for (const authority of [undefined, { [opaque.identifier]: ['read', 'write', 'delete'] }]) {
      for (const scope of ['read', 'read write delete', undefined])
        await audit.refused(await ask(authority, scope), refusal);
    }
  });
});

describe('V12 claims of ours never replace those that say who and what for', () => {
  test.each(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'scope', 'client_id', 'cnf', 'active'])(
    'V12 a builder that sets %s makes no token',
    async (name) => {
      const appended: unknown[] = [];
      const claims = tokenClaims({ audit: { append: async (event: unknown) => appended.push(event) } } as never);
      const token = { kind: 'AccessToken', jti: 'x', expiration: 60 };
      claims.prepare(token, { claims: { [name]: 'forged' }, facts: {} });
      await expect(claims.forToken({ oidc: { route: 'token' } } as never, token)).rejects.toThrow(TypeError);
      expect(appended).toEqual([]);
    },
  );

  test('V12 an introspected token is the account’s, for any members of the request for it', async () => {
    const { calls, keyed, app, jwt, opaque, accountId } = scene;
    const forged = { sub: 'acc_other', act: '{"sub":"agt_x"}', iss: 'https://evil.example', client_id_claim: 'x' };
    for (const resource of [jwt, opaque]) {
      const code = await scene.newCode(resource.identifier);
      const { answer } = await audit.issued(() => calls.token(keyed(app), { ...code, ...forged }));
      const introspected = await calls.introspect(resource.credential, String(answer.body['access_token']));
      expect(introspected.body).toMatchObject({
        active: true,
        sub: accountId,
        client_id: app.clientId,
        iss: server.issuer,
      });
      expect(introspected.body).not.toHaveProperty('act');
    }
  });
});

describe('V16 V17 nothing is fetched', () => {
  const EVIL = 'http://127.0.0.1:9/evil';
  let outside: string[] = [];
  const { fetch: own } = globalThis;

  beforeAll(() => {
    globalThis.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.startsWith(server.issuer)) outside.push(url);
      return own(input, init);
    };
  });
  afterAll(() => {
    globalThis.fetch = own;
    outside = [];
  });

  test.each([
    ['/clients', { token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'] }],
    ['/agents', { purpose: 'x', environment: 'test' }],
    [
      '/resource-servers',
      {
        identifier: 'https://x.example.com',
        scopes: [],
        access_token_format: 'jwt',
        introspection_auth_method: 'private_key_jwt',
      },
    ],
  ])('V16 metadata that names a URL to fetch is refused at %s', async (path, rest) => {
    const owner = path === '/resource-servers' ? {} : { owner: scene.accountId };
    for (const member of ['jwks_uri', 'sector_identifier_uri', 'request_uris', 'backchannel_logout_uri', 'logo_uri']) {
      const { result, events } = await audit.during(() =>
        scene.management.call('POST', path, { name: 'x', ...owner, ...rest, [member]: EVIL }),
      );
      expect([member, result.status, result.body['type']]).toEqual([member, 400, 'urn:behalf:problem:invalid_field']);
      expect(JSON.stringify(result.body['errors'])).toContain(`/${member}`);
      expect(events.map(({ outcome, error }) => [outcome, error])).toEqual([['refused', 'invalid_field']]);
    }
    expect(outside).toEqual([]);
  });

  test('V17 what a request names is not fetched either', async () => {
    const { agent, app, calls } = scene;
    const stranger = newBrowser(server.issuer);
    const { parameters } = scene.authorizationRequest(app, { scope: 'openid' });
    for (const more of [
      { request_uri: EVIL },
      { request_uri: 'https://example.com/r' },
      { registration: `{"jwks_uri":"${EVIL}"}` },
      { client_id: 'https://example.com/client.json' },
      { id_token_hint: 'x' },
      { login_hint: EVIL },
    ]) {
      expect(
        (await authorize(stranger, calls.endpoints.authorization, { ...parameters, ...more } as Parameters)).status,
      ).toBeLessThan(500);
    }
    for (const header of [{ jku: EVIL }, { x5u: EVIL }, { jwk: agent.key.publicJwk }]) {
      const client_assertion = await clientAssertion(agent, server.issuer, { header });
      await audit.refused(
        async () =>
          post(calls.endpoints.token, {
            ...(await assertionParameters(agent, server.issuer)),
            client_assertion,
            grant_type: 'client_credentials',
          }),
        { status: 401, error: 'invalid_client' },
      );
    }
    await post(`${server.issuer}/reg`, { jwks_uri: EVIL, sector_identifier_uri: EVIL });
    await scene.newTokens(scene.jwt.identifier);
    expect(outside).toEqual([]);
  });

  test('V17 oidc-provider’s own way out is the guarded one: keys and metadata that a URL names', async () => {
    const { keys, masterKey } = server.behalf.services;
    const metadata = {
      client_id: 'app_fetching',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://keys.example.com/jwks',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    };
    const unused = (grantType: string) => ({ grantType, parameters: [], repeatable: [] });
    const asked: string[] = [];
    const trustedFetch: Pick<TrustedFetch, 'get'> = {
      async get({ url, purpose }) {
        asked.push(`${purpose} ${url}`);
        throw fetchFailed('address_not_allowed', 'in this test');
      },
    };
    const made = await oidcProvider({
      configuration: server.configuration,
      adapter: () => ({ find: async () => metadata }),
      clients: { find: async () => metadata, agentOf: () => undefined },
      keys,
      masterKey,
      assertions: {},
      tokens: { useKeys: () => undefined },
      signatures: { useKeys: () => undefined },
      structured: { install: () => undefined },
      proofs: { install: () => undefined },
      presented: { install: () => undefined, clientIdOf: async (given: unknown) => given, replace: () => undefined },
      extensions: [{ name: 'all', grants: EXTENSION_GRANT_TYPES.map(unused) }],
      trustedFetch,
      keysByUrl: keysByUrl(trustedFetch),
    } as never);
    const provider = made.provider();
    const client = await provider.Client.find('app_fetching');
    const { asymmetricKeyStore } = client as unknown as { asymmetricKeyStore: { refresh(): Promise<void> } };
    // oidc-provider warns that its own guard cannot be set up, and goes on (V17): ours does not depend on it.
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    await expect(asymmetricKeyStore.refresh()).rejects.toThrow('address_not_allowed');
    // What else oidc-provider would fetch for a client; nothing makes it do so now.
    const models = provider.Client as unknown as { validate(metadata: object): Promise<void> };
    const { jwks_uri: _, ...rest } = metadata;
    const sector = { ...rest, jwks: { keys: [] }, sector_identifier_uri: 'https://sector.example.com/' };
    await expect(models.validate(sector)).rejects.toThrow();
    expect(asked).toEqual(['jwks https://keys.example.com/jwks', 'client_metadata https://sector.example.com/']);
    warned.mockRestore();
    expect(outside).toEqual([]);
  });
});

describe('V21 a page belongs to one request in one browser', () => {
  /** A browser in front of the consent page of one request. */
  const question = async (state: string, browser = newBrowser(server.issuer)) => {
    const { url } = scene.authorizationRequest(scene.app, { scope: 'openid', prompt: 'consent', state });
    let page = await browser.open(url);
    const { username, password } = scene.person;
    const signIn = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
    if (signIn) page = await browser.submit(page, signIn, { set: { username, password } });
    return { browser, page, uid: new URL(page.url).pathname.split('/').at(-1) ?? '' };
  };
  const formIn = (page: Page) => {
    const form = page.forms.find(({ buttons }) => buttons.some(({ text }) => ALLOW.test(text)));
    if (!form) throw new Error(page.text);
    return form;
  };

  test('V21 the cookie of one interaction does not open another', async () => {
    const a = await question('a');
    const b = await question('b', a.browser);
    const cookie = a.browser.jar.header(new URL(a.page.url));
    for (const path of [
      b.page.url,
      `${server.issuer}/interaction/unknown`,
      `${server.issuer}/interaction/${a.uid.toUpperCase()}`,
    ]) {
      await audit.refused(() => frontRequest(newBrowser(server.issuer), path, { headers: { cookie } }), {
        status: 404,
        error: 'not_found',
      });
    }
    // Each with its own opens.
    for (const { page } of [a, b]) expect((await a.browser.open(page.url)).status).toBe(200);
  });

  test('V21 AP-16 the form of one request cannot decide another', async () => {
    const a = await question('a');
    const b = await question('b', a.browser);
    const action = new URL(formIn(b.page).action, b.page.url).href;
    const { result, events } = await audit.during(() =>
      frontRequest(a.browser, action, { method: 'POST', body: fillForm(formIn(a.page), { button: ALLOW }) }),
    );
    expect([result.status, result.location]).toEqual([403, undefined]);
    expect(events.map(({ outcome }) => outcome)).toEqual(['refused']);
    const granted = await a.browser.submit(b.page, formIn(b.page), { button: ALLOW });
    expect([granted.left?.searchParams.get('state'), granted.left?.searchParams.has('code')]).toEqual(['b', true]);
  });
});

describe('WB-08 CORS', () => {
  const ORIGIN = 'https://spa.example.com';
  let spa: string;

  beforeAll(async () => {
    const made = await scene.management.createClient({
      name: 'Browser app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      cors_origins: [ORIGIN],
      skip_consent: true,
    });
    spa = made.id;
  });

  const from = async (origin: string, path: string, init: RequestInit = {}): Promise<Answer> =>
    answerOf(await fetch(`${server.issuer}${path}`, { ...init, headers: { origin, ...(init.headers as object) } }));
  const tokenFor = (client_id: string, more: Parameters = {}) => ({
    method: 'POST',
    body: formOf({ grant_type: 'authorization_code', client_id, code: 'x', redirect_uri: REDIRECT_URI, ...more }),
  });
  const allowed = ({ headers }: Answer) => headers.get('access-control-allow-origin');

  test('WB-08 an origin its client has registered may read the answer, token and error alike', async () => {
    const refused = await from(ORIGIN, '/token', tokenFor(spa));
    expect([refused.status, allowed(refused)]).toEqual([400, ORIGIN]);
    const request = scene.authorizationRequest({ ...scene.app, clientId: spa }, { scope: 'openid' });
    const code = scene.codeFrom(await scene.walk(request.url));
    const granted = await from(ORIGIN, '/token', tokenFor(spa, { code, code_verifier: request.verifier }));
    expect([granted.status, allowed(granted)]).toEqual([200, ORIGIN]);
    const me = await from(ORIGIN, '/me', { headers: { authorization: `Bearer ${granted.body['access_token']}` } });
    expect([me.status, allowed(me), me.headers.get('vary')]).toEqual([200, ORIGIN, expect.stringContaining('Origin')]);
    expect(me.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each([
    'https://evil.example',
    'null',
    `${ORIGIN}.evil.example`,
    'http://spa.example.com',
    `${ORIGIN}:444`,
    ORIGIN.toUpperCase(),
  ])('WB-08 the origin %s may not, and what it does is refused', async (origin) => {
    const answer = await from(origin, '/token', tokenFor(spa));
    expect([answer.status, allowed(answer)]).toEqual([400, null]);
    await audit.refused(() => from(origin, '/token', tokenFor(spa)), { status: 400, error: 'invalid_request' });
  });

  test('WB-08 no script reads the answers of a client without origins, nor those that name no client', async () => {
    const { agent, calls } = scene;
    const proof = await assertionParameters(agent, server.issuer);
    const answers = [
      await from(ORIGIN, '/token', tokenFor(agent.clientId, { ...proof, grant_type: 'client_credentials' })),
      await from(ORIGIN, '/token', { method: 'POST', body: formOf({}) }),
      await from(ORIGIN, '/token', tokenFor('app_unknown')),
      await from(ORIGIN, '/request', { method: 'POST', body: formOf({}) }),
      await from(ORIGIN, '/token/introspection', { method: 'POST', body: formOf({ token: 'x' }) }),
      await from(ORIGIN, '/token/revocation', { method: 'POST', body: formOf({ token: 'x' }) }),
      await from(ORIGIN, '/device/auth', { method: 'POST', body: formOf({}) }),
      await from(ORIGIN, '/me'),
      await from(ORIGIN, '/me', { headers: { authorization: 'Bearer x' } }),
    ];
    for (const answer of answers)
      expect([answer.status >= 400, allowed(answer), answer.text.includes('access_token')]).toEqual([
        true,
        null,
        false,
      ]);
    expect(calls.endpoints.issuer).toBe(server.issuer);
  });

  test('WB-08 pages and the management API are for no other origin', async () => {
    for (const path of [
      '/auth?client_id=x',
      '/account',
      '/interaction/x',
      '/device',
      '/session/end',
      '/api/v1/agents',
      '/',
    ]) {
      expect([path, allowed(await from(ORIGIN, path))]).toEqual([path, null]);
      const preflight = await from(ORIGIN, path, {
        method: 'OPTIONS',
        headers: { 'access-control-request-method': 'POST' },
      });
      expect([path, allowed(preflight)]).toEqual([path, null]);
    }
  });

  test('WB-08 a preflight is answered without credentials, and not to null; every origin may read documents', async () => {
    const ask = (origin: string) =>
      from(origin, '/token', {
        method: 'OPTIONS',
        headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
      });
    const preflight = await ask(ORIGIN);
    expect([preflight.status, allowed(preflight)]).toEqual([204, ORIGIN]);
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    expect(allowed(await ask('null'))).toBeNull();
    for (const path of ['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      expect([path, allowed(await from('null', path)), allowed(await from('https://x.example', path))]).toEqual([
        path,
        '*',
        '*',
      ]);
    }
  });
});

test('V22 IN-03 runs on the Node it is made for, without a warning, and without Object.prototype.__proto__', async () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(22);
  // A process of its own knows nothing of the time here.
  startClock();
  const process_ = await startServer({ environment: { NODE_OPTIONS: '--disable-proto=throw' } });
  try {
    const world = await makeScene(process_);
    const tokens = await world.newTokens(world.jwt.identifier);
    await world.consentToAgent(world.agent, String(tokens['access_token']), world.opaque.identifier);
    const exchanged = await world.calls.exchange(
      world.keyed(world.agent),
      String(tokens['access_token']),
      world.opaque.identifier,
    );
    expect([exchanged.status, exchanged.text]).toEqual([200, expect.any(String)]);
    expect(process_.log()).not.toMatch(/unsupported runtime|warning|deprecat|TypeError|ERR_PROTO/i);
  } finally {
    await process_.remove();
  }
}, 240_000);
