import type { AgentFindings } from '../../domain/agents/agent-findings.ts';
import type { GroupRegistry } from '../../domain/groups/group-registry.ts';
import { partiesOf } from '../../domain/groups/owners.ts';
import type { Handlers } from './call.ts';
import { showAgent } from './representations.ts';

/** Agents of one kind that are shown when no limit is given. */
const SHOWN = 50;

/** Whoever sees all agents is told of all of them, everybody else of those they own. */
export const findingHandlers = (
  findings: AgentFindings,
  groups: Pick<GroupRegistry, 'ofAccount'>,
): Handlers<'listFindings'> => ({
  async listFindings({ access, caller, query: { limit = SHOWN } }) {
    const owners = access === 'all' ? undefined : await partiesOf(groups, caller.account ?? caller.id);
    const newest = await findings.newest(owners);
    const items = (await findings.of(owners, newest, limit)).map(({ kind, agents, isMore }) => ({
      kind,
      agents: agents.map(({ agent, at, lastUsedAt }) => ({
        ...(at === undefined ? {} : { at }),
        agent: showAgent(agent, lastUsedAt),
      })),
      more: isMore,
    }));
    return { body: { items, looked_at: newest.agents.length, complete: !newest.isMore } };
  },
});
