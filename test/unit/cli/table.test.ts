import { describe, expect, test } from '@jest/globals';
import { details, jsonText, printable, table } from '../../../src/cli/table.ts';

/** Escape sequence, backspace, carriage return, C1, bidi override, line separator, tag character. */
const HOSTILE = 'a\u001b[2J\b\r\n\u009b31m\u202e\u2028\u{e0041}b';
const ACTIVE = /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u;

describe('IN-05 what is printed', () => {
  test('never acts on the terminal, in a table, in details or in JSON', () => {
    const columns = [{ title: 'NAME', value: ({ name }: { name: unknown }) => name }];
    for (const text of [
      table(columns, [{ name: HOSTILE }, { name: [HOSTILE] }, { name: { [HOSTILE]: HOSTILE } }]),
      details([['name', HOSTILE]]),
      jsonText({ [HOSTILE]: HOSTILE }),
      printable(HOSTILE),
    ]) {
      expect(text).not.toMatch(ACTIVE);
    }
  });

  test('keeps one line for each row, with any text in a cell', () => {
    expect(table([{ title: 'NAME', value: (name: string) => name }], ['a\nb\r\nc', 'd']).split('\n')).toEqual([
      'NAME',
      'a\\u{a}b\\u{d}\\u{a}c',
      'd',
      '',
    ]);
  });

  test('is still the same value as JSON', () => {
    expect(JSON.parse(jsonText({ name: HOSTILE }))).toEqual({ name: HOSTILE });
  });
});

describe('a table', () => {
  const columns = [
    { title: 'ID', value: ({ id }: { id: string; name?: unknown }) => id },
    { title: 'NAME', value: ({ name }: { id: string; name?: unknown }) => name },
  ];

  test('lines its columns up, also with wide characters, and ends no line in blanks', () => {
    expect(table(columns, [{ id: 'agt_1', name: 'x' }, { id: '日本', name: 'y' }, { id: 'z' }])).toBe(
      'ID     NAME\nagt_1  x\n日本   y\nz      -\n',
    );
  });

  test('is no wider than the terminal', () => {
    const text = table(columns, [{ id: 'agt_1', name: 'a long name' }], { width: 12 });
    expect(text).toBe('ID     NAME\nagt_1  a lo…\n');
  });

  test('says lists and what is missing in words', () => {
    expect(
      table(columns, [
        { id: 'a', name: ['x', 'y'] },
        { id: 'b', name: [] },
        { id: '', name: null },
      ]),
    ).toBe('ID  NAME\na   x, y\nb   -\n-   -\n');
    expect(
      details([
        ['a', 1],
        ['long name', true],
        ['gone', undefined],
        ['none', []],
      ]),
    ).toBe('a          1\nlong name  true\n');
  });
});
