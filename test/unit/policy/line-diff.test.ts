import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { differences, lineDiff } from '../../../src/domain/authority/policy/line-diff.ts';

const short = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`);

describe('the difference of two texts', () => {
  test('is the lines that went and came, between those that stayed', () => {
    expect(short('a\nb\nc\nd\n', 'a\nc\nx\nd\n')).toEqual([' a', '-b', ' c', '+x', ' d']);
    expect(short('', 'a\n')).toEqual(['+a']);
    expect(short('a', 'a\n')).toEqual([' a']);
  });

  test('has the number of each line in each text', () => {
    const numbers = differences('a\nb\nc', 'a\nx\ny\nc').map((line) => [line?.kind, line?.before, line?.after]);
    expect(numbers).toEqual([
      ['same', 1, 1],
      ['removed', 2, undefined],
      ['added', undefined, 2],
      ['added', undefined, 3],
      ['same', 3, 4],
    ]);
  });

  test('read without what came is the old text, without what went the new one, and no shorter one is missed', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = lineDiff(before.join('\n'), after.join('\n'));
        const without = (kind: string) => diff.filter((line) => line.kind !== kind).map(({ text }) => text);
        expect(without('added')).toEqual(before);
        expect(without('removed')).toEqual(after);
        expect(diff.filter(({ kind }) => kind === 'same')).toHaveLength(longestCommon(before, after));
      }),
    );
  });

  test('of texts without a line in common comes in time', () => {
    const lines = (prefix: string) => Array.from({ length: 10_000 }, (_, at) => `${prefix}${at}`).join('\n');
    expect(lineDiff(lines('a'), lines('b'))).toHaveLength(20_000);
  });
});

const longestCommon = (a: readonly string[], b: readonly string[]): number => {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (const [x, one] of a.entries()) {
    for (const [y, other] of b.entries()) {
      lengths[x + 1]![y + 1] = one === other ? lengths[x]![y]! + 1 : Math.max(lengths[x]![y + 1]!, lengths[x + 1]![y]!);
    }
  }
  return lengths[a.length]![b.length]!;
};
