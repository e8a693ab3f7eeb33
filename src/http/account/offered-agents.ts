import type { OfferedAgent } from '../../../views/pages/account-offers.ts';
import { agentFacts, ownerNames } from '../interaction/consent-model.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';

/** Agents that wait for this person, or for a group of theirs, to accept them: for the account page. */
export const offeredAgents = async (
  deps: Pick<PeopleDeps, 'basePath' | 'offeredTo' | 'accounts' | 'groups'>,
  account: string,
): Promise<readonly OfferedAgent[]> => {
  const found = await deps.offeredTo(account);
  const names = await ownerNames(
    deps,
    found.flatMap(({ owner, transferTo }) => [owner, ...(transferTo === undefined ? [] : [transferTo])]),
  );
  return found.map((agent) => ({
    agent: agentFacts(agent, names),
    href: `${deps.basePath}/console/agents/${agent.id}`,
    isOrphan: agent.state === 'orphaned',
    ...(agent.transferBy === undefined ? {} : { until: agent.transferBy }),
  }));
};
