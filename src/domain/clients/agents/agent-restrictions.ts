/**
 * The restrictions of agents as part of their registry: ordering one, and its end. They are members of the agent, so that they hold wherever its
 * state does: on all nodes, for each decision, and after a restart.
 */
import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import { independenceOf } from '../clients/security-suspension.ts';
import type { Agent } from './agent.ts';
import type { AgentDocuments } from './agent-documents.ts';
import { agentRefusal } from './agent-refusals.ts';
import { type Restriction, restrictionOf } from './restriction.ts';

/** A restriction as the response knows it that ordered it. */
export type OrderedRestriction = Pick<Restriction, 'response' | 'at' | 'until' | 'owner'>;

/** Part of the registry. Each change writes its audit event first, and applies to the stored version. */
export interface AgentRestrictions {
  /**
   * Restricts an agent. Returns whether this restriction holds: false while another one of the same act lasts, which it does not extend. Idempotent.
   * `isDue` is asked after each read of the agent, and says whether this restriction never held: a caller that stalled must not bring back one
   * that was ended meanwhile. Default: it is. Throws 'not_found', and 'conflict' once the agent is retired.
   */
  restrict(
    id: string,
    restriction: Omit<Restriction, 'owner'>,
    by: By,
    isDue?: () => Promise<boolean>,
  ): Promise<boolean>;
  /**
   * Ends the restriction that a response ordered. Idempotent. Throws 'not_found', and 'forbidden' unless the caller is an operator who has had no
   * part in the agent since it began, or its time is over.
   */
  endRestriction(id: string, ordered: OrderedRestriction, by: By): Promise<Versioned<Agent>>;
}

const withoutRestriction = ({ restrictions = [], ...agent }: Agent, response: string): Agent => {
  const others = restrictions.filter((one) => one.response !== response);
  return { ...agent, ...(others.length === 0 ? {} : { restrictions: others }) };
};

export const agentRestrictions = ({
  documentsOf,
  clock,
  owners,
}: Pick<AgentDocuments, 'documentsOf'> & {
  readonly clock: Clock;
  readonly owners: Pick<Owners, 'answersFor' | 'accountsSince'>;
}): AgentRestrictions => {
  const isIndependent = independenceOf(owners);

  return {
    async restrict(id, restriction, by, isDue = async () => true): Promise<boolean> {
      const { act, response, until } = restriction;
      const restricted = async (agent: Agent): Promise<Agent> => {
        if (agent.state === 'retired') throw agentRefusal('agent_retired');
        const now = clock.now();
        if (restrictionOf(agent, act, now) || until <= now || !(await isDue())) return agent;
        const others = (agent.restrictions ?? []).filter((one) => one.act !== act);
        return { ...agent, restrictions: [...others, { ...restriction, owner: agent.owner }] };
      };
      const about = { inputs: { cause: response, act, until } };
      const { document } = await documentsOf.change(id, undefined, 'agent.restricted', by, restricted, about);
      return document.restrictions?.some((one) => one.response === response) === true;
    },

    endRestriction: (id, { response, at, until, owner }, by): Promise<Versioned<Agent>> =>
      documentsOf.change(
        id,
        undefined,
        'agent.restriction_ended',
        by,
        async (agent) => {
          const isOver = until <= clock.now();
          if (!isOver && !(await isIndependent(agent, by, { at, owner }))) throw agentRefusal('agent_restricted');
          return withoutRestriction(agent, response);
        },
        { inputs: { cause: response } },
      ),
  };
};
