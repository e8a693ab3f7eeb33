import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareText } from '../../../adapters/memory/compare-text.ts';

test('orders as the UTF-8 bytes do', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
