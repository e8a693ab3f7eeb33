/** The authorization endpoint: redirect URIs, PKCE, mix-up, prompts and resource indicators. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import {
  app,
  asPerson,
  asStranger,
  audit,
  CUSTOM,
  closeAuthorization,
  endpoint,
  LOCALHOST,
  LOOPBACK,
  LOOPBACK6,
  native,
  newCode,
  OTHER_URI,
  pkce,
  push,
  redeem,
  request,
  scene,
  server,
  signedIn,
  startAuthorization,
} from '../support/authorization-requests.ts';
import { newBrowser, type Page } from '../support/browser-flow.ts';
import { authorize, type FrontAnswer } from '../support/front-channel.ts';
import { type Answer, answerOf, formOf, type Parameters } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { redirectMutants } from '../support/redirect-mutants.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startAuthorization);
afterAll(closeAuthorization);

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

  test('AZ-01 an unknown client, or none, is reported to the user only', async () => {
    for (const client_id of [undefined, 'app_unknown', `${app.clientId} `]) {
      const { answer } = await audit.refused(() => asStranger({ client_id }), {
        status: 400,
        error: client_id === undefined ? 'invalid_request' : 'invalid_client',
      });
      expect((answer as FrontAnswer).location).toBeUndefined();
    }
  });

  test('an error that cannot be sent back is shown in plain words, and to browsers as a page', async () => {
    const asBrowser = async (path: string): Promise<Answer> =>
      answerOf(await fetch(`${server.issuer}${path}`, { headers: { accept: 'text/html,*/*;q=0.8' } }));
    const unknown = await asBrowser(`/auth?${formOf(request({ client_id: 'app_unknown' }))}`);
    expect(unknown.text).toContain('is not known at this server');
    expect(unknown.text).toContain('client is invalid');
    for (const path of ['/nothing', '/account/nothing']) {
      const { status, text } = await asBrowser(path);
      expect([path, status, text.includes('<h1>There is no page at this address</h1>')]).toEqual([path, 404, true]);
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

  test('AZ-04 a scheme that a browser runs, or that any app may claim, is refused at registration and at use', async () => {
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
