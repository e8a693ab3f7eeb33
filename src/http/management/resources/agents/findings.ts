/** The findings about agents and clients. */
import type { AgentFindings } from '../../../../domain/clients/agents/agent-findings.ts';
import type { ClientFindings } from '../../../../domain/clients/clients/client-findings.ts';
import type { GroupRegistry } from '../../../../domain/identity/groups/group-registry.ts';
import { partiesOf } from '../../../../domain/identity/groups/owners.ts';
import type { Handlers } from '../../resource.ts';
import { showClient } from '../clients/representation.ts';
import { showAgent } from './representation.ts';
import type { AGENT_ROUTES } from './routes.ts';

/** Agents of one kind to show without a limit in the request. */
const SHOWN = 50;
const NO_CLIENTS = { clients: [], isMore: false } as const;

export type FindingDependencies = {
  readonly findings: AgentFindings;
  readonly clientFindings: ClientFindings;
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
};

/** An account with a role sees findings of all agents and of clients. An owner sees those of their own agents. */
export const findingHandlers = ({
  findings,
  clientFindings: exceptions,
  groups,
}: FindingDependencies): Pick<Handlers<typeof AGENT_ROUTES>, 'listFindings'> => ({
  async listFindings({ access, caller, query: { limit = SHOWN } }) {
    const owners = access === 'all' ? undefined : await partiesOf(groups, caller.account ?? caller.id);
    const newest = await findings.newest(owners);
    const items = (await findings.of(owners, newest, limit)).map(({ kind, agents, isMore }) => ({
      kind,
      agents: agents.map(({ agent, at, lastUsedAt }) => ({
        ...(at === undefined ? {} : { at }),
        agent: showAgent(agent, lastUsedAt),
      })),
      clients: [],
      more: isMore,
    }));
    const { clients, isMore } = access === 'all' ? await exceptions.of(limit) : NO_CLIENTS;
    const shown = clients.map(({ client, exceptions: lifted }) => ({ exceptions: lifted, client: showClient(client) }));
    const ofClients =
      shown.length === 0 ? [] : [{ kind: 'exceptions' as const, agents: [], clients: shown, more: isMore }];
    return { body: { items: [...items, ...ofClients], looked_at: newest.agents.length, complete: !newest.isMore } };
  },
});
