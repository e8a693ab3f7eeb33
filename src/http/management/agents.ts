import type { Agent } from '../../domain/agents/agent.ts';
import type { AgentChange, AgentRegistry, NewAgent } from '../../domain/agents/agent-registry.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import { showAgent } from './representations.ts';

type Operations =
  | 'createAgent'
  | 'listAgents'
  | 'getAgent'
  | 'updateAgent'
  | 'suspendAgent'
  | 'resumeAgent'
  | 'retireAgent';

/** Members that give an agent rights nobody consented to: not for its owner to set. */
const BY_ROLE_ONLY = { authority: '/authority', resourceServers: '/resource_servers' } as const;

export const agentHandlers = (agents: AgentRegistry): Handlers<Operations> => {
  const visible = async ({ id, access, caller }: Call): Promise<Versioned<Agent>> =>
    existing(await agents.get(id), ({ document }) => access === 'all' || document.owner === caller.id);

  const checkOwn = ({ access, caller, body }: Call): void => {
    if (access === 'all') return;
    for (const [member, field] of Object.entries(BY_ROLE_ONLY)) {
      if (Object.hasOwn(body, member)) {
        throw new DomainError('forbidden', 'This member is set by an operator or administrator.', { field });
      }
    }
    if (body.owner !== undefined && body.owner !== caller.id) {
      throw new DomainError('forbidden', 'An operator or administrator hands an agent to another owner.', {
        field: '/owner',
      });
    }
  };

  return {
    async createAgent(call) {
      checkOwn(call);
      const owner = call.body.owner ?? (call.caller.kind === 'account' ? call.caller.id : undefined);
      if (owner === undefined) {
        throw new DomainError('invalid_field', 'A client that acts for itself names the owner.', { field: '/owner' });
      }
      return objectAnswer(
        await agents.create({ ...(call.body as NewAgent), owner: String(owner) }, call.by),
        showAgent,
      );
    },

    async listAgents(call) {
      const { query, access, caller } = call;
      // Somebody else's agents are, for an owner, as if there were none (MG-01).
      if (access === 'own' && query.owner !== undefined && query.owner !== caller.id) {
        return pageAnswer({ items: [] }, showAgent);
      }
      const owner = access === 'own' ? caller.id : query.owner;
      return pageAnswer(
        await agents.list({
          ...pageOf(call),
          ...(owner === undefined ? {} : { owner }),
          ...(query.state === undefined ? {} : { state: query.state }),
        }),
        showAgent,
      );
    },

    getAgent: async (call) => objectAnswer(await visible(call), showAgent),

    async updateAgent(call) {
      sameVersion(await visible(call), call);
      checkOwn(call);
      return objectAnswer(await agents.update(call.id, call.version, call.body as AgentChange, call.by), showAgent);
    },

    async suspendAgent(call) {
      await visible(call);
      return objectAnswer(await agents.suspend(call.id, call.by), showAgent);
    },

    async resumeAgent(call) {
      await visible(call);
      return objectAnswer(await agents.resume(call.id, call.by), showAgent);
    },

    async retireAgent(call) {
      await visible(call);
      return objectAnswer(await agents.retire(call.id, call.by), showAgent);
    },
  };
};
