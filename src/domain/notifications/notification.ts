import type { EpochSeconds } from '../ports/clock.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { NotificationKind } from './notification-kinds.ts';

/** A recorded event of which recipients are notified. Ids and times only: names are read when the message is sent. */
export type Notification = {
  /**
   * `ntf_…`: derived from the position of its audit event, so that each event has one notification, however often it
   * is stored.
   */
  readonly id: string;
  readonly kind: NotificationKind;
  /** The object of the event. Notifications about one object are in the order of `sequence`. */
  readonly subject: string;
  /** Grows with each notification about the same object, with gaps. */
  readonly sequence: number;
  readonly at: EpochSeconds;
  readonly agent?: string;
  readonly owner?: string;
  readonly account?: string;
  readonly delegation?: string;
  /** Another object of the event: a credential, a factor, an endpoint. */
  readonly object?: string;
  /** When the object ends. */
  readonly until?: EpochSeconds;
  /** Whether the caller was not the account itself. */
  readonly isByOther?: true;
  /**
   * Set until the notification has been dispatched to all recipients. While dispatch is in progress: when it starts
   * again.
   */
  readonly dueAt?: EpochSeconds;
  /** Set after its dispatch: until when it is kept, for its sequence and so that it is not stored again. */
  readonly forgetAt?: EpochSeconds;
};

export const NOTIFICATIONS = {
  name: 'notifications',
  holds: 'one recorded event that recipients learn of',
  prefixes: [],
  events: ['notification'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: '30 days have passed since its dispatch' },
  transfer: 'neither',
  indexes: [{ fields: ['subject', 'sequence'], unique: true }, { fields: ['dueAt'] }],
  expiresAt: 'forgetAt',
  members: ['kind', 'subject', 'sequence', 'at'],
} as const satisfies OwnedCollection;
