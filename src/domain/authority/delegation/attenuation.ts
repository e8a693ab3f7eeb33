import { joinedDetails } from '../../resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { DelegableTo, Delegation } from './delegation.ts';

/** The parts of a delegation that can only shrink from hop to hop. */
export type Held = Pick<Delegation, 'scope' | 'details' | 'expiresAt' | 'delegableTo'>;

/**
 * What a child may hold of `wanted` below `parent`: the only place where authority passes from one hop to the next
 * (invariant 2). On every axis the result is at most the parent's, and it is one hop less deep. Authorization details
 * are not an axis here: the rules of their types decide which detail contains which (decision/detail-cut.ts).
 */
export const attenuate = (parent: Held, wanted: Held): Held => ({
  scope: intersection(wanted.scope, parent.scope),
  expiresAt: Math.min(wanted.expiresAt, parent.expiresAt),
  delegableTo: normaliseDelegableTo({
    agents: intersection(wanted.delegableTo.agents, parent.delegableTo.agents),
    depth: Math.min(wanted.delegableTo.depth, parent.delegableTo.depth - 1),
  }),
});

/** Whether a child holds no more than its parent, on every axis. */
export const isWithin = (child: Held, parent: Held): boolean =>
  child.scope.every((name) => parent.scope.includes(name)) &&
  child.expiresAt <= parent.expiresAt &&
  child.delegableTo.agents.every((agent) => parent.delegableTo.agents.includes(agent)) &&
  child.delegableTo.depth <= Math.max(0, parent.delegableTo.depth - 1);

/** The union of both. Never use it below a parent without `attenuate`. */
export const combine = (one: Held, other: Held): Held => ({
  scope: union(one.scope, other.scope),
  ...withDetails(joinedDetails(one.details, other.details)),
  expiresAt: Math.max(one.expiresAt, other.expiresAt),
  delegableTo: normaliseDelegableTo({
    agents: union(one.delegableTo.agents, other.delegableTo.agents),
    depth: Math.max(one.delegableTo.depth, other.delegableTo.depth),
  }),
});

/** Whether it holds neither scopes nor details. */
export const isEmpty = ({ scope, details = [] }: Pick<Held, 'scope' | 'details'>): boolean =>
  scope.length === 0 && details.length === 0;

/** The member `details` of a delegation: present only where there are any. */
export const withDetails = (details: readonly Detail[]): Pick<Delegation, 'details'> =>
  details.length === 0 ? {} : { details };

/** Whether the delegation itself is active at `now`; does not look at its ancestors. */
export const isActive = (delegation: Pick<Delegation, 'state' | 'expiresAt'>, now: number): boolean =>
  delegation.state === 'active' && delegation.expiresAt > now;

/**
 * The delegation as it is effective at `now`. Undefined when it or an ancestor has ended. Also undefined when an
 * ancestor no longer allows re-delegation to the agent below it, or that far down (decision 18). `above` are its
 * ancestors, nearest first. A later narrowing of an ancestor takes effect here at once: no process has to update the
 * delegations below.
 */
export const effective = (
  delegation: Delegation,
  above: readonly Delegation[],
  now: number,
): Delegation | undefined => {
  if (above.length !== delegation.ancestors.length) return undefined;
  if (![delegation, ...above].every((each) => isActive(each, now))) return undefined;
  if (above.some((each, index) => each.id !== delegation.ancestors[index])) return undefined;
  let held: Held | undefined;
  for (const each of [delegation, ...above].reverse()) {
    if (held && !mayBeDelegatedTo(held, each.actor)) return undefined;
    held = held ? attenuate(held, each) : each;
  }
  if (!held) return undefined;
  const detailsAbove = above.map(({ details = [] }) => details);
  return {
    ...delegation,
    scope: held.scope,
    expiresAt: held.expiresAt,
    delegableTo: held.delegableTo,
    ...(detailsAbove.length === 0 ? {} : { detailsAbove }),
  };
};

/** Whether a delegation may be re-delegated to `agent` (decision D2). */
export const mayBeDelegatedTo = (delegation: Pick<Delegation, 'delegableTo'>, agent: string): boolean =>
  delegation.delegableTo.depth >= 1 && delegation.delegableTo.agents.includes(agent);

/** The canonical form. "To no agent" is no agents and depth 0. Agents are sorted, without duplicates. */
export const normaliseDelegableTo = ({ agents, depth }: DelegableTo): DelegableTo =>
  depth < 1 || agents.length === 0 ? { agents: [], depth: 0 } : { agents: union(agents, []), depth };

const intersection = (one: readonly string[], other: readonly string[]): readonly string[] =>
  union(
    one.filter((name) => other.includes(name)),
    [],
  );

const union = (one: readonly string[], other: readonly string[]): readonly string[] =>
  [...new Set([...one, ...other])].sort();
