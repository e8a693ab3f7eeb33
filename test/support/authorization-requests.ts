/** A server with a web app and a native app, and requests to its authorization endpoint. */
import { expect } from '@jest/globals';
import { type Identity, newKeyPair } from './agent-keys.ts';
import { auditWatch, COUNT_EACH_SECOND } from './audit-watch.ts';
import { type Browser, newBrowser } from './browser-flow.ts';
import { authorize, type FrontAnswer } from './front-channel.ts';
import { type Answer, type Credential, DEVICE_CODE, formOf, type Parameters } from './oauth-calls.ts';
import { newPkce } from './pkce.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from './scene.ts';
import { startClock, stopClock } from './stopped-clock.ts';

export const CUSTOM = 'com.example.desk:/callback';
export const LOOPBACK = 'http://127.0.0.1:7777/callback';
export const LOOPBACK6 = 'http://[::1]:7777/callback';
export const LOCALHOST = 'http://localhost:7777/callback';
export const OTHER_URI = 'https://app.example.com/other?tenant=1';

export let server: RunningServer;
export let scene: Scene;
export let audit: ReturnType<typeof auditWatch>;
/** Web, with a key, two redirect URIs, without a consent page. */
export let app: Identity;
/** Native, public, every kind of redirect URI a native app may have. */
export let native: string;
export let endpoint: string;
/** A browser in which the person is signed in. */
export let signedIn: Browser;

export const pkce = newPkce();

export const request = (more: Parameters = {}): Parameters => ({
  client_id: app.clientId,
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid',
  state: 'st',
  code_challenge: pkce.challenge,
  code_challenge_method: 'S256',
  ...more,
});
export const asStranger = (more: Parameters = {}): Promise<FrontAnswer> =>
  authorize(newBrowser(server.issuer), endpoint, request(more));
export const asPerson = (more: Parameters = {}): Promise<FrontAnswer> =>
  authorize(signedIn.fork(), endpoint, request(more));

export const newCode = async (more: Parameters = {}): Promise<string> => {
  const answer = await asPerson(more);
  if (!answer.parameters['code']) throw new Error(`no code: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer.parameters['code'];
};
export const redeem = (code: string, more: Parameters = {}, by: Credential = scene.keyed(app)): Promise<Answer> =>
  scene.calls.token(by, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: pkce.verifier,
    ...more,
  });
export const push = (more: Parameters = {}, by: Credential = scene.keyed(app)): Promise<Answer> =>
  scene.calls.push(by, request(more));
export const pushed = async (more: Parameters = {}): Promise<string> => {
  const answer = await push(more);
  expect(answer.status).toBe(201);
  return String(answer.body['request_uri']);
};

/** Starts the server for a test file. */
export const startAuthorization = async (): Promise<void> => {
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
};

/** Closes it. */
export const closeAuthorization = async (): Promise<void> => {
  await server?.close();
  startClock();
};
