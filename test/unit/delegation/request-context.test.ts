/** The context of a transaction token, as a form parameter (draft-ietf-oauth-transaction-tokens §5). */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readRequestContext } from '../../../src/domain/authority/delegation/request-context.ts';

describe('a request context', () => {
  test('is an object, with the digest of its bytes as they came', () => {
    const text = '{ "req_ip": "192.0.2.1", "of": ["a", {"b": null}] }';
    expect(readRequestContext(text)).toEqual({
      value: { req_ip: '192.0.2.1', of: ['a', { b: null }] },
      digest: createHash('sha256').update(text).digest('base64url'),
    });
    expect(readRequestContext('{}')?.value).toEqual({});
  });

  test.each(['null', '[]', '[{}]', '"text"', '1', 'true'])('is not %s', (text) => {
    expect(readRequestContext(text)).toBeUndefined();
  });

  test('has at most 4096 bytes, not characters', () => {
    const ofBytes = (bytes: number, fill: string) => `{"a":"${fill.repeat((bytes - 8) / Buffer.byteLength(fill))}"}`;
    expect(readRequestContext(ofBytes(4096, 'x'))).toBeDefined();
    expect(readRequestContext(ofBytes(4096, 'ü'))).toBeDefined();
    expect(readRequestContext(ofBytes(4098, 'ü'))).toBeUndefined();
  });

  test.each([
    ['a repeated member', '{"a":1,"a":2}'],
    ['__proto__', '{"__proto__":{}}'],
    ['nine levels', `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`],
    ['no JSON', '{a:1}'],
  ])('that has %s is refused', (_, text) => {
    expect(() => readRequestContext(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
