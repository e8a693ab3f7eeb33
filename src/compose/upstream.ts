/** Sign-in at other providers: the registries, and our client there. upstream-pages.ts uses them for the pages. */
import type { SigningJwk } from '../../adapters/openid-client/own-key.ts';
import { upstreamClient } from '../../adapters/openid-client/upstream-client.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { GroupsOf } from '../domain/authority/decision/authorize.ts';
import { mappedGroups } from '../domain/identity/directories/mapped-groups.ts';
import { linkedGroups } from '../domain/identity/upstream/linked-groups.ts';
import { type UpstreamLinks, upstreamLinks } from '../domain/identity/upstream/upstream-links.ts';
import { type UpstreamLogout, upstreamLogout } from '../domain/identity/upstream/upstream-logout.ts';
import { type UpstreamRegistry, upstreamRegistry } from '../domain/identity/upstream/upstream-registry.ts';
import { type UpstreamSessions, upstreamSessions } from '../domain/identity/upstream/upstream-sessions.ts';
import { fetchFailed, type TrustedAsk } from '../domain/ports/trusted-fetch.ts';
import type { UpstreamClient } from '../domain/ports/upstream-client.ts';
import type { SigningKeys } from '../provider/tokens/signing-keys.ts';
import { reaching } from './egress.ts';
import type { Foundations, Overrides } from './foundations.ts';

type LinksDeps = Parameters<typeof upstreamLinks>[0];
type SessionsDeps = Parameters<typeof upstreamSessions>[0];
type LogoutDeps = Parameters<typeof upstreamLogout>[0];

export interface UpstreamServices {
  readonly upstreams: UpstreamRegistry;
  readonly upstreamLinks: UpstreamLinks;
  /** The groups of an account: its own, and those from its upstream links and its directory. */
  readonly groupsOf: GroupsOf;
  readonly upstreamClient: UpstreamClient;
  /** Sessions that end together here and at a provider. */
  readonly upstreamSessions: UpstreamSessions;
  readonly upstreamLogout: UpstreamLogout;
}

export const upstreamServices = (
  configuration: Configuration,
  overrides: Pick<Overrides, 'upstreamClient'>,
  base: Foundations,
  deps: Pick<LinksDeps, 'accounts'> & Pick<SessionsDeps, 'sessions'> & Pick<LogoutDeps, 'keysByUrl'>,
): UpstreamServices => {
  const { issuer, passwords, sessions } = configuration;
  const { clockToleranceSeconds } = configuration.clientAuthentication;
  const { clock, keys, documents, ephemeral, identifiers, audit, masterKey } = base;
  const parts = { documents, clock, identifiers, audit, masterKey };
  const trustedFetch = reaching(base.trustedFetch, 'upstreamProviders');
  const upstreams = upstreamRegistry({
    ...parts,
    checkUrl: trustedFetch.check,
    issuer,
    isPasswordOn: passwords.signIn,
  });
  const client =
    overrides.upstreamClient ??
    upstreamClient({
      fetcher: { get: trustedFetch.get, ask: trustedFetch.ask ?? noWayOut },
      clock,
      clockToleranceSeconds,
      signingKey: (kind) => signingKeyOf(keys, kind),
    });
  const ends = upstreamSessions({
    ...{ ephemeral, masterKey, identifiers, upstreams, client },
    sessions: deps.sessions,
    issuer,
    sessionSeconds: sessions.ttlSeconds,
  });
  const links = upstreamLinks({
    ...parts,
    accounts: deps.accounts,
    upstreams,
    endSessions: async ({ upstream: provider, subject }, by, keep) =>
      void (await ends.endAll(
        { provider, subject },
        { until: clock.now(), by, how: 'disconnected', ...(keep === undefined ? {} : { keep }) },
      )),
  });
  return {
    upstreams,
    upstreamLinks: links,
    groupsOf: linkedGroups({ links, upstreams, ofDirectory: mappedGroups({ documents }) }),
    upstreamClient: client,
    upstreamSessions: ends,
    upstreamLogout: upstreamLogout({
      ...{ clock, ephemeral, masterKey, upstreams, client, sessions: ends, clockToleranceSeconds },
      keysByUrl: deps.keysByUrl,
    }),
  };
};

const noWayOut: TrustedAsk['ask'] = () => Promise.reject(fetchFailed('not_reachable', 'no way out'));

/** The current signing key of this kind: with it this server authenticates elsewhere. */
export const signingKeyOf = async (
  { privateJwks }: Pick<SigningKeys, 'privateJwks'>,
  kind: string,
): Promise<SigningJwk> => {
  const key = (await privateJwks()).find(({ kty }) => kty === kind);
  if (!key) throw new Error(`there is no ${kind} key that signs`);
  return key as SigningJwk;
};
