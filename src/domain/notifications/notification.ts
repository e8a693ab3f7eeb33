import type { EpochSeconds } from '../ports/clock.ts';
import type { CollectionDeclaration } from '../ports/document-store.ts';
import type { NotificationKind } from './notification-kinds.ts';

/** That something was recorded which others want to hear of. Ids and moments only: names are read when it is told. */
export type Notification = {
  /** `ntf_…`: made of the place of its audit event, so that an event has one, however often it is noted. */
  readonly id: string;
  readonly kind: NotificationKind;
  /** What it is about; notifications about one thing are in the order of `sequence`. */
  readonly subject: string;
  /** Grows with each notification about the same, with gaps. */
  readonly sequence: number;
  readonly at: EpochSeconds;
  readonly agent?: string;
  readonly owner?: string;
  readonly account?: string;
  readonly delegation?: string;
  /** Another object of the event: a credential, a factor, an endpoint. */
  readonly object?: string;
  /** What it is about comes to its end then. */
  readonly until?: EpochSeconds;
  /** Somebody else than the account did it. */
  readonly isByOther?: true;
  /** Until it was handed on to all it is for; while that is under way, when it is begun anew. */
  readonly dueAt?: EpochSeconds;
  /** Set when it was handed on: kept for its sequence, and so that it is not noted again. */
  readonly forgetAt?: EpochSeconds;
};

export const NOTIFICATIONS = {
  name: 'notifications',
  indexes: [{ fields: ['subject', 'sequence'], unique: true }, { fields: ['dueAt'] }],
  expiresAt: 'forgetAt',
  members: ['kind', 'subject', 'sequence', 'at'],
} as const satisfies CollectionDeclaration;
