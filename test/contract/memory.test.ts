import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { describeArchiveRemoval } from './archive-removal.contract.ts';
import { describeDirectories } from './directories.contract.ts';
import { describeDocumentStore } from './document-store.contract.ts';
import { describeEphemeralStore } from './ephemeral-store.contract.ts';
import { describeNotifications } from './notifications.contract.ts';
import { describeReports } from './reports.contract.ts';
import { describeStatusIndexes } from './status-indexes.contract.ts';
import { describeTransparencyLog } from './transparency-log.contract.ts';

describeDocumentStore('memory', memoryDocumentStore);
describeEphemeralStore('memory', memoryEphemeralStore);
describeNotifications('memory', memoryDocumentStore);
describeDirectories('memory', memoryDocumentStore);
describeReports('memory', memoryDocumentStore);
describeStatusIndexes('memory', memoryDocumentStore);
describeTransparencyLog('memory', memoryDocumentStore);
describeArchiveRemoval('memory', memoryDocumentStore);

test('refuses a member without a value in tests, at any depth, and stores nothing', async () => {
  const items = memoryDocumentStore('refused').collection<{ readonly id: string; readonly body: unknown }>({
    name: 'items',
    indexes: [],
  });
  await expect(items.insert({ id: 'a', body: { list: [{ gone: undefined }] } })).rejects.toThrow(
    'items/body/list/0: gone has no value',
  );
  expect(await items.get('a')).toBeUndefined();
});
