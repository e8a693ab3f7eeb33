import type { CollectionDeclaration } from '../ports/document-store.ts';
import { idMadeOf } from '../ports/identifiers.ts';

/** A browser in which a person wants to be told (RFC 8030). It belongs to whoever turned it on there last. */
export type PushSubscription = {
  /** `psh_…`, made of its address at the push service: a browser is there once, and knows its own id. */
  readonly id: string;
  readonly account: string;
  /** What the person calls it, one line. */
  readonly name: string;
  /** BCP 47: what the person read when it was turned on. */
  readonly language: string;
  /** Address at the push service and what the browser made for its messages, as JSON, sealed. */
  readonly sealed: string;
  /** The key of ours that the browser was told to take messages of. */
  readonly key: string;
  readonly createdAt: number;
  /** When the push service took a message for it last. */
  readonly lastSuccessAt?: number;
};

export const PUSH_SUBSCRIPTIONS = {
  name: 'push_subscriptions',
  indexes: [{ fields: ['account', 'createdAt'] }],
  members: ['account', 'name', 'language', 'sealed', 'key', 'createdAt'],
  // What is not understood is sent nothing.
  isAbsentWhenUnreadable: true,
} as const satisfies CollectionDeclaration;

export const subscriptionIdOf = (endpoint: string): string => idMadeOf('psh', endpoint);

/** What the sealed part is sealed for: one browser of one person. */
export const pushSealContext = ({ id, account }: Pick<PushSubscription, 'id' | 'account'>): string =>
  `push/${account}/${id}`;
