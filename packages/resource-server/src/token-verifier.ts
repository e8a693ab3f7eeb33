import type { Access } from './access.ts';
import { accessOf } from './claims.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { type ClaimsOfToken, isJwt } from './jwt-tokens.ts';
import { invalidToken } from './refusal.ts';
import type { Requirement } from './requirement.ts';
import type { RevocationFeed } from './revocation-feed/revocation-feed.ts';
import type { SecurityEvents } from './security-events/security-events.ts';
import type { Settings } from './settings.ts';
import type { StatusLists } from './status-list/status-lists.ts';
import { tokenCache } from './token-cache.ts';

/** How tokens are verified, and what says that one has ended. Undefined: not in use. */
export type VerifierTools = {
  readonly keys: IssuerKeys;
  readonly verifyJwt: ClaimsOfToken;
  readonly introspect: ClaimsOfToken | undefined;
  readonly feed: RevocationFeed | undefined;
  readonly events: SecurityEvents | undefined;
  readonly statuses: StatusLists | undefined;
};

/** Verifies tokens: from the cache, offline, or by introspection. */
export const tokenVerifier = (settings: Settings, tools: VerifierTools) => {
  const { keys, verifyJwt, introspect, feed, events, statuses } = tools;
  const cache = tokenCache(settings.cachedTokens, settings.clock);
  const isAlwaysLive = settings.introspection?.tokens === 'every';

  const offline = async (token: string): Promise<Access> => {
    const version = keys.version();
    const access = accessOf(token, await verifyJwt(token), settings, settings.clock());
    // Otherwise the key that verified it may be one that was taken away meanwhile.
    if (keys.version() === version) cache.set(access, version);
    return access;
  };

  const verified = async (token: string, known: Access | undefined, { live, scopes }: Requirement): Promise<Access> => {
    const access = known ?? (isJwt(token) ? await offline(token) : undefined);
    if (access && !isAlwaysLive && !live) {
      if (feed) return feed.live(access, scopes ?? access.scopes);
      if (events) return events.live(access);
      if (!statuses) return access;
      // A token of before the server had lists names none.
      if (statuses.isNamedBy(access) || !introspect) {
        await statuses.check(access);
        return access;
      }
    }
    if (!introspect) throw invalidToken('token_malformed', 'The token is not a signed JWT.');
    return accessOf(token, await introspect(token), settings, settings.clock());
  };

  return (token: string, requirement: Requirement): Promise<Access> | Access => {
    // Only a token that was verified before is in the cache.
    const known = keys.isFresh() ? cache.get(token, keys.version()) : undefined;
    const isEnough = !isAlwaysLive && !requirement.live && !feed && !events && !statuses;
    return known && isEnough ? known : verified(token, known, requirement);
  };
};
