/** Approvals: the service by which they are requested and decided, and what requesting them needs. */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Configuration } from '../../config/configuration.ts';
import { absences } from '../domain/approvals/absences.ts';
import { type Approval, isBreakGlass, stateAt } from '../domain/approvals/approval.ts';
import { type ApprovalChange, newApprovalService } from '../domain/approvals/approval-service.ts';
import { approversOf } from '../domain/approvals/approvers.ts';
import { effectiveVotes } from '../domain/approvals/effective-votes.ts';
import type { RequestedApproval } from '../domain/approvals/open-approvals.ts';
import { ownersOfChain } from '../domain/approvals/owners-of-chain.ts';
import { approvalPings } from '../domain/approvals/ping.ts';
import { askingForApproval } from '../domain/approvals/request-approval.ts';
import { standingApprovals } from '../domain/approvals/standing-approvals.ts';
import { CIBA } from '../domain/clients/clients/grant-types.ts';
import type { TrustedPost } from '../domain/ports/trusted-fetch.ts';
import type { Metrics } from '../http/metrics.ts';

type ServiceDeps = Omit<Parameters<typeof newApprovalService>[0], 'settings' | 'onChange' | 'votes' | 'emergency'>;
type AbsencesDeps = Parameters<typeof absences>[0];
type VotesDeps = Parameters<typeof effectiveVotes>[0];
type AskingDeps = Parameters<typeof askingForApproval>[0];

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
) => {
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
  /** The approval while it is pending. Approvers are not notified of one that is decided already. */
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
          ? deps.log.info({ event: 'approval.ping', approval: id, agent }, 'an agent was told that there is an answer')
          : deps.log.warn({ event: 'approval.ping', approval: id, agent, err }, 'an agent could not be told'),
    });
    listeners.add((approval) => ping(approval, deps.clock.now()));
  }
  return {
    service,
    votes,
    absences: away,
    standing,
    asking: askingForApproval({
      service,
      standing,
      resolve,
      chainOwners,
      authorizeHere: deps.authorizeHere,
      blueprints: deps.blueprints,
    }),
    /** How an agent gets the token of an approval (CIBA §7.3). */
    remedyOf: ({ approval, authReqId }: RequestedApproval) => ({
      kind: 'approval' as const,
      grant_type: CIBA,
      auth_req_id: authReqId,
      endpoint: `${configuration.issuer}/token`,
      expires_in: approval.expiresAt - deps.clock.now(),
      interval: configuration.approvals.pollIntervalSeconds,
      ...(approval.number === undefined ? {} : { number: approval.number }),
    }),
    /** Who is notified of what. */
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
      /** The accounts that an alarm concerns, without the administrators. */
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
    /** Calls `listener` after each change on this node. The answered function ends that. */
    listen(listener: ApprovalChange): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

type Approvals = ReturnType<typeof approvalsOf>;

/** Counts the outcomes of approvals on this node. */
export const measureApprovals = (
  { listen }: Pick<Approvals, 'listen'>,
  { approvals, deciding }: Pick<Metrics, 'approvals' | 'deciding'>,
): void => {
  listen((approval) => {
    const { state, votes, createdAt, decidedAt = createdAt, use, escalation, breakGlass, requested, review } = approval;
    // A review afterwards does not change the outcome.
    if (review === 'closed') return;
    const isFirst = votes.length === 0 && escalation?.added === undefined && breakGlass === undefined;
    // A resource server's request is used up by the same approval that decides it.
    const isNews = state === 'pending' ? isFirst : use === undefined || requested !== undefined;
    if (!isNews) return;
    const isEmergency = state === 'approved' && isBreakGlass(approval);
    const outcome = state === 'pending' ? 'asked' : isEmergency ? 'break_glass' : state;
    approvals.inc({ outcome });
    if (state === 'denied' || (state === 'approved' && !isEmergency))
      deciding.observe({ outcome }, decidedAt - createdAt);
  });
};
