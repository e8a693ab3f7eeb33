import type { AgentRegistry } from '../../domain/agents/agent-registry.ts';
import { DomainError } from '../../domain/errors.ts';
import type { GrantDesk } from '../../domain/grants/grant-desk.ts';
import type { GrantUses } from '../../domain/grants/grant-use.ts';
import type { Owners } from '../../domain/groups/owners.ts';
import type { Lease, Leases } from '../../domain/ports/leases.ts';
import { type Answer, type Call, existing, type Handlers } from './call.ts';
import { showGrant } from './representations.ts';

/** What this API asks about grants. */
export type Grants = {
  readonly leases: Pick<Leases, 'held' | 'list'>;
  readonly desk: Pick<GrantDesk, 'revoke'>;
  readonly uses: Pick<GrantUses, 'lastUses'>;
};

type Operations = 'listGrants' | 'getGrant' | 'revokeGrant';

/** An account without a role sees what it allowed itself, and what its own agents were allowed. */
export const grantHandlers = (
  { leases, desk, uses }: Grants,
  agents: Pick<AgentRegistry, 'get'>,
  owners: Pick<Owners, 'answersFor'>,
): Handlers<Operations> => {
  const ownsAgent = async (id: string, account: string): Promise<boolean> => {
    const agent = await agents.get(id);
    return agent !== undefined && (await owners.answersFor(agent.document.owner, account));
  };

  const visible = async ({ id, access, caller }: Call): Promise<Lease> => {
    const lease = await leases.held(id);
    const isVisible =
      lease !== undefined &&
      (access === 'all' || lease.account === caller.id || (await ownsAgent(lease.clientId, caller.id)));
    return existing(isVisible ? lease : undefined);
  };

  return {
    async listGrants({ query, after, access, caller }): Promise<Answer> {
      const { client, limit = 50 } = query;
      const isOwnAgent = access === 'own' && client !== undefined && (await ownsAgent(client, caller.id));
      // Without a role, what is somebody else's is as if there were none (MG-01).
      const account = query.account ?? (access === 'own' && !isOwnAgent ? caller.id : undefined);
      if (access === 'own' && account !== caller.id && !isOwnAgent) return { body: { items: [] } };
      const { items, next } = await leases.list({ account, clientId: client, after, limit });
      const used = await uses.lastUses(items.map(({ id }) => id));
      return { body: { items: items.map((lease) => showGrant(lease, used.get(lease.id))) }, next };
    },

    async getGrant(call) {
      const lease = await visible(call);
      return { body: showGrant(lease, (await uses.lastUses([lease.id])).get(lease.id)) };
    },

    async revokeGrant(call) {
      const isEnded = await desk.revoke(await visible(call), call.by);
      if (!isEnded) throw new DomainError('not_found', 'It was over already: another call ended it first.');
      return {};
    },
  };
};
