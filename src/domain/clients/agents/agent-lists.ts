import type { Page, PageQuery } from '../../platform/registries/registered-documents.ts';
import type { Collection, Cursor, Query, Versioned } from '../../ports/document-store.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import type { Agent, AgentState } from './agent.ts';
import type { AgentUse, AgentUses } from './agent-last-used.ts';
import { wordsLookedFor } from './agent-search-terms.ts';

export const AGENT_SORTS = ['created', 'name', 'last_use'] as const;

export type AgentQuery = PageQuery & {
  readonly owner?: string;
  /** Owned by any of these accounts and groups; with `owner`, by that one. At most 100. */
  readonly owners?: readonly string[];
  readonly state?: AgentState;
  readonly environment?: Environment;
  readonly blueprint?: string;
  /** Registered as this resource server: its id. */
  readonly resourceServer?: string;
  /** Whole words of name, provider or purpose; all of them must match. Only with the order by creation. */
  readonly search?: string;
  /** Not used since this epoch second, or never used and registered before it. Only with the order by last use. */
  readonly unusedSince?: number;
  /** Agents with a client secret that has not expired. */
  readonly withSecret?: boolean;
  /** Only agents that wait for acceptance by one of `owners`. */
  readonly awaiting?: boolean;
  /** Default: by creation, newest first. By name: from A. By last use: the longest unused first. */
  readonly sort?: (typeof AGENT_SORTS)[number];
  readonly direction?: 'ascending' | 'descending';
};

type Where = NonNullable<Query['where']>;
type Direction = 'ascending' | 'descending';
/** An agent with its place in the order of a list. */
type Placed = { readonly found: Versioned<Agent> | undefined; readonly place: Cursor };

/**
 * Maximum number of agents examined for one page. The page then ends, full or not, and the next page continues from
 * there.
 */
const MOST_LOOKED_AT = 1_000;
const BATCH = 200;
/** Number of agents read along each candidate index, to find the shortest one. */
const PROBE = 20;
/** Maximum number of words whose indexes are tried, longest first. */
const MOST_WORDS_TRIED = 6;

/**
 * Pages of agents. Each page is one walk of an index, or one walk for each owner, regardless of the number of agents.
 * Conditions that the index does not decide are checked agent by agent. A page may therefore hold fewer agents than
 * requested and still have a next page. Where several indexes fit, it walks the one with the fewest agents. A search
 * for the full name of an agent finds it at once, even when many agents share all but one of its words.
 */
export const agentLists = (deps: {
  readonly collection: Collection<Agent>;
  readonly uses: Pick<AgentUses, 'walk'>;
}) => {
  const { collection, uses } = deps;

  const walkRegister = async (
    wheres: readonly Where[],
    by: 'createdAt' | 'nameKey',
    direction: Direction,
    after: Cursor | undefined,
    limit: number,
  ): Promise<readonly Placed[]> => {
    const order = { by, direction };
    const walks = await Promise.all(
      wheres.map((where) => collection.find({ where, order, limit, ...(after ? { after } : {}) })),
    );
    const placed = walks
      .flat()
      .map((found) => ({ found, place: { value: found.document[by] ?? '', id: found.document.id } }));
    if (walks.length === 1) return placed;
    const unique = [...new Map(placed.map((one) => [one.place.id, one])).values()];
    return unique.sort((one, other) => comparePlaces(one.place, other.place, direction)).slice(0, limit);
  };

  const walkUses = async (
    { owners, unusedSince }: AgentQuery,
    direction: Direction,
    after: Cursor | undefined,
    limit: number,
  ): Promise<readonly Placed[]> => {
    const range = unusedSince === undefined ? {} : { range: { field: 'usedAt', lte: unusedSince } };
    const wheres: readonly Where[] = owners ? owners.map((owner) => ({ owner })) : [{}];
    const walks = await Promise.all(
      wheres.map((where) => uses.walk({ where, ...range, limit, ...(after ? { after } : {}) }, direction)),
    );
    const agentUses: readonly AgentUse[] = walks.flat();
    const placed = agentUses.map(({ id, usedAt }) => ({ value: usedAt, id }));
    const places = placed.sort((one, other) => comparePlaces(one, other, direction)).slice(0, limit);
    const found = new Map((await collection.getMany(places.map(({ id }) => id))).map((one) => [one.document.id, one]));
    return places.map((place) => ({ found: found.get(place.id), place }));
  };

  /**
   * The best of several walks in the same order: the one that ends first. If none ends: the one that gets farthest in
   * the same number of steps.
   */
  const shortest = async (
    ways: readonly (readonly Where[])[],
    direction: Direction,
    after: Cursor | undefined,
  ): Promise<readonly Where[]> => {
    if (ways.length === 1) return ways[0] ?? [];
    const tried = await Promise.all(
      ways.map(async (wheres) => {
        const placed = await walkRegister(wheres, 'createdAt', direction, after, PROBE);
        return { wheres, steps: placed.length, end: placed.at(-1)?.place };
      }),
    );
    return tried.reduce((best, one) => {
      if (best.steps < PROBE || one.steps < PROBE) return one.steps < best.steps ? one : best;
      return best.end && one.end && comparePlaces(best.end, one.end, direction) < 0 ? one : best;
    }).wheres;
  };

  return async (query: AgentQuery): Promise<Page<Agent>> => {
    const limit = query.limit ?? 50;
    const asked = { ...query, ...(query.owner === undefined ? {} : { owners: [query.owner] }) };
    const words = query.search === undefined ? undefined : wordsLookedFor(query.search);
    if (words?.length === 0 || asked.owners?.length === 0) return { items: [] };
    const sort = query.unusedSince === undefined ? (words ? 'created' : (query.sort ?? 'created')) : 'last_use';
    const direction = query.direction ?? (sort === 'created' ? 'descending' : 'ascending');
    const wheres = sort === 'last_use' ? [] : await shortest(waysOf(asked, words, sort), direction, query.after);
    const walk = (after: Cursor | undefined, most: number): Promise<readonly Placed[]> =>
      sort === 'last_use'
        ? walkUses(asked, direction, after, most)
        : walkRegister(wheres, sort === 'name' ? 'nameKey' : 'createdAt', direction, after, most);

    const items: Versioned<Agent>[] = [];
    let after = query.after;
    // A page that the index decides alone takes one read. Otherwise the batches grow as matches become rarer.
    let batch = limit + 1;
    for (let looked = 0; looked < MOST_LOOKED_AT; batch = Math.max(limit + 1, Math.min(BATCH, 2 * batch))) {
      const placed = await walk(after, batch);
      for (const { found, place } of placed) {
        if (found && fits(found.document, asked, words)) {
          if (items.length === limit && after) return { items, next: after };
          items.push(found);
        }
        after = place;
      }
      if (placed.length < batch) return { items };
      looked += placed.length;
    }
    return after ? { items, next: after } : { items };
  };
};

/** Indexes that hold all matches, in the order of the list. `fits` checks every condition again. */
const waysOf = (
  { owners, state, environment, blueprint, resourceServer, awaiting, withSecret }: AgentQuery,
  words: readonly string[] = [],
  sort: NonNullable<AgentQuery['sort']>,
): readonly (readonly Where[])[] => {
  if (awaiting) return [(owners ?? []).flatMap((owner) => [{ transferTo: owner }, { owner, state: 'pending' }])];
  if (sort === 'name') return [owners ? owners.map((owner) => ({ owner })) : [{}]];
  // There are few agents of this kind.
  if (withSecret) return [[{ hasSecret: true }]];
  if (resourceServer !== undefined) return [[{ resourceServers: resourceServer }]];
  const ways: readonly (readonly Where[])[] = [
    ...words.slice(0, MOST_WORDS_TRIED).map((word) => [{ words: word }]),
    ...(owners ? [owners.map((owner) => (state === undefined ? { owner } : { owner, state }))] : []),
    ...(blueprint === undefined ? [] : [[state === undefined ? { blueprint } : { blueprint, state }]]),
    ...(state === undefined || owners || blueprint !== undefined ? [] : [[{ state }]]),
    ...(environment === undefined ? [] : [[{ environment }]]),
  ];
  return ways.length === 0 ? [[{}]] : ways;
};

const fits = (agent: Agent, query: AgentQuery, words: readonly string[] | undefined): boolean => {
  const { owners, state, environment, blueprint, resourceServer, awaiting, withSecret } = query;
  if (awaiting) {
    const isOffered = agent.transferTo !== undefined && owners?.includes(agent.transferTo);
    const isPending = agent.state === 'pending' && owners?.includes(agent.owner);
    if (agent.state === 'retired' || !(isOffered || isPending)) return false;
  } else if (owners && !owners.includes(agent.owner)) return false;
  if (withSecret && !agent.hasSecret) return false;
  if (state !== undefined && agent.state !== state) return false;
  if (environment !== undefined && agent.environment !== environment) return false;
  if (blueprint !== undefined && agent.blueprint !== blueprint) return false;
  if (resourceServer !== undefined && !agent.resourceServers.includes(resourceServer)) return false;
  return words?.every((word) => agent.words?.includes(word)) ?? true;
};

const comparePlaces = (one: Cursor, other: Cursor, direction: Direction): number => {
  const [a = '', b = ''] = [one.value, other.value];
  const order = a === b ? (one.id < other.id ? -1 : 1) : a < b ? -1 : 1;
  return direction === 'ascending' ? order : -order;
};
