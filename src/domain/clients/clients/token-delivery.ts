/** How an agent learns that the approvers have decided on its request (CIBA Core §4, §5). */
import { refuseField } from '../../vocabulary/errors.ts';
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

/**
 * Users approve single actions of agents. A client that is not an agent has no use for the grant type. A client
 * registered with it before this rule keeps it. Throws 'invalid_field' that names the entry.
 */
export const checkNoBackchannel = (grantTypes: readonly string[], before: readonly string[] = []): void => {
  const index = grantTypes.indexOf(CIBA);
  if (index < 0 || before.includes(CIBA)) return;
  refuseField(
    `/grant_types/${index}`,
    'CIBA is for agents: people approve their single actions. Register an agent, or leave this grant type out.',
  );
};
