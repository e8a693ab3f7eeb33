import type { Authorize } from '../authority/decision/authorize.ts';
import type { ApproverRule } from '../authority/decision/decision.ts';
import { type ActionFacts, type AgentParty, type DecisionFacts, partiesOf } from '../authority/decision/facts.ts';
import { isApprovedByRule } from '../authority/decision/restricted-parties.ts';
import type { Agent } from '../clients/agents/agent.ts';
import { ownershipOfAll } from '../clients/agents/ownership.ts';
import { type ActorChain, actorsOf } from '../vocabulary/actor-chain.ts';
import { isDomainError } from '../vocabulary/errors.ts';
import { type Action, meaningOf } from './action.ts';
import type { Origin, Requested } from './approval.ts';
import type { ApprovalDraft, RequestedApproval } from './approval-draft.ts';
import { approvalRefusal } from './approval-refusals.ts';
import type { ApprovalService } from './approval-service.ts';
import { NO_RULE, type Resolve, type Whom, whomToAskNow } from './approvers.ts';
import type { OwnersOfChain } from './owners-of-chain.ts';
import { leastRequired } from './requirements.ts';
import type { StandingApprovals } from './standing-approvals.ts';

/** What an agent wants to do, as the channel of the request read it. */
export type ApprovalRequest = {
  readonly channel: ApprovalDraft['channel'];
  readonly agent: Pick<Agent, 'id' | 'owner' | 'ownership' | 'blueprint'> & Pick<AgentParty, 'composition'>;
  readonly chain: ActorChain;
  readonly facts: ActionFacts & { readonly subject: NonNullable<ActionFacts['subject']> };
  readonly origin?: Origin | undefined;
  /** The declared transaction, where no exchanged token names one. */
  readonly txn?: string | undefined;
  readonly requested?: Requested | undefined;
  /** Text of the agent for the approvers. */
  readonly message?: string | undefined;
  readonly authReqId?: string | undefined;
  readonly ping?: ApprovalDraft['ping'];
  readonly lifetimeSeconds?: number | undefined;
};

/** The approval that an agent's action would need. */
export type Prepared = {
  readonly wanted: ApprovalDraft;
  /** Key for a standing approval that may cover the action. Absent: people approve it each time. */
  readonly like: Parameters<StandingApprovals['take']>[0] | undefined;
};

/**
 * `ownership` over all actors. A non-party actor is included with 0: if it ever changed owner, the approval is invalid.
 */
const ownershipOfChain = (
  agent: Pick<Agent, 'id' | 'ownership'>,
  chain: ActorChain,
  facts: Pick<DecisionFacts, 'caller' | 'through'>,
): number => {
  const acting = actorsOf(chain);
  const others = partiesOf(facts).filter((party) => party.kind === 'agent');
  return ownershipOfAll([...others.filter(({ id }) => acting.includes(id)), agent]);
};

/** The stored form of the approvers. */
const asNamed = ({ names, except, isBesides }: Whom, { escalation }: ApproverRule) => ({
  approverNames: names,
  ...(except.length === 0 ? {} : { approversExcept: except }),
  ...(isBesides ? { isConsentBesides: true as const } : {}),
  ...(escalation ? { escalation } : {}),
});

/** Turns what an agent wants to do into an approval request: the exact action, its requirements and its approvers. */
export interface AskingForApproval {
  /** The action as it would be now; the decision must grant all of it. */
  actionOf(
    agent: ApprovalRequest['agent'],
    parts: Pick<Action, 'chain' | 'subject' | 'resource' | 'scope' | 'details' | 'meaning'> & {
      readonly policyVersion: number | undefined;
      readonly message?: string | undefined;
    },
  ): Promise<Action>;
  /** Whether people could approve it. Asks no approver, and does not check whether they can be asked now. */
  isPossible(intention: Pick<ApprovalRequest, 'channel' | 'agent' | 'facts' | 'chain'>): Promise<boolean>;
  /**
   * The question to the approvers; undefined where no approval grants all of it. Asks no approver. Throws
   * 'access_denied'.
   */
  prepare(intention: ApprovalRequest): Promise<Prepared | undefined>;
  /** Whether several related approvals can be requested; see `ApprovalService.checkRoom`. */
  checkRoom(all: readonly Prepared[]): Promise<void>;
  /** `isCounted`: `checkRoom` has counted the request. Throws what `ApprovalService.ask` throws. */
  askPrepared(
    prepared: Prepared,
    request: string,
    counted?: { readonly isCounted?: boolean },
  ): Promise<RequestedApproval>;
  /**
   * Returns undefined where no approval grants all of it. Throws 'access_denied' where there are not enough people to
   * ask, and as `ApprovalService.ask` does.
   */
  ask(intention: ApprovalRequest, request: string): Promise<RequestedApproval | undefined>;
}

export const askingForApproval = ({
  service,
  resolve,
  chainOwners,
  authorizeHere,
  blueprints,
  standing,
}: {
  readonly service: Pick<ApprovalService, 'ask' | 'checkRoom'>;
  readonly resolve: Resolve;
  readonly chainOwners: Pick<OwnersOfChain, 'whenAsked'>;
  readonly authorizeHere: Authorize;
  readonly standing: Pick<StandingApprovals, 'covers' | 'take'>;
  readonly blueprints: { get(id: string): Promise<{ readonly document: { readonly version: number } } | undefined> };
}): AskingForApproval => {
  const blueprintOf = async ({ blueprint }: Pick<Agent, 'blueprint'>): Promise<Action['blueprint']> =>
    blueprint === undefined
      ? null
      : { id: blueprint, version: (await blueprints.get(blueprint))?.document.version ?? 0 };

  const actionOf = async (
    agent: ApprovalRequest['agent'],
    parts: Pick<Action, 'chain' | 'subject' | 'resource' | 'scope' | 'details' | 'meaning'> & {
      readonly policyVersion: number | undefined;
      readonly message?: string | undefined;
    },
  ): Promise<Action> => {
    const { policyVersion, message, ...rest } = parts;
    return {
      ...rest,
      client: agent.id,
      agent: agent.id,
      blueprint: await blueprintOf(agent),
      composition: agent.composition?.digest ?? null,
      ...(agent.composition?.isProven ? { compositionGrade: 'attested' } : {}),
      policy: policyVersion ?? null,
      ...(message === undefined ? {} : { message }),
    };
  };

  /** Requirements and approvers; undefined where no approval grants all of it. Throws 'access_denied', see `ask`. */
  const whoAndHow = async ({
    channel,
    agent,
    facts,
    chain,
  }: Pick<ApprovalRequest, 'channel' | 'agent' | 'facts' | 'chain'>) => {
    const route = channel === 'access_request' ? 'access_evaluation' : 'ciba';
    const possible = await leastRequired(authorizeHere, facts, route);
    if (!possible) return undefined;
    const { requires, decision } = possible;
    const [rule = NO_RULE, ...others] = decision.approvers ?? [];
    if (others.length > 0) {
      throw approvalRefusal('approvers_differ');
    }
    const subject = facts.subject.id;
    const owners = await chainOwners.whenAsked(chain);
    if (!owners) {
      throw approvalRefusal('chain_owners_unknown');
    }
    const concerned = { subject, owner: agent.owner, owners };
    const isRestricted = isApprovedByRule(facts);
    const whom = await whomToAskNow(resolve, concerned, { channel, requires, rule, isRestricted });
    const approvers = await resolve.approversOf(concerned, whom);
    if (approvers.length < whom.quorum || (whom.mustAgree && !approvers.includes(subject))) {
      throw approvalRefusal('approvers_too_few');
    }
    return { ...possible, rule, whom, approvers, owners };
  };

  const prepare = async (intention: ApprovalRequest): Promise<Prepared | undefined> => {
    const { agent, facts, chain } = intention;
    const possible = await whoAndHow(intention);
    if (!possible) return undefined;
    const { requires, risk, decision, rule, whom, approvers, owners } = possible;
    const subject = facts.subject.id;
    const action = await actionOf(agent, {
      chain,
      subject,
      resource: facts.server.identifier,
      scope: decision.scope,
      details: decision.details,
      meaning: meaningOf(facts.server, decision),
      policyVersion: decision.policyVersion,
      message: intention.message,
    });
    const { channel, origin, txn, requested, authReqId, ping, lifetimeSeconds } = intention;
    // No standing approval covers an action that people approve each time.
    const isEachTime = risk === 'critical' || whom.quorum > 1 || isApprovedByRule(facts);
    return {
      wanted: {
        channel,
        owner: agent.owner,
        ownersWhenAsked: owners,
        ownership: ownershipOfChain(agent, chain, facts),
        action,
        risk,
        requires: { ...requires, quorum: whom.quorum },
        approvers,
        ...asNamed(whom, rule),
        mustAgree: whom.mustAgree ? subject : null,
        origin,
        txn,
        requested,
        authReqId,
        ping,
        lifetimeSeconds,
      },
      like: isEachTime ? undefined : { action, approvers, types: facts.server.detailTypes ?? [], acr: requires.acr },
    };
  };

  const askPrepared = (
    { wanted, like }: Prepared,
    request: string,
    counted: { readonly isCounted?: boolean } = {},
  ): Promise<RequestedApproval> =>
    service.ask({ ...wanted, standing: like && (() => standing.take(like, request)) }, request, counted);

  return {
    actionOf,

    async isPossible(intention): Promise<boolean> {
      try {
        return (await whoAndHow(intention)) !== undefined;
      } catch (error) {
        if (isDomainError(error) && error.code === 'access_denied') return false;
        throw error;
      }
    },

    prepare,

    async checkRoom(all): Promise<void> {
      const looked = await Promise.all(
        all.map(async ({ wanted, like }) => ({
          wanted,
          isCovered: like !== undefined && (await standing.covers(like)),
        })),
      );
      await service.checkRoom(looked);
    },

    askPrepared,

    async ask(intention, request): Promise<RequestedApproval | undefined> {
      const prepared = await prepare(intention);
      return prepared && askPrepared(prepared, request);
    },
  };
};
