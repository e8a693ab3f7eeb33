import type { Agent } from '../../domain/agents/agent.ts';
import type { AgentChange, AgentRegistry, NewAgent } from '../../domain/agents/agent-registry.ts';
import type { DeclaredComposition } from '../../domain/agents/composition.ts';
import { effectiveAgent } from '../../domain/agents/effective-agent.ts';
import type { BlueprintRegistry } from '../../domain/blueprints/blueprint-registry.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Owners } from '../../domain/groups/owners.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import { showAgent, showComposition, withCeilings } from './representations.ts';

type Operations =
  | 'createAgent'
  | 'listAgents'
  | 'getAgent'
  | 'getEffectiveAgent'
  | 'updateAgent'
  | 'suspendAgent'
  | 'resumeAgent'
  | 'retireAgent'
  | 'acceptAgent'
  | 'declineAgent'
  | 'declareComposition'
  | 'listCompositions';

/** Members that give an agent rights nobody consented to: not for its owner to set. */
const BY_ROLE_ONLY = { authority: '/authority', resourceServers: '/resource_servers' } as const;

export const agentHandlers = (
  agents: AgentRegistry,
  owners: Pick<Owners, 'answersFor'>,
  blueprints: Pick<BlueprintRegistry, 'get'>,
): Handlers<Operations> => {
  const isOwn = async ({ owner }: Agent, account: string): Promise<boolean> => owners.answersFor(owner, account);

  const found = async (call: Call, isVisible: (agent: Agent) => Promise<boolean>): Promise<Versioned<Agent>> => {
    const agent = existing(await agents.get(call.id));
    return existing(call.access === 'all' || (await isVisible(agent.document)) ? agent : undefined);
  };

  const own = (call: Call): Promise<Versioned<Agent>> => found(call, (agent) => isOwn(agent, call.caller.id));

  /** Whoever is offered an agent sees it. */
  const seen = (call: Call): Promise<Versioned<Agent>> =>
    found(call, async (agent) => {
      const { transferTo } = agent;
      if (await isOwn(agent, call.caller.id)) return true;
      return transferTo !== undefined && owners.answersFor(transferTo, call.caller.id);
    });

  const checkOwn = ({ access, body }: Call): void => {
    if (access === 'all') return;
    for (const [member, field] of Object.entries(BY_ROLE_ONLY)) {
      if (Object.hasOwn(body, member)) {
        throw new DomainError('forbidden', 'This member is set by an operator or administrator.', { field });
      }
    }
  };

  return {
    async createAgent(call) {
      checkOwn(call);
      const owner = call.body.owner ?? (call.caller.kind === 'account' ? call.caller.id : undefined);
      if (owner === undefined) {
        throw new DomainError('invalid_field', 'A client that acts for itself names the owner.', { field: '/owner' });
      }
      if (call.access === 'own' && !(await owners.answersFor(String(owner), call.caller.id))) {
        throw new DomainError('forbidden', 'An operator or administrator registers agents for others.', {
          field: '/owner',
        });
      }
      return objectAnswer(
        await agents.create({ ...(withCeilings(call.body) as NewAgent), owner: String(owner) }, call.by),
        showAgent,
      );
    },

    async listAgents(call) {
      const { query, access, caller } = call;
      // Somebody else's agents are, for an owner, as if there were none (MG-01).
      if (access === 'own' && query.owner !== undefined && !(await owners.answersFor(query.owner, caller.id))) {
        return pageAnswer({ items: [] }, showAgent);
      }
      const owner = query.owner ?? (access === 'own' ? caller.id : undefined);
      return pageAnswer(
        await agents.list({
          ...pageOf(call),
          ...(owner === undefined ? {} : { owner }),
          ...(query.state === undefined ? {} : { state: query.state }),
          ...(query.blueprint === undefined ? {} : { blueprint: query.blueprint }),
        }),
        showAgent,
      );
    },

    getAgent: async (call) => objectAnswer(await seen(call), showAgent),

    async getEffectiveAgent(call) {
      const { document } = await seen(call);
      const { blueprint } = document;
      const { agent, stops } = effectiveAgent(
        document,
        blueprint === undefined ? undefined : (await blueprints.get(blueprint))?.document,
      );
      return { body: { agent: showAgent(agent), stops } };
    },

    /** An owner may offer the agent to anybody: nobody gets it without accepting it. */
    async updateAgent(call) {
      const { document } = sameVersion(await own(call), call);
      checkOwn(call);
      const change = withCeilings(call.body) as AgentChange;
      // To leave a blueprint is to leave its ceilings.
      const leaves = change.blueprint !== undefined && change.blueprint !== document.blueprint;
      if (call.access === 'own' && document.blueprint !== undefined && leaves) {
        throw new DomainError('forbidden', 'An operator or administrator takes an agent out of its blueprint.', {
          field: '/blueprint',
        });
      }
      return objectAnswer(await agents.update(call.id, call.version, change, call.by), showAgent);
    },

    async suspendAgent(call) {
      await own(call);
      return objectAnswer(await agents.suspend(call.id, call.by), showAgent);
    },

    async resumeAgent(call) {
      await own(call);
      return objectAnswer(await agents.resume(call.id, call.by), showAgent);
    },

    async retireAgent(call) {
      await own(call);
      return objectAnswer(await agents.retire(call.id, call.by), showAgent);
    },

    async acceptAgent(call) {
      await seen(call);
      return objectAnswer(await agents.accept(call.id, call.by), showAgent);
    },

    async declineAgent(call) {
      await seen(call);
      return objectAnswer(await agents.decline(call.id, call.by), showAgent);
    },

    async declareComposition(call) {
      await own(call);
      return objectAnswer(
        await agents.declareComposition(call.id, undefined, call.body as DeclaredComposition, call.by),
        showAgent,
      );
    },

    async listCompositions(call) {
      const { composition, compositionHistory = [] } = (await seen(call)).document;
      return { body: { items: (composition ? [composition, ...compositionHistory] : []).map(showComposition) } };
    },
  };
};
