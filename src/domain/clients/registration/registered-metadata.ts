/** Agents and clients as their registrants see them: the registered members, with the names of RFC 7591. */
import type { Agent } from '../agents/agent.ts';
import type { Client } from '../clients/client.ts';
import { deliveryModeOf } from '../clients/token-delivery.ts';
import { agentAuthMethod, shownCertificateName } from './certificate-metadata.ts';
import type { Body } from './client-metadata.ts';
import type { Registration } from './registrations.ts';

/** The registered agent or client, and its registration. */
export type Shown = {
  readonly registration: Registration;
  /** The registration access token, shown only this once. */
  readonly token: string;
  /** A client secret that was just created. */
  readonly secret?: string | undefined;
  /** Our issuer, without a trailing slash. */
  readonly issuer: string;
};

/** RFC 7591 §3.2.1, RFC 7592 §3. */
export const registeredMetadata = (party: Agent | Client, { registration, token, secret, issuer }: Shown): Body => ({
  client_id: party.id,
  client_id_issued_at: party.createdAt,
  ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
  client_name: party.name,
  redirect_uris: party.redirectUris,
  grant_types: party.grantTypes,
  response_types: party.grantTypes.includes('authorization_code') ? ['code'] : [],
  ...deliveryOf(party),
  ...(party.jwks === undefined ? {} : { jwks: party.jwks }),
  ...(party.jwksUri === undefined ? {} : { jwks_uri: party.jwksUri }),
  ...shownCertificateName(party),
  dpop_bound_access_tokens: party.dpopBoundAccessTokens,
  ...(party.certificateBoundAccessTokens ? { tls_client_certificate_bound_access_tokens: true } : {}),
  ...(party.requirePushedAuthorizationRequests ? { require_pushed_authorization_requests: true } : {}),
  ...('resourceServers' in party ? ofAgent(party) : ofClient(party)),
  ...(registration.scope === undefined ? {} : { scope: registration.scope }),
  ...(registration.softwareId === undefined ? {} : { software_id: registration.softwareId }),
  ...(registration.softwareVersion === undefined ? {} : { software_version: registration.softwareVersion }),
  ...(registration.statement === undefined ? {} : { software_statement: registration.statement }),
  registration_access_token: token,
  registration_client_uri: `${issuer}/reg/${party.id}`,
});

const deliveryOf = (party: Agent | Client): Body => {
  const mode = deliveryModeOf(party);
  const endpoint = 'resourceServers' in party ? party.backchannelClientNotificationEndpoint : undefined;
  return {
    ...(mode === undefined ? {} : { backchannel_token_delivery_mode: mode }),
    ...(endpoint === undefined ? {} : { backchannel_client_notification_endpoint: endpoint }),
  };
};

const ofAgent = (agent: Agent): Body => ({
  token_endpoint_auth_method: agentAuthMethod(agent),
  ...(agent.contact === undefined ? {} : { contacts: [agent.contact] }),
  agent_owner: agent.owner,
  agent_purpose: agent.purpose,
  agent_environment: agent.environment,
  ...(agent.blueprint === undefined ? {} : { agent_blueprint: agent.blueprint }),
  agent_state: agent.state,
  ...(agent.acceptBy === undefined ? {} : { agent_accept_by: agent.acceptBy }),
});

const ofClient = (client: Client): Body => ({
  token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  application_type: client.applicationType,
  post_logout_redirect_uris: client.postLogoutRedirectUris,
  ...(client.backchannelLogoutUri === undefined
    ? {}
    : {
        backchannel_logout_uri: client.backchannelLogoutUri,
        backchannel_logout_session_required: client.backchannelLogoutSessionRequired ?? false,
      }),
  id_token_signed_response_alg: client.idTokenSignedResponseAlg,
});
