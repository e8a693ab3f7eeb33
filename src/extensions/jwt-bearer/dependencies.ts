/** What redeeming an assertion needs of the server, and no more. src/compose/extensions.ts provides it. */

import type { Authorize } from '../../domain/authority/decision/authorize.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import type { AccountLinks } from '../../domain/clients/peers/account-links.ts';
import type { PeerAssertions } from '../../domain/clients/peers/peer-assertions.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { TokenRequest } from '../extension.ts';

export type JwtBearerDependencies = {
  readonly assertions: PeerAssertions;
  readonly links: Pick<AccountLinks, 'find' | 'ensure'>;
  readonly transactions: Pick<TransactionRegistry, 'named'>;
  /** Agents, clients and accounts in their effective state. */
  readonly agents: { get(id: string): Found<Agent> };
  readonly clients: { get(id: string): Found<Client> };
  readonly accounts: { get(id: string): Found<Account> };
  readonly accountsByAddress: { findByVerifiedEmail(email: string): Promise<Account | undefined> };
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly issuer: string;
};

/** The authenticated side of a request. */
export type Caller = Pick<
  TokenRequest,
  'id' | 'clientId' | 'isAgent' | 'dpopThumbprint' | 'certificateThumbprint' | 'source' | 'values' | 'note' | 'isUsed'
>;
