/**
 * Approvals behind evaluations (AuthZEN Access Request and Approval Profile 1.0). Determines which denials an approval
 * can lift, and whether an approval makes an evaluation a permit now. Owns the comparison. Does not own how people
 * decide (domain/approvals), nor how an approval is requested (access-requests.ts).
 */

import type { Authorize } from '../../authority/decision/authorize.ts';
import type { Decision } from '../../authority/decision/decision.ts';
import { nothingLeft, refusedDetails } from '../../authority/decision/remedies.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { type ActorChain, extendChain } from '../../vocabulary/actor-chain.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import { isDomainError, type Layer } from '../../vocabulary/errors.ts';
import { differences, digestOf, meaningOf } from '../action.ts';
import { type Approval, assuranceOfVotes, stateAt } from '../approval.ts';
import type { ApprovalService } from '../approval-service.ts';
import type { ApprovalRequest, AskingForApproval } from '../request-approval.ts';
import type { Acting } from './access-facts.ts';
import type { AccessQuestion } from './access-question.ts';
import { type EvaluationIds, questionDigest } from './evaluation-binding.ts';

/** The subject matter of a question. */
export type WantedAccess = { readonly scope: string } | { readonly detail: Detail };

/** Seconds after a denial in which access can be requested. */
const REQUESTABLE_SECONDS = 600;

/** Members of the context of a denial that an approval can lift. */
export type Requestable = {
  readonly evaluation_id: string;
  readonly evaluated_at: string;
  readonly access_request: { readonly endpoint: string; readonly expires_at: string };
};

/** The remedy for a denial of a question that names an approval. */
export type NextAction = 'request' | 'none';

export type Lift =
  | { readonly isLifted: true; readonly decision: Decision; readonly approval: Approval }
  | {
      readonly isLifted: false;
      readonly reason: UnliftedReason;
      readonly next: NextAction;
      readonly text?: string;
      readonly layer?: Layer;
      readonly decision?: Decision;
    };

export type UnliftedReason =
  | 'approval_expired'
  | 'approval_used'
  | 'out_of_scope'
  | 'policy_denied'
  | 'approval_unverifiable';

/** Relates approvals to evaluations: which denial an approval lifts, and what to request for it. */
export interface AccessApprovals {
  /** The action to approve. Undefined unless an agent acts for a person: nothing else can be approved. */
  intentionOf(wanted: WantedAccess, acting: Acting): AccessApprovalRequest | undefined;
  /** Members for the answer to a denial that an approval can lift; undefined for any other. Asks no approver. */
  requestable(
    question: AccessQuestion,
    wanted: WantedAccess,
    acting: Acting,
    decision: string,
  ): Promise<Requestable | undefined>;
  /** Whether the approval `id` makes this very question a permit now. Does not use up the approval. */
  lift(
    server: ResourceServer,
    question: AccessQuestion,
    wanted: WantedAccess,
    acting: Acting,
    id: string,
  ): Promise<Lift>;
  /** Uses up the approval for its one permit. False: another call was first, or the approval is no longer valid. */
  spend(
    server: ResourceServer,
    approval: Approval,
    by: { readonly call?: string | undefined; readonly decision: string; readonly request: string },
  ): Promise<boolean>;
}

export const accessApprovals = (deps: {
  readonly service: Pick<ApprovalService, 'get' | 'isKilled' | 'standingVotes' | 'requested'>;
  readonly asking: Pick<AskingForApproval, 'actionOf' | 'isPossible'>;
  readonly authorize: Authorize;
  readonly ids: EvaluationIds;
  readonly clock: { now(): number };
  readonly issuer: string;
  /** Endpoint for access requests. */
  readonly endpoint: string;
}): AccessApprovals => {
  const { service, asking, authorize, ids, clock, issuer } = deps;

  const intentionOf = (wanted: WantedAccess, acting: Acting): AccessApprovalRequest | undefined => {
    const { facts, held, token } = acting;
    const { caller, subject } = facts;
    if (caller.kind !== 'agent' || !subject) return undefined;
    // A token of an approval is valid for that action, and cannot request another.
    if (token?.approval !== undefined) return undefined;
    return {
      channel: 'access_request',
      agent: caller,
      chain: token?.chain ?? extendChain(caller.id, issuer),
      facts: { ...facts, subject, ...askedOf(wanted, held) },
    };
  };

  return {
    intentionOf,

    async requestable(question, wanted, acting, decision): Promise<Requestable | undefined> {
      const digest = questionDigest(question, acting);
      const intention = intentionOf(wanted, acting);
      if (digest === undefined || !intention || !(await asking.isPossible(intention))) return undefined;
      const now = clock.now();
      return {
        evaluation_id: ids.make(decision, now + REQUESTABLE_SECONDS, digest),
        evaluated_at: moment(now),
        access_request: { endpoint: deps.endpoint, expires_at: moment(now + REQUESTABLE_SECONDS) },
      };
    },

    async lift(server, question, wanted, acting, id): Promise<Lift> {
      const intention = intentionOf(wanted, acting);
      const approval = APPROVAL_ID.test(id) ? await service.get(id) : undefined;
      // An approval of another resource server, or one that was never given, is treated as missing.
      if (!intention || approval?.requested?.by !== server.id || approval.redeemBy === undefined) {
        return { isLifted: false, reason: 'approval_unverifiable', next: 'none' };
      }
      if (questionDigest(question, acting) !== approval.requested.question) {
        return { isLifted: false, reason: 'out_of_scope', next: 'request' };
      }
      const now = clock.now();
      const isAgain = service.requested.isUsedBy(approval, question.context.call) && now < approval.redeemBy;
      if (!isAgain && stateAt(approval, now) !== 'approved') {
        return over(approval.use ? 'approval_used' : 'approval_expired');
      }
      const votes = await service.standingVotes(approval);
      const { subject } = intention.facts;
      // Disabling a subject ends earlier approvals, even if it is enabled again. So does a kill, even if it is lifted
      // (LC-06).
      const isEnded = (subject.tokensValidFrom ?? 0) > approval.createdAt || (await service.isKilled(approval));
      if (!votes || isEnded) return over('approval_expired');
      const decision = await authorize({
        ...acting.facts,
        ...askedOf(wanted, acting.held),
        approval: { id: approval.id, approvers: votes.length },
        assurance: assuranceOfVotes(votes, now),
      });
      if (isNothing(decision)) return denied(decision, wanted);
      const actual = await asking.actionOf(intention.agent, {
        chain: intention.chain,
        subject: subject.id,
        resource: server.identifier,
        scope: decision.scope,
        details: decision.details,
        meaning: meaningOf(server, decision),
        policyVersion: decision.policyVersion,
        message: approval.action.message,
      });
      // The stored action does not prove what the people saw. Their digest does.
      if (digestOf(actual) !== approval.digest) {
        const changed = differences(approval.action, actual).join(', ');
        return over('approval_expired', `Since it was approved this has changed: ${changed}.`);
      }
      return { isLifted: true, decision, approval };
    },

    async spend(server, { id }, by): Promise<boolean> {
      try {
        await service.requested.spend(id, { server: server.id, ...by });
        return true;
      } catch (error) {
        if (isDomainError(error) && error.code === 'conflict') return false;
        throw error;
      }
    },
  };
};

const APPROVAL_ID = /^apv_\w{1,64}$/;

/**
 * The part of an approval request that follows from a question. The access request adds the requester and the duration.
 */
export type AccessApprovalRequest = Pick<ApprovalRequest, 'channel' | 'agent' | 'facts'> & {
  readonly chain: ActorChain;
};

const askedOf = (wanted: WantedAccess, held: Acting['held']) =>
  'scope' in wanted
    ? { asked: [wanted.scope], details: { ...held, asked: [] } }
    : { asked: [], details: { ...held, asked: [wanted.detail] } };

const isNothing = ({ scope, details }: Decision): boolean => scope.length + details.length === 0;

const over = (reason: 'approval_expired' | 'approval_used', text?: string): Lift => ({
  isLifted: false,
  reason,
  next: 'request',
  ...(text === undefined ? {} : { text }),
});

/**
 * The approval is valid, and the access is still denied: either more people have to agree now, or another rule denies
 * it.
 */
const denied = (decision: Decision, wanted: WantedAccess): Lift => {
  const { reason, text, layer } = 'scope' in wanted ? nothingLeft(decision) : refusedDetails(decision);
  if (reason === 'approval_required') return over('approval_expired', text);
  return {
    isLifted: false,
    reason: 'policy_denied',
    next: 'none',
    layer,
    decision,
    ...(text === undefined ? {} : { text }),
  };
};

/** RFC 3339, in UTC. */
export const moment = (second: number): string => new Date(second * 1000).toISOString();
