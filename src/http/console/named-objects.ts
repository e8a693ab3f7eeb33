/**
 * Names in place of ids, in forms. Looks only at objects that the viewer may list, so that a name tells nothing about others.
 */
import type { Cursor } from '../../domain/ports/document-store.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { ConsoleCalls, ListOperation } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';
import type { NamedKind } from './form-fields.ts';

type Kind = {
  readonly list: ListOperation;
  readonly get: OperationId;
  /** Ids begin with it. */
  readonly prefixes: readonly string[];
  /** Members of which each is a name. */
  readonly members: readonly string[];
  readonly isSearched: boolean;
};

const KINDS = {
  agent: { list: 'listAgents', get: 'getAgent', prefixes: ['agt_'], members: ['name'], isSearched: true },
  client: {
    ...{ list: 'listClients', get: 'getClient', prefixes: ['app_', 'https://'], members: ['name'], isSearched: true },
  },
  server: {
    ...{ list: 'listResourceServers', get: 'getResourceServer', prefixes: ['rs_'] },
    ...{ members: ['name', 'identifier'], isSearched: false },
  },
  blueprint: { list: 'listBlueprints', get: 'getBlueprint', prefixes: ['bpt_'], members: ['name'], isSearched: false },
  account: {
    ...{ list: 'listAccounts', get: 'getAccount', prefixes: ['acc_'], members: ['username', 'name'], isSearched: true },
  },
  group: { list: 'listGroups', get: 'getGroup', prefixes: ['grp_'], members: ['name'], isSearched: true },
} as const satisfies Record<string, Kind>;

type Item = Readonly<Record<string, unknown>>;

/** An object that a form names. */
export type NamedObject = { readonly id: string; readonly name: string };

const PAGE = 200;
const MOST_LOOKED_AT = 10_000;
/** Candidates in the refusal of an ambiguous name. */
const NAMED_CANDIDATES = 5;

/** Without regard to case and spacing, as names are compared elsewhere. */
const plain = (name: unknown): string => String(name).normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();

/**
 * The object with this id or name. Throws 'invalid_field' at `field` for a name that no object has, or that several have; the
 * refusal lists those.
 */
export type FindNamed = (viewer: Viewer, kind: NamedKind, typed: string, field: string) => Promise<NamedObject>;

export const findNamed =
  (deps: Pick<ConsoleDeps, 'ownerNames'>, calls: ConsoleCalls): FindNamed =>
  async (viewer, kind, typed, field) => {
    const kinds = kind === 'owner' ? (['account', 'group'] as const) : [kind];
    for (const one of kinds) {
      const { prefixes, get }: Kind = KINDS[one];
      if (!prefixes.some((prefix) => typed.startsWith(prefix))) continue;
      const { body } = await calls.run(get, viewer.account, viewer.by, { id: typed });
      return named(body as Item, typed);
    }
    const unique = kinds.some((one) => one === 'account' || one === 'group')
      ? await deps.ownerNames.find(typed, { field, kinds: kinds.filter((one) => one === 'account' || one === 'group') })
      : undefined;
    if (unique) return unique;
    const found = (await Promise.all(kinds.map((one) => called(calls, viewer, KINDS[one], typed)))).flat();
    // A name is free again when its agent has retired.
    const current = found.filter(({ state }) => state !== 'retired');
    const [first, ...others] = current.length > 0 ? current : found;
    if (!first) throw consoleRefusal('name_unknown', { field, params: { name: typed.slice(0, 60) } });
    if (others.length === 0) return named(first, typed);
    throw consoleRefusal('name_ambiguous', { field, params: { ids: candidates([first, ...others]) } });
  };

const named = (item: Item, typed: string): NamedObject => ({
  id: String(item['id'] ?? typed),
  name: String(item['username'] ?? item['name'] ?? typed),
});

const candidates = (items: readonly Item[]): string => {
  const shown = items.slice(0, NAMED_CANDIDATES).map(({ id, state }) => `${id} (${state ?? 'active'})`);
  return [...shown, ...(items.length > NAMED_CANDIDATES ? ['…'] : [])].join(', ');
};

const called = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  { list, members, isSearched }: Kind,
  typed: string,
): Promise<readonly Item[]> => {
  const wanted = plain(typed);
  // A name without letters and digits has no words to search by.
  const search = isSearched && /[\p{L}\p{N}]/u.test(typed) ? { search: [...typed].slice(0, PAGE).join('') } : {};
  const found: Item[] = [];
  let looked = 0;
  let after: Cursor | undefined;
  do {
    const { body, next } = await calls.run(list, account, by, {
      query: { ...search, limit: PAGE },
      ...(after === undefined ? {} : { after }),
    });
    const items = (Reflect.get(body ?? {}, 'items') ?? []) as readonly Item[];
    found.push(...items.filter((item) => members.some((member) => plain(item[member]) === wanted)));
    looked += items.length;
    after = next;
  } while (after !== undefined && looked < MOST_LOOKED_AT);
  return found;
};
