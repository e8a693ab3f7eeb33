/**
 * Our client at OpenID providers where our users sign in, over openid-client. Owns which requests go to a provider
 * and which parts of its responses are trusted. Every byte goes through the guard of outgoing requests. The library
 * makes no request of its own, and no endpoint is used that is not https.
 */
import * as client from 'openid-client';
import { fetchReasonOf, type TrustedAsk, type TrustedFetch } from '../../src/domain/ports/trusted-fetch.ts';
import {
  type UpstreamClient,
  type UpstreamParty,
  type UpstreamReason,
  upstreamFailed,
  upstreamReasonOf,
} from '../../src/domain/ports/upstream-client.ts';
import { causesOf } from './error-causes.ts';
import { byOwnKey, type SigningJwk } from './own-key.ts';

export type UpstreamClientDeps = {
  readonly fetcher: Pick<TrustedFetch, 'get'> & TrustedAsk;
  /** The current signing key of this kind. */
  readonly signingKey: (kind: 'EC' | 'RSA') => Promise<SigningJwk>;
  readonly clock: { now(): number };
  /** Seconds by which the provider's clock may be ahead or behind. */
  readonly clockToleranceSeconds: number;
};

type Metadata = client.ServerMetadata & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
};

/** Seconds after which the metadata of a provider is read again. */
const KNOWN_SECONDS = 300;
const MOST_KNOWN = 200;

/** OpenID Connect Discovery §4.1. */
const discoveryUrlOf = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

export const upstreamClient = (deps: UpstreamClientDeps): UpstreamClient => {
  const { fetcher, clock } = deps;
  const known = new Map<string, { readonly configuration: client.Configuration; readonly at: number }>();

  /** Replaces `fetch`: handles each endpoint separately, and no other. */
  const guarded =
    ({ issuer, jwks_uri: keys, token_endpoint: token, userinfo_endpoint: userinfo }: Metadata): client.CustomFetch =>
    async (url, { headers, body }) => {
      const { authorization } = headers;
      const namedBy = discoveryUrlOf(issuer);
      const given = authorization === undefined ? { namedBy } : { namedBy, authorization };
      switch (url) {
        case keys: {
          // The library calls this when its keys are too old, or a key is missing.
          const document = await fetcher.get({ url, purpose: 'jwks', namedBy, again: true });
          return answerOf(200, document);
        }
        case token: {
          const answer = await fetcher.ask({ url, purpose: 'upstream_token', form: String(body), ...given });
          return answerOf(answer.status, answer);
        }
        case userinfo: {
          const answer = await fetcher.ask({ url, purpose: 'upstream_userinfo', ...given });
          return answerOf(answer.status, answer);
        }
        default:
          throw upstreamFailed('provider_metadata', 'an endpoint that is not in the metadata');
      }
    };

  const clientAuthOf = ({ authentication }: UpstreamParty): client.ClientAuth => {
    switch (authentication.method) {
      case 'private_key_jwt':
        return byOwnKey(deps.signingKey);
      case 'client_secret_basic':
        return client.ClientSecretBasic(authentication.secret);
      case 'client_secret_post':
        return client.ClientSecretPost(authentication.secret);
    }
  };

  const discovered = async (issuer: string): Promise<Metadata> => {
    const url = discoveryUrlOf(issuer);
    const { body } = await fetcher.get({ url, purpose: 'issuer_metadata', again: true });
    let metadata: Partial<Metadata> | null;
    try {
      metadata = JSON.parse(Buffer.from(body).toString('utf8'));
    } catch {
      throw upstreamFailed('provider_metadata', 'the discovery document is no JSON');
    }
    // Compared character by character (OpenID Connect Discovery §4.3).
    if (metadata?.issuer !== issuer) {
      throw upstreamFailed('provider_metadata', 'the discovery document is of another issuer');
    }
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
      if (!isHttps(metadata[name])) throw upstreamFailed('provider_metadata', `${name} is missing, or is not https`);
    }
    const { userinfo_endpoint: userinfo, end_session_endpoint: end, ...rest } = metadata as Metadata;
    return {
      ...rest,
      ...(isHttps(userinfo) ? { userinfo_endpoint: userinfo } : {}),
      ...(isHttps(end) ? { end_session_endpoint: end } : {}),
    } as Metadata;
  };

  const configurationOf = async (party: UpstreamParty): Promise<client.Configuration> => {
    const held = known.get(party.key);
    const age = held === undefined ? KNOWN_SECONDS : clock.now() - held.at;
    if (held && age >= 0 && age < KNOWN_SECONDS) return held.configuration;
    const metadata = await discovered(party.issuer);
    const about = { [client.clockTolerance]: deps.clockToleranceSeconds } as Partial<client.ClientMetadata>;
    const configuration = new client.Configuration(metadata, party.clientId, about, clientAuthOf(party));
    configuration[client.customFetch] = guarded(metadata);
    // The signature is verified although TLS authenticates the token endpoint (OpenID Connect Core §3.1.3.7, 6).
    client.enableNonRepudiationChecks(configuration);
    known.delete(party.key);
    known.set(party.key, { configuration, at: clock.now() });
    for (const oldest of known.keys()) {
      if (known.size <= MOST_KNOWN) break;
      known.delete(oldest);
    }
    return configuration;
  };

  return {
    authorizationUrl: (party, { redirectUri, scopes, state, nonce, codeVerifier, loginHint, isFresh }) =>
      translated('provider_metadata', async () => {
        const configuration = await configurationOf(party);
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: scopes.join(' '),
          response_type: 'code',
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          ...(loginHint === undefined ? {} : { login_hint: loginHint }),
          // With `max_age` the response must state the time of the sign-in (OpenID Connect Core §3.1.2.1).
          ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
        });
        return url.href;
      }),

    async identify(party, { redirectUri, query, state, nonce, codeVerifier }) {
      const configuration = await translated('provider_metadata', () => configurationOf(party));
      const metadata = configuration.serverMetadata();
      const issuers = query.getAll('iss');
      const isMissing = issuers.length === 0 && metadata.authorization_response_iss_parameter_supported === true;
      if (isMissing || issuers.some((iss) => iss !== party.issuer)) {
        throw upstreamFailed('wrong_issuer', 'the answer names another issuer, or none where one was promised');
      }
      const answer = new URL(redirectUri);
      answer.search = String(query);
      const tokens = await translated('id_token_invalid', () =>
        client.authorizationCodeGrant(configuration, answer, {
          pkceCodeVerifier: codeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        }),
      );
      const claims = tokens.claims();
      if (!claims || tokens.id_token === undefined) throw upstreamFailed('id_token_invalid', 'there is none');
      const more =
        metadata.userinfo_endpoint === undefined
          ? {}
          : await translated('claims_invalid', () =>
              client.fetchUserInfo(configuration, tokens.access_token, claims.sub),
            );
      return { subject: claims.sub, claims: { ...more, ...claims }, idToken: tokens.id_token };
    },

    endSessionUrl: (party, { idToken, returnTo, state }) =>
      translated('provider_metadata', async () => {
        const configuration = await configurationOf(party);
        if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
        const hint = idToken === undefined ? {} : { id_token_hint: idToken };
        const parameters = { ...hint, post_logout_redirect_uri: returnTo, state };
        return client.buildEndSessionUrl(configuration, parameters).href;
      }),

    keysUrl: (party) =>
      translated('provider_metadata', async () => String((await configurationOf(party)).serverMetadata().jwks_uri)),
  };
};

const answerOf = (
  status: number,
  { body, mediaType }: { readonly body: Uint8Array; readonly mediaType: string },
): Response => new Response(Buffer.from(body), { status, headers: { 'content-type': mediaType } });

const isHttps = (url: unknown): url is string =>
  typeof url === 'string' && URL.canParse(url) && new URL(url).protocol === 'https:';

type Thrown = { readonly code?: unknown; readonly error?: unknown; readonly message?: unknown };

/** Runs a call of the library and translates its errors to our reasons; `otherwise` where nothing better is known. */
const translated = async <T>(otherwise: UpstreamReason, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    for (const at of causesOf(error)) {
      if (upstreamReasonOf(at) !== undefined) throw at;
      const reason = fetchReasonOf(at);
      if (reason !== undefined) throw upstreamFailed('provider_unreachable', reason);
    }
    const { code, error: said, message } = error as Thrown;
    const detail = [code, said, message]
      .filter((part) => typeof part === 'string')
      .join(': ')
      .slice(0, 200);
    if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') throw upstreamFailed('provider_refused', detail);
    if (code === 'OAUTH_RESPONSE_BODY_ERROR' || code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') {
      const isAboutUs = said === 'invalid_client' || said === 'unauthorized_client' || said === undefined;
      throw upstreamFailed(isAboutUs ? 'client_refused' : 'code_refused', detail);
    }
    throw upstreamFailed(otherwise, detail);
  }
};
