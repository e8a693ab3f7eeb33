import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { UpstreamClient } from '../../ports/upstream-client.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { Session, SessionUpstream } from '../sessions/session.ts';
import type { HowEnded, SessionRegistry, UpstreamOrigin } from '../sessions/session-registry.ts';
import { sealedRecords } from './sealed-records.ts';
import { upstreamAddresses } from './upstream-addresses.ts';
import type { UpstreamProof } from './upstream-arrival.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';

/**
 * Seconds in which the page after signing out offers to sign out at the provider, and in which the user may return
 * from there.
 */
const ENDED_SECONDS = 600;
/** Maximum number of seconds from the return from a provider until the session begins. */
const ORIGIN_SECONDS = 3600;

/** The sign-ins that have ended: in a session there, of a user, or of a user where no session was named. */
type Which = 'session' | 'person' | 'person alone';

type Origin = SessionUpstream & { readonly account: string; readonly idToken: string };
type Return = { readonly browser: readonly string[]; readonly next?: string };

/** The provider at which the user can also sign out. */
export type EndedUpstream = { readonly name: string; readonly href: string };

/**
 * The provider at which a session began, and the sign-out at that provider (OpenID Connect RP-Initiated Logout 1.0).
 */
export interface UpstreamSessions {
  /** Records that a user signed in there for this interaction. */
  begin(uid: string, account: string, proof: UpstreamProof): Promise<void>;
  /**
   * Where the sign-in of this account in this interaction happened. `session` is the session that it begins or
   * continues.
   */
  began(uid: string, account: string, session: string): Promise<SessionUpstream | undefined>;
  /**
   * Called when this session has ended in this browser. Finds where the user can also sign out, if the session began at
   * a provider that supports that. `now`: the browser goes there at once, and then to `next`, a checked URL. `later`:
   * `ended` returns it for the next page. An unreachable provider does not prevent a sign-out here.
   */
  end(
    session: Pick<Session, 'id' | 'upstream'>,
    browser: string,
    next?: string,
  ): Promise<(EndedUpstream & { readonly when: 'now' | 'later' }) | undefined>;
  /**
   * Ends the sessions that began there until then, except `keep`. Returns how many ended. Sign-ins until then that
   * have no session yet get none, for an hour.
   */
  endAll(
    origin: UpstreamOrigin,
    how: { readonly until: number; readonly by: By; readonly how: HowEnded; readonly keep?: string },
  ): Promise<number>;
  /** Whether `endAll` ended a session that began there at that time. */
  isOverThere(upstream: SessionUpstream, at: number): Promise<boolean>;
  /** The provider at which the user can also sign out; returned once. */
  ended(browser: string): Promise<EndedUpstream | undefined>;
  /**
   * Where a user continues after a sign-out at the provider. Undefined for a sign-out that did not begin in this
   * browser.
   */
  returned(state: string, browser: string): Promise<string | undefined>;
}

export const upstreamSessions = (deps: {
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly identifiers: Pick<Identifiers, 'newSecret'>;
  readonly upstreams: Pick<UpstreamRegistry, 'standing' | 'partyOf'>;
  readonly client: Pick<UpstreamClient, 'endSessionUrl'>;
  readonly sessions: Pick<SessionRegistry, 'ofUpstream' | 'end'>;
  readonly issuer: string;
  /** How long a session lasts. */
  readonly sessionSeconds: number;
}): UpstreamSessions => {
  const { upstreams, client, sessions, issuer, masterKey, identifiers } = deps;
  const { postLogoutRedirectUri: returnTo } = upstreamAddresses(issuer);
  const origins = sealedRecords<Origin>(deps, 'upstream_origin', ORIGIN_SECONDS);
  const hints = sealedRecords<string>(deps, 'upstream_session', deps.sessionSeconds);
  const ended = sealedRecords<EndedUpstream>(deps, 'upstream_ended', ENDED_SECONDS);
  const returns = sealedRecords<Return>(deps, 'upstream_return', ENDED_SECONDS);
  const over = sealedRecords<number>(deps, 'upstream_over', ORIGIN_SECONDS);

  const marks = ({ subject, sid }: { readonly subject?: string | undefined; readonly sid?: string | undefined }) => {
    const of = (which: Which, name: string | undefined) => (name === undefined ? [] : [[which, name] as const]);
    return sid === undefined ? of('person', subject) : [...of('session', sid), ...of('person alone', subject)];
  };

  return {
    begin: (uid, account, { upstream, person, sid, idToken }): Promise<void> =>
      origins.set(
        { provider: upstream, subject: person.subject, ...(sid === undefined ? {} : { sid }), account, idToken },
        uid,
      ),

    async began(uid, account, session): Promise<SessionUpstream | undefined> {
      const origin = await origins.get(uid);
      if (origin?.account !== account) return undefined;
      const { idToken, account: _, ...where } = origin;
      await hints.set(idToken, session);
      return where;
    },

    async end(
      { id, upstream },
      browser,
      next,
    ): Promise<(EndedUpstream & { readonly when: 'now' | 'later' }) | undefined> {
      const provider = upstream && (await upstreams.standing(upstream.provider));
      if (!provider) return undefined;
      const idToken = await hints.take(id);
      const state = identifiers.newSecret();
      const about = { ...(idToken === undefined ? {} : { idToken }), returnTo, state };
      try {
        const href = await client.endSessionUrl(upstreams.partyOf(provider), about);
        if (href === undefined) return undefined;
        await returns.set(
          { browser: masterKey.digests('upstream_browser', browser), ...(next === undefined ? {} : { next }) },
          state,
        );
        const where = { name: provider.name, href };
        if (provider.signOut === 'always') return { ...where, when: 'now' };
        await ended.set(where, browser);
        return { ...where, when: 'later' };
      } catch (error) {
        if (!isDomainError(error)) throw error;
        return undefined;
      }
    },

    async endAll({ provider, ...origin }, { until, by, how, keep }): Promise<number> {
      for (const mark of marks(origin)) {
        // A delayed report does not undo a later one.
        if (((await over.get(provider, ...mark)) ?? 0) < until) await over.set(until, provider, ...mark);
      }
      const found = await sessions.ofUpstream({ provider, ...origin } as UpstreamOrigin);
      const ending = found.filter(({ id, authTime }) => authTime <= until && id !== keep);
      for (const { id } of ending) await sessions.end(id, by, how);
      return ending.length;
    },

    async isOverThere({ provider, subject, sid }, at): Promise<boolean> {
      const mine = sid === undefined ? ([['person alone', subject]] as const) : ([['session', sid]] as const);
      for (const mark of [...mine, ['person', subject] as const]) {
        if (((await over.get(provider, ...mark)) ?? 0) >= at) return true;
      }
      return false;
    },

    ended: (browser): Promise<EndedUpstream | undefined> => ended.take(browser),

    async returned(state, browser): Promise<string | undefined> {
      const found = await returns.get(state);
      if (!found || !masterKey.digests('upstream_browser', browser).some((one) => found.browser.includes(one))) {
        return undefined;
      }
      return (await returns.take(state))?.next;
    },
  };
};
