import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { Without } from '../../domain/authority/delegation/delegation-changes.ts';
import type { DelegationRegistry } from '../../domain/authority/delegation/delegation-registry.ts';
import type { GrantUses } from '../../domain/authority/grants/grant-last-used.ts';
import type { AgentRegistry } from '../../domain/clients/agents/agent-registry.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import { detailId } from '../../domain/resources/authorization-details/detail-id.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { DomainError, refuseField } from '../../domain/vocabulary/errors.ts';
import { type Answer, type Call, existing, type Handlers } from './call.ts';
import { showDelegation } from './representations.ts';

/** The part of the delegation registry this API calls. */
export type Delegations = Pick<DelegationRegistry, 'get' | 'live' | 'list' | 'revoke' | 'narrow'>;

type Operations = 'listDelegations' | 'getDelegation' | 'revokeDelegation' | 'narrowDelegation';

/** An account without a role sees what was given on its behalf and what its own agents hold. */
export const delegationHandlers = (
  delegations: Delegations,
  agents: Pick<AgentRegistry, 'get'>,
  owners: Pick<Owners, 'answersFor'>,
  uses: Pick<GrantUses, 'lastUses'>,
): Handlers<Operations> => {
  const ownsAgent = async (id: string, account: string): Promise<boolean> => {
    const agent = await agents.get(id);
    return agent !== undefined && (await owners.answersFor(agent.document.owner, account));
  };

  const visible = async ({ id, access, caller }: Call): Promise<Delegation> => {
    const delegation = await delegations.get(id);
    const isVisible =
      delegation !== undefined &&
      (access === 'all' || delegation.subject === caller.id || (await ownsAgent(delegation.actor, caller.id)));
    return existing(isVisible ? delegation : undefined);
  };

  const shown = async (...found: readonly Delegation[]) => {
    const used = await uses.lastUses(found.map(({ id }) => id));
    return Promise.all(
      found.map(async (delegation) =>
        showDelegation(delegation, (await delegations.live(delegation.id)) !== undefined, used.get(delegation.id)),
      ),
    );
  };
  const one = async (delegation: Delegation): Promise<Answer> => {
    const [body] = await shown(delegation);
    return body === undefined ? {} : { body };
  };

  return {
    async listDelegations({ query, after, access, caller }): Promise<Answer> {
      const { actor, live, limit = 50 } = query;
      const isOwnActor = access === 'own' && actor !== undefined && (await ownsAgent(actor, caller.id));
      // Without a role, other accounts' delegations do not exist (MG-01).
      const subject = query.subject ?? (access === 'own' && !isOwnActor ? caller.id : undefined);
      if (access === 'own' && subject !== caller.id && !isOwnActor) return { body: { items: [] } };
      const { items, next } = await delegations.list({ subject, actor, live: live ?? false, after, limit });
      return { body: { items: await shown(...items) }, next };
    },

    getDelegation: async (call) => one(await visible(call)),

    async revokeDelegation(call) {
      const delegation = await visible(call);
      const revoked = await delegations.revoke(call.id, call.by.caller, call.by.request);
      return one(revoked ?? delegation);
    },

    async narrowDelegation(call) {
      const delegation = await visible(call);
      const without = withoutOf(delegation, call.body as Partial<Without>);
      const narrowed = await delegations.narrow(delegation.id, without, call.by.caller, call.by.request);
      if (!narrowed) throw new DomainError('conflict', 'Somebody changed it meanwhile: read it again.');
      return one(narrowed);
    },
  };
};

/**
 * The rights that a call takes from a delegation: only rights it holds, and never all of them. Throws DomainError
 * 'invalid_field' naming the member, and 'conflict' for a delegation that is over, is not the first hop, or would hold
 * nothing.
 */
const withoutOf = (delegation: Delegation, { scope = [], details = [] }: Partial<Without>): Required<Without> => {
  if (delegation.state === 'revoked') throw new DomainError('conflict', 'It has ended.');
  if (delegation.parent !== null) {
    throw new DomainError('conflict', 'What a hop holds is cut from the one above: narrow that, or end this.');
  }
  const held = delegation.details ?? [];
  const idOf = (detail: Detail): string => detailId(delegation.resource, detail);
  const missing = scope.findIndex((name) => !delegation.scope.includes(name));
  if (missing >= 0) refuseField(`/scope/${missing}`, NOT_HELD);
  const ids = held.map(idOf);
  const foreign = details.findIndex((detail) => !ids.includes(idOf(detail)));
  if (foreign >= 0) refuseField(`/details/${foreign}`, NOT_HELD);
  if (scope.length + details.length === 0) {
    throw new DomainError('invalid_request', 'It names nothing that is to be taken.');
  }
  const taken = details.map(idOf);
  const isLeft = delegation.scope.some((name) => !scope.includes(name)) || ids.some((id) => !taken.includes(id));
  if (!isLeft) throw new DomainError('conflict', 'Nothing would be left of it: end it instead.');
  return { scope, details: held.filter((_, index) => taken.includes(ids[index] ?? '')) };
};

const NOT_HELD = 'The delegation does not hold this.';
