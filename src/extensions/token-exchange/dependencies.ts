/** What an exchange needs of the server, and no more. src/compose/extensions.ts provides it. */

import type { AskingByToken } from '../../domain/approvals/request-token-approval.ts';
import type { Authorize } from '../../domain/authority/decision/authorize.ts';
import type { DelegationRegistry } from '../../domain/authority/delegation/delegation-registry.ts';
import type { DelegationRequests } from '../../domain/authority/delegation/delegation-requests.ts';
import type { StepUps } from '../../domain/authority/step-ups/step-ups.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { Peer } from '../../domain/clients/peers/peer.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Grants } from '../../domain/ports/grants.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { IssuedTokens } from '../../domain/ports/issued-tokens.ts';
import type { SignIns } from '../../domain/ports/sign-ins.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { TokenRequest } from '../extension.ts';

export type TokenExchangeDependencies = {
  readonly tokens: IssuedTokens;
  readonly agents: { get(id: string): Found<Agent> };
  readonly resourceServers: {
    get(id: string): Found<ResourceServer>;
    findByIdentifier(identifier: string): Found<ResourceServer>;
  };
  readonly accounts: { get(id: string): Found<Account> };
  readonly clients: { get(id: string): Found<Client> };
  readonly grants: Pick<Grants, 'get'>;
  readonly delegations: Pick<
    DelegationRegistry,
    'live' | 'consented' | 'suspendedAt' | 'sibling' | 'derived' | 'revoke' | 'maxDepth'
  >;
  readonly transactions: Pick<TransactionRegistry, 'live' | 'named'>;
  readonly signIns: SignIns;
  readonly peers: { findByIssuer(issuer: string): Promise<Peer | undefined> };
  readonly authorize: Authorize;
  readonly requests: Pick<DelegationRequests, 'create'>;
  readonly stepUps: Pick<StepUps, 'page' | 'confirmed'>;
  readonly approvals: AskingByToken;
  readonly instances: Pick<InstanceRegistry, 'start'>;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly issuer: string;
  /** Longest life of an exchanged token, at most 600. */
  readonly exchangedTokenTtlSeconds: number;
  /** Audience of transaction tokens. Absent: the server issues none. */
  readonly trustDomain?: string | undefined;
};

/** The authenticated side of a request. */
export type Caller = Pick<
  TokenRequest,
  'id' | 'clientId' | 'isAgent' | 'dpopThumbprint' | 'certificateThumbprint' | 'source' | 'note'
> &
  Partial<Pick<TokenRequest, 'instance'>>;
