/** How the tokens of a list are read: a page at a time, so that a node does other work between two pages. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { STATUS_LIST_ENTRIES, type StatusListEntry } from '../../../src/domain/authority/status-lists/status-list.ts';
import { kindAndTime, kindIn } from '../../../src/domain/authority/status-lists/token-kind.ts';
import { tokenStatuses } from '../../../src/domain/authority/status-lists/token-statuses.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';

const NOW = 1_800_000_000;
const LIST = `rs_a/${NOW / 600}/0/0`;

const tokenOf = (index: number, more: Partial<IssuedToken> = {}): IssuedToken => ({
  id: `tok_${index}`,
  format: 'jwt',
  clientId: 'agt_a',
  scope: [],
  issuedAt: NOW,
  expiresAt: NOW + 600,
  ...more,
});

/** A list with these tokens, of which these have ended. */
const worldOf = async (
  tokens: readonly IssuedToken[],
  ended: (token: IssuedToken) => boolean,
  whilePausing: () => Promise<void> = async () => undefined,
) => {
  const documents = memoryDocumentStore();
  const entries = documents.collection<StatusListEntry>(STATUS_LIST_ENTRIES);
  const add = (token: IssuedToken): Promise<void> => {
    const facts = { list: LIST, dependsOn: [`token:${token.id}`, 'party:agt_a'], expiresAt: token.expiresAt };
    return entries.insert({ id: `${LIST}/${token.id.slice(4)}`, token, kind: kindAndTime(token), ...facts });
  };
  for (const token of tokens) await add(token);
  let pauses = 0;
  const asked: string[] = [];
  const statuses = tokenStatuses({
    documents,
    clock: { now: () => NOW },
    endedAmong: () => async (some) => {
      asked.push(...some.map(({ token }) => token.id));
      return new Set(some.flatMap(({ token }) => (ended(token) ? [token.id] : [])));
    },
    async pause() {
      pauses += 1;
      await whilePausing();
    },
  });
  const found: number[] = [];
  const into = { isOpen: () => true, add: (_list: string, index: number) => void found.push(index) };
  return { statuses, pauses: () => pauses, add, asked, found, into };
};

/** A list with so many live tokens of one kind, of which these have ended. */
const world = (tokens: number, ended: readonly string[], whilePausing?: () => Promise<void>) =>
  worldOf(
    Array.from({ length: tokens }, (_, index) => tokenOf(index)),
    ({ id }) => ended.includes(id),
    whilePausing,
  );

test('one revoked token is looked at while all tokens of its list are read', async () => {
  const found: string[] = [];
  const into = (name: string) => ({
    isOpen: () => true,
    add: (_list: string, index: number) => void found.push(`${name} ${index}`),
  });
  const { statuses, pauses } = await world(1200, ['tok_7', 'tok_999'], async () => {
    if (pauses() === 1) await statuses.dependingOn('token:tok_999', into('one'));
  });
  await statuses.inList(LIST, into('all'), { all: true });
  expect(found.indexOf('one 999')).toBeLessThan(found.indexOf('all 999'));
  expect(found.toSorted()).toEqual(['all 7', 'all 999', 'one 999']);
  expect(pauses()).toBeGreaterThan(1);
});

test('few tokens are read without a pause', async () => {
  const { statuses, pauses, found, into } = await world(100, ['tok_42']);
  await statuses.inList(LIST, into, { all: true });
  expect([found, pauses()]).toEqual([[42], 0]);
});

test('where a token is live, the newer ones of its kind are not read', async () => {
  const agents = ['agt_a', 'agt_b', 'agt_c'];
  const tokens = Array.from({ length: 3000 }, (_, index) =>
    tokenOf(index, { clientId: agents[index % 3] as string, issuedAt: NOW + index, expiresAt: NOW + 600 + index }),
  );
  // All of one agent, and the older ones of another.
  const isEnded = ({ clientId, issuedAt }: IssuedToken): boolean =>
    clientId === 'agt_b' || (clientId === 'agt_c' && issuedAt < NOW + 1500);
  const { statuses, asked, found, into } = await worldOf(tokens, isEnded);
  await statuses.inList(LIST, into);
  const expected = tokens.flatMap((token, index) => (isEnded(token) ? [index] : []));
  expect(found.toSorted((one, other) => one - other)).toEqual(expected);
  expect(asked.length - expected.length).toBeLessThan(600);
  expect(asked.filter((id) => tokens[Number(id.slice(4))]?.clientId === 'agt_a').length).toBeLessThan(10);
  found.length = 0;
  await statuses.dependingOn('party:agt_a', into);
  expect(found.toSorted((one, other) => one - other)).toEqual(expected);
});

test('each of many kinds is looked at, also one with a single token', async () => {
  const tokens = Array.from({ length: 900 }, (_, index) => tokenOf(index, { jkt: `key-${index % 450}` }));
  const { statuses, found, into } = await worldOf(tokens, ({ jkt }) => jkt === 'key-7' || jkt === 'key-449');
  await statuses.inList(LIST, into);
  expect(found.toSorted((one, other) => one - other)).toEqual([7, 449, 457, 899]);
});

test('tokens of one kind sort together and by time, and a kind is what decides beside id and time', () => {
  const [first, second] = [tokenOf(1), tokenOf(2, { issuedAt: NOW + 1, expiresAt: NOW + 601, txn: 'txn_1' })];
  const other = tokenOf(3, { scope: ['read'] });
  const shorter = tokenOf(4, { expiresAt: NOW + 300 });
  expect(kindIn(kindAndTime(first))).toBe(kindIn(kindAndTime(second)));
  expect(kindAndTime(first) < kindAndTime(second)).toBe(true);
  expect(new Set([first, other, shorter].map((token) => kindIn(kindAndTime(token)))).size).toBe(3);
});

test('a read that is given up ends at its next page', async () => {
  const found: number[] = [];
  const { statuses, pauses } = await world(1200, ['tok_0', 'tok_999'], async () => undefined);
  const ended = { isOpen: () => true, add: (_list: string, index: number) => void found.push(index) };
  await statuses.inList(LIST, ended, { goesOn: () => pauses() < 2, all: true });
  expect([found, pauses()]).toEqual([[0], 2]);
});

test('the lists of an API are those with a token, in the windows of tokens that may be live', async () => {
  const { statuses } = await world(2, []);
  expect(await statuses.listsOf('rs_a', 0)).toEqual([LIST]);
  expect(await statuses.listsOf('rs_b', 0)).toEqual([]);
  // A policy that ended all tokens begins new lists.
  expect(await statuses.listsOf('rs_a', 7)).toEqual([]);
});
