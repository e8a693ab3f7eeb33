import {
  type Collection,
  DocumentConflict,
  type DocumentStore,
  type Insert,
  type Insertion,
  isDocumentConflict,
  isOutOfSpace,
  NO_SPACE,
} from '../ports/document-store.ts';
import { WRITE_PRIORITIES, type WritePriority, withPriority, writePriority } from '../ports/write-priority.ts';
import type { DomainError } from '../vocabulary/errors.ts';
import type { Appended, AuditReceipt, Together } from './audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, type PreparedEvent } from './audit-record.ts';
import { auditRefusal } from './audit-refusals.ts';
import type { RecentRecords } from './recent-records.ts';

type Waiting = {
  readonly prepared: PreparedEvent;
  readonly together: Together | undefined;
  readonly priority: WritePriority;
  readonly resolve: (receipt: Appended) => void;
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
   * when too many events wait. `together` as for AuditLog.
   */
  append(prepared: PreparedEvent, together?: Together): Promise<Appended>;
}

/** Characters that a document beside the event has at most, about. */
const BESIDE = 1_000;

export const streamWriter = (deps: {
  readonly records: Collection<AuditRecord>;
  /** Of the store of the records, if it has one. */
  readonly commit?: DocumentStore['commit'];
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
      let linked: readonly AuditRecord[] = [];
      try {
        const written = await store(left, head.known, mark, (made) => {
          linked = made;
        });
        for (const one of written.lost) {
          settled.add(one);
          one.reject(new DocumentConflict('what the event would use up was used before'));
        }
        left = left.filter((one) => !written.lost.has(one));
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
      const last = linked.at(-1);
      // Each of them lost what it would have used up.
      if (!last) return;
      head = { known: receiptOf(last) };
      recent?.note(
        linked,
        left.map(({ prepared }) => prepared.text),
      );
      settle(left, linked, settled);
      return;
    }
    throw new Error(`lost the race for stream ${stream} ${MAX_ATTEMPTS} times`);
  };

  /** Links the events behind `head` and stores them. `onLinked` gets the records before they are stored. */
  const store = async (
    callers: readonly Waiting[],
    head: AuditReceipt | undefined,
    mark: string,
    onLinked: (records: readonly AuditRecord[]) => void,
  ): Promise<{ readonly lost: ReadonlySet<Waiting> }> => {
    if (deps.commit && callers.some(({ together }) => together)) {
      const bytes = callers.reduce((sum, one) => sum + one.prepared.text.length + BESIDE, 0);
      return deps.commit((insert) => {
        const { linked, lost } = insertAll(callers, head, mark, insert);
        onLinked(linked);
        return { lost };
      }, bytes);
    }
    const linked: AuditRecord[] = [];
    for (const { prepared } of callers) linked.push(linkRecord(stream, linked.at(-1) ?? head, prepared, mark));
    onLinked(linked);
    await records.insertMany(linked);
    return { lost: new Set() };
  };

  /** A caller whose claim is taken has no part in the chain. */
  const insertAll = (
    callers: readonly Waiting[],
    head: AuditReceipt | undefined,
    mark: string,
    insert: Insert,
  ): { readonly linked: readonly AuditRecord[]; readonly lost: ReadonlySet<Waiting> } => {
    const linked: AuditRecord[] = [];
    const lost = new Set<Waiting>();
    for (const caller of callers) {
      const { claim, writes = [] } = caller.together ?? {};
      if (claim && !isInserted(claim, insert)) {
        lost.add(caller);
        continue;
      }
      const record = linkRecord(stream, linked.at(-1) ?? head, caller.prepared, mark);
      insert({ collection: AUDIT_RECORDS.name, document: record });
      linked.push(record);
      for (const write of writes) insert(write);
    }
    return { linked, lost };
  };

  const countStored = async (linked: readonly AuditRecord[], mark: string): Promise<number> => {
    const found = await records.getMany(linked.map(({ id }) => id));
    const ours = new Set(found.filter(({ document }) => document.writer === mark).map(({ document }) => document.hash));
    const firstMissing = linked.findIndex(({ hash }) => !ours.has(hash));
    return firstMissing === -1 ? linked.length : firstMissing;
  };

  return {
    append(prepared, together): Promise<Appended> {
      if (waiting.length >= deps.queueLimit) {
        return Promise.reject(unavailable(`more than ${deps.queueLimit} events wait to be written`));
      }
      return new Promise((resolve, reject) => {
        const joined = deps.commit && together;
        waiting.push({ prepared, together: joined, priority: writePriority(), resolve, reject });
        if (isWriting) return;
        isWriting = true;
        deps.defer(() => void drain());
      });
    },
  };
};

const isInserted = (insertion: Insertion, insert: Insert): boolean => {
  try {
    insert(insertion);
    return true;
  } catch (error) {
    if (!isDocumentConflict(error)) throw error;
    return false;
  }
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
    caller.resolve(caller.together ? { ...receiptOf(record), isTogether: true } : receiptOf(record));
  });
};
