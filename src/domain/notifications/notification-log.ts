import { hash } from 'node:crypto';
import type { AuditEvent, AuditReceipt } from '../audit/audit-event.ts';
import type { Clock } from '../ports/clock.ts';
import { type Collection, type DocumentStore, LOST, retryLost, tryInsert } from '../ports/document-store.ts';
import { NOTIFICATIONS, type Notification } from './notification.ts';
import { kindOf, type NotificationKind, ruleOf } from './notification-kinds.ts';
import { OLDEST_FIRST, WEBHOOKS, type Webhook } from './webhook.ts';

/**
 * Events are recorded before their change is made. A notification waits this long, so that a recipient who checks finds
 * the change made.
 */
const SETTLING_SECONDS = 1;
/** Maximum number of notifications examined for one that must not be repeated. */
const LOOKED_AT = 50;

/**
 * Turns audit events into notifications, durably, before the change that the event describes. The order is: record the
 * event, store the notification, make the change, respond. A process that crashes after the first step has changed
 * nothing. A process that crashes after the second has announced a change that it did not make, as the audit log has.
 * No change is made without its notification (WH-01).
 */
export interface NotificationLog {
  /** Throws StoreUnavailable when it cannot be stored; then the change of the event must not be made. */
  note(event: AuditEvent, auditReceipt: AuditReceipt): Promise<void>;
}

export const newNotificationLog = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** Whether mail is configured. */
  readonly isMailed: boolean;
  /** Whether any browser is subscribed. */
  readonly isPushed: () => Promise<boolean>;
}): NotificationLog => {
  const { documents, clock, isMailed, isPushed } = deps;
  const notifications: Collection<Notification> = documents.collection<Notification>(NOTIFICATIONS);
  const webhooks = documents.collection<Webhook>(WEBHOOKS);

  const isAwaited = async (kind: NotificationKind): Promise<boolean> =>
    (isMailed && ruleOf(kind).mail !== undefined) ||
    (ruleOf(kind).isPushed === true && (await isPushed())) ||
    (await webhooks.find({ where: { kinds: kind }, order: OLDEST_FIRST, limit: 1 })).length > 0;

  return {
    async note(event, { stream, sequence: place }): Promise<void> {
      const kind = kindOf(event);
      if (kind === undefined || !(await isAwaited(kind))) return;
      const about = factsOf(event);
      const subject = subjectOf(kind, about);
      // For example a sign-in to an account that does not exist.
      if (subject === undefined) return;
      const id = `ntf_${hash('sha256', `${stream}:${place}`, 'base64url').slice(0, 32)}`;
      const { onceIn } = ruleOf(kind);
      await retryLost(`a notification about ${subject}`, async () => {
        const before = await notifications.find({
          where: { subject },
          order: { by: 'sequence', direction: 'descending' },
          limit: onceIn === undefined ? 1 : LOOKED_AT,
        });
        const now = clock.now();
        if (
          onceIn !== undefined &&
          before.some(({ document }) => document.kind === kind && document.at > now - onceIn)
        ) {
          return undefined;
        }
        // Above the newest sequence. If that record was removed, uses the clock, which has advanced since.
        const sequence = Math.max((before[0]?.document.sequence ?? 0) + 1, clock.nowMillis());
        const next = { id, kind, subject, sequence, at: now, ...about, dueAt: now + SETTLING_SECONDS };
        if (await tryInsert(notifications, next)) return undefined;
        return (await notifications.get(id)) === undefined ? LOST : undefined;
      });
    },
  };
};

type Facts = Pick<Notification, 'agent' | 'owner' | 'account' | 'delegation' | 'object' | 'until' | 'isByOther'>;

const factsOf = ({ agent, owner, subject, delegation, target, caller, inputs }: AuditEvent): Facts => {
  const account = subject ?? (target?.kind === 'account' ? target.id : undefined);
  const object = target && target.id !== agent && target.id !== account ? target.id : undefined;
  const until = inputs?.['expiresAt'];
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(owner === undefined ? {} : { owner }),
    ...(account === undefined ? {} : { account }),
    ...(delegation === undefined ? {} : { delegation }),
    ...(object === undefined ? {} : { object }),
    ...(Number.isSafeInteger(until) ? { until: until as number } : {}),
    ...(account !== undefined && caller !== undefined && caller !== account ? { isByOther: true } : {}),
  };
};

const subjectOf = (kind: NotificationKind, { agent, account, delegation, object }: Facts): string | undefined => {
  const { about } = ruleOf(kind);
  if (about === 'target') return object ?? account;
  const consent = agent === undefined || account === undefined ? undefined : `${account} ${agent}`;
  return { agent, account, consent, delegation }[about];
};
