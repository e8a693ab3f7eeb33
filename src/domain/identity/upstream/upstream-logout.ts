import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Claims } from '../../platform/remote-keys/claim-rules.ts';
import { discoveryUrlOf } from '../../platform/remote-keys/discovery-url.ts';
import type { KeysByUrl } from '../../platform/remote-keys/keys-by-url.ts';
import {
  isRefusal,
  isSignedBy,
  namedKey,
  type Refusal,
  readSigned,
  type SignedToken,
  wrongTimes,
} from '../../platform/remote-keys/signed-token.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import { fetchReasonOf } from '../../ports/trusted-fetch.ts';
import { type UpstreamClient, upstreamReasonOf } from '../../ports/upstream-client.ts';
import { type DomainError, isDomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { UpstreamOrigin } from '../sessions/session-registry.ts';
import { sealedRecords } from './sealed-records.ts';
import { isSubject } from './upstream-links.ts';
import type { UpstreamProvider } from './upstream-provider.ts';
import { upstreamRefusal } from './upstream-refusals.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';
import type { UpstreamSessions } from './upstream-sessions.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** `logout+jwt` is only recommended, and many providers use the type of their ID tokens (§2.4). */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'logout+jwt']);
/** Seconds after its issue for which a token is accepted. */
const LIFE_SECONDS = 600;
const LONGEST_NAME = 255;

type UpstreamLogoutClaims = { readonly origin: UpstreamOrigin; readonly jti: string; readonly iat: number };

/**
 * Receives logout tokens of a provider (OpenID Connect Back-Channel Logout 1.0) and ends the sessions here that began
 * with the session there.
 */
export interface UpstreamLogout {
  /**
   * Ends the sessions that the token is about. Sessions that began after the token was issued are not affected.
   * Returns how many ended. Throws 'invalid_request' for an invalid token; `field` is the check that failed. Throws
   * 'unavailable' and StoreUnavailable, after which the same token may be sent again.
   */
  receive(text: string, from: { readonly request: string; readonly source: string }): Promise<number>;
}

export const upstreamLogout = (deps: {
  readonly upstreams: Pick<UpstreamRegistry, 'ofIssuer' | 'partyOf'>;
  readonly client: Pick<UpstreamClient, 'keysUrl'>;
  readonly keysByUrl: Pick<KeysByUrl, 'find' | 'again'>;
  readonly sessions: Pick<UpstreamSessions, 'endAll'>;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  /** Seconds by which the provider's clock may be ahead or behind. */
  readonly clockToleranceSeconds: number;
}): UpstreamLogout => {
  const { upstreams, client, keysByUrl, sessions, clock, clockToleranceSeconds: tolerance } = deps;
  const known = sealedRecords<true>(deps, 'upstream_logout', LIFE_SECONDS + 2 * tolerance);

  const isVerified = async (token: SignedToken, provider: UpstreamProvider, source: string): Promise<boolean> => {
    const { kid } = token.header;
    const url = await client.keysUrl(upstreams.partyOf(provider));
    const reach = { internal: 'upstreamProviders' as const, namedBy: discoveryUrlOf(provider) };
    const question = { url, source, ...reach, ...(kid === undefined ? {} : { kid }) };
    const isByOneOf = async (keys: JsonWebKeySet): Promise<boolean> => {
      const found = namedKey(token, keys, 'the provider');
      return !isRefusal(found) && (await isSignedBy(token, found.key));
    };
    const known = await keysByUrl.find(question);
    if (await isByOneOf(known)) return true;
    // A key may change without a new name, or have no name. A sender of unsigned tokens causes at most two fetches a
    // minute (`KeysByUrl.again`).
    const now = await keysByUrl.again(question);
    return now !== known && isByOneOf(now);
  };

  const logoutClaims = ({ claims }: SignedToken, provider: UpstreamProvider): UpstreamLogoutClaims | Refusal => {
    const { aud, iat, jti, sub, sid, events } = claims;
    if (![aud].flat().includes(provider.clientId)) return { check: 'audience', why: 'aud is another client' };
    const late = wrongTimes(claims, clock.now(), tolerance);
    if (late !== undefined) return { check: 'time', why: late };
    if (Number(iat) < clock.now() - LIFE_SECONDS - tolerance) return { check: 'time', why: 'iat is too long ago' };
    if (!isEvent(events)) return { check: 'events', why: 'events does not say that this is a logout token' };
    // Otherwise an ID token could pass as a logout token (§2.4).
    if (Object.hasOwn(claims, 'nonce')) return { check: 'nonce', why: 'a logout token has no nonce' };
    if (!isName(jti)) return { check: 'jti', why: 'jti is missing or too long' };
    const isPerson = typeof sub === 'string' && isSubject(sub);
    if ((sub !== undefined && !isPerson) || (sid !== undefined && !isName(sid)) || (sub ?? sid) === undefined) {
      return { check: 'subject', why: 'sub and sid are missing or too long' };
    }
    const origin = { provider: provider.id, ...(isPerson ? { subject: sub } : {}), ...(isName(sid) ? { sid } : {}) };
    return { origin: origin as UpstreamOrigin, jti, iat: Number(iat) };
  };

  return {
    async receive(text, { request, source }): Promise<number> {
      const token = readSigned(text, TYPES);
      if (isRefusal(token)) throw refused(token);
      const { iss } = token.claims;
      const provider = typeof iss === 'string' ? await upstreams.ofIssuer(iss) : undefined;
      if (!provider) throw refused({ check: 'issuer', why: 'iss is no provider here' });
      if (!(await isVerified(token, provider, source).catch(whyNot))) {
        throw refused({ check: 'signature', why: 'the signature is not the provider’s' });
      }
      const about = logoutClaims(token, provider);
      if (isRefusal(about)) throw refused(about);
      const { origin, jti, iat } = about;
      // Read before and written after: of two concurrent tokens the second ends nothing more, and a failed one can
      // be sent again.
      if (await known.get(provider.id, jti)) {
        throw refused({ check: 'replay', why: 'this logout token was used before' });
      }
      const by = { caller: provider.id, request, source };
      const ended = await sessions.endAll(origin, { until: iat + tolerance, by, how: 'at_provider' });
      await known.set(true, provider.id, jti);
      return ended;
    },
  };
};

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;

const isEvent = (events: Claims[string]): boolean => {
  const event = typeof events === 'object' && events !== null ? (events as Claims)[EVENT] : undefined;
  return typeof event === 'object' && event !== null && !Array.isArray(event);
};

const refused = ({ check, why }: Refusal): DomainError =>
  upstreamRefusal('logout_token_refused', { field: check, params: { why } });

/**
 * Whether a retry may help: keys that are unavailable now may be available in a moment. A malformed key set will not
 * verify a signature.
 */
const whyNot = (error: unknown): false => {
  if (!isDomainError(error)) throw error;
  const isPassing = error.code === 'unavailable' || fetchReasonOf(error) !== undefined || upstreamReasonOf(error);
  if (!isPassing) return false;
  throw upstreamRefusal('provider_keys_unavailable', { retryAfterSeconds: 5, cause: error });
};
