/**
 * One request to each endpoint, everything it needs made before: so that the request itself meets the fault
 * that is injected. Only the fail-closed tests use them; they know what has to come back.
 */

import { newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { answerOf, DEVICE_CODE } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Endpoint } from './fail-closed-table.ts';

/** `outcome`: one of the table's, or what else it was. */
export type Seen = { readonly outcome: string; readonly text: string };
export type Attempts = Readonly<Record<Endpoint, () => Promise<Seen>>>;

export type FaultWorld = Awaited<ReturnType<typeof faultWorld>>;

const seenOf = (status: number, headers: Headers, text: string, isGood: boolean): Seen => {
  const told = `${status} ${text.slice(0, 300)}`;
  if (status === 503) return { outcome: headers.has('retry-after') ? '503' : '503 without Retry-After', text: told };
  if (isGood) return { outcome: 'works', text: told };
  return { outcome: status < 500 && status >= 200 ? 'refused' : String(status), text: told };
};

const ofAnswer = ({ status, headers, text, body }: Answer, good: (body: Answer['body']) => boolean): Seen =>
  seenOf(status, headers, text, status < 300 && good(body));

/** Sent on to the client with a code: that is what a browser comes for. */
const ofPage = ({ status, headers, text, left }: Page): Seen => {
  if (left?.searchParams.get('error') === 'temporarily_unavailable') return { outcome: '503', text: left.search };
  return seenOf(status, headers, left?.search ?? text, left?.searchParams.has('code') ?? false);
};

/** A scene with a client of each way to authenticate and a person who has signed in. */
export const faultWorld = async (scene: Scene) => {
  const { management, jwt, opaque, calls, keyed, agent } = scene;
  const confidential = await management.createClient({
    name: 'Back end',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
    authority: { [jwt.identifier]: ['read'] },
  });
  const secret: Credential = {
    kind: 'basic',
    clientId: confidential.id,
    secret: String(confidential['client_secret']),
  };
  const asking = await management.createClient({
    name: 'Stranger',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: false,
  });

  const requestOf = (clientId: string) => {
    const { challenge, verifier } = newPkce();
    const parameters = {
      client_id: clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      scope: 'openid offline_access read',
      resource: jwt.identifier,
    };
    return { verifier, parameters, url: `${calls.endpoints.authorization}?${new URLSearchParams(parameters)}` };
  };

  const code = async () => {
    const { url, verifier } = requestOf(confidential.id);
    const grant = {
      grant_type: 'authorization_code',
      code: scene.codeFrom(await scene.walk(url)),
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      resource: jwt.identifier,
    };
    return grant;
  };
  const tokens = async (): Promise<Answer['body']> => {
    const answer = await calls.token(secret, await code());
    if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
    return answer.body;
  };

  /** Everything prepared; nothing sent yet. */
  const prepare = async (): Promise<Attempts> => {
    const grant = await code();
    const ending = await tokens();
    const refreshing = await tokens();
    const lasting = await tokens();
    // For userinfo: a token without a resource is no token of an API.
    const { url: openid, verifier } = requestOf(confidential.id);
    const own = new URL(openid);
    own.searchParams.delete('resource');
    own.searchParams.set('scope', 'openid');
    const userinfo = await calls.token(secret, {
      grant_type: 'authorization_code',
      code: scene.codeFrom(await scene.walk(own.href)),
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
    });
    const subject = String((await scene.newTokens(opaque.identifier, 'openid read write'))['access_token']);
    await scene.consentToAgent(agent, subject, jwt.identifier);
    const device = await calls.device(secret, { scope: 'openid' });
    await scene.walkConsent(await scene.browser.open(String(device.body['verification_uri_complete'])));
    const signingIn = newBrowser(scene.issuer);
    const signInPage = await signingIn.open(requestOf(confidential.id).url);
    const consenting = scene.browser.fork();
    const consentPage = await consenting.open(`${requestOf(asking.id).url}&prompt=consent`);
    const [consentForm] = consentPage.forms.filter((form) => form.buttons.some(({ value }) => value === 'allow'));
    if (!consentForm) throw new Error(`no consent page: ${consentPage.status} ${consentPage.text.slice(0, 300)}`);
    const returning = scene.browser.fork();
    const reading = scene.browser.fork();
    await management.accessToken();
    const keyedApi = { clientId: agent.clientId, key: agent.key };

    const isToken = (body: Answer['body']): boolean => typeof body['access_token'] === 'string';
    const isActive = (body: Answer['body']): boolean => body['active'] === true;
    const get = async (path: string): Promise<Answer> => answerOf(await fetch(`${scene.issuer}${path}`));
    return {
      code: async () => ofAnswer(await calls.token(secret, grant), isToken),
      refresh: async () =>
        ofAnswer(
          await calls.token(secret, {
            grant_type: 'refresh_token',
            refresh_token: String(refreshing['refresh_token']),
            resource: jwt.identifier,
          }),
          isToken,
        ),
      client_credentials: async () =>
        ofAnswer(
          await calls.token(secret, { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' }),
          isToken,
        ),
      assertion: async () =>
        ofAnswer(
          await calls.token(keyed(keyedApi), { grant_type: 'client_credentials', resource: jwt.identifier }),
          isToken,
        ),
      exchange: async () => ofAnswer(await calls.exchange(keyed(agent), subject, jwt.identifier), isToken),
      device_code: async () =>
        ofAnswer(
          await calls.token(secret, { grant_type: DEVICE_CODE, device_code: String(device.body['device_code']) }),
          isToken,
        ),
      introspection: async () =>
        ofAnswer(await calls.introspect(jwt.credential, String(lasting['access_token'])), isActive),
      revocation: async () => ofAnswer(await calls.revoke(secret, String(ending['refresh_token'])), () => true),
      par: async () =>
        ofAnswer(
          await calls.push(secret, requestOf(confidential.id).parameters),
          (body) => typeof body['request_uri'] === 'string',
        ),
      device: async () =>
        ofAnswer(await calls.device(secret, { scope: 'openid' }), (body) => typeof body['device_code'] === 'string'),
      authorize: async () => ofPage(await returning.open(requestOf(confidential.id).url)),
      sign_in: async () => ofPage(await submitSignIn(signingIn, signInPage, scene.person)),
      consent: async () => ofPage(await consenting.submit(consentPage, consentForm, { button: /allow/ })),
      account_page: async () => {
        const page = await reading.open(`${scene.issuer}/account`);
        return seenOf(page.status, page.headers, page.text, page.status === 200 && /Ada/.test(page.text));
      },
      userinfo: async () =>
        ofAnswer(await calls.userinfo(String(userinfo.body['access_token'])), (body) => body['sub'] !== undefined),
      management_read: async () => ofAnswer(await management.call('GET', '/agents'), () => true),
      management_write: async () =>
        ofAnswer(await management.call('POST', '/accounts', { username: `p${Math.random()}`, name: 'P' }), () => true),
      jwks: async () => ofAnswer(await get('/jwks'), (body) => Array.isArray(body['keys'])),
      discovery: async () =>
        ofAnswer(await get('/.well-known/openid-configuration'), (body) => body['issuer'] === scene.issuer),
    };
  };
  return { prepare };
};
