/** What the defaults of access reviews may end within an hour: of one review, of all together, and over nodes at the same time. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Review } from '../../../src/domain/governance/reviews/review.ts';
import { mostEndedAnHour, reviewAllowance } from '../../../src/domain/governance/reviews/review-allowance.ts';

const HOUR = 3600;

const world = () => {
  const documents = memoryDocumentStore();
  let at = 1_800_000_000;
  const node = () => reviewAllowance({ documents, now: () => at });
  const move = (seconds: number): void => {
    at += seconds;
  };
  return { node, move };
};
const reviewOf = (items: number, more: Partial<Review> = {}): Review =>
  ({ id: 'rvw_1', default: 'end', items, ...more }) as Review;

test('a review ends a twentieth of its items in an hour, and at least one', () => {
  expect([0, 1, 19, 40, 1000].map((items) => mostEndedAnHour({ items }))).toEqual([1, 1, 1, 2, 50]);
});

test('all reviews together end as many as the largest that is bounded', () => {
  const { together } = world().node();
  expect(together([reviewOf(40), reviewOf(200), reviewOf(60)])).toBe(10);
  expect(together([reviewOf(40), reviewOf(2000, { isConfirmed: true }), reviewOf(2000, { default: 'keep' })])).toBe(2);
});

test('of 30 nodes and reviews at the same time the sum is no more than that, in any hour', async () => {
  const { node, move } = world();
  const round = async (): Promise<number> => {
    const all = await Promise.all(Array.from({ length: 30 }, () => node().take(reviewOf(200), 3, 10)));
    return all.reduce((sum, { granted }) => sum + granted, 0);
  };
  expect(await round()).toBe(10);
  move(HOUR - 1);
  expect([await node().left(reviewOf(200), 3, 10), await round()]).toEqual([0, 0]);
  move(1);
  expect(await round()).toBe(10);
});

test('an hour slides: what was taken at its end still counts at the begin of the next one', async () => {
  const { node, move } = world();
  const taken = async (wanted: number) => (await node().take(reviewOf(200), wanted, 10)).granted;
  expect(await taken(1)).toBe(1);
  move(HOUR - 60);
  expect(await taken(10)).toBe(9);
  move(120);
  expect(await taken(10)).toBe(1);
});

test('a review keeps to its own share where the largest may end more', async () => {
  const { node } = world();
  let small = reviewOf(40);
  const first = await node().take(small, 200, 50);
  small = first.counted;
  expect([first.granted, (await node().take(small, 200, 50)).granted]).toEqual([2, 0]);
  expect(await node().left(small, 200, 50)).toBe(0);
});

test('a default that keeps, or that an administrator confirmed, is not bounded and counts for no other', async () => {
  const { node } = world();
  for (const more of [{ default: 'keep' }, { isConfirmed: true }] as const)
    expect((await node().take(reviewOf(40, more), 200, 2)).granted).toBe(200);
  expect((await node().take(reviewOf(40), 200, 2)).granted).toBe(2);
});
