/** Access tokens of other authorization servers for this server itself (RFC 6749 §4.4). */
import type { FetchReason } from './trusted-fetch.ts';

/** One authorization server, from the point of view of this server as its client. */
export type TokenParty = {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly authentication:
    | { readonly method: 'private_key_jwt'; readonly audience: string }
    | { readonly method: 'client_secret_basic'; readonly secret: string };
  readonly scope?: string;
  /** RFC 8707. */
  readonly resource?: string;
};

/** `expiresInSeconds`: absent where the answer does not say. */
export type ClientToken = { readonly token: string; readonly expiresInSeconds?: number };

/**
 * Why there is no token. `client_refused`: the endpoint does not accept the client. `request_refused`: it does, and not what is
 * requested. `endpoint_failed`: no answer that can be read. `answer_not_valid`: no bearer token in it.
 */
export type NoToken = {
  readonly why: 'client_refused' | 'request_refused' | 'endpoint_failed' | 'answer_not_valid';
  /** The code of a refusal (RFC 6749 §5.2, RFC 8707 §2) if it is a registered one, or why there is no answer. */
  readonly detail?: TokenError | FetchReason;
  readonly status?: number;
  /** The header as sent, truncated. */
  readonly retryAfter?: string;
};

/** Codes of refusals that are kept. What else an endpoint says is its own text. */
export const TOKEN_ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
] as const;
export type TokenError = (typeof TOKEN_ERRORS)[number];

export interface ClientTokens {
  /** Makes one request by trusted-fetch.ts, within five seconds. Throws only unexpected errors. */
  request(party: TokenParty, signal: AbortSignal): Promise<ClientToken | NoToken>;
}

export const isNoToken = (answer: ClientToken | NoToken): answer is NoToken => 'why' in answer;
