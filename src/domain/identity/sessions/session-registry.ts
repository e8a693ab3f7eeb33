import { type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type DocumentStore,
  everyDocument,
  type Query,
  update,
  upsert,
  type Versioned,
} from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { type Account, isLetCount } from '../accounts/account.ts';
import type { KeptSource } from './kept-source.ts';
import { SESSIONS, type Session, sessionIdOf, upstreamKeyOf } from './session.ts';
import { sessionUses } from './session-last-used.ts';
import { type SeenSession, sessionRecords } from './session-records.ts';

/** Why a session ended. `inputs.how` of its event. */
export type HowEnded =
  /** By its user, in that browser. */
  | 'signed_out'
  /** By its user, from another session. */
  | 'from_elsewhere'
  /** At the end-session endpoint (OpenID Connect RP-Initiated Logout 1.0). */
  | 'at_end_session'
  /** Another user signed in in the same browser. */
  | 'other_account'
  /** Over the management API. */
  | 'by_api'
  /** At the provider at which it began. */
  | 'at_provider'
  /** The account is no longer connected with the user at that provider. */
  | 'disconnected';

/** Selects sessions: those of a user at the provider, or one session there. */
export type UpstreamOrigin = { readonly provider: string } & (
  | { readonly subject: string; readonly sid?: string | undefined }
  | { readonly subject?: string | undefined; readonly sid: string }
);

const PAGE = 200;
/** Maximum number of sessions of one account that are shown, so that the page is bounded. */
export const MOST_SHOWN = PAGE;
/**
 * The sessions of all accounts. Each end is audited, then written. From then on the session is valid on no node, even
 * if oidc-provider still stores data of it.
 */
export interface SessionRegistry {
  /** Calls `over` with the account when one of its sessions ends on this node; it must not throw. */
  listen(over: (account: string) => void): void;
  /**
   * Stores the record of a session, before the browser gets its cookie. An ended session stays ended. Throws
   * StoreUnavailable.
   */
  keep(seen: SeenSession): Promise<void>;
  /** Tokens or grants depend on this session until then: its record is kept that long. */
  hold(id: string, until: number): Promise<void>;
  /** Records that an app signed out its user; the session continues. */
  leave(id: string, client: string): Promise<void>;
  /** Reads one session, even an ended one. */
  get(id: string): Promise<Session | undefined>;
  /**
   * Whether a session of this account, or what depends on it, is valid from this second on, as far as sessions are
   * concerned. It was not ended, and it is from after the account's sessions were last ended. Kills are checked
   * elsewhere.
   */
  isLive(id: string, account: Account, since: number): Promise<boolean>;
  /** Whether a session has ended for any reason other than expiry. An unknown session has ended. */
  isOver(id: string): Promise<boolean>;
  /** The valid sessions among the newest `MOST_SHOWN`, newest first. */
  ofAccount(id: string): Promise<readonly Session[]>;
  /**
   * Active sessions that began at a provider: of this user there, or in this session there. With both given, the
   * result includes sessions of the user for which the provider named no session.
   */
  ofUpstream(origin: UpstreamOrigin): Promise<readonly Session[]>;
  /**
   * Records that a session is used now. Costs only memory; `flush` writes it, at most once a minute for each session.
   */
  note(id: string, source?: string): void;
  /** Writes recorded uses, at most 2,000. */
  flush(): Promise<void>;
  /** Ends a session. False when it had ended already or is unknown. Exactly one of several concurrent callers gets true. */
  end(id: string, by: By, how: HowEnded): Promise<boolean>;
  /**
   * Must be called before all sessions of an account end at once, and when they have. `AccountRegistry` ends them
   * itself, by one swap.
   */
  ending(id: string, isOver: boolean, but?: string): Promise<void>;
}

export const sessionRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly accounts: { get(id: string): Promise<Versioned<Account> | undefined> };
  readonly revocation: Pick<Revocation, 'ended'>;
  /**
   * Called before a session ends, and again when it has ended. A process that crashes in between leaves a record,
   * and no app is notified of an end that did not happen. Its errors propagate.
   */
  readonly announce?: (session: Session, isOver: boolean) => Promise<void>;
  readonly source?: KeptSource;
}): SessionRegistry => {
  const { documents, clock, audit, accounts, revocation, announce, source: kept = 'network' } = deps;
  const listeners: ((account: string) => void)[] = [];
  const tellOver = (account: string): void => {
    for (const listener of listeners) listener(account);
  };
  const sessions = documents.collection<Session>(SESSIONS);
  const { begun, after } = sessionRecords(clock, kept);
  const uses = sessionUses(sessions, clock, kept);
  const inTurn = turns();

  /** Sessions that have not been ended. */
  const activeWhere = async (
    where: NonNullable<Query['where']>,
    order?: Query['order'],
  ): Promise<readonly Session[]> => {
    const all: Session[] = [];
    const query = { where: { ...where, state: 'active' }, ...(order ? { order } : {}), limit: PAGE };
    for await (const session of everyDocument(sessions, query)) all.push(session);
    return all;
  };

  /** Sessions of an account that have not been ended, newest first. */
  const activeOf = async (account: string): Promise<readonly Session[]> =>
    (await activeWhere({ account }, { by: 'startedAt', direction: 'descending' })).filter(
      ({ until }) => until > clock.now(),
    );

  const end = async (id: string, by: By, how: HowEnded): Promise<boolean> => {
    const session = (await sessions.get(id))?.document;
    if (session?.state !== 'active') return false;
    await announce?.(session, false);
    const event = {
      type: 'session.ended',
      subject: session.account,
      caller: by.caller,
      target: { kind: 'session', id: session.id },
      inputs: { how },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    } as const;
    await audit.append({ ...event, outcome: 'done' });
    let isMine = false;
    const stored = await update(sessions, session.id, (before) => {
      const ended = over(before, clock.now());
      isMine = ended !== undefined;
      return ended;
    });
    // Includes apps that the user signed in to in the meantime.
    await announce?.(stored?.document ?? session, true);
    tellOver(session.account);
    if (!isMine) await audit.append({ ...event, ...OVER_FIRST });
    return isMine;
  };

  /** Whether a session was ended by anything other than its own record. */
  const isDropped = async (session: Session, account: Account): Promise<boolean> =>
    !isLetCount(account, session.id, session.authTime) ||
    (await revocation.ended([{ subject: account.id, since: session.authTime }])) !== undefined;

  return {
    listen(over): void {
      listeners.push(over);
    },

    keep(seen): Promise<void> {
      const id = sessionIdOf(seen.uid);
      return inTurn(id, () => upsert(sessions, id, (before) => (before ? after(before, seen) : begun(id, seen))));
    },

    async hold(id, until): Promise<void> {
      await update(sessions, id, (session) =>
        session.expiresAt >= until ? undefined : { ...session, expiresAt: until },
      );
    },

    async leave(id, client): Promise<void> {
      await update(sessions, id, (session) => ({
        ...session,
        apps: session.apps.filter((app) => app.client !== client),
      }));
    },

    get: async (id): Promise<Session | undefined> => {
      const found = (await sessions.get(id))?.document;
      return found && uses.used(found);
    },

    async isLive(id, account, since): Promise<boolean> {
      if (!isLetCount(account, id, since)) return false;
      const found = (await sessions.get(id))?.document;
      return found?.account === account.id && found.state === 'active';
    },

    async isOver(id): Promise<boolean> {
      const session = (await sessions.get(id))?.document;
      const account = session && (await accounts.get(session.account))?.document;
      return session?.state !== 'active' || !account || isDropped(session, account);
    },

    async ofAccount(id): Promise<readonly Session[]> {
      const account = (await accounts.get(id))?.document;
      if (!account) return [];
      const page = await sessions.find({
        where: { account: id, state: 'active' },
        order: { by: 'startedAt', direction: 'descending' },
        limit: MOST_SHOWN,
      });
      const found = page.map(({ document }) => document).filter(({ until }) => until > clock.now());
      const dropped = await Promise.all(found.map((session) => isDropped(session, account)));
      return found.filter((_, index) => !dropped[index]).map(uses.used);
    },

    async ofUpstream({ provider, subject, sid }): Promise<readonly Session[]> {
      const named =
        subject === undefined
          ? { upstreamSid: upstreamKeyOf(provider, sid) }
          : { upstreamKey: upstreamKeyOf(provider, subject) };
      return (await activeWhere(named)).filter(({ upstream }) => sid === undefined || (upstream?.sid ?? sid) === sid);
    },

    note: uses.note,
    flush: uses.flush,
    end,

    async ending(id, isOver, but): Promise<void> {
      const account = (await accounts.get(id))?.document;
      for (const session of account ? await activeOf(id) : []) {
        if (!account || session.id === but) continue;
        // A session that began in the meantime continues; one that was dropped before has been announced.
        if ((await isDropped(session, account)) !== isOver) continue;
        if (isOver) await update(sessions, session.id, (before) => over(before, clock.now()));
        await announce?.(session, isOver);
      }
      if (isOver) tellOver(id);
    },
  };
};

/** Runs tasks with the same name one after the other in this process, since a browser sends several requests at once. */
const turns = () => {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
};

const over = (session: Session, now: number): Session | undefined =>
  session.state === 'ended' ? undefined : { ...session, state: 'ended', endedAt: now };
