/**
 * The keys of trusted issuers: pinned, or fetched through the guarded fetch and cached. Owns when they are fetched
 * again and how long old ones stay valid. Does not decide whether an issuer is trusted.
 */

import { discoveryUrlOf } from '../../platform/remote-keys/discovery-url.ts';
import { whyNoKeys } from '../../platform/remote-keys/keys-by-url.ts';
import { servedKeys } from '../../platform/remote-keys/public-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';
import { trustedIssuerRefusal } from './trusted-issuer-refusals.ts';

/**
 * Seconds after which keys are fetched again. A key that an issuer removes is refused after this time at the
 * latest.
 */
const FRESH_SECONDS = 300;
/** Seconds between two fetches for an unknown `kid`. */
const APART_SECONDS = 30;
const MOST_ISSUERS = 1000;

/** The holder of keys: a trusted issuer, or another authorization server. */
export type KeyHolder = Pick<TrustedIssuer, 'id' | 'issuer' | 'jwks' | 'jwksUri' | 'keysAfter' | 'maxKeyAgeSeconds'>;

type Held = { readonly keys: JsonWebKeySet; readonly fetchedAt: number };

/** How this process last got an issuer's keys. */
export type KeyHealth = {
  readonly state: 'pinned' | 'unknown' | 'healthy' | 'unhealthy';
  /** When the keys in use were fetched. */
  readonly fetchedAt?: number;
  readonly reason?: string;
};

type Place = { held?: Held; lookedAt?: number; reason?: string; flight?: Promise<Held> };

/** The keys of trusted issuers, pinned or fetched. */
export interface IssuerKeys {
  /**
   * The keys of an issuer. The keys fetched last are valid for `maxKeyAgeSeconds` while new ones are unavailable. A
   * `kid` that is not among them causes a new fetch, at most twice a minute. Errors of the fetch propagate.
   */
  find(issuer: KeyHolder, kid: string | undefined): Promise<JsonWebKeySet>;
  /** Whether this process could recently read the keys of an issuer. Fetches nothing. */
  health(issuer: KeyHolder): KeyHealth;
}

export const issuerKeys = ({
  fetcher,
  clock,
}: {
  readonly fetcher: Pick<TrustedFetch, 'get'>;
  readonly clock: Clock;
}): IssuerKeys => {
  // Keyed by issuer and source of its keys. When one of these changes, earlier entries are not used.
  const places = new Map<string, Place>();

  const placeOf = ({ id, issuer, jwksUri = '' }: KeyHolder): Place => {
    const key = JSON.stringify([id, issuer, jwksUri]);
    const place = places.get(key) ?? {};
    places.delete(key);
    places.set(key, place);
    for (const oldest of places.keys()) {
      if (places.size <= MOST_ISSUERS) break;
      places.delete(oldest);
    }
    return place;
  };

  const discovered = async (issuer: KeyHolder, after: number | undefined): Promise<string> => {
    const since = after === undefined ? {} : { after };
    const url = discoveryUrlOf(issuer);
    const { body } = await fetcher.get({ url, purpose: 'issuer_metadata', ...since });
    const metadata = strictJson(body) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null;
    if (metadata?.issuer !== issuer.issuer) {
      throw trustedIssuerRefusal('issuer_document_of_other');
    }
    if (typeof metadata.jwks_uri !== 'string') {
      throw trustedIssuerRefusal('issuer_document_without_keys');
    }
    return metadata.jwks_uri;
  };

  const fetched = async (issuer: KeyHolder, again: boolean): Promise<Held> => {
    const { keysAfter } = issuer;
    const entered = issuer.jwksUri;
    const url = entered ?? (await discovered(issuer, keysAfter));
    const namedBy = entered === undefined ? discoveryUrlOf(issuer) : undefined;
    const since = keysAfter === undefined ? {} : { after: keysAfter };
    const document = await fetcher.get({ url, purpose: 'jwks', namedBy, again, ...since });
    return { keys: keysIn(strictJson(document.body)), fetchedAt: document.fetchedAt };
  };

  const look = (issuer: KeyHolder, place: Place, again: boolean): Promise<Held> => {
    place.flight ??= fetched(issuer, again)
      .then(
        (held) => {
          place.held = held;
          delete place.reason;
          return held;
        },
        (error: unknown) => {
          place.reason = whyNoKeys(error).replace('keys at jwks_uri: ', '').slice(0, 200);
          throw error;
        },
      )
      .finally(() => delete place.flight);
    return place.flight;
  };

  const isGood = (held: Held | undefined, { keysAfter = -1 }: KeyHolder, seconds: number): held is Held => {
    const age = clock.now() - (held?.fetchedAt ?? 0);
    return held !== undefined && held.fetchedAt > keysAfter && age >= 0 && age < seconds;
  };

  return {
    async find(issuer, kid): Promise<JsonWebKeySet> {
      if (issuer.jwks) return issuer.jwks;
      const place = placeOf(issuer);
      const { held } = place;
      const isFresh = isGood(held, issuer, FRESH_SECONDS);
      if (isFresh && (kid === undefined || held.keys.keys.some((key) => key['kid'] === kid))) return held.keys;
      const now = clock.now();
      const wasLately = place.lookedAt !== undefined && now >= place.lookedAt && now - place.lookedAt < APART_SECONDS;
      // A caller who arrives during a fetch waits for it, since the new key may be among the fetched ones.
      if (isFresh && wasLately && place.flight === undefined) return held.keys;
      if (isFresh && !wasLately) place.lookedAt = now;
      try {
        return (await look(issuer, place, held !== undefined)).keys;
      } catch (error) {
        if (isGood(held, issuer, issuer.maxKeyAgeSeconds)) return held.keys;
        throw error;
      }
    },

    health(issuer): KeyHealth {
      if (issuer.jwks) return { state: 'pinned' };
      const { held, reason } = placeOf(issuer);
      return {
        state: reason !== undefined ? 'unhealthy' : held ? 'healthy' : 'unknown',
        ...(held ? { fetchedAt: held.fetchedAt } : {}),
        ...(reason === undefined ? {} : { reason }),
      };
    },
  };
};

/**
 * A key set in which each `kid` is unambiguous. Keys of a SPIFFE bundle mark in their own way that they sign
 * tokens.
 */
const keysIn = (value: unknown): JsonWebKeySet => {
  const { keys } = value as { readonly keys?: unknown };
  const plain = Array.isArray(keys)
    ? {
        keys: keys.map((key: { readonly use?: unknown } | null) =>
          key?.use === 'jwt-svid' ? { ...key, use: 'sig' } : key,
        ),
      }
    : value;
  const served = servedKeys(plain);
  const kids = served.keys.map(({ kid }) => kid);
  if (new Set(kids).size < kids.length) throw trustedIssuerRefusal('issuer_keys_repeat_kid');
  return served;
};
