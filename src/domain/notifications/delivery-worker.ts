import type { AuditLog } from '../audit/audit-event.ts';
import {
  type Channel,
  DELIVERIES,
  DELIVERY_QUEUES,
  type Delivery,
  type DeliveryQueue,
  isForgotten,
  MOST_KEPT_ATTEMPTS,
  TARGET_KINDS,
} from '../platform/outbox/delivery.ts';
import type { Clock } from '../ports/clock.ts';
import { type Collection, type DocumentStore, update, type Versioned } from '../ports/document-store.ts';
import { backoff } from './backoff.ts';
import { deliveryRuns, type PolledDelivery } from './delivery-runs.ts';
import { NOTIFICATIONS, type Notification } from './notification.ts';

/**
 * The result of an attempt. `over`: the recipient no longer exists, or the event is out of date; the delivery is
 * dropped. `failure` is one of our own codes. `status`: the HTTP status that the recipient answered. `isFinal`: another attempt would fail in the same way.
 * `retryAfterSeconds`: the recipient requested a pause of this length.
 */
export type Outcome = 'sent' | 'over' | Failed;

export type Failed = {
  readonly failure: string;
  readonly status?: number | undefined;
  readonly isFinal: boolean;
  readonly isGone?: boolean;
  readonly retryAfterSeconds?: number;
};

type FailedAttempt = { readonly failure: string; readonly failureStatus?: number };

/** The delivery after an attempt that failed at `at`. */
const afterFailure = <Kept extends Delivery>(
  { failureStatus: _, ...delivery }: Kept,
  { failure, failureStatus }: FailedAttempt,
  at: number,
) => {
  const attempt = { at, failure, ...(failureStatus === undefined ? {} : { status: failureStatus }) };
  return {
    ...delivery,
    attempts: delivery.attempts + 1,
    failure,
    ...(failureStatus === undefined ? {} : { failureStatus }),
    history: [...(delivery.history ?? []), attempt].slice(-MOST_KEPT_ATTEMPTS),
  };
};

const isFailed = (outcome: Outcome): outcome is Failed => typeof outcome === 'object';

export type Sender = {
  /** Makes one attempt. Ends within 20 seconds. Throws only unexpected errors. */
  send(delivery: Delivery): Promise<Outcome>;
  /** Called when the recipient is given up: no delivery has reached it for too long, or it refused all further ones. */
  giveUp?(to: string, reason: 'failing' | 'gone'): Promise<void>;
};

/** Longer than the work within `TURN_SECONDS` and one more attempt. */
const LOCK_SECONDS = 60;
const TURN_SECONDS = 25;
const PAGE = 50;
/** Maximum number of recipients at once, on one node. */
const AT_ONCE = 64;
/** The longest pause for a recipient that does not respond, so that deliveries resume soon after it is back. */
const LONGEST_PAUSE_SECONDS = 900;
/** After this time, a recipient that does not respond is given up as a whole. */
const FAILING_SECONDS = 72 * 3600;
const DEAD_SECONDS = 30 * 86_400;
/** How long a notification is kept after its dispatch, for the order of notifications about the same object. */
const NOTIFICATION_SECONDS = 30 * 86_400;
const PERSON_SECONDS = 86_400;

export interface DeliveryWorker extends PolledDelivery {
  /**
   * Dispatches recorded notifications and starts to send what is due; does not wait for recipients. Must be called
   * every second and after each addition to the outbox.
   */
  poll(): Promise<void>;

  /** As of `PolledDelivery`. A message that is not recorded as sent by then is sent again later. */
  stop(): Promise<void>;
}

/**
 * Dispatches notifications and sends what is in the outbox, at least once each. One worker per recipient at a time,
 * under a lock; it sends one message after the other. When that process crashes, another starts again once the lock
 * expires, with the same ids (WH-01). A failing recipient is retried at growing intervals and delays no other
 * recipient (WH-04).
 */
export const deliveryWorker = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly route: (notification: Notification) => Promise<void>;
  readonly senders: Readonly<Record<Channel, Sender>>;
  /** `failure`: why an attempt failed. */
  readonly onOutcome?: (channel: Channel, outcome: 'sent' | 'over' | 'failed' | 'dead', failure?: string) => void;
  /** Called with unexpected errors; the work is repeated. */
  readonly onError: (error: unknown) => void;
  readonly chance?: () => number;
}): DeliveryWorker => {
  const { documents, clock, audit, route, senders, onOutcome, onError, chance } = deps;
  const notifications: Collection<Notification> = documents.collection<Notification>(NOTIFICATIONS);
  const deliveries: Collection<Delivery> = documents.collection<Delivery>(DELIVERIES);
  const queues: Collection<DeliveryQueue> = documents.collection<DeliveryQueue>(DELIVERY_QUEUES);
  const runs = deliveryRuns(onError, AT_ONCE);

  const due = <T extends Notification | DeliveryQueue>(collection: Collection<T>): Promise<readonly Versioned<T>[]> =>
    collection.find({
      range: { field: 'dueAt', lte: clock.now() },
      order: { by: 'dueAt', direction: 'ascending' },
      limit: PAGE,
    });

  const dispatch = async ({ document, version }: Versioned<Notification>): Promise<void> => {
    if (!(await notifications.replace({ ...document, dueAt: clock.now() + LOCK_SECONDS }, version))) return;
    await route(document);
    const { dueAt: _, ...done } = document;
    await notifications.replace({ ...done, forgetAt: clock.now() + NOTIFICATION_SECONDS }, version + 1);
  };

  /** Gives up a delivery. Writes the event first: otherwise a dead letter could exist without a notification of it. */
  const moveToDeadLetters = async (delivery: Delivery, failed: FailedAttempt): Promise<void> => {
    const { id, channel, to, kind, attempts } = delivery;
    await audit.append({
      type: 'notification.undelivered',
      outcome: 'refused',
      caller: 'system',
      target: { kind: TARGET_KINDS[channel], id: to },
      inputs: { message: id, kind, attempts: attempts + 1, reason: failed.failure },
    });
    const now = clock.now();
    const forgetAt = now + DEAD_SECONDS;
    await update(deliveries, id, (waiting): Delivery | undefined => {
      if (waiting.state === 'dead') return undefined;
      const { dueAt: _, ...failing } = afterFailure(waiting, failed, now);
      return { ...failing, state: 'dead', forgetAt };
    });
    onOutcome?.(channel, 'dead');
  };

  const tried = async (delivery: Delivery): Promise<Outcome> => {
    try {
      return await senders[delivery.channel].send(delivery);
    } catch (error) {
      onError(error);
      return { failure: 'internal', isFinal: false };
    }
  };

  /** Makes one attempt. Returns its result. */
  const attempt = async (delivery: Delivery): Promise<Outcome> => {
    const outcome = await tried(delivery);
    if (!isFailed(outcome)) {
      await deliveries.take(delivery.id);
      onOutcome?.(delivery.channel, outcome);
      return outcome;
    }
    const { failure, status, isFinal, retryAfterSeconds = 0 } = outcome;
    const failed = { failure, ...(status === undefined ? {} : { failureStatus: status }) };
    onOutcome?.(delivery.channel, 'failed', failure);
    const dueAt = clock.now() + Math.max(backoff(delivery.attempts + 1, chance), retryAfterSeconds);
    if (isFinal || dueAt >= delivery.giveUpAt) await moveToDeadLetters(delivery, failed);
    else {
      const now = clock.now();
      await update(deliveries, delivery.id, (waiting): Delivery | undefined =>
        waiting.state === 'dead' ? undefined : { ...afterFailure(waiting, failed, now), dueAt },
      );
    }
    return outcome;
  };

  /** The queue after an attempt. */
  const noted = (queue: DeliveryQueue, outcome: Outcome): DeliveryQueue => {
    const now = clock.now();
    const { failingSince, failures, ...rest } = queue;
    if (outcome === 'over') return queue;
    if (outcome === 'sent') return { ...rest, failures: 0, lastSuccessAt: now };
    const seen = { ...rest, lastFailure: outcome.failure, lastFailureAt: now };
    // The failure of one message shows nothing about the recipient.
    if (outcome.isFinal && !outcome.isGone)
      return { ...seen, failures, ...(failingSince === undefined ? {} : { failingSince }) };
    return { ...seen, failures: failures + 1, failingSince: failingSince ?? now };
  };

  const pauseAfter = ({ retryAfterSeconds = 0 }: Failed, failures: number): number =>
    Math.max(backoff(failures, chance, LONGEST_PAUSE_SECONDS), retryAfterSeconds);

  const nextIn = async (id: string): Promise<number | undefined> =>
    (
      await deliveries.find({
        where: { queue: id },
        range: { field: 'dueAt', lte: Number.MAX_SAFE_INTEGER },
        order: { by: 'dueAt', direction: 'ascending' },
        limit: 1,
      })
    )[0]?.document.dueAt;

  /** Sends to one recipient until nothing is due, it does not respond, or the turn is over. */
  const work = async (claimed: DeliveryQueue): Promise<void> => {
    const { id } = claimed;
    const begun = clock.now();
    let queue = claimed;
    let channel: Channel | undefined;
    let to = '';
    let last: Outcome = 'sent';
    while (!runs.isStopped() && clock.now() - begun < TURN_SECONDS) {
      const [next] = await deliveries.find({
        where: { queue: id },
        range: { field: 'dueAt', lte: clock.now() },
        order: { by: 'dueAt', direction: 'ascending' },
        limit: 1,
      });
      if (!next) break;
      ({ channel, to } = next.document);
      last = await attempt(next.document);
      queue = noted(queue, last);
      if (isFailed(last) && (!last.isFinal || last.isGone)) break;
    }
    await settle(queue, last);
    const isGone = isFailed(last) && last.isGone === true;
    const isLost = queue.failingSince !== undefined && clock.now() - queue.failingSince >= FAILING_SECONDS;
    if (channel && (isGone || isLost)) await senders[channel].giveUp?.(to, isGone ? 'gone' : 'failing');
  };

  /** Releases the recipient and sets when it is due next. Includes messages that were added in the meantime. */
  const settle = async ({ lockedUntil, dueAt: _, ...facts }: DeliveryQueue, last: Outcome): Promise<void> => {
    const { id, failures } = facts;
    for (let tries = 0; tries < 20; tries += 1) {
      const stored = await queues.get(id);
      // Another process has the lock by now: this turn took longer than its lock.
      if (stored?.document.lockedUntil !== lockedUntil || !stored) return;
      const next = await nextIn(id);
      const now = clock.now();
      const pause = isFailed(last) && failures > 0 ? pauseAfter(last, failures) : 0;
      const isOver = next === undefined && isForgotten(id);
      const given = {
        ...facts,
        ...(next === undefined ? {} : { dueAt: Math.max(next, now + pause) }),
        ...(isOver ? { forgetAt: now + PERSON_SECONDS } : {}),
      };
      if (await queues.replace(given, stored.version)) return;
    }
  };

  const take = async ({ document, version }: Versioned<DeliveryQueue>): Promise<void> => {
    const lockedUntil = clock.now() + LOCK_SECONDS;
    const claimed = { ...document, dueAt: lockedUntil, lockedUntil };
    if (await queues.replace(claimed, version)) await work(claimed);
  };

  return {
    async poll(): Promise<void> {
      for (const notification of await due(notifications)) {
        if (runs.isStopped()) return;
        await dispatch(notification).catch(onError);
      }
      for (const queue of await due(queues)) {
        if (runs.isStopped() || runs.isFull()) return;
        runs.start(queue.document.id, () => take(queue));
      }
    },

    idle: runs.idle,
    stop: runs.stop,
  };
};
