/** What the server refuses after the store of claims has lost some (decision D13). */
import { expect, test } from '@jest/globals';
import type { EphemeralStore } from '../../../src/domain/ports/ephemeral-store.ts';
import { isCold, mayHaveBeenUsed } from '../../../src/provider/seam/cold-mode.ts';

const LOST_AT = 1_800_000_000;
/** Nodes may differ by so many seconds. */
const APART = 4;
const lost = { coldSince: () => LOST_AT } as unknown as EphemeralStore;

test('a proof from before the loss is refused, up to the last second that clocks allow (invariant 1)', () => {
  for (const ahead of [0, 10]) {
    expect(mayHaveBeenUsed(lost, LOST_AT + ahead + APART - 1, ahead)).toBe(true);
    expect(mayHaveBeenUsed(lost, LOST_AT + ahead + APART, ahead)).toBe(false);
  }
});

test('a loss counts for the given time, and then no more', () => {
  expect(isCold(lost, LOST_AT + 60 + APART - 1, 60)).toBe(true);
  expect(isCold(lost, LOST_AT + 60 + APART, 60)).toBe(false);
});

test.each([
  ['has lost nothing', { coldSince: () => undefined }],
  ['cannot lose anything', {}],
])('a store that %s refuses nothing', (_, store) => {
  expect(mayHaveBeenUsed(store as never, 0, 10)).toBe(false);
  expect(isCold(store as never, LOST_AT, 60)).toBe(false);
});
