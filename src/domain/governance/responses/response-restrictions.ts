/** What responses restrict: orders and ends it on the agent, and finds restrictions that are gone from it. Called by response-acts.ts only. */
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import type { AgentRegistry } from '../../clients/agents/agent-registry.ts';
import { restrictionOf } from '../../clients/agents/restriction.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { RESPONSES, type Response } from './response.ts';
import { isRestricting, type ResponseRule } from './response-rule.ts';

export interface ResponseRestrictions {
  /** Whether the agent is restricted as the rule would, by any response. */
  isRestrictedBy(rule: Pick<ResponseRule, 'act'>, agent: Agent): boolean;
  /**
   * Restricts the agent of a response. False: it was retired or lost its owner meanwhile, so that nothing it holds works. Undefined: another
   * response restricts it so already. Throws StoreUnavailable.
   */
  order(response: Response): Promise<boolean | undefined>;
  /** Ends what the response restricts. Throws as the registry of agents does. */
  end(response: Response, by: By): Promise<Versioned<Agent>>;
  /** The open ones whose restriction the agent does not have any more, before their time is over: a lift was cut off. The agent as it is then. */
  gone(
    responses: readonly Response[],
    agent: Agent,
  ): Promise<{ readonly gone: readonly Response[]; readonly at: number }>;
}

const hasRestriction = ({ restrictions = [] }: Pick<Agent, 'restrictions'>, { id }: Response): boolean =>
  restrictions.some(({ response }) => response === id);

export const responseRestrictions = ({
  documents,
  agents,
  clock,
  caller,
}: {
  readonly documents: DocumentStore;
  readonly agents: Pick<AgentRegistry, 'restrict' | 'endRestriction'>;
  readonly clock: Clock;
  /** The caller of what the server does by itself. */
  readonly caller: By;
}): ResponseRestrictions => {
  const stored = documents.collection<Agent>(AGENTS);
  const responses = documents.collection<Response>(RESPONSES);
  /** It is open, or over, only after its agent was restricted. */
  const isBegun = async (id: string): Promise<boolean> => (await responses.get(id))?.document.state === 'begun';

  return {
    isRestrictedBy: ({ act }, agent) => isRestricting(act) && restrictionOf(agent, act, clock.now()) !== undefined,

    async order({ id, agent, act, createdAt: at, until, past }) {
      if (!isRestricting(act) || until === undefined || !past) return false;
      try {
        const restriction = { ...past, act, response: id, at, until };
        return (await agents.restrict(agent, restriction, caller, () => isBegun(id))) || undefined;
      } catch (error) {
        if (!isDomainError(error) || error.code === 'unavailable') throw error;
        return false;
      }
    },

    end: ({ id, agent, createdAt: at, owner, until = 0 }, by) =>
      agents.endRestriction(agent, { response: id, at, until, owner }, by),

    async gone(some, agent) {
      const now = clock.now();
      const isMissing = (of: Agent) => (one: Response) =>
        one.state === 'open' && isRestricting(one.act) && (one.until ?? 0) > now && !hasRestriction(of, one);
      const missing = some.filter(isMissing(agent));
      if (missing.length === 0) return { gone: [], at: agent.updatedAt };
      // A response is open only after its agent is restricted: the agent may have been read before that.
      const read = (await stored.get(agent.id))?.document;
      return { gone: read ? missing.filter(isMissing(read)) : [], at: (read ?? agent).updatedAt };
    },
  };
};
