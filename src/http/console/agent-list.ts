import type { AgentListModel } from '../../../views/pages/console-model.ts';
import type { AgentRow } from '../../../views/partials/agent-rows.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { AGENT_STATES, type Agent, type AgentState } from '../../domain/clients/agents/agent.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { csvLine } from '../../domain/vocabulary/csv-line.ts';
import { ENVIRONMENTS, type Environment } from '../../domain/vocabulary/environment.ts';
import { cursors } from '../management/cursors.ts';
import type { ConsoleCalls, QueryOf } from './console-calls.ts';
import { agentRow, type ConsoleDeps, partyNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Agents on one page of the list. */
const PAGE = 25;
const DAY = 86_400;

type Listed = {
  readonly agents: readonly Agent[];
  readonly versions: ReadonlyMap<string, number>;
  readonly uses: ReadonlyMap<string, number>;
  readonly next?: Cursor;
};

/** One page of the agents that the management API lists for the viewer, as registered. */
export const listed = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  {
    query,
    after,
    all,
  }: { readonly query: QueryOf<'listAgents'>; readonly after?: Cursor | undefined; readonly all: boolean },
): Promise<Listed> => {
  const { body, next } = await calls.run('listAgents', account, by, { query, after, ownOnly: !all });
  const items = body?.items ?? [];
  const found = await deps.registered.getMany(items.map(({ id }) => id));
  const known = new Map(found.map(({ document }) => [document.id, document]));
  return {
    agents: items.flatMap(({ id }) => known.get(id) ?? []),
    versions: new Map(found.map(({ document, version }) => [document.id, version])),
    uses: new Map(items.flatMap(({ id, last_used_at: at }) => (at === undefined ? [] : [[id, at] as const]))),
    ...(next ? { next } : {}),
  };
};

/** Adds names, and whether each agent is blocked now. */
export const rowsOf = async (
  deps: ConsoleDeps,
  { agents, uses }: Pick<Listed, 'agents' | 'uses'>,
): Promise<readonly AgentRow[]> => {
  const ids = agents.map(({ id }) => id);
  const [names, counting] = await Promise.all([
    partyNames(
      deps,
      agents.map(({ owner }) => owner),
    ),
    deps.agents.getMany(ids),
  ]);
  const now = new Map(counting.map(({ document }) => [document.id, document]));
  return agents.map((agent) =>
    agentRow(deps, agent, { now: now.get(agent.id), names, lastUsedAt: uses.get(agent.id) }),
  );
};

/** The query of the list. Leaves out values that the page cannot send. */
export type ListQuery = {
  readonly all: boolean;
  /** `own`: a viewer who may see all agents chose to see only their own. */
  readonly of: '' | 'own';
  /** An account or group. */
  readonly owner: string;
  readonly blueprint: string;
  readonly search: string;
  readonly state: AgentState | '';
  readonly environment: Environment | '';
  readonly sort: '' | 'name' | 'last_use';
  readonly unused: '' | '30' | '90';
};

export const readListQuery = (query: URLSearchParams, seesAll: boolean): ListQuery => {
  const oneOf = <T extends string>(name: string, values: readonly T[]): T | '' =>
    values.find((value) => value === query.get(name)) ?? '';
  const of = seesAll ? oneOf('of', ['own']) : '';
  return {
    all: seesAll && of === '',
    of,
    owner: /^(?:acc|grp)_[A-Za-z0-9]{1,64}$/.exec(query.get('owner') ?? '')?.[0] ?? '',
    blueprint: /^bpt_[A-Za-z0-9]{1,64}$/.exec(query.get('blueprint') ?? '')?.[0] ?? '',
    search: (query.get('q') ?? '').trim().slice(0, 100),
    state: oneOf('state', AGENT_STATES),
    environment: oneOf('environment', ENVIRONMENTS),
    sort: oneOf('sort', ['name', 'last_use']),
    unused: oneOf('unused', ['30', '90']),
  };
};

const routeQueryOf = (
  { owner, blueprint, search, state, environment, sort, unused }: ListQuery,
  now: number,
  limit: number,
): QueryOf<'listAgents'> => ({
  limit,
  ...(owner === '' ? {} : { owner }),
  ...(blueprint === '' ? {} : { blueprint }),
  ...(search === '' ? {} : { search }),
  ...(state === '' ? {} : { state }),
  ...(environment === '' ? {} : { environment }),
  ...(sort === '' ? {} : { sort }),
  ...(unused === '' ? {} : { unused_since: now - Number(unused) * DAY }),
});

/** Address of a list; leaves out default values. */
export const listHref = (
  { basePath }: Pick<ConsoleDeps, 'basePath'>,
  { all: _, search, ...rest }: Partial<ListQuery>,
  more: { readonly after?: string; readonly form?: 'csv' | 'ndjson' } = {},
): string => {
  const query = new URLSearchParams();
  const members = { q: search, ...rest, after: more.after };
  for (const [name, value] of Object.entries(members)) if (value) query.set(name, value);
  const path = `${basePath}/console/agents${more.form === undefined ? '' : `.${more.form}`}`;
  return query.size === 0 ? path : `${path}?${query}`;
};

const PLACE = 'console/agents';

export const agentListModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  frame: ConsoleFrame,
  query: URLSearchParams,
): Promise<AgentListModel> => {
  const asked = readListQuery(query, frame.seesAll);
  const places = cursors(deps.masterKey);
  const from = query.get('after');
  const after = from === null ? undefined : places.open(PLACE, viewer.account.id, from);
  const sortOf = (sort: 'name' | 'last_use') => {
    const isIt = asked.sort === sort;
    return { href: listHref(deps, { ...asked, sort: isIt ? '' : sort }), isIt };
  };
  const page = await listed(deps, calls, viewer, {
    query: routeQueryOf(asked, deps.clock.now(), PAGE),
    after,
    all: asked.all,
  });
  return {
    ...frame,
    agents: await rowsOf(deps, page),
    pages: {
      ...(after ? { firstHref: listHref(deps, asked) } : {}),
      ...(page.next
        ? { nextHref: listHref(deps, asked, { after: places.seal(PLACE, viewer.account.id, page.next) }) }
        : {}),
    },
    csvHref: listHref(deps, asked, { form: 'csv' }),
    ndjsonHref: listHref(deps, asked, { form: 'ndjson' }),
    action: `${deps.basePath}/console/agents`,
    bulk: { action: `${deps.basePath}/console/agents/bulk`, list: listHref(deps, asked).split('?')[1] ?? '' },
    asked,
    sorts: { name: sortOf('name'), lastUse: sortOf('last_use') },
    ownHref: listHref(deps, { ...asked, of: 'own' }),
    allHref: listHref(deps, { ...asked, of: '' }),
    ...(await onlyOf(deps, asked)),
  };
};

/** The owner or blueprint by which the list is filtered. */
const onlyOf = async (deps: ConsoleDeps, asked: ListQuery): Promise<Pick<AgentListModel, 'only'>> => {
  const { owner, blueprint } = asked;
  if (owner === '' && blueprint === '') return {};
  const name =
    blueprint === ''
      ? (await partyNames(deps, [owner]))(owner)
      : ((await deps.blueprints.get(blueprint))?.document.name ?? blueprint);
  return { only: { name, anyHref: listHref(deps, { ...asked, owner: '', blueprint: '' }) } };
};

const CSV_COLUMNS = [
  'id',
  'name',
  'state',
  'works',
  'environment',
  'owner',
  'owner_name',
  'blueprint',
  'provider',
  'created_at',
  'last_used_at',
  'expires_at',
] as const;

/** The lines of the whole list as CSV (RFC 4180). Reads it page by page, so that it may be long. Times are RFC 3339. */
export const agentCsv = async function* (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  asked: ListQuery,
): AsyncGenerator<string> {
  yield csvLine(CSV_COLUMNS);
  const query = routeQueryOf(asked, deps.clock.now(), 200);
  let after: Cursor | undefined;
  do {
    const page = await listed(deps, calls, viewer, { query, after, all: asked.all });
    const rows = await rowsOf(deps, page);
    for (const [index, agent] of page.agents.entries()) {
      const row = rows[index];
      yield csvLine([
        agent.id,
        agent.name,
        agent.state,
        agent.state === 'active' && !row?.isStopped ? 'yes' : 'no',
        agent.environment,
        agent.owner,
        row?.ownerName ?? '',
        agent.blueprint ?? '',
        agent.provider ?? '',
        time(agent.createdAt),
        time(row?.lastUsedAt),
        time(agent.expiresAt),
      ]);
    }
    after = page.next;
  } while (after);
};

/** The same as NDJSON: agents as the management API shows them, one on each line. */
export const agentNdjson = async function* (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  asked: ListQuery,
): AsyncGenerator<string> {
  const query = routeQueryOf(asked, deps.clock.now(), 200);
  let after: Cursor | undefined;
  do {
    const { body, next } = await calls.run('listAgents', account, by, { query, after, ownOnly: !asked.all });
    for (const agent of body?.items ?? []) yield JSON.stringify(agent);
    after = next;
  } while (after);
};

const time = (seconds: number | undefined): string =>
  seconds === undefined ? '' : new Date(seconds * 1000).toISOString();
