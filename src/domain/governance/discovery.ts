/**
 * Reads the audit log behind the requests, counts what clients do without a person, and keeps findings. One process at a time
 * does, under a lock with an end. Requests wait for nothing of it.
 *
 * An examination follows each change of an agent or client, each quarantine, and each token that makes another finding possible. Of what time
 * changes, and of the agents of an owner or blueprint that changed, it follows within about a minute (discovery-due.ts). A sweep over all agents, clients and
 * findings finds what changed without an event.
 *
 * Counts are stored seldom, because a document that is written once for thirty tokens costs a thirtieth. Behind the stored ones, the log
 * itself says what was counted: the stored cursors move only after all counts before them are stored. Many are stored in slices, and between two of them
 * this process extends its lock and reads on.
 */
import { AUDIT_RECORDS, type AuditRecord } from '../audit/audit-record.ts';
import type { HeldDocuments } from '../audit/held-documents.ts';
import { passArchived } from '../audit/past-beginning.ts';
import { type RecentRecord, type RecentRecords, sourceOfRecord } from '../audit/recent-records.ts';
import { recentOrStored, recordsAfter, type StreamCursor, withNewStreams } from '../audit/records-after.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { coarseNetwork } from '../vocabulary/client-network.ts';
import { activityNews } from './activity-news.ts';
import { type ClientActivity, type SeenToken, withTokens } from './client-activity.ts';
import type { DueSubjects } from './discovery-due.ts';
import { discoveryLock } from './discovery-lock.ts';
import type { Sweep, Sweeps } from './discovery-sweep.ts';
import type { Examiner } from './examiner.ts';
import { isToStore, STORED_AT_ONCE, secondsOfReport } from './held-counts.ts';
import type { Reported } from './reporter-findings.ts';
import { isOfOneAgent } from './responses/agent-failures.ts';
import type { ResponseWorker } from './responses/response-worker.ts';

/** Records of one turn, and turns of one poll: a process that takes over has much to read. */
const AT_ONCE = 1000;
const MOST_TURNS = 12;
/** A sweep over everything begins so often. */
const SWEEP_SECONDS = 600;
/** What time changes is looked for so often. */
const DUE_SECONDS = 60;
/** Its place is stored after so many steps: a process that takes over repeats at most these. */
const STEPS_EVERY = 50;
/** New streams, and records that were archived, are looked for so often. */
const STREAMS_SECONDS = 10;
/** Clients that are counted between two pauses in which requests run. */
const PAUSE_EVERY = 16;

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

/** What was read and is not counted yet. */
type Held = {
  readonly tokens: Map<string, SeenToken[]>;
  readonly changed: Set<string>;
  readonly reports: Map<string, Reported>;
};

/** What was read behind the stored cursors. `since`: when the first of it was read. */
type Behind = { records: number; since: number; reportedAt?: number };

/** Counts that are being stored. `cursors`: what was read when that began, and is stored once all counts are; `reports` with it. */
type Round = {
  readonly cursors: readonly StreamCursor[];
  readonly reports: Held['reports'];
  areFactsStored: boolean;
};

export const discovery = (deps: {
  readonly documents: DocumentStore;
  readonly recent: RecentRecords | undefined;
  readonly clock: Clock;
  readonly examiner: Examiner;
  readonly activities: HeldDocuments<ClientActivity>;
  readonly sweeps: Sweeps;
  readonly due: DueSubjects;
  /** Keeps the facts that response rules compare, and lets the rules act. */
  readonly responses: ResponseWorker;
  /** Keyed digest of a network, for one client. */
  readonly digestOf: (client: string, network: string) => string;
  /** Most agents and clients whose counts stay in memory. */
  readonly mostHeld: number;
  /** Keeps the finding of a resource server or transmitter that named something unknown. */
  readonly reported: (reported: Reported) => Promise<void>;
  readonly node: string;
  readonly pause: () => Promise<void>;
}): Discovery => {
  const { documents, clock, examiner, activities, sweeps, due, responses, node } = deps;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const lock = discoveryLock({ documents, records, node, clock });
  const reader = recentOrStored(records, deps.recent);
  /** What was read behind the stored cursors. Absent: this process does not read. */
  let places: Map<string, number> | undefined;
  let held = empty();
  let behind: Behind = { records: 0, since: 0 };
  let round: Round | undefined;
  let streamsAt = 0;
  /** The sweep under way, as far as this process is. The stored one is up to STEPS_EVERY behind. */
  let sweeping: { readonly sweep: Sweep; readonly steps: number } | undefined;
  const news = activityNews();
  let turn = 0;

  const forget = (): void => {
    held = empty();
    [behind, streamsAt] = [{ records: 0, since: 0 }, 0];
    news.forget();
    [sweeping, round] = [undefined, undefined];
    due.forget();
    activities.forget();
    responses.forget();
  };

  const note = (record: RecentRecord): void => {
    const { event } = record;
    if (behind.records === 0) behind.since = clock.now();
    behind.records += 1;
    responses.note(record);
    if (event.type === 'token.issued' && COUNTED.test(event.caller ?? '')) {
      const id = String(event.caller);
      const before = held.tokens.get(id);
      if (before) before.push(seenToken(record));
      else held.tokens.set(id, [seenToken(record)]);
    } else if (event.target !== undefined && EXAMINED.has(event.target.kind)) {
      held.changed.add(event.target.id);
    } else if (event.type === 'finding.quarantined') {
      // The process that began it may have ended before the subject was stopped.
      held.changed.add(String(event.inputs?.['subject']));
    } else if (OF_MANY.test(event.type)) {
      sweeps.again();
      due.note(event);
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
    behind.reportedAt ??= clock.now();
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

  /** How many records there were: with AT_ONCE there may be more. */
  const read = async (): Promise<number> => {
    if (!places) return 0;
    turn += 1;
    const known = [...places].map(([stream, sequence]) => ({ stream, sequence }));
    const isDue = streamsAt <= clock.now() - STREAMS_SECONDS;
    const cursors = isDue ? await passArchived(documents, await withNewStreams(records, known)) : known;
    if (isDue) streamsAt = clock.now();
    for (const { stream, sequence } of cursors) places.set(stream, sequence);
    const found = await recordsAfter<RecentRecord>(reader, cursors, { most: AT_ONCE, turn, pause: deps.pause });
    for (const record of found) {
      note(record);
      places.set(record.stream, record.sequence);
    }
    return found.length;
  };

  /** Lets rules act and counts what was read, in memory. Examines what may have another finding. */
  const count = async (): Promise<void> => {
    const { tokens, changed, reports } = held;
    held = empty();
    await responses.evaluate();
    let clients = 0;
    for (const [id, seen] of tokens) {
      const one = activities.known(id) ?? (await activities.load(id));
      const { document: before } = one;
      const next = withTokens(id, before, seen);
      if (next && next !== before) {
        activities.change(one, next);
        if (news.mayFind(id, before, next)) changed.add(id);
      }
      clients += 1;
      if (clients % PAUSE_EVERY === 0) await deps.pause();
    }
    if (changed.size > 0) await examiner.examine(changed);
    for (const reported of reports.values()) held.reports.set(`${reported.kind} ${reported.reporter}`, reported);
  };

  const isDue = (): boolean => {
    const { records: count, since, reportedAt = Number.POSITIVE_INFINITY } = behind;
    const changed = Math.max(activities.changed(), responses.changed());
    const now = clock.now();
    return (
      isToStore({ changed, records: count, seconds: now - since }, deps.mostHeld) ||
      now - reportedAt >= secondsOfReport(changed)
    );
  };

  const beginRound = (): void => {
    const cursors = [...(places ?? [])].map(([stream, sequence]) => ({ stream, sequence }));
    round = { cursors, reports: held.reports, areFactsStored: false };
    held = empty();
    behind = { records: 0, since: 0 };
  };

  /**
   * Stores a slice of the counts, and with the last one the cursors: after a crash, what was read is read again and counts once. False:
   * another process has the lock by now.
   */
  const storeOn = async ({ cursors, reports, areFactsStored }: Round): Promise<boolean> => {
    if (!areFactsStored && (await responses.store(STORED_AT_ONCE)) > 0) return true;
    if (round) round.areFactsStored = true;
    // A damaged document, which the store reports, must not hold up the others. It stays in memory.
    const left = await activities.store((_, error) => {
      if (!isOfOneAgent(error)) throw error;
    }, STORED_AT_ONCE);
    if (left > 0) return true;
    for (const reported of reports.values()) await deps.reported(reported);
    round = undefined;
    return lock.move({ cursors });
  };

  /** Whether this process reads. Forgets what it has not stored if another one has read meanwhile. */
  const isReader = async (): Promise<boolean> => {
    const taken = await lock.take();
    const { cursors } = lock.state() ?? {};
    if (!taken || !cursors) return false;
    if (!places || taken === 'taken') {
      places = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
      forget();
    }
    return true;
  };

  const lose = (): void => {
    places = undefined;
    lock.lose();
    forget();
  };

  const sweepOn = async (): Promise<void> => {
    const { sweep: stored, sweptAt = 0 } = lock.state() ?? {};
    const isDue = sweptAt <= clock.now() - SWEEP_SECONDS;
    const begun = sweeping?.sweep ?? stored ?? (isDue || sweeps.isWanted() ? sweeps.begin() : undefined);
    if (!begun) return;
    const sweep = await sweeps.step(begun);
    const steps = (sweeping?.steps ?? 0) + 1;
    sweeping = sweep && { sweep, steps };
    if (sweep && steps % STEPS_EVERY !== 0) return;
    if (!(await lock.move(sweep ? { sweep } : { sweptAt: clock.now(), sweep: undefined }))) lose();
  };

  const dueOn = async (): Promise<void> => {
    const now = clock.now();
    const { dueUntil } = lock.state() ?? {};
    if (dueUntil !== undefined && dueUntil > now - DUE_SECONDS) return;
    const done = await due.step(dueUntil ?? now);
    if (done !== undefined && !(await lock.move({ dueUntil: done }))) lose();
  };

  return {
    async poll() {
      if (!(await isReader())) return lose();
      try {
        for (let turns = 0, found = AT_ONCE; found === AT_ONCE && turns < MOST_TURNS; turns += 1) {
          // A turn may last seconds, so each one extends the lock where it ends soon.
          if (turns > 0 && !(await isReader())) return lose();
          found = await read();
          // Also without records: an agent that could not be examined is examined again.
          await count();
          if (!round && behind.records > 0 && isDue()) beginRound();
          if (round && !(await storeOn(round))) return lose();
        }
        await dueOn();
        await sweepOn();
      } catch (error) {
        // What is held in memory may be stored in part. It is read again, and counts once.
        lose();
        throw error;
      }
    },
  };
};

const empty = (): Held => ({ tokens: new Map(), changed: new Set(), reports: new Map() });
