import type { GrantUses } from '../../domain/authority/grants/grant-last-used.ts';
import {
  type GrantService,
  isNarrowable,
  isNothing,
  split,
  type Taking,
} from '../../domain/authority/grants/grant-service.ts';
import type { AgentRegistry } from '../../domain/clients/agents/agent-registry.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { Grant, Grants } from '../../domain/ports/grants.ts';
import { detailId } from '../../domain/resources/authorization-details/detail-id.ts';
import type { DetailsByResource } from '../../domain/vocabulary/detail-type.ts';
import { DomainError, refuseField } from '../../domain/vocabulary/errors.ts';
import { pointerStep } from '../../domain/vocabulary/json-pointer.ts';
import { type Answer, type Call, existing, type Handlers } from './call.ts';
import { showGrant } from './representations.ts';

/** The part of the grants this API reads. */
export type GrantDependencies = {
  readonly grants: Pick<Grants, 'held' | 'list'>;
  readonly service: Pick<GrantService, 'revoke' | 'narrow'>;
  readonly uses: Pick<GrantUses, 'lastUses'>;
};

type Operations = 'listGrants' | 'getGrant' | 'revokeGrant' | 'narrowGrant';

/** An account without a role sees what it allowed itself, and what its own agents were allowed. */
export const grantHandlers = (
  { grants, service, uses }: GrantDependencies,
  agents: Pick<AgentRegistry, 'get'>,
  owners: Pick<Owners, 'answersFor'>,
): Handlers<Operations> => {
  const ownsAgent = async (id: string, account: string): Promise<boolean> => {
    const agent = await agents.get(id);
    return agent !== undefined && (await owners.answersFor(agent.document.owner, account));
  };

  const visible = async ({ id, access, caller }: Call): Promise<Grant> => {
    const grant = await grants.held(id);
    const isVisible =
      grant !== undefined &&
      (access === 'all' || grant.account === caller.id || (await ownsAgent(grant.clientId, caller.id)));
    return existing(isVisible ? grant : undefined);
  };

  return {
    async listGrants({ query, after, access, caller }): Promise<Answer> {
      const { client, limit = 50 } = query;
      const isOwnAgent = access === 'own' && client !== undefined && (await ownsAgent(client, caller.id));
      // Without a role, other accounts' grants do not exist (MG-01).
      const account = query.account ?? (access === 'own' && !isOwnAgent ? caller.id : undefined);
      if (access === 'own' && account !== caller.id && !isOwnAgent) return { body: { items: [] } };
      const { items, next } = await grants.list({ account, clientId: client, after, limit });
      const used = await uses.lastUses(items.map(({ id }) => id));
      return { body: { items: items.map((grant) => showGrant(grant, used.get(grant.id))) }, next };
    },

    async getGrant(call) {
      const grant = await visible(call);
      return { body: showGrant(grant, (await uses.lastUses([grant.id])).get(grant.id)) };
    },

    async revokeGrant(call) {
      const isEnded = await service.revoke(await visible(call), call.by);
      if (!isEnded) throw new DomainError('not_found', 'It was over already: another call ended it first.');
      return {};
    },

    async narrowGrant(call) {
      const grant = await visible(call);
      await service.narrow(grant, takingOf(grant, call.body as GrantNarrowing), call.by);
      // Another caller may have ended it at the same time.
      const left = existing(await grants.held(grant.id));
      return { body: showGrant(left, (await uses.lastUses([left.id])).get(left.id)) };
    },
  };
};

type GrantNarrowing = {
  readonly openidScopes?: readonly string[];
  readonly resources?: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
};

/**
 * The rights that a call takes from a grant: only rights it holds, and never all of them. Throws DomainError 'invalid_field'
 * naming the member, and 'conflict' where nothing would be left.
 */
const takingOf = (grant: Grant, body: GrantNarrowing): Taking => {
  const { openidScopes = [], resources = {}, details = {} } = body;
  if (grant.clientId.startsWith('agt_')) {
    for (const member of ['resources', 'details'] as const) {
      if (body[member] === undefined) continue;
      refuseField(`/${member}`, 'What an agent may do stands in its delegations: take it from those.');
    }
  }
  for (const [index, scope] of openidScopes.entries()) {
    if (!isNarrowable(scope))
      refuseField(`/openid_scopes/${index}`, 'That somebody signs in is what it is: end it instead.');
    if (!grant.openidScopes.includes(scope)) refuseField(`/openid_scopes/${index}`, NOT_HELD);
  }
  for (const [resource, scopes] of Object.entries(resources)) {
    const held = Object.hasOwn(grant.resources, resource) ? (grant.resources[resource] ?? []) : [];
    const missing = scopes.findIndex((scope) => !held.includes(scope));
    if (missing >= 0) refuseField(`/resources/${pointerStep(resource)}/${missing}`, NOT_HELD);
  }
  const detailIds: string[] = [];
  for (const [resource, taken] of Object.entries(details)) {
    const all = grant.details ?? {};
    const held = Object.hasOwn(all, resource) ? (all[resource] ?? []) : [];
    const ids = held.map((detail) => detailId(resource, detail));
    for (const [index, detail] of taken.entries()) {
      const id = detailId(resource, detail);
      if (!ids.includes(id)) refuseField(`/details/${pointerStep(resource)}/${index}`, NOT_HELD);
      detailIds.push(id);
    }
  }
  const taking = { openidScopes, resources, detailIds };
  const { lost, left } = split(grant, taking);
  if (isNothing(lost)) throw new DomainError('invalid_request', 'It names nothing that is to be taken.');
  if (isNothing(left)) throw new DomainError('conflict', 'Nothing would be left of it: end it instead.');
  return taking;
};

const NOT_HELD = 'The grant does not hold this.';
