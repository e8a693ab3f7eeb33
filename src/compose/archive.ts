/** `behalf audit archive`: copies closed tiles of the transparency log, with the records, from the configured store. */
import { existsSync } from 'node:fs';
import { systemClock } from '../../adapters/node/clock.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { type Acknowledged, type Archiving, removeArchived } from '../domain/audit/archive/remove-archived.ts';
import { writeArchive } from '../domain/audit/archive/write-archive.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../domain/audit/audit-record.ts';
import { storedBeginning } from '../domain/audit/beginning.ts';
import { commandLineAuditLog } from '../domain/audit/command-line-log.ts';
import {
  type BundleDocument,
  LOG_BUNDLES,
  LOG_TILES,
  type LogDocument,
  SHOWN_CHECKPOINTS,
  type ShownDocument,
  type TileDocument,
  TRANSPARENCY_LOGS,
} from '../domain/audit/transparency-log/log-documents.ts';
import { signerOf } from '../domain/audit/transparency-log/log-key.ts';
import { logTree } from '../domain/audit/transparency-log/log-tree.ts';
import { noteVerifier, openCheckpoint } from '../domain/audit/transparency-log/signed-note.ts';
import {
  AUDIT_SINK_CURSORS,
  AUDIT_SINKS,
  type AuditSink,
  type SinkCursor,
} from '../domain/notifications/audit-sinks/audit-sink.ts';
import { MOST_SINKS } from '../domain/notifications/audit-sinks/sink-delivery.ts';
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import type { ArchiveFiles } from '../domain/ports/archive-files.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import { existingMasterKey, movingStore } from './transfer-store.ts';
import { storedAuditSigner } from './verify-store.ts';

/**
 * Records stay in the store for as long as reports and receipts of transactions need them: a transaction lasts a day at most, and
 * reports come up to a day after its end.
 */
const LEAST_AGE_SECONDS = 3 * 86_400;

/** How to remove from the store what the archive has. */
export type RemovalOptions = {
  /** Where the archive is, for readers of the log. */
  readonly place: string;
  /** Removes also what an audit sink has not acknowledged. */
  readonly skipsSinks: boolean;
};

/**
 * Adds what is from before `before` (epoch seconds) to the archive. With `remove`, removes from the store what the archive then has.
 * A server may run. Throws MovingRefused without a log, and for a removal of too recent records; a Fault as `writeArchive` and
 * `removeArchived`, and StoreUnavailable.
 */
export const archiveAuditLog = async (
  configuration: Configuration,
  asked: {
    readonly files: ArchiveFiles;
    readonly before: number;
    readonly personal: boolean;
    readonly remove?: RemovalOptions | undefined;
    readonly onProgress: (done: number, of: number) => void;
  },
  clock: Clock = systemClock,
): Promise<Archiving> => {
  if (asked.remove && asked.before > clock.now() - LEAST_AGE_SECONDS) {
    throw new MovingRefused(
      'Records of the last three days stay in the store: open transactions and late reports need them.',
      'Give an earlier time as --before, such as 90d.',
    );
  }
  const masterKey = existingMasterKey(configuration);
  const { database } = dataFolder(configuration.data.folder);
  if (configuration.stores.document === 'sqlite' && !existsSync(database)) {
    throw new MovingRefused(`There is no database ${database}.`, 'Name the settings the server runs with.');
  }
  const documents = await movingStore(configuration, { isAlone: false });
  try {
    const audit = commandLineAuditLog(documents, clock);
    await audit.append({
      type: 'audit.archived',
      outcome: 'done',
      caller: 'system',
      inputs: { before: asked.before, personal: asked.personal },
    });
    const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
    const log = (await logs.find({ where: { isCurrent: true }, limit: 1 }))[0]?.document;
    if (!log) throw new MovingRefused('The store has no transparency log.', 'Start the server once.');
    const verifier = noteVerifier(signerOf(masterKey, log).verifierKey);
    // The one with cosignatures, where witnesses cosign.
    const shown = (await documents.collection<ShownDocument>(SHOWN_CHECKPOINTS).get(log.id))?.document.checkpoint;
    const note = shown ?? log.checkpoint;
    const size = openCheckpoint(note, verifier)?.size;
    if (size === undefined || size > log.size) {
      throw new MovingRefused(
        'The checkpoint of the transparency log does not verify.',
        'Run behalf audit verify --store, and restore the database that belongs to this server.',
      );
    }
    const bundles = documents.collection<BundleDocument>(LOG_BUNDLES);
    const tiles = documents.collection<TileDocument>(LOG_TILES);
    const tree = logTree({ bundles, tiles }, log);
    const beforeMillis = asked.before * 1000;
    const beginning = await storedBeginning(documents);
    const result = await writeArchive({
      ...{ log, verifier, files: asked.files, personal: asked.personal, onProgress: asked.onProgress },
      checkpoint: { note, size },
      tree,
      records: documents.collection<AuditRecord>(AUDIT_RECORDS),
      beforeMillis,
      removed: beginning?.log.origin === log.origin ? beginning.log : undefined,
    });
    const { verdict } = result;
    if (!asked.remove || !verdict) return result;
    const removal = await removeArchived({
      ...{ documents, audit, log, tree, verdict, beforeMillis, files: asked.files },
      ...asked.remove,
      signer: await storedAuditSigner(configuration, { documents, masterKey }),
      issuer: configuration.issuer,
      nowMillis: () => clock.nowMillis(),
      sinks: () => acknowledged(documents),
    });
    return { ...result, removal };
  } finally {
    await documents.close();
  }
};

/** What each audit sink has acknowledged, also a paused one. */
const acknowledged = async (documents: DocumentStore): Promise<readonly Acknowledged[]> => {
  const sinks = await documents.collection<AuditSink>(AUDIT_SINKS).find({ limit: 2 * MOST_SINKS });
  const cursors = documents.collection<SinkCursor>(AUDIT_SINK_CURSORS);
  const found = await cursors.getMany(sinks.map(({ document }) => document.id));
  return found.map(({ document }) => document);
};
