import { expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { constantJson, isConstantJson, sortedCopy } from '../../../src/domain/ports/sorted-copy.ts';

test('the text of a copy is the canonical text of the value (RFC 8785)', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 5, withNullPrototype: true, stringUnit: 'binary' }), (value) => {
      const copy = sortedCopy(value);
      if (copy !== undefined) expect(JSON.stringify(copy)).toBe(canonicalize(value));
    }),
    { numRuns: 2000 },
  );
});

test('what a change of the value does afterwards is not in the copy', () => {
  const value = { list: ['one'], inner: { name: 'a' } };
  const copy = sortedCopy(value);
  value.list.push('two');
  value.inner.name = 'b';
  expect(copy).toEqual({ inner: { name: 'a' }, list: ['one'] });
});

test('an ordinary event is copied, and members that are undefined are left out', () => {
  const event = { type: 'token.issued', token: { id: 'b', expiresAt: 1 }, resource: undefined, 'https://a': null };
  expect(JSON.stringify(sortedCopy(event))).toBe(
    '{"https://a":null,"token":{"expiresAt":1,"id":"b"},"type":"token.issued"}',
  );
});

test.each([
  ['a lone surrogate', { text: 'a\ud800' }],
  ['a lone surrogate in a name', { 'a\ud800': 1 }],
  ['a name that is an integer', { 10: 1, 9: 2 }],
  ['a number that is none', { number: Number.NaN }],
  ['an object with a text of its own', { date: new Date(0) }],
  ['a function', { call: () => undefined }],
])('%s is left to the slower way', (_what, value) => {
  expect(sortedCopy(value)).toBeUndefined();
});

test('what many documents share is in each copy as it is, and no change of the value it was made of shows', () => {
  const given = { zone: ['b'], name: { type: 'Agent', id: 'agt_1' }, none: undefined };
  const shared = constantJson(given);
  given.zone.push('c');
  given.name.id = 'agt_2';
  expect(() => Object.assign(shared.name, { id: 'agt_2' })).toThrow(TypeError);
  expect(isConstantJson(shared.name)).toBe(true);
  const copy = sortedCopy({ of: [shared], name: shared.name }) as { readonly of: readonly unknown[] };
  expect(copy.of[0]).toBe(shared);
  expect(JSON.stringify(copy)).toBe(
    '{"name":{"id":"agt_1","type":"Agent"},"of":[{"name":{"id":"agt_1","type":"Agent"},"zone":["b"]}]}',
  );
});

test('a shared value without such a copy is frozen, and left to the slower way', () => {
  const shared = constantJson({ text: 'a\ud800' });
  expect(Object.isFrozen(shared)).toBe(true);
  expect(isConstantJson(shared)).toBe(false);
  expect(sortedCopy({ shared })).toBeUndefined();
});
