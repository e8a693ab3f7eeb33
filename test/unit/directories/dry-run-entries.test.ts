import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { dryRunEntries } from '../../../src/domain/identity/directories/dry-run.ts';
import { standingClock } from '../../support/standing-clock.ts';

test('a list of a dry run reads at most 32 MiB: a directory cannot fill the memory with large groups', async () => {
  const entries = dryRunEntries({ documents: memoryDocumentStore(), clock: standingClock() });
  const directory = { id: 'dir_1' };
  // As long as 10,000 ids.
  const members = ['a'.repeat(320_000)];
  const put = async (index: number): Promise<void> => {
    const values = { displayName: `Group ${index}`, members };
    const names = { id: `dry_g${index}`, foldedName: `group ${index}` };
    await entries.put(directory, { ...names, kind: 'group', outcome: 'create', values });
  };
  for (let index = 0; index < 90; index += 1) await put(index);
  expect(await entries.all(directory, 'group')).toHaveLength(90);
  for (let index = 90; index < 110; index += 1) await put(index);
  await expect(entries.all(directory, 'group')).rejects.toMatchObject({
    ...{ code: 'invalid_field', reason: 'directory_list_too_long' },
  });
  // One that is named is found.
  expect(await entries.having(directory, { kind: 'group', foldedName: 'group 100' })).toHaveLength(1);
});
