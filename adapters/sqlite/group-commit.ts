/**
 * The queue in which writes share a transaction and a sync to disk. Writes that are added in one turn of the event loop are
 * one transaction. It is committed without a sync; then one sync of the write-ahead log makes it durable, while the event loop
 * continues. A full volume, another process that holds the lock, and a failed sync are handled here. A write that fails and cannot be
 * undone takes the whole transaction with it: all writes of the transaction are refused.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isDocumentConflict, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { RoomKeeping } from './space-management.ts';
import { BrokenTransaction, isBusy, isFull, unavailable } from './sqlite-errors.ts';
import type { Purpose } from './volume-reserve.ts';

/** `durable`: on stable storage when the promise resolves. `buffered`: survives the process, not the machine. */
export type Durability = 'durable' | 'buffered';

/** A write that waits for its transaction. */
export type Job = {
  readonly work: () => unknown;
  readonly durability: Durability;
  readonly bytes: number;
  readonly purpose: Purpose;
  /** Whether it met a full volume before. */
  isSecondTry?: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
  error?: unknown;
};

/** Limits how long one transaction blocks the event loop: some 10 µs each. */
const MAX_BATCH = 500;
/** Another process holds the write lock for milliseconds; after about five seconds something is wrong. */
const BUSY_RETRIES = 200;
const BUSY_PAUSE_MS = 20;

/** The statements that begin and end a transaction. */
export type Transaction = {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
};

export interface GroupCommit {
  /** Adds a write to the next transaction. */
  add(job: Job): void;

  /** Rolls back the open transaction, if there is one. */
  undo(): void;

  /** Why the store must not be trusted until a restart; undefined while it works. */
  failure(): StoreUnavailable | undefined;

  /** Resolves when all added writes are committed and synced, or refused. Call it once. */
  idle(): Promise<void>;
}

export const groupCommit = (deps: {
  readonly connection: DatabaseSync;
  readonly transaction: Transaction;
  readonly room: RoomKeeping | undefined;
  /** Bytes that one transaction may insert; absent: no limit. */
  readonly slice: number | undefined;
  /** Syncs the write-ahead log to stable storage. */
  readonly sync: (done: (error: Error | null) => void) => void;
  readonly onCommit: (() => void) | undefined;
}): GroupCommit => {
  const { connection, room, sync } = deps;
  const { begin, commit, rollback } = deps.transaction;
  let queue: Job[] = [];
  let unsynced: Job[] = [];
  let isFlushPlanned = false;
  let isSyncing = false;
  let busyRetries = 0;
  /**
   * Set once a sync has failed: the content of the kernel's buffers is unknown, so nothing is trusted until a
   * restart.
   */
  let failure: StoreUnavailable | undefined;
  let idle: (() => void) | undefined;

  const undo = (): void => {
    try {
      if (connection.isTransaction) rollback.run();
    } catch (error) {
      // A transaction that can be neither committed nor rolled back would swallow every later write.
      failure = unavailable(error);
    }
  };

  const planFlush = (): void => {
    if (isFlushPlanned || queue.length === 0) return;
    isFlushPlanned = true;
    setImmediate(flush);
  };

  const settleAll = (jobs: readonly Job[], error: unknown): void => {
    for (const job of jobs) job.reject(error);
  };

  const flush = (): void => {
    isFlushPlanned = false;
    if (queue.length === 0) return;
    if (failure) {
      settleAll(queue, failure);
      queue = [];
      signalIdle();
      return;
    }
    try {
      begin.run();
    } catch (error) {
      if (isBusy(error) && busyRetries < BUSY_RETRIES) {
        busyRetries += 1;
        isFlushPlanned = true;
        setTimeout(flush, BUSY_PAUSE_MS);
        return;
      }
      busyRetries = 0;
      settleAll(queue, unavailable(error));
      queue = [];
      signalIdle();
      return;
    }
    busyRetries = 0;
    const batch = nextBatch();
    try {
      for (const job of batch) runJob(connection, job);
      deps.onCommit?.();
      commit.run();
    } catch (error) {
      undo();
      const again = isFull(error) ? afterFull(batch) : [];
      settleAll(
        batch.filter((job) => !again.includes(job)),
        unavailable(error),
      );
      queue = [...again, ...queue];
      planFlush();
      signalIdle();
      return;
    }
    for (const job of batch) {
      if (job.error !== undefined) job.reject(job.error);
      else if (job.durability === 'durable') unsynced.push(job);
      else job.resolve(job.result);
    }
    startSync();
    planFlush();
    signalIdle();
  };

  /** The jobs of the next transaction. Jobs without room are refused here. */
  const nextBatch = (): readonly Job[] => {
    const admitted = room?.admission();
    const batch: Job[] = [];
    let bytes = 0;
    while (queue.length > 0 && batch.length < MAX_BATCH) {
      const [job] = queue as [Job];
      if (admitted && !admitted(job.purpose)) {
        queue.shift();
        job.reject(noRoom());
        continue;
      }
      if (batch.length > 0 && bytes + job.bytes > (deps.slice ?? Number.POSITIVE_INFINITY)) break;
      bytes += job.bytes;
      batch.push(job);
      queue.shift();
    }
    return batch;
  };

  /**
   * Releases the reserve and checkpoints the log. Returns the jobs to try once more; those that do not fit are
   * refused then.
   */
  const afterFull = (batch: readonly Job[]): readonly Job[] => {
    if (!room) return [];
    room.ranOut();
    return batch.filter((job) => {
      const isFirst = !job.isSecondTry;
      job.isSecondTry = true;
      return isFirst;
    });
  };

  const startSync = (): void => {
    if (isSyncing || unsynced.length === 0) return;
    isSyncing = true;
    const covered = unsynced;
    unsynced = [];
    sync((error) => {
      isSyncing = false;
      if (error) {
        failure = unavailable(error);
        settleAll([...covered, ...unsynced], failure);
        unsynced = [];
      } else {
        for (const job of covered) job.resolve(job.result);
        startSync();
      }
      planFlush();
      signalIdle();
    });
  };

  const isIdle = (): boolean => queue.length === 0 && unsynced.length === 0 && !isSyncing;
  const signalIdle = (): void => {
    if (idle && isIdle()) idle();
  };

  return {
    add(job) {
      queue.push(job);
      // While a sync runs, durable writes gather: they could not be synced before it ends anyway.
      if (!isSyncing || job.durability === 'buffered') planFlush();
    },
    undo,
    failure: () => failure,
    idle: () =>
      new Promise<void>((resolve) => {
        idle = resolve;
        signalIdle();
      }),
  };
};

const noRoom = (): StoreUnavailable =>
  new StoreUnavailable('the volume of the database has no room for this', { reason: 'no_space' });

/** A failure that left the transaction open concerns that job alone. */
const runJob = (connection: DatabaseSync, job: Job): void => {
  job.error = undefined;
  try {
    job.result = job.work();
  } catch (error) {
    // On a full volume the others would fail, too.
    if (!connection.isTransaction || isFull(error) || error instanceof BrokenTransaction) throw error;
    job.error = isDocumentConflict(error) ? error : unavailable(error);
  }
};
