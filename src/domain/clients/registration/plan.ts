import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { raise } from '../../vocabulary/refusals.ts';
import { isOfBareScheme, originsOf } from '../../vocabulary/web-address.ts';
import type { NewAgent } from '../agents/agent-registry.ts';
import type { NewClient } from '../clients/client-input.ts';
import { checkCertificateName, checkNoKeysBeside } from './certificate-metadata.ts';
import type { ClientMetadata } from './client-metadata.ts';
import { notificationEndpointOf } from './delivery-metadata.ts';
import type { InitialAccessToken } from './initial-access-tokens.ts';
import { logoutOf } from './logout-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';
import type { Way } from './registrations.ts';
import type { Statement } from './software-statements.ts';

/**
 * The plan of a registration: its owner, and whether it is an agent. No part of it relies only on statements of the
 * sender about itself.
 */
export type Plan = {
  readonly way: Way;
  /** The caller in its audit events. */
  readonly caller: string;
  readonly owner: string | undefined;
  readonly asked: ClientMetadata;
  readonly statement: Statement | undefined;
} & ({ readonly kind: 'agent'; readonly owner: string; readonly blueprint: string } | { readonly kind: 'client' });

/** The caller in audit events when no other caller is known. */
const OPEN_REGISTRATION = 'registration';

type RegistrationRequest = {
  readonly asked: ClientMetadata;
  readonly token: InitialAccessToken | undefined;
  readonly statement: Statement | undefined;
};

/**
 * An initial access token sets owner and blueprint; the sender's own statements about them must match. Without such a
 * token a software statement may name a blueprint, and the owner it names has to accept. Throws 'invalid_field'.
 */
export const plan = ({ asked, token, statement }: RegistrationRequest): Plan => {
  const way: Way = token ? 'token' : statement ? 'statement' : 'open';
  const caller = token?.id ?? statement?.issuer ?? OPEN_REGISTRATION;
  const blueprint = token ? token.blueprint : statementBlueprint(statement);
  if (blueprint === undefined) {
    refuseAgentMembers(asked, way);
    const taken = way === 'open' ? asPublicClient(asked) : asked;
    return { kind: 'client', way, caller, owner: token?.owner, asked: taken, statement };
  }
  const owner =
    token?.owner ?? asked.owner ?? raise(registrationRefusal('agent_owner_missing', { field: '/agent_owner' }));
  if (asked.owner !== undefined && asked.owner !== owner) {
    throw registrationRefusal('agent_owner_differs', { field: '/agent_owner' });
  }
  if (asked.blueprint !== undefined && asked.blueprint !== blueprint) {
    throw registrationRefusal('agent_blueprint_differs', { field: '/agent_blueprint' });
  }
  return { kind: 'agent', way, caller, owner, blueprint, asked, statement };
};

/**
 * What open registration makes of a client, also when it replaces its metadata (RFC 7591 §3.2.1: the server may replace values,
 * and answers what it registered).
 * MCP hosts ask for a secret that they do not need, or name a redirect URI of a scheme of their own beside others. Neither is
 * given: the client is public, and keeps the redirect URIs that are allowed. Throws 'invalid_field' for a client with keys.
 */
export const asPublicClient = (asked: ClientMetadata): ClientMetadata => {
  const { authMethod = 'none', redirectUris, postLogoutRedirectUris: afterLogout } = asked;
  if (authMethod !== 'none' && !authMethod.startsWith('client_secret_')) {
    throw registrationRefusal('open_registration_for_public', { field: '/token_endpoint_auth_method' });
  }
  const kept = redirectUris?.filter((uri) => !isOfBareScheme(uri));
  return {
    ...asked,
    authMethod: 'none',
    // A registration of nothing else is refused where redirect URIs are checked.
    ...(kept === undefined || kept.length === 0 ? {} : { redirectUris: kept }),
    ...(afterLogout === undefined ? {} : { postLogoutRedirectUris: afterLogout.filter((uri) => !isOfBareScheme(uri)) }),
  };
};

const AGENT_METHODS: readonly string[] = ['private_key_jwt', 'tls_client_auth'];

export const newAgentOf = ({ asked, owner, blueprint }: Plan & { readonly kind: 'agent' }): NewAgent => {
  if (asked.authMethod !== undefined && !AGENT_METHODS.includes(asked.authMethod)) {
    throw registrationRefusal('agent_method_unknown', { field: '/token_endpoint_auth_method' });
  }
  checkCertificateName(asked);
  if (asked.authMethod === 'tls_client_auth') checkNoKeysBeside(asked);
  const {
    contact,
    certificate,
    certificateBoundAccessTokens,
    requirePushedAuthorizationRequests,
    jwks,
    jwksUri,
    redirectUris,
    grantTypes,
    dpopBoundAccessTokens,
    softwareVersion,
  } = asked;
  const endpoint = notificationEndpointOf(asked);
  return {
    name: asked.name ?? missing('client_name'),
    owner,
    purpose: asked.purpose ?? missing('agent_purpose'),
    environment: asked.environment ?? missing('agent_environment'),
    blueprint,
    ...(contact === undefined ? {} : { contact }),
    ...(softwareVersion === undefined ? {} : { providerVersion: softwareVersion }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(certificate === undefined ? {} : { credentials: [{ kind: 'mtls', ...certificate }] }),
    ...(redirectUris === undefined ? {} : { redirectUris }),
    ...(grantTypes === undefined ? {} : { grantTypes }),
    ...(endpoint === undefined ? {} : { backchannelClientNotificationEndpoint: endpoint }),
    ...(dpopBoundAccessTokens === undefined ? {} : { dpopBoundAccessTokens }),
    ...(certificateBoundAccessTokens ? { certificateBoundAccessTokens } : {}),
    ...(requirePushedAuthorizationRequests ? { requirePushedAuthorizationRequests } : {}),
  };
};

/** `expiresAt`: when it expires unless an account adopts it. */
export const newClientOf = ({ way, owner, asked }: Plan, expiresAt: number | undefined): NewClient => {
  checkCertificateName(asked);
  const { jwks, jwksUri, postLogoutRedirectUris, dpopBoundAccessTokens, idTokenSignedResponseAlg } = asked;
  const { certificate, certificateBoundAccessTokens, requirePushedAuthorizationRequests } = asked;
  const redirectUris = asked.redirectUris ?? [];
  const method = asked.authMethod ?? (way === 'open' ? 'none' : 'client_secret_basic');
  return {
    name: asked.name ?? 'Client without a name',
    ...(owner === undefined ? {} : { owner }),
    tokenEndpointAuthMethod: method,
    // Programs on users' machines rarely declare their type; it follows from their redirect URIs.
    applicationType: asked.applicationType ?? (redirectUris.every(isHttps) ? 'web' : 'native'),
    redirectUris,
    ...(method === 'none' ? { corsOrigins: originsOf(redirectUris) } : {}),
    grantTypes: asked.grantTypes ?? ['authorization_code'],
    ...(jwks === undefined ? {} : { jwks }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(certificateBoundAccessTokens ? { certificateBoundAccessTokens } : {}),
    ...(requirePushedAuthorizationRequests ? { requirePushedAuthorizationRequests } : {}),
    ...(postLogoutRedirectUris === undefined ? {} : { postLogoutRedirectUris }),
    ...logoutOf(asked, redirectUris),
    ...(dpopBoundAccessTokens === undefined ? {} : { dpopBoundAccessTokens }),
    ...(idTokenSignedResponseAlg === undefined ? {} : { idTokenSignedResponseAlg }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
};

const isHttps = (uri: string): boolean => uri.startsWith('https:');

/** Only the issuer of a software statement may declare the software an agent and name its blueprint. */
const statementBlueprint = (statement: Statement | undefined): string | undefined => {
  const { agent_blueprint: named } = (statement?.claims ?? {}) as { readonly agent_blueprint?: unknown };
  return typeof named === 'string' ? named : undefined;
};

const NO_AGENT = {
  token: 'registration_token_not_for_agents',
  statement: 'statement_without_blueprint',
  open: 'agent_needs_initial_access_token',
} as const satisfies Readonly<Record<Way, string>>;

const refuseAgentMembers = (asked: ClientMetadata, way: Way): void => {
  for (const member of ['owner', 'purpose', 'environment', 'blueprint'] as const) {
    if (asked[member] !== undefined) throw registrationRefusal(NO_AGENT[way], { field: `/agent_${member}` });
  }
};

const missing = (member: string): never => raise(fieldRefusal('member_missing', { field: `/${member}` }));
