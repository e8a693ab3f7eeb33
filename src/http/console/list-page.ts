import type { SortLinks } from '../../../views/partials/console-list.ts';
import type { Pagination } from '../../../views/partials/pagination.ts';
import { cursors } from '../management/cursors.ts';
import type { ConsoleCalls, ItemOf, ListOperation, QueryOf } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Items on one page of a list. */
const PAGE = 25;

type Question<Id extends ListOperation> = {
  readonly operation: Id;
  /** Path of the page with the list, including the issuer's path. */
  readonly path: string;
  /** The query in the address of the page, which leaves out empty values. */
  readonly asked?: Readonly<Record<string, string>>;
  /** The query in the format of the management API. */
  readonly query?: QueryOf<Id>;
  /** Of the object whose parts are listed. */
  readonly id?: string;
  readonly limit?: number;
};

/** An address with a query, which leaves out empty values. */
export const hrefWith = (path: string, asked: Readonly<Record<string, string>>): string => {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query}`;
};

/**
 * One page of the objects that the management API lists for the viewer, with links to the neighbouring pages. `from`: `after`
 * of the address.
 */
export const listed = async <Id extends ListOperation>(
  deps: Pick<ConsoleDeps, 'masterKey'>,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  { operation, path, asked = {}, query, id, limit = PAGE }: Question<Id>,
  from: string | null = null,
): Promise<{ readonly items: readonly ItemOf<Id>[]; readonly pages: Pagination }> => {
  const places = cursors(deps.masterKey);
  const place = `console/${operation}`;
  const after = from === null ? undefined : places.open(place, account.id, from);
  const { body, next } = await calls.run(operation, account, by, {
    ...(id === undefined ? {} : { id }),
    query: { ...query, limit },
    after,
  });
  return {
    items: (Reflect.get(body ?? {}, 'items') ?? []) as readonly ItemOf<Id>[],
    pages: {
      ...(after ? { firstHref: hrefWith(path, asked) } : {}),
      ...(next ? { nextHref: hrefWith(path, { ...asked, after: places.seal(place, account.id, next) }) } : {}),
    },
  };
};

/** The filters of a list, by their names in the address; empty without filters. */
export type ListFilters<State extends string> = { readonly search: string; readonly state: State | '' };

/** `q` and `state` of an address; leaves out an unknown state. */
export const askedOf = <const State extends string>(
  query: URLSearchParams,
  states: readonly State[],
): ListFilters<State> => ({
  search: (query.get('q') ?? '').trim().slice(0, 100),
  state: states.find((state) => state === query.get('state')) ?? '',
});

/** The sort key and the direction of an address; empty: the newest first. */
export type Sorting<Key extends string> = { readonly sort: Key | ''; readonly order: 'descending' | '' };

export const sortingOf = <const Key extends string>(query: URLSearchParams, keys: readonly Key[]): Sorting<Key> => {
  const sort = keys.find((key) => key === query.get('sort')) ?? '';
  return { sort, order: sort !== '' && query.get('order') === 'descending' ? 'descending' : '' };
};

type SortQuery<Key extends string> = { readonly sort?: Key; readonly order?: 'ascending' | 'descending' };

/** The parameters of the list for this order. */
export const sortQuery = <Key extends string>({ sort, order }: Sorting<Key>): SortQuery<Key> =>
  sort === '' ? {} : { sort, order: order === '' ? ('ascending' as const) : order };

/**
 * The links of the heads: ascending at first, then descending, then the newest first again. `asked`: the filters of the
 * address, which the links keep.
 */
export const sortLinks = <Key extends string>(
  path: string,
  asked: Readonly<Record<string, string>>,
  keys: readonly Key[],
  { sort, order }: Sorting<Key>,
): SortLinks =>
  Object.fromEntries(
    keys.map((key) => {
      const isNewest = key === 'created' && sort === '';
      const now = key === sort ? order || 'ascending' : isNewest ? 'descending' : undefined;
      const isLast = now === 'descending' || (now === 'ascending' && key === 'created');
      const next = isLast && !isNewest ? {} : { sort: key, ...(now === 'ascending' ? { order: 'descending' } : {}) };
      return [key, { href: hrefWith(path, { ...asked, ...next }), ...(now === undefined ? {} : { now }) }];
    }),
  );

type SearchQuery<State extends string> = { readonly search?: string; readonly state?: State };

export const searchQuery = <State extends string>({ search, state }: ListFilters<State>): SearchQuery<State> => ({
  ...(search === '' ? {} : { search }),
  ...(state === '' ? {} : { state }),
});

/**
 * A list with a search, states and heads that sort it, as the address of its page says. `question` is for `listed`, `model` for
 * the page.
 */
export type ListView<State extends string, Key extends string> = {
  readonly question: {
    readonly path: string;
    readonly asked: Readonly<Record<string, string>>;
    readonly query: SearchQuery<State> & SortQuery<Key>;
  };
  readonly model: {
    readonly action: string;
    readonly asked: ListFilters<State>;
    readonly sorting: Sorting<Key>;
    readonly sorts: SortLinks;
  };
};

/** `states`: those that the list can be filtered by. `sorts`: the keys of its heads. */
export const listView = <const State extends string, const Key extends string>(
  path: string,
  address: URLSearchParams,
  { states, sorts }: { readonly states: readonly State[]; readonly sorts: readonly Key[] },
): ListView<State, Key> => {
  const asked = askedOf(address, states);
  const sorting = sortingOf(address, sorts);
  const filters = { q: asked.search, state: asked.state };
  return {
    question: { path, asked: { ...filters, ...sorting }, query: { ...searchQuery(asked), ...sortQuery(sorting) } },
    model: { action: path, asked, sorting, sorts: sortLinks(path, filters, sorts, sorting) },
  };
};
