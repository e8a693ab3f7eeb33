/**
 * Notifications to users and other systems: which audit events become a notification (here), how it is stored
 * (notification-log.ts) and its recipients (recipient-routing.ts). Also its delivery with retries
 * (delivery-worker.ts, with the channels mail-channel.ts, webhook-channel.ts and push-channel.ts). Owns the webhook
 * endpoints (webhook-registry.ts) and the browsers of users (push-registry.ts). Does not decide anything, implement
 * SMTP or HTTP (ports/mailer.ts, ports/trusted-fetch.ts), or write the text of a mail or message (views/mail,
 * views/push). Called by the audit log as it is composed, by housekeeping and by the management API.
 */
import type { AuditEvent, AuditEventType } from '../audit/audit-event.ts';

/**
 * The recipients by mail and in browsers:
 * - the owner of the agent, or the account that was asked to own it;
 * - the account itself, or the administrators, who can act on it;
 * - those who may decide on the approval, or those who were asked about it later;
 * - both users of an absence;
 * - the reviewers of an access review;
 * - every user concerned, together with the administrators.
 */
export type Audience =
  | 'owner'
  | 'offered'
  | 'account'
  | 'administrators'
  | 'approvers'
  | 'escalated'
  | 'absence'
  | 'reviewers'
  | 'alarmed';

type KindRule = {
  /** For docs and the management API. */
  readonly says: string;
  readonly from: readonly AuditEventType[];
  readonly when?: (event: AuditEvent) => boolean;
  /**
   * The object by which notifications are numbered. The sequence shows the receiver which of two is newer. `consent`:
   * an agent and the user it acts for.
   */
  readonly about: 'agent' | 'account' | 'consent' | 'delegation' | 'target';
  /** Absent: webhooks only. */
  readonly mail?: Audience;
  /** Also sent to the browsers of the same users: it waits for their decision, or is about access to their account. */
  readonly isPushed?: true;
  /** The notification is not repeated for the same object within this number of seconds. */
  readonly onceIn?: number;
};

const isAboutAgent = ({ target }: AuditEvent): boolean => target?.kind === 'agent';
/** Excludes an action that had no effect because another one was first. */
const isDone = ({ outcome }: AuditEvent): boolean => outcome === 'done';
/** Done by a permitted caller who is not the user. */
const isByOther = ({ outcome, subject, caller, inputs }: AuditEvent): boolean =>
  outcome === 'done' && caller !== subject && (inputs?.['how'] ?? 'by_api') === 'by_api';
/** A decision of an access review that takes something from the person. */
const isTaken = ({ outcome, inputs }: AuditEvent): boolean =>
  outcome === 'done' && ['end', 'narrow'].includes(String(inputs?.['decision']));
const isAboutOther = (event: AuditEvent): boolean => !isAboutAgent(event);

/**
 * A table of every kind of notification. A new kind is an entry here, and one in views/mail and in views/push if it is sent
 * there.
 */
export const NOTIFICATION_KINDS = {
  'agent.pending': {
    says: 'An agent was registered and waits for its owner to accept it.',
    from: ['agent.created'],
    about: 'agent',
    mail: 'owner',
    isPushed: true,
  },
  'agent.offered': {
    says: 'An agent was offered to a new owner, who has to accept it.',
    from: ['agent.transfer_offered'],
    about: 'agent',
    mail: 'offered',
    isPushed: true,
  },
  'agent.accepted': {
    says: 'An owner accepted an agent.',
    from: ['agent.accepted', 'agent.transferred'],
    about: 'agent',
  },
  'agent.declined': {
    says: 'A proposed owner declined an agent.',
    from: ['agent.declined'],
    about: 'agent',
  },
  'agent.ending': {
    says: 'An agent is about to be suspended, for its end or for want of use.',
    from: ['agent.notice'],
    about: 'agent',
    mail: 'owner',
  },
  'agent.suspended': {
    says: 'An agent was suspended.',
    from: ['agent.suspended'],
    about: 'agent',
    mail: 'owner',
  },
  'agent.restricted': {
    says: 'A response rule restricted an agent for some hours.',
    from: ['agent.restricted'],
    about: 'agent',
    mail: 'owner',
  },
  'agent.drifted': {
    says: 'An agent ran with another model, prompt or tools than before, or no longer shows with which.',
    from: ['agent.composition_drifted', 'agent.composition_omitted'],
    about: 'agent',
    mail: 'owner',
    // Two instances with different compositions alternate.
    onceIn: 600,
  },
  'agent.expired': {
    says: 'An agent came to its end, or was not accepted in time.',
    from: ['agent.expired'],
    about: 'agent',
    mail: 'owner',
  },
  'agent.inactive': {
    says: 'An agent was suspended because it was not used.',
    from: ['agent.inactive'],
    about: 'agent',
    mail: 'owner',
  },
  'agent.resumed': { says: 'A suspended agent is active again.', from: ['agent.resumed'], about: 'agent' },
  'agent.retired': { says: 'An agent was retired.', from: ['agent.retired'], about: 'agent', mail: 'owner' },
  'agent.orphaned': {
    says: 'An agent has no owner any more.',
    from: ['agent.orphaned'],
    about: 'agent',
    mail: 'administrators',
  },
  'agent.without_successor': {
    says: 'The successor rules name no further successor for an agent without owner.',
    from: ['agent.without_successor'],
    about: 'agent',
    mail: 'administrators',
  },
  'response.acted': {
    says: 'A response rule noticed that an agent behaves unlike itself. It may have suspended or restricted the agent.',
    from: ['response.acted'],
    about: 'agent',
    mail: 'administrators',
  },
  'agent.killed': {
    says: 'A kill was ordered for an agent.',
    from: ['kill.ordered'],
    when: isAboutAgent,
    about: 'agent',
    mail: 'owner',
  },
  'agent.kill_lifted': {
    says: 'The kill of an agent was lifted.',
    from: ['kill.lifted'],
    when: isAboutAgent,
    about: 'agent',
    mail: 'owner',
  },
  'kill.ordered': {
    says: 'A kill was ordered for something else than an agent.',
    from: ['kill.ordered'],
    when: isAboutOther,
    about: 'target',
    mail: 'administrators',
  },
  'kill.lifted': {
    says: 'A kill of something else than an agent was lifted.',
    from: ['kill.lifted'],
    when: isAboutOther,
    about: 'target',
    mail: 'administrators',
  },
  'approval.requested': {
    says: 'An agent asks people to approve one exact action.',
    from: ['approval.requested'],
    when: isDone,
    about: 'target',
    mail: 'approvers',
    isPushed: true,
  },
  'approval.approved': {
    says: 'One person approved an action. The approval says whether that was enough.',
    from: ['approval.approved'],
    when: isDone,
    about: 'target',
  },
  'approval.denied': {
    says: 'An action was denied by a person.',
    from: ['approval.denied'],
    when: isDone,
    about: 'target',
  },
  'approval.cancelled': {
    says: 'An agent does not need an approval any more that it asked for.',
    from: ['approval.cancelled'],
    when: isDone,
    about: 'target',
  },
  'approval.used': {
    says: 'The resource server carried out an approved action.',
    from: ['approval.used'],
    when: isDone,
    about: 'target',
  },
  'approval.escalated': {
    says: 'No approver decided about an action in time. The server asks further approvers, too.',
    from: ['approval.escalated'],
    about: 'target',
    mail: 'escalated',
    isPushed: true,
    // A process that takes over from a crashed one records the event again.
    onceIn: 86_400,
  },
  'approval.muted': {
    says: 'A person denied an agent again and again: it may not ask this person for a day.',
    from: ['approval.muted'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'break_glass.requested': {
    says: 'One of two people requested break-glass access for an action, without the usual approvers.',
    from: ['break_glass.requested'],
    when: isDone,
    about: 'target',
    mail: 'alarmed',
    isPushed: true,
  },
  'break_glass.activated': {
    says: 'Two people approved an action by break-glass access. A third person must review it.',
    from: ['break_glass.activated'],
    when: isDone,
    about: 'target',
    mail: 'alarmed',
    isPushed: true,
  },
  'break_glass.reviewed': {
    says: 'A third person reviewed an action that was approved by break-glass access.',
    from: ['break_glass.reviewed'],
    when: isDone,
    about: 'target',
    mail: 'alarmed',
  },
  'absence.declared': {
    says: 'A deputy decides about approvals for a person who is away.',
    from: ['absence.declared'],
    when: isDone,
    about: 'target',
    mail: 'absence',
  },
  'absence.ended': {
    says: 'A deputy does not decide for that person any more.',
    from: ['absence.ended'],
    when: isDone,
    about: 'target',
    mail: 'absence',
  },
  'credential.ending': {
    says: 'A credential of an agent ends soon.',
    from: ['credential.notice'],
    about: 'agent',
    mail: 'owner',
  },
  'credential.expired': {
    says: 'A credential of an agent is over.',
    from: ['credential.expired'],
    about: 'agent',
    mail: 'owner',
  },
  'delegation.given': {
    says: 'A delegation was created.',
    from: ['delegation.created'],
    about: 'delegation',
  },
  'delegation.suspended': {
    says: 'An agent that acts for a person has a new owner; what it may do is suspended until the person confirms that one.',
    from: ['delegation.suspended'],
    about: 'consent',
    when: isDone,
    mail: 'account',
    isPushed: true,
    // An agent that acts at many resources causes one message, however long the suspension of all delegations takes.
    onceIn: 3600,
  },
  'delegation.confirmed': {
    says: 'A person confirmed the new owner of an agent, which acts for that person again.',
    from: ['delegation.confirmed'],
    about: 'delegation',
  },
  'delegation.ended': {
    says: 'A delegation ended, with all below it.',
    from: ['delegation.revoked'],
    about: 'delegation',
    when: isDone,
  },
  'review.opened': {
    says: 'An access review waits for its reviewers.',
    from: ['review.opened'],
    about: 'target',
    when: isDone,
    mail: 'reviewers',
  },
  'review.escalated': {
    says: 'Reviewers have not decided all items of an access review, and a quarter of its time is left.',
    from: ['review.escalated'],
    about: 'target',
    when: isDone,
    mail: 'administrators',
  },
  'review.ended': {
    says: 'An access review ended or narrowed what an agent did for a person.',
    from: ['review.item_decided'],
    about: 'consent',
    when: isTaken,
    mail: 'account',
    // An agent that acts at many resources causes one message.
    onceIn: 3600,
  },
  'review.undone': {
    says: 'The end of a delegation by an access review was undone: the agent acts for the person again.',
    from: ['review.item_undone'],
    about: 'consent',
    when: isDone,
    mail: 'account',
  },
  'review.undo_refused': {
    says: 'The undo of an end by an access review came to nothing: what the agent did for the person stays ended.',
    from: ['review.item_undo_refused'],
    about: 'consent',
    when: isDone,
    mail: 'account',
  },
  'factor.added': {
    says: 'A second factor was added to an account.',
    from: ['factor.added'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'factor.removed': {
    says: 'A second factor was removed from an account, or all were.',
    from: ['factor.removed', 'factor.all_removed'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'factor.recovery_codes_made': {
    says: 'New recovery codes were created for an account.',
    from: ['factor.recovery_codes_made'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'factor.copied': {
    says: 'There may be a copy of a passkey of an account; it is accepted no more.',
    from: ['factor.copied'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'upstream_link.created': {
    says: 'An account was connected with a person at an identity provider, who can sign in to it.',
    from: ['upstream_link.created'],
    // An account that this same sign-in created has no other user to notify.
    when: ({ inputs }) => inputs?.['proof'] !== 'created',
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'upstream_link.removed': {
    says: 'An account is not connected with a person at an identity provider any more.',
    from: ['upstream_link.removed'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'account_link.created': {
    says: 'A server of another domain can speak for an account from now on.',
    from: ['account_link.created'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'account_link.removed': {
    says: 'A server of another domain speaks for an account no more.',
    from: ['account_link.removed'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'account.password_changed': {
    says: 'The password of an account was set.',
    from: ['account.password_changed'],
    about: 'account',
    mail: 'account',
    isPushed: true,
  },
  'sessions.ended_by_other': {
    says: 'An administrator or operator signed an account out, in one browser or everywhere.',
    from: ['session.ended', 'account.sessions_ended'],
    when: isByOther,
    about: 'account',
    mail: 'account',
  },
  'session.ended': {
    says: 'A session of an account is over.',
    from: ['session.ended'],
    when: isDone,
    about: 'account',
  },
  'sessions.ended': {
    says: 'A person ended all sessions of the account, perhaps but for one.',
    from: ['account.sessions_ended'],
    about: 'account',
  },
  'account.disabled': { says: 'An account was disabled.', from: ['account.disabled'], about: 'account' },
  'account.enabled': { says: 'An account was enabled again.', from: ['account.enabled'], about: 'account' },
  'sign_in.locked': {
    says: 'There were too many attempts to sign in to an account; told once a day.',
    from: ['session.refused'],
    when: ({ inputs, count }) => LIMITS.has(String(inputs?.['reason'])) && count === 1,
    about: 'account',
    mail: 'account',
    isPushed: true,
    onceIn: 86_400,
  },
  'audit.mismatch_found': {
    says: 'Stored records of the audit log do not match their digests; notified once a day for a stream.',
    from: ['audit.mismatch_found'],
    about: 'target',
    mail: 'administrators',
    onceIn: 86_400,
  },
  'webhook.stopped': {
    says: 'An endpoint of webhooks was stopped, because nothing got there for too long.',
    from: ['webhook.stopped'],
    when: ({ caller }) => caller === 'system',
    about: 'target',
    mail: 'administrators',
  },
} as const satisfies Readonly<Record<string, KindRule>>;

const LIMITS: ReadonlySet<string> = new Set(['limit_per_account', 'limit_per_factor', 'limit_per_factor_day']);

export type NotificationKind = keyof typeof NOTIFICATION_KINDS;

export const NOTIFICATION_KIND_NAMES = Object.keys(NOTIFICATION_KINDS) as readonly NotificationKind[];

/** An approval waits for the recipient. */
const ASKING: readonly string[] = ['approval.requested', 'approval.escalated'] satisfies readonly NotificationKind[];

/** Whether it asks for a decision on an approval: after that decision no notification is due. */
export const isAsking = (kind: string): boolean => ASKING.includes(kind);

/** Whether a kind is about what users do here, and not about the state of their own account. */
export const isForActive = (kind: string): boolean =>
  Object.hasOwn(NOTIFICATION_KINDS, kind) && ruleOf(kind as NotificationKind).mail !== 'account';

export const ruleOf = (kind: NotificationKind): KindRule => NOTIFICATION_KINDS[kind];

const byEvent = new Map<AuditEventType, NotificationKind[]>();
for (const kind of NOTIFICATION_KIND_NAMES) {
  for (const type of ruleOf(kind).from) byEvent.set(type, [...(byEvent.get(type) ?? []), kind]);
}

/** The kind of notification of an event; most events have none. */
export const kindOf = (event: AuditEvent): NotificationKind | undefined =>
  byEvent.get(event.type)?.find((kind) => ruleOf(kind).when?.(event) ?? true);
