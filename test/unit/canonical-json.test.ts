import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from '../../src/domain/vocabulary/canonical-json.ts';

const ofBits = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE();

describe('the canonical text of a value', () => {
  test('is that of the example, byte for byte (RFC 8785 §3.2.2 to §3.2.4)', () => {
    const value: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(Buffer.from(String(canonicalJson(value))).toString('hex')).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b333333333333333333' +
        '2e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c7530' +
        '3030665c6e4127425c225c5c5c5c5c222f227d',
    );
  });

  test('has members in the order of the UTF-16 code units of their names (RFC 8785 §3.2.3)', () => {
    const text = canonicalJson({
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    });
    expect(String(text).match(/[A-Z][^"]+/g)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number with the bits %s as %s (RFC 8785 appendix B)', (bits, text) => {
    expect(canonicalJson(ofBits(bits))).toBe(text);
  });

  test('agrees with an independent implementation on every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
        const wellFormed = JSON.stringify(value).replaceAll(/\\ud[89a-f][0-9a-f]{2}/g, '');
        const again: unknown = JSON.parse(wellFormed);
        expect(canonicalJson(again)).toBe(canonicalize(again));
      }),
      { numRuns: 3000 },
    );
  });

  test('agrees with an independent implementation on every finite number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 5000 },
    );
  });

  test('leaves out what JSON.stringify leaves out, and takes toJSON', () => {
    const value = { at: new Date(0), none: undefined, call: () => 1, list: [undefined, () => 1] };
    expect(canonicalJson(value)).toBe('{"at":"1970-01-01T00:00:00.000Z","list":[null,null]}');
    expect(canonicalJson(undefined)).toBeUndefined();
  });
});

describe('no canonical text exists for', () => {
  const selfContaining: unknown[] = [];
  selfContaining.push(selfContaining);
  test.each<[string, unknown]>([
    ['NaN (RFC 8785 §3.2.2.3)', Number.NaN],
    ['Infinity (RFC 8785 §3.2.2.3)', { value: Number.POSITIVE_INFINITY }],
    ['a lone surrogate (RFC 8785 §3.2.2.2)', ['\udead']],
    ['a name with a lone surrogate (RFC 8785 §3.2.2.2)', { '\ud800': 1 }],
    ['a bigint', [1n]],
    ['a value that contains itself', selfContaining],
  ])('%s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('a value nested more than 1000 deep', () => {
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(canonicalJson(nested(1000))).toHaveLength(2000);
    expect(() => canonicalJson(nested(1001))).toThrow(TypeError);
  });
});
