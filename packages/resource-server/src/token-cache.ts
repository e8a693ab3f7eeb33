import type { Access } from './access.ts';
import type { Clock } from './clock.ts';

/**
 * What tokens were verified to allow, by the token, which the access has in any case. A digest would cost more than all other steps. It
 * holds no token whose check depends on the request.
 */
export interface TokenCache {
  /** Undefined for an unknown or expired token, and after the keys of the issuer changed. */
  get(token: string, keyVersion: number): Access | undefined;
  set(access: Access, keyVersion: number): void;
}

/** Keeps at most `most` entries; the oldest goes first. */
export const tokenCache = (most: number, clock: Clock): TokenCache => {
  const entries = new Map<string, Access>();
  let version = 0;
  const empty = (keyVersion: number): void => {
    if (keyVersion === version) return;
    entries.clear();
    version = keyVersion;
  };
  return {
    get(token, keyVersion) {
      empty(keyVersion);
      const access = entries.get(token);
      if (access === undefined) return undefined;
      if (access.expiresAt > clock()) return access;
      entries.delete(token);
      return undefined;
    },
    set(access, keyVersion) {
      empty(keyVersion);
      if (most === 0) return;
      const [oldest] = entries.keys();
      if (entries.size >= most && oldest !== undefined) entries.delete(oldest);
      entries.set(access.token, access);
    },
  };
};
