import { Refusal, type Scheme } from './refusal.ts';

/** A request as this package reads it. A binding makes it from the request of its framework. */
export type PresentedRequest = {
  readonly method: string;
  /** Request target as received: path and query. */
  readonly target: string;
  /** All header lines, so that a repeated header is seen. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /**
   * Client certificate of the connection, DER or PEM (RFC 8705). Only the TLS layer may supply it, never a header that a client
   * could have sent.
   */
  readonly certificate?: Uint8Array | string | undefined;
};

/** The token of a request, and what goes with it. */
export type PresentedToken = {
  readonly scheme: Scheme;
  readonly token: string;
  /** Values of all `DPoP` headers. */
  readonly proofs: readonly string[];
};

/** RFC 6750 §2.1: one scheme, one space, one token. A list of several schemes does not match. */
const AUTHORIZATION = /^(bearer|dpop) ([A-Za-z0-9\-._~+/]+=*)$/i;
/** Some servers join repeated headers with commas, so that the scheme may stand behind another one. */
const NAMES_SCHEME = /(?:^|,)\s*(?:bearer|dpop)(?:\s|,|$)/i;
const LONGEST_TARGET = 16_384;

const malformed = (reason: string, description: string): Refusal =>
  new Refusal('invalid_request', { reason, description });

/** A token in the address ends up in logs and histories, so it is refused (RFC 9700 §2.2, OAuth 2.1). */
const checkTarget = (target: string): void => {
  if (!target.startsWith('/')) throw malformed('target_malformed', 'The request target must begin with a slash.');
  if (target.length > LONGEST_TARGET) throw malformed('target_too_long', 'The request target is too long.');
  const question = target.indexOf('?');
  if (question >= 0 && new URLSearchParams(target.slice(question)).has('access_token')) {
    throw malformed('token_in_query', 'Send the token in the Authorization header, not in the address.');
  }
};

/** Finds the token of a request. Throws Refusal without a code when there is none (RFC 6750 §3.1). */
export const presentedToken = (request: PresentedRequest, maxTokenLength: number): PresentedToken => {
  checkTarget(request.target);
  const authorizations: string[] = [];
  const proofs: string[] = [];
  for (const [name, value] of request.headers) {
    // The length rules out most names.
    if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations.push(value);
    if (name.length === 4 && name.toLowerCase() === 'dpop') proofs.push(value);
  }
  const [authorization] = authorizations;
  if (authorizations.length > 1) {
    throw malformed('authorization_repeated', 'The request has several Authorization headers.');
  }
  if (authorization === undefined || !NAMES_SCHEME.test(authorization)) {
    throw new Refusal(undefined, { reason: 'token_missing', description: 'Send an access token.' });
  }
  if (authorization.length > maxTokenLength + 'Bearer '.length) {
    throw new Refusal('invalid_token', { reason: 'token_too_long', description: 'The token is too long.' });
  }
  const [, scheme, token] = AUTHORIZATION.exec(authorization) ?? [];
  if (scheme === undefined || token === undefined) {
    throw malformed('authorization_malformed', 'Send one token: Authorization: Bearer TOKEN, or DPoP TOKEN.');
  }
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token, proofs };
};
