import { expect, test } from '@jest/globals';
import { keptByText } from '../../../src/domain/vocabulary/kept-by-text.ts';

const counted = (most: number) => {
  const made: string[] = [];
  const of = keptByText((text) => {
    made.push(text);
    return { text };
  }, most);
  return { made, of };
};

test('a text is computed once, and another text is another result', () => {
  const { made, of } = counted(2);
  expect(of('a')).toBe(of('a'));
  expect([of('a'), of('b'), of('')]).toEqual([{ text: 'a' }, { text: 'b' }, { text: '' }]);
  expect(made).toEqual(['a', 'b', '']);
});

test('it keeps so many results at most, and drops the first', () => {
  const { made, of } = counted(2);
  for (const text of ['a', 'b', 'c', 'b', 'a']) expect(of(text).text).toBe(text);
  expect(made).toEqual(['a', 'b', 'c', 'a']);
});

test('a long text is not kept, so that parties who choose texts fill no memory', () => {
  const { made, of } = counted(2);
  const long = 'x'.repeat(301);
  expect([of(long).text, of(long).text]).toEqual([long, long]);
  expect(made).toHaveLength(2);
});

test('a computation that throws is made again', () => {
  let isBroken = true;
  const of = keptByText((text) => {
    if (isBroken) throw new TypeError(text);
    return text;
  }, 2);
  expect(() => of('a')).toThrow(TypeError);
  isBroken = false;
  expect(of('a')).toBe('a');
});
