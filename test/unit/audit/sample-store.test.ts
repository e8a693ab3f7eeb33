import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../src/domain/audit/audit-record.ts';
import { openAuditLog } from './support.ts';

const filled = async (count: number) => {
  const documents = memoryDocumentStore();
  const auditLog = await openAuditLog(documents);
  await Promise.all(
    Array.from({ length: count - 1 }, () => auditLog.append({ type: 'client.created', outcome: 'done' })),
  );
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  return { auditLog, records };
};

const still = { milliseconds: 1000, elapsed: () => 0 };

test('AU-03 a short log is looked at whole: removed, changed and misplaced records are named', async () => {
  const { auditLog, records } = await filled(30);
  expect(await auditLog.sample(still)).toEqual({ checked: 30, mismatches: [] });
  await records.take(recordId('nod_a', 7));
  const found = await records.get(recordId('nod_a', 20));
  await records.replace({ ...found?.document, type: 'audit.read' } as AuditRecord, found?.version ?? 0);
  const { mismatches } = await auditLog.sample(still);
  expect(mismatches).toHaveLength(2);
  expect(mismatches).toEqual(
    expect.arrayContaining([
      { stream: 'nod_a', sequence: 7, members: ['missing'] },
      { stream: 'nod_a', sequence: 20, members: ['type'] },
    ]),
  );
});

test('AU-03 a stream that the store does not list any more is found by the heads that were remembered', async () => {
  const { auditLog, records } = await filled(3);
  const remembered = (await auditLog.checkpoint()).heads;
  const found = await records.get(recordId('nod_a', 1));
  if (!found) throw new Error('no first record');
  const { opens: _, ...unlisted } = found.document;
  await records.replace(unlisted, found.version);
  expect((await auditLog.sample({ ...still, remembered })).mismatches).toEqual([
    { stream: 'nod_a', sequence: 1, members: ['opens'] },
  ]);
});

test('of a long log the newest records are looked at, others at random, at most 1,000 and not for longer than allowed', async () => {
  const { auditLog, records } = await filled(1_400);
  const found = await records.get(recordId('nod_a', 1_390));
  await records.replace({ ...found?.document, hash: 'x' } as AuditRecord, found?.version ?? 0);
  const { checked, mismatches } = await auditLog.sample(still);
  expect(checked).toBeGreaterThan(100);
  expect(checked).toBeLessThanOrEqual(1_000);
  expect(mismatches).toContainEqual({ stream: 'nod_a', sequence: 1_390, members: ['hash'] });
  let now = 0;
  const slow = await auditLog.sample({
    milliseconds: 2_000,
    elapsed: () => {
      now += 1_500;
      return now;
    },
  });
  expect(slow.checked).toBe(200);
});
