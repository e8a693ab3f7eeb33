/** Text that is safe to print with any characters in a name (IN-05): tables for people and JSON for programs. */
import { csvLine } from '../domain/vocabulary/csv-line.ts';
import { colorOf, type Look, painted, relativeText, timeText } from './look.ts';

/**
 * `time`: the value is in epoch seconds. `name`: ids in the value have names. `word`: a state, an outcome or a risk. `id`: is
 * never cut.
 */
type Kind = 'time' | 'name' | 'word' | 'id';

export type Column<Row> = {
  readonly title: string;
  readonly value: (row: Row) => unknown;
  readonly as?: Kind;
  /** The table leaves the column out when each of its cells is empty. */
  readonly isRare?: true;
};

/** The kind of the columns that many tables have, by title. */
const KIND_OF: Readonly<Record<string, Kind>> = { ID: 'id', KID: 'id', STATE: 'word', RISK: 'word', OUTCOME: 'word' };

const kindOf = ({ title, as }: Pick<Column<never>, 'title' | 'as'>): Kind | undefined => as ?? KIND_OF[title];

/**
 * A table with a line of titles. Each cell holds one line, with control and formatting characters escaped. Where the look has
 * a width, cuts the widest cells so that no line is longer.
 */
export const table = <Row>(all: readonly Column<Row>[], rows: readonly Row[], look: Look = {}): string => {
  const columns = all.filter(({ isRare, value }) => !isRare || rows.some((row) => cell(value(row)) !== EMPTY));
  const kinds = columns.map(kindOf);
  const titles = columns.map(({ title }) => title);
  const lines = rows.map((row) => columns.map(({ value }, index) => cell(shownAs(kinds[index], value(row), look))));
  const widths = columns.map((_, index) => Math.max(...[titles, ...lines].map((line) => widthOf(line[index] ?? ''))));
  const room = look.width === undefined ? widths : fitted(widths, kinds, titles, look.width);
  const colors = (value: string, index: number) => (kinds[index] === 'word' ? colorOf(value) : undefined);
  return [joined(titles, room, look, () => 'bold'), ...lines.map((line) => joined(line, room, look, colors))].join('');
};

/** One line. Its color is not counted in the width, and ends before the blanks that follow. */
const joined = (
  line: readonly string[],
  room: readonly number[],
  look: Look,
  color: (value: string, index: number) => Parameters<typeof painted>[1],
): string => {
  let left = look.width ?? Number.POSITIVE_INFINITY;
  const parts = line.map((value, index) => {
    const width = room[index] ?? 0;
    const text = shortened(value, Math.max(0, Math.min(width, left)));
    left -= width + GAP.length;
    const blanks = index === line.length - 1 ? '' : ' '.repeat(width - widthOf(text));
    return { text: painted(text, color(value, index), look), blanks, isOutside: left + width + GAP.length <= 0 };
  });
  const shown = parts.filter(({ isOutside }) => !isOutside);
  return `${shown.map(({ text, blanks }, index) => text + (index === shown.length - 1 ? '' : blanks)).join(GAP)}\n`;
};

const GAP = '  ';
const LEAST_WIDTH = 8;

/** The widths of columns in a line of this length. The widest gives way first; ids, times and states stay whole. */
const fitted = (
  widths: readonly number[],
  kinds: readonly (Kind | undefined)[],
  titles: readonly string[],
  limit: number,
): readonly number[] => {
  const room = [...widths];
  const least = titles.map((title) => Math.max(LEAST_WIDTH, widthOf(title)));
  let excess = room.reduce((sum, width) => sum + width, 0) + GAP.length * (room.length - 1) - limit;
  while (excess > 0) {
    let widest = -1;
    for (const [index, width] of room.entries()) {
      const gives = (kinds[index] ?? 'name') === 'name' && width > (least[index] ?? 0);
      if (gives && width > (room[widest] ?? 0)) widest = index;
    }
    if (widest === -1) break;
    room[widest] = (room[widest] ?? 0) - 1;
    excess -= 1;
  }
  return room;
};

const shownAs = (kind: Kind | undefined, value: unknown, look: Look): unknown => {
  if (kind === 'time') return look.now === undefined ? timeText(value) : relativeText(value, look.now);
  return kind === 'name' ? named(value, look) : value;
};

/** The value with names in place of ids that have one. */
const named = (value: unknown, { names }: Look): unknown =>
  Array.isArray(value)
    ? value.map((one) => (typeof one === 'string' ? (names?.get(one) ?? one) : one))
    : typeof value === 'string'
      ? (names?.get(value) ?? value)
      : value;

/** The ids in the columns that show names. */
export const idsIn = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): ReadonlySet<string> =>
  new Set(
    columns
      .filter((column) => kindOf(column) === 'name')
      .flatMap(({ value }) => rows.map(value))
      .flat()
      .filter((value) => typeof value === 'string'),
  );

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

const EMPTY = '-';
const cell = (value: unknown): string => {
  if (value === undefined || value === null || value === '') return EMPTY;
  if (Array.isArray(value)) return value.length === 0 ? EMPTY : value.map(cell).join(', ');
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
