/** Bytes of CBOR, against the examples of RFC 8949 Appendix A. */
import { expect, test } from '@jest/globals';
import { type Cbor, cborBytes } from '../../../src/domain/vocabulary/cbor.ts';

test.each<[Cbor, string]>([
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [255, '18ff'],
  [1000, '1903e8'],
  [1_000_000, '1a000f4240'],
  [1_000_000_000_000, '1b000000e8d4a51000'],
  [-1, '20'],
  [-100, '3863'],
  [-1000, '3903e7'],
  [null, 'f6'],
  [Buffer.of(1, 2, 3, 4), '4401020304'],
  ['', '60'],
  ['ü', '62c3bc'],
  [[], '80'],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [Array.from({ length: 25 }, (_, at) => at + 1), '98190102030405060708090a0b0c0d0e0f101112131415161718181819'],
  [{ tag: 1, value: 1_363_896_240 }, 'c11a514b67b0'],
])('writes %j as Appendix A of RFC 8949 does', (value, hex) => {
  expect(cborBytes(value).toString('hex')).toBe(hex);
});

test('writes the keys of a map in the order of their bytes (RFC 8949 §4.2.1)', () => {
  const map = new Map<number, Cbor>([
    [395, 1],
    [-1, 2],
    [4, 3],
    [24, 4],
  ]);
  expect(cborBytes(map).toString('hex')).toBe('a4040318180419018b012002');
});

test.each([1.5, Number.NaN, 2 ** 53])('refuses %d, which is no safe integer', (value) => {
  expect(() => cborBytes(value)).toThrow(TypeError);
});
