/**
 * Our server with the audit log in the memory of its process and everything else on SQLite: what a
 * durable audit log costs is the difference. Started by `behalf-subject.ts` in place of `src/main.ts`, and does all else that it does.
 */
import { join } from 'node:path';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import { loadConfiguration } from '../../config/load.ts';
import { AUDIT_RECORDS } from '../../src/domain/audit/audit-record.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { exitCodeOf } from '../../src/serve.ts';

const argv = process.argv.slice(2);
const { configuration } = loadConfiguration({ argv });
const database = openSqlite({ file: join(configuration.data.folder, 'bench.db') });
const durable = sqliteDocumentStore(database);
const auditLog = memoryDocumentStore();
const documents: DocumentStore = {
  collection: (declaration) => (declaration.name === AUDIT_RECORDS.name ? auditLog : durable).collection(declaration),
  expiring: () => durable.expiring(),
  sweep: (collection, now, limit) => durable.sweep(collection, now, limit),
  countExpired: (collection, now, most) => durable.countExpired(collection, now, most),
  close: () => durable.close(),
};
process.exitCode = await exitCodeOf(argv, { documents, ephemeral: sqliteEphemeralStore(database, systemClock) });
