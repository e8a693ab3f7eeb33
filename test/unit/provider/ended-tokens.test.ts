/** Which of many tokens a status list shows as ended, and how many of them are read. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { kindAndTime, kindIn } from '../../../src/domain/authority/status-lists/token-kind.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import { REVOKED_TOKENS } from '../../../src/provider/seam/records.ts';
import { endedTokens } from '../../../src/provider/tokens/ended-tokens.ts';

const token = (id: string, issuedAt: number, more: Partial<IssuedToken> = {}): IssuedToken =>
  ({
    id,
    format: 'jwt',
    clientId: 'agt_a',
    scope: ['read'],
    issuedAt,
    expiresAt: issuedAt + 600,
    ...more,
  }) as IssuedToken;

/** Tokens that were issued before `endsBefore` have ended, and this one, by its id. */
const scene = async ({ revoked = [] as readonly string[], endsBefore = 0, killed = '' } = {}) => {
  const documents = memoryDocumentStore('refused');
  for (const id of revoked) await documents.collection(REVOKED_TOKENS).insert({ id, expiresAt: 9 } as never);
  const reads: number[] = [];
  const endOf = async ({ id, issuedAt }: Partial<IssuedToken> & Pick<IssuedToken, 'issuedAt'>) => {
    reads.push(issuedAt);
    return issuedAt < endsBefore || id === killed ? ('before_epoch' as never) : undefined;
  };
  const among = endedTokens({ documents, liveness: { endOf: endOf as never } })();
  const withKinds = (tokens: readonly IssuedToken[]) =>
    tokens.map((one) => ({ token: one, kind: kindIn(kindAndTime(one)) }));
  return { reads, among: (tokens: readonly IssuedToken[]) => among(withKinds(tokens)) };
};

test('a token that was revoked has ended, and is not read again (RFC 7009 §2.1)', async () => {
  const { among, reads } = await scene({ revoked: ['tok_1'] });
  expect([...(await among([token('tok_1', 100), token('tok_2', 100)]))]).toEqual(['tok_1']);
  expect(reads).toEqual([100]);
});

test('while a token is live, those of its kind that are as old or newer are live, and an older one is read', async () => {
  const { among, reads } = await scene({ endsBefore: 50 });
  const ended = await among([token('tok_1', 100), token('tok_2', 100), token('tok_3', 101), token('tok_4', 49)]);
  expect([...ended]).toEqual(['tok_4']);
  // The oldest, the same without its id, all three by bisection, and then the oldest live one with its id.
  expect(reads).toEqual([49, 49, 101, 100, 100, 100]);
  reads.length = 0;
  // An older live one counts from then on; an ended one does not.
  expect([...(await among([token('tok_5', 60), token('tok_6', 70), token('tok_8', 120)]))]).toEqual([]);
  expect([...(await among([token('tok_7', 40), token('tok_9', 60)]))]).toEqual(['tok_7']);
  expect(reads).toEqual([60, 40, 40, 60]);
});

test('when the newest of many tokens of a kind has ended for another reason than its id, so have all', async () => {
  const { among, reads } = await scene({ endsBefore: 2000 });
  const tokens = Array.from({ length: 200 }, (_, number) => token(`tok_${number}`, 1000 + number));
  expect((await among(tokens)).size).toBe(200);
  expect(reads).toEqual([1000, 1000, 1199]);
});

test('a token that was ended by its id says nothing about the others of its kind', async () => {
  const { among } = await scene({ killed: 'tok_0' });
  const tokens = Array.from({ length: 200 }, (_, number) => token(`tok_${number}`, 1000 + number));
  expect([...(await among(tokens))]).toEqual(['tok_0']);
});

test('the place from which the tokens of a kind are live is found exactly', async () => {
  for (const endsBefore of [1001, 1002, 1050, 1099, 1100]) {
    const { among, reads } = await scene({ endsBefore });
    const tokens = Array.from({ length: 100 }, (_, number) => token(`tok_${number}`, 1000 + number));
    const ended = await among(tokens.toReversed());
    expect(tokens.filter(({ id }) => ended.has(id))).toEqual(tokens.slice(0, endsBefore - 1000));
    expect(reads.length).toBeLessThan(13);
  }
});

test.each<[string, Partial<IssuedToken>]>([
  ['another client', { clientId: 'agt_b' }],
  ['another scope', { scope: ['write'] }],
  ['another lifetime', { expiresAt: 101 }],
  ['another delegation', { delegation: 'dlg_1' }],
])('a token of %s is read by itself', async (_, more) => {
  const { among, reads } = await scene();
  await among([token('tok_1', 100), token('tok_2', 100, more)]);
  expect(reads).toEqual([100, 100]);
});

test('tokens that differ in transaction and decision alone are of one kind', async () => {
  const { among, reads } = await scene();
  await among([token('tok_1', 100, { txn: 'txn_1', decision: 'dec_1' }), token('tok_2', 100, { txn: 'txn_2' })]);
  expect(reads).toEqual([100]);
});
