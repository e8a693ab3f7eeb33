import type { Clock } from '../../ports/clock.ts';
import { browserHint } from './browser-hint.ts';
import { type KeptSource, keptSource } from './kept-source.ts';
import { type Session, type SessionUpstream, type SignedInApp, upstreamKeyOf } from './session.ts';

/** The data that the storage of oidc-provider reports when it saves a session. */
export type SeenSession = {
  /** oidc-provider's id of the session. */
  readonly uid: string;
  readonly account: string;
  readonly authTime: number;
  readonly acr?: string | undefined;
  readonly amr: readonly string[];
  readonly apps: readonly SignedInApp[];
  /** When it expires. */
  readonly until: number;
  /** Address and browser of the request, where there is one. */
  readonly source?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly upstream?: SessionUpstream | undefined;
  /** Tokens or grants depend on it until then; its record is kept that long, so that its end is known. */
  readonly heldUntil?: number | undefined;
};

/** Seconds between two writes of the last use of one session. */
const APART_SECONDS = 60;
/** Maximum number of apps of one session that are stored; oidc-provider sets no limit. */
const MOST_APPS = 200;

/** The stored document of a session, as requests change it. Writes nothing. */
export interface SessionRecords {
  /** A session that has begun. */
  begun(id: string, seen: SeenSession): Session;
  /** The session after this request; undefined when nothing changes. An ended session stays ended. */
  after(before: Session, seen: SeenSession): Session | undefined;
}

export const sessionRecords = (clock: Pick<Clock, 'now'>, kept: KeptSource): SessionRecords => {
  const seenIn = (seen: SeenSession): Partial<Session> => {
    const browser = browserHint(seen.userAgent);
    const source = seen.source === undefined ? undefined : keptSource(seen.source, kept);
    return {
      ...(browser === undefined ? {} : { browser }),
      ...(source === undefined ? {} : { source, seenFrom: source }),
    };
  };

  const signInOf = ({ authTime, acr, amr, upstream }: SeenSession): Partial<Session> => ({
    authTime,
    ...(acr === undefined ? {} : { acr }),
    amr: [...amr],
    ...(upstream === undefined ? {} : originOf(upstream)),
  });

  const begun = (id: string, seen: SeenSession): Session => ({
    ...seenIn(seen),
    ...signInOf(seen),
    id,
    account: seen.account,
    state: 'active',
    startedAt: seen.authTime,
    authTime: seen.authTime,
    amr: [...seen.amr],
    usedAt: clock.now(),
    apps: withApps([], seen.apps),
    until: seen.until,
    expiresAt: Math.max(seen.until, seen.heldUntil ?? 0),
  });

  const after = (before: Session, seen: SeenSession): Session | undefined => {
    // An ended session stays ended: a request that was in progress changes nothing.
    if (before.state === 'ended' || before.account !== seen.account) return undefined;
    const now = clock.now();
    const isSignIn = seen.authTime !== before.authTime || seen.acr !== before.acr;
    const apps = withApps(before.apps, seen.apps);
    const expiresAt = Math.max(before.expiresAt, seen.until, seen.heldUntil ?? 0);
    const isHeld = (seen.heldUntil ?? 0) <= before.expiresAt;
    if (!isSignIn && isHeld && apps === before.apps && now - before.usedAt < APART_SECONDS) return undefined;
    const { acr: _, ...rest } = before;
    const { upstream: __, upstreamKey: ___, upstreamSid: ____, ...withoutOrigin } = rest;
    const facts = seenIn(seen);
    // A further factor belongs to the same sign-in, so its origin stays.
    const kept = seen.authTime === before.authTime ? rest : withoutOrigin;
    return {
      ...(isSignIn ? { ...kept, ...facts, ...signInOf(seen) } : before),
      ...(facts.seenFrom === undefined ? {} : { seenFrom: facts.seenFrom }),
      apps,
      usedAt: now,
      until: seen.until,
      expiresAt,
    } as Session;
  };

  return { begun, after };
};

const originOf = (upstream: SessionUpstream): Pick<Session, 'upstream' | 'upstreamKey' | 'upstreamSid'> => ({
  upstream,
  upstreamKey: upstreamKeyOf(upstream.provider, upstream.subject),
  ...(upstream.sid === undefined ? {} : { upstreamSid: upstreamKeyOf(upstream.provider, upstream.sid) }),
});

/**
 * oidc-provider writes its sessions whole, so one of two concurrent requests loses the additions of the other. This
 * keeps both.
 */
const withApps = (before: readonly SignedInApp[], seen: readonly SignedInApp[]): readonly SignedInApp[] => {
  const added = seen.filter(({ client, sid }) => !before.some((app) => app.client === client && app.sid === sid));
  return added.length === 0 ? before : [...before, ...added].slice(-MOST_APPS);
};
