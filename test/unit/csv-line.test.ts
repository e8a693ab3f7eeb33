import { describe, expect, test } from '@jest/globals';
import { csvLine } from '../../src/domain/vocabulary/csv-line.ts';

const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
const BEFORE = ['', ';', '\t', ',', '|', '\n', '\r', 'a;', 'a\t', '; ', ';"', ';\u200b', '\ufeff', ' ', 'a;b;'];

describe('IN-05 a cell of CSV', () => {
  test.each(SIGNS)('never begins a formula with %s, wherever a spreadsheet may begin a cell', (sign) => {
    for (const before of BEFORE) {
      expect([before, csvLine([`${before}${sign}1`])]).toEqual([before, expect.stringContaining(`'${sign}1"`)]);
    }
  });

  test('that begins with a tab or a line end is text', () => {
    for (const begin of ['\t', '\r', '\n']) expect(csvLine([`${begin}a`])).toBe(`"'${begin}a"`);
  });

  test('is as it was where a sign stands within a word or after a blank', () => {
    const texts = ['a-b', 'a = b', 'ada@example.com', 'C++', 'x, y', 'one; two', ''];
    expect(csvLine(texts)).toBe(`"${texts.join('","')}"`);
  });

  test('keeps quotation marks (RFC 4180 §2.7)', () => {
    expect(csvLine(['say "a"', 'b'])).toBe('"say ""a""","b"');
  });
});
