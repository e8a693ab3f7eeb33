/** AZ-01 to AZ-16: the authorization endpoint, PKCE, pushed requests and mix-up, on a whole server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { ALLOW, type Browser, fillForm, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { authorize, type FrontAnswer, frontRequest } from '../support/front-channel.ts';
import { type Form, formsOf } from '../support/html-forms.ts';
import {
  type Answer,
  answerOf,
  type Credential,
  DEVICE_CODE,
  formOf,
  oauthCalls,
  type Parameters,
} from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { redirectMutants } from '../support/redirect-mutants.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const CUSTOM = 'com.example.desk:/callback';
const LOOPBACK = 'http://127.0.0.1:7777/callback';
const LOOPBACK6 = 'http://[::1]:7777/callback';
const LOCALHOST = 'http://localhost:7777/callback';
const OTHER_URI = 'https://app.example.com/other?tenant=1';

let server: RunningServer;
let scene: Scene;
let audit: ReturnType<typeof auditWatch>;
/** Web, with a key, two redirect URIs, without a consent page. */
let app: Identity;
/** Native, public, every kind of redirect URI a native app may have. */
let native: string;
let endpoint: string;
/** A browser in which the person is signed in. */
let signedIn: Browser;

const pkce = newPkce();

const request = (more: Parameters = {}): Parameters => ({
  client_id: app.clientId,
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid',
  state: 'st',
  code_challenge: pkce.challenge,
  code_challenge_method: 'S256',
  ...more,
});
const asStranger = (more: Parameters = {}): Promise<FrontAnswer> =>
  authorize(newBrowser(server.issuer), endpoint, request(more));
const asPerson = (more: Parameters = {}): Promise<FrontAnswer> => authorize(signedIn.fork(), endpoint, request(more));

const newCode = async (more: Parameters = {}): Promise<string> => {
  const answer = await asPerson(more);
  if (!answer.parameters['code']) throw new Error(`no code: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer.parameters['code'];
};
const redeem = (code: string, more: Parameters = {}, by: Credential = scene.keyed(app)): Promise<Answer> =>
  scene.calls.token(by, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: pkce.verifier,
    ...more,
  });
const push = (more: Parameters = {}, by: Credential = scene.keyed(app)): Promise<Answer> =>
  scene.calls.push(by, request(more));
const pushed = async (more: Parameters = {}): Promise<string> => {
  const answer = await push(more);
  expect(answer.status).toBe(201);
  return String(answer.body['request_uri']);
};

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  endpoint = scene.calls.endpoints.authorization;
  const key = await newKeyPair();
  const made = await scene.management.createClient({
    name: 'Two callbacks',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI, OTHER_URI],
    skip_consent: true,
  });
  app = { clientId: made.id, key };
  native = (
    await scene.management.createClient({
      name: 'Native',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [CUSTOM, LOOPBACK, LOOPBACK6, LOCALHOST],
    })
  ).id;
  await scene.walk(`${endpoint}?${formOf(request())}`);
  signedIn = scene.browser;
});

afterAll(async () => {
  await server?.close();
  startClock();
});

describe('redirect URIs', () => {
  test.each([
    ['web', REDIRECT_URI],
    ['web with a query', OTHER_URI],
    ['native', CUSTOM],
    ['loopback', LOOPBACK],
  ])('AZ-01 compares the redirect URI character by character: %s (RFC 9700 §4.1)', async (_kind, uri) => {
    const client_id = uri === REDIRECT_URI || uri === OTHER_URI ? app.clientId : native;
    const send = (redirect_uri: string) => authorize(signedIn, endpoint, request({ client_id, redirect_uri }));
    const mutants = redirectMutants(uri);
    expect(mutants.length).toBeGreaterThan(100);

    const wrong: unknown[] = [];
    for (const mutant of mutants) {
      const { status, location, body, text } = await send(mutant);
      const isRefused = status === 400 && location === undefined && body['error'] === 'invalid_redirect_uri';
      if (!isRefused || text.includes('name="code"')) wrong.push([mutant, status, location?.href, body]);
    }
    expect(wrong).toEqual([]);
    await audit.refused(() => send(`${uri}x`), {
      status: 400,
      error: 'invalid_redirect_uri',
      event: 'authorization.refused',
    });
    expect((await send(uri)).status).toBe(303);
  });

  test('AZ-01 a pushed request is compared the same way', async () => {
    for (const redirect_uri of [`${REDIRECT_URI}/`, REDIRECT_URI.toUpperCase(), `${REDIRECT_URI}#f`]) {
      await audit.refused(() => push({ redirect_uri }), {
        status: 400,
        error: 'invalid_request',
        event: 'authorization.refused',
      });
    }
  });

  test('AZ-01 an unknown client, or none, is told to nobody but the person', async () => {
    for (const client_id of [undefined, 'app_unknown', `${app.clientId} `]) {
      const { answer } = await audit.refused(() => asStranger({ client_id }), {
        status: 400,
        error: client_id === undefined ? 'invalid_request' : 'invalid_client',
      });
      expect((answer as FrontAnswer).location).toBeUndefined();
    }
  });

  test('what cannot be sent back is told in words for people, and to browsers as a page', async () => {
    const asBrowser = async (path: string): Promise<Answer> =>
      answerOf(await fetch(`${server.issuer}${path}`, { headers: { accept: 'text/html,*/*;q=0.8' } }));
    const unknown = await asBrowser(`/auth?${formOf(request({ client_id: 'app_unknown' }))}`);
    expect(unknown.text).toContain('is not known at this server');
    expect(unknown.text).toContain('client is invalid');
    for (const path of ['/nothing', '/account/nothing']) {
      const { status, text } = await asBrowser(path);
      expect([path, status, text.includes('<h1>There is nothing here</h1>')]).toEqual([path, 404, true]);
      const program = await fetch(`${server.issuer}${path}`);
      expect([program.status, await program.json()]).toMatchObject([404, { error: 'not_found' }]);
    }
  });

  test('AZ-02 the code is bound to the redirect URI and to the client (RFC 6749 §4.1.3)', async () => {
    const refusal = { status: 400, error: 'invalid_grant', event: 'token.refused' } as const;
    const code = await newCode();
    await audit.refused(() => redeem(code, { redirect_uri: OTHER_URI }), refusal);
    await audit.refused(() => redeem(code, {}, scene.keyed(scene.app)), refusal);
    // What failed burnt nothing (decision D12).
    await audit.issued(() => redeem(code));
  });

  test('AZ-03 only a native app may change the port, and only of a literal loopback address (RFC 8252 §7.3)', async () => {
    const at = (redirect_uri: string, client_id = native) => asStranger({ client_id, redirect_uri });
    for (const uri of ['http://127.0.0.1:1/callback', 'http://127.0.0.1/callback', 'http://[::1]:65535/callback']) {
      expect((await at(uri)).location?.pathname).toMatch(/^\/interaction\//);
    }
    const isRefused = { status: 400, error: 'invalid_redirect_uri' };
    for (const uri of [
      'http://localhost:1/callback',
      'http://localhost/callback',
      'http://LOCALHOST:7777/callback',
      'http://127.0.0.1:1/other',
      'https://127.0.0.1:1/callback',
      'http://127.0.0.1:70000/callback',
      'http://127.0.0.1:1@evil.example/callback',
      'http://x@127.0.0.1:1/callback',
      'http://127.1:1/callback',
      'http://2130706433:1/callback',
      'http://[::ffff:127.0.0.1]:1/callback',
    ]) {
      await audit.refused(() => at(uri), isRefused);
    }
    const web = await scene.management.createClient({
      name: 'Web on loopback',
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [LOOPBACK],
    });
    await audit.refused(() => at('http://127.0.0.1:1/callback', web.id), isRefused);
    expect((await at(LOOPBACK, web.id)).status).toBe(303);
  });

  test('AZ-03 the person is warned when the answer goes to a program on this device', async () => {
    const browser = signedIn.fork();
    const question = (redirect_uri: string, client_id: string): Promise<Page> =>
      browser.open(`${endpoint}?${formOf(request({ client_id, redirect_uri, prompt: 'consent' }))}`);
    for (const uri of [LOOPBACK, LOCALHOST, CUSTOM]) {
      expect((await question(uri, native)).html).toContain('role="note"');
    }
    expect((await question(REDIRECT_URI, app.clientId)).html).not.toContain('role="note"');
  });

  test('AZ-04 a scheme that a browser runs, or that anybody may claim, is refused at registration and at use', async () => {
    const schemes = [
      'javascript:alert(1)//https://x',
      'data:text/html,x',
      'vbscript:x',
      'JavaScript:alert(1)',
      'blob:x',
    ];
    for (const uri of [
      ...schemes,
      'file:///etc/passwd',
      'desk:/callback',
      'about:blank',
      'http://app.example.com/cb',
    ]) {
      const answer = await scene.management.call('POST', '/clients', {
        name: 'Scripted',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [uri],
      });
      expect({ uri, status: answer.status, type: answer.body['type'] }).toEqual({
        uri,
        status: 400,
        type: 'urn:behalf:problem:invalid_field',
      });
      expect((await asStranger({ client_id: native, redirect_uri: uri })).location).toBeUndefined();
    }
  });
});

describe('PKCE', () => {
  test.each<[string, Parameters]>([
    ['missing', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain' }],
    ['no method, which means plain', { code_challenge_method: undefined }],
    ['a method in another case', { code_challenge_method: 's256' }],
    ['42 characters', { code_challenge: pkce.challenge.slice(1) }],
    ['129 characters', { code_challenge: 'a'.repeat(129) }],
    ['empty', { code_challenge: '' }],
    ['not base64url', { code_challenge: `${pkce.challenge.slice(1)}+` }],
    ['a method without a challenge', { code_challenge: undefined }],
  ])('AZ-05 refuses a challenge that is %s (RFC 9700 §2.1.1)', async (_what, wrong) => {
    for (const client_id of [app.clientId, native]) {
      const redirect_uri = client_id === native ? CUSTOM : REDIRECT_URI;
      const { answer } = await audit.refused(() => asStranger({ client_id, redirect_uri, ...wrong }), {
        status: 303,
        error: 'invalid_request',
      });
      expect((answer as FrontAnswer).parameters).toMatchObject({ state: 'st', iss: server.issuer });
    }
    await audit.refused(() => push(wrong), { status: 400, error: 'invalid_request', event: 'authorization.refused' });
  });

  test.each<[string, Parameters]>([
    ['another', { code_verifier: newPkce().verifier }],
    ['missing', { code_verifier: undefined }],
    ['the challenge itself', { code_verifier: pkce.challenge }],
    ['one character short', { code_verifier: pkce.verifier.slice(1) }],
    ['empty', { code_verifier: '' }],
    ['too short to be one', { code_verifier: 'a'.repeat(42) }],
    ['too long to be one', { code_verifier: 'a'.repeat(129) }],
  ])('AZ-05 refuses a verifier that is %s, and the code stays good for the right one', async (_what, wrong) => {
    const code = await newCode();
    const answer = await redeem(code, wrong);
    expect([answer.status, answer.body['error']]).toEqual([400, expect.stringMatching(/^invalid_(?:grant|request)$/)]);
    await audit.refused(() => redeem(code, wrong), {
      status: 400,
      error: String(answer.body['error']),
      event: 'token.refused',
    });
    await audit.issued(() => redeem(code));
  });
});

describe('mix-up', () => {
  test.each(['query', 'fragment', 'form_post'])(
    'AZ-06 code and error carry iss with response_mode=%s (RFC 9207)',
    async (mode) => {
      const granted = await asPerson({ response_mode: mode });
      expect(granted.parameters).toMatchObject({ code: expect.any(String), state: 'st', iss: server.issuer });
      const { answer } = await audit.refused(() => asStranger({ response_mode: mode, prompt: 'none' }), {
        status: mode === 'form_post' ? 400 : 303,
        error: 'login_required',
      });
      expect((answer as FrontAnswer).parameters).toMatchObject({ state: 'st', iss: server.issuer });
      const isInFragment = granted.location?.hash.includes('code=') ?? false;
      expect(isInFragment).toBe(mode === 'fragment');
    },
  );

  test('AZ-06 what the person denies carries iss too', async () => {
    const browser = signedIn.fork();
    const page = await browser.open(`${endpoint}?${formOf(request({ client_id: native, redirect_uri: LOOPBACK }))}`);
    const form = page.forms.find(({ buttons }) => buttons.some(({ text }) => /deny/i.test(text)));
    if (!form) throw new Error(page.text);
    const left = (await browser.submit(page, form, { button: /deny/i })).left;
    expect(Object.fromEntries(left?.searchParams ?? [])).toMatchObject({ error: 'access_denied', iss: server.issuer });
  });

  test('AZ-07 a code taken from another session is worth nothing: verifier, nonce and DPoP key bind it', async () => {
    const key = await newKeyPair();
    const thumbprint = await calculateJwkThumbprint(key.publicJwk);
    const refusal = { status: 400, error: 'invalid_grant', event: 'token.refused' } as const;

    const stolen = await newCode({ nonce: 'of-the-victim' });
    await audit.refused(() => redeem(stolen, { code_verifier: newPkce().verifier }), refusal);
    const { answer } = await audit.issued(() => redeem(stolen));
    expect(decodeJwt(String(answer.body['id_token']))['nonce']).toBe('of-the-victim');

    const bound = await newCode({ dpop_jkt: thumbprint });
    const other = await newKeyPair();
    const parameters = {
      grant_type: 'authorization_code',
      code: bound,
      redirect_uri: REDIRECT_URI,
      code_verifier: pkce.verifier,
    };
    await audit.refused(() => redeem(bound), refusal);
    await audit.refused(() => scene.calls.token(scene.keyed(app), parameters, { dpop: other }), refusal);
    const good = await audit.issued(() => scene.calls.token(scene.keyed(app), parameters, { dpop: key }));
    expect(good.answer.body['token_type']).toBe('DPoP');
  });
});

describe('pushed authorization requests', () => {
  const INVALID = { status: 400, error: 'invalid_request_uri' } as const;
  const use = (browser: Browser, request_uri: string, client_id = app.clientId) =>
    authorize(browser, endpoint, { client_id, request_uri });

  test('AZ-08 a request_uri is good for one code (RFC 9126 §7.3)', async () => {
    const uri = await pushed();
    expect((await use(signedIn, uri)).parameters['code']).toEqual(expect.any(String));
    await audit.refused(() => use(signedIn, uri), { ...INVALID, event: 'authorization.refused' });
  });

  test('AZ-08 also when it was used with prompt=none (CVE-2026-96446)', async () => {
    const uri = await pushed({ prompt: 'none' });
    expect((await use(signedIn, uri)).parameters['code']).toEqual(expect.any(String));
    await audit.refused(() => use(signedIn, uri), { ...INVALID, event: 'authorization.refused' });
  });

  test('AZ-08 two completions at once give one code', async () => {
    const uri = await pushed();
    const answers = await Promise.all([use(signedIn.fork(), uri), use(signedIn.fork(), uri)]);
    expect(answers.filter(({ parameters }) => parameters['code'] !== undefined)).toHaveLength(1);
    expect(answers.map(({ body }) => body['error']).filter(Boolean)).toEqual(['invalid_request_uri']);
  });

  test('AZ-08 it ends after 60 seconds', async () => {
    const answer = await push();
    expect(answer.body['expires_in']).toBe(60);
    advance(80_000);
    await audit.refused(() => use(newBrowser(server.issuer), String(answer.body['request_uri'])), INVALID);
  });

  test('AZ-08 another client can neither use nor burn it', async () => {
    const uri = await pushed();
    // With a single redirect URI of its own, the other client is told; the owner of the request is not involved.
    for (const [client_id, status] of [
      [scene.app.clientId, 303],
      [native, 400],
    ] as const) {
      const { answer } = await audit.refused(() => use(signedIn, uri, client_id), {
        status,
        error: 'invalid_request_object',
        event: 'authorization.refused',
      });
      expect((answer as FrontAnswer).parameters['code']).toBeUndefined();
    }
    expect((await use(signedIn, uri)).parameters['code']).toEqual(expect.any(String));
  });

  test('AZ-08 one that was never pushed is refused', async () => {
    for (const id of ['x', '', '__proto__', 'a'.repeat(2000)]) {
      await audit.refused(() => use(newBrowser(server.issuer), `urn:ietf:params:oauth:request_uri:${id}`), INVALID);
    }
  });
});

describe('parameter smuggling', () => {
  test.each([
    'client_id',
    'redirect_uri',
    'scope',
    'state',
    'code_challenge',
    'response_type',
    'request_uri',
    'prompt',
  ])('AZ-09 refuses %s given twice (RFC 6749 §3.1)', async (name) => {
    const given = String(request()[name] ?? 'none');
    const { answer } = await audit.refused(() => asStranger({ [name]: [given, given] }), {
      status: name === 'client_id' || name === 'redirect_uri' ? 400 : 303,
      error: 'invalid_request',
    });
    expect((answer as FrontAnswer).parameters['code']).toBeUndefined();
  });

  test('AZ-09 what stands in the query of a POST counts for nothing', async () => {
    const code = await newCode();
    const { token } = scene.calls.endpoints;
    const query = formOf({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: pkce.verifier,
    });
    const smuggled = await audit.refused(
      async () => {
        const calls = { ...scene.calls.endpoints, token: `${token}?${query}` };
        return oauthCalls(calls).token(scene.keyed(app), {});
      },
      { status: 400, error: 'invalid_request', event: 'token.refused' },
    );
    expect(smuggled.answer.body['access_token']).toBeUndefined();
    await audit.issued(() => redeem(code));
  });

  test.each<[string, Parameters, string]>([
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    [
      'an unsigned request object with a sub',
      { request: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' },
      'request_not_supported',
    ],
    ['a request_uri over https', { request_uri: 'https://evil.example/request.jwt' }, 'request_uri_not_supported'],
    ['a request_uri over http', { request_uri: 'http://169.254.169.254/' }, 'request_uri_not_supported'],
    [
      'registration metadata',
      { registration: '{"redirect_uris":["https://evil.example"]}' },
      'registration_not_supported',
    ],
  ])('AZ-09 refuses %s, and fetches nothing (CVE-2020-10770)', async (_what, wrong, error) => {
    await audit.refused(() => asStranger(wrong), { status: 303, error });
    await audit.refused(() => push(wrong), { status: 400, error, event: 'authorization.refused' });
  });

  test('AZ-09 a pushed request is not amended by parameters beside it', async () => {
    const request_uri = await pushed({ scope: 'openid', state: 'pushed' });
    const answer = await authorize(signedIn, endpoint, {
      ...request({ scope: 'openid email', state: 'beside', redirect_uri: OTHER_URI }),
      request_uri,
    });
    expect(answer.location?.href.startsWith(`${REDIRECT_URI}?`)).toBe(true);
    expect(answer.parameters['state']).toBe('pushed');
    const { answer: token } = await audit.issued(() => redeem(String(answer.parameters['code'])));
    expect(token.body['scope']).toBe('openid');
  });

  test('AZ-09 a request by POST gives nothing: the browser is sent to the same request', async () => {
    const query = formOf(request());
    const answer = await frontRequest(signedIn, endpoint, { method: 'POST', body: query });
    expect([answer.status, answer.location?.href]).toEqual([303, `${endpoint}?${query}`]);
  });
});

describe('response types and modes', () => {
  test.each([
    'token',
    'id_token',
    'code token',
    'code id_token',
    'code id_token token',
    'none',
    'device',
    'CODE',
    'code ',
  ])('AZ-10 refuses response_type=%s: only code exists (RFC 9700 §2.1.2)', async (response_type) => {
    const answer = await asPerson({ response_type, nonce: 'n' });
    if (response_type === 'code ') {
      expect(answer.parameters['access_token']).toBeUndefined();
      return;
    }
    const { answer: refused } = await audit.refused(() => asPerson({ response_type, nonce: 'n' }), {
      status: 303,
      error: 'unsupported_response_type',
      event: 'authorization.refused',
    });
    expect((refused as FrontAnswer).parameters).toMatchObject({ iss: server.issuer, state: 'st' });
    expect(Object.keys((refused as FrontAnswer).parameters)).not.toContain('code');
  });

  test.each(['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'web_message', 'web_message.jwt', '__proto__', 'x'])(
    'AZ-10 refuses response_mode=%s, also towards an unregistered target (GHSA-9vm7-v8wj-3fqw)',
    async (response_mode) => {
      await audit.refused(() => asStranger({ response_mode }), { status: 303, error: 'unsupported_response_mode' });
      const { answer } = await audit.refused(
        () => asStranger({ response_mode, redirect_uri: 'https://evil.example/callback' }),
        { status: 400, error: 'invalid_redirect_uri' },
      );
      expect((answer as FrontAnswer).location).toBeUndefined();
      expect(answer.text).not.toContain('<form method="post"');
    },
  );

  test.each(['query', 'fragment', 'form_post'])(
    'AZ-10 response_mode=%s obeys the redirect check',
    async (response_mode) => {
      for (const wrong of [{}, { response_type: 'token' }, { code_challenge: 'x' }, { prompt: 'none' }]) {
        const { answer } = await audit.refused(
          () => asStranger({ ...wrong, response_mode, redirect_uri: 'https://evil.example/callback' }),
          { status: 400, error: 'invalid_redirect_uri' },
        );
        expect([(answer as FrontAnswer).location, answer.text.includes('evil.example/callback')]).toEqual([
          undefined,
          false,
        ]);
      }
    },
  );
});

describe('redirects, headers and caches', () => {
  test('AZ-11 and AZ-14: from request to code only 303, no referrer, no cache, a policy on every page (RFC 9700 §4.2, §4.12)', async () => {
    const browser = newBrowser(server.issuer);
    const seen: { url: string; status: number; headers: Headers; location: string | null }[] = [];
    const { request: send } = browser;
    const watched = async (url: string, init?: RequestInit) => {
      const response = await send(url, init);
      seen.push({
        url,
        status: response.status,
        headers: response.headers,
        location: response.headers.get('location'),
      });
      return response;
    };
    let at = `${endpoint}?${formOf(request({ client_id: native, redirect_uri: LOOPBACK }))}`;
    let body: URLSearchParams | undefined;
    let left: URL | undefined;
    for (let step = 0; step < 12 && !left; step += 1) {
      const response = await watched(at, body ? { method: 'POST', body } : {});
      body = undefined;
      const target = response.headers.get('location');
      if (target !== null) {
        const next = new URL(target, at);
        if (next.origin !== server.issuer) left = next;
        at = next.href;
        continue;
      }
      const isWanted = ({ fields, buttons }: Form): boolean =>
        fields.some(({ type }) => type === 'password') || buttons.some(({ text }) => ALLOW.test(text));
      const form = formsOf(await response.text()).find(isWanted);
      if (!form) throw new Error(`no form on ${at}`);
      const { username, password } = scene.person;
      const isSignIn = form.fields.some(({ type }) => type === 'password');
      body = fillForm(form, isSignIn ? { set: { username, password } } : { button: ALLOW });
      at = new URL(form.action, at).href;
    }
    expect(left?.searchParams.get('code')).toEqual(expect.any(String));
    expect(seen.length).toBeGreaterThanOrEqual(7);
    for (const { url, status, headers } of seen) {
      expect({
        url,
        status: status === 200 || status === 303,
        referrer: headers.get('referrer-policy'),
        cache: headers.get('cache-control'),
        policy: headers.get('content-security-policy')?.includes("default-src 'none'"),
        frames: headers.get('content-security-policy')?.includes("frame-ancestors 'none'"),
        sniff: headers.get('x-content-type-options'),
      }).toEqual({
        url,
        status: true,
        referrer: 'no-referrer',
        cache: 'no-store',
        policy: true,
        frames: true,
        sniff: 'nosniff',
      });
    }
  });

  test('AZ-11 a failed sign-in and a refused consent answer without 307 or 308', async () => {
    const browser = newBrowser(server.issuer);
    const page = await browser.open(`${endpoint}?${formOf(request({ prompt: 'consent' }))}`);
    const failed = await submitSignIn(browser, page, { ...scene.person, password: 'not the pass phrase' });
    expect([failed.status, failed.headers.get('location')]).toEqual([403, null]);
    const asked = await submitSignIn(browser, page, scene.person);
    const form = asked.forms.find(({ buttons }) => buttons.some(({ text }) => /deny/i.test(text)));
    if (!form) throw new Error(asked.text);
    const answer = await frontRequest(browser, new URL(form.action, asked.url).href, {
      method: 'POST',
      body: fillForm(form, { button: /deny/i }),
    });
    expect(answer.status).toBe(303);
  });

  test('AZ-14 tokens, errors and pages at every endpoint are not to be kept', async () => {
    const { endpoints } = scene.calls;
    const answers = [
      await redeem(await newCode()),
      await redeem('nothing'),
      await push(),
      await scene.calls.introspect(scene.jwt.credential, 'x'),
      await scene.calls.revoke(scene.keyed(app), 'x'),
      await scene.calls.device(scene.keyed(scene.app), {}),
      await scene.calls.userinfo('x'),
      await asPerson({ response_mode: 'form_post' }),
      await asStranger({ redirect_uri: 'x' }),
      await frontRequest(signedIn.fork(), `${server.issuer}/device`),
      await frontRequest(signedIn.fork(), endpoints.endSession),
      await frontRequest(signedIn.fork(), `${server.issuer}/account`),
      await frontRequest(newBrowser(server.issuer), `${server.issuer}/interaction/x`),
    ];
    expect(
      answers.map(({ headers }, index) => [index, headers.get('cache-control'), headers.get('referrer-policy')]),
    ).toEqual(answers.map((_, index) => [index, 'no-store', 'no-referrer']));
  });
});

describe('prompts and freshness', () => {
  test('AZ-12 prompt=none grants nothing that a person has not allowed before', async () => {
    // Of its own: consent gives the session a new id, and signs the copies out.
    const browser = newBrowser(server.issuer);
    const ask = (more: Parameters) => {
      const parameters = request({
        client_id: native,
        redirect_uri: LOOPBACK6,
        resource: scene.jwt.identifier,
        ...more,
      });
      return {
        silent: () => authorize(browser, endpoint, { ...parameters, prompt: 'none' }),
        url: `${endpoint}?${formOf(parameters)}`,
      };
    };
    const refusal = { status: 303, error: 'consent_required', event: 'authorization.refused' } as const;
    const read = ask({ scope: 'openid read' });
    scene.useBrowser(browser);
    await scene.walk(`${endpoint}?${formOf(request())}`);
    await audit.refused(read.silent, refusal);
    await scene.walk(read.url);
    expect((await read.silent()).parameters['code']).toEqual(expect.any(String));
    for (const more of [
      { scope: 'openid read write' },
      { scope: 'openid email read' },
      { scope: 'openid read', resource: scene.opaque.identifier },
    ]) {
      await audit.refused(ask(more).silent, refusal);
    }
    scene.useBrowser(signedIn);
  });

  test('AZ-12 prompt=none with another prompt is refused', async () => {
    await audit.refused(() => asStranger({ prompt: 'none login' }), { status: 303, error: 'invalid_request' });
  });

  test('AZ-13 a session older than max_age signs in again, and auth_time says when (RFC 9470 §4)', async () => {
    const browser = newBrowser(server.issuer);
    scene.useBrowser(browser);
    const signInAt = async (): Promise<number> => {
      const left = await scene.walk(`${endpoint}?${formOf(request({ max_age: '300' }))}`);
      const { answer } = await audit.issued(() => redeem(scene.codeFrom(left)));
      return Number(decodeJwt(String(answer.body['id_token']))['auth_time']);
    };
    const first = await signInAt();
    expect(Math.abs(first - Date.now() / 1000)).toBeLessThan(10);
    advance(200_000);
    expect(await signInAt()).toBe(first);
    advance(200_000);
    const silent = request({ max_age: '300', prompt: 'none' });
    await audit.refused(() => authorize(browser.fork(), endpoint, silent), {
      status: 303,
      error: 'login_required',
      event: 'authorization.refused',
    });
    expect(await signInAt()).toBeGreaterThan(first + 390);
    const asked = await authorize(browser.fork(), endpoint, request({ prompt: 'login' }));
    expect(asked.location?.pathname).toMatch(/^\/interaction\//);
    await audit.refused(() => asStranger({ max_age: '-1' }), { status: 303, error: 'invalid_request' });
    scene.useBrowser(signedIn);
  });
});

describe('resource indicators', () => {
  const BAD = ['https://unknown.example.com', 'calendar', '/relative', 'https://calendar.example.com#f'];

  test.each(BAD)('AZ-16 refuses resource=%s with invalid_target (RFC 8707 §2)', async (resource) => {
    await audit.refused(() => asStranger({ resource }), { status: 303, error: 'invalid_target' });
    await audit.refused(() => push({ resource }), {
      status: 400,
      error: 'invalid_target',
      event: 'authorization.refused',
    });
  });

  test('AZ-16 at the token endpoint too, before the code is spent (workers-oauth-provider #246)', async () => {
    const { jwt, opaque } = scene;
    const code = await newCode({ scope: 'openid offline_access read', resource: jwt.identifier });
    const refusal = { status: 400, error: 'invalid_target', event: 'token.refused' } as const;
    for (const resource of [...BAD, opaque.identifier, [jwt.identifier, opaque.identifier]]) {
      await audit.refused(() => redeem(code, { resource }), refusal);
    }
    const { answer } = await audit.issued(() => redeem(code, { resource: jwt.identifier }));
    const refresh = (resource: string) =>
      scene.calls.token(scene.keyed(app), {
        grant_type: 'refresh_token',
        refresh_token: String(answer.body['refresh_token']),
        resource,
      });
    for (const resource of [opaque.identifier, 'https://unknown.example.com']) {
      await audit.refused(() => refresh(resource), refusal);
    }
    await audit.issued(() => refresh(jwt.identifier));
  });
});
