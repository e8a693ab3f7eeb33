/** What redeeming an approval needs of the server, and no more. src/compose/extensions.ts provides it. */

import type { Approval, ApprovalChannel } from '../../domain/approvals/approval.ts';
import type { ApprovalService } from '../../domain/approvals/approval-service.ts';
import type { AskingForApproval } from '../../domain/approvals/request-approval.ts';
import type { Authorize } from '../../domain/authority/decision/authorize.ts';
import type { DecisionFacts } from '../../domain/authority/decision/facts.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { DelegationRegistry } from '../../domain/authority/delegation/delegation-registry.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { PollingInterval } from '../../domain/platform/rate-limits/polling-interval.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { ActorChain } from '../../domain/vocabulary/actor-chain.ts';
import type { TokenRequest } from '../extension.ts';

/** The authenticated side of a request. */
export type Caller = Pick<
  TokenRequest,
  'id' | 'clientId' | 'isAgent' | 'dpopThumbprint' | 'certificateThumbprint' | 'source' | 'note'
>;

/** The current authority behind an approved action, determined anew when its token is issued. */
export type ApprovedSource = {
  /** All facts of a decision except the votes of approvers. */
  readonly facts: Omit<DecisionFacts, 'route' | 'now' | 'asked' | 'approval' | 'assurance'>;
  readonly chain: ActorChain;
  /** Latest end of the token, epoch seconds. */
  readonly notAfter: number;
  readonly grant?: string | undefined;
  readonly txn?: string | undefined;
  /** Id of the exchanged token. */
  readonly parent?: string | undefined;
  readonly issuedTokenType?: string | undefined;
  /** How the person whom the token is about signed in. */
  readonly assurance?: DecisionFacts['assurance'];
  /** The delegation that the token depends on; creates it if it does not exist yet. */
  delegation(given: {
    readonly scope: readonly string[];
    readonly details: NonNullable<Delegation['details']>;
  }): Promise<Delegation>;
  /**
   * The delegations of the other participants of its transaction on which the token depends, too. Absent: the transaction is
   * not of several people.
   */
  participants?(given: { readonly scope: readonly string[] }): Promise<readonly Delegation[]>;
  /** If no token is issued: revokes the delegation of the subject, and those of participants, that it alone created. */
  readonly discard?: (delegation: Delegation) => Promise<void>;
};

/**
 * Determines the current source for an approval of one channel. Throws DomainError with a `denial` when a part of it has
 * ended.
 */
export type FindApprovedSource = (
  caller: Caller,
  approval: Approval,
  parties: { readonly agent: Agent; readonly account: Account; readonly server: ResourceServer },
) => Promise<ApprovedSource>;

export type BackchannelApprovalDependencies = {
  readonly service: Pick<ApprovalService, 'find' | 'isKilled' | 'redeem' | 'standing' | 'standingVotes'>;
  readonly asking: Pick<AskingForApproval, 'actionOf'>;
  /** By the channel of the request. */
  readonly sources: Readonly<Record<Exclude<ApprovalChannel, 'access_request'>, FindApprovedSource>>;
  /** Agents in their effective state. */
  readonly agents: { get(id: string): Found<Agent> };
  readonly accounts: { get(id: string): Found<Account> };
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  readonly authorize: Authorize;
  readonly pace: PollingInterval;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly pollIntervalSeconds: number;
};

export type BackchannelSourceDependencies = {
  readonly accounts: { get(id: string): Found<Account> };
  readonly transactions: Pick<TransactionRegistry, 'live' | 'named'>;
  readonly delegations: Pick<DelegationRegistry, 'openOnce' | 'revoke' | 'consented'>;
  /** Whether a person is related to an agent. */
  readonly knows: (account: string, agent: Agent) => Promise<boolean>;
  readonly identifiers: Identifiers;
  readonly clock: Clock;
  readonly issuer: string;
};
