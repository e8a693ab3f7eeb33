/** Updates our own session documents when oidc-provider saves a session, makes something depend on it, or ends it. */
import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { type SessionUpstream, type SignedInApp, sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { SeenSession } from '../../domain/identity/sessions/session-records.ts';
import type { SessionRegistry } from '../../domain/identity/sessions/session-registry.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import { factsOf } from '../seam/request-facts.ts';

/** The members to read of oidc-provider's session, of the model and of its stored form. */
type Kept = {
  readonly uid?: string | undefined;
  readonly accountId?: string | undefined;
  readonly loginTs?: unknown;
  readonly acr?: unknown;
  readonly amr?: unknown;
  readonly authorizations?: unknown;
};

export interface SeenSessions {
  /** Records the session for this many seconds. Call it before oidc-provider stores the session. */
  seen(session: Kept, expiresIn: number): Promise<void>;

  /**
   * Records that something depends on this session until then. Call it before that is stored. The session may be the one that
   * the current request begins.
   */
  holds(id: string, until: number): Promise<void>;

  /**
   * Ends the session of the current request if that request signs out at the end-session endpoint. On other routes our pages
   * end a session, or it only gets another id.
   */
  ifSignedOut(): Promise<void>;
}

/** Member of the result of an interaction that signs in a user: the id of that interaction. */
export const LOGIN_INTERACTION = 'interaction';

export const seenSessions = (deps: {
  readonly sessions: Pick<SessionRegistry, 'keep' | 'hold' | 'end'>;
  readonly clock: Clock;
  /** How long an unused session lasts. */
  readonly sessionSeconds: number;
  /** The provider at which a user signed in in an interaction, if any. */
  readonly originOf: (uid: string, account: string, session: string) => Promise<SessionUpstream | undefined>;
  /** Whether the provider has already ended the sign-in of that second. */
  readonly isOverThere: (origin: SessionUpstream, since: number) => Promise<boolean>;
}): SeenSessions => {
  const { sessions, clock, sessionSeconds, originOf } = deps;

  /** The origin of the sign-in that the current request finishes, if any. */
  const originIn = async (context: KoaContextWithOIDC | undefined, account: string, session: string) => {
    const uid = context?.oidc?.result?.login?.[LOGIN_INTERACTION];
    return typeof uid === 'string' ? originOf(uid, account, session) : undefined;
  };

  /** Undefined without a signed-in user. */
  const seenIn = async (session: Kept): Promise<SeenSession | undefined> => {
    const { uid, accountId, loginTs, acr, amr, authorizations } = session;
    if (accountId === undefined || uid === undefined) return undefined;
    const context = Provider.ctx as KoaContextWithOIDC | undefined;
    const upstream = await originIn(context, accountId, sessionIdOf(uid));
    return {
      uid,
      account: accountId,
      authTime: Number(loginTs),
      ...(typeof acr === 'string' ? { acr } : {}),
      amr: Array.isArray(amr) ? amr.map(String) : [],
      apps: appsIn(authorizations),
      ...(upstream === undefined ? {} : { upstream }),
      until: clock.now() + sessionSeconds,
      ...(context === undefined
        ? {}
        : { source: factsOf(context.req).source, userAgent: context.req.headers['user-agent'] }),
    };
  };

  return {
    async seen(session: Kept, expiresIn: number): Promise<void> {
      const seen = await seenIn(session);
      if (!seen) return;
      await sessions.keep({ ...seen, until: clock.now() + expiresIn });
      // After the session is stored: the code that ends a person's sessions records the end first and then searches for
      // sessions.
      if (seen.upstream && (await deps.isOverThere(seen.upstream, seen.authTime))) {
        await sessions.end(sessionIdOf(seen.uid), { caller: seen.upstream.provider }, 'at_provider');
      }
    },

    async holds(id: string, until: number): Promise<void> {
      const seen = await seenIn((Provider.ctx?.oidc?.session ?? {}) as Kept);
      if (seen && sessionIdOf(seen.uid) === id) await sessions.keep({ ...seen, heldUntil: until });
      else await sessions.hold(id, until);
    },

    async ifSignedOut(): Promise<void> {
      const context = Provider.ctx;
      const { route, params, session, client } = context?.oidc ?? {};
      if (!context || route !== 'end_session_confirm' || !params?.['logout']) return;
      if (session?.accountId === undefined) return;
      const { id: request, source } = factsOf(context.req);
      const by = { caller: client?.clientId ?? session.accountId, request, source };
      await sessions.end(sessionIdOf(session.uid), by, 'at_end_session');
    },
  };
};

const appsIn = (authorizations: unknown): readonly SignedInApp[] =>
  Object.entries((authorizations ?? {}) as Readonly<Record<string, { readonly sid?: unknown } | undefined>>).flatMap(
    ([client, found]) =>
      client !== ACCOUNT_PAGES_CLIENT.client_id && typeof found?.sid === 'string' ? [{ client, sid: found.sid }] : [],
  );
