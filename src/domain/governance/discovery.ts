/**
 * Reads the audit log behind the requests, counts what clients do without a person, and keeps findings. One process at a time
 * does, under a lock with an end. Requests wait for nothing of it.
 *
 * An examination follows each change of an agent or client, and each token. A sweep over all agents, clients and findings
 * follows the time: ends, unused agents, and states that changed without an event.
 */
import { AUDIT_RECORDS, type AuditRecord } from '../audit/audit-record.ts';
import { readHeads } from '../audit/checkpoints.ts';
import { passArchived } from '../audit/past-beginning.ts';
import { type RecentRecord, type RecentRecords, sourceOfRecord } from '../audit/recent-records.ts';
import { cursorsAt, recentOrStored, recordsAfter, type StreamCursor, withNewStreams } from '../audit/records-after.ts';
import { isLockedByOther } from '../notifications/delivery-runs.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, tryInsert, upsert } from '../ports/document-store.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import { coarseNetwork } from '../vocabulary/client-network.ts';
import { CLIENT_ACTIVITY, type ClientActivity, type SeenToken, withTokens } from './client-activity.ts';
import type { Sweep, Sweeps } from './discovery-sweep.ts';
import type { Examiner } from './examiner.ts';
import type { Reported } from './reporter-findings.ts';
import type { ResponseWorker } from './responses/response-worker.ts';

export type DiscoveryState = {
  /** Always DISCOVERY. */
  readonly id: string;
  readonly cursors: readonly StreamCursor[];
  /** The sweep under way. */
  readonly sweep?: Sweep;
  /** When the last sweep over everything was complete. */
  readonly sweptAt?: number;
  readonly lockedBy?: string;
  readonly lockedUntil?: number;
};

export const DISCOVERY_STATES = {
  name: 'discovery_states',
  holds: 'how far the audit log and the registries were read for findings',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'it is one document' },
  transfer: { no: 'another store is read anew' },
  indexes: [],
  members: ['cursors'],
} as const satisfies OwnedCollection;

const DISCOVERY = 'discovery';

const LOCK_SECONDS = 60;
/** The lock is extended when less is left. */
const LEAST_LOCK_SECONDS = 30;
/** Records of one turn, and turns of one poll. */
const AT_ONCE = 1000;
const MOST_TURNS = 4;
/** With more records than this behind the first start, reading begins at the end of the log. */
const MOST_BACKLOG = 200_000;
/** A sweep over everything begins so often. */
const SWEEP_SECONDS = 600;
/** A small server stores at once what so few clients did; others after so many clients or records, or so long. */
const FEW_CLIENTS = 20;
const MOST_CLIENTS = 2000;
const MOST_RECORDS = 30_000;
const MOST_HELD_SECONDS = 60;

/** Kinds of targets whose events lead to an examination. */
const EXAMINED: ReadonlySet<string> = new Set(['agent', 'client']);
/** Families of events after which any agent may be blocked, or not any more. */
const OF_MANY = /^(?:(?:blueprint|kill|group)\.|account\.(?:disabled|enabled|removed)$)/;
/** Ids of clients and agents. The client of the command line is a part of this server. */
const COUNTED = /^(?:agt_|app_|https:\/\/)/;

export interface Discovery {
  /** Reads what is new, for a bounded time. Called at short intervals, one call at a time. Throws StoreUnavailable. */
  poll(): Promise<void>;
}

type Held = {
  readonly tokens: Map<string, SeenToken[]>;
  readonly changed: Set<string>;
  readonly reports: Map<string, Reported>;
  records: number;
  since: number;
};

export const discovery = (deps: {
  readonly documents: DocumentStore;
  readonly recent: RecentRecords | undefined;
  readonly clock: Clock;
  readonly examiner: Examiner;
  readonly sweeps: Sweeps;
  /** Keeps the facts that response rules compare, and lets the rules act. */
  readonly responses: ResponseWorker;
  /** Keyed digest of a network, for one client. */
  readonly digestOf: (client: string, network: string) => string;
  /** Keeps the finding of a resource server or transmitter that named something unknown. */
  readonly reported: (reported: Reported) => Promise<void>;
  readonly node: string;
  readonly pause: () => Promise<void>;
}): Discovery => {
  const { documents, clock, examiner, sweeps, responses, node } = deps;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const states = documents.collection<DiscoveryState>(DISCOVERY_STATES);
  const activities = documents.collection<ClientActivity>(CLIENT_ACTIVITY);
  const reader = recentOrStored(records, deps.recent);
  /** What was read behind the stored cursors. Absent: this process does not read. */
  let places: Map<string, number> | undefined;
  let held = empty();
  let turn = 0;

  const loaded = async () => {
    const found = await states.get(DISCOVERY);
    if (found) return found;
    const heads = await readHeads(records);
    const isLong = heads.reduce((sum, { sequence }) => sum + sequence, 0) > MOST_BACKLOG;
    await tryInsert(states, { id: DISCOVERY, cursors: isLong ? cursorsAt(heads) : [] });
    return states.get(DISCOVERY);
  };

  const forget = (): void => {
    held = empty();
    responses.forget();
  };

  const note = (record: RecentRecord): void => {
    const { event } = record;
    held.records += 1;
    responses.note(record);
    if (event.type === 'token.issued' && COUNTED.test(event.caller ?? '')) {
      const id = String(event.caller);
      const before = held.tokens.get(id);
      if (before) before.push(seenToken(record));
      else held.tokens.set(id, [seenToken(record)]);
    } else if (event.target !== undefined && EXAMINED.has(event.target.kind)) {
      held.changed.add(event.target.id);
    } else if (OF_MANY.test(event.type)) {
      sweeps.again();
    } else if (event.type === 'report.refused' && event.caller !== undefined) {
      const { report_token_unknown: count = 0 } = (event.inputs?.['reasons'] ?? {}) as Record<string, number>;
      noteUnknown('unknown_tokens', event.caller, count, record.id);
    } else if (event.type === 'signal.received' && event.note === 'unknown_subject') {
      noteUnknown('unknown_subjects', String(event.inputs?.['transmitter']), 1, record.id);
    }
  };

  const noteUnknown = (kind: Reported['kind'], reporter: string, count: number, record: string): void => {
    if (count === 0) return;
    const key = `${kind} ${reporter}`;
    const before = held.reports.get(key);
    const evidence = [...(before?.evidence ?? []), record].slice(-10);
    held.reports.set(key, { kind, reporter, count: (before?.count ?? 0) + count, evidence });
  };

  const seenToken = (record: RecentRecord): SeenToken => {
    const { id, stream, sequence, event } = record;
    const source = sourceOfRecord(record);
    const { caller = '', grantType, subject, txn, resource, scopeGiven: scope } = event;
    return {
      ...{ id, stream, sequence, at: Math.floor(record.at / 1000), grantType, subject, txn },
      ...{ resource, scope },
      network: source === undefined ? undefined : deps.digestOf(caller, coarseNetwork(source)),
    };
  };

  /** Whether there may be more. */
  const read = async (): Promise<boolean> => {
    if (!places) return false;
    turn += 1;
    const known = [...places].map(([stream, sequence]) => ({ stream, sequence }));
    const cursors = await passArchived(documents, await withNewStreams(records, known));
    for (const { stream, sequence } of cursors) places.set(stream, sequence);
    const found = await recordsAfter<RecentRecord>(reader, cursors, { most: AT_ONCE, turn, pause: deps.pause });
    for (const record of found) {
      note(record);
      places.set(record.stream, record.sequence);
    }
    return found.length === AT_ONCE;
  };

  /** Lets rules act and stores the counts, then stores the findings, then the cursors: after a crash, what was read is read again and counts once. */
  const store = async (): Promise<void> => {
    const { tokens, changed, reports } = held;
    held = empty();
    await responses.store();
    for (const [id, seen] of tokens) {
      await upsert(activities, id, (before) => withTokens(id, before, seen));
      await deps.pause();
    }
    await examiner.examine([...tokens.keys(), ...changed]);
    for (const reported of reports.values()) await deps.reported(reported);
  };

  /** A small server stores at once, a busy one what a minute brought: a document that is written once for ten tokens costs a tenth. */
  const isToStore = (): boolean =>
    held.tokens.size <= FEW_CLIENTS ||
    held.tokens.size >= MOST_CLIENTS ||
    held.records >= MOST_RECORDS ||
    clock.now() - held.since >= MOST_HELD_SECONDS;

  /** Takes or extends the lock. Undefined: another process reads. */
  const locked = async (): Promise<DiscoveryState | undefined> => {
    const found = await loaded();
    if (!found || isLockedByOther(found.document, node, clock)) return undefined;
    const isMine = found.document.lockedBy === node;
    if (!isMine) places = undefined;
    if (isMine && places && (found.document.lockedUntil ?? 0) > clock.now() + LEAST_LOCK_SECONDS) return found.document;
    const lockedUntil = clock.now() + LOCK_SECONDS;
    if (!(await states.replace({ ...found.document, lockedBy: node, lockedUntil }, found.version))) return undefined;
    if (!places) {
      places = new Map(found.document.cursors.map(({ stream, sequence }) => [stream, sequence]));
      forget();
    }
    return found.document;
  };

  /** Moves the stored cursors and the sweep. False: another process has the lock by now. */
  const moved = async (change: Partial<DiscoveryState>): Promise<boolean> => {
    const found = await states.get(DISCOVERY);
    if (found?.document.lockedBy !== node) return false;
    const { sweep: _, ...rest } = found.document;
    return states.replace({ ...rest, ...change }, found.version);
  };

  const lose = (): void => {
    places = undefined;
    forget();
  };

  const sweepOn = async (state: DiscoveryState): Promise<void> => {
    const isDue = (state.sweptAt ?? 0) <= clock.now() - SWEEP_SECONDS;
    const begun = state.sweep ?? (isDue || sweeps.isWanted() ? sweeps.begin() : undefined);
    if (!begun) return;
    const next = await sweeps.step(begun);
    const done = next ? { sweep: next } : { sweptAt: clock.now() };
    if (!(await moved(done))) lose();
  };

  return {
    async poll() {
      const state = await locked();
      if (!state) return lose();
      try {
        for (let turns = 0, isMore = true; isMore && turns < MOST_TURNS; turns += 1) {
          if (held.records === 0) held.since = clock.now();
          isMore = await read();
          if (held.records === 0) continue;
          if (!isToStore()) {
            await responses.evaluate();
            continue;
          }
          await store();
          const cursors = [...(places ?? [])].map(([stream, sequence]) => ({ stream, sequence }));
          if (!(await moved({ cursors, ...(state.sweep ? { sweep: state.sweep } : {}) }))) return lose();
        }
        await sweepOn(state);
      } catch (error) {
        // What is held in memory may be stored in part. It is read again, and counts once.
        lose();
        throw error;
      }
    },
  };
};

const empty = (): Held => ({ tokens: new Map(), changed: new Set(), reports: new Map(), records: 0, since: 0 });
