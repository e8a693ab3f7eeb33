/** Members that agents and clients share. */
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import type { SecuritySuspension } from '../../domain/clients/clients/security-suspension.ts';
import { DELIVERY_MODES, deliveryModeOf } from '../../domain/clients/clients/token-delivery.ts';
import { isLocalhostRedirect } from '../../domain/vocabulary/web-address.ts';
import { oneOf, output, seconds, string } from './schema-parts.ts';

export const DELIVERY_MODE = oneOf(
  'How the agent learns of decisions (CIBA): ping with a notification endpoint, else poll.',
  DELIVERY_MODES,
);

/** How the server notifies it of decisions (CIBA Core §4). It follows from the other members. */
export const deliveryOf = (party: Agent | Client) => {
  const mode = deliveryModeOf(party);
  return mode === undefined ? {} : { backchannel_token_delivery_mode: mode };
};

export const SECURITY_SUSPENSION = output({
  at: seconds('When.'),
  cause: string('The finding or response that suspended it.'),
});

/** Without the owner of that time: it decides only who may lift the suspension. */
export const securitySuspensionOf = ({
  securitySuspension: suspension,
}: {
  readonly securitySuspension?: SecuritySuspension;
}) => (suspension ? { security_suspension: { at: suspension.at, cause: suspension.cause } } : {});

export const warningsOf = (redirectUris: readonly string[]) =>
  redirectUris.some(isLocalhostRedirect)
    ? {
        warnings: [
          'A redirect URI names localhost: good in development only; prefer http://127.0.0.1 (RFC 8252 §8.3).',
        ],
      }
    : {};
