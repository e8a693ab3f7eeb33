/** Resource: delegations. */

import type { Delegation } from '../../../domain/authority/delegation/delegation.ts';
import type { Without } from '../../../domain/authority/delegation/delegation-changes.ts';
import { delegationRefusal } from '../../../domain/authority/delegation/delegation-refusals.ts';
import type { DelegationRegistry } from '../../../domain/authority/delegation/delegation-registry.ts';
import type { GrantUses } from '../../../domain/authority/grants/grant-last-used.ts';
import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import { detailId } from '../../../domain/resources/authorization-details/detail-id.ts';
import type { Detail } from '../../../domain/vocabulary/detail-type.ts';
import { type Call, existing } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, OWN, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  flag,
  identified,
  input,
  integer,
  list,
  object,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
} from '../schema-parts.ts';
import { DETAIL } from '../shared-schemas.ts';
import { show } from '../wire-names.ts';

const DELEGATION = named(
  'Delegation',
  output(
    {
      ...identified('Begins with dlg_; the claim `delegation` of tokens.'),
      subject: string('Account on whose behalf the agent acts.'),
      actor: string('Agent that acts.'),
      resource: string('Resource indicator.'),
      via: string(
        'App that calls the agent. The delegation applies to tokens of this app only, and the app’s grant does not limit it.',
      ),
      scope: arrayOf(string()),
      details: list('Authorization details of the delegation (RFC 9396).', 100, DETAIL),
      parent: {
        type: ['string', 'null'],
        description: 'Parent delegation that it was derived from; null: the person’s consent.',
      },
      depth: integer('Number of the hop: 1 for the first.'),
      chain: object('Chain of actors, as in the `act` claim (RFC 8693 §4.1).'),
      delegable_to: {
        type: 'object',
        description: 'Agents that it is delegable to, and how many hops further.',
        properties: { agents: arrayOf(string()), depth: integer() },
      },
      state: oneOf(
        'suspended: the agent has a new owner whom the person has not confirmed. Until then neither the delegation nor its descendants grant authority.',
        ['active', 'suspended', 'revoked'],
      ),
      live: flag('Whether it is active now: neither it nor an ancestor was revoked or has expired.'),
      revoked_at: seconds('When it was revoked.'),
      revoked_by: string('Account or client that revoked it.'),
      last_used_at: seconds('When a token was last issued from it; absent when none was issued within 400 days.'),
      ...RECORD,
      expires_at: seconds('When it expires.'),
    },
    ['via', 'details', 'revoked_at', 'revoked_by', 'last_used_at'],
  ),
);

const DELEGATION_PAGE = page(DELEGATION);

const DELEGATION_NARROWING = named('DelegationNarrowing', {
  ...input({
    scope: strings('Scopes to remove.', 200, 200),
    details: list('Authorization details to remove, as the delegation shows them.', 100, DETAIL),
  }),
  minProperties: 1,
});

const SCOPES = scopes('delegations', {
  read: ['See what agents may do for people', 'medium'],
  write: ['Revoke what agents may do for people', 'high'],
});

const make = about('delegations', SCOPES);

const routes = {
  listDelegations: make.read('/delegations', DELEGATION_PAGE, 'List delegations, newest first', {
    own: true,
    query: {
      ...PAGE,
      subject: givenId('Only those on behalf of this account.'),
      actor: givenId('Only those of this agent.'),
      live: { ...flag('Only those that are active.'), default: false },
    },
  }),
  getDelegation: make.read('/delegations/{id}', DELEGATION, 'Read a delegation', OWN),
  revokeDelegation: make.act(
    '/delegations/{id}/revoke',
    DELEGATION,
    'Revoke a delegation and all its descendants',
    OWN,
  ),
  narrowDelegation: make.act(
    '/delegations/{id}/narrow',
    DELEGATION,
    'Remove single rights from a first-hop delegation and all its descendants. Refused for rights it does not hold, or for all its rights',
    { ...OWN, body: DELEGATION_NARROWING },
  ),
};

/** The functions of the delegation registry for this API. */
export type Delegations = Pick<DelegationRegistry, 'get' | 'live' | 'list' | 'revoke' | 'narrow'>;

const MEMBERS = [
  'id',
  'subject',
  'actor',
  'resource',
  'via',
  'scope',
  'details',
  'parent',
  'depth',
  'chain',
  'delegableTo',
  'state',
  'revokedAt',
  'revokedBy',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const satisfies readonly (keyof Delegation)[];

/** `live`: whether the delegation is live now, which the stored delegation alone does not show. `usedAt`: if known. */
const showDelegation = (delegation: Delegation, live: boolean, usedAt: number | undefined) => ({
  ...show(delegation, MEMBERS),
  live,
  ...(usedAt === undefined ? {} : { last_used_at: usedAt }),
});

type Dependencies = {
  readonly delegations: Delegations;
  readonly agents: Pick<AgentRegistry, 'get'>;
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly grants: { readonly uses: Pick<GrantUses, 'lastUses'> };
};

/** An account without a role sees delegations on its behalf and those of its own agents. */
const handlers = ({ delegations, agents, owners, grants: { uses } }: Dependencies): Handlers<typeof routes> => {
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

  const shownWith = async (delegation: Delegation, used: ReadonlyMap<string, number>) =>
    showDelegation(delegation, (await delegations.live(delegation.id)) !== undefined, used.get(delegation.id));
  const shown = async (found: readonly Delegation[]) => {
    const used = await uses.lastUses(found.map(({ id }) => id));
    return Promise.all(found.map(async (delegation) => shownWith(delegation, used)));
  };
  const one = async (delegation: Delegation) => ({
    body: await shownWith(delegation, await uses.lastUses([delegation.id])),
  });

  return {
    async listDelegations({ query, after, access, caller }) {
      const { actor, live, limit = 50 } = query;
      const isOwnActor = access === 'own' && actor !== undefined && (await ownsAgent(actor, caller.id));
      // Answers a caller without a role as if other accounts' delegations did not exist (MG-01).
      const subject = query.subject ?? (access === 'own' && !isOwnActor ? caller.id : undefined);
      if (access === 'own' && subject !== caller.id && !isOwnActor) return { body: { items: [] } };
      const { items, next } = await delegations.list({ subject, actor, live: live ?? false, after, limit });
      return { body: { items: await shown(items) }, next };
    },

    getDelegation: async (call) => one(await visible(call)),

    async revokeDelegation(call) {
      const delegation = await visible(call);
      const revoked = await delegations.revoke(call.id, call.by.caller, call.by.request);
      return one(revoked ?? delegation);
    },

    async narrowDelegation(call) {
      const delegation = await visible(call);
      const without = withoutOf(delegation, call.body);
      const narrowed = await delegations.narrow(delegation.id, without, call.by.caller, call.by.request);
      if (!narrowed) throw delegationRefusal('delegation_contended');
      return one(narrowed);
    },
  };
};

/**
 * The rights that a call removes from a delegation: only rights that it holds, and never all of them. Throws DomainError
 * 'invalid_field', which names the member. Throws 'conflict' for a delegation that has ended, is not the first hop, or would
 * hold nothing.
 */
const withoutOf = (delegation: Delegation, { scope = [], details = [] }: Partial<Without>): Required<Without> => {
  if (delegation.state === 'revoked') throw delegationRefusal('delegation_revoked');
  if (delegation.parent !== null) {
    throw delegationRefusal('delegation_hop_not_narrowable');
  }
  const held = delegation.details ?? [];
  const idOf = (detail: Detail): string => detailId(delegation.resource, detail);
  const missing = scope.findIndex((name) => !delegation.scope.includes(name));
  if (missing >= 0) throw delegationRefusal('delegation_holds_less', { field: `/scope/${missing}` });
  const ids = held.map(idOf);
  const foreign = details.findIndex((detail) => !ids.includes(idOf(detail)));
  if (foreign >= 0) throw delegationRefusal('delegation_holds_less', { field: `/details/${foreign}` });
  if (scope.length + details.length === 0) {
    throw delegationRefusal('narrowing_names_nothing');
  }
  const taken = details.map(idOf);
  const isLeft = delegation.scope.some((name) => !scope.includes(name)) || ids.some((id) => !taken.includes(id));
  if (!isLeft) throw delegationRefusal('narrowing_leaves_nothing');
  return { scope, details: held.filter((_, index) => taken.includes(ids[index] ?? '')) };
};

export const delegations = resource(routes, handlers);
