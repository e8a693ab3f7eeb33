/** Users over HTTP (RFC 7644 §3): representations, lists, entity tags. The domain owns what a directory may do. */
import { createHash } from 'node:crypto';
import type { Directory } from '../../domain/identity/directories/directory.ts';
import type { DirectoryGroups } from '../../domain/identity/directories/directory-groups.ts';
import { directoryRefusal } from '../../domain/identity/directories/directory-refusals.ts';
import type { DirectoryUser } from '../../domain/identity/directories/directory-user.ts';
import type { DirectoryUsers } from '../../domain/identity/directories/directory-users.ts';
import { ENTERPRISE_SCHEMA, USER_SCHEMA } from '../../domain/identity/scim/attributes.ts';
import { readFilter } from '../../domain/identity/scim/filter.ts';
import { patched } from '../../domain/identity/scim/patch.ts';
import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import { selected } from '../../domain/identity/scim/selection.ts';
import { sorted, sortPath } from '../../domain/identity/scim/sort.ts';
import { isoTime, readUser, type Values } from '../../domain/identity/scim/values.ts';
import { fewAtOnce } from '../../domain/vocabulary/few-at-once.ts';
import type { ScimCursors } from './cursors.ts';
import { LIST_SCHEMA } from './discovery.ts';
import {
  type Asked,
  askedInBody,
  askedInQuery,
  type ResourceCalls,
  type ScimAnswer,
  type ScimCall,
  selectionOf,
  tagOf,
  tagsOf,
} from './requests.ts';

type Deps = {
  readonly users: DirectoryUsers;
  readonly groups: Pick<DirectoryGroups, 'ofUser'>;
  readonly cursors: ScimCursors;
  readonly base: string;
};

type Group = { readonly id: string; readonly displayName: string };

/**
 * The version of a user and of the groups in the answer. A change of groups is none of the user: `If-Match` ignores the groups.
 */
const versionOf = ({ version }: DirectoryUser, groups: readonly Group[]): string => {
  if (groups.length === 0) return version;
  const text = JSON.stringify(groups.map(({ id, displayName }) => [id, displayName]));
  return `${version}.${createHash('sha256').update(text).digest('base64url').slice(0, 12)}`;
};

const withoutGroups = (versions: readonly string[] | undefined): readonly string[] | undefined =>
  versions?.map((version) => version.split('.').slice(0, 2).join('.'));

export const userCalls = ({ users, groups, cursors, base }: Deps): ResourceCalls => {
  const locationOf = (id: string): string => `${base}/Users/${id}`;

  const shown = (user: DirectoryUser, of: readonly Group[] = []): Values => ({
    schemas: [USER_SCHEMA, ...(user.values[ENTERPRISE_SCHEMA] === undefined ? [] : [ENTERPRISE_SCHEMA])],
    id: user.id,
    ...user.values,
    ...(of.length === 0 ? {} : { groups: of.map(shownGroup) }),
    meta: {
      resourceType: 'User',
      created: isoTime(user.createdAt),
      lastModified: isoTime(user.updatedAt),
      location: locationOf(user.id),
      version: tagOf(versionOf(user, of)),
    },
  });

  const shownGroup = ({ id, displayName }: Group): Values => ({
    ...{ value: id, $ref: `${base}/Groups/${id}`, display: displayName, type: 'direct' },
  });

  const answer = async (call: ScimCall, user: DirectoryUser, status = 200): Promise<ScimAnswer> => {
    const of = await groups.ofUser(call.directory, user.id);
    return {
      status,
      body: selected(shown(user, of), selectionOf(call)),
      headers: { ETag: tagOf(versionOf(user, of)), 'Content-Location': locationOf(user.id) },
    };
  };

  /** With their groups, which are read for one page only. */
  const complete = (directory: Directory, page: readonly DirectoryUser[], { selection }: Asked) =>
    fewAtOnce(page, async (user) => selected(shown(user, await groups.ofUser(directory, user.id)), selection));

  /** RFC 9865. Has no `totalResults`: that would read all users. */
  const pageByCursor = async (directory: Directory, asked: Asked, cursor: string): Promise<ScimAnswer> => {
    if (asked.sortBy !== undefined) throw scimRefusal('scim_cursor_sorted');
    const filter = asked.filter === undefined ? undefined : readFilter(asked.filter);
    const place = { type: 'User', directory: directory.id, filter: asked.filter, count: asked.count } as const;
    const after = cursor === '' ? undefined : cursors.open(place, cursor);
    const { users: page, next } = await users.page(directory, filter, { after, count: asked.count });
    const more = next ? { nextCursor: cursors.seal(place, next) } : {};
    const Resources = await complete(directory, page, asked);
    return { status: 200, body: { schemas: [LIST_SCHEMA], itemsPerPage: page.length, ...more, Resources } };
  };

  /** A list of all in the order of creation is read by its page; one with a filter or an order as a whole. */
  const pageByIndex = async (directory: Directory, asked: Asked) => {
    const filter = asked.filter === undefined ? undefined : readFilter(asked.filter);
    const path = asked.sortBy === undefined ? undefined : sortPath(asked.sortBy);
    if (!filter && !path) return users.pageAt(directory, asked);
    const found = await users.find(directory, filter);
    const ordered = path ? sorted(found, shown, path, asked.isDescending) : found;
    return { users: ordered.slice(asked.startIndex - 1, asked.startIndex - 1 + asked.count), total: found.length };
  };

  const listOf = async ({ directory }: { readonly directory: Directory }, asked: Asked): Promise<ScimAnswer> => {
    if (asked.cursor !== undefined) return pageByCursor(directory, asked, asked.cursor);
    const { users: page, total } = await pageByIndex(directory, asked);
    const counts = { totalResults: total, startIndex: asked.startIndex, itemsPerPage: page.length };
    const Resources = await complete(directory, page, asked);
    return { status: 200, body: { schemas: [LIST_SCHEMA], ...counts, Resources } };
  };

  return {
    async create(call): Promise<ScimAnswer> {
      const user = await users.create(call.directory, readUser(await call.body()), call.by);
      const { headers, ...created } = await answer(call, user, 201);
      return { ...created, headers: { ...headers, Location: locationOf(user.id) } };
    },

    async read(call): Promise<ScimAnswer> {
      const user = await users.get(call.directory, call.id);
      if (!user) throw directoryRefusal('directory_user_not_found');
      const found = await answer(call, user);
      const known = tagsOf(call.ifNoneMatch)?.map(tagOf);
      const { ETag = '' } = found.headers ?? {};
      return known?.includes(ETag) ? { status: 304, headers: { ETag } } : found;
    },

    list: (call): Promise<ScimAnswer> => listOf(call, askedInQuery(call)),
    search: async (call): Promise<ScimAnswer> => listOf(call, await askedInBody(call)),

    async replace(call): Promise<ScimAnswer> {
      const { directory, by, id } = call;
      const values = readUser(await call.body());
      const versions = withoutGroups(tagsOf(call.ifMatch));
      return answer(call, await users.change(directory, id, { versions, change: () => values }, by));
    },

    async patch(call): Promise<ScimAnswer> {
      const { directory, by, id } = call;
      const body = await call.body();
      const versions = withoutGroups(tagsOf(call.ifMatch));
      const change = (values: Values): Values => patched(values, body);
      return answer(call, await users.change(directory, id, { versions, change }, by));
    },

    async remove({ directory, by, id, ifMatch }): Promise<ScimAnswer> {
      await users.remove(directory, id, withoutGroups(tagsOf(ifMatch)), by);
      return { status: 204 };
    },
  };
};
