/** Which of many tokens a status list shows as ended, and how many of them are read. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
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

/** Tokens that were issued before `endsBefore` have ended. */
const scene = async ({ revoked = [] as readonly string[], endsBefore = 0 } = {}) => {
  const documents = memoryDocumentStore();
  for (const id of revoked) await documents.collection(REVOKED_TOKENS).insert({ id, expiresAt: 9 } as never);
  const reads: number[] = [];
  const endOf = async ({ issuedAt }: Pick<IssuedToken, 'issuedAt'>) => {
    reads.push(issuedAt);
    return issuedAt < endsBefore ? ('before_epoch' as never) : undefined;
  };
  return { reads, among: endedTokens({ documents, liveness: { endOf: endOf as never } })() };
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
  expect(reads).toEqual([100, 49]);
  // The older live one counts from then on; an ended one does not.
  expect([...(await among([token('tok_5', 60), token('tok_6', 70), token('tok_7', 40)]))]).toEqual(['tok_7']);
  expect(reads).toEqual([100, 49, 60, 40]);
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
