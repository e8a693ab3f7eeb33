/** AZ-13: step-up authentication (RFC 9470) with the factors there are, on a whole server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { codeAt, enrolApp } from '../support/authenticator-app.ts';
import { newBrowser, type Page, submitSignIn, walkAuthorization } from '../support/browser-flow.ts';
import { authorize } from '../support/front-channel.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});

afterAll(() => server?.close());

const signIn = async (parameters: Record<string, string> = {}) => {
  const request = scene.authorizationRequest(scene.app, {
    scope: 'openid read',
    resource: scene.jwt.identifier,
    ...parameters,
  });
  const code = scene.codeFrom(await scene.walk(request.url));
  const answer = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
    resource: scene.jwt.identifier,
  });
  expect(answer.status).toBe(200);
  return { token: String(answer.body['access_token']), idToken: answer.body['id_token'] };
};

describe('AZ-13 step-up', () => {
  test('AZ-13 a token says how and when the person signed in, and so does introspection (RFC 9470 §6.2)', async () => {
    const before = Math.floor(Date.now() / 1000);
    scene.useBrowser(newBrowser(scene.issuer));
    const { token } = await signIn();
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ acr: SINGLE_FACTOR, amr: ['pwd'] });
    const age = Number(claims['auth_time']) - before;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(60);
    const introspected = await scene.calls.introspect(scene.jwt.credential, token);
    expect(introspected.body).toMatchObject({
      active: true,
      acr: SINGLE_FACTOR,
      amr: ['pwd'],
      auth_time: claims['auth_time'],
    });
  });

  test('AZ-13 an exchange inherits the sign-in and never makes it newer', async () => {
    const token = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    await scene.consentToAgent(scene.agent, token, scene.opaque.identifier);
    const answer = await scene.calls.exchange(scene.keyed(scene.agent), token, scene.opaque.identifier);
    expect(answer.status).toBe(200);
    const introspected = await scene.calls.introspect(scene.opaque.credential, String(answer.body['access_token']));
    expect(introspected.body).toMatchObject({
      acr: SINGLE_FACTOR,
      amr: ['pwd'],
      auth_time: decodeJwt(token)['auth_time'],
    });
  });

  test('AZ-13 acr_values that a sign-in here satisfies go through', async () => {
    const { token } = await signIn({ acr_values: `urn:unknown ${SINGLE_FACTOR}` });
    expect(decodeJwt(token)['acr']).toBe(SINGLE_FACTOR);
  });

  test('AZ-13 acr_values that this account, or no sign-in here, reaches are refused at once, with no page to go round in (RFC 9470 §5)', async () => {
    const asking = (acr: string) =>
      scene.authorizationRequest(scene.app, {
        scope: 'openid read',
        resource: scene.jwt.identifier,
        acr_values: acr,
        state: 'kept',
      });
    const refused = 'unmet_authentication_requirements';
    for (const [browser, acr] of [
      [scene.browser, 'urn:unknown'],
      [newBrowser(scene.issuer), 'urn:unknown'],
      [scene.browser, MULTI_FACTOR],
    ] as const) {
      const request = asking(acr);
      const answer = await authorize(browser, scene.calls.endpoints.authorization, request.parameters);
      expect(answer.location?.searchParams.get('error') ?? answer.text).toBe(refused);
      expect(answer.location?.searchParams.get('state')).toBe('kept');
    }
    // No user is signed in: it is known after the password.
    const pages: Page[] = [];
    const left = await walkAuthorization(newBrowser(scene.issuer), asking(MULTI_FACTOR).url, {
      person: scene.person,
      onPage: (page) => pages.push(page),
    });
    expect([left.searchParams.get('error'), pages.length]).toEqual([refused, 1]);
  });

  test('AZ-13 max_age asks for a new sign-in, and the token has its time', async () => {
    const first = decodeJwt((await signIn()).token)['auth_time'];
    const { token } = await signIn({ max_age: '0' });
    expect(Number(decodeJwt(token)['auth_time'])).toBeGreaterThanOrEqual(Number(first));
    const silent = scene.authorizationRequest(scene.app, {
      scope: 'openid read',
      resource: scene.jwt.identifier,
      max_age: '0',
      prompt: 'none',
    });
    const answer = await authorize(scene.browser, scene.calls.endpoints.authorization, silent.parameters);
    expect(answer.location?.searchParams.get('error')).toBe('login_required');
  });

  test('AZ-13 discovery names the classes a sign-in here reaches', async () => {
    const response = await fetch(`${scene.issuer}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({ acr_values_supported: [SINGLE_FACTOR, MULTI_FACTOR] });
  });

  test('AZ-13 a second factor is asked for where it is missing, and tokens say what was proven and when', async () => {
    const person = { username: 'grace', password: 'a long enough pass phrase' };
    await scene.management.createAccount({ ...person, name: 'Grace' });
    const browser = newBrowser(scene.issuer);
    const walk = async (parameters: Record<string, string>, from = browser) => {
      const request = scene.authorizationRequest(scene.app, {
        scope: 'openid read',
        resource: scene.jwt.identifier,
        ...parameters,
      });
      return { request, page: await from.open(request.url) };
    };
    const tokenOf = async (request: { verifier: string }, left: URL | undefined) => {
      const answer = await scene.calls.token(scene.keyed(scene.app), {
        grant_type: 'authorization_code',
        code: scene.codeFrom(left ?? new URL('none:')),
        redirect_uri: REDIRECT_URI,
        code_verifier: request.verifier,
        resource: scene.jwt.identifier,
      });
      return decodeJwt(String(answer.body['access_token']));
    };

    // The first app, added with the password alone: there is nothing stronger yet.
    const now = Math.floor(Date.now() / 1000);
    const { secret, page: codes, recovery } = await enrolApp(browser, scene.issuer, person);
    expect([codes.status, recovery.length]).toEqual([200, 10]);

    // A user who is signed in with the password gives only what is missing.
    const stepUp = await walk({ acr_values: MULTI_FACTOR });
    expect(stepUp.page.text).toContain('You are signed in');
    const [factorForm, recoveryForm] = stepUp.page.forms;
    if (!factorForm || !recoveryForm) throw new Error(stepUp.page.text);
    const before = (await browser.request(`${scene.issuer}/account`)).status;
    const replayed = await browser.submit(stepUp.page, factorForm, { set: { code: codeAt(secret, now - 30) } });
    expect([before, replayed.status, replayed.left]).toEqual([200, 403, undefined]);
    const stepped = await browser.submit(replayed, factorForm, { set: { code: codeAt(secret, now) } });
    const claims = await tokenOf(stepUp.request, stepped.left);
    expect(claims).toMatchObject({ acr: MULTI_FACTOR, amr: ['pwd', 'otp'] });
    expect((await walk({ acr_values: MULTI_FACTOR })).page.left?.searchParams.get('code')).toBeTruthy();

    // A sign-in from the beginning asks for both, and an old `auth_time` does not become new by one of them.
    const other = newBrowser(scene.issuer);
    const anew = await walk({}, other);
    const second = await submitSignIn(other, anew.page, person);
    expect([second.status, second.left, (await other.request(`${scene.issuer}/account`)).status]).toEqual([
      200,
      undefined,
      303,
    ]);
    const [, paper] = second.forms;
    if (!paper) throw new Error(second.text);
    const done = await other.submit(second, paper, { set: { code: String(recovery[0]) } });
    expect(await tokenOf(anew.request, done.left)).toMatchObject({
      acr: MULTI_FACTOR,
      amr: ['pwd', 'urn:behalf:amr:recovery-code'],
    });
    expect(Number(claims['auth_time'])).toBeLessThanOrEqual(now);

    // The form is of no use once more, nor to another browser.
    expect((await other.submit(second, paper, { set: { code: String(recovery[1]) } })).status).not.toBe(200);
    expect((await newBrowser(scene.issuer).submit(second, paper, { set: { code: String(recovery[1]) } })).status).toBe(
      404,
    );
  });
});
