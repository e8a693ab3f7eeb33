import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import type { ApproverRule } from '../authority/decision/decision.ts';
import { ownershipMember } from '../clients/agents/ownership.ts';
import { type MasterKey, openedOrNothing } from '../platform/crypto/master-key.ts';
import type { Clock } from '../ports/clock.ts';
import { StoreUnavailable, update } from '../ports/document-store.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import { canonicalJson } from '../vocabulary/canonical-json.ts';
import { DomainError } from '../vocabulary/errors.ts';
import type { Risk } from '../vocabulary/risk.ts';
import { type Action, digestOf, questionOf } from './action.ts';
import type { Approval, ApprovalChannel, Origin, Requested, Requirements } from './approval.ts';
import { type ApprovalStore, aboutApproval, closedApproval } from './approval-store.ts';
import type { StandingApproval } from './standing-approval.ts';

export type ApprovalSettings = {
  /** Seconds in which people may decide. */
  readonly ttlSeconds: number;
  /** Seconds in which the agent may redeem an approved one, at most 300. */
  readonly redeemSeconds: number;
  /** Open approvals of one agent about one person: at most 16. */
  readonly mostOpen: number;
  /** Open approvals before one approver, of all agents of one owner and for all subjects: at most 100. */
  readonly mostOpenPerApprover: number;
  /** New approvals in an hour, of one agent about one person. */
  readonly perHour: number;
};

/** An approval that an agent requests, before it is stored. */
export type ApprovalDraft = {
  readonly channel: ApprovalChannel;
  /** Account or group that owns the agent. */
  readonly owner: string;
  /** Accounts that own an actor of the chain, at most 512. */
  readonly ownersWhenAsked?: readonly string[];
  /** Sum of the `ownership` numbers of the agents in the chain. */
  readonly ownership?: number;
  readonly action: Action;
  readonly risk: Risk;
  readonly requires: Requirements;
  readonly approvers: readonly string[];
  /** The names by which the approvers are asked. */
  readonly approverNames: readonly string[];
  readonly approversExcept?: readonly string[];
  /** Further people to ask after a number of seconds. */
  readonly escalation?: ApproverRule['escalation'];
  readonly isConsentBesides?: true;
  readonly mustAgree: string | null;
  readonly origin?: Origin | undefined;
  readonly requested?: Requested | undefined;
  /** Created by oidc-provider; absent: created here. */
  readonly authReqId?: string | undefined;
  readonly ping?: Ping | undefined;
  /** The standing approval that covers this action: no approver is asked. */
  readonly standing?: Pick<StandingApproval, 'id' | 'vote'> | undefined;
  /** Seconds; shorter than the setting, if the agent wants it. */
  readonly lifetimeSeconds?: number | undefined;
};

/** Where to notify an agent of a decision, and its token for that (CIBA Core §10.2). */
export type Ping = {
  readonly endpoint: string;
  readonly token: string;
  /** An operator or administrator entered the endpoint: it may be an internal host (`egress.internalHosts.approvalPings`). */
  readonly isByOperator?: true;
};

export type RequestedApproval = { readonly approval: Approval; readonly authReqId: string; readonly isJoined: boolean };

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Denials in a day after which an agent may not ask this person again for a day. */
const DENIALS = 3;
/** Shortest time to decide, seconds. Less time would only hurry the approvers. */
const LEAST_SECONDS = 60;
const ATTEMPTS = 20;
/** Approvals read for one person. More than may be open have ended. */
const LOOKED_AT = 500;

export type OpenApprovalsDeps = {
  readonly approvals: ApprovalStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog;
  readonly settings: ApprovalSettings;
};

/** Creates pending approvals. Merges identical requests and enforces the limits per subject and approver. */
export interface OpenApprovals {
  /**
   * Checks that all of several approvals that belong together can be requested, so that no approver is asked about
   * the first for nothing. Counts them against the limits, so `ask` need not; throws as `ask` does. `isCovered`: a
   * standing approval covers the action, and it takes no slot.
   */
  checkRoom(all: readonly { readonly wanted: ApprovalDraft; readonly isCovered: boolean }[]): Promise<void>;
  /**
   * Creates a pending approval, or joins an identical one that is open. Throws DomainError 'too_many_requests' for
   * more than a person should have to look at (AP-05): too many open, too many in an hour, or after three denials in
   * a day.
   */
  ask(wanted: ApprovalDraft, request: string, how?: { readonly isCounted?: boolean }): Promise<RequestedApproval>;
  /** Counts a person's denial. After three in a day the agent may not ask this person for a day. */
  noteDenial(approval: Approval, who: { readonly account: string; readonly request: string }): Promise<void>;
}

export const openApprovals = ({
  approvals: { approvals, store, settle, vacate, isOpen, isKilled, changed },
  ephemeral,
  clock,
  identifiers,
  masterKey,
  audit,
  settings,
}: OpenApprovalsDeps): OpenApprovals => {
  /** Two keys while the master key is rotated: all nodes write to the first; the other holds what was noted before. */
  const pairKeys = (name: string, { agent, subject }: Pick<Action, 'agent' | 'subject'>): readonly string[] =>
    masterKey.ordered(`approval-${name}`, agent, subject).map((digest) => `approval-${name}:${digest}`);

  const pairKey = (name: string, pair: Pick<Action, 'agent' | 'subject'>): string => String(pairKeys(name, pair)[0]);

  const checkFlood = async ({ action, owner }: ApprovalDraft): Promise<void> => {
    for (const key of pairKeys('muted', action)) {
      if ((await ephemeral.get(key)) === undefined) continue;
      throw tooMany('this person denied this agent again and again, and is not asked by it for a day', DAY);
    }
    // Many agents of one owner flood a person as much as one agent does.
    for (const [name, asking] of [
      ['hour', action.agent],
      ['owner-hour', owner],
    ] as const) {
      if ((await ephemeral.count(pairKey(name, { agent: asking, subject: action.subject }), HOUR)) > settings.perHour) {
        throw tooMany('this agent, or those of its owner, asked this person too often', HOUR);
      }
    }
  };

  /** Keys of a request while it is open; new ones use the first. */
  const openKeysOf = ({ channel, origin, requested, action }: ApprovalDraft): readonly string[] =>
    masterKey.ordered('open-approval', channel, questionOf(action), sourceOf(origin), ...requesterOf(requested));

  const slotsOf = ({ agent, subject }: Action): readonly string[] =>
    Array.from({ length: settings.mostOpen }, (_, place) => `${agent} ${subject} ${place}`);

  /** The first free slot. A slot held by an expired approval counts as free. */
  const freeSlot = async (action: Action): Promise<string | undefined> => {
    for (const slot of slotsOf(action)) {
      const [holder] = await approvals.find({ where: { slot }, limit: 1 });
      if (!holder) return slot;
      if (!isOpen(holder.document) && (await vacate(holder))) return slot;
    }
    return undefined;
  };

  /** How many open approvals one account has from agents of one owner. */
  const openBefore = async (account: string, owner: string): Promise<number> => {
    const newest = await approvals.find({
      where: { approvers: account, owner, state: 'pending' },
      range: { field: 'createdAt', gte: clock.now() - settings.ttlSeconds },
      order: { by: 'createdAt', direction: 'descending' },
      limit: LOOKED_AT,
    });
    return newest.filter(({ document }) => isOpen(document)).length;
  };

  /** Whether an approver has more open approvals from agents of one owner than the limit. */
  const isTooMuch = async (
    { approvers, owner }: Pick<ApprovalDraft, 'approvers' | 'owner'>,
    most: number,
  ): Promise<boolean> => {
    const counts = await Promise.all(approvers.map((account) => openBefore(account, owner)));
    return counts.some((count) => count > most);
  };

  const freeSlots = async (action: Action): Promise<number> => {
    const held = await Promise.all(slotsOf(action).map((slot) => approvals.find({ where: { slot }, limit: 1 })));
    return held.filter(([holder]) => !holder || !isOpen(holder.document)).length;
  };

  /** Checks that there is a slot for each of several approvals that are to be requested together. */
  const checkPlaces = async (all: readonly ApprovalDraft[]): Promise<void> => {
    for (const some of Map.groupBy(all, ({ action }) => `${action.agent} ${action.subject}`).values()) {
      const [first] = some;
      if (first && (await freeSlots(first.action)) < some.length) throw tooManyWith(settings);
    }
    for (const [owner, some] of Map.groupBy(all, (one) => one.owner)) {
      for (const account of new Set(some.flatMap(({ approvers }) => approvers))) {
        const more = some.filter(({ approvers }) => approvers.includes(account)).length;
        if ((await openBefore(account, owner)) + more > settings.mostOpenPerApprover) throw tooManyBefore(settings);
      }
    }
  };

  /**
   * Cancels an approval that exceeded a limit together with concurrent ones. Possibly none of the concurrent ones stays.
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
   * Stores the token of the latest request. Its client may have lost the former answer, and with it the former token (CIBA
   * Core §10.2).
   */
  const toldAnew = async ({ id }: Approval, wanted: Pick<ApprovalDraft, 'ping'>): Promise<Approval | undefined> => {
    const next = await update(approvals, id, (now) => (isOpen(now) ? { ...now, ...pingOf(id, wanted) } : undefined));
    return next?.document;
  };

  const joined = async (
    places: readonly string[],
    wanted: Pick<ApprovalDraft, 'ping'>,
  ): Promise<RequestedApproval | undefined> => {
    for (const open of places) {
      const [found] = await approvals.find({ where: { open }, limit: 1 });
      if (!found) continue;
      const authReqId = openedOrNothing(masterKey, found.document.id, found.document.sealedHandle);
      if (isOpen(found.document) && authReqId !== undefined && !(await isKilled(found.document))) {
        const approval = wanted.ping ? await toldAnew(found.document, wanted) : found.document;
        // Decided at this very moment: the client can fetch the answer.
        return { approval: approval ?? found.document, authReqId, isJoined: true };
      }
      await vacate(found);
    }
    return undefined;
  };

  return {
    async checkRoom(all): Promise<void> {
      const fresh = new Map<string, (typeof all)[number]>();
      for (const one of all) {
        const places = openKeysOf(one.wanted);
        if (!(await joined(places, {}))) fresh.set(String(places[0]), one);
      }
      await checkPlaces([...fresh.values()].filter(({ isCovered }) => !isCovered).map(({ wanted }) => wanted));
      for (const { wanted } of fresh.values()) await checkFlood(wanted);
    },

    async ask(wanted, request, { isCounted = false } = {}): Promise<RequestedApproval> {
      const { action, lifetimeSeconds = settings.ttlSeconds } = wanted;
      const digest = digestOf(action);
      const places = openKeysOf(wanted);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const before = await joined(places, wanted);
        if (before) return before;
        if (attempt === 0 && !isCounted) await checkFlood(wanted);
        const slot = await freeSlot(action);
        if (slot === undefined) throw tooManyWith(settings);
        if (await isTooMuch(wanted, settings.mostOpenPerApprover - 1)) throw tooManyBefore(settings);
        const authReqId = wanted.authReqId ?? identifiers.newSecret();
        const now = clock.now();
        const id = identifiers.newId('apv');
        const { standing, requested } = wanted;
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
          ...(requested === undefined ? {} : { requested }),
          handle: String(handlesOf(masterKey, authReqId)[0]),
          sealedHandle: masterKey.seal(id, authReqId),
          ...pingOf(id, wanted),
          open: String(places[0]),
          slot,
          createdAt: now,
          expiresAt: Math.min(
            now + Math.min(Math.max(lifetimeSeconds, LEAST_SECONDS), settings.ttlSeconds),
            requested?.until ?? Number.POSITIVE_INFINITY,
          ),
        };
        const approval: Approval =
          standing === undefined
            ? asked
            : closedApproval(asked, {
                state: 'approved',
                votes: [standing.vote],
                standing: standing.id,
                decidedAt: now,
                redeemBy: redeemableUntil(asked, now, settings),
              });
        await audit.append({
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
            ...(standing === undefined ? {} : { standing: standing.id }),
            ...(requested === undefined ? {} : { requested }),
          },
          ...saidBy(action),
        });
        if (await store(approval)) {
          if (isOpen(approval) && (await isTooMuch(wanted, settings.mostOpenPerApprover))) {
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
      }
      throw new StoreUnavailable('gave up on an approval after 20 conflicts');
    },

    async noteDenial(approval, who): Promise<void> {
      // A denial by another approver does not keep the agent from asking the subject.
      if (who.account !== approval.subject && approval.approvers.length > 1) return;
      if ((await ephemeral.count(pairKey('denied', approval.action), DAY)) < DENIALS) return;
      await ephemeral.set(pairKey('muted', approval.action), '1', DAY);
      await audit.append({
        ...aboutApproval(approval),
        type: 'approval.muted',
        outcome: 'done',
        caller: who.account,
        request: who.request,
      });
    },
  };
};

const escalationFrom = ({ escalation }: ApprovalDraft, now: number): Pick<Approval, 'escalation' | 'escalateAt'> =>
  escalation
    ? { escalation: { at: now + escalation.after, names: escalation.names }, escalateAt: now + escalation.after }
    : {};

/** Until when an approval that is given now can be used, epoch seconds. */
export const redeemableUntil = (
  { requested }: Pick<Approval, 'requested'>,
  now: number,
  { redeemSeconds }: Pick<ApprovalSettings, 'redeemSeconds'>,
): number => Math.min(now + redeemSeconds, requested?.until ?? Number.POSITIVE_INFINITY);

const askerOf = ({ action, requested }: Pick<Approval, 'action' | 'requested'>): string =>
  requested?.by ?? action.client;

/** Identical requests of one resource server merge only while they ask for the same end. */
const requesterOf = (requested: Requested | undefined): readonly string[] =>
  requested === undefined ? [] : [requested.by, requested.question, String(requested.until ?? '')];

/** Keyed digests under which an `auth_req_id` may be stored. */
export const handlesOf = (masterKey: MasterKey, authReqId: string): readonly string[] =>
  masterKey.digests('auth_req_id', authReqId);

const tooMany = (message: string, retryAfterSeconds: number): DomainError =>
  new DomainError('too_many_requests', message, { retryAfterSeconds });

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

const tooManyWith = ({ ttlSeconds }: ApprovalSettings): DomainError =>
  tooMany('this agent has too many requests open with this person', ttlSeconds);

const tooManyBefore = ({ ttlSeconds }: ApprovalSettings): DomainError =>
  tooMany('the agents of this owner have too many requests open before somebody who would be asked', ttlSeconds);

/**
 * What the token would be derived from, without the id of that token: a client that retries after a lost answer may hold a
 * new one.
 */
const sourceOf = (origin: Origin | undefined): string => {
  if (origin === undefined) return '';
  const { id: _, issuedAt: __, assurance: ___, ...rest } = origin;
  return String(canonicalJson(rest));
};

/** Two digits from a random text: 10 to 99, so that none has a leading zero. */
const twoDigits = (random: string): string =>
  String(10 + (Number.parseInt(Buffer.from(random).toString('hex').slice(0, 12), 16) % 90));
