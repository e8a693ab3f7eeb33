/** Our client at token endpoints for tokens in our own name (RFC 6749 §4.4), over openid-client. The library makes no request of its own. */
import * as client from 'openid-client';
import {
  type ClientTokens,
  type NoToken,
  TOKEN_ERRORS,
  type TokenError,
  type TokenParty,
} from '../../src/domain/ports/client-tokens.ts';
import {
  answeredOf,
  fetchReasonOf,
  type InternalPurpose,
  type TrustedCall,
} from '../../src/domain/ports/trusted-fetch.ts';
import { causesOf } from './error-causes.ts';
import { byOwnKey, type SigningJwk } from './own-key.ts';

type ClientTokensDeps = {
  readonly call: TrustedCall['call'];
  /** The list of internal hosts that applies. */
  readonly internal: InternalPurpose;
  /** The current signing key of this kind. */
  readonly signingKey: (kind: 'EC' | 'RSA') => Promise<SigningJwk>;
};

const TIMEOUT_MILLISECONDS = 5000;
/** It becomes a header: visible characters, and no more of them than servers accept. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

export const clientTokens = ({ call, internal, signingKey }: ClientTokensDeps): ClientTokens => {
  const authenticationOf = ({ authentication }: TokenParty): client.ClientAuth =>
    authentication.method === 'private_key_jwt'
      ? byOwnKey(signingKey)
      : client.ClientSecretBasic(authentication.secret);

  return {
    async request(party, signal) {
      const { tokenEndpoint: url, authentication, scope, resource } = party;
      // The library takes the issuer as `aud` of an assertion.
      const issuer = authentication.method === 'private_key_jwt' ? authentication.audience : url;
      const configuration = new client.Configuration(
        { issuer, token_endpoint: url },
        party.clientId,
        undefined,
        authenticationOf(party),
      );
      let status: number | undefined;
      configuration[client.customFetch] = async (_, { headers, body }) => {
        const { authorization } = headers;
        const answer = await call({
          ...{ method: 'POST', url, purpose: 'client_token', internal, body: String(body), signal },
          ...(authorization === undefined ? {} : { authorization }),
          timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        });
        ({ status } = answer);
        return new Response(Buffer.from(answer.body), { status, headers: { 'content-type': 'application/json' } });
      };
      try {
        const {
          access_token: token,
          token_type: type,
          expires_in: seconds,
        } = await client.clientCredentialsGrant(configuration, {
          ...(scope === undefined ? {} : { scope }),
          ...(resource === undefined ? {} : { resource }),
        });
        if (type.toLowerCase() !== 'bearer' || !TOKEN.test(token)) return { why: 'answer_not_valid' };
        return { token, ...(seconds === undefined ? {} : { expiresInSeconds: seconds }) };
      } catch (error) {
        return noTokenOf(error, status);
      }
    },
  };
};

const noTokenOf = (error: unknown, status: number | undefined): NoToken => {
  for (const at of causesOf(error)) {
    const reason = fetchReasonOf(at);
    if (reason === undefined) continue;
    const { status: answered, retryAfter } = answeredOf(at) ?? {};
    return {
      ...{ why: 'endpoint_failed', detail: reason },
      ...(answered === undefined ? {} : { status: answered }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  }
  // Without an answer the error is ours.
  if (status === undefined) throw error;
  if (status < 400) return { why: 'answer_not_valid' };
  const said = (error as { readonly error?: unknown }).error;
  const detail = TOKEN_ERRORS.find((known): known is TokenError => known === said);
  const isAboutUs = detail === 'invalid_client' || detail === 'unauthorized_client' || status === 401;
  return {
    ...{ why: isAboutUs ? 'client_refused' : 'request_refused', status },
    ...(detail === undefined ? {} : { detail }),
  };
};
