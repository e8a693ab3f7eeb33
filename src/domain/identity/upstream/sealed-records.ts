import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';

/** Sealed values of one kind in the ephemeral store, looked up by a secret that the store does not know (decision D14). */
export interface SealedRecords<T> {
  /** Stores a value under `names`, or replaces it. */
  set(value: T, ...names: readonly string[]): Promise<void>;
  /** The value by its key, as `set` stores it, for callers that store it themselves. */
  sealed(value: T, ...names: readonly string[]): Readonly<Record<string, string>>;
  /** Undefined when there is none, or when neither master key opens it. */
  get(...names: readonly string[]): Promise<T | undefined>;
  /** Reads and deletes it. Exactly one of several concurrent callers gets it. */
  take(...names: readonly string[]): Promise<T | undefined>;
}

export const sealedRecords = <T>(
  { ephemeral, masterKey }: { readonly ephemeral: EphemeralStore; readonly masterKey: MasterKey },
  kind: string,
  ttlSeconds: number,
): SealedRecords<T> => {
  const keysOf = (names: readonly string[]): readonly string[] =>
    masterKey.digests(kind, ...names).map((digest) => `${kind}:${digest}`);
  const read = async (how: 'get' | 'take', names: readonly string[]): Promise<T | undefined> => {
    for (const key of keysOf(names)) {
      const sealed = await ephemeral[how](key);
      const text = sealed === undefined ? undefined : openedOrNothing(masterKey, key, sealed);
      if (text !== undefined) return JSON.parse(text) as T;
    }
    return undefined;
  };
  return {
    async set(value, ...names): Promise<void> {
      const [key = ''] = keysOf(names);
      await ephemeral.set(key, masterKey.seal(key, JSON.stringify(value)), ttlSeconds);
    },
    sealed(value, ...names): Readonly<Record<string, string>> {
      const [key = ''] = keysOf(names);
      return { [key]: masterKey.seal(key, JSON.stringify(value)) };
    },
    get: (...names): Promise<T | undefined> => read('get', names),
    take: (...names): Promise<T | undefined> => read('take', names),
  };
};
