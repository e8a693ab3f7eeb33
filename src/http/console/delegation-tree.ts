/** Trees of delegations around some of them, read with the viewer's permissions and in a bounded number of calls. */
import type {
  DelegationNode,
  DelegationState,
  DelegationTree,
  DelegationTreesModel,
} from '../../../views/pages/delegation-tree.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { delegationWords as words } from '../../../views/words/console-delegations.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { ConsoleCalls, ItemOf } from './console-calls.ts';
import { type ConsoleDeps, partyNames, personHref, resourceNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { hrefWith } from './list-page.ts';

export type ShownDelegation = ItemOf<'listDelegations'>;

/** Delegations of one picture. */
const NODES = 60;
/** Delegations above the given ones that are read one by one. */
const ABOVE = 20;
/** People whose delegations are searched for further hops, and how many of each. */
const [PEOPLE, LISTED] = [3, 100];

type Context = {
  readonly deps: ConsoleDeps;
  readonly calls: ConsoleCalls;
  readonly viewer: Viewer;
  readonly frame: ConsoleFrame;
};

export const delegationHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, id: string): string =>
  `${basePath}/console/delegations/${id}`;

/** The list of delegations, of all or of one person or agent. */
export const delegationsHref = (
  { basePath }: Pick<ConsoleDeps, 'basePath'>,
  asked: { readonly subject?: string; readonly actor?: string } = {},
): string => hrefWith(`${basePath}/console/delegations`, asked);

/** The delegations on behalf of one person: live ones first, then the newest that ended. */
export const treesOfPerson = async (context: Context, subject: string): Promise<DelegationTreesModel> => {
  const { calls, viewer } = context;
  const list = (live: boolean) =>
    calls.run('listDelegations', viewer.account, viewer.by, { query: { subject, live, limit: LISTED } });
  const [live, all] = await Promise.all([list(true), list(false)]);
  const start = [...(live.body?.items ?? []), ...(all.body?.items ?? [])];
  const known = byId(start);
  await addAbove(context, known);
  return treesModel(context, [...known.values()], {
    isMore: live.next !== undefined || all.next !== undefined,
    listHref: delegationsHref(context.deps, { subject }),
  });
};

/** The delegations of one agent, with what led to them and what was derived from them. */
export const treesOfAgent = async (context: Context, actor: string): Promise<DelegationTreesModel> => {
  const { calls, viewer, deps } = context;
  const list = (live: boolean) =>
    calls.run('listDelegations', viewer.account, viewer.by, { query: { actor, live, limit: NODES / 2 } });
  const [live, all] = await Promise.all([list(true), list(false)]);
  const either = byId([...(live.body?.items ?? []), ...(all.body?.items ?? [])]);
  const known = byId([...either.values()].slice(0, NODES / 2));
  const below = await addBelow(context, known);
  await addAbove(context, known);
  return treesModel(context, [...known.values()], {
    isMore: below || live.next !== undefined || all.next !== undefined,
    listHref: delegationsHref(deps, { actor }),
  });
};

/** The whole tree that contains one delegation. */
export const treeAround = async (context: Context, delegation: ShownDelegation): Promise<DelegationTreesModel> => {
  const { subject, actor } = delegation;
  const known = byId([delegation]);
  await addAbove(context, known);
  const isMore = await addBelow(context, known);
  return treesModel(context, [...known.values()], {
    isMore,
    // The id of a person whom the viewer may not know stays out of the page.
    listHref: delegationsHref(context.deps, knows(context, subject) ? { subject } : { actor }),
    here: delegation.id,
  });
};

/** Id of the delegation from which it was derived; empty for a first hop. */
const parentOf = ({ parent }: ShownDelegation): string => (typeof parent === 'string' ? parent : '');

type Known = Map<string, ShownDelegation>;

const byId = (delegations: readonly ShownDelegation[]): Known => new Map(delegations.map((one) => [one.id, one]));

/** Adds the delegations from which the known ones were derived, as far as the viewer sees them. */
const addAbove = async ({ calls, viewer }: Context, known: Known): Promise<void> => {
  const asked = new Set<string>();
  for (;;) {
    const missing = [...known.values()].map(parentOf).find((id) => id !== '' && !known.has(id) && !asked.has(id));
    if (missing === undefined || asked.size >= ABOVE) return;
    asked.add(missing);
    try {
      const { body } = await calls.run('getDelegation', viewer.account, viewer.by, { id: missing });
      if (body) known.set(body.id, body);
    } catch (error) {
      // Not visible to the viewer, or removed: the tree then shows that hops are left out.
      if (!isDomainError(error) || error.code !== 'not_found') throw error;
    }
  }
};

/** Adds the delegations derived from the known ones. Returns whether there may be more of them. */
const addBelow = async ({ calls, viewer }: Context, known: Known): Promise<boolean> => {
  const subjects = [...new Set([...known.values()].map(({ subject }) => subject))];
  let isMore = subjects.length > PEOPLE;
  for (const subject of subjects.slice(0, PEOPLE)) {
    const { body, next } = await calls.run('listDelegations', viewer.account, viewer.by, {
      query: { subject, live: false, limit: LISTED },
    });
    const items = body?.items ?? [];
    // A parent has a smaller depth than its children.
    for (const one of items.toSorted((a, b) => a.depth - b.depth)) {
      if (known.has(parentOf(one))) known.set(one.id, one);
    }
    isMore ||= next !== undefined;
  }
  return isMore;
};

/** Agents whose delegations are listed one by one. */
const ASKED_AGENTS = 20;

/**
 * The live delegations on behalf of a person. A viewer without a role sees those of another person only through their own
 * agents: of those in `agents` then, and there may be further ones (`isMore`).
 */
const liveOf = async (
  { calls, viewer }: Pick<Context, 'calls' | 'viewer'>,
  subject: string,
  agents: readonly string[],
): Promise<{ readonly items: readonly ShownDelegation[]; readonly isMore: boolean }> => {
  const isAll = subject === viewer.account.id || calls.mayAll('listDelegations', viewer.account);
  const filters = isAll ? [{}] : [...new Set(agents)].slice(0, ASKED_AGENTS).map((actor) => ({ actor }));
  const answers = await Promise.all(
    filters.map((filter) =>
      calls.run('listDelegations', viewer.account, viewer.by, {
        query: { ...filter, subject, live: true, limit: LISTED },
      }),
    ),
  );
  return {
    items: answers.flatMap(({ body }) => body?.items ?? []),
    isMore: (!isAll && agents.length > 0) || answers.some(({ next }) => next !== undefined),
  };
};

/** Agents that may hold delegations below one: none of those is delegable to other agents than it is. */
const agentsBelow = ({ delegable_to: to }: ShownDelegation): readonly string[] => {
  const agents = typeof to === 'object' && to !== null && 'agents' in to ? to.agents : [];
  return Array.isArray(agents) ? agents.map(String) : [];
};

/** The live delegations below one, of those that the viewer sees. `isMore`: the person may have further ones that were not read. */
export const hopsBelow = async (
  context: Pick<Context, 'calls' | 'viewer'>,
  one: ShownDelegation,
): Promise<{ readonly hops: readonly ShownDelegation[]; readonly isMore: boolean }> => {
  const { items, isMore } = await liveOf(context, one.subject, agentsBelow(one));
  const above = new Set([one.id]);
  // A parent has a smaller depth than its children.
  const hops = items
    .toSorted((each, other) => each.depth - other.depth)
    .filter((each) => above.has(parentOf(each)) && above.add(each.id));
  return { hops, isMore };
};

/** People whose delegations are counted. */
const COUNTED_PEOPLE = 20;

/**
 * How many live delegations stand below each of these, of those that the viewer sees. `isMore`: some were not read, so that
 * each number is a lower bound.
 */
export const liveBelow = async (
  { calls, viewer }: Pick<Context, 'calls' | 'viewer'>,
  all: readonly ShownDelegation[],
): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly isMore: boolean }> => {
  const subjects = [...new Set(all.map(({ subject }) => subject))];
  let isMore = subjects.length > COUNTED_PEOPLE;
  const live: ShownDelegation[] = [];
  for (const subject of subjects.slice(0, COUNTED_PEOPLE)) {
    const query = { subject, live: true, limit: LISTED };
    const { body, next } = await calls.run('listDelegations', viewer.account, viewer.by, { query });
    live.push(...(body?.items ?? []));
    isMore ||= next !== undefined;
  }
  const children = Map.groupBy(live, parentOf);
  const below = (id: string): number => (children.get(id) ?? []).reduce((sum, child) => sum + 1 + below(child.id), 0);
  return { counts: new Map(all.map(({ id }) => [id, below(id)])), isMore };
};

const treesModel = async (
  { deps, viewer, frame }: Context,
  all: readonly ShownDelegation[],
  about: { readonly isMore: boolean; readonly listHref: string; readonly here?: string },
): Promise<DelegationTreesModel> => {
  const chosen = chosenOf(all, about.here);
  const delegations = [...chosen.values()];
  const names = await partyNames(
    deps,
    delegations.flatMap(({ actor, subject }) => [actor, subject]),
  );
  const resources = await resourceNames(
    deps,
    delegations.map(({ resource }) => resource),
  );
  const now = deps.clock.now();
  const nodesOf = (parents: readonly ShownDelegation[], isTop: boolean): readonly DelegationNode[] =>
    parents.map((one) => ({
      agent: names(one.actor),
      href: delegationHref(deps, one.id),
      resource: resources(one.resource),
      scopes: one.scope,
      state: delegationState(one, now),
      until: one.expires_at,
      hidden: isTop ? one.depth - 1 : 0,
      isHere: one.id === about.here,
      children: nodesOf(
        delegations.filter((child) => parentOf(child) === one.id),
        false,
      ),
    }));
  const tops = Map.groupBy(
    delegations.filter((child) => !chosen.has(parentOf(child))),
    ({ subject }) => subject,
  );
  return {
    trees: [...tops].map(
      ([subject, its]): DelegationTree => ({
        ...shownPerson(deps, viewer, frame, subject, names(subject)),
        delegations: nodesOf(its, true),
      }),
    ),
    more: all.length - chosen.size,
    isMore: about.isMore,
    listHref: about.listHref,
  };
};

/** At most NODES of them: the one of the page first, then live ones, each with those above it. */
const chosenOf = (all: readonly ShownDelegation[], here: string | undefined): Known => {
  const known = byId(all);
  const rank = ({ id, live }: ShownDelegation): number => (id === here ? 0 : live ? 1 : 2);
  const chosen: Known = new Map();
  for (const one of all.toSorted((a, b) => rank(a) - rank(b))) {
    const line: ShownDelegation[] = [];
    for (let at: ShownDelegation | undefined = one; at && !chosen.has(at.id); at = known.get(parentOf(at))) {
      line.unshift(at);
    }
    if (chosen.size + line.length <= NODES) for (const part of line) chosen.set(part.id, part);
  }
  return chosen;
};

/** Name and page of a person. An owner learns from an agent's delegations no name of the people on whose behalf it acts. */
export const shownPerson = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { account }: Viewer,
  { sees }: ConsoleFrame,
  subject: string,
  name: string,
): Pick<DelegationTree, 'person' | 'href'> => {
  if (sees.includes('people')) return { person: name, href: personHref(deps, subject) };
  return { person: subject === account.id ? name : words.aPerson };
};

const knows = ({ viewer, frame }: Context, subject: string): boolean =>
  frame.sees.includes('people') || subject === viewer.account.id;

export const delegationState = (
  { state, live, expires_at: expiresAt }: ShownDelegation,
  now: number,
): DelegationState => {
  if (live) return 'active';
  if (state !== 'active') return state;
  return expiresAt <= now ? 'expired' : 'blocked';
};
