import { expect, test } from '@jest/globals';
import { strictJson } from '../../src/domain/vocabulary/strict-json.ts';

const of = (text: string): unknown => strictJson(Buffer.from(text));

test.each([
  ['{"a":1,"a":2}', 'a member twice'],
  ['{"a":1,"\\u0061":2}', 'a member twice, spelt otherwise'],
  ['[{"b":{"a":1,"a":2}}]', 'a member twice, further down'],
  ['{"__proto__":{}}', '__proto__'],
  ['{"\\u005f_proto__":{}}', '__proto__, spelt otherwise'],
  ['\uFEFF{}', 'a byte order mark'],
  [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'depth'],
  [`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 'depth in objects'],
  ['{"a":1}x', 'something behind it'],
  ["{'a':1}", 'other quotes'],
  ['', 'nothing'],
])('SF-08 refuses %#: %s', (text) => {
  expect(() => of(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

test('SF-08 refuses bytes that are not UTF-8', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    expect(() => strictJson(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  }
});

test('reads what every parser reads alike, braces and quotes in texts included', () => {
  const text = '{"a":"{\\"a\\":1,[","b":[{"a":1},{"a":2}],"constructor":null}';
  expect(of(text)).toEqual(JSON.parse(text));
  expect(strictJson(Buffer.from('{"__proto__":1}'), [])).toEqual(JSON.parse('{"__proto__":1}'));
});
