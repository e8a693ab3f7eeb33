/**
 * Wishes of MCP servers (decision 21). An app requests access to a resource server. Agents registered as that resource
 * server may want to act for the person in calls by the app. Owns which wishes are shown, and the result of an answer.
 * Wishes are part of the page, and never a reason for a page.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Client } from '../../clients/clients/client.ts';
import { TOKEN_EXCHANGE } from '../../clients/clients/grant-types.ts';
import { isDocumentId } from '../../clients/clients/metadata-document.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Versioned } from '../../ports/document-store.ts';
import { acceptedTargets } from '../../resources/resource-servers/delegation-targets.ts';
import type { ResourceServer, ScopeDeclaration } from '../../resources/resource-servers/resource-server.ts';
import type { Authorize } from '../decision/authorize.ts';
import { agentParty, clientParty } from '../decision/facts.ts';
import type { DelegationRegistry } from '../delegation/delegation-registry.ts';
import { consentRefusal } from './consent-refusals.ts';
import { choiceOf } from './re-delegation-choices.ts';

/** The scopes that one agent would like to use at one API. */
export type Wish = {
  readonly agent: Agent;
  /** The MCP server it is registered as: resource indicator. */
  readonly through: string;
  readonly identifier: string;
  readonly name: string;
  /** Sorted by name, without those that the person allowed before. */
  readonly scopes: readonly ScopeDeclaration[];
  /** Maximum duration by the ceilings of the agent, seconds. Absent: the maximum of the page. */
  readonly mostSeconds?: number;
  /** Whether the person allowed the agent something under a former owner, and has not confirmed the new owner. */
  readonly isNewOwner?: true;
};

/** The part of the wishes that a person allowed, for one agent at one API. */
export type AllowedWish = { readonly wish: Wish; readonly scope: readonly string[] };

/** Maximum number of agents of one MCP server on a page, and of wishes. */
const MOST_AGENTS = 5;
const MOST_WISHES = 20;

export type WishesDependencies = {
  readonly agents: {
    getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]>;
    list(query: { readonly resourceServer: string; readonly state: 'active'; readonly limit: number }): Promise<{
      readonly items: readonly Versioned<Agent>[];
    }>;
  };
  readonly resourceServers: { findByIdentifier(identifier: string): Promise<Versioned<ResourceServer> | undefined> };
  readonly delegations: Pick<DelegationRegistry, 'consented' | 'suspendedOf'>;
  readonly authorize: Authorize;
  /** Resource indicator of the management API, which accepts no exchanged token. */
  readonly managementApi?: string | undefined;
};

/** The wishes of all agents that are registered as one of `servers`, for calls by `client`. */
export const wishesOf = (deps: WishesDependencies) => {
  const { agents, resourceServers, delegations, authorize, managementApi } = deps;

  /** Oldest first, so that new registrations displace no earlier ones. */
  const agentsAt = async ({ id }: ResourceServer): Promise<readonly Agent[]> => {
    const listed = await agents.list({ resourceServer: id, state: 'active', limit: 50 });
    const found = await agents.getMany(listed.items.map(({ document }) => document.id));
    return found
      .map(({ document }) => document)
      .filter(({ state, grantTypes }) => state === 'active' && grantTypes.includes(TOKEN_EXCHANGE))
      .sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
      .slice(0, MOST_AGENTS);
  };

  const targetsOf = async (server: ResourceServer): Promise<ReadonlyMap<ResourceServer, readonly string[]>> => {
    const byResource = Map.groupBy(acceptedTargets(server), ({ resource }) => resource);
    const found = new Map<ResourceServer, readonly string[]>();
    for (const [resource, pairs] of [...byResource].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const target = (await resourceServers.findByIdentifier(resource))?.document;
      if (target?.state !== 'active' || resource === managementApi) continue;
      found.set(
        target,
        pairs.map(({ scope }) => scope),
      );
    }
    return found;
  };

  return async (
    servers: readonly ResourceServer[],
    { account, client, now }: { readonly account: Account; readonly client: Client; readonly now: number },
  ): Promise<readonly Wish[]> => {
    const wishes: Wish[] = [];
    for (const server of servers) {
      const targets = await targetsOf(server);
      if (targets.size === 0) continue;
      for (const agent of await agentsAt(server)) {
        const isNewOwner = (await delegations.suspendedOf(account.id, agent.id)).length > 0;
        for (const [target, names] of targets) {
          const held = await delegations.consented(account.id, agent.id, target.identifier, client.id);
          const asked = names.filter((name) => !held?.scope.includes(name));
          if (asked.length === 0) continue;
          const { scope } = await authorize({
            route: 'consent',
            now,
            server: target,
            asked,
            caller: agentParty(agent),
            through: [clientParty(client, isDocumentId(client.id))],
            subject: account,
          });
          const left = target.scopes.filter(({ name }) => scope.includes(name));
          if (left.length === 0) continue;
          const mostSeconds = agent.ceilings?.maxDelegationSeconds;
          wishes.push({
            agent,
            through: server.identifier,
            identifier: target.identifier,
            name: target.name,
            scopes: left.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
            ...(mostSeconds === undefined ? {} : { mostSeconds }),
            ...(isNewOwner ? { isNewOwner: true } : {}),
          });
          if (wishes.length === MOST_WISHES) return wishes;
        }
      }
    }
    return wishes;
  };
};

/**
 * How a form names a scope of a wish: the agent with the owner that the page showed, the resource indicator and the
 * scope.
 */
export const wishFieldValue = ({ agent, identifier }: Wish, scope: string): string =>
  `${choiceOf(agent)} ${identifier} ${scope}`;

/** The wishes that a form allows. Throws DomainError 'invalid_request' when it names something that was not offered. */
export const allowedWishes = (wishes: readonly Wish[], given: readonly string[]): readonly AllowedWish[] => {
  const known = new Set<string>();
  const allowed = wishes.flatMap((wish) => {
    const scope = wish.scopes
      .map(({ name }) => name)
      .filter((name) => {
        const value = wishFieldValue(wish, name);
        known.add(value);
        return given.includes(value);
      });
    return scope.length === 0 ? [] : [{ wish, scope }];
  });
  if (given.some((value) => !known.has(value))) {
    throw consentRefusal('consent_not_asked', { field: 'wish' });
  }
  return allowed;
};

/** What the person sees of them, for the digest of the page. */
export const seenWishes = (wishes: readonly Wish[], snapshot: (agent: Agent) => unknown): readonly unknown[] =>
  wishes.map(({ agent, through, identifier, name, scopes, mostSeconds, isNewOwner }) => [
    snapshot(agent),
    through,
    identifier,
    name,
    scopes.map(({ name: scope, description, risk }) => [scope, description, risk]),
    mostSeconds ?? null,
    isNewOwner ?? false,
  ]);

/** For the audit log: agent → resource → scopes. */
export const wishesByAgent = (
  all: readonly { readonly wish: Wish; readonly scope: readonly string[] }[],
): Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> => {
  const byAgent = Map.groupBy(all, ({ wish }) => wish.agent.id);
  return Object.fromEntries(
    [...byAgent].map(([agent, each]) => [
      agent,
      Object.fromEntries(each.map(({ wish, scope }) => [wish.identifier, scope])),
    ]),
  );
};

/** The delegations for the wishes that a person allowed: only for calls by `client`, and without re-delegation. */
export const consentsOfWishes = (
  allowed: readonly AllowedWish[],
  about: { readonly subject: string; readonly client: string; readonly now: number; readonly expiresAt: number },
) =>
  allowed.map(({ wish: { agent, identifier, mostSeconds = Number.POSITIVE_INFINITY }, scope }) => ({
    subject: about.subject,
    actor: agent.id,
    resource: identifier,
    via: about.client,
    // An unticked wish is not a denial: the person's other decisions stay.
    asked: scope,
    scope,
    expiresAt: Math.min(about.expiresAt, about.now + mostSeconds),
    delegableTo: { agents: [], depth: 0 },
    ownership: ownershipOf(agent),
  }));
