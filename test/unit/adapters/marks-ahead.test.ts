/** Guesses of which change marks a request needs next: how many, and what stays in memory for them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import type { MarkedDocument } from '../../../adapters/mongodb/mark-states.ts';
import { marksAhead } from '../../../adapters/mongodb/marks-ahead.ts';

const marked = (partition: number): MarkedDocument => ({ partition, hash: String(partition).padStart(8, '0') });
const manyFrom = (first: number): readonly MarkedDocument[] =>
  Array.from({ length: 1000 }, (_, at) => marked(first + at));

test('asks for what requests needed after a document, at most 32 more', () => {
  const ahead = marksAhead();
  ahead.needed(marked(1), manyFrom(2));
  expect([...ahead.of([marked(1)])]).toEqual(Array.from({ length: 33 }, (_, at) => 1 + at));
  expect([...ahead.of([marked(2)])]).toEqual([2]);
});

test('no guess after three wrong ones in a row', () => {
  const ahead = marksAhead();
  for (const wrong of [10, 20, 30]) ahead.needed(marked(1), [marked(wrong)]);
  expect([...ahead.of([marked(1)])]).toEqual([1, 30]);
  ahead.needed(marked(1), [marked(40)]);
  expect([...ahead.of([marked(1)])]).toEqual([1]);
});

test('of a read of a thousand documents, no more than the guess stays in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const usedAfter = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const ahead = marksAhead();
  const before = usedAfter();
  for (let index = 0; index < 500; index += 1) ahead.needed(marked(1_000_000 + index), manyFrom(index * 1000));
  // All of them would take 30 MB and more.
  expect(usedAfter() - before).toBeLessThan(6_000_000);
  expect(ahead.of([marked(1_000_001)]).size).toBe(33);
});
