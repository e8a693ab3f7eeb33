/** AZ-13: step-up authentication (RFC 9470) with the factors there are, on a whole server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../src/domain/accounts/assurance.ts';
import { newBrowser } from '../support/browser-flow.ts';
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

  test('AZ-13 acr_values that no sign-in here reaches are refused at once, with no page to go round in (RFC 9470 §5)', async () => {
    const request = scene.authorizationRequest(scene.app, {
      scope: 'openid read',
      resource: scene.jwt.identifier,
      acr_values: MULTI_FACTOR,
      state: 'kept',
    });
    for (const browser of [scene.browser, newBrowser(scene.issuer)]) {
      const answer = await authorize(browser, scene.calls.endpoints.authorization, request.parameters);
      expect(answer.location?.searchParams.get('error') ?? answer.text).toBe('unmet_authentication_requirements');
      expect(answer.location?.searchParams.get('state')).toBe('kept');
    }
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
    expect(await response.json()).toMatchObject({ acr_values_supported: [SINGLE_FACTOR] });
  });
});
