/** What the search of the console finds of each kind, in the order of its results. */
import type { SearchHit, SearchKind } from '../../../views/pages/console-search.ts';
import { searchWords, stateWords } from '../../../views/words/console-search.ts';
import { hasWords, wordsIn } from '../../domain/platform/display-names/word-search.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { AnswerOf, ConsoleCalls } from './console-calls.ts';
import {
  agentHref,
  blueprintHref,
  type ConsoleDeps,
  clientHref,
  groupHref,
  partyNames,
  personHref,
  serverHref,
} from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Results of one kind. */
export const SHOWN_HITS = 6;
export const LONGEST_SEARCH = 200;

/** What the searches of all kinds share. */
export type SearchParts = {
  readonly deps: ConsoleDeps;
  readonly calls: ConsoleCalls;
  readonly viewer: Viewer;
  /** Trimmed, not empty. */
  readonly text: string;
  /** The text, if it has the form of an id with one of these prefixes. */
  readonly idOf: (...prefixes: readonly string[]) => string | undefined;
};

export type FoundHit = SearchHit & {
  /** The id, the username or the identifier is exactly the text. */
  readonly isExact?: boolean;
  readonly state?: string;
};

export type FoundKind = { readonly hits: readonly FoundHit[]; readonly moreHref?: string };

export type KindSearch = {
  readonly kind: SearchKind;
  /** The call that a viewer must be permitted to make. */
  readonly operation: OperationId;
  readonly find: (parts: SearchParts) => Promise<FoundKind>;
};

/** One more than is shown, to know whether there are more. */
const LIMIT = SHOWN_HITS + 1;
/** Blueprints and waiting approvals have no index of words: as many of the newest are compared. */
const COMPARED = 100;
const NEWEST = 200;

const onlyOnce = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [one.id, one])).values(),
];

const found = (hits: readonly FoundHit[], list: string, { deps, text }: SearchParts): FoundKind => ({
  hits,
  ...(hits.length > SHOWN_HITS ? { moreHref: `${deps.basePath}${list}?q=${encodeURIComponent(text)}` } : {}),
});

/** Puts the object with this id first, and once. */
const withExact = (exact: FoundHit | undefined, hits: readonly FoundHit[]): readonly FoundHit[] =>
  exact ? [{ ...exact, isExact: true }, ...hits.filter(({ id }) => id !== exact.id)] : hits;

/** The object of an id; undefined if the viewer sees none. */
const readOf = async <T>(
  { calls }: SearchParts,
  id: string | undefined,
  read: (id: string) => Promise<{ readonly body?: T | undefined }>,
): Promise<T | undefined> => {
  if (id === undefined) return undefined;
  let body: T | undefined;
  const isThere = await calls.isThere(
    read(id).then((answer) => {
      body = answer.body;
    }),
  );
  return isThere ? body : undefined;
};

const agents: KindSearch = {
  kind: 'agent',
  operation: 'listAgents',
  async find(parts) {
    const { deps, calls, viewer, text } = parts;
    const { account, by } = viewer;
    // The index of agents holds whole words. The beginning of a word is compared with the newest.
    const [exact, listed, newest] = await Promise.all([
      readOf(parts, parts.idOf('agt'), (id) => calls.run('getAgent', account, by, { id })),
      calls.run('listAgents', account, by, { query: { search: text, limit: LIMIT } }),
      calls.run('listAgents', account, by, { query: { limit: NEWEST } }),
    ]);
    const beginning = (newest.body?.items ?? []).filter(({ name }) => fits(text, [name]));
    const items = onlyOnce([...(listed.body?.items ?? []), ...beginning]).slice(0, LIMIT);
    const names = await partyNames(deps, [exact?.owner, ...items.map(({ owner }) => owner)]);
    const hit = ({ id, name, owner, state }: { id: string; name: string; owner: string; state: string }): FoundHit => ({
      kind: 'agent',
      id,
      name,
      note: names(owner),
      ...tagOf(state),
      state,
      href: agentHref(deps, id),
    });
    return found(withExact(exact && hit(exact), items.map(hit)), '/console/agents', parts);
  },
};

/** A kind whose list the management API searches by words. `unique`: finds an object by another name that only one has. */
const searched = <T extends { readonly id: string; readonly name: string }>(spec: {
  readonly kind: SearchKind;
  readonly operation: OperationId;
  readonly prefix: string;
  /** Path of the page with the list, below the issuer's path. */
  readonly list: string;
  readonly read: (parts: SearchParts, id: string) => Promise<{ readonly body?: T | undefined }>;
  readonly unique?: (parts: SearchParts) => Promise<T | undefined>;
  readonly search: (parts: SearchParts) => Promise<{ readonly body?: { readonly items: readonly T[] } | undefined }>;
  readonly hit: (deps: ConsoleDeps, one: T) => Pick<FoundHit, 'href' | 'note' | 'tag' | 'state'>;
}): KindSearch => ({
  kind: spec.kind,
  operation: spec.operation,
  async find(parts) {
    const [byId, byName, listed] = await Promise.all([
      readOf(parts, parts.idOf(spec.prefix), (id) => spec.read(parts, id)),
      spec.unique?.(parts),
      spec.search(parts),
    ]);
    const hit = (one: T): FoundHit => ({ kind: spec.kind, id: one.id, name: one.name, ...spec.hit(parts.deps, one) });
    const exact = byId ?? byName;
    return found(withExact(exact && hit(exact), (listed.body?.items ?? []).map(hit)), spec.list, parts);
  },
});

const people = searched<AnswerOf<'getAccount'>>({
  kind: 'person',
  operation: 'listAccounts',
  prefix: 'acc',
  list: '/console/people',
  read: ({ calls, viewer: { account, by } }, id) => calls.run('getAccount', account, by, { id }),
  unique: async ({ calls, viewer: { account, by }, text }) => {
    const query = { username: text.slice(0, 128), limit: 1 };
    return (await calls.run('listAccounts', account, by, { query })).body?.items[0];
  },
  search: ({ calls, viewer: { account, by }, text }) =>
    calls.run('listAccounts', account, by, { query: { search: text, limit: LIMIT } }),
  hit: (deps, { id, username, state }) => ({
    note: username,
    ...tagOf(state),
    state,
    href: personHref(deps, id),
  }),
});

const groups = searched<AnswerOf<'getGroup'>>({
  kind: 'group',
  operation: 'listGroups',
  prefix: 'grp',
  list: '/console/groups',
  read: ({ calls, viewer: { account, by } }, id) => calls.run('getGroup', account, by, { id }),
  search: ({ calls, viewer: { account, by }, text }) =>
    calls.run('listGroups', account, by, { query: { search: text, limit: LIMIT } }),
  hit: (deps, { id }) => ({ href: groupHref(deps, id) }),
});

const apps = searched<AnswerOf<'getClient'>>({
  kind: 'app',
  operation: 'listClients',
  prefix: 'app',
  list: '/console/clients',
  read: ({ calls, viewer: { account, by } }, id) => calls.run('getClient', account, by, { id }),
  search: ({ calls, viewer: { account, by }, text }) =>
    calls.run('listClients', account, by, { query: { search: text, limit: LIMIT } }),
  hit: (deps, { id, state }) => ({ ...tagOf(state), state, href: clientHref(deps, id) }),
});

const apis = searched<AnswerOf<'getResourceServer'>>({
  kind: 'api',
  operation: 'listResourceServers',
  prefix: 'rs',
  list: '/console/resource-servers',
  read: ({ calls, viewer: { account, by } }, id) => calls.run('getResourceServer', account, by, { id }),
  unique: async ({ calls, viewer: { account, by }, text }) =>
    URL.canParse(text)
      ? (await calls.run('listResourceServers', account, by, { query: { identifier: text } })).body?.items[0]
      : undefined,
  search: ({ calls, viewer: { account, by }, text }) =>
    calls.run('listResourceServers', account, by, { query: { search: text, limit: LIMIT } }),
  hit: (deps, { id, identifier, state }) => ({ note: identifier, ...tagOf(state), href: serverHref(deps, id) }),
});

const blueprints: KindSearch = {
  kind: 'blueprint',
  operation: 'listBlueprints',
  async find(parts) {
    const { deps, calls, viewer, text } = parts;
    const { account, by } = viewer;
    const { body } = await calls.run('listBlueprints', account, by, { query: { limit: COMPARED } });
    const hits = (body?.items ?? [])
      .filter(({ id, name, purpose }) => id === text || fits(text, [name, purpose]))
      .map(
        ({ id, name, state }): FoundHit => ({
          kind: 'blueprint',
          id,
          name,
          ...tagOf(state),
          href: blueprintHref(deps, id),
          isExact: id === text,
        }),
      );
    return { hits };
  },
};

const approvals: KindSearch = {
  kind: 'approval',
  operation: 'listApprovals',
  async find(parts) {
    const { deps, calls, viewer, text } = parts;
    const { account, by } = viewer;
    const seesAll = calls.mayAll('listApprovals', account);
    const [exact, listed] = await Promise.all([
      readOf(parts, parts.idOf('apv'), (id) => calls.run('getApproval', account, by, { id })),
      calls.run('listApprovals', account, by, { query: { state: 'pending', limit: COMPARED } }),
    ]);
    const pending = listed.body?.items ?? [];
    const names = await partyNames(deps, [exact?.agent, ...pending.flatMap(({ agent, subject }) => [agent, subject])]);
    const hit = ({ id, agent, subject, state, ...one }: NonNullable<AnswerOf<'getApproval'>>): FoundHit => ({
      kind: 'approval',
      id,
      name: names(agent),
      note: `${names(subject)} · ${one.binding_message ?? one.resource}`,
      ...(state === 'pending' ? {} : tagOf(state)),
      href:
        seesAll && calls.may('listAuditEvents', account) && state !== 'pending'
          ? `${deps.basePath}/console/audit?id=${encodeURIComponent(id)}`
          : `${deps.basePath}/account/approvals/${id}`,
    });
    const fitting = pending.filter(({ agent, subject, resource, binding_message: message, details }) =>
      fits(text, [names(agent), names(subject), resource, message, ...textsIn(details)]),
    );
    return { hits: withExact(exact && hit(exact), fitting.slice(0, SHOWN_HITS).map(hit)) };
  },
};

/** Ids of events, and ids that events name. The audit log itself is read on the page behind the link: reading it is an event. */
const auditIds: KindSearch = {
  kind: 'audit',
  operation: 'listAuditEvents',
  async find({ deps, text, idOf }) {
    const id = idOf('trn', 'txn', 'tok', 'dny', 'dec', 'dlg', 'apv', 'agt', 'acc', 'app', 'grt', 'kil');
    if (id === undefined) return { hits: [] };
    const href = `${deps.basePath}/console/audit?id=${encodeURIComponent(text)}`;
    const events: FoundHit = { kind: 'audit', id, name: searchWords.eventsOf, href };
    if (!id.startsWith('txn_') && !id.startsWith('trn_')) return { hits: [events] };
    const overTime = `${deps.basePath}/console/transactions/${id}`;
    return { hits: [{ kind: 'audit', id, name: searchWords.transaction, href: overTime }, events] };
  },
};

const tagOf = (state: string): Pick<FoundHit, 'tag'> => {
  const tag = stateTag(state);
  return tag === undefined ? {} : { tag };
};

/** The texts in the details of an action: a payee, a reference. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

export const SEARCHES: readonly KindSearch[] = [agents, people, groups, apps, apis, blueprints, approvals, auditIds];

/** The state of a result, unless it is the usual one. */
const stateTag = (state: string): SearchHit['tag'] =>
  Object.hasOwn(stateWords, state) ? stateWords[state as keyof typeof stateWords] : undefined;

/** Whether one of the texts has the words of the search. A text without a word finds nothing. */
const fits = (text: string, texts: readonly (string | undefined)[]): boolean =>
  wordsIn(text).length > 0 && hasWords(text, texts);
