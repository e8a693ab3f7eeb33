import type { Clock } from '../../ports/clock.ts';
import { type Collection, type DocumentStore, tryInsert, update, upsert } from '../../ports/document-store.ts';
import { type Channel, DELIVERIES, DELIVERY_QUEUES, type Delivery, type DeliveryQueue, queueOf } from './delivery.ts';

/** Limits on the time for delivery. */
export const GIVE_UP_SECONDS = 72 * 3600;

export type NewDelivery = Pick<Delivery, 'id' | 'channel' | 'to' | 'kind' | 'body' | 'isSealed'> & {
  /** Default: 72 hours. */
  readonly lifetimeSeconds?: number;
  /** When the event happened; older messages go first. Default: now. */
  readonly at?: number;
  /**
   * The event is about to happen. The message is held until then, for at most this number of seconds. Adding the same
   * message without this member sends it.
   */
  readonly holdSeconds?: number;
};

/** Stores messages for the delivery worker. They outlive the process. */
export interface Outbox {
  /**
   * Marks a recipient as due. A recipient that recently did not respond waits until its next attempt. One with an
   * active worker is left to that worker, which reads again because the version is higher.
   */
  wake(id: string): Promise<void>;
  /** Stores a message to be sent. The same message is not stored twice. */
  put(delivery: NewDelivery): Promise<void>;
  /**
   * Whether at least this many messages are waiting or dead for a recipient that does not respond. Not counted for
   * others.
   */
  isFull(channel: Channel, to: string, most: number): Promise<boolean>;
}

export const outbox = ({ documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock }): Outbox => {
  const deliveries: Collection<Delivery> = documents.collection<Delivery>(DELIVERIES);
  const queues: Collection<DeliveryQueue> = documents.collection<DeliveryQueue>(DELIVERY_QUEUES);

  const wake = (id: string): Promise<void> => {
    const now = clock.now();
    const due = ({ forgetAt: _, ...queue }: DeliveryQueue): DeliveryQueue => {
      const isLeft = queue.dueAt !== undefined && (queue.failures > 0 || (queue.lockedUntil ?? 0) > now);
      return isLeft ? queue : { ...queue, dueAt: now };
    };
    return upsert(queues, id, (queue) => (queue ? due(queue) : { id, dueAt: now, failures: 0 }));
  };

  return {
    wake,

    async put({ lifetimeSeconds = GIVE_UP_SECONDS, at, holdSeconds, ...given }): Promise<void> {
      const now = clock.now();
      const queue = queueOf(given.channel, given.to);
      const dueAt = holdSeconds === undefined ? Math.min(at ?? now, now) : now + holdSeconds;
      const times = { attempts: 0, dueAt, giveUpAt: now + lifetimeSeconds, createdAt: now };
      const isNew = await tryInsert(deliveries, { ...given, queue, state: 'waiting', ...times });
      if (!isNew && holdSeconds === undefined) await update(deliveries, given.id, (held) => released(held, now));
      await wake(queue);
    },

    async isFull(channel, to, most): Promise<boolean> {
      const queue = queueOf(channel, to);
      if (((await queues.get(queue))?.document.failures ?? 0) === 0) return false;
      return (await deliveries.find({ where: { queue }, limit: most })).length >= most;
    },
  };
};

/** A held message without an attempt is sent now. */
const released = (delivery: Delivery, now: number): Delivery | undefined =>
  delivery.state === 'waiting' && delivery.attempts === 0 && delivery.dueAt > now
    ? { ...delivery, dueAt: now }
    : undefined;
