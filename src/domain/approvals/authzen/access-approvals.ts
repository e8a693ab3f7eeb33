/**
 * Approvals behind evaluations (AuthZEN Access Request and Approval Profile 1.0): which no people could lift, and whether
 * what they approved makes a yes of it now. Owns the comparison; how people decide is domain/approvals, how it is asked
 * for access-requests.ts.
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

/** What a question is about. */
export type WantedAccess = { readonly scope: string } | { readonly detail: Detail };

/** How long a no can be asked about. */
const REQUESTABLE_SECONDS = 600;

/** Members of the context of a no that people could lift. */
export type Requestable = {
  readonly evaluation_id: string;
  readonly evaluated_at: string;
  readonly access_request: { readonly endpoint: string; readonly expires_at: string };
};

/** What to do about a no to somebody who came with an approval. */
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

export type AccessApprovals = ReturnType<typeof accessApprovals>;

export const accessApprovals = (deps: {
  readonly service: Pick<ApprovalService, 'get' | 'isKilled' | 'standingVotes' | 'requested'>;
  readonly asking: Pick<AskingForApproval, 'actionOf' | 'isPossible'>;
  readonly authorize: Authorize;
  readonly ids: EvaluationIds;
  readonly clock: { now(): number };
  readonly issuer: string;
  /** Where access is asked for. */
  readonly endpoint: string;
}) => {
  const { service, asking, authorize, ids, clock, issuer } = deps;

  /** Whoever acts, where it is an agent for a person: about others nobody is asked. */
  const intentionOf = (wanted: WantedAccess, acting: Acting): AccessApprovalRequest | undefined => {
    const { facts, held, token } = acting;
    const { caller, subject } = facts;
    if (caller.kind !== 'agent' || !subject) return undefined;
    // A token of an approval is good for that action, and asks for no other.
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

    /** What the caller of a no is told that people could lift; undefined for any other. Asks nobody. */
    async requestable(
      question: AccessQuestion,
      wanted: WantedAccess,
      acting: Acting,
      decision: string,
    ): Promise<Requestable | undefined> {
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

    /** Whether what was approved under `id` makes a yes of this very question now. Uses nothing up. */
    async lift(
      server: ResourceServer,
      question: AccessQuestion,
      wanted: WantedAccess,
      acting: Acting,
      id: string,
    ): Promise<Lift> {
      const intention = intentionOf(wanted, acting);
      const approval = APPROVAL_ID.test(id) ? await service.get(id) : undefined;
      // Somebody else's, or one that nobody has been told of, is none.
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
      // Disabled and enabled again, or killed and lifted since: nothing from before lives (LC-06).
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
      // What is stored is no word of the people who saw it: their digest is.
      if (digestOf(actual) !== approval.digest) {
        const changed = differences(approval.action, actual).join(', ');
        return over('approval_expired', `Since it was approved this has changed: ${changed}.`);
      }
      return { isLifted: true, decision, approval };
    },

    /** Uses it up for the one yes. False: somebody else was first, or it is good no more. */
    async spend(
      server: ResourceServer,
      { id }: Approval,
      by: { readonly call?: string | undefined; readonly decision: string; readonly request: string },
    ): Promise<boolean> {
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

/** The part of an intention that a question makes; who asks for it, and for how long, is added where it is asked for. */
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

/** Approved, and not given all the same: more people have to agree now, or something else says no. */
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
