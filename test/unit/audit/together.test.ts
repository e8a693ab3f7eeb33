/** Documents that are stored together with an event: what a request uses up, and what it makes (decision 55). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import type { AuditEvent, Together } from '../../../src/domain/audit/audit-event.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { openAuditLog } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DOCUMENTS = { name: 'together', indexes: [] } as const;
let files = 0;
const openStore = () => {
  const documents = sqliteDocumentStore(openSqlite({ file: join(folder, `${++files}.db`) }));
  return { documents, stored: documents.collection(DOCUMENTS) };
};

const issued = (id: string): AuditEvent => ({
  type: 'token.issued',
  outcome: 'granted',
  caller: 'agt_1',
  token: { id, format: 'opaque', expiresAt: 1_800_000_600 },
});
const insertion = (id: string) => ({ collection: DOCUMENTS.name, document: { id } });
const together = (claim: string | undefined, ...writes: string[]): Together => ({
  ...(claim === undefined ? {} : { claim: insertion(claim) }),
  writes: writes.map(insertion),
});
const tokensIn = async (log: Awaited<ReturnType<typeof openAuditLog>>): Promise<unknown[]> =>
  (await log.list({ type: 'token.issued', limit: 100 })).entries.map(({ event }) => event.token?.id).toSorted();

test('an event and its documents are stored, and the receipt says so; any other event of the moment is too', async () => {
  const { documents, stored } = openStore();
  const log = await openAuditLog(documents);
  const [first, second] = await Promise.all([
    log.append(issued('one'), together('used', 'made-1', 'made-2')),
    log.append(issued('two')),
  ]);
  expect([first.isTogether, second.isTogether]).toEqual([true, undefined]);
  expect(second.sequence).toBe(first.sequence + 1);
  expect((await stored.getMany(['used', 'made-1', 'made-2'])).length).toBe(3);
  expect(await verifyExport(log.export())).toMatchObject({ ok: true });
});

test('of 24 events that use the same up, one is in the log, with its documents; no other caller is disturbed', async () => {
  const { documents, stored } = openStore();
  const log = await openAuditLog(documents);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 24 }, async (_, index) => {
      // Some come while a write is under way.
      for (let turn = 0; turn < index % 3; turn += 1) await new Promise(setImmediate);
      return index % 4 === 0
        ? log.append(issued(`free-${index}`), together(undefined, `free-${index}`))
        : log.append(issued(`raced-${index}`), together('once', `raced-${index}`));
    }),
  );
  const won = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
  const raced = won.filter((index) => index % 4 !== 0);
  expect([won.length, raced.length]).toEqual([7, 1]);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'document_conflict' });
  const expected = won.map((index) => (index % 4 === 0 ? `free-${index}` : `raced-${index}`)).toSorted();
  expect(await tokensIn(log)).toEqual(expected);
  const ids = (await stored.find({})).map(({ document }) => document.id).toSorted();
  expect(ids).toEqual([...expected, 'once'].toSorted());
  expect(await verifyExport(log.export())).toMatchObject({ ok: true });
});

test('a log in which all of a moment lost goes on', async () => {
  const { documents } = openStore();
  const log = await openAuditLog(documents);
  await log.append(issued('first'), together('once', 'first'));
  const lost = await Promise.allSettled([1, 2].map((n) => log.append(issued(`lost-${n}`), together('once', `l-${n}`))));
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await log.append(issued('next'));
  expect(await tokensIn(log)).toEqual(['first', 'next']);
  expect(await verifyExport(log.export())).toMatchObject({ ok: true });
});

test('a writer that loses its place in the stream takes the next one, and has used up nothing before', async () => {
  const { documents, stored } = openStore();
  const one = await openAuditLog(documents);
  // The same stream, as after a copy of a node: its head is not known to the first.
  const other = await openAuditLog(documents);
  await other.append(issued('other'));
  const receipt = await one.append(issued('late'), together('used', 'made'));
  expect(receipt.isTogether).toBe(true);
  expect((await stored.getMany(['used', 'made'])).length).toBe(2);
  expect(await tokensIn(one)).toEqual(['late', 'other']);
  expect(await verifyExport(one.export())).toMatchObject({ ok: true });
});

test('a document that cannot be stored leaves no event and nothing used up (invariant 5)', async () => {
  const { documents, stored } = openStore();
  await stored.insert({ id: 'taken' });
  const log = await openAuditLog(documents);
  const failing = log.append(issued('none'), together('used', 'taken'));
  await expect(failing).rejects.toMatchObject({ code: 'unavailable' });
  expect(await stored.get('used')).toBeUndefined();
  await log.append(issued('some'), together('used', 'made'));
  expect(await tokensIn(log)).toEqual(['some']);
});

test('a store without such commits gets the event only, and the receipt does not say more', async () => {
  const documents = memoryDocumentStore();
  const stored = documents.collection(DOCUMENTS);
  const log = await openAuditLog(documents);
  expect([log.isTransactional, (await openAuditLog(openStore().documents)).isTransactional]).toEqual([false, true]);
  expect((await log.append(issued('one'), together('used', 'made'))).isTogether).toBeUndefined();
  expect(await stored.getMany(['used', 'made'])).toEqual([]);
  expect(await tokensIn(log)).toEqual(['one']);
});
