/** Approvals: the service that requests and decides them, and its dependencies. */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Configuration } from '../../config/configuration.ts';
import { type Absences, absences } from '../domain/approvals/absences.ts';
import { type Approval, isBreakGlass, stateAt } from '../domain/approvals/approval.ts';
import type { RequestedApproval } from '../domain/approvals/approval-draft.ts';
import { type ApprovalChange, type ApprovalService, newApprovalService } from '../domain/approvals/approval-service.ts';
import { approversOf, type Resolve } from '../domain/approvals/approvers.ts';
import { type EffectiveVotes, effectiveVotes } from '../domain/approvals/effective-votes.ts';
import { type OwnersOfChain, ownersOfChain } from '../domain/approvals/owners-of-chain.ts';
import { approvalPings } from '../domain/approvals/ping.ts';
import { type AskingForApproval, askingForApproval } from '../domain/approvals/request-approval.ts';
import { type StandingApprovals, standingApprovals } from '../domain/approvals/standing-approvals.ts';
import { CIBA } from '../domain/clients/clients/grant-types.ts';
import type { TrustedPost } from '../domain/ports/trusted-fetch.ts';
import type { Remedy } from '../domain/vocabulary/errors.ts';
import type { Metrics } from '../http/metrics.ts';

type ServiceDeps = Omit<Parameters<typeof newApprovalService>[0], 'settings' | 'onChange' | 'votes' | 'emergency'>;
type AbsencesDeps = Parameters<typeof absences>[0];
type VotesDeps = Parameters<typeof effectiveVotes>[0];
type AskingDeps = Parameters<typeof askingForApproval>[0];

/** Finds the accounts to notify about an approval or an absence. */
export interface ApprovalAudiences {
  /** Whether the approval is pending. The server notifies no approver of a decided one. */
  isWaiting(id: string): Promise<boolean>;

  /** The accounts that decide a pending approval; empty for any other approval. */
  approversOf(id: string): Promise<readonly string[]>;

  /** The accounts to which a pending approval was escalated. */
  escalatedTo(id: string): Promise<readonly string[]>;

  /** The accounts to alarm about break-glass access, without the administrators. */
  alarmedOf(id: string): Promise<readonly string[]>;

  /** The absent account and its deputy. */
  partiesOf(id: string): Promise<readonly string[]>;
}

export interface ApprovalServices {
  readonly service: ApprovalService;
  readonly votes: EffectiveVotes;
  readonly absences: Absences;
  readonly standing: StandingApprovals;
  readonly asking: AskingForApproval;
  /** Finds the people whom an approval would ask. */
  readonly people: { readonly resolve: Resolve; readonly chainOwners: OwnersOfChain };

  /** How an agent gets the token of an approval (CIBA §7.3). */
  remedyOf(asked: RequestedApproval): Extract<Remedy, { readonly kind: 'approval' }>;

  readonly audiences: ApprovalAudiences;

  /** Calls `listener` after each change on this node. The returned function unsubscribes it. */
  listen(listener: ApprovalChange): () => void;
}

export const approvalsOf = (
  configuration: Configuration,
  deps: ServiceDeps &
    Pick<AskingDeps, 'authorizeHere' | 'blueprints'> &
    Pick<VotesDeps, 'agents'> &
    Pick<AbsencesDeps, 'accounts' | 'isSure' | 'revocation'> & {
      readonly people: Parameters<typeof approversOf>[0]['accounts'];
      readonly groups: Parameters<typeof approversOf>[0]['groups'];
      readonly trustedFetch: Partial<TrustedPost>;
      readonly log: Pick<Logger, 'info' | 'warn'>;
    },
): ApprovalServices => {
  const { ttlSeconds, redeemSeconds, mostOpen, mostOpenPerApprover, perHour, keptSeconds } = configuration.approvals;
  const listeners = new Set<ApprovalChange>();
  const resolve = approversOf({ accounts: deps.people, groups: deps.groups });
  const away = absences({ ...deps, isSure: deps.isSure });
  const chainOwners = ownersOfChain(deps);
  const votes = effectiveVotes({ ...deps, resolve, chainOwners, absences: away });
  const service = newApprovalService({
    ...deps,
    votes,
    emergency: { accounts: deps.accounts, chainOwners, resolve },
    settings: { ttlSeconds, redeemSeconds, mostOpen, mostOpenPerApprover, perHour },
    onChange: (approval) => {
      for (const listener of listeners) listener(approval);
    },
  });
  const standing = standingApprovals({ ...deps, keptSeconds });
  /** The approval while it is pending. */
  const waiting = async (id: string): Promise<Approval | undefined> => {
    const found = await service.get(id);
    return found && stateAt(found, deps.clock.now()) === 'pending' ? found : undefined;
  };
  const { post } = deps.trustedFetch;
  if (post !== undefined) {
    const ping = approvalPings({
      service,
      post: (request) => post(request),
      wait: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
      onOutcome: (outcome, { id, agent }, err) =>
        outcome === 'told'
          ? deps.log.info({ event: 'approval.ping', approval: id, agent }, 'notified an agent of an answer')
          : deps.log.warn({ event: 'approval.ping', approval: id, agent, err }, 'an agent could not be told'),
    });
    listeners.add((approval) => ping(approval, deps.clock.now()));
  }
  return {
    service,
    votes,
    absences: away,
    standing,
    people: { resolve, chainOwners },
    asking: askingForApproval({
      service,
      standing,
      resolve,
      chainOwners,
      authorizeHere: deps.authorizeHere,
      blueprints: deps.blueprints,
    }),
    remedyOf: ({ approval, authReqId }) => ({
      kind: 'approval',
      grant_type: CIBA,
      auth_req_id: authReqId,
      endpoint: `${configuration.issuer}/token`,
      expires_in: approval.expiresAt - deps.clock.now(),
      interval: configuration.approvals.pollIntervalSeconds,
      ...(approval.number === undefined ? {} : { number: approval.number }),
    }),
    audiences: {
      isWaiting: async (id: string): Promise<boolean> => (await waiting(id)) !== undefined,
      approversOf: async (id: string): Promise<readonly string[]> => {
        const approval = await waiting(id);
        return approval ? service.toldOf(approval) : [];
      },
      escalatedTo: async (id: string): Promise<readonly string[]> => {
        const approval = await waiting(id);
        return approval ? service.toldOf(approval, approval.escalation?.added ?? []) : [];
      },
      alarmedOf: async (id: string): Promise<readonly string[]> => {
        const approval = await service.get(id);
        if (!approval) return [];
        const { owner, subject } = approval;
        const named = { names: ['subject', 'owner'], except: [], isBesides: false };
        const concerned = { subject, owner, owners: [] };
        const asked = await service.toldOf(approval);
        return [...new Set([...(await resolve.approversOf(concerned, named)), ...asked])];
      },
      partiesOf: async (id: string): Promise<readonly string[]> => {
        const absence = (await away.get(id))?.document;
        return absence ? [absence.account, absence.deputy] : [];
      },
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** Counts the outcomes of approvals on this node. */
export const measureApprovals = (
  { listen }: Pick<ApprovalServices, 'listen'>,
  { approvals, deciding }: Pick<Metrics, 'approvals' | 'deciding'>,
): void => {
  listen((approval) => {
    const { state, votes, createdAt, decidedAt = createdAt, use, escalation, breakGlass, requested, review } = approval;
    // A later review does not change the outcome.
    if (review === 'closed') return;
    const isFirst = votes.length === 0 && escalation?.added === undefined && breakGlass === undefined;
    // For a request of a resource server, the decision and the use are the same change.
    const isNews = state === 'pending' ? isFirst : use === undefined || requested !== undefined;
    if (!isNews) return;
    const isEmergency = state === 'approved' && isBreakGlass(approval);
    const outcome = state === 'pending' ? 'asked' : isEmergency ? 'break_glass' : state;
    approvals.inc({ outcome });
    if (state === 'denied' || (state === 'approved' && !isEmergency))
      deciding.observe({ outcome }, decidedAt - createdAt);
  });
};
