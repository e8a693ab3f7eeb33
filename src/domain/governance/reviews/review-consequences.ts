/** What ends with a delegation: the re-delegations below it, and the agents that act by them. Reads only. */
import type { DelegationRegistry } from '../../authority/delegation/delegation-registry.ts';

/** Most re-delegations that are read. */
const MOST = 100;

export type Consequences = {
  readonly redelegations: number;
  /** Agents that act by a re-delegation, without the agent itself. */
  readonly agents: readonly string[];
  /** There may be further ones. */
  readonly isMore: boolean;
};

export const consequencesOf =
  (delegations: Pick<DelegationRegistry, 'newestLive'>) =>
  async (delegation: string): Promise<Consequences> => {
    const agents = new Set<string>();
    const open = [delegation];
    let [redelegations, isMore] = [0, false];
    for (let parent = open.pop(); parent !== undefined && redelegations < MOST; parent = open.pop()) {
      const { items, isWhole } = await delegations.newestLive(
        { parent },
        { most: MOST - redelegations, mostRead: MOST },
      );
      isMore ||= !isWhole;
      redelegations += items.length;
      for (const { id, actor } of items) {
        agents.add(actor);
        open.push(id);
      }
    }
    return { redelegations, agents: [...agents], isMore: isMore || open.length > 0 };
  };
