/**
 * The change that a replacement with the registration access token makes (RFC 7592 §2.2). That token is a
 * bearer value, and an owner may have accepted the registration. A replacement therefore weakens nothing,
 * whether a member is given or left out.
 */

import { checkPublicKeys } from '../../platform/remote-keys/public-keys.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { originsOf } from '../../vocabulary/web-address.ts';
import type { Agent } from '../agents/agent.ts';
import type { AgentChange } from '../agents/agent-registry.ts';
import type { Client } from '../clients/client.ts';
import type { ClientChange } from '../clients/client-input.ts';
import type { KeySource } from '../clients/key-source.ts';
import { agentAuthMethod, checkNoKeysBeside, checkSameCertificate } from './certificate-metadata.ts';
import { type Body, type ClientMetadata, wireMember } from './client-metadata.ts';
import { notificationEndpointOf } from './delivery-metadata.ts';
import { logoutOf } from './logout-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';

/** Members that are ignored without the grant type that uses them, as at registration. */
const redirectUrisFor = (grantTypes: readonly string[], asked: ClientMetadata): readonly string[] =>
  grantTypes.includes('authorization_code') ? (asked.redirectUris ?? []) : [];

/** Members that only this server sets. A replacement that holds one was not built from the registered metadata. */
const OURS = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const;

/** Throws 'invalid_field' unless the body is about this client and holds no member that only this server sets. */
export const checkReplacement = (
  body: Body,
  { id, statement, isSecret }: { id: string; statement?: string | undefined; isSecret: (secret: string) => boolean },
): void => {
  const given = body as { readonly [member in 'client_id' | 'client_secret' | 'software_statement']?: unknown };
  if (given.client_id !== id) throw registrationRefusal('replaced_id_differs', { field: '/client_id' });
  for (const member of OURS) {
    if (Object.hasOwn(body, member)) throw registrationRefusal('replaced_member_fixed', { field: `/${member}` });
  }
  const { client_secret: secret, software_statement: sent } = given;
  if (secret !== undefined && !(typeof secret === 'string' && isSecret(secret))) {
    throw registrationRefusal('replaced_secret_differs', { field: '/client_secret' });
  }
  if (sent !== undefined && sent !== statement) {
    throw registrationRefusal('replaced_statement_differs', { field: '/software_statement' });
  }
};

/** Throws 'invalid_field' for members that the holder of the registration access token may not change. */
export const agentReplacement = (agent: Agent, asked: ClientMetadata): AgentChange => {
  const method = agentAuthMethod(agent);
  same('token_endpoint_auth_method', method, asked.authMethod);
  checkSameCertificate(agent, asked);
  if (method === 'tls_client_auth') checkNoKeysBeside(asked);
  same('agent_owner', agent.owner, asked.owner);
  same('agent_blueprint', agent.blueprint, asked.blueprint);
  const bound = notLoosened(agent, asked);
  const grantTypes = asked.grantTypes ?? agent.grantTypes;
  const redirectUris = redirectUrisFor(grantTypes, asked);
  const endpoint = notificationEndpointOf({ ...asked, grantTypes });
  if (agent.state === 'pending') {
    const { name, purpose, environment } = asked;
    return {
      ...(name === undefined ? {} : { name }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(environment === undefined ? {} : { environment }),
      ...(agent.contact === undefined && asked.contact === undefined ? {} : { contact: asked.contact ?? null }),
      backchannelClientNotificationEndpoint: endpoint ?? null,
      ...keysOf(asked),
      redirectUris,
      grantTypes,
      ...bound,
    };
  }
  for (const member of ['name', 'purpose', 'environment', 'contact', 'jwksUri'] as const) {
    same(wireMember(member === 'jwksUri' ? 'jwks_uri' : member), agent[member], asked[member], ACCEPTED);
  }
  same('jwks', agent.jwks, canonical(asked.jwks), ACCEPTED);
  const { backchannelClientNotificationEndpoint: pinged } = agent;
  same('backchannel_client_notification_endpoint', pinged, endpoint, ACCEPTED);
  within('redirect_uris', agent.redirectUris, redirectUris);
  within('grant_types', agent.grantTypes, grantTypes);
  return { redirectUris, grantTypes, ...bound };
};

/**
 * An administrator gave the client a role, or allowed it to skip consent. It acts for users who rely on that
 * decision. The registration access token, a bearer value, therefore changes none of its credentials.
 */
const checkStands = (client: Client, asked: ClientMetadata): void => {
  if (client.roles.length === 0 && !client.skipConsent) return;
  same('jwks', client.jwks, canonical(asked.jwks), STANDS);
  same('jwks_uri', client.jwksUri, asked.jwksUri, STANDS);
  checkSameCertificate(client, asked);
  within('redirect_uris', client.redirectUris, asked.redirectUris ?? [], STANDS);
  within('grant_types', client.grantTypes, asked.grantTypes ?? [], STANDS);
};

/** Throws 'invalid_field' for members that the holder of the registration access token may not change. */
export const clientReplacement = (client: Client, asked: ClientMetadata): ClientChange => {
  checkStands(client, asked);
  same('token_endpoint_auth_method', client.tokenEndpointAuthMethod, asked.authMethod);
  same('application_type', client.applicationType, asked.applicationType);
  const { name, idTokenSignedResponseAlg } = asked;
  const grantTypes = asked.grantTypes ?? client.grantTypes;
  const redirectUris = redirectUrisFor(grantTypes, asked);
  const places = new Set(client.redirectUris.map(placeOf));
  for (const [index, uri] of redirectUris.entries()) {
    // Users who consented to the client are not asked again, so responses must not go to another party.
    if (!client.redirectUris.includes(uri) && !places.has(placeOf(uri))) {
      throw registrationRefusal('redirect_uri_on_other_host', { field: `/redirect_uris/${index}` });
    }
  }
  const left = originsOf(client.redirectUris).filter((origin) => !originsOf(redirectUris).includes(origin));
  return {
    ...(name === undefined ? {} : { name }),
    // A page that no longer receives a code redeems none, so its origin is removed. Origins that an operator added
    // stay.
    ...(left.length === 0 ? {} : { corsOrigins: client.corsOrigins.filter((origin) => !left.includes(origin)) }),
    ...(idTokenSignedResponseAlg === undefined ? {} : { idTokenSignedResponseAlg }),
    ...keysOf(asked),
    redirectUris,
    postLogoutRedirectUris: asked.postLogoutRedirectUris ?? [],
    // If it is left out, it stays: a holder of the token must not stop the client from learning that users signed out.
    ...logoutOf(asked, redirectUris),
    grantTypes,
    ...(asked.certificate === undefined ? {} : { certificate: asked.certificate }),
    ...notLoosened(client, asked),
  };
};

const ACCEPTED = 'replaced_value_accepted';
const STANDS = 'replaced_value_of_trusted_client';
type Kept = typeof ACCEPTED | typeof STANDS | 'replaced_value_fixed';

const same = (member: string, held: unknown, asked: unknown, reason: Kept = 'replaced_value_fixed'): void => {
  if (asked === undefined || JSON.stringify(asked) === JSON.stringify(held)) return;
  throw registrationRefusal(reason, { field: `/${member}` });
};

const within = (member: string, held: readonly string[], asked: readonly string[], reason: Kept = ACCEPTED): void => {
  const beyond = asked.findIndex((value) => !held.includes(value));
  if (beyond >= 0) throw registrationRefusal(reason, { field: `/${member}/${beyond}` });
};

type Bound = {
  readonly dpopBoundAccessTokens: boolean;
  readonly certificateBoundAccessTokens?: boolean;
  readonly requirePushedAuthorizationRequests?: boolean;
};

const notLoosened = (held: Agent | Client, asked: ClientMetadata): Bound => {
  const [dpop, certificate] = [
    asked.dpopBoundAccessTokens ?? held.dpopBoundAccessTokens,
    asked.certificateBoundAccessTokens ?? held.certificateBoundAccessTokens,
  ];
  if (held.dpopBoundAccessTokens && !dpop) {
    throw registrationRefusal('binding_not_loosened', { field: '/dpop_bound_access_tokens' });
  }
  if (held.certificateBoundAccessTokens && !certificate) {
    throw registrationRefusal('binding_not_loosened', { field: '/tls_client_certificate_bound_access_tokens' });
  }
  const pushed = asked.requirePushedAuthorizationRequests ?? held.requirePushedAuthorizationRequests;
  if (held.requirePushedAuthorizationRequests && !pushed) {
    throw registrationRefusal('pushed_requests_not_loosened', { field: '/require_pushed_authorization_requests' });
  }
  return {
    dpopBoundAccessTokens: dpop,
    ...(certificate ? { certificateBoundAccessTokens: true } : {}),
    ...(pushed ? { requirePushedAuthorizationRequests: true } : {}),
  };
};

const keysOf = ({ jwks, jwksUri }: KeySource): KeySource => ({
  ...(jwks === undefined ? {} : { jwks }),
  ...(jwksUri === undefined ? {} : { jwksUri }),
});

const canonical = (jwks: JsonWebKeySet | undefined): JsonWebKeySet | undefined =>
  jwks === undefined ? undefined : checkPublicKeys(jwks);

/** Scheme and host: on loopback programs take any port (RFC 8252 §7.3). */
const placeOf = (uri: string): string => {
  const url = URL.parse(uri);
  if (!url) return uri;
  return url.protocol === 'http:' ? `${url.protocol}//${url.hostname}` : `${url.protocol}//${url.host}`;
};
