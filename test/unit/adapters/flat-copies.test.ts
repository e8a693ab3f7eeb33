/** Copies of `structuredClone` after the change are those of before. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { useFlatCopies } from '../../../adapters/node/flat-copies.ts';

const before = globalThis.structuredClone;
useFlatCopies();

const told = (clone: typeof before, value: unknown): unknown => {
  try {
    const copy = clone(value) as object;
    return { copy, names: Object.keys(copy ?? {}), prototype: Object.getPrototypeOf(copy ?? {}) };
  } catch (error) {
    return (error as Error).name;
  }
};

test('a copy of any value has the members of before, in their order', () => {
  expect(globalThis.structuredClone).not.toBe(before);
  fc.assert(
    fc.property(fc.object({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
      expect(told(globalThis.structuredClone, value)).toEqual(told(before, value));
      expect(globalThis.structuredClone(value)).not.toBe(value);
    }),
  );
});

test.each([
  ['a list', ['a', 1]],
  ['a text', 'a'],
  ['nothing', null],
  ['a function among its members', { call: () => undefined }],
  ['a symbol among its members', { name: Symbol('a') }],
  [
    'an object of a class',
    new (class {
      readonly name = 'a';
    })(),
  ],
  ['an object without prototype', Object.assign(Object.create(null), { name: 'a' })],
  ['a member named __proto__', JSON.parse('{"__proto__": {"name": "a"}, "other": 1}')],
  ['a member named __proto__ that is a text', JSON.parse('{"__proto__": "a"}')],
  ['numbers at the edges', { zero: -0, none: Number.NaN, most: Number.POSITIVE_INFINITY, missing: undefined }],
  ['an error', new RangeError('a')],
])('a copy of %s is that of before', (_, value) => {
  expect(told(globalThis.structuredClone, value)).toEqual(told(before, value));
});

test('a change of the copy is none of the object', () => {
  const claims = { iss: 'agt_1', jti: 'a' };
  const copy = globalThis.structuredClone(claims);
  copy.jti = 'b';
  expect(claims).toEqual({ iss: 'agt_1', jti: 'a' });
});
