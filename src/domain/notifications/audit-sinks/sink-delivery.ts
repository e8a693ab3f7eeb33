import type { AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { passArchived } from '../../audit/past-beginning.ts';
import type { RecentRecord, RecentRecords } from '../../audit/recent-records.ts';
import {
  type RecordReader,
  recentOrStored,
  recordsAfter,
  type StreamCursor,
  storedRecords,
  withNewStreams,
} from '../../audit/records-after.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Collection, DocumentStore, Versioned } from '../../ports/document-store.ts';
import { backoff } from '../backoff.ts';
import { deliveryRuns, isLockedByOther, type PolledDelivery } from '../delivery-runs.ts';
import { AUDIT_SINK_CURSORS, AUDIT_SINKS, type AuditSink, type SinkCursor } from './audit-sink.ts';
import { type SinkBatch, sinkBatch } from './sink-payload.ts';
import { type SinkRecord, type SinkSource, sinkRecordOf } from './sink-record.ts';
import { isContentRefused, type SinkOutcome, type SinkSender } from './sink-sender.ts';

/** Most sinks of a server. */
export const MOST_SINKS = 16;
/** Most records of one request. */
const MOST_RECORDS = 500;
/** Longer than an attempt. Another process goes on after it when the one that delivered has crashed. */
const LOCK_SECONDS = 30;
/** The lock is renewed before an attempt when less than this is left of it. */
const LEAST_LOCK_SECONDS = 15;
/** A process delivers to one sink for this long before it looks again at the others. */
const TURN_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 60;
/** A sink that fails for this long is in the audit log. */
const FAILING_SECONDS = 300;

/** One attempt. `records`: those that were acknowledged. */
export type SinkAttempt = { readonly sink: AuditSink; readonly records: number; readonly outcome: SinkOutcome };

/**
 * Delivers audit events to sinks, at least once and in the order of each stream. One process at a time delivers to a sink,
 * under a lock of the cursor. The cursor moves after the sink has acknowledged, and is durable before the next request. A
 * failing sink is tried again at growing intervals, at most a minute, and delays neither requests nor other sinks.
 */
export const sinkDelivery = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly sender: SinkSender;
  readonly source: SinkSource;
  /** What this process has recorded. Absent: all records are read from the store. */
  readonly recent?: RecentRecords | undefined;
  /** Names this process: the same after a restart, so that it goes on at once. */
  readonly node: string;
  readonly onAttempt: (attempt: SinkAttempt) => void;
  /** Called with unexpected errors; the work is repeated. */
  readonly onError: (error: unknown) => void;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): PolledDelivery => {
  const { documents, clock, audit, sender, source, node, pause } = deps;
  const sinks: Collection<AuditSink> = documents.collection<AuditSink>(AUDIT_SINKS);
  const cursors: Collection<SinkCursor> = documents.collection<SinkCursor>(AUDIT_SINK_CURSORS);
  const records: Collection<AuditRecord> = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const readers = { personal: storedRecords(records), others: recentOrStored(records, deps.recent) };
  const runs = deliveryRuns(deps.onError);
  let turn = 0;

  /** A smaller batch begins with the same stream each time, so that the record at fault is found: its stream, once it is. */
  const waiting = async <R extends RecentRecord>(
    reader: RecordReader<R>,
    { cursors: held, refused }: SinkCursor,
    most: number,
  ): Promise<readonly R[]> => {
    turn += 1;
    const first = most === MOST_RECORDS ? turn : 0;
    const streams = await passArchived(documents, await withNewStreams(records, held));
    const isAtFault = ({ stream }: StreamCursor): boolean => stream === refused?.stream;
    const ordered = streams.toSorted((one, other) => Number(isAtFault(other)) - Number(isAtFault(one)));
    return recordsAfter(reader, ordered, { most, turn: first, pause });
  };

  /** Stores the state if no other process did since; undefined when one did. */
  const stored = async (next: SinkCursor, version: number): Promise<Versioned<SinkCursor> | undefined> =>
    (await cursors.replace(next, version)) ? { document: next, version: version + 1 } : undefined;

  const locked = async (held: Versioned<SinkCursor>): Promise<Versioned<SinkCursor> | undefined> => {
    const { document, version } = held;
    const now = clock.now();
    if (document.lockedBy === node && (document.lockedUntil ?? 0) - now >= LEAST_LOCK_SECONDS) return held;
    return stored({ ...document, lockedBy: node, lockedUntil: now + LOCK_SECONDS }, version);
  };

  const reported = (sink: AuditSink, type: 'audit_sink.failing' | 'audit_sink.recovered', held: SinkCursor) =>
    audit.append({
      type,
      outcome: type === 'audit_sink.failing' ? 'refused' : 'done',
      caller: 'system',
      target: { kind: 'audit sink', id: sink.id },
      inputs: { since: held.failingSince, attempts: held.failures, reason: held.lastFailure },
    });

  const afterFailure = async (
    sink: AuditSink,
    { document, version }: Versioned<SinkCursor>,
    failed: Extract<SinkOutcome, { isAcknowledged: false }>,
    { first: { stream, sequence } }: SinkBatch,
  ): Promise<void> => {
    const now = clock.now();
    const { lastFailureStatus: _, refused: __, ...rest } = document;
    const failures = document.failures + 1;
    const failingSince = document.failingSince ?? now;
    const wait = Math.max(failed.retryAfterSeconds ?? 0, backoff(failures, undefined, LONGEST_PAUSE_SECONDS));
    const next: SinkCursor = {
      ...rest,
      failures,
      failingSince,
      lastFailure: failed.failure,
      ...(failed.status === undefined ? {} : { lastFailureStatus: failed.status }),
      lastFailureAt: now,
      ...(isContentRefused(failed.status) ? { refused: { stream, sequence } } : {}),
      dueAt: now + wait,
    };
    const isDue = now - failingSince >= FAILING_SECONDS && document.isReported === undefined;
    if (isDue) await reported(sink, 'audit_sink.failing', next);
    await stored(isDue ? { ...next, isReported: true } : next, version);
  };

  const afterSuccess = async (
    sink: AuditSink,
    { document, version }: Versioned<SinkCursor>,
    taken: readonly SinkRecord[],
    leftOut: number,
  ): Promise<Versioned<SinkCursor> | undefined> => {
    if (document.isReported) await reported(sink, 'audit_sink.recovered', document);
    const { failingSince: _, isReported: __, dueAt: ___, refused: ____, ...rest } = document;
    const moved = new Map(document.cursors.map(({ stream, sequence }) => [stream, sequence]));
    for (const { stream, sequence } of taken) moved.set(stream, sequence);
    const now = clock.now();
    const next: SinkCursor = {
      ...rest,
      cursors: [...moved].map(([stream, sequence]): StreamCursor => ({ stream, sequence })),
      failures: 0,
      lastDeliveredAt: now,
      lockedUntil: now + LOCK_SECONDS,
      delivered: document.delivered + taken.length - leftOut,
      leftOut: document.leftOut + leftOut,
    };
    return stored(next, version);
  };

  const attempt = async (sink: AuditSink, batch: SinkBatch): Promise<SinkOutcome> => {
    try {
      return await sender.send(sink, batch);
    } catch (error) {
      deps.onError(error);
      return { isAcknowledged: false, failure: 'internal' };
    }
  };

  /** Delivers what there is, until the turn is over or the sink fails. */
  const deliver = async (id: string): Promise<void> => {
    const end = clock.now() + TURN_SECONDS;
    const begun = await cursors.get(id);
    if (!begun || isLockedByOther(begun.document, node, clock) || (begun.document.dueAt ?? 0) > clock.now()) return;
    let most = begun.document.refused ? 1 : MOST_RECORDS;
    let held: Versioned<SinkCursor> | undefined = begun;
    while (held && !runs.isStopped() && clock.now() < end) {
      // Personal values are in the store only.
      const isPersonal: boolean = (await sinks.get(id))?.document.isPersonal ?? false;
      const found = await (isPersonal
        ? waiting(readers.personal, held.document, most)
        : waiting(readers.others, held.document, most));
      if (found.length === 0) return;
      held = await locked(held);
      const sink: AuditSink | undefined = (await sinks.get(id))?.document;
      if (!held || sink?.state !== 'active') return;
      if (sink.isPersonal !== isPersonal) continue;
      const given = found.map((record) => sinkRecordOf(record, sink.isPersonal));
      const batch = await sinkBatch(sink, given, source, pause);
      if (!batch) return;
      const outcome = await attempt(sink, batch);
      const taken = outcome.isAcknowledged ? given.slice(0, batch.texts.length) : [];
      deps.onAttempt({ sink, records: taken.length, outcome });
      if (outcome.isAcknowledged) {
        held = await afterSuccess(sink, held, taken, outcome.leftOut);
        // What was recorded meanwhile waits for the next poll: on a busy server a few records each time would cost a sync each.
        if (found.length < most && taken.length === found.length) return;
        most = Math.min(MOST_RECORDS, most * 2);
      } else if (isContentRefused(outcome.status) && batch.texts.length > 1) {
        most = Math.floor(batch.texts.length / 2);
      } else {
        await afterFailure(sink, held, outcome, batch);
        return;
      }
    }
  };

  return {
    idle: runs.idle,
    stop: runs.stop,

    async poll() {
      if (runs.isStopped()) return;
      const found = await sinks.find({ limit: MOST_SINKS });
      const active = found.map(({ document }) => document).filter(({ state }) => state === 'active');
      deps.recent?.keepTexts(active.some(({ format, isPersonal }) => format === 'event' && !isPersonal));
      for (const { id } of active) runs.start(id, () => deliver(id));
    },
  };
};
