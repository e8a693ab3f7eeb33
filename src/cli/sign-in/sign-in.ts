/**
 * Signs an account in for the command line: authorization code with PKCE and a loopback redirect (RFC 8252), or the device flow
 * (RFC 8628). All tokens are bound to a new DPoP key (RFC 9449). openid-client checks `state`, `iss` and the responses.
 */
import * as oidc from 'openid-client';
import { systemClock } from '../../../adapters/node/clock.ts';
import { isLoopbackHost } from '../../../config/rules.ts';
import { COMMAND_LINE_CLIENT } from '../../domain/vocabulary/command-line-client.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { UNSTATED_LIFETIME_SECONDS } from '../access.ts';
import { CommandError, usageError } from '../command.ts';
import type { Context } from './contexts.ts';
import { openLoopback } from './loopback.ts';

export type SignIn = {
  readonly issuer: string;
  readonly scope: string;
  /** Ask for a second factor, and for a sign-in that is new. */
  readonly isStepUp: boolean;
  /** Called with the address that the user opens. */
  readonly show: (url: string) => void;
};

type Tokens = Omit<Context, 'account'>;

const MULTI_FACTOR = 'urn:behalf:acr:multi-factor';

/** Throws CommandError for a refusal, and when no answer arrives. */
export const signInByBrowser = ({ issuer, scope, isStepUp, show }: SignIn): Promise<Tokens> =>
  explained(issuer, async () => {
    const { server, proof, key } = await prepared(issuer);
    const [state, verifier] = [oidc.randomState(), oidc.randomPKCECodeVerifier()];
    const loopback = await openLoopback(state);
    try {
      const address = oidc.buildAuthorizationUrl(server, {
        redirect_uri: loopback.redirectUri,
        scope,
        resource: managementApiOf(issuer),
        state,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        prompt: 'consent',
        dpop_jkt: await proof.calculateThumbprint(),
        ...(isStepUp ? { acr_values: MULTI_FACTOR, max_age: '0' } : {}),
      });
      show(address.href);
      const answer = await loopback.answer();
      const checks = { expectedState: state, pkceCodeVerifier: verifier };
      const parameters = { resource: managementApiOf(issuer) };
      const tokens = await oidc.authorizationCodeGrant(server, answer, checks, parameters, { DPoP: proof });
      return keptOf(issuer, key, tokens);
    } finally {
      loopback.close();
    }
  });

/** `show` gets the address with the code, which another device opens. */
export const signInByDevice = ({ issuer, scope, show }: Omit<SignIn, 'isStepUp'>): Promise<Tokens> =>
  explained(issuer, async () => {
    const { server, proof, key } = await prepared(issuer);
    const resource = managementApiOf(issuer);
    const started = await oidc.initiateDeviceAuthorization(server, { scope, resource });
    show(`${started.verification_uri}  ${started.user_code}`);
    const tokens = await oidc.pollDeviceAuthorizationGrant(server, started, { resource }, { DPoP: proof });
    return keptOf(issuer, key, tokens);
  });

/** New tokens for a context, bound to the same key. */
export const refreshed = (context: Context): Promise<Tokens> =>
  explained(context.issuer, async () => {
    const { issuer, key } = context;
    const server = await discovered(issuer);
    const parameters = { resource: managementApiOf(issuer) };
    const DPoP = oidc.getDPoPHandle(server, await pairOf(key));
    const tokens = await oidc.refreshTokenGrant(server, context.refreshToken, parameters, { DPoP });
    return keptOf(issuer, key, tokens, context.refreshToken);
  });

/** Ends all tokens of the context at the server (RFC 7009). */
export const revoked = ({ issuer, refreshToken }: Context): Promise<void> =>
  explained(issuer, async () =>
    oidc.tokenRevocation(await discovered(issuer), refreshToken, { token_type_hint: 'refresh_token' }),
  );

const discovered = async (issuer: string): Promise<oidc.Configuration> => {
  const url = new URL(issuer);
  if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname)) {
    throw usageError(`${issuer} is not https.`, 'A server is reached over https, or over http on this machine.');
  }
  const insecure = url.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {};
  return oidc.discovery(url, COMMAND_LINE_CLIENT, undefined, oidc.None(), insecure);
};

const prepared = async (issuer: string) => {
  const server = await discovered(issuer);
  const pair = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
  const key = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as Context['key'];
  return { server, proof: oidc.getDPoPHandle(server, pair), key: { ...key, alg: 'ES256' } };
};

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

const pairOf = async (key: Context['key']): Promise<oidc.CryptoKeyPair> => {
  const { kty = '', crv = '', x = '', y = '', d = '' } = key;
  const parts = { kty, crv, x, y };
  return {
    privateKey: await crypto.subtle.importKey('jwk', { ...parts, d }, CURVE, false, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', parts, CURVE, true, ['verify']),
  };
};

const keptOf = (issuer: string, key: Context['key'], tokens: oidc.TokenEndpointResponse, former?: string): Tokens => {
  const {
    access_token: accessToken,
    refresh_token: refreshToken = former,
    expires_in: seconds = UNSTATED_LIFETIME_SECONDS,
    token_type: type,
  } = tokens;
  if (type.toLowerCase() !== 'dpop' || refreshToken === undefined) {
    throw new CommandError('The server gave tokens that are not bound to a key.', {
      hint: 'Check that the address is that of a Behalf server of this version.',
    });
  }
  const expiresAt = systemClock.now() + seconds;
  return { issuer, clientId: COMMAND_LINE_CLIENT, refreshToken, accessToken, expiresAt, key };
};

/** Failures of the library as failures of a command. Their texts have no token and no code. */
const explained = async <T>(issuer: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
      const said = error.error_description === undefined ? error.error : `${error.error}: ${error.error_description}`;
      throw new CommandError(`The server refused the sign-in (${said}).`, { hint: hintFor(error.error), cause: error });
    }
    if (error instanceof oidc.ClientError || error instanceof TypeError) {
      throw new CommandError(`${issuer} does not answer as a Behalf server does.`, {
        hint: 'Check the address, and that the server runs.',
        cause: error,
      });
    }
    throw error;
  }
};

const hintFor = (error: string): string =>
  error === 'invalid_grant'
    ? 'The sign-in has ended. Sign in again: behalf login'
    : error === 'access_denied'
      ? 'Allow it in the browser. Accounts with a role sign in without --device.'
      : 'Sign in again: behalf login';
