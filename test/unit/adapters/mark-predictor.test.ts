/** Predictions of which change marks a request needs next: how many, and what stays in memory for them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { markPredictor } from '../../../adapters/mongodb/mark-predictor.ts';
import type { MarkedDocument } from '../../../adapters/mongodb/mark-states.ts';

const marked = (partition: number): MarkedDocument => ({ partition, hash: String(partition).padStart(8, '0') });
const manyFrom = (first: number): readonly MarkedDocument[] =>
  Array.from({ length: 1000 }, (_, at) => marked(first + at));

test('asks for what requests needed after a document, at most 32 more', () => {
  const predictor = markPredictor();
  predictor.learn(marked(1), manyFrom(2));
  expect([...predictor.predict([marked(1)])]).toEqual(Array.from({ length: 33 }, (_, at) => 1 + at));
  expect([...predictor.predict([marked(2)])]).toEqual([2]);
});

test('no prediction after three wrong ones in a row', () => {
  const predictor = markPredictor();
  for (const wrong of [10, 20, 30]) predictor.learn(marked(1), [marked(wrong)]);
  expect([...predictor.predict([marked(1)])]).toEqual([1, 30]);
  predictor.learn(marked(1), [marked(40)]);
  expect([...predictor.predict([marked(1)])]).toEqual([1]);
});

test('of a read of a thousand documents, no more than is predicted stays in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const usedAfter = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const predictor = markPredictor();
  const before = usedAfter();
  for (let index = 0; index < 500; index += 1) predictor.learn(marked(1_000_000 + index), manyFrom(index * 1000));
  // All of them would take 30 MB and more.
  expect(usedAfter() - before).toBeLessThan(6_000_000);
  expect(predictor.predict([marked(1_000_001)]).size).toBe(33);
});

test('of two reads of a thousand documents, at most 32 of each are compared', () => {
  let looks = 0;
  const counted = ({ partition, hash }: MarkedDocument): MarkedDocument => ({
    get partition() {
      looks += 1;
      return partition;
    },
    hash,
  });
  const predictor = markPredictor();
  for (const first of [2, 2000]) predictor.learn(marked(1), manyFrom(first).map(counted));
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(2 * 32 * 32);
});
