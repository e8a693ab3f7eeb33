/** The endpoint at which an agent that registers itself is notified of a decision (CIBA Core §4). */

import { CIBA } from '../clients/grant-types.ts';
import type { ClientMetadata } from './client-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';

const ENDPOINT = 'backchannel_client_notification_endpoint';

/**
 * The endpoint to register, which decides the mode. Undefined: the agent polls. An endpoint beside `poll`, or
 * without the grant type CIBA, is ignored (RFC 7591 §2). Throws 'invalid_field' for `ping` without an endpoint.
 */
export const notificationEndpointOf = ({
  grantTypes,
  deliveryMode,
  notificationEndpoint,
}: ClientMetadata): string | undefined => {
  if (deliveryMode === 'poll' || (grantTypes !== undefined && !grantTypes.includes(CIBA))) return undefined;
  if (deliveryMode === 'ping' && notificationEndpoint === undefined) {
    throw registrationRefusal('notification_endpoint_missing', { field: `/${ENDPOINT}` });
  }
  return notificationEndpoint;
};
