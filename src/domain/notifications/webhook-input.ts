/** Input and results of the registry of webhooks. */
import type { DeliveryQueue } from '../platform/outbox/delivery.ts';

export type NewWebhook = {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly owner?: string;
  readonly resourceServer?: string;
};

export type WebhookChange = {
  readonly name?: string;
  readonly url?: string;
  readonly kinds?: readonly string[];
  /** `null`: for all owners. */
  readonly owner?: string | null;
  /** `null`: for none. */
  readonly resourceServer?: string | null;
};

/** The state of the endpoint's responses. */
export type WebhookHealth = Pick<
  DeliveryQueue,
  'failures' | 'failingSince' | 'lastFailure' | 'lastFailureAt' | 'lastSuccessAt'
>;
