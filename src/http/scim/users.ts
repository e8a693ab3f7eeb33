/** Users over HTTP (RFC 7644 §3): representations, lists, entity tags. The domain owns what a directory may do. */
import type { Context } from 'koa';
import type { Directory } from '../../domain/identity/directories/directory.ts';
import { directoryRefusal } from '../../domain/identity/directories/directory-refusals.ts';
import { type DirectoryUser, type DirectoryUsers, isoTime } from '../../domain/identity/directories/directory-users.ts';
import { ENTERPRISE_SCHEMA, USER_SCHEMA } from '../../domain/identity/scim/attributes.ts';
import { readFilter } from '../../domain/identity/scim/filter.ts';
import { patched } from '../../domain/identity/scim/patch.ts';
import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import { type Selection, selected } from '../../domain/identity/scim/selection.ts';
import { sorted, sortPath } from '../../domain/identity/scim/sort.ts';
import { readUser, type Values } from '../../domain/identity/scim/values.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import { type JsonObject, readJsonBody } from '../management/json-body.ts';
import { LIST_SCHEMA, MOST_ON_PAGE, type Resource } from './discovery.ts';
import { SCIM_TYPE } from './scim-error.ts';

const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const DEFAULT_ON_PAGE = 100;
const MOST_BODY = 65_536;
/** A directory may also send JSON by its general name (RFC 7644 §3.8). */
const TYPES = [SCIM_TYPE, 'application/json'];

export type ScimAnswer = {
  readonly status: number;
  readonly body?: Resource;
  readonly headers?: Readonly<Record<string, string>>;
};

export type ScimCall = {
  readonly ctx: Context;
  readonly directory: Directory;
  readonly by: By;
  /** `{id}` of the path. */
  readonly id: string;
};

export interface UserCalls {
  create(call: ScimCall): Promise<ScimAnswer>;
  read(call: ScimCall): Promise<ScimAnswer>;
  list(call: ScimCall): Promise<ScimAnswer>;
  search(call: ScimCall): Promise<ScimAnswer>;
  replace(call: ScimCall): Promise<ScimAnswer>;
  patch(call: ScimCall): Promise<ScimAnswer>;
  remove(call: ScimCall): Promise<ScimAnswer>;
}

export const userCalls = ({ users, base }: { readonly users: DirectoryUsers; readonly base: string }): UserCalls => {
  const locationOf = (id: string): string => `${base}/Users/${id}`;

  const shown = ({ id, values, version, createdAt, updatedAt }: DirectoryUser): Values => ({
    schemas: [USER_SCHEMA, ...(values[ENTERPRISE_SCHEMA] === undefined ? [] : [ENTERPRISE_SCHEMA])],
    id,
    ...values,
    meta: {
      resourceType: 'User',
      created: isoTime(createdAt),
      lastModified: isoTime(updatedAt),
      location: locationOf(id),
      version: tagOf(version),
    },
  });

  const answer = (ctx: Context, user: DirectoryUser, status = 200): ScimAnswer => ({
    status,
    body: selected(shown(user), selectionOf(ctx)),
    headers: { ETag: tagOf(user.version), 'Content-Location': locationOf(user.id) },
  });

  const listOf = async ({ directory }: ScimCall, asked: Asked): Promise<ScimAnswer> => {
    const filter = asked.filter === undefined ? undefined : readFilter(asked.filter);
    const path = asked.sortBy === undefined ? undefined : sortPath(asked.sortBy);
    const found = (await users.find(directory, filter)).map(shown);
    const ordered = path ? sorted(found, (user) => user, path, asked.isDescending) : found;
    const page = ordered.slice(asked.startIndex - 1, asked.startIndex - 1 + asked.count);
    return {
      status: 200,
      body: {
        schemas: [LIST_SCHEMA],
        totalResults: found.length,
        startIndex: asked.startIndex,
        itemsPerPage: page.length,
        Resources: page.map((user) => selected(user, asked.selection)),
      },
    };
  };

  return {
    async create({ ctx, directory, by }): Promise<ScimAnswer> {
      const user = await users.create(directory, readUser(await bodyOf(ctx)), by);
      const { headers, ...created } = answer(ctx, user, 201);
      return { ...created, headers: { ...headers, Location: locationOf(user.id) } };
    },

    async read({ ctx, directory, id }): Promise<ScimAnswer> {
      const user = await users.get(directory, id);
      if (!user) throw directoryRefusal('directory_user_not_found');
      const known = tagsOf(ctx.get('if-none-match'));
      const tag = { ETag: tagOf(user.version) };
      return known?.includes(user.version) ? { status: 304, headers: tag } : answer(ctx, user);
    },

    list: (call): Promise<ScimAnswer> =>
      listOf(
        call,
        askedOf((name) => parameter(call.ctx, name)),
      ),

    async search(call): Promise<ScimAnswer> {
      const body = await bodyOf(call.ctx);
      const { schemas } = body;
      if (!Array.isArray(schemas) || !schemas.includes(SEARCH_SCHEMA)) {
        throw scimRefusal('scim_message_wrong', { params: { schema: SEARCH_SCHEMA } });
      }
      return listOf(
        call,
        askedOf((name) => memberText(body, name)),
      );
    },

    async replace({ ctx, directory, by, id }): Promise<ScimAnswer> {
      const values = readUser(await bodyOf(ctx));
      const versions = tagsOf(ctx.get('if-match'));
      return answer(ctx, await users.change(directory, id, { versions, change: () => values }, by));
    },

    async patch({ ctx, directory, by, id }): Promise<ScimAnswer> {
      const body = await bodyOf(ctx);
      const versions = tagsOf(ctx.get('if-match'));
      const change = (values: Values): Values => patched(values, body);
      return answer(ctx, await users.change(directory, id, { versions, change }, by));
    },

    async remove({ ctx, directory, by, id }): Promise<ScimAnswer> {
      await users.remove(directory, id, tagsOf(ctx.get('if-match')), by);
      return { status: 204 };
    },
  };
};

const bodyOf = (ctx: Context): Promise<JsonObject> => readJsonBody(ctx, MOST_BODY, TYPES);

const tagOf = (version: string): string => `W/"${version}"`;

/** The versions of a condition (RFC 9110 §13.1). Undefined: there is none, or it accepts all. Weak and strong are equal. */
const tagsOf = (condition: string): readonly string[] | undefined => {
  const given = condition.trim();
  if (given === '' || given === '*') return undefined;
  return given.split(',').map((tag) => /^(?:W\/)?"([^"]*)"$/.exec(tag.trim())?.[1] ?? '');
};

type Asked = {
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly isDescending: boolean;
  readonly startIndex: number;
  readonly count: number;
  readonly selection: Selection;
};

const askedOf = (given: (name: string) => string | undefined): Asked => ({
  filter: given('filter'),
  sortBy: given('sortBy'),
  isDescending: given('sortOrder')?.toLowerCase() === 'descending',
  // A value below the least is read as the least (RFC 7644 §3.4.2.4).
  startIndex: Math.max(1, wholeNumber('startIndex', given('startIndex'), 1)),
  count: Math.min(MOST_ON_PAGE, Math.max(0, wholeNumber('count', given('count'), DEFAULT_ON_PAGE))),
  selection: { attributes: namesIn(given('attributes')), excluded: namesIn(given('excludedAttributes')) },
});

const selectionOf = (ctx: Context): Selection => ({
  attributes: namesIn(parameter(ctx, 'attributes')),
  excluded: namesIn(parameter(ctx, 'excludedAttributes')),
});

/** Names of attributes, separated by commas. Names beyond the hundredth select nothing. */
const namesIn = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',', 100)
    .map((name) => name.trim())
    .filter((name) => name !== '');

const wholeNumber = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw scimRefusal('scim_page_malformed', { params: { name } });
  return Number(text);
};

const parameter = (ctx: Context, name: string): string | undefined => {
  const value = ctx.query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === '' ? undefined : first;
};

const memberText = (body: JsonObject, name: string): string | undefined => {
  const { [name]: value } = body;
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map(String).join(',') : String(value);
};
