import { createLocalJWKSet, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';
import type { Clock } from './clock.ts';
import type { HttpClient } from './http-client.ts';
import type { IssuerMetadata } from './issuer-metadata.ts';
import { unavailable } from './refusal.ts';

/** A key of the issuer, as the JWT library takes it. */
type Key = Awaited<ReturnType<ReturnType<typeof createLocalJWKSet>>>;

export interface IssuerKeys {
  /**
   * The key that a header names. Throws Refusal (503) if no keys can be had, and JWKSNoMatchingKey for an unknown one.
   */
  keyFor(header: JWTHeaderParameters): Promise<Key>;
  /** Whether the keys were fetched lately. If not, tokens are verified again, which fetches them. */
  isFresh(): boolean;
  /** Changes with the set of keys: what was verified under another set is verified again. */
  version(): number;
}

/** After this time the keys are fetched again, so that a key that was taken away is no longer accepted. */
const FRESH_SECONDS = 300;
/** While the server cannot be reached, fetched keys are used this long. */
const LONGEST_SECONDS = 24 * 3600;
/** Unknown key ids cause at most one request in this time, since any client can make one up. */
const COOLDOWN_SECONDS = 30;
/** A failed fetch is not repeated sooner. */
const PAUSE_SECONDS = 1;
const MOST_KEYS = 100;

type KeySet = {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly ids: ReadonlySet<string>;
  readonly text: string;
  readonly at: number;
};

/** The keys of the issuer, fetched when they are needed and kept. */
export const issuerKeys = (metadata: IssuerMetadata, http: HttpClient, clock: Clock): IssuerKeys => {
  let current: KeySet | undefined;
  let version = 0;
  let underWay: Promise<KeySet> | undefined;
  let failedAt: number | undefined;

  const load = async (): Promise<KeySet> => {
    const { body } = await http.json(await metadata.endpoint('jwks_uri'));
    const keys: unknown = body['keys'];
    if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS) {
      throw unavailable('keys_unusable', `the key set must have 1 to ${MOST_KEYS} keys`);
    }
    const text = JSON.stringify(keys);
    if (text !== current?.text) version += 1;
    const ids = new Set(keys.map((key) => String((key as { kid?: unknown } | null)?.kid)));
    const find = text === current?.text ? current.find : createLocalJWKSet({ keys } as JSONWebKeySet);
    current = { find, ids, text, at: clock() };
    failedAt = undefined;
    return current;
  };

  const fetched = async (): Promise<KeySet> => {
    if (failedAt !== undefined && clock() - failedAt < PAUSE_SECONDS) {
      throw unavailable('server_unreachable', 'the keys of the issuer could not be fetched');
    }
    underWay ??= load().finally(() => {
      underWay = undefined;
    });
    try {
      return await underWay;
    } catch (error) {
      failedAt = clock();
      throw error;
    }
  };

  const isFresh = (): boolean => {
    const age = current ? clock() - current.at : Number.POSITIVE_INFINITY;
    return age >= 0 && age < FRESH_SECONDS;
  };

  const usable = async (): Promise<KeySet> => {
    if (current && isFresh()) return current;
    const age = current ? clock() - current.at : Number.POSITIVE_INFINITY;
    try {
      return await fetched();
    } catch (error) {
      if (current && age >= 0 && age < LONGEST_SECONDS) return current;
      throw error;
    }
  };

  return {
    isFresh,
    async keyFor(header) {
      const keys = await usable();
      const isKnown = keys.ids.has(String(header.kid));
      if (isKnown || clock() - keys.at < COOLDOWN_SECONDS) return keys.find(header);
      return (await fetched()).find(header);
    },
    version: () => version,
  };
};
