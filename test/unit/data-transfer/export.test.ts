import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadOrCreateMasterKey } from '../../../adapters/node/key-files.ts';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { loadConfiguration } from '../../../config/load.ts';
import { exportData } from '../../../src/compose/export-data.ts';
import { ACCOUNTS } from '../../../src/domain/identity/accounts/account.ts';
import { SIGNING_KEYS } from '../../../src/provider/tokens/signing-keys.ts';

let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-export-'));
  loadOrCreateMasterKey(folder);
  const documents = sqliteDocumentStore(openSqlite({ file: join(folder, 'behalf.db') }));
  await documents.collection(SIGNING_KEYS).insert({ id: 'key_one', family: 'EC', publicJwk: {}, sealed: 'x' } as never);
  await documents.collection(ACCOUNTS).insert({
    ...{ id: 'acc_one', username: 'ada', name: 'Ada', groups: [], roles: [], state: 'active' },
    ...{ sessionsValidFrom: 0, createdAt: 0 },
  } as never);
  await documents.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const exported = () => {
  const { configuration } = loadConfiguration({ env: { BEHALF_DATA: folder, PORT: '3000' } });
  return exportData(configuration, { to: join(folder, 'out.ndjson'), show: () => () => undefined });
};

test('a document that cannot be read ends the export, and no file is left', async () => {
  const database = new DatabaseSync(join(folder, 'behalf.db'));
  database.exec(`UPDATE c_accounts SET body = '{"id":"acc_one"}'`);
  database.close();
  await expect(exported()).rejects.toThrow('a document of accounts is damaged');
  expect(readdirSync(folder).filter((name) => name.startsWith('out.'))).toEqual([]);
});

test('nothing but the file is left, and its own event is in it', async () => {
  await expect(exported()).resolves.toEqual({ documents: 3, served: false });
  expect(readdirSync(folder).filter((name) => name.startsWith('out.'))).toEqual(['out.ndjson']);
});
