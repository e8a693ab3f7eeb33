import type { PolicySimulation } from '../../domain/authority/policy/policy-simulations.ts';
import { fittingPage, hasWords } from '../../domain/platform/display-names/word-search.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import {
  type By,
  type ListOrder,
  NEWEST_FIRST,
  type Page,
  type PageQuery,
} from '../../domain/platform/registries/registered-documents.ts';
import type { Cursor, Versioned } from '../../domain/ports/document-store.ts';
import { managementRefusal } from './management-refusals.ts';
import type { Access, Caller } from './permissions.ts';
import type { Io } from './route.ts';
import type { FromWire } from './wire-names.ts';

/** A request with an authenticated caller, whose input fits the route's schemas. */
export type Call<T extends Io = Io> = {
  /** `{id}` of the path; empty on routes without it. */
  readonly id: string;
  /** `{credential}` of the path; empty on routes without it. */
  readonly credential: string;
  /** `{instance}` of the path, on routes with it. */
  readonly instance?: string;
  readonly query: T['query'];
  /** Start of the page, from the request's cursor. */
  readonly after?: Cursor;
  /** Members in the domain's spelling. */
  readonly body: FromWire<T['body']>;
  /** From `Idempotency-Key`. */
  readonly idempotencyKey?: string;
  /** On routes that take lines: the lines of the body, in order of arrival. */
  readonly lines?: AsyncIterable<Buffer>;
  /** From `If-Match`, on routes that require it. */
  readonly version: number;
  readonly caller: Caller;
  readonly access: Access;
  readonly by: By;
};

type Reply = {
  /** Replaces the status of the route. */
  readonly status?: 202;
  /** Becomes the ETag. */
  readonly version?: number;
  /** Becomes the body's `next`. */
  readonly next?: Cursor | undefined;
  /** Lines of NDJSON. */
  readonly lines?: AsyncIterable<string>;
  /** Bytes of an archive, and the name of its file. */
  readonly archive?: { readonly name: string; readonly bytes: AsyncIterable<Buffer> };
  /** The simulation behind `body`, for pages, which have words of their own. Never sent. */
  readonly simulation?: PolicySimulation;
};

/** What a route returns that declares the schema of its body. */
export type Answered<A extends object> = Reply & { readonly body: A };

/** The body is required where the route declares its schema. */
export type Answer<A = object | undefined> = A extends object ? Answered<A> : Reply & { readonly body?: A };

type Paged<Q> = { readonly query: Q & { readonly limit?: number }; readonly after?: Cursor };

export const pageOf = ({ query, after }: Paged<object>): PageQuery => ({
  ...(query.limit === undefined ? {} : { limit: query.limit }),
  ...(after ? { after } : {}),
});

/** The order of a list: `members` has the member of a document for each sort key of its route. */
export const orderOf = <Sort extends string>(
  { sort, order }: { readonly sort?: Sort; readonly order?: ListOrder['direction'] },
  members: Readonly<Record<Sort, string>>,
): ListOrder | undefined => {
  if (sort === undefined && order === undefined) return undefined;
  const by = sort === undefined ? NEWEST_FIRST.by : members[sort];
  return { by, direction: order ?? (by === NEWEST_FIRST.by ? NEWEST_FIRST.direction : 'ascending') };
};

export const pageAnswer = <T, A>(
  { items, next }: Page<T>,
  represent: (document: T) => A,
): Answered<{ readonly items: readonly A[] }> => ({
  body: { items: items.map(({ document }) => represent(document)) },
  next,
});

type Listed = { readonly id: string; readonly createdAt: number; readonly state?: string };

/** One page of a list in `order`, filtered by `isMeant` and by the parameters `search` and `state` if given. */
export const searchedPage = async <T extends Listed>(
  call: Paged<{ readonly search?: string; readonly state?: string }>,
  list: (query: PageQuery) => Promise<Page<T>>,
  textsOf: (document: T) => readonly (string | undefined)[],
  {
    isMeant,
    order,
  }: { readonly isMeant?: ((document: T) => boolean) | undefined; readonly order?: ListOrder | undefined } = {},
): Promise<Page<T>> => {
  const { search, state } = call.query;
  const page = { ...pageOf(call), ...(order ? { order } : {}) };
  if (search === undefined && state === undefined && !isMeant) return list(page);
  const fits = (document: T): boolean =>
    (isMeant?.(document) ?? true) &&
    (state === undefined || document.state === state) &&
    (search === undefined || hasWords(search, [document.id, ...textsOf(document)]));
  return fittingPage(list, fits, page);
};

export const objectAnswer = <T, A extends object>(
  { document, version }: Versioned<T>,
  represent: (document: T) => A,
): Answered<A> => ({
  body: represent(document),
  version,
});

/** Throws 'precondition_failed' unless the stored version is the caller's: the caller's decision is about that version. */
export const sameVersion = <T>(found: Versioned<T>, { version }: Pick<Call, 'version'>): Versioned<T> => {
  if (found.version === version) return found;
  throw managementRefusal('precondition_stale');
};

/** The object. Otherwise throws 'not_found', with one text for a missing object and another owner's (MG-01). */
export const existing = <T>(found: T | undefined, isVisible: (found: T) => boolean = () => true): T => {
  if (found === undefined || !isVisible(found)) throw documentRefusal('object_not_found');
  return found;
};
