import { isDomainError } from '../errors.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { UpstreamClient } from '../ports/upstream-client.ts';
import type { MasterKey } from '../secrets/master-key.ts';
import { sealedRecords } from './sealed-records.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';
import type { UpstreamProof } from './upstream-sign-in.ts';

/** Seconds in which the page after signing out offers to do so at the provider, too. */
const ENDED_SECONDS = 600;

type Begun = Pick<UpstreamProof, 'upstream' | 'idToken'>;
export type EndedUpstream = { readonly name: string; readonly href: string };

/** At which provider a session in a browser began, so that it can be ended there, too (OpenID Connect RP-Initiated Logout 1.0). */
export const upstreamSessions = (deps: {
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly upstreams: Pick<UpstreamRegistry, 'standing' | 'partyOf'>;
  readonly client: Pick<UpstreamClient, 'endSessionUrl'>;
  readonly issuer: string;
  /** How long a session lasts. */
  readonly sessionSeconds: number;
}) => {
  const { upstreams, client, issuer } = deps;
  const begun = sealedRecords<Begun>(deps, 'upstream_session', deps.sessionSeconds);
  const ended = sealedRecords<EndedUpstream>(deps, 'upstream_ended', ENDED_SECONDS);

  return {
    begin: (browser: string, account: string, { upstream, idToken }: Begun): Promise<void> =>
      begun.set({ upstream, idToken }, browser, account),

    /** The session here is over. A provider that cannot be asked now keeps nobody from signing out here. */
    async end(browser: string, account: string): Promise<void> {
      const session = await begun.take(browser, account);
      const provider = session && (await upstreams.standing(session.upstream));
      if (!session || !provider) return;
      const returnTo = `${issuer}/account/signed-out`;
      try {
        const { idToken } = session;
        const href = await client.endSessionUrl(upstreams.partyOf(provider), { idToken, returnTo });
        if (href !== undefined) await ended.set({ name: provider.name, href }, browser);
      } catch (error) {
        if (!isDomainError(error)) throw error;
      }
    },

    /** Where the person could sign out, too, once. */
    ended: (browser: string): Promise<EndedUpstream | undefined> => ended.take(browser),
  };
};

export type UpstreamSessions = ReturnType<typeof upstreamSessions>;
