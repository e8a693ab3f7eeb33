/** How the tokens of a list are read: a page at a time, so that a node does other work between two pages. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { STATUS_LIST_ENTRIES, type StatusListEntry } from '../../../src/domain/authority/status-lists/status-list.ts';
import { tokenStatuses } from '../../../src/domain/authority/status-lists/token-statuses.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';

const NOW = 1_800_000_000;
const LIST = `rs_a/${NOW / 600}/0/0`;

/** A list with so many live tokens, of which these have ended. */
const world = async (tokens: number, ended: readonly string[], whilePausing: () => Promise<void>) => {
  const documents = memoryDocumentStore();
  const entries = documents.collection<StatusListEntry>(STATUS_LIST_ENTRIES);
  await entries.insertMany(
    Array.from({ length: tokens }, (_, index) => {
      const token = { id: `tok_${index}`, format: 'jwt', clientId: 'agt_a', scope: [], issuedAt: NOW } as never;
      const facts = { list: LIST, dependsOn: [`token:tok_${index}`], expiresAt: NOW + 600 };
      return { id: `${LIST}/${index}`, token: token as IssuedToken, ...facts };
    }),
  );
  let pauses = 0;
  const statuses = tokenStatuses({
    documents,
    clock: { now: () => NOW },
    endedAmong: () => async (asked) => new Set(asked.flatMap(({ id }) => (ended.includes(id) ? [id] : []))),
    async pause() {
      pauses += 1;
      await whilePausing();
    },
  });
  return { statuses, pauses: () => pauses };
};

test('one revoked token is looked at while all tokens of its list are read', async () => {
  const found: string[] = [];
  const into = (name: string) => ({
    isOpen: () => true,
    add: (_list: string, index: number) => void found.push(`${name} ${index}`),
  });
  const { statuses, pauses } = await world(1200, ['tok_7', 'tok_999'], async () => {
    if (pauses() === 1) await statuses.dependingOn('token:tok_999', into('one'));
  });
  await statuses.inList(LIST, into('all'));
  expect(found.indexOf('one 999')).toBeLessThan(found.indexOf('all 999'));
  expect(found.toSorted()).toEqual(['all 7', 'all 999', 'one 999']);
  expect(pauses()).toBeGreaterThan(1);
});

test('few tokens are read without a pause', async () => {
  const found: number[] = [];
  const { statuses, pauses } = await world(100, ['tok_42'], async () => undefined);
  await statuses.inList(LIST, { isOpen: () => true, add: (_list, index) => void found.push(index) });
  expect([found, pauses()]).toEqual([[42], 0]);
});

test('a read that is given up ends at its next page', async () => {
  const found: number[] = [];
  const { statuses, pauses } = await world(1200, ['tok_0', 'tok_999'], async () => undefined);
  const ended = { isOpen: () => true, add: (_list: string, index: number) => void found.push(index) };
  await statuses.inList(LIST, ended, () => pauses() < 2);
  expect([found, pauses()]).toEqual([[0], 2]);
});
