/**
 * Agents, clients and resource servers as oidc-provider sees them: client metadata in RFC 7591 spelling. It does not find an
 * inactive one, so that a suspension takes effect at the next request.
 */

import type { Agent } from '../../domain/clients/agents/agent.ts';
import { ownershipOf } from '../../domain/clients/agents/ownership.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import { usesKeys } from '../../domain/clients/clients/client-rules.ts';
import { documentVersionOf, isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import { deliveryModeOf } from '../../domain/clients/clients/token-delivery.ts';
import { isByOperator } from '../../domain/platform/remote-keys/operator-urls.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import { knownByCertificate } from './client-certificates.ts';

export type Registries = {
  /** Parties in their effective state: an agent without an owner is not active. */
  readonly agents: { get(id: string): Found<Agent> };
  readonly clients: { get(id: string): Found<Client> };
  readonly resourceServers: { get(id: string): Found<ResourceServer> };
  /** Clients whose id is the URL of their metadata document. Absent: there are none. */
  readonly documentClients?: {
    /** The version that applies to the current request. */
    find?(id: string): Promise<Client | undefined>;
    version(id: string, version: string): Promise<Client | undefined>;
  };
};

/** Our metadata that oidc-provider keeps on its client objects. */
export const CLIENT_PROPERTIES = [
  'behalf_kind',
  'behalf_skip_consent',
  'behalf_cors_origins',
  'behalf_owner',
  'behalf_ownership',
  'behalf_max_token_seconds',
  'behalf_document_version',
  'behalf_keys_by_operator',
  'behalf_operates',
  'behalf_pkce_optional',
  'behalf_legacy_audience',
] as const;

export interface ProviderClients {
  /**
   * Own rights and grant types of an active agent or client; undefined for any other. A client that is a metadata document
   * acts in the `version` that a person allowed.
   */
  active(id: string, version?: string): Promise<ActiveParty | undefined>;

  /** Whether it acts for itself as administrator. */
  isAdministrator(id: string): Promise<boolean>;

  /** Returns the same object for the same stored registration, so that caches can use it as a key. */
  find(id: string): Promise<Metadata | undefined>;

  /** The agent of metadata from `find`, in its effective state at that time. */
  agentOf(metadata: Metadata): Agent | undefined;
}

export const providerClients = (registries: Registries, issuer: string): ProviderClients => {
  const agentOf = new WeakMap<Metadata, Agent>();
  const ofAgent = oncePerDocument((agent: Agent) => {
    const metadata = fromAgent(agent);
    if (metadata) agentOf.set(metadata, agent);
    return metadata;
  });
  const ofClient = oncePerDocument(fromClient);
  const ofResourceServer = oncePerDocument(fromResourceServer);
  const pages = accountPages(issuer);
  return {
    async active(id: string, version?: string): Promise<ActiveParty | undefined> {
      if (isDocumentId(id)) return version === undefined ? undefined : registries.documentClients?.version(id, version);
      const found = id.startsWith('agt_')
        ? (await registries.agents.get(id))?.document
        : id.startsWith('app_')
          ? (await registries.clients.get(id))?.document
          : undefined;
      return found?.state === 'active' ? found : undefined;
    },
    async isAdministrator(id: string): Promise<boolean> {
      const found = id.startsWith('app_') ? (await registries.clients.get(id))?.document : undefined;
      return found?.state === 'active' && found.roles.includes('administrator');
    },
    async find(id: string): Promise<Metadata | undefined> {
      if (id.startsWith('agt_')) return ofAgent((await registries.agents.get(id))?.document);
      if (id.startsWith('app_')) return ofClient((await registries.clients.get(id))?.document);
      if (isDocumentId(id)) return ofClient(await registries.documentClients?.find?.(id));
      if (id.startsWith('rs_')) return ofResourceServer((await registries.resourceServers.get(id))?.document);
      return id === ACCOUNT_PAGES_CLIENT.client_id ? pages : undefined;
    },
    agentOf: (metadata: Metadata): Agent | undefined => agentOf.get(metadata),
  };
};

/** The part of an active agent or client that determines what it may hold. Only agents have an environment. */
export type ActiveParty = Pick<Agent, 'authority' | 'grantTypes' | 'ceilings'> &
  Partial<Pick<Agent, 'environment' | 'owner' | 'blueprint' | 'composition' | 'showsComposition' | 'verifiedAt'>> &
  Partial<Pick<Client, 'skipConsent'>>;

type Metadata = Readonly<Record<string, unknown>>;

/** Stores return the same frozen object while a document is unchanged. */
const oncePerDocument = <T extends object>(make: (document: T) => Metadata | undefined) => {
  const made = new WeakMap<T, Metadata>();
  return (document: T | undefined): Metadata | undefined => {
    if (!document) return undefined;
    const known = made.get(document);
    if (known) return known;
    const metadata = make(document);
    if (metadata) made.set(document, metadata);
    return metadata;
  };
};

const keysOf = ({ jwks, jwksUri }: Pick<Client, 'jwks' | 'jwksUri'>): Metadata => ({
  ...(jwks === undefined ? {} : { jwks }),
  ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
});

const fromAgent = (agent: Agent): Metadata | undefined =>
  agent.state !== 'active'
    ? undefined
    : {
        client_id: agent.id,
        client_name: agent.name,
        token_endpoint_auth_method: 'private_key_jwt',
        // presented-credentials.ts finds its keys when it authenticates. Nothing is fetched from a reserved name.
        jwks_uri: 'https://agent.invalid/keys',
        grant_types: agent.grantTypes,
        response_types: agent.grantTypes.includes('authorization_code') ? ['code'] : [],
        redirect_uris: agent.redirectUris,
        application_type: applicationType(agent.redirectUris),
        dpop_bound_access_tokens: agent.dpopBoundAccessTokens,
        tls_client_certificate_bound_access_tokens: agent.certificateBoundAccessTokens ?? false,
        require_pushed_authorization_requests: agent.requirePushedAuthorizationRequests ?? false,
        ...deliveryOf(agent),
        behalf_kind: 'agent',
        behalf_skip_consent: false,
        behalf_cors_origins: [],
        behalf_owner: agent.owner,
        behalf_ownership: ownershipOf(agent),
        behalf_max_token_seconds: agent.ceilings?.maxAccessTokenSeconds ?? 0,
      };

/** oidc-provider refuses every request of a client with the grant type CIBA and no delivery mode (CIBA Core §4). */
const deliveryOf = (party: Agent | Client): Metadata => {
  const mode = deliveryModeOf(party);
  const endpoint = 'resourceServers' in party ? party.backchannelClientNotificationEndpoint : undefined;
  return {
    ...(mode === undefined ? {} : { backchannel_token_delivery_mode: mode }),
    ...(mode === 'ping' ? { backchannel_client_notification_endpoint: endpoint } : {}),
  };
};

const fromClient = (client: Client): Metadata | undefined =>
  client.state !== 'active'
    ? undefined
    : {
        client_id: client.id,
        client_name: client.name,
        token_endpoint_auth_method: client.tokenEndpointAuthMethod,
        ...(client.certificate === undefined ? {} : knownByCertificate(client.certificate)),
        ...(client.secretHash === undefined ? {} : { client_secret: client.secretHash }),
        ...(usesKeys(client) ? keysOf(client) : {}),
        grant_types: client.grantTypes,
        response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
        ...deliveryOf(client),
        redirect_uris: client.redirectUris,
        post_logout_redirect_uris: client.postLogoutRedirectUris,
        ...(client.backchannelLogoutUri === undefined
          ? {}
          : {
              backchannel_logout_uri: client.backchannelLogoutUri,
              backchannel_logout_session_required: client.backchannelLogoutSessionRequired ?? false,
            }),
        application_type: client.applicationType,
        id_token_signed_response_alg: client.idTokenSignedResponseAlg,
        dpop_bound_access_tokens: client.dpopBoundAccessTokens,
        tls_client_certificate_bound_access_tokens: client.certificateBoundAccessTokens ?? false,
        require_pushed_authorization_requests: client.requirePushedAuthorizationRequests ?? false,
        behalf_kind: 'client',
        behalf_pkce_optional: client.requirePkce === false,
        behalf_legacy_audience: client.legacyAssertionAudience === true,
        behalf_skip_consent: client.skipConsent,
        behalf_cors_origins: client.corsOrigins,
        behalf_document_version: documentVersionOf(client) ?? '',
        behalf_keys_by_operator: isByOperator(client, client.jwksUri),
        behalf_operates: client.roles.some((role) => role === 'administrator' || role === 'operator'),
      };

const fromResourceServer = (server: ResourceServer): Metadata | undefined =>
  server.state !== 'active' || server.introspectionAuthMethod === 'none'
    ? undefined
    : {
        client_id: server.id,
        client_name: server.name,
        token_endpoint_auth_method: server.introspectionAuthMethod,
        ...(server.certificate === undefined ? {} : knownByCertificate(server.certificate)),
        ...(server.secretHash === undefined ? {} : { client_secret: server.secretHash }),
        ...(server.jwks === undefined ? {} : { jwks: server.jwks }),
        grant_types: [],
        response_types: [],
        redirect_uris: [],
        behalf_kind: 'resource_server',
        behalf_skip_consent: false,
        behalf_cors_origins: [],
      };

const accountPages = (issuer: string): Metadata => ({
  ...ACCOUNT_PAGES_CLIENT,
  redirect_uris: [`${issuer}/account/signed-in`],
  application_type: issuer.startsWith('https:') ? 'web' : 'native',
});

/** oidc-provider refuses http redirect targets for web clients. Ours were checked at registration. */
const applicationType = (redirectUris: readonly string[]): 'web' | 'native' =>
  redirectUris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native';
