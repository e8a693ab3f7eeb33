/** What the calls of users and groups have in common: bodies, entity tags, pages and selections (RFC 7644 §3). */
import type { Context } from 'koa';
import type { Directory } from '../../domain/identity/directories/directory.ts';
import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import type { Selection } from '../../domain/identity/scim/selection.ts';
import { checkSchema } from '../../domain/identity/scim/values.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import { type JsonObject, readJsonBody } from '../management/json-body.ts';
import type { Resource } from './discovery.ts';
import { DEFAULT_ON_PAGE, MOST_ON_PAGE } from './limits.ts';
import { SCIM_TYPE } from './scim-error.ts';

const MOST_BODY = 65_536;
/** A directory may also send JSON by its general name (RFC 7644 §3.8). */
const TYPES = [SCIM_TYPE, 'application/json'];

export type ScimAnswer = {
  readonly status: number;
  readonly body?: Resource;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A request of a directory: of its own, or an operation of a bulk request. */
export type ScimCall = {
  readonly directory: Directory;
  /** The directory as it is now. Throws when its calls are no longer accepted. */
  readonly current: () => Promise<Directory>;
  readonly by: By;
  /** `{id}` of the path. */
  readonly id: string;
  /** A parameter of the query. Undefined: absent or empty. */
  readonly query: (name: string) => string | undefined;
  /** The parameter `cursor`, which may be empty. Undefined: absent. */
  readonly cursor?: string | undefined;
  readonly ifMatch: string;
  readonly ifNoneMatch: string;
  /** Throws 'invalid_request', and 413 for more than `most` bytes. Default: 64 KiB. */
  readonly body: (most?: number) => Promise<JsonObject>;
};

/** The calls of one type of resource. */
export interface ResourceCalls {
  create(call: ScimCall): Promise<ScimAnswer>;
  read(call: ScimCall): Promise<ScimAnswer>;
  list(call: ScimCall): Promise<ScimAnswer>;
  search(call: ScimCall): Promise<ScimAnswer>;
  replace(call: ScimCall): Promise<ScimAnswer>;
  patch(call: ScimCall): Promise<ScimAnswer>;
  remove(call: ScimCall): Promise<ScimAnswer>;
}

/** What a call reads of its HTTP request. */
export const requestOf = (ctx: Context): Pick<ScimCall, 'query' | 'cursor' | 'ifMatch' | 'ifNoneMatch' | 'body'> => ({
  query: (name) => parameter(ctx, name),
  cursor: [ctx.query['cursor']].flat()[0],
  ifMatch: ctx.get('if-match'),
  ifNoneMatch: ctx.get('if-none-match'),
  body: (most = MOST_BODY) => readJsonBody(ctx, most, TYPES),
});

export const tagOf = (version: string): string => `W/"${version}"`;

/** The versions of a condition (RFC 9110 §13.1). Undefined: there is none, or it accepts all. Weak and strong are equal. */
export const tagsOf = (condition: string): readonly string[] | undefined => {
  const given = condition.trim();
  if (given === '' || given === '*') return undefined;
  return given.split(',').map((tag) => /^(?:W\/)?"([^"]*)"$/.exec(tag.trim())?.[1] ?? '');
};

/** The parameters of a list. */
export type Asked = {
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly isDescending: boolean;
  readonly startIndex: number;
  readonly count: number;
  readonly selection: Selection;
  /** Empty: the first page by cursor. Undefined: pages by index (RFC 9865 §2). */
  readonly cursor: string | undefined;
};

const askedOf = (given: (name: string) => string | undefined, cursor: string | undefined): Asked => ({
  cursor,
  filter: given('filter'),
  sortBy: given('sortBy'),
  isDescending: given('sortOrder')?.toLowerCase() === 'descending',
  // A value below the least is read as the least (RFC 7644 §3.4.2.4).
  startIndex: Math.max(1, wholeNumber('startIndex', given('startIndex'), 1)),
  count: Math.min(MOST_ON_PAGE, Math.max(0, wholeNumber('count', given('count'), DEFAULT_ON_PAGE))),
  selection: { attributes: namesIn(given('attributes')), excluded: namesIn(given('excludedAttributes')) },
});

export const selectionOf = ({ query }: Pick<ScimCall, 'query'>): Selection => ({
  attributes: namesIn(query('attributes')),
  excluded: namesIn(query('excludedAttributes')),
});

/** Names of attributes, separated by commas. Names beyond the hundredth select nothing. */
const namesIn = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',', 100)
    .map((name) => name.trim())
    .filter((name) => name !== '');

const wholeNumber = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw scimRefusal('scim_number_malformed', { params: { name } });
  return Number(text);
};

const parameter = (ctx: Context, name: string): string | undefined => {
  const value = ctx.query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === '' ? undefined : first;
};

/** A parameter in a body: a text, a number, or a list of names. An object may have no text: `String` would throw. */
const memberText = (body: JsonObject, name: string): string | undefined => {
  const { [name]: value } = body;
  if (value === undefined || value === null) return undefined;
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!all.every((one) => ['string', 'number', 'boolean'].includes(typeof one)))
    throw scimRefusal('scim_value_wrong', { params: { name, type: 'string' } });
  return all.join(',');
};

/** The parameters of a list in the query. */
export const askedInQuery = ({ query, cursor }: Pick<ScimCall, 'query' | 'cursor'>): Asked => askedOf(query, cursor);

const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** The same in the body of a search (§3.4.3). */
export const askedInBody = async ({ body: read }: Pick<ScimCall, 'body'>): Promise<Asked> => {
  const body = await read();
  checkSchema(body, SEARCH_SCHEMA);
  return askedOf((name) => memberText(body, name), memberText(body, 'cursor'));
};
