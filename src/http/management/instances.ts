import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { AgentRegistry } from '../../domain/clients/agents/agent-registry.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import { type Answer, type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf } from './call.ts';
import { showInstance } from './representations.ts';

type Operations = 'startInstance' | 'listInstances' | 'getInstance' | 'endInstance';

/** Instances of an agent: for callers that may change the agent, and for the agent itself. */
export const instanceHandlers = (
  instances: InstanceRegistry,
  agents: Pick<AgentRegistry, 'get'>,
  owners: Pick<Owners, 'answersFor'>,
): Handlers<Operations> => {
  const own = async ({ id, access, caller }: Call): Promise<Agent> => {
    const agent = existing(await agents.get(id)).document;
    const isVisible = access === 'all' || caller.id === id || (await owners.answersFor(agent.owner, caller.id));
    return existing(isVisible ? agent : undefined);
  };

  return {
    async startInstance(call) {
      const agent = await own(call);
      const { jwk, name } = call.body as { readonly jwk?: unknown; readonly name?: unknown };
      const started = await instances.start(call.id, { jwk }, call.by, name, agent);
      const stateOf = await instances.states(call.id);
      return objectAnswer(started, (instance) => showInstance(instance, stateOf(instance)));
    },

    async listInstances(call): Promise<Answer> {
      await own(call);
      const stateOf = await instances.states(call.id);
      return pageAnswer(await instances.list(call.id, pageOf(call)), (one) => showInstance(one, stateOf(one)));
    },

    async getInstance(call) {
      await own(call);
      const stateOf = await instances.states(call.id);
      const found = existing(await instances.get(call.id, call.instance ?? ''));
      return objectAnswer(found, (instance) => showInstance(instance, stateOf(instance)));
    },

    async endInstance(call) {
      await own(call);
      existing(await instances.get(call.id, call.instance ?? ''));
      await instances.end(call.id, call.instance ?? '', call.by);
      return {};
    },
  };
};
