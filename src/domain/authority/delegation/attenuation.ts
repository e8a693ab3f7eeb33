import { joinedDetails } from '../../resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Delegation, PassOn } from './delegation.ts';

/** The parts of a delegation that can only shrink from hop to hop. */
export type Held = Pick<Delegation, 'scope' | 'details' | 'expiresAt' | 'passOn'>;

/**
 * What a child may hold of `wanted` below `parent`: the one place where authority crosses a hop
 * (invariant 2). On every axis the result is at most the parent's, and one hop less deep. Authorization details are not
 * an axis here: what is inside what is for the rules of their types to say (decision/detail-cut.ts).
 */
export const attenuate = (parent: Held, wanted: Held): Held => ({
  scope: intersection(wanted.scope, parent.scope),
  expiresAt: Math.min(wanted.expiresAt, parent.expiresAt),
  passOn: normalisePassOn({
    agents: intersection(wanted.passOn.agents, parent.passOn.agents),
    depth: Math.min(wanted.passOn.depth, parent.passOn.depth - 1),
  }),
});

/** Whether a child holds at most what its parent holds, on every axis. */
export const isWithin = (child: Held, parent: Held): boolean =>
  child.scope.every((name) => parent.scope.includes(name)) &&
  child.expiresAt <= parent.expiresAt &&
  child.passOn.agents.every((agent) => parent.passOn.agents.includes(agent)) &&
  child.passOn.depth <= Math.max(0, parent.passOn.depth - 1);

/** Everything either holds; never to be used without `attenuate` below a parent. */
export const combine = (one: Held, other: Held): Held => ({
  scope: union(one.scope, other.scope),
  ...withDetails(joinedDetails(one.details, other.details)),
  expiresAt: Math.max(one.expiresAt, other.expiresAt),
  passOn: normalisePassOn({
    agents: union(one.passOn.agents, other.passOn.agents),
    depth: Math.max(one.passOn.depth, other.passOn.depth),
  }),
});

/** Whether nothing may be done with it. */
export const isEmpty = ({ scope, details = [] }: Pick<Held, 'scope' | 'details'>): boolean =>
  scope.length === 0 && details.length === 0;

/** As a row has them: a member only where there are any. */
export const withDetails = (details: readonly Detail[]): Pick<Delegation, 'details'> =>
  details.length === 0 ? {} : { details };

/** Whether the row itself is good at `now`; says nothing about the rows above it. */
export const isActive = (row: Pick<Delegation, 'state' | 'expiresAt'>, now: number): boolean =>
  row.state === 'active' && row.expiresAt > now;

/**
 * The row as it counts at `now`, or undefined when it or any row above is over, or is not to be passed on to the agent
 * below it any more, or not so far (decision 18). `above` are its ancestors, nearest first. A row above that was narrowed
 * later narrows this one at once: nothing has to walk down the tree.
 */
export const effective = (row: Delegation, above: readonly Delegation[], now: number): Delegation | undefined => {
  if (above.length !== row.ancestors.length) return undefined;
  if (![row, ...above].every((each) => isActive(each, now))) return undefined;
  if (above.some((each, index) => each.id !== row.ancestors[index])) return undefined;
  let held: Held | undefined;
  for (const each of [row, ...above].reverse()) {
    if (held && !mayPassOnTo(held, each.actor)) return undefined;
    held = held ? attenuate(held, each) : each;
  }
  if (!held) return undefined;
  const detailsAbove = above.map(({ details = [] }) => details);
  return {
    ...row,
    scope: held.scope,
    expiresAt: held.expiresAt,
    passOn: held.passOn,
    ...(detailsAbove.length === 0 ? {} : { detailsAbove }),
  };
};

/** Whether a delegation may be handed on to `agent` (decision D2). */
export const mayPassOnTo = (row: Pick<Delegation, 'passOn'>, agent: string): boolean =>
  row.passOn.depth >= 1 && row.passOn.agents.includes(agent);

/** One spelling for "to nobody": no agents and depth 0. Agents sorted, without duplicates. */
export const normalisePassOn = ({ agents, depth }: PassOn): PassOn =>
  depth < 1 || agents.length === 0 ? { agents: [], depth: 0 } : { agents: union(agents, []), depth };

const intersection = (one: readonly string[], other: readonly string[]): readonly string[] =>
  union(
    one.filter((name) => other.includes(name)),
    [],
  );

const union = (one: readonly string[], other: readonly string[]): readonly string[] =>
  [...new Set([...one, ...other])].sort();
