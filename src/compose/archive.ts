/** `behalf audit archive`: copies closed tiles of the transparency log, with the records, from the configured store. */
import { existsSync } from 'node:fs';
import { systemClock } from '../../adapters/node/clock.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { type ArchiveResult, writeArchive } from '../domain/audit/archive/write-archive.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../domain/audit/audit-record.ts';
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
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import type { ArchiveFiles } from '../domain/ports/archive-files.ts';
import { existingMasterKey, movingStore } from './transfer-store.ts';

/**
 * Adds what is from before `before` (epoch seconds) to the archive. A server may run. Throws MovingRefused without a log, a Fault as
 * `writeArchive`, and StoreUnavailable.
 */
export const archiveAuditLog = async (
  configuration: Configuration,
  asked: {
    readonly files: ArchiveFiles;
    readonly before: number;
    readonly personal: boolean;
    readonly onProgress: (done: number, of: number) => void;
  },
): Promise<ArchiveResult> => {
  const masterKey = existingMasterKey(configuration);
  const { database } = dataFolder(configuration.data.folder);
  if (configuration.stores.document === 'sqlite' && !existsSync(database)) {
    throw new MovingRefused(`There is no database ${database}.`, 'Name the settings the server runs with.');
  }
  const documents = await movingStore(configuration, { isAlone: false });
  try {
    await commandLineAuditLog(documents, systemClock).append({
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
    return await writeArchive({
      ...{ log, verifier, files: asked.files, personal: asked.personal, onProgress: asked.onProgress },
      checkpoint: { note, size },
      tree: logTree({ bundles, tiles }, log),
      records: documents.collection<AuditRecord>(AUDIT_RECORDS),
      beforeMillis: asked.before * 1000,
    });
  } finally {
    await documents.close();
  }
};
