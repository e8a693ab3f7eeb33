/** How an agent learns that the approvers have decided on its request (CIBA Core §4, §5). */
import { CIBA } from './grant-types.ts';

/** `push` is not supported: tokens are issued at the token endpoint only. */
export const DELIVERY_MODES = ['poll', 'ping'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

type Notified = {
  readonly grantTypes: readonly string[];
  /** Agents only. */
  readonly backchannelClientNotificationEndpoint?: string | undefined;
};

/**
 * Derives the mode from what is stored: `ping` with a notification endpoint, otherwise `poll`. Undefined
 * without the grant type CIBA. Stored agents that hold no mode therefore have one.
 */
export const deliveryModeOf = (party: Notified): DeliveryMode | undefined => {
  if (!party.grantTypes.includes(CIBA)) return undefined;
  return party.backchannelClientNotificationEndpoint === undefined ? 'poll' : 'ping';
};
