import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { NotificationKind } from './notification-kinds.ts';

/** A secret that signs messages. During a rotation there are two, and both sign. */
export type WebhookSecret = {
  /** 32 bytes in base64, sealed with the master key. */
  readonly sealed: string;
  readonly createdAt: number;
  /** For the former secret: when it no longer signs. */
  readonly endsAt?: number;
};

/** An endpoint at which another system receives notifications (Standard Webhooks). */
export type Webhook = {
  /** `whk_…` */
  readonly id: string;
  /** Display name, one line. */
  readonly name: string;
  /** https, to a public host or one that the configuration names. Checked again at each delivery. */
  readonly url: string;
  /** The kinds it subscribes to, without duplicates. */
  readonly kinds: readonly NotificationKind[];
  /** Receives only notifications about the agents of this owner. */
  readonly owner?: string;
  /** Access requests of this resource server may name the URL as their callback (`rs_…`). */
  readonly resourceServer?: string;
  /**
   * `unproven`: it has not yet answered a challenge, and receives nothing else. `stopped`: a caller stopped it, or no
   * delivery succeeded for too long; no messages are kept for it.
   */
  readonly state: 'unproven' | 'active' | 'stopped';
  /** Newest first, at most two. */
  readonly secrets: readonly WebhookSecret[];
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const WEBHOOKS = {
  name: 'webhooks',
  holds: 'one endpoint that receives notifications, with sealed secrets',
  prefixes: ['whk'],
  events: ['webhook'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the endpoint' },
  transfer: 'neither',
  indexes: [{ fields: ['createdAt'] }, { fields: ['name'] }, { fields: ['kinds', 'createdAt'] }],
  lists: ['kinds'],
  members: ['name', 'url', 'kinds', 'state', 'secrets', 'createdAt'],
} as const satisfies OwnedCollection;

/** A query on the index of `kinds` needs an order. */
export const OLDEST_FIRST = { by: 'createdAt', direction: 'ascending' } as const;
