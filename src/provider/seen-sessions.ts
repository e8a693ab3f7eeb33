/** What our own rows of sessions learn from the engine when it keeps one, lets something hang on it, or ends it. */
import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../domain/ports/clock.ts';
import { type SignedInApp, sessionIdOf } from '../domain/sessions/session.ts';
import type { SeenSession, SessionRegister } from '../domain/sessions/session-register.ts';
import { ACCOUNT_PAGES_CLIENT } from './account-pages-client.ts';
import { factsOf } from './request-facts.ts';

/** The members of the engine's session that are looked at, of the model as of what it stores. */
type Kept = {
  readonly uid?: string | undefined;
  readonly accountId?: string | undefined;
  readonly loginTs?: unknown;
  readonly acr?: unknown;
  readonly amr?: unknown;
  readonly authorizations?: unknown;
};

export type SeenSessions = ReturnType<typeof seenSessions>;

export const seenSessions = (deps: {
  readonly sessions: Pick<SessionRegister, 'keep' | 'hold' | 'end'>;
  readonly clock: Clock;
  /** How long a session lasts that is not used. */
  readonly sessionSeconds: number;
}) => {
  const { sessions, clock, sessionSeconds } = deps;

  /** Undefined where nobody is signed in. */
  const seenIn = ({ uid, accountId, loginTs, acr, amr, authorizations }: Kept): SeenSession | undefined => {
    if (accountId === undefined || uid === undefined) return undefined;
    const context = Provider.ctx as KoaContextWithOIDC | undefined;
    return {
      uid,
      account: accountId,
      authTime: Number(loginTs),
      ...(typeof acr === 'string' ? { acr } : {}),
      amr: Array.isArray(amr) ? amr.map(String) : [],
      apps: appsIn(authorizations),
      until: clock.now() + sessionSeconds,
      ...(context === undefined
        ? {}
        : { source: factsOf(context.req).source, userAgent: context.req.headers['user-agent'] }),
    };
  };

  return {
    /** The engine is about to keep it, for so many seconds. */
    async seen(session: Kept, expiresIn: number): Promise<void> {
      const seen = seenIn(session);
      if (seen) await sessions.keep({ ...seen, until: clock.now() + expiresIn });
    },

    /** Something is about to hang on this session, until then; it may be the one that the request under way begins. */
    async holds(id: string, until: number): Promise<void> {
      const seen = seenIn((Provider.ctx?.oidc?.session ?? {}) as Kept);
      if (seen && sessionIdOf(seen.uid) === id) await sessions.keep({ ...seen, heldUntil: until });
      else await sessions.hold(id, until);
    },

    /** Ends the session of the request under way, where that signs out at the end-session endpoint: elsewhere a page of ours does, or it only gets another id. */
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
