/**
 * Redeems an approval for its one token. Evaluates the action anew under the current state, and requires that it equals the
 * approved action. Owns the responses to polling and the comparison. Does not own decisions of approvers (domain/approvals),
 * nor the origin of the authority (the source of the channel). Called by the token endpoint.
 */

import { differences, digestOf, meaningOf } from '../../domain/approvals/action.ts';
import {
  type Approval,
  type ApprovalChannel,
  assuranceOfVotes,
  isBreakGlass,
  stateAt,
  type Vote,
} from '../../domain/approvals/approval.ts';
import { approvalRefusal } from '../../domain/approvals/approval-refusals.ts';
import { BREAK_GLASS_SECONDS } from '../../domain/approvals/break-glass.ts';
import { txnOf } from '../../domain/approvals/transaction-of-approval.ts';
import { type Decision, recordOf } from '../../domain/authority/decision/decision.ts';
import { delegatingParticipants } from '../../domain/authority/transactions/participants.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { CIBA } from '../../domain/clients/clients/grant-types.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import type { TokenToMint } from '../extension.ts';
import type { ApprovedSource, BackchannelApprovalDependencies, Caller } from './dependencies.ts';
import { notWhole, type Refuse, refusals } from './refusals.ts';

export const GRANT_TYPE = CIBA;

/** Longest life of a token of an approved action. */
const LIFETIME_SECONDS = 300;

/** The token to mint, and the swap that succeeds for exactly one request. */
export type Approved = {
  readonly token: TokenToMint;
  readonly redeem: () => Promise<boolean>;
};

export const redeemApproval = (dependencies: BackchannelApprovalDependencies) => {
  const refuse = refusals(dependencies.identifiers);

  return async (caller: Caller, values: (parameter: string) => readonly string[]): Promise<Approved> => {
    const [authReqId] = values('auth_req_id');
    const intervalSeconds = dependencies.pace.slowedTo(pollerOf(caller, authReqId));
    if (intervalSeconds !== undefined) throw tooSoon(intervalSeconds);
    const agent = await activeAgent(dependencies, refuse, caller);
    if (authReqId === undefined) throw refuse('parameter_missing');
    const approval = await approvedRequest(dependencies, refuse, caller, authReqId);
    const current = await currentState(dependencies, refuse, caller, agent, approval);
    const decision = await decided(dependencies, caller, current);
    await refuseChange(dependencies, refuse, current, decision);
    return tokenOf(dependencies, caller, current, decision);
  };
};

/** An approval that a resource server requested goes to that server, and gives no token. */
type TokenApprovalRequest = Approval & { readonly channel: Exclude<ApprovalChannel, 'access_request'> };

const isForToken = (approval: Approval): approval is TokenApprovalRequest => approval.channel !== 'access_request';

/** The approval that the caller polls for, when approvers have given it. */
const approvedRequest = async (
  dependencies: BackchannelApprovalDependencies,
  refuse: Refuse,
  caller: Caller,
  authReqId: string,
): Promise<TokenApprovalRequest> => {
  const approval = await dependencies.service.find(authReqId, caller.clientId);
  if (!approval || !isForToken(approval)) throw refuse('request_unknown');
  const { action } = approval;
  const txn = txnOf(approval);
  caller.note({
    approval: approval.id,
    subject: action.subject,
    resource: action.resource,
    scopeAsked: action.scope,
    ...(txn === undefined ? {} : { txn }),
  });
  await refuseUndecided(dependencies, refuse, approval, pollerOf(caller, authReqId));
  return approval;
};

/** What an approval meets when it is redeemed: the parties, their authority and the votes as they are now. */
type CurrentState = {
  readonly approval: Approval;
  readonly votes: readonly Vote[];
  readonly agent: Agent;
  readonly account: Account;
  readonly server: ResourceServer;
  readonly source: ApprovedSource;
  readonly now: number;
};

const currentState = async (
  dependencies: BackchannelApprovalDependencies,
  refuse: Refuse,
  caller: Caller,
  agent: Agent,
  approval: TokenApprovalRequest,
): Promise<CurrentState> => {
  const { action } = approval;
  const votes = await dependencies.service.standingVotes(approval);
  if (!votes) throw refuse('approver_left');
  const account = await activeSubject(dependencies, refuse, approval);
  const server = (await dependencies.resourceServers.findByIdentifier(action.resource))?.document;
  if (server?.state !== 'active') throw refuse('target_unknown');
  const source = await dependencies.sources[approval.channel](caller, approval, { agent, account, server });
  return { approval, votes, agent, account, server, source, now: dependencies.clock.now() };
};

/** The account on whose behalf the agent asked. After it was disabled, no earlier approval is valid, also when it is enabled again (LC-06). */
const activeSubject = async (
  { accounts }: BackchannelApprovalDependencies,
  refuse: Refuse,
  { action, createdAt }: Approval,
): Promise<Account> => {
  const account = (await accounts.get(action.subject))?.document;
  if (account?.state !== 'active') throw refuse('subject_not_active');
  if ((account.tokensValidFrom ?? 0) > createdAt) throw refuse('approval_ended');
  return account;
};

/** The decision about the approved action, which the audit log gets with its facts. */
const decided = async (
  { authorize }: BackchannelApprovalDependencies,
  caller: Caller,
  { approval, votes, source, now }: CurrentState,
): Promise<Decision> => {
  const { action } = approval;
  const decision = await authorize({
    ...source.facts,
    details: { ...source.facts.details, asked: action.details },
    route: 'ciba',
    now,
    asked: action.scope,
    approval: { id: approval.id, approvers: votes.length },
    assurance: assuranceOfVotes(votes, now),
    source: caller.source,
    isBound: caller.dpopThumbprint !== undefined || caller.certificateThumbprint !== undefined,
  });
  caller.note({
    decision: decision.id,
    ...(decision.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
    inputs: {
      now,
      digest: approval.digest,
      votes: votes.length,
      ...(isBreakGlass(approval) ? { breakGlass: true } : {}),
      ...recordOf(decision),
    },
  });
  return decision;
};

/** Refuses a decision that gives less than the approved action, and an action that has changed since. */
const refuseChange = async (
  { asking }: BackchannelApprovalDependencies,
  refuse: Refuse,
  { approval, agent, account, server, source }: CurrentState,
  decision: Decision,
): Promise<void> => {
  const { action } = approval;
  const isLess = decision.scope.length < action.scope.length || decision.removedDetails.length > 0;
  if (isLess) throw refuse(...notWhole(decision));
  const actual = await asking.actionOf(agent, {
    chain: source.chain,
    subject: account.id,
    resource: server.identifier,
    scope: decision.scope,
    details: decision.details,
    meaning: meaningOf(server, decision),
    policyVersion: decision.policyVersion,
    message: action.message,
  });
  const changed = differences(action, actual);
  // The stored action may differ from the one that approvers saw: the digest of their action decides.
  if (changed.length > 0 || digestOf(actual) !== approval.digest) {
    throw refuse('action_changed', {
      text: `since it was approved this has changed: ${changed.join(', ')}; ask again`,
    });
  }
};

const tokenOf = async (
  { service, identifiers }: BackchannelApprovalDependencies,
  caller: Caller,
  { approval, account, server, source, now }: CurrentState,
  decision: Decision,
): Promise<Approved> => {
  const broken = isBreakGlass(approval) ? ({ break_glass: true } as const) : {};
  const longest = isBreakGlass(approval) ? BREAK_GLASS_SECONDS : LIFETIME_SECONDS;
  const delegation = await source.delegation({ scope: decision.scope, details: decision.details });
  const ofAll = decision.participants?.scope ?? [];
  const others = ofAll.length === 0 ? [] : ((await source.participants?.({ scope: ofAll })) ?? []);
  const txn = source.txn ?? identifiers.newId('txn');
  caller.note({ chain: delegation.chain, delegation: delegation.id, txn, scopeGiven: decision.scope });
  return {
    token: {
      subject: account.id,
      chain: delegation.chain,
      resourceServer: server,
      scope: decision.scope,
      details: decision.details,
      notAfter: Math.min(
        source.notAfter,
        delegation.expiresAt,
        ...others.map(({ expiresAt }) => expiresAt),
        now + Math.min(longest, decision.maxSeconds ?? longest),
      ),
      delegation: delegation.id,
      ...(others.length === 0 ? {} : { participants: delegatingParticipants(others) }),
      grant: source.grant,
      txn,
      ...(source.parent === undefined ? {} : { parent: source.parent }),
      ...(source.issuedTokenType === undefined ? {} : { issuedTokenType: source.issuedTokenType }),
      // One action, one use. The resource server that accepts the token enforces it, or uses the approval up here.
      decision: { ...decision, maxUses: 1 },
      assurance: source.assurance,
      approval: { id: approval.id, digest: approval.digest, ...broken },
    },
    redeem: async () => {
      if (await service.redeem(approval.id)) return true;
      // A denial came first, or a concurrent request did. In the second case that request's token depends on this
      // delegation.
      if ((await service.standing(approval.id)) === undefined) await source.discard?.(delegation);
      return false;
    },
  };
};

const activeAgent = async (
  { agents }: BackchannelApprovalDependencies,
  refuse: Refuse,
  caller: Caller,
): Promise<Agent> => {
  if (!caller.isAgent) throw refuse('caller_not_an_agent');
  const agent = (await agents.get(caller.clientId))?.document;
  if (agent?.state !== 'active') throw refuse('agent_not_active');
  caller.note({ agent: agent.id, owner: agent.owner });
  return agent;
};

/** Key of the authenticated caller, and of the request that it polls for. */
const pollerOf = ({ clientId }: Caller, authReqId = ''): string => `${clientId} ${authReqId}`;

const tooSoon = (seconds: number): DomainError =>
  approvalRefusal('approval_polled_too_soon', { retryAfterSeconds: seconds, params: { seconds } });

/**
 * The response to polling without an approval (CIBA §11). A pending request is no decision, so no denial is recorded for it.
 */
const refuseUndecided = async (
  dependencies: BackchannelApprovalDependencies,
  refuse: Refuse,
  approval: Approval,
  poller: string,
): Promise<void> => {
  const { service, pace, clock, pollIntervalSeconds } = dependencies;
  switch (stateAt(approval, clock.now())) {
    case 'approved':
      if (await service.isKilled(approval)) throw refuse('approval_ended');
      return;
    case 'pending': {
      const intervalSeconds = await pace.poll(`approval:${approval.id}`, pollIntervalSeconds, poller);
      if (intervalSeconds !== undefined) throw tooSoon(intervalSeconds);
      if (await service.isKilled(approval)) throw refuse('approval_ended');
      await activeSubject(dependencies, refuse, approval);
      throw approvalRefusal('approval_undecided');
    }
    case 'denied':
      throw refuse('approval_denied');
    case 'expired':
      throw refuse('approval_expired');
    case 'redeemed':
      throw refuse('approval_used');
    case 'cancelled':
      throw refuse('approval_cancelled');
  }
};
