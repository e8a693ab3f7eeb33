import { type Collection, isDocumentConflict, isOutOfSpace, NO_SPACE } from '../ports/document-store.ts';
import { WRITE_PRIORITIES, type WritePriority, withPriority, writePriority } from '../ports/write-priority.ts';
import type { DomainError } from '../vocabulary/errors.ts';
import type { AuditReceipt } from './audit-event.ts';
import { type AuditRecord, linkRecord, type PreparedEvent } from './audit-record.ts';
import { auditRefusal } from './audit-refusals.ts';
import type { RecentRecords } from './recent-records.ts';

type Waiting = {
  readonly prepared: PreparedEvent;
  readonly priority: WritePriority;
  readonly resolve: (receipt: AuditReceipt) => void;
  readonly reject: (error: unknown) => void;
};

/** Maximum number of records in one write. */
const MAX_BATCH = 500;
/** Number of consecutive lost races for a place in the stream, after which callers get 'unavailable'. */
const MAX_ATTEMPTS = 20;

/**
 * Writes one stream by group commit: events that arrive during a write are linked and written together by the next
 * one. The unique key (stream, sequence) prevents a fork by two writers: the second one reads the new head and links
 * again.
 */
export interface StreamWriter {
  /**
   * Resolves when the event is on stable storage. Throws DomainError 'unavailable' when it could not be written, or
   * when too many events wait.
   */
  append(prepared: PreparedEvent): Promise<AuditReceipt>;
}

export const streamWriter = (deps: {
  readonly records: Collection<AuditRecord>;
  readonly stream: string;
  /** Unique for each writer, also among those of one stream. */
  readonly writer: string;
  /** Maximum number of events waiting to be written; a further one is refused. */
  readonly queueLimit: number;
  /** Schedules the write after all work that is ready now, so that the events of that work join the group. */
  readonly defer: (run: () => void) => void;
  /** Where it notes what it has stored. */
  readonly recent?: RecentRecords | undefined;
}): StreamWriter => {
  const { records, stream, recent } = deps;
  let waiting: Waiting[] = [];
  let isWriting = false;
  let batches = 0;
  /** The last record known to be stored. Undefined: unknown, so it is read before the next write. */
  let head: { readonly known: AuditReceipt | undefined } | undefined;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      const failed = await tried(batch);
      // The store may refuse the lowest priority and still have room for the others.
      if (isOutOfSpace(failed?.error))
        for (const priority of WRITE_PRIORITIES.toReversed()) {
          const left = failed?.left.filter((one) => one.priority === priority) ?? [];
          refuse(left.length === failed?.left.length ? failed : await tried(left));
        }
      else refuse(failed);
    }
    isWriting = false;
  };

  type Failed = { readonly left: readonly Waiting[]; readonly error: unknown };

  /** Writes the batch with the lowest priority in it. Returns the callers whose events could not be written. */
  const tried = async (batch: readonly Waiting[]): Promise<Failed | undefined> => {
    if (batch.length === 0) return undefined;
    const lowest = WRITE_PRIORITIES.find((priority) => batch.some((one) => one.priority === priority));
    const settled = new Set<Waiting>();
    try {
      await withPriority(lowest ?? 'anonymous', () => write(batch, settled));
      return undefined;
    } catch (error) {
      return { left: batch.filter((one) => !settled.has(one)), error };
    }
  };

  const refuse = (failed: Failed | undefined): void => {
    for (const { reject } of failed?.left ?? [])
      reject(unavailable('the audit log could not be written', failed?.error));
  };

  /** Resolves each caller of a stored event. Throws for the callers that are left. */
  const write = async (batch: readonly Waiting[], settled: Set<Waiting>): Promise<void> => {
    let left = batch;
    batches += 1;
    // Distinguishes this batch also from an earlier batch of this writer that failed and takes effect only now.
    const mark = `${deps.writer}:${batches}`;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      head ??= { known: await readHead(records, stream) };
      let last = head.known;
      const linked = left.map(({ prepared }) => {
        const record = linkRecord(stream, last, prepared, mark);
        last = receiptOf(record);
        return record;
      });
      try {
        await records.insertMany(linked);
      } catch (error) {
        // The write may have taken effect despite the error, so the next one reads the head.
        head = undefined;
        recent?.forget();
        if (!isDocumentConflict(error)) throw error;
        // Another writer took a position. Records of this batch before that position may have been stored.
        const stored = await countStored(linked, mark);
        settle(left.slice(0, stored), linked, settled);
        left = left.slice(stored);
        if (left.length === 0) return;
        continue;
      }
      head = { known: last };
      recent?.note(
        linked,
        left.map(({ prepared }) => prepared.text.length),
      );
      settle(left, linked, settled);
      return;
    }
    throw new Error(`lost the race for stream ${stream} ${MAX_ATTEMPTS} times`);
  };

  const countStored = async (linked: readonly AuditRecord[], mark: string): Promise<number> => {
    const found = await records.getMany(linked.map(({ id }) => id));
    const ours = new Set(found.filter(({ document }) => document.writer === mark).map(({ document }) => document.hash));
    const firstMissing = linked.findIndex(({ hash }) => !ours.has(hash));
    return firstMissing === -1 ? linked.length : firstMissing;
  };

  return {
    append(prepared): Promise<AuditReceipt> {
      if (waiting.length >= deps.queueLimit) {
        return Promise.reject(unavailable(`more than ${deps.queueLimit} events wait to be written`));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ prepared, priority: writePriority(), resolve, reject });
        if (isWriting) return;
        isWriting = true;
        deps.defer(() => void drain());
      });
    },
  };
};

/** The last record of a stream as it is stored now. */
export const readHead = async (records: Collection<AuditRecord>, stream: string): Promise<AuditReceipt | undefined> => {
  const [last] = await records.find({
    where: { stream },
    order: { by: 'sequence', direction: 'descending' },
    limit: 1,
  });
  return last && receiptOf(last.document);
};

export const receiptOf = ({ stream, sequence, hash }: AuditReceipt): AuditReceipt => ({ stream, sequence, hash });

/** The error for all callers while the audit log cannot be written: nothing happened, the caller can retry. */
export const unavailable = (detail: string, cause?: unknown): DomainError => {
  const isFull = isOutOfSpace(cause);
  return auditRefusal(isFull ? 'storage_full' : 'request_not_recorded', {
    retryAfterSeconds: isFull ? NO_SPACE.retryAfterSeconds : 1,
    detail,
    ...(cause === undefined ? {} : { cause }),
  });
};

const settle = (callers: readonly Waiting[], records: readonly AuditRecord[], settled: Set<Waiting>): void => {
  callers.forEach((caller, index) => {
    const record = records[index];
    if (!record) return;
    settled.add(caller);
    caller.resolve(receiptOf(record));
  });
};
