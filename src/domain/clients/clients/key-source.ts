import { keyRefusal } from '../../platform/remote-keys/key-refusals.ts';
import { checkReachable, type UrlReach } from '../../platform/remote-keys/operator-urls.ts';
import { checkPublicKeys } from '../../platform/remote-keys/public-keys.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { raise } from '../../vocabulary/refusals.ts';

/** Where the public keys of an agent or client come from: registered keys, or a URL. */
export type KeySource = { readonly jwks?: JsonWebKeySet; readonly jwksUri?: string };

/** Checks a URL by its form: why keys could never be fetched from it. */
export type KeyUrlCheck = TrustedFetch['check'];

/** The reach of URLs of agents and clients that a caller without a role entered. */
const USUAL: UrlReach = { purpose: 'clientKeys', isByRole: false };

/** The requested source, or else the current one. A new source of one kind replaces a source of the other. */
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
      ? raise(keyRefusal('keys_or_uri_missing', { field: `${at}/jwks` }))
      : { jwks: checkPublicKeys(jwks, `${at}/jwks`) };
  }
  if (jwks !== undefined) throw keyRefusal('keys_sent_and_served', { field: `${at}/jwks_uri` });
  if (jwksUri === before?.jwksUri) return { jwksUri };
  checkReachable(jwksUri, `${at}/jwks_uri`, checkUrl, reach);
  return { jwksUri };
};
