/**
 * The rights that are left now of those a person allowed, and why not more. Makes the same decision as for a token with
 * all of these rights. Reads only; makes no outside call.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import { isDocumentId } from '../../clients/clients/metadata-document.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Grant } from '../../ports/grants.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { actorsOf } from '../../vocabulary/actor-chain.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { Authorize } from '../decision/authorize.ts';
import type { Decision, Withheld, WithheldDetail } from '../decision/decision.ts';
import { agentParty, clientParty, type Party } from '../decision/facts.ts';
import { type Delegation, delegatedDetails } from '../delegation/delegation.ts';

/** The rights that work now, and the allowed rights that are blocked now. */
export type EffectiveRights = {
  readonly scope: readonly string[];
  readonly withheld: readonly Withheld[];
  readonly details: readonly Detail[];
  readonly withheldDetails: readonly WithheldDetail[];
};

type Held = { readonly resource: string; readonly scope: readonly string[]; readonly details: readonly Detail[] };
type Lookup<T> = { get(id: string): Promise<Versioned<T> | undefined> };

export const effectiveRights = (deps: {
  readonly authorize: Authorize;
  readonly agents: Lookup<Agent>;
  readonly clients: Lookup<Client>;
  readonly resourceServers: { findByIdentifier(identifier: string): Promise<Versioned<ResourceServer> | undefined> };
  readonly clock: Pick<Clock, 'now'>;
}) => {
  const { authorize, agents, clients, clock } = deps;

  const activeServer = async (identifier: string): Promise<ResourceServer | undefined> => {
    const found = (await deps.resourceServers.findByIdentifier(identifier))?.document;
    return found?.state === 'active' ? found : undefined;
  };

  const activeAgents = async (ids: readonly string[]): Promise<readonly Party[] | undefined> => {
    const parties: Party[] = [];
    for (const id of new Set(ids)) {
      const agent = (await agents.get(id))?.document;
      if (agent?.state !== 'active') return undefined;
      parties.push(agentParty(agent));
    }
    return parties;
  };

  const decided = async (
    { resource, scope, details }: Held,
    parties: readonly Party[] | undefined,
    account: Account,
    delegation?: Delegation,
  ): Promise<EffectiveRights> => {
    const held = { resource, scope, details };
    const [caller, ...through] = parties ?? [];
    if (!caller) return nothing(held, 'agent');
    const server = await activeServer(resource);
    if (!server) return nothing(held, 'resource_server');
    const decision: Decision = await authorize({
      route: 'introspection',
      now: clock.now(),
      server,
      asked: scope,
      caller,
      through,
      subject: account,
      ...(delegation ? { delegation: delegation.scope, actors: actorsOf(delegation.chain) } : {}),
      ...(details.length === 0
        ? {}
        : { details: { asked: details, ...(delegation ? { delegation: delegatedDetails(delegation) } : {}) } }),
    });
    return {
      scope: decision.scope,
      withheld: decision.removed,
      details: decision.details,
      withheldDetails: decision.removedDetails,
    };
  };

  return {
    /** Effective rights of a delegation. */
    async ofDelegation(delegation: Delegation, account: Account): Promise<EffectiveRights> {
      const held = { ...delegation, details: delegation.details ?? [] };
      const calling = delegation.via === undefined ? undefined : (await clients.get(delegation.via))?.document;
      if (delegation.via !== undefined && calling?.state !== 'active') return nothing(held, 'client');
      const parties = await activeAgents(actorsOf(delegation.chain));
      const caller = calling ? [clientParty(calling, isDocumentId(calling.id))] : [];
      return decided(held, parties && [...parties, ...caller], account, delegation);
    },

    /** Effective rights of a client at one resource. An agent holds what its delegations give it, and nothing by itself. */
    async ofClient(clientId: Grant['clientId'], held: Held, account: Account): Promise<EffectiveRights> {
      const client = (await clients.get(clientId))?.document;
      if (client?.state !== 'active') return nothing(held, 'client');
      return decided(held, [clientParty(client, isDocumentId(client.id))], account);
    },
  };
};

const nothing = ({ scope, details }: Held, layer: Layer): EffectiveRights => ({
  scope: [],
  withheld: scope.map((name) => ({ scope: name, layer })),
  details: [],
  withheldDetails: details.map((detail) => ({ detail, layer })),
});
