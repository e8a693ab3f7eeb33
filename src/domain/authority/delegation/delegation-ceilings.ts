import type { Agent } from '../../clients/agents/agent.ts';
import type { Ceilings } from '../../clients/blueprints/ceilings.ts';
import type { Versioned } from '../../ports/document-store.ts';
import { type Delegation, decidedAtOf } from './delegation.ts';

/** Agents with their effective ceilings (agents/effective-agent.ts). */
export type CappedAgents = { getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]> };

/** Agent → its ceilings, only for agents that have any. */
export const ceilingsOf = async (
  agents: CappedAgents | undefined,
  delegations: readonly Delegation[],
): Promise<ReadonlyMap<string, Ceilings>> => {
  const actors = [...new Set(delegations.map(({ actor }) => actor))];
  const found = agents === undefined ? [] : await agents.getMany(actors);
  return new Map(
    found.flatMap(({ document: { id, ceilings } }) => (ceilings === undefined ? [] : [[id, ceilings] as const])),
  );
};

/**
 * A delegation within its actor's ceilings: its duration from the last decision about it, and its further hops. Reads
 * the ceilings each time, so that a change of a ceiling takes effect at once.
 */
export const underCeilings = (delegation: Delegation, ceilings: ReadonlyMap<string, Ceilings>): Delegation => {
  const { maxDelegationSeconds, maxDelegationDepth } = ceilings.get(delegation.actor) ?? {};
  if (maxDelegationSeconds === undefined && maxDelegationDepth === undefined) return delegation;
  const depth = Math.min(delegation.delegableTo.depth, maxDelegationDepth ?? delegation.delegableTo.depth);
  return {
    ...delegation,
    expiresAt: Math.min(
      delegation.expiresAt,
      decidedAtOf(delegation) + (maxDelegationSeconds ?? Number.POSITIVE_INFINITY),
    ),
    delegableTo: depth < 1 ? { agents: [], depth: 0 } : { ...delegation.delegableTo, depth },
  };
};

/** Whether the ceilings of every ancestor, nearest first, allow this many hops below it. */
export const isWithinDepth = (above: readonly Delegation[], ceilings: ReadonlyMap<string, Ceilings>): boolean =>
  above.every(({ actor }, index) => index < (ceilings.get(actor)?.maxDelegationDepth ?? Number.POSITIVE_INFINITY));
