/** `behalf export`: writes all data of the configured store into one file. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { systemClock } from '../../adapters/node/clock.ts';
import { writePrivateLines } from '../../adapters/node/private-lines.ts';
import { backupDatabase } from '../../adapters/sqlite/backup.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { commandLineAuditLog } from '../domain/audit/command-line-log.ts';
import { countOf, dataLines, type ShowStep } from '../domain/platform/data-transfer/copy.ts';
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import { importMarks } from '../domain/platform/data-transfer/import-mark.ts';
import { type BackupEvent, backupBegins, copiedAfter } from '../domain/platform/server-state/recorded-backup.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import { SIGNING_KEYS } from '../provider/tokens/signing-keys.ts';
import { TRANSFERRED } from './collections.ts';
import { killLatch } from './stores.ts';
import { declared, existingMasterKey, isServed, movingStore } from './transfer-store.ts';

export type Exported = { readonly documents: number; readonly served: boolean };

/**
 * Writes the file `to`, mode 0600, whole or not at all. Throws MovingRefused or StoreUnavailable. A server may run at the
 * same time: an export of SQLite is a snapshot, an export of another store reads one document at a time. `backup`: the audit log
 * says that it is this backup, and whether it failed.
 */
export const exportData = async (
  configuration: Configuration,
  { to, show, backup }: { readonly to: string; readonly show: ShowStep; readonly backup?: BackupEvent },
): Promise<Exported> => {
  const { issuer, stores, data } = configuration;
  const masterKey = existingMasterKey(configuration);
  if (existsSync(to)) throw new MovingRefused(`${to} exists already.`, 'Name a file that does not exist.');
  const { database } = dataFolder(data.folder);
  if (stores.document === 'sqlite' && !existsSync(database)) {
    throw new MovingRefused(`There is no database ${database}.`, 'Name the settings the server runs with.');
  }

  const live = await movingStore(configuration, { isAlone: false });
  const snapshot = `${to}.${randomBytes(6).toString('hex')}.snapshot`;
  try {
    await importMarks(live).lastMove();
    const latched = await killLatch(data.folder).read();
    if (latched.some(({ missing }) => missing.length > 0)) {
      throw new MovingRefused(
        'A kill was ordered while the store took no writes, and the store does not hold it yet.',
        'Start the server once, so that it is brought in.',
      );
    }
    if ((await countOf(live.collection(SIGNING_KEYS))) === 0) {
      throw new MovingRefused('The store holds nothing to move.', 'Name the settings the server runs with.');
    }
    const audit = commandLineAuditLog(live, systemClock);
    if (backup) await backupBegins(audit, backup);
    else {
      const inputs = { source: stores.document };
      await audit.append({ type: 'store.exported', outcome: 'done', caller: 'system', inputs });
    }
    const write = async (documents: DocumentStore): Promise<Exported> => {
      let exported = { documents: 0, served: false };
      const served = async (): Promise<boolean> => {
        exported = { ...exported, served: exported.served || (await isServed(documents, systemClock)) };
        return exported.served;
      };
      const onProgress = show('Reading');
      const lines = dataLines({
        documents,
        collections: TRANSFERRED,
        masterKey,
        issuer,
        source: stores.document,
        exportedAt: systemClock.nowMillis(),
        isServed: served,
        onProgress,
      });
      // Header and last line are no documents.
      const written = await writePrivateLines(to, lines);
      return { ...exported, documents: written - 2 };
    };
    const ofMoment = async (): Promise<Exported> => {
      if (stores.document !== 'sqlite') return write(live);
      await backupDatabase({ file: database, to: snapshot });
      const copy = declared(sqliteDocumentStore(openSqlite({ file: snapshot })));
      try {
        return await write(copy);
      } finally {
        await copy.close();
      }
    };
    return await (backup ? copiedAfter(audit, backup, ofMoment) : ofMoment());
  } finally {
    await live.close();
    if (stores.document === 'sqlite')
      for (const end of ['', '-wal', '-shm']) rmSync(`${snapshot}${end}`, { force: true });
  }
};
