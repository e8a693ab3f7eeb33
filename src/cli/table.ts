/** Text that is safe to print, regardless of the characters in a name (IN-05): tables for people and JSON for programs. */
import { csvLine } from '../domain/vocabulary/csv-line.ts';

export type Column<Row> = { readonly title: string; readonly value: (row: Row) => unknown };

/**
 * A table with a line of titles. Cells hold one line each, with control and formatting characters escaped;
 * with `width`, in terminal columns, the last column is cut so that no line is longer.
 */
export const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], width?: number): string => {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => cell(value(row))))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))));
  return lines
    .map((line) => {
      const text = line
        .map((value, index) =>
          index === line.length - 1 ? value : value + ' '.repeat((widths[index] ?? 0) - widthOf(value)),
        )
        .join('  ');
      return `${width === undefined ? text : shortened(text, width)}\n`;
    })
    .join('');
};

/** One line of CSV, safe to print and to open in a spreadsheet (domain/vocabulary/csv-line.ts); a list is its members with blanks between. */
export const csvRow = (cells: readonly unknown[]): string => {
  const texts = cells.map((value) => {
    const text = value === undefined || value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);
    return printable(text);
  });
  return `${csvLine(texts)}\r\n`;
};

/** Members of one object, a line each. */
export const details = (members: readonly (readonly [string, unknown])[]): string => {
  const shown = members.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`).join('');
};

/** One line of text without control, formatting or line-breaking characters: they are shown as escapes. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** JSON in which no character can act on a terminal; JSON.stringify leaves C1, bidi and line separators as they are. */
export const jsonText = (value: unknown, indent = 2): string =>
  escapedJson(`${JSON.stringify(value, null, indent) ?? 'null'}\n`);

/** JSON text as it is, except characters that can act on a terminal: they become escapes of the same meaning (RFC 8259 §7). */
export const escapedJson = (text: string): string =>
  text.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });

const cell = (value: unknown): string => {
  if (value === undefined || value === null || value === '') return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cell).join(', ');
  return printable(
    typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value),
  );
};

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** Columns of a terminal, as most terminals compute their width. */
const widthOf = (text: string): number => {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
};

const shortened = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
};
