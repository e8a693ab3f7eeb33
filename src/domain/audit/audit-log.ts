import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, update } from '../ports/document-store.ts';
import { withPriority } from '../ports/write-priority.ts';
import type { Appended, AuditEvent, AuditLog, AuditReceipt, Together } from './audit-event.ts';
import {
  AUDIT_RECORDS,
  type AuditRecord,
  CHECKPOINT_STREAM,
  type Heads,
  placeOfId,
  prepareEvent,
  recordId,
} from './audit-record.ts';
import type { AuditSigner } from './audit-signer.ts';
import { type Archived, archivedOf, type Beginning, beginningsOf, isBefore, openBeginning } from './beginning.ts';
import { type Checkpoint, checkpoints, type RememberHeads } from './checkpoints.ts';
import type { IndexReader } from './event-search.ts';
import { exportAuditLog } from './export-log.ts';
import { type AuditEntry, type AuditFilters, type AuditPage, listEvents, readEvent } from './list-events.ts';
import type { LogStatement } from './logged-heads.ts';
import type { RecentRecords } from './recent-records.ts';
import { type Sample, sampleStore } from './sample-store.ts';
import { isStreamName, verificationKey } from './signed-heads.ts';
import { readHead, streamWriter, unavailable } from './stream-writer.ts';
import { currentTransaction } from './transaction-context.ts';

/** What an export has: see FullAuditLog. */
export type ExportOptions = {
  readonly personal?: boolean;
  readonly redact?: readonly string[];
  readonly log?: LogStatement | undefined;
};

/** The audit log of this node, with everything that composition, the API and housekeeping use. */
export interface FullAuditLog extends AuditLog {
  /**
   * Opens the node's stream with a `node.started` event. Throws an Error when the store does not hold the records that
   * `remembered` heads name: it was then restored or rewritten (decision D24). Throws DomainError 'unavailable' when
   * the event cannot be written.
   */
  open(options?: { readonly remembered?: Heads }): Promise<void>;

  /** Checks some of the stored records, for at most `milliseconds`. `remembered` as for `open`. */
  sample(options: {
    readonly remembered?: Heads;
    readonly milliseconds: number;
    readonly elapsed: () => number;
  }): Promise<Sample>;

  /** Signs and stores the heads of all streams; call it every `checkpointSeconds`. */
  checkpoint(): Promise<Checkpoint>;

  /** One page of events by the time they happened. Says when some may be in an archive only. */
  list(filters: AuditFilters): Promise<AuditPage>;

  /** Which records are in an archive only; undefined: none. Throws StoreUnavailable. */
  archived(): Promise<Archived | undefined>;

  /** The archive that has this record; undefined: it was not removed. */
  archiveOf(id: string): Promise<Archived | undefined>;

  /** One event by its id, or undefined. */
  get(id: string): Promise<AuditEntry | undefined>;

  /**
   * Lines of an export, each without its line end: see docs/reference/audit-log.md. Makes a checkpoint first. With
   * `personal`, includes the values that were not erased, with their salts. `redact`: names of members of events to leave
   * out; the export still verifies. `log`: what the transparency log has, read before.
   */
  export(options?: ExportOptions): AsyncGenerator<string, void, undefined>;

  /**
   * Removes a personal value and the salt of its commitment; the chain still verifies. False when there is no such
   * value, or it is erased already. The caller appends `audit.erased` first.
   */
  erase(id: string, field: string): Promise<boolean>;

  /** Closes the stream: appends `node.stopped` after all earlier events and makes a last checkpoint. Idempotent. */
  close(): Promise<void>;
}

/**
 * The audit log of one node: appends to the node's own stream, makes checkpoints over all streams, lists, exports and
 * erases. Appends are possible only between `open` and `close`.
 */
export const newAuditLog = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** Id of this node, the same after a restart; names its stream. */
  readonly node: string;
  readonly issuer: string;
  readonly signer: AuditSigner;
  /** Public keys that signed earlier checkpoints; exports carry them. */
  readonly formerKeys?: readonly AuditSigner['key'][];
  readonly remember?: RememberHeads;
  /** Maximum number of events waiting to be written; a further one is refused. Default 10,000. */
  readonly queueLimit?: number;
  /** For conditions that no index of the records covers. Absent: the log itself is read, with bounds. */
  readonly search?: IndexReader;
  /** Where it notes what this node records, for readers in the same process. */
  readonly recent?: RecentRecords;
  /** Schedules work after all work that is ready now. Default `setImmediate`. */
  readonly defer?: (run: () => void) => void;
}): FullAuditLog => {
  const { clock, issuer, node, signer } = deps;
  if (!isStreamName(node) || node === CHECKPOINT_STREAM) throw new TypeError('the node id cannot name an audit stream');
  const records = deps.documents.collection<AuditRecord>(AUDIT_RECORDS);
  const writerId = randomBytes(12).toString('base64url');
  const writer = streamWriter({
    records,
    ...(deps.documents.commit ? { commit: deps.documents.commit } : {}),
    stream: node,
    writer: writerId,
    queueLimit: deps.queueLimit ?? 10_000,
    defer: deps.defer ?? setImmediate,
    recent: deps.recent,
  });
  const made = checkpoints({
    records,
    clock,
    issuer,
    signer,
    writer: writerId,
    ...(deps.remember ? { remember: deps.remember } : {}),
  });
  let state: 'new' | 'open' | 'closed' = 'new';

  let known: { readonly signed: string; readonly beginning: Beginning } | undefined;

  /**
   * The statement of where the streams begin. Undefined also when its signature does not verify: an editor of the database must not
   * be able to stop reads and starts with it. Exports and `verify --store` then name the missing records.
   */
  const beginningNow = async () => {
    const signed = (await beginningsOf(deps.documents).get('current'))?.document.signed;
    if (signed === undefined || known?.signed === signed) return signed === undefined ? undefined : known;
    const key = await verificationKey(signer.key);
    const former = await Promise.all((deps.formerKeys ?? []).map(verificationKey));
    const beginning = await openBeginning(signed, [key, ...former]);
    if (!beginning) return undefined;
    known = { signed, beginning };
    return known;
  };

  const write = async (event: AuditEvent, together?: Together): Promise<Appended> =>
    writer.append(prepareEvent(withTransaction(event), clock.nowMillis()), together);

  return {
    isTransactional: deps.documents.commit !== undefined,

    async open(options: { readonly remembered?: Heads } = {}): Promise<void> {
      const { heads = [] } = (await beginningNow())?.beginning ?? {};
      for (const head of options.remembered ?? []) {
        // A record in an archive: the signed statement is of a later state than the remembered heads.
        if (isBefore(heads, head)) continue;
        const found = await records.get(recordId(head.stream, head.sequence));
        if (found?.document.hash !== head.hash) throw staleStore(head, await readHead(records, head.stream));
      }
      const head = await readHead(records, node);
      const before = head && (await records.get(recordId(head.stream, head.sequence)));
      const after = before ? (before.document.event.type === 'node.stopped' ? 'stop' : 'crash') : 'nothing';
      await withPriority('essential', () =>
        write({ type: 'node.started', outcome: 'done', inputs: { issuer, node, after } }),
      );
      state = 'open';
    },

    async append(event: AuditEvent, together?: Together): Promise<Appended> {
      if (state !== 'open') throw unavailable(`the audit log is ${state === 'new' ? 'not open yet' : 'closed'}`);
      return write(event, together);
    },

    sample: async (options: {
      readonly remembered?: Heads;
      readonly milliseconds: number;
      readonly elapsed: () => number;
    }) => {
      const archived = (await beginningNow())?.beginning.heads ?? [];
      return sampleStore({ records, remembered: [], archived, ...options });
    },

    checkpoint: (): Promise<Checkpoint> => withPriority('essential', made.make),

    async list(filters: AuditFilters): Promise<AuditPage> {
      const page = await listEvents(records, filters, deps.search);
      const { beginning } = (await beginningNow()) ?? {};
      const isBehind = beginning && (filters.fromMillis ?? 0) < beginning.before;
      return isBehind ? { ...page, archived: archivedOf(beginning) } : page;
    },

    async archived(): Promise<Archived | undefined> {
      const { beginning } = (await beginningNow()) ?? {};
      return beginning && archivedOf(beginning);
    },

    async archiveOf(id: string): Promise<Archived | undefined> {
      const { beginning } = (await beginningNow()) ?? {};
      return beginning && isBefore(beginning.heads, placeOfId(id)) ? archivedOf(beginning) : undefined;
    },

    get: (id: string): Promise<AuditEntry | undefined> => readEvent(records, id),

    export: (options: ExportOptions = {}): AsyncGenerator<string, void, undefined> =>
      exportAuditLog({
        records,
        clock,
        issuer,
        signer,
        formerKeys: deps.formerKeys ?? [],
        checkpoint: () => withPriority('essential', made.make),
        beginning: async () => {
          const { signed, beginning } = (await beginningNow()) ?? {};
          return signed !== undefined && beginning ? { signed, heads: beginning.heads } : undefined;
        },
        personal: options.personal ?? false,
        redact: options.redact ?? [],
        log: options.log,
      }),

    async erase(id: string, field: string): Promise<boolean> {
      let isErased = false;
      await update(records, id, (record) => {
        isErased = record.erasable !== undefined && Object.hasOwn(record.erasable, field);
        if (!isErased) return undefined;
        const { erasable, ...rest } = record;
        const kept = Object.entries(erasable ?? {}).filter(([name]) => name !== field);
        return kept.length > 0 ? { ...rest, erasable: Object.fromEntries(kept) } : rest;
      });
      return isErased;
    },

    async close(): Promise<void> {
      if (state !== 'open') return;
      state = 'closed';
      await withPriority('essential', async () => {
        await write({ type: 'node.stopped', outcome: 'done', inputs: { node } });
        await made.make();
      });
    },
  } satisfies AuditLog & Record<string, unknown>;
};

const staleStore = (remembered: AuditReceipt, stored: AuditReceipt | undefined): Error => {
  const { stream, sequence } = remembered;
  if (stored && stored.sequence >= sequence) {
    return new Error(
      `The store is not the one that its trusted heads name: record ${sequence} of audit stream ${stream} is another.`,
    );
  }
  return new Error(
    `The store is older than its trusted heads: audit stream ${stream} ends at record ${stored?.sequence ?? 0}, but record ${sequence} was seen. ` +
      'Restore a backup with `behalf restore`; do not start on one that was copied back.',
  );
};

const withTransaction = (event: AuditEvent): AuditEvent => {
  const txn = event.txn ?? currentTransaction();
  return txn === undefined ? event : { ...event, txn };
};
