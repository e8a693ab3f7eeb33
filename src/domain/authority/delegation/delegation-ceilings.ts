import type { Agent } from '../../clients/agents/agent.ts';
import type { Ceilings } from '../../clients/blueprints/ceilings.ts';
import type { Versioned } from '../../ports/document-store.ts';
import { type Delegation, decidedAtOf } from './delegation.ts';

/** Agents with the ceilings that count for them now (agents/effective-agent.ts). */
export type CappedAgents = { getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]> };

/** Agent → what it may have at most, of those who have a limit. */
export const ceilingsOf = async (
  agents: CappedAgents | undefined,
  rows: readonly Delegation[],
): Promise<ReadonlyMap<string, Ceilings>> => {
  const actors = [...new Set(rows.map(({ actor }) => actor))];
  const found = agents === undefined ? [] : await agents.getMany(actors);
  return new Map(
    found.flatMap(({ document: { id, ceilings } }) => (ceilings === undefined ? [] : [[id, ceilings] as const])),
  );
};

/**
 * A row as its actor's ceilings let it count: for so long from the last decision about it, and over so many hops
 * more. Ceilings are read each time, so what they leave of a row changes with them.
 */
export const underCeilings = (row: Delegation, ceilings: ReadonlyMap<string, Ceilings>): Delegation => {
  const { maxDelegationSeconds, maxDelegationDepth } = ceilings.get(row.actor) ?? {};
  if (maxDelegationSeconds === undefined && maxDelegationDepth === undefined) return row;
  const depth = Math.min(row.passOn.depth, maxDelegationDepth ?? row.passOn.depth);
  return {
    ...row,
    expiresAt: Math.min(row.expiresAt, decidedAtOf(row) + (maxDelegationSeconds ?? Number.POSITIVE_INFINITY)),
    passOn: depth < 1 ? { agents: [], depth: 0 } : { ...row.passOn, depth },
  };
};

/** Whether every row above, nearest first, may be so far above. */
export const isWithinDepth = (above: readonly Delegation[], ceilings: ReadonlyMap<string, Ceilings>): boolean =>
  above.every(({ actor }, index) => index < (ceilings.get(actor)?.maxDelegationDepth ?? Number.POSITIVE_INFINITY));
