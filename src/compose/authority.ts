/**
 * The room authority: delegations, budgets and consents. The kills and policies of policies.ts apply to all of them. Called
 * by services.ts.
 */
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import { type ApproverCandidates, approverCandidates } from '../domain/approvals/candidate-approvers.ts';
import { cascadeRevocation } from '../domain/approvals/cascade-revocation.ts';
import type { StandingApprovals } from '../domain/approvals/standing-approvals.ts';
import { type BudgetRegistry, budgetRegistry } from '../domain/authority/budgets/budget-registry.ts';
import { ownerUse } from '../domain/authority/budgets/owner-use.ts';
import { type BudgetReservations, budgetReservations } from '../domain/authority/budgets/reservations.ts';
import { type ConsentRegistry, consentRegistry } from '../domain/authority/consent/consent-registry.ts';
import { serverUseSimulator } from '../domain/authority/decision/server-use-simulation.ts';
import { simulator } from '../domain/authority/decision/simulation.ts';
import { type DelegationRegistry, delegationRegistry } from '../domain/authority/delegation/delegation-registry.ts';
import { type DelegationRequests, delegationRequests } from '../domain/authority/delegation/delegation-requests.ts';
import { type PolicyTrials, policyTrials } from '../domain/authority/policy/policy-simulations.ts';
import { type StatusIndexes, statusIndexes } from '../domain/authority/status-lists/status-indexes.ts';
import { type StepUps, stepUps } from '../domain/authority/step-ups/step-ups.ts';
import {
  type TransactionRegistry,
  transactionRegistry,
} from '../domain/authority/transactions/transaction-registry.ts';
import type { AgentReader } from '../domain/clients/agents/agent-reader.ts';
import type { BlueprintRegistry } from '../domain/clients/blueprints/blueprint-registry.ts';
import type { MetadataDocuments } from '../domain/clients/clients/metadata-documents.ts';
import type { Revocation } from '../domain/ports/revocation.ts';
import { managementApiOf } from '../domain/vocabulary/management-api.ts';
import type { ApprovalServices } from './approvals.ts';
import type { EffectiveRegistries } from './clients.ts';
import type { Foundations } from './foundations.ts';
import type { PolicyServices } from './policies.ts';
import type { ResourceServices } from './resources.ts';
import type { UpstreamServices } from './upstream.ts';

export interface DelegationServices {
  /** Delegations as stored. `AuthorityServices.delegations` also ends standing approvals for the same rights. */
  readonly storedDelegations: DelegationRegistry;
  /** Requests of agents to their users for a delegation. */
  readonly requests: DelegationRequests;
  readonly stepUps: StepUps;
  readonly budgets: BudgetRegistry;
  readonly transactions: TransactionRegistry;
  /** Transfers what an agent has used to the budgets of its next owner. */
  readonly ownerUse: { carryTo(owner: string, agent: string): Promise<void> };
}

export const delegationServices = (
  { issuer, delegation: { maxDepth, keptSeconds, requestTtlSeconds } }: Configuration,
  { documents, ephemeral, clock, identifiers, masterKey, audit }: Foundations,
  deps: { readonly effectiveAgents: AgentReader; readonly revocation: Revocation },
): DelegationServices => {
  const budgets = budgetRegistry({ documents, clock, identifiers, audit });
  const pages = { ephemeral, clock, identifiers, masterKey, issuer, ttlSeconds: requestTtlSeconds };
  return {
    storedDelegations: delegationRegistry({
      ...{ documents, clock, identifiers, audit, issuer, maxDepth, keptSeconds },
      revocation: deps.revocation,
      agents: deps.effectiveAgents,
    }),
    requests: delegationRequests(pages),
    stepUps: stepUps({ ...pages, audit }),
    budgets,
    transactions: transactionRegistry({ documents, clock, identifiers, audit, revocation: deps.revocation }),
    ownerUse: ownerUse({ documents, clock, budgets }),
  };
};

export interface AuthorityServices {
  /** The delegation registry for every caller. A revocation also ends the standing approvals for the same authority. */
  readonly delegations: DelegationRegistry;
  readonly consents: ConsentRegistry;
  readonly reservations: BudgetReservations;
  readonly policyTrials: PolicyTrials;
  readonly approverCandidates: ApproverCandidates;
  /** Indexes of tokens in status lists. */
  readonly statusIndexes: StatusIndexes;
}

export const authorityServices = (
  configuration: Configuration,
  { documents, clock, identifiers, audit }: Foundations,
  deps: {
    readonly policy: PolicyServices;
    readonly delegation: DelegationServices;
    readonly upstream: Pick<UpstreamServices, 'groupsOf'>;
    readonly revocation: Revocation;
    readonly resourceServers: ResourceServices['resourceServers'];
    readonly effectiveRegistries: EffectiveRegistries;
    readonly agents: AgentReader;
    readonly blueprints: BlueprintRegistry;
    readonly documentClients: MetadataDocuments;
    readonly standing: StandingApprovals;
    readonly people: ApprovalServices['people'];
  },
): AuthorityServices => {
  const { policy, delegation, revocation: ended, resourceServers, effectiveRegistries, agents, blueprints } = deps;
  const { maxDepth, maxDurationSeconds, defaultDurationSeconds } = configuration.delegation;
  const { storedDelegations, budgets } = delegation;
  const managementApi = managementApiOf(configuration.issuer);
  const delegations = { ...storedDelegations, ...cascadeRevocation(storedDelegations, deps.standing) };
  const { groupsOf } = deps.upstream;
  const simulators = {
    simulator: simulator({
      ...effectiveRegistries,
      ...{ groupsOf, resourceServers, delegations, clock, identifiers, managementApi },
      signalsOf: policy.accountSignals.factsOf,
      transactions: delegation.transactions,
    }),
    useSimulator: serverUseSimulator({
      ...effectiveRegistries,
      ...{ blueprints, resourceServers, cases: policy.useCases },
    }),
  };
  const trials = policyTrials({
    registry: policy.policies,
    active: policy.activePolicy,
    engine: policy.policyEngine,
    ...simulators,
    ...{ audit, clock, isEnforced: policy.isPolicyEnforced },
  });
  return {
    delegations,
    consents: consentRegistry({
      authorize: policy.authorize,
      ...{ managementApi, documents, clock, audit, resourceServers, delegations },
      ...effectiveRegistries,
      settings: { maxDepth, maxDurationSeconds, defaultDurationSeconds },
      revocation: ended,
      snapshots: deps.documentClients,
      transactions: delegation.transactions,
    }),
    reservations: budgetReservations({
      ...{ documents, clock, elapsed: stopwatch, identifiers, budgets, delegations },
      ownersOf: async (ids) => (await agents.getMany(ids)).map(({ document: { id, owner } }) => ({ id, owner })),
    }),
    policyTrials: trials,
    statusIndexes: statusIndexes({ documents, clock }),
    approverCandidates: approverCandidates({
      trials,
      ...simulators,
      ...deps.people,
      agents: effectiveRegistries.agents,
    }),
  };
};
