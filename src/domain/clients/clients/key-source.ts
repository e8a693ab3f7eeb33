import { checkReachable, type UrlReach } from '../../platform/remote-keys/operator-urls.ts';
import { checkPublicKeys } from '../../platform/remote-keys/public-keys.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import { refuseField } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';

/** Where the public keys of an agent or client come from: registered keys, or a URL. */
export type KeySource = { readonly jwks?: JsonWebKeySet; readonly jwksUri?: string };

/** Why keys could never be fetched from a URL, judged by its spelling. */
export type KeyUrlCheck = TrustedFetch['check'];

/** For URLs of agents and clients that were entered without a role. */
const USUAL: UrlReach = { purpose: 'clientKeys', isByRole: false };

/** The requested source, or else the current one. One kind replaces the other. */
export const keySourceOf = (asked: KeySource, before: KeySource = {}): KeySource => {
  const { jwks, jwksUri } = asked.jwks === undefined && asked.jwksUri === undefined ? before : asked;
  return { ...(jwks === undefined ? {} : { jwks }), ...(jwksUri === undefined ? {} : { jwksUri }) };
};

/**
 * The source as it is stored. Throws 'invalid_field' unless it is exactly one source, with keys we accept or a
 * URL we may fetch.
 */
export const checkKeySource = (
  { jwks, jwksUri }: KeySource,
  before: KeySource | undefined,
  checkUrl: KeyUrlCheck | undefined,
  { at = '', reach = USUAL }: { readonly at?: string; readonly reach?: UrlReach } = {},
): KeySource => {
  if (jwksUri === undefined) {
    return jwks === undefined
      ? refuseField(`${at}/jwks`, 'Public keys are needed: send "jwks", or "jwks_uri" for where they are served.')
      : { jwks: checkPublicKeys(jwks, `${at}/jwks`) };
  }
  if (jwks !== undefined)
    refuseField(`${at}/jwks_uri`, 'Keys are sent or served: "jwks" or "jwks_uri", not both (RFC 7591 §2).');
  if (jwksUri === before?.jwksUri) return { jwksUri };
  checkReachable(jwksUri, `${at}/jwks_uri`, checkUrl, reach);
  return { jwksUri };
};
