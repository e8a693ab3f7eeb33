import type { AccountModel, ClientAccess, DelegationNode } from '../../../views/pages/account-model.ts';
import type { StoppedRight } from '../../../views/partials/rights-in-effect.ts';
import type { ResourceFacts, ScopeItem } from '../../../views/partials/scope-list.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { isEmpty } from '../../domain/authority/delegation/attenuation.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import { type EffectiveRights, effectiveRights } from '../../domain/authority/grants/effective-rights.ts';
import { isNarrowable } from '../../domain/authority/grants/grant-service.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Grant } from '../../domain/ports/grants.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { DetailType } from '../../domain/vocabulary/detail-type.ts';
import { agentFacts, ownerNames } from '../interaction/consent-model.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import { scopeInWords, whyStopped } from '../interaction/rights-in-words.ts';
import { detailInWords, detailsInWords, detailsToTake } from './details-in-words.ts';
import { askedAgents } from './own-review.ts';

/** Delegations and grants on one page; an account with more sees the newest. */
const SHOWN = 1000;

/** What agents and apps hold of an account. */
export const accountModel = async (
  deps: PeopleDeps,
  account: Account,
): Promise<Pick<AccountModel, 'account' | 'delegations' | 'clients' | 'asked'>> => {
  const [{ items }, grants] = await Promise.all([
    deps.delegations.list({ subject: account.id, live: true, limit: SHOWN }),
    deps.grants.ofAccount(account.id),
  ]);
  // A delegation is empty once the person has removed all of its rights from those above it.
  const held = items.filter((delegation) => !isEmpty(delegation));
  const resources = await resourceFinder(deps, [
    ...held.map(({ resource }) => resource),
    ...grants.flatMap(resourcesOf),
  ]);
  const { name, username, email } = account;
  const delegations = await delegationTree(deps, account, held, resources);
  return {
    account: { name, username, ...(email === undefined ? {} : { email }) },
    delegations,
    asked: await askedAgents(deps, held, delegations, (resource, names) => inWords(names, resources(resource))),
    clients: await clientAccess(deps, account, grants, held, resources),
  };
};

type ResourceFinder = (
  identifier: string,
) => ResourceFacts & { readonly scopes: readonly ScopeItem[]; readonly types: readonly DetailType[] };

const resourcesOf = ({ resources, details = {} }: Grant): readonly string[] => [
  ...new Set([...Object.keys(resources), ...Object.keys(details)]),
];

const resourceFinder = async (deps: PeopleDeps, identifiers: readonly string[]): Promise<ResourceFinder> => {
  const known = new Map<string, ResourceServer>();
  for (const identifier of new Set(identifiers)) {
    const found = await deps.resourceServers.findByIdentifier(identifier);
    if (found) known.set(identifier, found.document);
  }
  return (identifier) => {
    const server = known.get(identifier);
    return {
      identifier,
      name: server?.name ?? identifier,
      scopes: server?.scopes ?? [],
      types: server?.detailTypes ?? [],
    };
  };
};

const inWords = (
  names: readonly string[],
  { scopes }: { readonly scopes: readonly ScopeItem[] },
): readonly ScopeItem[] => names.map((name) => scopeInWords(name, scopes));

/** The effective permissions and the blocked ones, as text. */
const shown = (
  rights: EffectiveRights | undefined,
  { scopes, types }: { readonly scopes: readonly ScopeItem[]; readonly types: readonly DetailType[] },
) => {
  const { scope = [], withheld = [], details = [], withheldDetails = [] } = rights ?? {};
  const stopped: StoppedRight[] = [
    ...withheld.map((each) => ({
      what: scopeInWords(each.scope, scopes),
      why: whyStopped(each),
    })),
    ...withheldDetails.map((each) => ({ what: detailInWords(each.detail, types), why: whyStopped(each) })),
  ];
  return {
    scopes: inWords(scope, { scopes }),
    ...detailsInWords(details, types),
    ...(stopped.length === 0 ? {} : { stopped }),
  };
};

const usedAt = (at: number | undefined): { readonly usedAt?: number } => (at === undefined ? {} : { usedAt: at });

const delegationTree = async (
  deps: PeopleDeps,
  account: Account,
  held: readonly Delegation[],
  resources: ResourceFinder,
): Promise<readonly DelegationNode[]> => {
  const ids = [...new Set(held.flatMap(({ actor, delegableTo }) => [actor, ...delegableTo.agents]))];
  const agents = new Map<string, Agent>();
  for (let from = 0; from < ids.length; from += 1000) {
    for (const { document } of await deps.agents.getMany(ids.slice(from, from + 1000)))
      agents.set(document.id, document);
  }
  const owners = await ownerNames(
    deps,
    [...agents.values()].map(({ owner }) => owner),
  );
  const used = await deps.uses.lastUses(held.map(({ id }) => id));
  const apps = new Map<string, string>();
  for (const id of new Set(held.flatMap(({ via }) => via ?? []))) apps.set(id, (await namesOf(deps, id))?.name ?? id);
  const rights = effectiveRights({ ...deps, clock: deps.approvals.clock });
  const effective = new Map<string, EffectiveRights>();
  for (const delegation of held) effective.set(delegation.id, await rights.ofDelegation(delegation, account));
  const node = (delegation: Delegation): DelegationNode => {
    const agent = agents.get(delegation.actor);
    const { scopes, types, ...resource } = resources(delegation.resource);
    return {
      id: delegation.id,
      agent: agent
        ? agentFacts(agent, owners)
        : {
            id: delegation.actor,
            name: delegation.actor,
            ownerName: agentWords.unknownOwner,
            purpose: '',
            environment: 'production',
          },
      resource,
      ...(delegation.via === undefined ? {} : { calledBy: apps.get(delegation.via) ?? delegation.via }),
      ...shown(effective.get(delegation.id), { scopes, types }),
      since: delegation.createdAt,
      until: delegation.expiresAt,
      ...usedAt(used.get(delegation.id)),
      ...(delegation.parent === null && delegation.scope.length + (delegation.details?.length ?? 0) > 1
        ? {
            narrowing: {
              action: `${deps.basePath}/account/delegations/${delegation.id}/narrow`,
              resources: [
                {
                  resource,
                  scopes: inWords(delegation.scope, { scopes }),
                  details: detailsToTake(delegation.resource, delegation.details ?? [], types),
                },
              ],
            },
          }
        : {}),
      revokeAction: `${deps.basePath}/account/delegations/${delegation.id}/revoke`,
      ...(delegation.parent === null
        ? { revokeAllAction: `${deps.basePath}/account/agents/${delegation.actor}/revoke` }
        : {}),
      mayBeDelegatedTo: delegation.delegableTo.agents.map((id) => agents.get(id)?.name ?? id),
      below: held.filter(({ parent }) => parent === delegation.id).map(node),
    };
  };
  return held.filter(({ parent }) => parent === null).map(node);
};

/** Apps, and agents without a delegation in the list: each once, for all its grants. */
const clientAccess = async (
  deps: PeopleDeps,
  account: Account,
  grants: readonly Grant[],
  held: readonly Delegation[],
  resources: ResourceFinder,
): Promise<readonly ClientAccess[]> => {
  const used = await deps.uses.lastUses(grants.map(({ id }) => id));
  const rights = effectiveRights({ ...deps, clock: deps.approvals.clock });
  const listed = grants.slice(0, SHOWN).filter((grant) => held.every(({ actor }) => actor !== grant.clientId));
  const access = await Promise.all(
    [...Map.groupBy(listed, ({ clientId }) => clientId)].map(async ([id, held]): Promise<ClientAccess | undefined> => {
      const named = await namesOf(deps, id);
      // The account pages themselves are no registered client.
      if (!named) return undefined;
      // The rights of an agent are in its delegations. Without a delegation it holds nothing at a resource.
      const identifiers = id.startsWith('agt_') ? [] : [...new Set(held.flatMap(resourcesOf))].sort();
      const openidScopes = [...new Set(held.flatMap((grant) => grant.openidScopes))];
      const at = (identifier: string) => ({
        resource: identifier,
        scope: [...new Set(held.flatMap((grant) => grant.resources[identifier] ?? []))].sort(),
        details: held.flatMap((grant) => grant.details?.[identifier] ?? []),
      });
      const narrowable = {
        resources: identifiers.flatMap((identifier) => {
          const { scopes, types, ...resource } = resources(identifier);
          const { scope, details } = at(identifier);
          const own = { scopes: inWords(scope, { scopes }), details: detailsToTake(identifier, details, types) };
          return own.scopes.length + own.details.length === 0 ? [] : [{ resource, ...own }];
        }),
        openidScopes: openidScopes.filter(isNarrowable),
      };
      const app = (await deps.clients.get(id))?.document;
      const isUnasked = app !== undefined && (await deps.consents.isUnasked(account.id, app));
      const lastUses = held.flatMap((grant) => used.get(grant.id) ?? []);
      return {
        client: { id, name: named.name },
        grants: held.length,
        openidScopes,
        resources: await Promise.all(
          identifiers.map(async (identifier) => {
            const { scopes, types, ...resource } = resources(identifier);
            return { ...resource, ...shown(await rights.ofClient(id, at(identifier), account), { scopes, types }) };
          }),
        ),
        since: Math.min(...held.map(({ createdAt }) => createdAt)),
        until: Math.max(...held.map(({ expiresAt }) => expiresAt)),
        ...usedAt(lastUses.length === 0 ? undefined : Math.max(...lastUses)),
        ...(isUnasked ? { isUnasked } : {}),
        // This app needs no consent, so it would regain every right at the next sign-in.
        ...(isUnasked || narrowable.resources.length + narrowable.openidScopes.length === 0
          ? {}
          : {
              narrowing: {
                action: `${deps.basePath}/account/clients/${encodeURIComponent(id)}/narrow`,
                ...narrowable,
              },
            }),
        revokeAction: `${deps.basePath}/account/clients/${encodeURIComponent(id)}/revoke`,
      };
    }),
  );
  return access.filter((one) => one !== undefined);
};
