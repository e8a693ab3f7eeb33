/**
 * Answers of a system, as files have them: raw, or each with the list that it is a page of, as the scripts of the import page write
 * them. A script stops at the first request that fails, and a copy may end early: such pages tell whether each list is whole.
 */
import { findingRefusal } from '../finding-refusals.ts';
import {
  checkRows,
  type InventoryFile,
  itemsOf,
  malformed,
  type Page,
  pagesOf,
  placeIn,
  type RowValue,
} from './listed-rows.ts';

/** `list`: the path of the request, such as `apps/0oa1/grants`. Absent: the answer is raw. */
export type Answer = Page & { readonly list?: string };

const MEMBERS = ['list', 'next', 'page'] as const;

const isKept = (value: unknown): value is RowValue =>
  typeof value === 'object' && value !== null && MEMBERS.every((member) => member in value);

type KeptAnswer = Answer & { readonly list: string; readonly next: string };

/** `{"list": "apps", "next": "https://…", "page": …}`: `next` names the next page, and is empty on the last one. */
const kept = ({ at, value }: Page & { readonly value: RowValue }): KeptAnswer => {
  const { list, next, page } = value;
  if (typeof list !== 'string') throw malformed({ at }, 'list');
  if (typeof next !== 'string') throw malformed({ at }, 'next');
  return { at: placeIn({ at, value }, 'page'), value: page, list: list.slice(0, 300), next };
};

/** The name of the file in a place. */
const fileOf = (at: string): string => at.replace(/(?::\d+)?#.*$/, '');

/** Throws 'invalid_field' for a list of which no page is the last one. */
const checkWhole = (answers: readonly KeptAnswer[]): void => {
  for (const [list, own] of Map.groupBy(answers, (answer) => answer.list))
    if (own.every(({ next }) => next !== ''))
      throw findingRefusal('inventory_list_cut', { params: { file: fileOf(own.at(-1)?.at ?? ''), list } });
};

/** The answers in the files, in their order. Throws 'invalid_field' for a list of a script that is cut. */
export const answersOf = (files: readonly InventoryFile[]): readonly Answer[] => {
  const pages = pagesOf(files).flatMap(itemsOf);
  checkRows(pages.length);
  const answers = pages.map(({ at, value }) => (isKept(value) ? kept({ at, value }) : { at, value }));
  checkWhole(answers.filter((answer): answer is KeptAnswer => 'list' in answer));
  return answers;
};

/** Checks that a script reached the end. `needed`: lists that its answers name. Raw answers pass. Throws 'invalid_field'. */
export const checkLists = (answers: readonly Answer[], needed: Iterable<string>): void => {
  const lists = new Set(answers.flatMap(({ list }) => list ?? []));
  if (lists.size === 0) return;
  for (const list of needed)
    if (!lists.has(list)) throw findingRefusal('inventory_list_missing', { params: { list: list.slice(0, 300) } });
};
