/** Pages of a list that is read as a whole and is in the order of creation (RFC 7644 §3.4.2.4, RFC 9865). */
import type { Directory } from '../../domain/identity/directories/directory.ts';
import type { ResourceSchema } from '../../domain/identity/scim/attributes.ts';
import { type Filter, readFilter } from '../../domain/identity/scim/filter.ts';
import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import { sorted, sortPath } from '../../domain/identity/scim/sort.ts';
import type { Values } from '../../domain/identity/scim/values.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import type { ListPlace, ScimCursors } from './cursors.ts';
import { LIST_SCHEMA } from './discovery.ts';
import type { Asked, ScimAnswer } from './requests.ts';

type Created = { readonly id: string; readonly createdAt: number };

export type WholeList<T extends Created> = {
  readonly type: ListPlace['type'];
  readonly resource: ResourceSchema;
  readonly cursors: ScimCursors;
  /** All that fit, in the order of creation. */
  readonly find: (filter: Filter | undefined) => Promise<readonly T[]>;
  /** By which a list is sorted. */
  readonly sortable: (one: T) => Values;
  /** Representations of the first of these. It may end early; not before the first. */
  readonly pageOf: (found: readonly T[]) => Promise<readonly Values[]>;
};

/** Throws 'invalid_field' for a filter, an order or a cursor that cannot be read. */
export const listAnswer = async <T extends Created>(
  directory: Directory,
  asked: Asked,
  { type, resource, cursors, find, sortable, pageOf }: WholeList<T>,
): Promise<ScimAnswer> => {
  const filter = asked.filter === undefined ? undefined : readFilter(asked.filter, resource);
  const path = asked.sortBy === undefined ? undefined : sortPath(asked.sortBy, resource);
  if (asked.cursor !== undefined && path) throw scimRefusal('scim_cursor_sorted');
  const found = await find(filter);
  if (asked.cursor !== undefined) {
    const place = { type, directory: directory.id, filter: asked.filter, count: asked.count } as const;
    const after = asked.cursor === '' ? undefined : cursors.open(place, asked.cursor);
    const rest = after ? found.filter((one) => isAfter(one, after)) : found;
    const page = await pageOf(rest.slice(0, asked.count));
    const last = rest[page.length - 1];
    const isMore = page.length < rest.length && last !== undefined;
    const more = isMore ? { nextCursor: cursors.seal(place, { id: last.id, value: last.createdAt }) } : {};
    const counts = { totalResults: found.length, itemsPerPage: page.length, ...more };
    return { status: 200, body: { schemas: [LIST_SCHEMA], ...counts, Resources: page } };
  }
  const ordered = path ? sorted(found, sortable, path, asked.isDescending) : found;
  const from = asked.startIndex - 1;
  const page = await pageOf(ordered.slice(from, from + asked.count));
  const counts = { totalResults: found.length, startIndex: asked.startIndex, itemsPerPage: page.length };
  return { status: 200, body: { schemas: [LIST_SCHEMA], ...counts, Resources: page } };
};

/** In the order of creation. */
const isAfter = ({ id, createdAt }: Created, { id: other, value = 0 }: Cursor): boolean =>
  createdAt > Number(value) || (createdAt === Number(value) && id > other);
