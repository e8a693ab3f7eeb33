/** Signs a person in to the agent itself: code with PKCE and a loopback redirect (RFC 6749 §4.1, RFC 7636, RFC 8252). */
import * as oidc from 'openid-client';
import { checkAccessTokenHash } from './access-token-hash.ts';
import { AgentStop } from './agent-stop.ts';
import {
  type AuthorizationServer,
  type Connection,
  definedIn,
  grantOf,
  type ResponseGrant,
} from './authorization-server.ts';
import { abortable } from './clock.ts';
import { ConfigurationError } from './configuration-error.ts';
import { openLoopback } from './loopback.ts';
import type { Ending } from './loopback-page.ts';
import { type Call, checkCall, checkTarget, type Target, targetParameters } from './requests.ts';
import { type KeepRefreshToken, type Session, sessionOf } from './session.ts';
import type { Settings } from './settings.ts';

export type SignInRequest = Target & {
  /** Gets the address that the person's browser has to open. It may resolve later than the person answers, or never. */
  readonly open: (url: string) => unknown;
  /** As registered. Without a port the system chooses one, which only a native app may do. Default: http://127.0.0.1/callback. */
  readonly redirectUri?: string;
  /** Authentication context classes, of a step-up (RFC 9470 §4). */
  readonly acrValues?: readonly string[];
  /** The person signed in at most so many seconds ago. */
  readonly maxAge?: number;
  /** Pushes the request to the server (RFC 9126). Default: if the server requires it. */
  readonly push?: boolean;
  /** Stores each refresh token before it is used. */
  readonly keep?: KeepRefreshToken;
};

const check = (request: SignInRequest, call: Call): void => {
  checkTarget(request);
  checkCall(call);
  if (typeof request.open !== 'function')
    throw new ConfigurationError('open', 'give a function that opens the address');
  const { maxAge } = request;
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0)) {
    throw new ConfigurationError('maxAge', 'give a number of seconds');
  }
};

const scopesOf = ({ scopes = [] }: Target): readonly string[] => [...new Set(['openid', ...scopes])];

type Secrets = { readonly state: string; readonly nonce: string; readonly verifier: string };

const addressOf = async (
  { configuration, dpop }: Connection,
  request: SignInRequest,
  redirectUri: string,
  { state, nonce, verifier }: Secrets,
): Promise<string> => {
  const { acrValues, maxAge, push } = request;
  const parameters = definedIn({
    ...targetParameters(request, scopesOf(request)),
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    acr_values: acrValues && acrValues.length > 0 ? acrValues.join(' ') : undefined,
    max_age: maxAge === undefined ? undefined : String(maxAge),
    // A code that leaks cannot be redeemed with another key (RFC 9449 §10).
    dpop_jkt: await dpop?.calculateThumbprint(),
  });
  const isPushed = push ?? configuration.serverMetadata().require_pushed_authorization_requests === true;
  if (!isPushed) return oidc.buildAuthorizationUrl(configuration, parameters).href;
  return (await oidc.buildAuthorizationUrlWithPAR(configuration, parameters, dpop ? { DPoP: dpop } : {})).href;
};

/** Rejects if the hook fails. Never resolves: a hook may wait until the browser is closed. */
const failureOf = (hook: () => unknown): Promise<never> =>
  new Promise((_, reject) => {
    (async () => hook())().catch((cause) => reject(new AgentStop('hook_failed', { steps: [], cause })));
  });

/** Resolves to a session. Rejects with AgentStop if the person or the server refuses, or no answer arrives in time. */
export const signIn = async (
  settings: Settings,
  server: AuthorizationServer,
  request: SignInRequest,
  call: Call,
): Promise<Session> => {
  check(request, call);
  const { bounds, clock } = settings;
  const secrets = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  const loopback = await openLoopback(request.redirectUri ?? 'http://127.0.0.1/callback', secrets.state);
  const timeout = AbortSignal.timeout(bounds.seconds * 1000);
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;

  const redeem = async (connection: Connection): Promise<ResponseGrant> => {
    const { configuration, dpop } = connection;
    const address = await addressOf(connection, request, loopback.redirectUri, secrets);
    const answer = await abortable(Promise.race([loopback.answer, failureOf(() => request.open(address))]), signal);
    const tokens = await oidc.authorizationCodeGrant(
      configuration,
      answer,
      {
        pkceCodeVerifier: secrets.verifier,
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        idTokenExpected: true,
        ...(request.maxAge === undefined ? {} : { maxAge: request.maxAge }),
      },
      definedIn({ resource: request.resource }),
      dpop ? { DPoP: dpop } : {},
    );
    if (tokens.id_token !== undefined) checkAccessTokenHash(tokens.id_token, tokens.access_token);
    return grantOf(tokens, scopesOf(request).join(' '), clock.now());
  };

  let ending: Ending = 'failed';
  try {
    const answer = await server.ask(redeem, signal);
    if (answer.kind === 'denied') {
      if (answer.denial.error === 'access_denied') ending = 'refused';
      throw new AgentStop('refused', { denial: answer.denial, steps: [] });
    }
    const session = await sessionOf(settings, server, { ...answer.grant, target: request, keep: request.keep });
    ending = 'signed_in';
    return session;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    const reason = call.signal?.aborted ? 'aborted' : 'out_of_time';
    throw new AgentStop(reason, { steps: [], cause: error });
  } finally {
    await loopback.close(ending);
  }
};
