import type { OwnedCollection } from '../../ports/owned-collection.ts';

export type Channel = 'mail' | 'webhook' | 'push' | 'app';

/** The kind of the recipient in the audit log. */
export const TARGET_KINDS = {
  mail: 'account',
  webhook: 'webhook',
  push: 'push_subscription',
  app: 'client',
} as const satisfies Record<Channel, string>;

/** One failed attempt. `failure`: one of our own codes, or the answer of a mail server. */
export type FailedDelivery = {
  /** Epoch second. */
  readonly at: number;
  readonly failure: string;
  /** The HTTP status that the recipient answered, if it answered one. */
  readonly status?: number;
};

/** Most failed attempts that a delivery keeps: the newest. In 72 hours there are about 35. */
export const MOST_KEPT_ATTEMPTS = 40;

type Message = {
  /**
   * `msg_…`: derived from the notification and the recipient, in the order of notifications, and the same at each
   * attempt. It is the `webhook-id`, and the Message-ID of a mail.
   */
  readonly id: string;
  readonly channel: Channel;
  /** The endpoint, account, browser of an account, or client. */
  readonly to: string;
  /**
   * The queue of the message. Messages of a queue are sent one after the other: all for one endpoint, for one user by
   * mail, or for one browser.
   */
  readonly queue: string;
  /** The kind of message: a kind of notification, or a `DirectKind`. */
  readonly kind: string;
  /** JSON. For a webhook: as it is sent. For a mail: the facts. Sealed where it holds a link that gives access. */
  readonly body: string;
  readonly isSealed?: true;
  readonly attempts: number;
  /** Its failed attempts, oldest first; also those before it was sent again. Absent: none, or from before they were kept. */
  readonly history?: readonly FailedDelivery[];
  readonly giveUpAt: number;
  readonly createdAt: number;
};

type WaitingDelivery = Message & {
  readonly state: 'waiting';
  /** Time of the next attempt. */
  readonly dueAt: number;
  /** Why the last attempt failed; one of our own codes. Absent before the first failure. */
  readonly failure?: string;
  /** The HTTP status of that attempt, if the recipient answered one. */
  readonly failureStatus?: number;
  readonly forgetAt?: never;
};

/** A delivery that was given up. It is kept for a while, so that it can be seen and retried. */
export type DeadLetter = Message & {
  readonly state: 'dead';
  /** Why the last attempt failed; one of our own codes. */
  readonly failure: string;
  /** The HTTP status of that attempt, if the recipient answered one. */
  readonly failureStatus?: number;
  /** When it is removed. */
  readonly forgetAt: number;
  readonly dueAt?: never;
};

/** One notification for one recipient. It is deleted once it is delivered. */
export type Delivery = WaitingDelivery | DeadLetter;

/**
 * Messages without a notification:
 * - mails that a user just requested;
 * - the end of a session, sent to an app;
 * - decided access requests of resource servers.
 */
export type DirectKind =
  | 'account.reset'
  | 'account.email_confirm'
  | 'account.email_changed'
  | 'app.logout'
  | 'access_request.answered';

export const DELIVERIES = {
  name: 'deliveries',
  holds: 'one notification for one recipient',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'sweeper',
    once: '30 days have passed since the server gave it up; it removes a delivered one at once',
  },
  transfer: 'neither',
  indexes: [{ fields: ['queue', 'dueAt'] }, { fields: ['queue', 'createdAt'] }, { fields: ['state', 'createdAt'] }],
  expiresAt: 'forgetAt',
  members: ['channel', 'to', 'queue', 'kind', 'body', 'state', 'giveUpAt', 'createdAt'],
} as const satisfies OwnedCollection;

/** The state of one recipient. The delivery worker that takes the lock works on it. */
export type DeliveryQueue = {
  /** The endpoint, or the channel with the account, browser or client. */
  readonly id: string;
  /** When it is due; absent: nothing is due. */
  readonly dueAt?: number;
  /** A delivery worker works on it until then, unless it crashes; `dueAt` is the same moment. */
  readonly lockedUntil?: number;
  /** Number of consecutive failed attempts. */
  readonly failures: number;
  readonly failingSince?: number;
  readonly lastFailure?: string;
  readonly lastFailureAt?: number;
  readonly lastSuccessAt?: number;
  /** For a user: when the record of mails to them is removed. */
  readonly forgetAt?: number;
};

export const DELIVERY_QUEUES = {
  name: 'delivery_queues',
  holds: 'the state of one recipient',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'sweeper',
    once: 'a day has passed since the last delivery to a person or app, or a week since the removal of a webhook',
  },
  transfer: 'neither',
  indexes: [{ fields: ['dueAt'] }],
  expiresAt: 'forgetAt',
  members: ['failures'],
} as const satisfies OwnedCollection;

export const queueOf = (channel: Channel, to: string): string => (channel === 'webhook' ? to : `${channel}:${to}`);

/** Whether the record of a queue is removed after use, since no later delivery needs it. */
export const isForgotten = (queue: string): boolean => queue.includes(':');

/** The sealing context of a body with a link. */
export const sealContextOf = (id: string): string => `delivery/${id}`;

/** An id in the order of `millis`, so that the older of two messages in one second goes first. `text` distinguishes them. */
export const messageId = (millis: number, text: string): string =>
  `msg_${millis.toString(36).padStart(10, '0')}${text.slice(0, 24)}`;
