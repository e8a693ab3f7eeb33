/** Resource: grants. */

import { delegationRefusal } from '../../../domain/authority/delegation/delegation-refusals.ts';
import type { GrantUses } from '../../../domain/authority/grants/grant-last-used.ts';
import { grantRefusal } from '../../../domain/authority/grants/grant-refusals.ts';
import {
  type GrantService,
  isNarrowable,
  isNothing,
  split,
  type Taking,
} from '../../../domain/authority/grants/grant-service.ts';
import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import type { Grant, Grants } from '../../../domain/ports/grants.ts';
import { detailId } from '../../../domain/resources/authorization-details/detail-id.ts';
import type { DetailsByResource } from '../../../domain/vocabulary/detail-type.ts';
import { pointerStep } from '../../../domain/vocabulary/json-pointer.ts';
import { type Call, existing } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenClientId, givenId, OWN, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import { arrayOf, identified, input, list, output, page, recordOf, seconds, string, strings } from '../schema-parts.ts';
import { DETAIL } from '../shared-schemas.ts';

const GRANT = named(
  'Grant',
  output(
    {
      ...identified('Begins with grt_; the claim `grant_id` of access tokens.'),
      account: string('Account that authorized it.'),
      client: string('Client or agent that holds it.'),
      actor: string('Agent that acts for the account through the client, where the request named one.'),
      openid_scopes: arrayOf(string(), 'OpenID scopes: what the client may learn about the account.'),
      resources: recordOf('Resource indicator → scopes.', arrayOf(string())),
      details: recordOf('Resource indicator → authorization details (RFC 9396).', arrayOf(DETAIL)),
      session: string('Session whose end ends the grant; absent for offline access.'),
      parent: {
        type: 'string',
        description:
          'Grant that this instance grant belongs to. Revoking the parent revokes the instance grant, but not the reverse.',
      },
      instance: string('Instance of the agent that holds the grant.'),
      last_used_at: seconds('When a token was last issued from it; absent when none was issued within 400 days.'),
      created_at: seconds('When it was authorized.'),
      expires_at: seconds('When it expires.'),
    },
    ['actor', 'details', 'session', 'parent', 'instance', 'last_used_at'],
  ),
);

const GRANT_PAGE = page(GRANT);

const GRANT_NARROWING = named('GrantNarrowing', {
  ...input({
    openid_scopes: strings('OpenID scopes to remove; `openid` and `offline_access` stay.', 10, 128),
    resources: recordOf(
      'Resource indicator → scopes to remove. Not for agents: their rights are in their delegations.',
      strings('Scopes.', 200, 200),
      { maxProperties: 100 },
    ),
    details: recordOf(
      'Resource indicator → authorization details to remove, as the grant shows them. Not for agents.',
      list('Details.', 100, DETAIL),
      { maxProperties: 100 },
    ),
  }),
  minProperties: 1,
});

const SCOPES = scopes('grants', {
  read: ['See what people allowed applications and agents', 'medium'],
  write: ['Revoke what people allowed applications and agents', 'high'],
});

const make = about('grants', SCOPES);

const routes = {
  listGrants: make.read('/grants', GRANT_PAGE, 'List active grants, newest first', {
    own: true,
    query: {
      ...PAGE,
      account: givenId('Only those of this account.'),
      client: givenClientId('Only those of this client or agent.'),
    },
  }),
  getGrant: make.read('/grants/{id}', GRANT, 'Read a grant. A revoked or expired grant is not found', OWN),
  revokeGrant: make.remove(
    '/grants/{id}',
    'Revoke a grant, its tokens, and all tokens exchanged from them. For an instance grant, only that instance grant is revoked',
    OWN,
  ),
  narrowGrant: make.act(
    '/grants/{id}/narrow',
    GRANT,
    'Remove single rights from a grant and all its instance grants. Refused for rights the grant does not hold, or for all its rights',
    { ...OWN, body: GRANT_NARROWING },
  ),
};

/** The functions of grants for this API. */
export type GrantDependencies = {
  readonly grants: Pick<Grants, 'held' | 'list'>;
  readonly service: Pick<GrantService, 'revoke' | 'narrow'>;
  readonly uses: Pick<GrantUses, 'lastUses'>;
};

/** What a person allowed a client; `usedAt` if known. */
const showGrant = (grant: Grant, usedAt: number | undefined) => ({
  id: grant.id,
  account: grant.account,
  client: grant.clientId,
  ...(grant.actor === undefined ? {} : { actor: grant.actor }),
  openid_scopes: grant.openidScopes,
  // A resource holds nothing once all its scopes were removed.
  resources: Object.fromEntries(Object.entries(grant.resources).filter(([, scopes]) => scopes.length > 0)),
  ...(grant.details === undefined ? {} : { details: grant.details }),
  ...(grant.session === undefined ? {} : { session: grant.session }),
  ...(grant.parent === undefined ? {} : { parent: grant.parent }),
  ...(grant.instance === undefined ? {} : { instance: grant.instance }),
  ...(usedAt === undefined ? {} : { last_used_at: usedAt }),
  created_at: grant.createdAt,
  expires_at: grant.expiresAt,
});

type Dependencies = {
  readonly grants: GrantDependencies;
  readonly agents: Pick<AgentRegistry, 'get'>;
  readonly owners: Pick<Owners, 'answersFor'>;
};

/** An account without a role sees its own grants and those of its own agents. */
const handlers = ({ grants: { grants, service, uses }, agents, owners }: Dependencies): Handlers<typeof routes> => {
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
    async listGrants({ query, after, access, caller }) {
      const { client, limit = 50 } = query;
      const isOwnAgent = access === 'own' && client !== undefined && (await ownsAgent(client, caller.id));
      // Answers a caller without a role as if other accounts' grants did not exist (MG-01).
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
      if (!isEnded) throw grantRefusal('grant_ended_meanwhile');
      return {};
    },

    async narrowGrant(call) {
      const grant = await visible(call);
      await service.narrow(grant, takingOf(grant, call.body), call.by);
      // Another caller may have ended the grant at the same time.
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
 * The rights that a call removes from a grant: only rights that it holds, and never all of them. Throws DomainError
 * 'invalid_field', which names the member, and 'conflict' if nothing would remain.
 */
const takingOf = (grant: Grant, body: GrantNarrowing): Taking => {
  const { openidScopes = [], resources = {}, details = {} } = body;
  if (grant.clientId.startsWith('agt_')) {
    for (const member of ['resources', 'details'] as const) {
      if (body[member] === undefined) continue;
      throw grantRefusal('grant_of_agent_not_narrowable', { field: `/${member}` });
    }
  }
  for (const [index, scope] of openidScopes.entries()) {
    if (!isNarrowable(scope)) throw grantRefusal('grant_scope_kept', { field: `/openid_scopes/${index}` });
    if (!grant.openidScopes.includes(scope)) {
      throw grantRefusal('grant_holds_less', { field: `/openid_scopes/${index}` });
    }
  }
  for (const [resource, scopes] of Object.entries(resources)) {
    const held = Object.hasOwn(grant.resources, resource) ? (grant.resources[resource] ?? []) : [];
    const missing = scopes.findIndex((scope) => !held.includes(scope));
    if (missing >= 0) {
      throw grantRefusal('grant_holds_less', { field: `/resources/${pointerStep(resource)}/${missing}` });
    }
  }
  const detailIds: string[] = [];
  for (const [resource, taken] of Object.entries(details)) {
    const all = grant.details ?? {};
    const held = Object.hasOwn(all, resource) ? (all[resource] ?? []) : [];
    const ids = held.map((detail) => detailId(resource, detail));
    for (const [index, detail] of taken.entries()) {
      const id = detailId(resource, detail);
      if (!ids.includes(id)) {
        throw grantRefusal('grant_holds_less', { field: `/details/${pointerStep(resource)}/${index}` });
      }
      detailIds.push(id);
    }
  }
  const taking = { openidScopes, resources, detailIds };
  const { lost, left } = split(grant, taking);
  if (isNothing(lost)) throw delegationRefusal('narrowing_names_nothing');
  if (isNothing(left)) throw delegationRefusal('narrowing_leaves_nothing');
  return taking;
};

export const grants = resource(routes, handlers);
