/**
 * The status lists of this process (decision 29). Follows the audit log of all nodes while a list is asked for, and asks for
 * each token that an event names whether it has ended, as introspection does. Stores nothing: each node reads the same
 * store. Does not know HTTP nor signatures: src/http/status-lists.ts and src/provider/tokens own them.
 */
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { auditTail, type TailRead } from '../../audit/audit-tail.ts';
import { EPOCHS, type Epoch } from '../../platform/epochs/epoch.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Compression } from '../../ports/compression.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { killKey } from '../../vocabulary/kill.ts';
import type { LatchedKills } from '../revocation/kill.ts';
import { type NamedEnds, namedEnds } from '../revocation-feed/named-ends.ts';
import type { NamedTokens, NamingTokens } from '../revocation-feed/named-tokens.ts';
import { advance, coverUntil, type Followed, later, type Moment, NEVER, reading } from './followed-server.ts';
import { keyOf, type LateLooks, type LookedAt, lateLooks } from './late-looks.ts';
import { allEnded, listBits } from './list-bits.ts';
import { listId, listOf, type StatusList, TTL_SECONDS, VALID_SECONDS, windowsAt } from './status-list.ts';
import { statusListRefusal } from './status-list-refusals.ts';
import type { EndedIndexes, ReadOptions, TokenStatuses } from './token-statuses.ts';

/** How long a resource server is followed after the last request for a list of it. */
const FOLLOWED_SECONDS = 120;
/**
 * The oldest statuses that leave. They say their age (`iat`), and a verifier that gets them keeps them for less than their
 * validity. The log is read ten times in a second; only load, or a store that does not answer, delays it.
 */
const MOST_BEHIND_SECONDS = VALID_SECONDS - 2 * TTL_SECONDS;
/** The same, while an event may have ended any token of the resource server, and they are not all looked at. */
const MOST_OWED_SECONDS = 2;
/** Names that are looked at together. */
const MOST_TOGETHER = 16;
const EVERYTHING = killKey('all', 'all');

export type ListContent = {
  /** The statuses, in the ZLIB format. */
  compressed(): Promise<Buffer>;
  /** The same text for the same statuses of one list of this process. */
  readonly version: string;
  /** Epoch second at which the statuses were so. */
  readonly asOf: number;
};

export interface StatusListService {
  /**
   * The statuses of one list. Throws 'not_found' for a list whose tokens have all expired, 'unavailable' while the statuses are
   * not known, and StoreUnavailable.
   */
  read(list: StatusList): Promise<ListContent>;
  /** The lists of one resource server that have a token. Throws StoreUnavailable. */
  listsOf(server: string): Promise<readonly StatusList[]>;
  /** Stops following, and refuses further requests. Idempotent. */
  close(): void;
}

type Deps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly statuses: TokenStatuses;
  readonly naming: NamingTokens;
  readonly latched: Pick<LatchedKills, 'all' | 'stands'>;
  readonly compression: Pick<Compression, 'deflated'>;
  readonly elapsed: () => number;
  readonly outside: <R>(work: () => R) => R;
  readonly onFailed: (error: unknown) => void;
};

export const statusListService = (deps: Deps): StatusListService => {
  const { clock, elapsed, statuses } = deps;
  const epochs = deps.documents.collection<Epoch>(EPOCHS);
  const followed = new Map<string, Followed>();
  const ends: NamedEnds = namedEnds(deps);
  /** The last read of the log. What is read from the store after it has its events. */
  let heard: Moment = NEVER;
  /** The last read of the log of which each named id was looked at. */
  let last: Moment = NEVER;
  let isClosed = false;

  const momentOf = (readAt: number): Moment => ({ at: readAt, second: clock.now() - Math.ceil(elapsed() - readAt) });

  const since = async (): Promise<number> => (await epochs.get(EVERYTHING))?.document.notBefore ?? 0;

  const ended: EndedIndexes = {
    isOpen(list, index): boolean {
      const of = followed.get(serverOf(list));
      return of !== undefined && !of.lists.get(list)?.has(index);
    },
    add(list, index): void {
      const of = followed.get(serverOf(list));
      if (!of) return;
      const bits = of.lists.get(list) ?? listBits(deps.compression);
      of.lists.set(list, bits);
      bits.set(index);
    },
  };

  const readAll = async (server: string, options: ReadOptions): Promise<void> => {
    for (const list of await statuses.listsOf(server, await since())) {
      if (options.goesOn?.() !== false) await statuses.inList(list, ended, options);
    }
  };

  /** Reads each token of one resource server. */
  const readEach = (server: string, { each }: Followed): Promise<boolean> =>
    reading(each, elapsed, async () => {
      await readAll(server, { all: true });
      return true;
    });

  /** Reads the kinds of tokens of one resource server. Afterwards its statuses have all events up to `upTo`. */
  const readKinds = async (server: string, of: Followed, upTo: Moment): Promise<void> => {
    // A read for late changes alone is given up for an event that the statuses lack: the read of that one finds them too.
    const isOwed = of.owed !== undefined;
    const goesOn = (): boolean => isOwed || of.owed === undefined;
    const isWhole = await reading(of.kinds, elapsed, async () => {
      await readAll(server, { goesOn });
      return goesOn();
    });
    if (!isWhole) return;
    coverUntil(of, upTo, last);
  };

  /** A resource server with many tokens delays its own lists only. */
  const readDue = (): void => {
    for (const which of ['kinds', 'each'] as const) {
      const under = [...followed.values()].filter((of) => of[which].isReading).length;
      const due = [...followed].filter(
        ([, { [which]: own }]) => own.isDue && !own.isReading && elapsed() >= own.againAt,
      );
      due.sort(([, one], [, other]) => one[which].againAt - other[which].againAt);
      for (const [server, of] of due.slice(0, Math.max(MOST_TOGETHER - under, 0))) {
        const read = which === 'kinds' ? readKinds(server, of, heard) : readEach(server, of);
        read.then(readDue, (error) => {
          if (followed.get(server) === of) fail(error);
        });
      }
    }
  };

  const look = async (named: LookedAt): Promise<void> => {
    if (named.kind === 'all') for (const of of followed.values()) of.kinds.isDue = true;
    else if (named.kind === 'audience' || named.kind === 'followed') {
      const of = followed.get(named.id);
      if (of) of[named.kind === 'audience' ? 'kinds' : 'each'].isDue = true;
    } else await statuses.dependingOn(`${named.kind}:${named.id}`, ended);
  };

  const lookAtAll = async (names: readonly LookedAt[]): Promise<void> => {
    for (let at = 0; at < names.length; at += MOST_TOGETHER) {
      await Promise.all(names.slice(at, at + MOST_TOGETHER).map(look));
    }
  };

  /** Until their next read, the statuses of these resource servers lack an event. */
  const owe = (names: readonly NamedTokens[], readAt: number): void => {
    for (const named of names) {
      if (named.kind !== 'all' && named.kind !== 'audience') continue;
      const those = named.kind === 'all' ? [...followed.values()] : [followed.get(named.id)];
      for (const of of those) if (of) of.owed = { first: of.owed?.first ?? readAt, last: readAt };
    }
  };

  const late: LateLooks = lateLooks({ elapsed, lookAt: lookAtAll, onFailed: (error) => fail(error) });

  /** Drops what no verifier asks for, so that a process holds the lists in use only. */
  const forget = (): void => {
    const windows = new Set(windowsAt(clock.now()));
    for (const [server, { askedAt, lists }] of followed) {
      if (elapsed() - askedAt > FOLLOWED_SECONDS) followed.delete(server);
      for (const list of lists.keys()) if (!windows.has(listOf(list)?.window ?? -1)) lists.delete(list);
    }
  };

  const stop = (): void => {
    tail.stop();
    followed.clear();
    late.clear();
  };

  const tail = auditTail({
    records: deps.documents.collection<AuditRecord>(AUDIT_RECORDS),
    elapsed,
    outside: deps.outside,
    async onRead({ records, readAt }: TailRead): Promise<void> {
      const moment = momentOf(readAt);
      const names = [...new Map((await ends.since(records)).map((named) => [keyOf(named), named])).values()];
      late.note(names);
      owe(names, readAt);
      heard = later(heard, moment);
      await lookAtAll(names);
      last = later(last, moment);
      for (const of of followed.values()) advance(of, last);
      forget();
      readDue();
      late.begin();
    },
    isFollowed: () => followed.size > 0,
    onFailed: (error) => fail(error),
  });

  const fail = (error: unknown): void => {
    deps.onFailed(error);
    stop();
  };

  const begin = (server: string): Followed => {
    const start = async (): Promise<void> => {
      const { readAt } = await tail.places();
      const moment = momentOf(readAt);
      // Tokens that differ in their id only are read once, so a kill of one token is looked at by its id.
      const killed = await ends.latched();
      await lookAtAll(killed);
      await readEach(server, of);
      of.known = later(of.known, moment);
      coverUntil(of, moment, last);
      if (followed.get(server) !== of) throw statusListRefusal('status_list_behind', { retryAfterSeconds: 1 });
      // Changes of events before this place may be under way.
      late.note([...killed, { kind: 'followed', id: server }]);
    };
    const of: Followed = {
      lists: new Map(),
      known: NEVER,
      owed: undefined,
      kinds: { isDue: false, isReading: false, againAt: NEVER.at },
      // Its first read has not begun: no other may begin before it.
      each: { isDue: false, isReading: true, againAt: NEVER.at },
      askedAt: elapsed(),
      ready: Promise.resolve().then(() => deps.outside(start)),
    };
    of.ready.catch(() => {
      if (followed.get(server) === of) followed.delete(server);
    });
    followed.set(server, of);
    return of;
  };

  return {
    async read(list): Promise<ListContent> {
      if (isClosed) throw statusListRefusal('status_list_closing', { retryAfterSeconds: 1 });
      if (!windowsAt(clock.now()).includes(list.window)) throw statusListRefusal('status_list_unknown');
      const newest = await since();
      const isKilled = deps.latched.stands(EVERYTHING);
      if (isKilled || list.since < newest) {
        return { compressed: () => allEnded(deps.compression), version: 'all', asOf: clock.now() };
      }
      const of = followed.get(list.server) ?? begin(list.server);
      of.askedAt = elapsed();
      await of.ready;
      const isLate = of.owed !== undefined && elapsed() - of.owed.first > MOST_OWED_SECONDS;
      if (isLate || elapsed() - of.known.at > MOST_BEHIND_SECONDS) {
        throw statusListRefusal('status_list_behind', { retryAfterSeconds: 1 });
      }
      const { second } = of.known;
      const bits = of.lists.get(listId(list)) ?? listBits(deps.compression);
      return { compressed: bits.compressed, version: bits.version(), asOf: second };
    },

    async listsOf(server): Promise<readonly StatusList[]> {
      return (await statuses.listsOf(server, await since())).flatMap((id) => listOf(id) ?? []);
    },

    close(): void {
      isClosed = true;
      stop();
    },
  };
};

const serverOf = (list: string): string => list.slice(0, list.indexOf('/'));
