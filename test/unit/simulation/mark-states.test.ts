import { describe, expect, test } from '@jest/globals';
import {
  isUnchanged,
  markedDocument,
  PARTITIONS,
  positionIn,
  UNCHANGED,
} from '../../../adapters/mongodb/mark-states.ts';

const ONE = markedDocument('agents', 'agt_1');
const OTHER = markedDocument('agents', 'agt_2');
const nameOf = (number: number, { hash }: { readonly hash: string }): string =>
  number.toString(16).padStart(24, '0') + hash;
const mark = (recent: readonly string[], open: readonly string[] = []) => ({ open, recent });
/** So many changes of the other document. */
const others = (count: number) => Array.from({ length: count }, (_, at) => nameOf(at + 100, OTHER));

test('documents are spread over the partitions, and have a hash of their own', () => {
  const all = Array.from({ length: 20_000 }, (_, at) => markedDocument('agents', `agt_${at}`));
  const counts = new Map([...Map.groupBy(all, ({ partition }) => partition)].map(([at, of]) => [at, of.length]));
  expect([Math.min(...counts.keys()), Math.max(...counts.keys())]).toEqual([1, PARTITIONS]);
  expect(Math.max(...counts.values())).toBeLessThan(25);
  expect(new Set(all.map(({ hash }) => hash)).size).toBeGreaterThan(19_990);
  expect(markedDocument('agents', 'x')).not.toEqual(markedDocument('clients', 'x'));
});

describe('a document is as it was', () => {
  const position = nameOf(1, OTHER);

  test('while the mark shows no later change of it', () => {
    expect(isUnchanged(mark([position]), ONE, position)).toBe(true);
    expect(isUnchanged(mark([nameOf(0, ONE), position, ...others(14)]), ONE, position)).toBe(true);
    expect(isUnchanged(mark([position, nameOf(2, ONE)]), ONE, position)).toBe(false);
    expect(isUnchanged(mark([position, `${nameOf(2, ONE).slice(0, 24)}********`]), ONE, position)).toBe(false);
  });

  test('unless the mark does not reach back so far', () => {
    expect(isUnchanged(mark(others(16)), ONE, position)).toBe(false);
    expect(isUnchanged(mark([]), ONE, position)).toBe(false);
  });

  test('since there was no mark, while the mark holds all changes that there ever were', () => {
    const none = positionIn(UNCHANGED, ONE) as string;
    expect(isUnchanged(UNCHANGED, ONE, none)).toBe(true);
    expect(isUnchanged(mark(others(15)), ONE, none)).toBe(true);
    expect(isUnchanged(mark([nameOf(0, ONE), ...others(14)]), ONE, none)).toBe(false);
    expect(isUnchanged(mark(others(16)), ONE, none)).toBe(false);
  });

  test('and what is read while it changes has no position', () => {
    expect(positionIn(mark([position], [nameOf(2, OTHER)]), ONE)).toBe(position);
    expect(positionIn(mark([position], [nameOf(2, ONE)]), ONE)).toBeUndefined();
    expect(positionIn(mark([position], [`${nameOf(2, OTHER).slice(0, 24)}********`]), ONE)).toBeUndefined();
    expect(positionIn(mark([]), ONE)).toBeUndefined();
  });
});
