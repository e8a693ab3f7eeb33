/** Sign-in at other providers: the registries, and our client there. upstream-pages.ts makes the pages from them. */
import { type SigningJwk, upstreamClient } from '../../adapters/openid-client/upstream-client.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { AccountRegistry } from '../domain/identity/accounts/account-registry.ts';
import { linkedGroups } from '../domain/identity/upstream/linked-groups.ts';
import { upstreamLinks } from '../domain/identity/upstream/upstream-links.ts';
import { upstreamLogout } from '../domain/identity/upstream/upstream-logout.ts';
import { upstreamRegistry } from '../domain/identity/upstream/upstream-registry.ts';
import { upstreamSessions } from '../domain/identity/upstream/upstream-sessions.ts';
import { fetchFailed, type TrustedAsk, type TrustedFetch } from '../domain/ports/trusted-fetch.ts';
import type { SigningKeys } from '../provider/tokens/signing-keys.ts';
import { reaching } from './egress.ts';

type UpstreamDependencies = Omit<Parameters<typeof upstreamRegistry>[0], 'checkUrl' | 'issuer' | 'isPasswordOn'> & {
  readonly accounts: Pick<AccountRegistry, 'get'>;
  readonly keys: Pick<SigningKeys, 'privateJwks'>;
  readonly trustedFetch: TrustedFetch & Partial<TrustedAsk>;
  readonly endSessions: Parameters<typeof upstreamLinks>[0]['endSessions'];
};

export const upstreamParts = (configuration: Configuration, { keys, ...parts }: UpstreamDependencies) => {
  const trustedFetch = reaching(parts.trustedFetch, 'upstreamProviders');
  const upstreams = upstreamRegistry({
    ...parts,
    checkUrl: trustedFetch.check,
    issuer: configuration.issuer,
    isPasswordOn: configuration.passwords.signIn,
  });
  const unavailable: TrustedAsk['ask'] = () => Promise.reject(fetchFailed('not_reachable', 'no way out'));
  const links = upstreamLinks({ ...parts, upstreams });
  return {
    upstreams,
    upstreamLinks: links,
    groupsOf: linkedGroups({ links, upstreams }),
    upstreamClient: upstreamClient({
      fetcher: { get: trustedFetch.get, ask: trustedFetch.ask ?? unavailable },
      clock: parts.clock,
      clockToleranceSeconds: configuration.clientAuthentication.clockToleranceSeconds,
      async signingKey(kind) {
        const key = (await keys.privateJwks()).find(({ kty }) => kty === kind);
        if (!key) throw new Error(`there is no ${kind} key that signs`);
        return key as SigningJwk;
      },
    }),
  };
};

type EndParts = Pick<
  Parameters<typeof upstreamSessions>[0],
  'ephemeral' | 'masterKey' | 'identifiers' | 'sessions' | 'upstreams'
> &
  Pick<Parameters<typeof upstreamLogout>[0], 'clock' | 'keysByUrl' | 'upstreams'> & {
    readonly upstreamClient: ReturnType<typeof upstreamClient>;
  };

/** Where sessions here and sessions there end together. */
export const endsAtUpstreams = (configuration: Configuration, { upstreamClient: client, ...parts }: EndParts) => {
  const sessions = upstreamSessions({
    ...parts,
    client,
    issuer: configuration.issuer,
    sessionSeconds: configuration.sessions.ttlSeconds,
  });
  const { clockToleranceSeconds } = configuration.clientAuthentication;
  return {
    upstreamSessions: sessions,
    upstreamLogout: upstreamLogout({ ...parts, client, sessions, clockToleranceSeconds }),
  };
};
