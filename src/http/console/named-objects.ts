/**
 * Names in place of ids, in forms. Looks only at objects that the viewer may list, so that a name tells nothing about others.
 */
import { wordsIn } from '../../domain/platform/display-names/word-search.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { type IdPrefix, prefixOfId } from '../../domain/ports/identifiers.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { ConsoleCalls, ListOperation, ObjectOperation } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';
import type { NamedKind } from './form-fields.ts';

type Kind = {
  readonly list: ListOperation;
  readonly get: ObjectOperation;
  readonly prefix: IdPrefix;
  /** Members of which each is a name. */
  readonly members: readonly string[];
  /** The member that a form sends; default: `id`. */
  readonly sent?: string;
};

const KINDS = {
  agent: { list: 'listAgents', get: 'getAgent', prefix: 'agt', members: ['name'] },
  client: { list: 'listClients', get: 'getClient', prefix: 'app', members: ['name'] },
  account: { list: 'listAccounts', get: 'getAccount', prefix: 'acc', members: ['username', 'name'] },
  group: { list: 'listGroups', get: 'getGroup', prefix: 'grp', members: ['name'] },
  blueprint: { list: 'listBlueprints', get: 'getBlueprint', prefix: 'bpt', members: ['name'] },
  upstream: { list: 'listUpstreams', get: 'getUpstream', prefix: 'upi', members: ['name'] },
  directory: { list: 'listDirectories', get: 'getDirectory', prefix: 'dir', members: ['name'] },
  resource: {
    ...{ list: 'listResourceServers', get: 'getResourceServer', prefix: 'rs' },
    ...{ members: ['identifier', 'name'], sent: 'identifier' },
  },
} as const satisfies Record<string, Kind>;

const KINDS_OF: { readonly [K in NamedKind]?: readonly (keyof typeof KINDS)[] } = {
  owner: ['account', 'group'],
  party: ['agent', 'client'],
  subject: ['agent', 'account', 'group'],
  actor: ['agent', 'account'],
  population: ['group', 'directory'],
};

type Item = Readonly<Record<string, unknown>>;

/** An object that a form names. */
export type NamedObject = { readonly id: string; readonly name: string };

const PAGE = 200;
/** Code points. */
const LONGEST_SEARCH = 200;
const MOST_PAGES = 50;
/** Candidates in the refusal of an ambiguous name. */
const NAMED_CANDIDATES = 5;

/** A name without regard to case and spacing, as names are compared elsewhere. */
export const plainName = (name: unknown): string =>
  String(name).normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();

/**
 * The object with this id or name. Throws 'invalid_field' at `field` for a name that no object has, or that several have; the
 * refusal lists those.
 */
export type FindNamed = (viewer: Viewer, kind: NamedKind, typed: string, field: string) => Promise<NamedObject>;

export const findNamed =
  (deps: Pick<ConsoleDeps, 'ownerNames' | 'blueprints'>, calls: ConsoleCalls): FindNamed =>
  async (viewer, kind, typed, field) => {
    // An API need not be registered here: its identifier is as good as a name.
    if (kind === 'resource' && URL.canParse(typed)) return { id: typed, name: typed };
    // Without a role a viewer lists no blueprints. Their form for a new agent offers the active ones.
    if (kind === 'blueprint' && !calls.may('listBlueprints', viewer.account)) {
      const { items } = await deps.blueprints.list({ state: 'active', limit: PAGE });
      const found = items.find(({ document: { id, name } }) => id === typed || plainName(name) === plainName(typed));
      if (!found) throw consoleRefusal('name_unknown', { field, params: { name: typed.slice(0, 60) } });
      return { id: found.document.id, name: found.document.name };
    }
    const kinds = KINDS_OF[kind] ?? [kind as keyof typeof KINDS];
    for (const one of kinds) {
      const { prefix, get, sent }: Kind = KINDS[one];
      if (prefixOfId(typed) !== prefix) continue;
      const { body } = await calls.run(get, viewer.account, viewer.by, { id: typed });
      return named(body, typed, sent);
    }
    const owners = kinds.filter((one) => one === 'account' || one === 'group');
    const owner = owners.length > 0 ? await deps.ownerNames.find(typed, { field, kinds: owners }) : undefined;
    // An account or group goes before an agent of the same name: agents may have any name. Administrators name directories.
    if (owner && !kinds.includes('directory')) return owner;
    const found = await onlyCalled(calls, viewer, owner ? ['directory'] : kinds, typed, field, owner);
    if (!found) throw consoleRefusal('name_unknown', { field, params: { name: typed.slice(0, 60) } });
    return named(found, typed, kind === 'resource' ? KINDS.resource.sent : undefined);
  };

/** The id of the object that a viewer searches for by its id or name; undefined: they see none, or several have the name. */
export const searchedId = async (
  find: FindNamed,
  viewer: Viewer,
  kind: NamedKind,
  typed: string,
): Promise<string | undefined> => {
  try {
    return (await find(viewer, kind, typed, 'q')).id;
  } catch (error) {
    if (!isDomainError(error) || !['invalid_field', 'not_found', 'forbidden'].includes(error.code)) throw error;
    return undefined;
  }
};

const isPartyId = (text: string): boolean => ['agt', 'app'].includes(prefixOfId(text) ?? '');

/**
 * The id of the agent or app with this name or id; the typed text if there is none, so that the call refuses it as an unknown
 * id. Throws 'invalid_field' at `field` if several have the name.
 */
export const partyCalled = async (
  calls: ConsoleCalls,
  viewer: Viewer,
  typed: string,
  field: string,
): Promise<string> => {
  if (isPartyId(typed) || URL.canParse(typed) || wordsIn(typed).length === 0) return typed;
  const kinds = calls.may('listClients', viewer.account) ? (['agent', 'client'] as const) : (['agent'] as const);
  return idOf(await onlyCalled(calls, viewer, kinds, typed, field), typed);
};

/** Like `partyCalled`, for an account. A username goes first: no two people have the same. */
export const personCalled = async (
  { ownerNames }: Pick<ConsoleDeps, 'ownerNames'>,
  calls: ConsoleCalls,
  viewer: Viewer,
  typed: string,
  field: string,
): Promise<string> => {
  const known = await ownerNames.find(typed, { kinds: ['account'], field });
  if (known) return known.id;
  const isListed = wordsIn(typed).length > 0 && calls.may('listAccounts', viewer.account);
  if (/^acc_\w+$/.test(typed) || !isListed) return typed;
  return idOf(await onlyCalled(calls, viewer, ['account'], typed, field), typed);
};

const idOf = (item: Item | undefined, typed: string): string => String(item?.['id'] ?? typed);

const named = (item: Item, typed: string, sent = 'id'): NamedObject => ({
  id: String(item[sent] ?? typed),
  name: String(item['username'] ?? item['name'] ?? typed),
});

/**
 * The only object of these kinds with the name, `known` included; undefined if there is none. Throws 'invalid_field' if there
 * are several.
 */
const onlyCalled = async (
  calls: ConsoleCalls,
  viewer: Viewer,
  kinds: readonly (keyof typeof KINDS)[],
  typed: string,
  field: string,
  known?: NamedObject,
): Promise<Item | undefined> => {
  const listed = (await Promise.all(kinds.map((one) => called(calls, viewer, KINDS[one], typed)))).flat();
  const found: readonly Item[] = [...(known ? [{ ...known }] : []), ...listed];
  // A name is free again when its agent has retired.
  const current = found.filter(({ state }) => state !== 'retired');
  const [first, ...others] = current.length > 0 ? current : found;
  if (!first || others.length === 0) return first;
  throw consoleRefusal('name_ambiguous', { field, params: { ids: candidates([first, ...others]) } });
};

const candidates = (items: readonly Item[]): string => {
  const shown = items.slice(0, NAMED_CANDIDATES).map(({ id, state }) => `${id} (${state ?? 'active'})`);
  return [...shown, ...(items.length > NAMED_CANDIDATES ? ['…'] : [])].join(', ');
};

const called = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  { list, members }: Kind,
  typed: string,
): Promise<readonly Item[]> => {
  const wanted = plainName(typed);
  // A name without letters and digits has no words to search by.
  const search = wordsIn(typed).length > 0 ? { search: [...typed].slice(0, LONGEST_SEARCH).join('') } : {};
  const found: Item[] = [];
  let pages = 0;
  let after: Cursor | undefined;
  // A page can be empty and still have a next one.
  do {
    const { body, next } = await calls.run(list, account, by, {
      query: { ...search, limit: PAGE },
      ...(after === undefined ? {} : { after }),
    });
    const items = (Reflect.get(body ?? {}, 'items') ?? []) as readonly Item[];
    found.push(...items.filter((item) => members.some((member) => plainName(item[member]) === wanted)));
    pages += 1;
    after = next;
  } while (after !== undefined && pages < MOST_PAGES);
  return found;
};
