import type { AuditEvent } from '../audit/audit-event.ts';
import { ownershipMember } from '../clients/agents/ownership.ts';
import { type MasterKey, openedOrNothing } from '../platform/crypto/master-key.ts';
import { LOST, retryLost, update } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import { canonicalJson } from '../vocabulary/canonical-json.ts';
import { omit } from '../vocabulary/omit.ts';
import { type Action, digestOf, questionOf } from './action.ts';
import type { Approval, Origin, Requested } from './approval.ts';
import type { ApprovalDraft, ApprovalSettings, RequestedApproval, UsedStanding } from './approval-draft.ts';
import { type ApprovalLimits, type ApprovalLimitsDeps, approvalLimits, tooManyBefore } from './approval-limits.ts';
import { type ApprovalStore, aboutApproval, closedApproval } from './approval-store.ts';

/** Minimum time to decide, seconds. Less time would only rush the approvers. */
const LEAST_SECONDS = 60;

export type OpenApprovalsDeps = ApprovalLimitsDeps & {
  readonly states: ApprovalStore;
  readonly identifiers: Identifiers;
};

/** Creates pending approvals. Merges identical requests and enforces the limits per subject and approver. */
export interface OpenApprovals extends Pick<ApprovalLimits, 'noteDenial'> {
  /**
   * Checks that all of several related approvals can be requested, so that no approver is asked about the first one in
   * vain. Counts them against the limits, so `ask` need not; throws as `ask` does. `isCovered`: a standing approval
   * covers the action, which then takes no slot.
   */
  checkRoom(all: readonly { readonly wanted: ApprovalDraft; readonly isCovered: boolean }[]): Promise<void>;
  /**
   * Creates a pending approval, or joins an identical open one. Throws DomainError 'too_many_requests' beyond the
   * limits (AP-05): too many open, too many in an hour, or three denials in a day.
   */
  ask(wanted: ApprovalDraft, request: string, how?: { readonly isCounted?: boolean }): Promise<RequestedApproval>;
}

export const openApprovals = (deps: OpenApprovalsDeps): OpenApprovals => {
  const { identifiers, masterKey, clock, audit, settings } = deps;
  const { approvals, store, settle, vacate, isOpen, isKilled, changed } = deps.states;
  const limits = approvalLimits(deps);
  /** Keys of a request while it is open; new requests use the first. */
  const openKeysOf = ({ channel, origin, txn = '', requested, action }: ApprovalDraft): readonly string[] =>
    masterKey.ordered(
      'open-approval',
      channel,
      questionOf(action),
      `${sourceOf(origin)}${txn}`,
      ...requesterOf(requested),
    );

  /**
   * Cancels an approval that exceeded a limit together with concurrent ones. All of the concurrent ones may be
   * cancelled.
   */
  const withdraw = ({ id }: Approval, request: string): Promise<Approval> =>
    settle(id, async (approval) =>
      isOpen(approval)
        ? {
            next: closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: 'system' }),
            event: {
              ...aboutApproval(approval),
              type: 'approval.cancelled',
              outcome: 'done',
              caller: 'system',
              request,
              note: 'others came at the same moment, and together they were too many',
            },
          }
        : undefined,
    );

  const pingOf = (id: string, { ping }: Pick<ApprovalDraft, 'ping'>): Pick<Approval, 'ping'> =>
    ping
      ? {
          ping: {
            endpoint: ping.endpoint,
            sealedToken: masterKey.seal(`ping ${id}`, ping.token),
            ...(ping.isByOperator ? { isByOperator: true } : {}),
          },
        }
      : {};

  /**
   * Stores the notification endpoint and token of the latest request. The client may have lost the earlier answer (CIBA
   * Core §10.2).
   */
  const withPing = async ({ id }: Approval, wanted: Pick<ApprovalDraft, 'ping'>): Promise<Approval | undefined> => {
    const next = await update(approvals, id, (now) => (isOpen(now) ? { ...now, ...pingOf(id, wanted) } : undefined));
    return next?.document;
  };

  const joined = async (
    openKeys: readonly string[],
    wanted: Pick<ApprovalDraft, 'ping'>,
  ): Promise<RequestedApproval | undefined> => {
    for (const open of openKeys) {
      const [found] = await approvals.find({ where: { open }, limit: 1 });
      if (!found) continue;
      const authReqId = openedOrNothing(masterKey, found.document.id, found.document.sealedHandle);
      if (isOpen(found.document) && authReqId !== undefined && !(await isKilled(found.document))) {
        const approval = wanted.ping ? await withPing(found.document, wanted) : found.document;
        // It was decided in the meantime: the client can fetch the answer.
        return { approval: approval ?? found.document, authReqId, isJoined: true };
      }
      await vacate(found);
    }
    return undefined;
  };

  /** The approval as it is stored: open, or already approved by a standing approval. */
  const drafted = (
    wanted: ApprovalDraft,
    {
      digest,
      open,
      slot,
      authReqId,
      standing,
    }: Pick<Approval, 'digest' | 'open' | 'slot'> & {
      readonly authReqId: string;
      readonly standing: UsedStanding | undefined;
    },
  ): Approval => {
    const now = clock.now();
    const id = identifiers.newId('apv');
    const { action, requested, lifetimeSeconds = settings.ttlSeconds } = wanted;
    const asked: Approval = {
      id,
      state: 'pending',
      channel: wanted.channel,
      action,
      digest,
      agent: action.agent,
      owner: wanted.owner,
      ...(wanted.ownersWhenAsked ? { ownersWhenAsked: wanted.ownersWhenAsked } : {}),
      ...ownershipMember(wanted.ownership ?? 0),
      subject: action.subject,
      resource: action.resource,
      actors: [...new Set(actorsOf(action.chain))],
      risk: wanted.risk,
      requires: wanted.requires,
      approvers: [...new Set(wanted.approvers)],
      approverNames: wanted.approverNames,
      ...(wanted.approversExcept ? { approversExcept: wanted.approversExcept } : {}),
      ...escalationFrom(wanted, now),
      mustAgree: wanted.mustAgree,
      ...(wanted.isConsentBesides ? { isConsentBesides: true } : {}),
      votes: [],
      ...(wanted.risk === 'critical' ? { number: twoDigits(identifiers.newSecret()) } : {}),
      ...(wanted.origin === undefined ? {} : { origin: wanted.origin }),
      ...(wanted.txn === undefined ? {} : { txn: wanted.txn }),
      ...(requested === undefined ? {} : { requested }),
      handle: String(handlesOf(masterKey, authReqId)[0]),
      sealedHandle: masterKey.seal(id, authReqId),
      ...pingOf(id, wanted),
      open,
      slot,
      createdAt: now,
      expiresAt: Math.min(
        now + Math.min(Math.max(lifetimeSeconds, LEAST_SECONDS), settings.ttlSeconds),
        requested?.until ?? Number.POSITIVE_INFINITY,
      ),
    };
    return standing === undefined
      ? asked
      : closedApproval(asked, {
          state: 'approved',
          votes: [standing.vote],
          standing: standing.id,
          decidedAt: now,
          redeemBy: redeemableUntil(asked, now, settings),
        });
  };

  const recordRequest = (approval: Approval, request: string) => {
    const { digest, standing, requested } = approval;
    return audit.append({
      ...aboutApproval(approval),
      type: 'approval.requested',
      outcome: 'done',
      caller: askerOf(approval),
      request,
      inputs: {
        digest,
        channel: approval.channel,
        risk: approval.risk,
        requires: approval.requires,
        approvers: approval.approvers,
        ...(approval.escalation ? { escalation: approval.escalation } : {}),
        expiresAt: approval.expiresAt,
        ...(standing === undefined ? {} : { standing }),
        ...(requested === undefined ? {} : { requested }),
      },
      ...saidBy(approval.action),
    });
  };

  return {
    noteDenial: limits.noteDenial,

    async checkRoom(all): Promise<void> {
      const fresh = new Map<string, (typeof all)[number]>();
      for (const one of all) {
        const openKeys = openKeysOf(one.wanted);
        if (!(await joined(openKeys, {}))) fresh.set(String(openKeys[0]), one);
      }
      await limits.checkPlaces([...fresh.values()].filter(({ isCovered }) => !isCovered).map(({ wanted }) => wanted));
      for (const { wanted } of fresh.values()) await limits.checkFlood(wanted);
    },

    async ask(wanted, request, { isCounted = false } = {}): Promise<RequestedApproval> {
      const digest = digestOf(wanted.action);
      const openKeys = openKeysOf(wanted);
      let isCountedNow = isCounted;
      let standing: UsedStanding | undefined;
      let isLookedFor = false;
      return retryLost('an approval', async () => {
        const before = await joined(openKeys, wanted);
        if (before) return before;
        if (!isCountedNow) await limits.checkFlood(wanted);
        isCountedNow = true;
        if (!isLookedFor) standing = await wanted.standing?.();
        isLookedFor = true;
        // Of an approval that is decided already, `closedApproval` says so in place of a slot.
        const slot = standing === undefined ? await limits.openSlot(wanted) : '';
        const authReqId = wanted.authReqId ?? identifiers.newSecret();
        const approval = drafted(wanted, { digest, open: String(openKeys[0]), slot, authReqId, standing });
        await recordRequest(approval, request);
        if (await store(approval)) {
          if (isOpen(approval) && (await limits.isTooMuch(wanted, settings.mostOpenPerApprover))) {
            await withdraw(approval, request);
            throw tooManyBefore(settings);
          }
          changed(approval);
          return { approval, authReqId, isJoined: false };
        }
        await audit.append({
          ...aboutApproval(approval),
          type: 'approval.requested',
          outcome: 'refused',
          caller: askerOf(approval),
          request,
          note: 'never stored: another request came first',
        });
        return LOST;
      });
    },
  };
};

const escalationFrom = ({ escalation }: ApprovalDraft, now: number): Pick<Approval, 'escalation' | 'escalateAt'> =>
  escalation
    ? { escalation: { at: now + escalation.after, names: escalation.names }, escalateAt: now + escalation.after }
    : {};

/** Until when an approval given now can be redeemed, epoch seconds. */
export const redeemableUntil = (
  { requested }: Pick<Approval, 'requested'>,
  now: number,
  { redeemSeconds }: Pick<ApprovalSettings, 'redeemSeconds'>,
): number => Math.min(now + redeemSeconds, requested?.until ?? Number.POSITIVE_INFINITY);

const askerOf = ({ action, requested }: Pick<Approval, 'action' | 'requested'>): string =>
  requested?.by ?? action.client;

/** Identical requests of one resource server merge only if they request the same end. */
const requesterOf = (requested: Requested | undefined): readonly string[] =>
  requested === undefined ? [] : [requested.by, requested.question, String(requested.until ?? '')];

/** Keyed digests under which an `auth_req_id` may be stored. */
export const handlesOf = (masterKey: MasterKey, authReqId: string): readonly string[] =>
  masterKey.digests('auth_req_id', authReqId);

/** Text and details chosen by the agent, for the audit log. */
const saidBy = ({ details, message }: Action): Pick<AuditEvent, 'personal'> =>
  details.length === 0 && message === undefined
    ? {}
    : {
        personal: {
          ...(details.length === 0 ? {} : { details: JSON.stringify(details) }),
          ...(message === undefined ? {} : { message }),
        },
      };

/** The facts of the subject token without its id. A client that retries after a lost answer may hold a new token. */
const sourceOf = (origin: Origin | undefined): string => {
  if (origin === undefined) return '';
  return String(canonicalJson(omit(origin, 'id', 'issuedAt', 'assurance')));
};

/** Two digits from a random text: 10 to 99, without a leading zero. */
const twoDigits = (random: string): string =>
  String(10 + (Number.parseInt(Buffer.from(random).toString('hex').slice(0, 12), 16) % 90));
