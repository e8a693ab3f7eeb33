import { idMadeOf } from '../ports/identifiers.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';

/** A browser in which a user is notified (RFC 8030). It belongs to the user who last turned on notifications there. */
export type PushSubscription = {
  /** `psh_…`, derived from its address at the push service: each browser has one subscription and knows its id. */
  readonly id: string;
  readonly account: string;
  /** The user's name for it, one line. */
  readonly name: string;
  /** BCP 47: the language of the user when it was turned on. */
  readonly language: string;
  /** Address at the push service and the keys the browser made for its messages, as JSON, sealed. */
  readonly sealed: string;
  /** Our key whose messages the browser accepts. */
  readonly key: string;
  readonly createdAt: number;
  /** When the push service last accepted a message for it. */
  readonly lastSuccessAt?: number;
};

export const PUSH_SUBSCRIPTIONS = {
  name: 'push_subscriptions',
  holds: 'one browser in which a person receives notifications',
  prefixes: ['psh'],
  events: ['push'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the person turns it off, or its push service no longer knows it' },
  transfer: 'neither',
  indexes: [{ fields: ['account', 'createdAt'] }],
  members: ['account', 'name', 'language', 'sealed', 'key', 'createdAt'],
  // A subscription that is not understood receives nothing.
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export const subscriptionIdOf = (endpoint: string): string => idMadeOf('psh', endpoint);

/** The sealing context: one browser of one user. */
export const pushSealContext = ({ id, account }: Pick<PushSubscription, 'id' | 'account'>): string =>
  `push/${account}/${id}`;
