import { expect, test } from '@jest/globals';
import { type MarkedDocument, markedDocument } from '../../../adapters/mongodb/mark-states.ts';
import { marksAhead } from '../../../adapters/mongodb/marks-ahead.ts';

const FIRST = markedDocument('agents', 'agt_1');

/** Documents that count how often their partition is looked at. */
const counted = (name: string, count: number) => {
  let looks = 0;
  const documents = Array.from({ length: count }, (_, at): MarkedDocument => {
    const { partition, hash } = markedDocument('delegations', `${name}${at}`);
    return {
      get partition() {
        looks += 1;
        return partition;
      },
      hash,
    };
  });
  return { documents, looks: () => looks };
};

test('a guess is at most 32 documents longer than what is asked for', () => {
  const ahead = marksAhead();
  ahead.needed(FIRST, counted('a', 1000).documents);
  expect(ahead.of([FIRST]).size).toBeGreaterThan(25);
  expect(ahead.of([FIRST]).size).toBeLessThanOrEqual(33);
});

test('of two lists of 1,000 documents, at most 32 are kept and compared', () => {
  const ahead = marksAhead();
  const [one, other] = [counted('a', 1000), counted('b', 1000)];
  ahead.needed(FIRST, one.documents);
  ahead.needed(FIRST, other.documents);
  expect(one.looks()).toBeLessThanOrEqual(32 * 32);
  expect(other.looks()).toBeLessThanOrEqual(32 * 32);
});
