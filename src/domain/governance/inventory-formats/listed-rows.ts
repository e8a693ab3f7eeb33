/** Rows of files: what every reader of an inventory checks, and how it says where a row is. */
import { strictJsonText } from '../../vocabulary/strict-json.ts';
import { findingRefusal } from '../finding-refusals.ts';

/** A file as a caller gives it. */
export type InventoryFile = { readonly name: string; readonly text: string };

export type RowValue = Readonly<Record<string, unknown>>;

/** A JSON object in a file. `at` is its place: file, line where the file has several, and JSON pointer (RFC 6901). */
export type Row = { readonly at: string; readonly value: RowValue };

/** A JSON value in a file. */
export type Page = { readonly at: string; readonly value: unknown };

/** Most bytes of the files of one import. */
export const MOST_IMPORT_BYTES = 268_435_456;
/** Most files of one import. */
export const MOST_IMPORT_FILES = 1000;
/** Most rows of one import: apps, grants and tokens. */
const MOST_ROWS = 500_000;
/** Deepest nesting of a JSON file. */
const MOST_DEPTH = 32;

const isObject = (value: unknown): value is RowValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string, at: string): unknown => {
  try {
    return strictJsonText(text, ['__proto__'], MOST_DEPTH);
  } catch (cause) {
    throw findingRefusal('inventory_json_malformed', { params: { at, most: MOST_DEPTH }, cause });
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The JSON objects of a text with one a line. Throws 'invalid_field' with the line of another value. */
export const linesOf = ({ name, text }: InventoryFile): readonly Page[] =>
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line, index) =>
      line.trim() === '' ? [] : [{ at: `${name}:${index + 1}`, value: parsed(line, `${name}:${index + 1}`) }],
    );

/** The pages of files: each file is one JSON value, or has one in each line. */
export const pagesOf = (files: readonly InventoryFile[]): readonly Page[] =>
  files.flatMap((file) => {
    const text = file.text.replace(/^\uFEFF/, '');
    return text.trim().includes('\n') && !isJson(text)
      ? linesOf(file)
      : [{ at: file.name, value: parsed(text, file.name) }];
  });

/** The values of a list, each with its place. */
export const itemsOf = ({ at, value }: Page): readonly Page[] =>
  Array.isArray(value)
    ? value.map((item: unknown, index) => ({ at: `${at}${at.includes('#') ? '' : '#'}/${index}`, value: item }))
    : [{ at, value }];

/** The values of the list in a member. Throws 'invalid_field' when the member is no list; a member that is absent is empty. */
const valuesIn = (row: Row, member: string): readonly unknown[] => {
  const value = row.value[member] ?? [];
  if (!Array.isArray(value)) throw malformed(row, member);
  return value;
};

/** The same values, each with its place. */
export const listIn = (row: Row, member: string): readonly Page[] =>
  itemsOf({ at: placeIn(row, member), value: valuesIn(row, member) });

export const placeIn = ({ at }: Page, member: string): string => `${at}${at.includes('#') ? '' : '#'}/${member}`;

export const malformed = ({ at }: Pick<Row, 'at'>, member: string) =>
  findingRefusal('inventory_row_malformed', { params: { at, member } });

/** Throws 'invalid_field' above MOST_ROWS. */
export const checkRows = (count: number): void => {
  if (count > MOST_ROWS) throw findingRefusal('inventory_rows_exceeded', { params: { most: MOST_ROWS } });
};

/** The objects among values. Throws 'invalid_field' for another value, and above MOST_ROWS. */
export const rowsOf = (pages: readonly Page[]): readonly Row[] => {
  checkRows(pages.length);
  return pages.map(({ at, value }) => {
    if (!isObject(value)) throw findingRefusal('inventory_row_no_object', { params: { at } });
    return { at, value };
  });
};

/** The text in a member, without blanks around it. Undefined when it is absent, null or blank. Throws 'invalid_field' for another value. */
export const textIn = (row: Row, member: string): string | undefined => {
  const value = row.value[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw malformed(row, member);
  return value.trim() === '' ? undefined : value.trim();
};

/** Most characters of an id. */
const MOST_ID = 200;

/** The id in a member: a text or a whole number. Throws 'invalid_field' when it is absent or too long, together with a prefix. */
export const idIn = (row: Row, member: string, prefix = ''): string => {
  const value = row.value[member];
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textIn(row, member);
  if (id === undefined || prefix.length + id.length > MOST_ID) throw malformed(row, member);
  return `${prefix}${id}`;
};

/** True or false in a member. Undefined when it is absent or null. */
export const flagIn = (row: Row, member: string): boolean | undefined => {
  const value = row.value[member] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean') throw malformed(row, member);
  return value;
};

/** The texts in a list. Empty when it is absent or null. */
export const textsIn = (row: Row, member: string): readonly string[] =>
  valuesIn(row, member).flatMap((value) => {
    if (typeof value !== 'string') throw malformed(row, member);
    return value.trim() === '' ? [] : [value.trim()];
  });

/** The object in a member. An empty one when it is absent or null. */
export const rowIn = (row: Row, member: string): Row => {
  const value = row.value[member] ?? {};
  if (!isObject(value)) throw malformed(row, member);
  return { at: placeIn(row, member), value };
};

/** The objects in a list. */
export const rowsIn = (row: Row, member: string): readonly Row[] => rowsOf(listIn(row, member));

/**
 * Checks that the last page of a list is there. Without it, all of its apps would count as gone. `named`: each page, and
 * whether it names a further one. Throws 'invalid_field'.
 */
export const checkLastPage = (named: readonly { readonly at: string; readonly hasNext: boolean }[]): void => {
  const last = named.at(-1);
  if (last && named.every(({ hasNext }) => hasNext))
    throw findingRefusal('inventory_page_missing', { params: { at: last.at } });
};
