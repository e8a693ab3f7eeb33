import { type AuditEvent, type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../audit/audit-record.ts';
import { readHeads } from '../../audit/checkpoints.ts';
import { cursorsAt } from '../../audit/records-after.ts';
import { type MasterKey, openedOrNothing, sealedAnew } from '../../platform/crypto/master-key.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { SinkFiles } from '../../ports/sink-files.ts';
import type { TrustedFetch, TrustedStream } from '../../ports/trusted-fetch.ts';
import { writtenSecret } from '../webhook-signature.ts';
import { AUDIT_SINK_CURSORS, AUDIT_SINKS, type AuditSink, type SinkCursor, sinkContext } from './audit-sink.ts';
import { MOST_SINKS } from './sink-delivery.ts';
import { type AuditSinkChange, type NewAuditSink, sinkInput } from './sink-input.ts';
import { sinkBatch } from './sink-payload.ts';
import type { SinkRecord, SinkSource } from './sink-record.ts';
import { auditSinkRefusal } from './sink-refusals.ts';
import type { SinkOutcome, SinkSender } from './sink-sender.ts';

/** The state of the delivery, and the number of records that wait. */
export type SinkHealth = Omit<SinkCursor, 'id' | 'lockedUntil' | 'isReported' | 'refused'> & {
  readonly backlog: number;
  /** Id of the record whose content the sink refused, alone in its request. */
  readonly refusedRecord?: string;
};

/** A sink for metrics. */
export type SinkMeasure = { readonly id: string; readonly backlog: number; readonly failingSeconds: number };

/** The registry of audit sinks. Every change is an audit event. */
export interface AuditSinkRegistry {
  get(id: string): Promise<Versioned<AuditSink> | undefined>;
  list(query?: PageQuery): Promise<Page<AuditSink>>;
  /** Undefined for an unknown sink. */
  health(id: string): Promise<SinkHealth | undefined>;
  measures(): Promise<readonly SinkMeasure[]>;
  /** The file of a sink of this kind. */
  pathOf(sink: AuditSink): string | undefined;
  /**
   * Creates an active sink. `secret`: for a webhook, the secret that signs. Throws 'invalid_field', and 'conflict' when there are
   * too many, or without a folder for files.
   */
  create(
    given: NewAuditSink,
    by: By,
  ): Promise<{ readonly made: Versioned<AuditSink>; readonly secret: string | undefined }>;
  /** Throws 'not_found', 'precondition_failed' and 'invalid_field'. */
  update(id: string, expected: number, change: AuditSinkChange, by: By): Promise<Versioned<AuditSink>>;
  /** Sends nothing until the sink is resumed, and clears its failures. The backlog waits in the log. Idempotent. */
  pause(id: string, by: By): Promise<Versioned<AuditSink>>;
  /** Delivers again, at once, from the cursor. Idempotent. */
  resume(id: string, by: By): Promise<Versioned<AuditSink>>;
  /** Sends a test record at once, without a cursor. */
  test(id: string, by: By): Promise<SinkOutcome>;
  /** Skips this record. Throws 'conflict' unless it is the one that the sink refused alone in the last attempt. */
  skip(id: string, wanted: string, by: By): Promise<void>;
  /** A webhook signs with a new secret from now on. */
  rotateSecret(id: string, by: By): Promise<{ readonly changed: Versioned<AuditSink>; readonly secret: string }>;
  remove(id: string, by: By): Promise<void>;
  /** Reseals every secret with the first master key. */
  sealAnew(): Promise<void>;
}

/** The opened secret of a sink. Throws an Error when it cannot be read. */
export const secretOfSink = (masterKey: MasterKey, { id, sealed }: AuditSink): string | undefined => {
  if (sealed === undefined) return undefined;
  const opened = openedOrNothing(masterKey, sinkContext(id), sealed);
  if (opened === undefined) throw new Error(`the secret of ${id} cannot be read`);
  return opened;
};

export const auditSinkRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly checkUrl: TrustedFetch['check'];
  readonly checkAddress: TrustedStream['checkAddress'];
  readonly files: SinkFiles | undefined;
  readonly sender: SinkSender;
  readonly source: SinkSource;
  readonly pause: () => Promise<void>;
}): AuditSinkRegistry => {
  const { documents, audit, clock, identifiers, masterKey, files } = deps;
  const collection = documents.collection<AuditSink>(AUDIT_SINKS);
  const cursors = documents.collection<SinkCursor>(AUDIT_SINK_CURSORS);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const documentsOf = registeredDocuments<AuditSink>({ collection, kind: 'audit sink', audit, clock });

  const { checkAddressOf, checkAuthorization, formatOf } = sinkInput({
    checkUrl: deps.checkUrl,
    checkAddress: deps.checkAddress,
    hasFolder: files !== undefined,
  });

  const switched = (id: string, type: 'audit_sink.paused' | 'audit_sink.resumed', by: By) =>
    documentsOf.change(id, undefined, type, by, (sink) => ({
      ...sink,
      state: type === 'audit_sink.paused' ? 'paused' : 'active',
    }));

  const about = (id: string, { caller, request }: By) => ({
    caller,
    target: { kind: 'audit sink', id },
    ...(request === undefined ? {} : { request }),
  });

  const record = (
    id: string,
    by: By,
    event: Pick<AuditEvent, 'outcome' | 'inputs' | 'note'> & {
      readonly type: 'audit_sink.tested' | 'audit_sink.skipped';
    },
  ) =>
    audit.append({
      ...event,
      ...about(id, by),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

  return {
    get: (id) => collection.get(id),

    list: (query = {}) => documentsOf.list({}, query),

    pathOf: ({ id, kind }) => (kind === 'file' ? files?.pathOf(id) : undefined),

    async health(id) {
      const found = (await cursors.get(id))?.document;
      if (!found) return undefined;
      const { id: _, lockedUntil: __, isReported: ___, refused, ...state } = found;
      const backlog = backlogOf(found, await readHeads(records));
      return {
        ...{ ...state, backlog },
        ...(refused ? { refusedRecord: recordId(refused.stream, refused.sequence) } : {}),
      };
    },

    async measures() {
      const ids = (await collection.find({ limit: MOST_SINKS })).map(({ document }) => document.id);
      if (ids.length === 0) return [];
      const [found, heads] = [await cursors.getMany(ids), await readHeads(records)];
      return found.map(({ document }) => ({
        id: document.id,
        backlog: backlogOf(document, heads),
        failingSeconds: document.failingSince === undefined ? 0 : clock.now() - document.failingSince,
      }));
    },

    async create(given, by) {
      const { name, kind, address, authorization, isPersonal = false, from = 'now' } = given;
      checkText(name, '/name', 100);
      const format = formatOf(given);
      checkAddressOf(kind, address);
      checkAuthorization(kind, authorization);
      if ((await collection.find({ limit: MOST_SINKS })).length === MOST_SINKS)
        throw auditSinkRefusal('sinks_exceeded', { params: { most: MOST_SINKS } });
      const id = identifiers.newId('snk');
      const secret = kind === 'webhook' ? writtenSecret(identifiers.newSecret()) : undefined;
      const sealable = secret ?? authorization;
      const now = clock.now();
      const sink: AuditSink = {
        ...{ id, name, kind, isPersonal, state: 'active', createdAt: now, updatedAt: now },
        ...(format === undefined ? {} : { format }),
        ...(address === undefined ? {} : { address }),
        ...(sealable === undefined ? {} : { sealed: masterKey.seal(sinkContext(id), sealable) }),
      };
      const made = await documentsOf.insert(sink, 'audit_sink.created', by, async () => {
        const heads = from === 'now' ? await readHeads(records) : [];
        const begun = cursorsAt(heads);
        await tryInsert(cursors, { id, cursors: begun, failures: 0, delivered: 0, leftOut: 0 });
      });
      return { made, secret };
    },

    update: (id, expected, change, by) =>
      documentsOf.change(id, expected, 'audit_sink.updated', by, (sink) => {
        const { name = sink.name, address = sink.address, authorization, isPersonal = sink.isPersonal } = change;
        checkText(name, '/name', 100);
        checkAddressOf(sink.kind, address);
        checkAuthorization(sink.kind, authorization);
        return {
          ...sink,
          ...{ name, isPersonal },
          ...(address === undefined ? {} : { address }),
          ...(authorization === undefined ? {} : { sealed: masterKey.seal(sinkContext(id), authorization) }),
        };
      }),

    async pause(id, by) {
      const paused = await switched(id, 'audit_sink.paused', by);
      // A sink that is not tried does not fail.
      await update(cursors, id, ({ dueAt: _, failingSince: __, ...held }) => ({ ...held, failures: 0 }));
      return paused;
    },

    async resume(id, by) {
      const resumed = await switched(id, 'audit_sink.resumed', by);
      await update(cursors, id, ({ dueAt: _, ...held }) => held);
      return resumed;
    },

    async test(id, by) {
      const { document: sink } = await documentsOf.found(id);
      const sample: SinkRecord = {
        ...{ id: 'test:0000000000000000', stream: 'test', sequence: 0, at: clock.nowMillis(), hash: '' },
        event: { type: 'audit_sink.tested', outcome: 'done', ...about(id, by) },
      };
      const batch = await sinkBatch(sink, [sample], deps.source, deps.pause);
      if (!batch) throw new Error('a test without a record');
      const outcome = await deps.sender.send(sink, batch);
      await record(id, by, {
        type: 'audit_sink.tested',
        outcome: outcome.isAcknowledged ? 'done' : 'refused',
        ...(outcome.isAcknowledged ? {} : { inputs: { reason: outcome.failure } }),
      });
      return outcome;
    },

    async skip(id, wanted, by) {
      await documentsOf.found(id);
      const { refused, lastFailure: reason } = (await cursors.get(id))?.document ?? {};
      if (!refused) throw auditSinkRefusal('sink_not_failing');
      const skipped = recordId(refused.stream, refused.sequence);
      if (skipped !== wanted) throw auditSinkRefusal('sink_refuses_another', { params: { record: skipped } });
      const event = { type: 'audit_sink.skipped', outcome: 'done', inputs: { record: skipped, reason } } as const;
      await record(id, by, event);
      let isLeftOut = false;
      await update(cursors, id, ({ dueAt: _, refused: current, ...held }): SinkCursor | undefined => {
        // The sink may have taken the record in the meantime.
        isLeftOut = current !== undefined && recordId(current.stream, current.sequence) === skipped;
        const others = held.cursors.filter(({ stream }) => stream !== refused.stream);
        return isLeftOut ? { ...held, cursors: [...others, refused], leftOut: held.leftOut + 1 } : undefined;
      });
      if (isLeftOut) return;
      await record(id, by, { ...event, ...OVER_FIRST });
      throw auditSinkRefusal('sink_not_failing');
    },

    async rotateSecret(id, by) {
      const secret = writtenSecret(identifiers.newSecret());
      const changed = await documentsOf.change(id, undefined, 'audit_sink.secret_rotated', by, (sink) => {
        if (sink.kind !== 'webhook') throw auditSinkRefusal('sink_without_secret');
        return { ...sink, sealed: masterKey.seal(sinkContext(id), secret) };
      });
      return { changed, secret };
    },

    // The cursor first: without its sink, no later call would remove it.
    remove: (id, by) =>
      documentsOf.remove(id, 'audit_sink.removed', by, async () => {
        await cursors.take(id);
      }),

    async sealAnew() {
      for (const { document } of await collection.find({ limit: MOST_SINKS })) {
        const context = sinkContext(document.id);
        await update(collection, document.id, (sink) => {
          const sealed = sink.sealed && sealedAnew(masterKey, context, sink.sealed);
          return sealed === undefined ? undefined : { ...sink, sealed };
        });
      }
    },
  };
};

/** Number of records after the cursors. */
const backlogOf = (
  { cursors }: Pick<SinkCursor, 'cursors'>,
  heads: readonly { readonly stream: string; readonly sequence: number }[],
): number => {
  const taken = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
  return heads.reduce((sum, { stream, sequence }) => sum + Math.max(0, sequence - (taken.get(stream) ?? 0)), 0);
};
