import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import { describeArchiveRemoval } from './archive-removal.contract.ts';
import { describeDirectories } from './directories.contract.ts';
import { describeDocumentCommit } from './document-commit.contract.ts';
import { describeDocumentStore } from './document-store.contract.ts';
import { describeEphemeralStore } from './ephemeral-store.contract.ts';
import { describeNotifications } from './notifications.contract.ts';
import { describeReports } from './reports.contract.ts';
import { describeStatusIndexes } from './status-indexes.contract.ts';
import { describeTransparencyLog } from './transparency-log.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const openNew = () => openSqlite({ file: join(folder, `${++files}.db`) });

describeDocumentStore('sqlite', () => sqliteDocumentStore(openNew()));
describeDocumentCommit('sqlite', () => sqliteDocumentStore(openNew()));
describeEphemeralStore('sqlite', (clock) => sqliteEphemeralStore(openNew(), clock));
describeNotifications('sqlite', () => sqliteDocumentStore(openNew()));
describeDirectories('sqlite', () => sqliteDocumentStore(openNew()));
describeReports('sqlite', () => sqliteDocumentStore(openNew()));
describeStatusIndexes('sqlite', () => sqliteDocumentStore(openNew()));
describeTransparencyLog('sqlite', () => sqliteDocumentStore(openNew()));
describeArchiveRemoval('sqlite', () => sqliteDocumentStore(openNew()));
