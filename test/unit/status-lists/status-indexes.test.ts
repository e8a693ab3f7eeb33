/** Which index of a status list a token has, and what is swept (draft-ietf-oauth-status-list §4.1, §5.1). */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { statusIndexes } from '../../../src/domain/authority/status-lists/status-indexes.ts';
import { VERIFIER_TOLERANCE_SECONDS } from '../../../src/domain/ports/issued-tokens.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const token = (expiresAt: number) =>
  ({ id: `tok_${expiresAt}`, format: 'jwt', client: 'app_1', issuedAt: START, expiresAt, scope: [] }) as never;

test('an index that another token has is passed over', async () => {
  const indexes = [5, 5, 7];
  const { claim } = statusIndexes({
    documents: memoryDocumentStore(),
    clock: standingClock(),
    randomIndex: () => indexes.shift() ?? 0,
  });
  const claimed = [await claim('rs_1', token(START + 60)), await claim('rs_1', token(START + 61))];
  expect(claimed.map(({ index, list }) => [index, list.number])).toEqual([
    [5, 0],
    [7, 0],
  ]);
});

test('entries of expired tokens are swept once no verifier accepts them; a full slice says that more may be left', async () => {
  const clock = standingClock();
  const indexes = statusIndexes({ documents: memoryDocumentStore(), clock });
  for (const seconds of [10, 20, 30, 900]) await indexes.claim('rs_1', token(START + seconds));
  clock.move(30 + VERIFIER_TOLERANCE_SECONDS);
  expect(await indexes.countExpired()).toBe(2);
  clock.move(1);
  expect(await indexes.countExpired()).toBe(3);
  expect(await indexes.sweep(2)).toEqual({ removed: 2, isDone: false });
  expect(await indexes.sweep(2)).toEqual({ removed: 1, isDone: true });
  expect(await indexes.countExpired()).toBe(0);
});
