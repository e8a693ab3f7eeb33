/** Text that is safe to print with any characters in a name (IN-05): tables for people and JSON for programs. */
import { csvLine } from '../domain/vocabulary/csv-line.ts';

export type Column<Row> = { readonly title: string; readonly value: (row: Row) => unknown };

/**
 * A table with a line of titles. Each cell holds one line, with control and formatting characters escaped. With `width`, in
 * terminal columns, cuts the last column so that no line is longer.
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

/**
 * One line of CSV that is safe to print and to open in a spreadsheet (domain/vocabulary/csv-line.ts). Joins the members of a
 * list with blanks.
 */
export const csvRow = (cells: readonly unknown[]): string => {
  const texts = cells.map((value) => {
    const text = value === undefined || value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);
    return printable(text);
  });
  return `${csvLine(texts)}\r\n`;
};

/** Members of one object, one on each line. */
export const details = (members: readonly (readonly [string, unknown])[]): string => {
  const shown = members.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`).join('');
};

/** One line of text; escapes control, formatting and line-breaking characters. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** JSON without characters that control a terminal. JSON.stringify does not escape C1, bidi and line separators. */
export const jsonText = (value: unknown, indent = 2): string =>
  escapedJson(`${JSON.stringify(value, null, indent) ?? 'null'}\n`);

/** JSON text; replaces characters that control a terminal with escapes of the same meaning (RFC 8259 §7). */
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
