/** Lists in the members of the management API: NDJSON, and CSV (RFC 4180). */
import { type CsvRow, csvRows } from '../../vocabulary/csv-rows.ts';
import { findingRefusal } from '../finding-refusals.ts';
import type { ListedApp } from './listed-app.ts';
import {
  flagIn,
  type InventoryFile,
  idIn,
  linesOf,
  malformed,
  type Page,
  type Row,
  type RowValue,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';

/** How a member is read. Throws 'invalid_field' for another type. An absent or null one is undefined or empty. */
const MEMBERS = {
  external_id: idIn,
  name: textIn,
  publisher: textIn,
  owner: textIn,
  scopes: textsIn,
  people: numberIn,
  is_for_everyone: flagIn,
  is_enabled: flagIn,
  secrets: numberIn,
  urls: textsIn,
  client: textIn,
} as const satisfies {
  readonly [Member in keyof ListedApp]-?: (row: Row, name: string) => ListedApp[Member] | undefined;
};

function numberIn(row: Row, member: string): number | undefined {
  const value = row.value[member] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed(row, member);
  return value;
}

const isMember = (name: string): name is keyof typeof MEMBERS => Object.hasOwn(MEMBERS, name);

/** Refuses a member that an app has not, with its place: the API names no line. */
const checkMember = (at: string, member: string): void => {
  if (!isMember(member)) {
    const members = Object.keys(MEMBERS).join(', ');
    throw findingRefusal('inventory_member_unknown', { params: { at, member: member.slice(0, 100), members } });
  }
};

/** Without case, blanks, hyphens and underscores. */
const plainName = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '');

/** The column that was probably meant: one name has the other, such as `secret` or `External ID`. */
const likelyColumn = (typed: string): string | undefined => {
  const name = plainName(typed);
  const columns = Object.keys(MEMBERS);
  return (
    columns.find((column) => plainName(column) === name) ??
    columns.find((column) => name.length > 1 && (plainName(column).includes(name) || name.includes(plainName(column))))
  );
};

/** Refuses a column that an app has not. */
const checkColumn = (file: string, name: string): void => {
  if (isMember(name)) return;
  const [column, near] = [name.slice(0, 100), likelyColumn(name.slice(0, 100))];
  throw near === undefined
    ? findingRefusal('inventory_column_unknown', {
        params: { file, column, columns: Object.keys(MEMBERS).join(', ') },
      })
    : findingRefusal('inventory_column_mistyped', { params: { file, column, near } });
};

/** The API checks how long the members are. */
const listed = (row: Row): ListedApp => {
  const id = idIn(row, 'external_id');
  const name = textIn(row, 'name');
  const given = <Member extends keyof ListedApp>(member: Member): Partial<Pick<ListedApp, Member>> => {
    const value = MEMBERS[member](row, member);
    const isAbsent = value === undefined || (Array.isArray(value) && value.length === 0);
    return isAbsent ? {} : ({ [member]: value } as Pick<ListedApp, Member>);
  };
  for (const member of Object.keys(row.value)) checkMember(row.at, member);
  if (name === undefined) throw malformed(row, 'name');
  return {
    ...{ external_id: id, name, ...given('publisher'), ...given('owner'), ...given('scopes'), ...given('people') },
    ...{ ...given('is_for_everyone'), ...given('is_enabled'), ...given('secrets'), ...given('urls') },
    ...given('client'),
  };
};

/** One JSON object a line. */
export const ndjsonApps = (files: readonly InventoryFile[]): readonly ListedApp[] =>
  rowsOf(files.flatMap(linesIn)).map(listed);

/** A file without a line is what a failed export leaves, also beside others. */
const linesIn = (file: InventoryFile): readonly Page[] => {
  const lines = linesOf(file);
  if (lines.length === 0) throw findingRefusal('inventory_empty', { params: { at: file.name } });
  return lines;
};

/** The lines of a CSV file. */
const linesOfCsv = ({ name, text }: InventoryFile): readonly CsvRow[] => {
  const { rows, openQuote } = csvRows(text);
  if (openQuote !== undefined) throw findingRefusal('inventory_quote_open', { params: { at: `${name}:${openQuote}` } });
  return rows;
};

const FLAGS: Readonly<Partial<Record<string, boolean>>> = {
  ...{ true: true, yes: true, 1: true },
  ...{ false: false, no: false, 0: false },
};
const isFlag = (name: string): boolean => name === 'is_enabled' || name === 'is_for_everyone';
const NUMBERS: readonly string[] = ['people', 'secrets'];
const LISTS: readonly string[] = ['scopes', 'urls'];

const readCell = (at: string, name: string, text: string): unknown => {
  if (LISTS.includes(name)) return text.split(/\s+/);
  if (isFlag(name)) {
    const flag = FLAGS[text.toLowerCase()];
    if (flag === undefined) throw malformed({ at }, name);
    return flag;
  }
  if (!NUMBERS.includes(name)) return text;
  if (!/^\d{1,9}$/.test(text)) throw malformed({ at }, name);
  return Number(text);
};

/** The first line of each file names the members. `scopes` and `urls` are separated by blanks. */
export const csvApps = (files: readonly InventoryFile[]): readonly ListedApp[] =>
  rowsOf(
    files.flatMap((file) => {
      const [head, ...lines] = linesOfCsv(file);
      const names = (head?.cells ?? []).map((name) => name.trim());
      for (const name of names) if (name !== '') checkColumn(file.name, name);
      for (const needed of ['external_id', 'name'])
        if (!names.includes(needed)) throw malformed({ at: `${file.name}:1` }, needed);
      if (lines.length === 0) throw findingRefusal('inventory_empty', { params: { at: file.name } });
      return lines.map(({ number, cells }) => {
        const at = `${file.name}:${number}`;
        const members = cells.flatMap((cell, index): [string, unknown][] => {
          const [name, text] = [names[index] ?? '', cell.trim()];
          if (text === '') return [];
          // A comma within a name that is not quoted looks so, too.
          if (name === '') throw findingRefusal('inventory_column_unnamed', { params: { at, column: index + 1 } });
          return [[name, readCell(at, name, text)]];
        });
        return { at, value: Object.fromEntries(members) satisfies RowValue };
      });
    }),
  ).map(listed);
