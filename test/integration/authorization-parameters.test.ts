/** The authorization endpoint: pushed requests, smuggled parameters, response types, and what its answers say to caches. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  app,
  asPerson,
  asStranger,
  audit,
  closeAuthorization,
  endpoint,
  LOOPBACK,
  native,
  newCode,
  OTHER_URI,
  pkce,
  push,
  pushed,
  redeem,
  request,
  scene,
  server,
  signedIn,
  startAuthorization,
} from '../support/authorization-requests.ts';
import { ALLOW, type Browser, fillForm, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { authorize, type FrontAnswer, frontRequest } from '../support/front-channel.ts';
import { type Form, formsOf } from '../support/html-forms.ts';
import { formOf, oauthCalls, type Parameters } from '../support/oauth-calls.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startAuthorization);
afterAll(closeAuthorization);

describe('pushed authorization requests', () => {
  const INVALID = { status: 400, error: 'invalid_request_uri' } as const;
  const use = (browser: Browser, request_uri: string, client_id = app.clientId) =>
    authorize(browser, endpoint, { client_id, request_uri });

  test('AZ-08 a request_uri yields one code (RFC 9126 §7.3)', async () => {
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
