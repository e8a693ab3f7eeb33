/**
 * Objects of the domain as the API shows them. Each kind lists its members that may leave the process: a member that is added
 * to the domain stays internal until it is named here.
 */

import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Composition } from '../../domain/clients/agents/composition.ts';
import type { Ceilings } from '../../domain/clients/blueprints/ceilings.ts';
import type { Client, CredentialsSet } from '../../domain/clients/clients/client.ts';
import { deliveryModeOf } from '../../domain/clients/clients/token-delivery.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { InitialAccessToken } from '../../domain/clients/registration/initial-access-tokens.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Group } from '../../domain/identity/groups/group.ts';
import type { Session } from '../../domain/identity/sessions/session.ts';
import type { Grant } from '../../domain/ports/grants.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { isLocalhostRedirect } from '../../domain/vocabulary/web-address.ts';
import type { JsonObject } from './json-body.ts';

const ACCOUNT = [
  'id',
  'username',
  'name',
  'email',
  'emailVerified',
  'language',
  'groups',
  'roles',
  'entitlements',
  'state',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Account)[];
const AGENT = [
  'id',
  'name',
  'owner',
  'sponsor',
  'purpose',
  'uses',
  'environment',
  'blueprint',
  'provider',
  'providerVersion',
  'contact',
  'state',
  'jwks',
  'jwksUri',
  'redirectUris',
  'grantTypes',
  'backchannelClientNotificationEndpoint',
  'dpopBoundAccessTokens',
  'certificateBoundAccessTokens',
  'requirePushedAuthorizationRequests',
  'resourceServers',
  'authority',
  'expiresAt',
  'acceptBy',
  'acceptedAt',
  'verifiedAt',
  'transferTo',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Agent)[];
const GROUP = ['id', 'name', 'members', 'createdAt', 'updatedAt'] as const satisfies readonly (keyof Group)[];
const CLIENT = [
  'id',
  'name',
  'owner',
  'applicationType',
  'tokenEndpointAuthMethod',
  'jwks',
  'jwksUri',
  'grantTypes',
  'redirectUris',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
  'backchannelLogoutSessionRequired',
  'corsOrigins',
  'skipConsent',
  'dpopBoundAccessTokens',
  'certificateBoundAccessTokens',
  'requirePushedAuthorizationRequests',
  'idTokenSignedResponseAlg',
  'authority',
  'roles',
  'state',
  'verifiedAt',
  'expiresAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Client)[];
const INITIAL_ACCESS_TOKEN = [
  'id',
  'owner',
  'blueprint',
  'uses',
  'used',
  'createdBy',
  'revokedAt',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const satisfies readonly (keyof InitialAccessToken)[];
const RESOURCE_SERVER = [
  'id',
  'identifier',
  'name',
  'scopes',
  'detailTypes',
  'accessTokenFormat',
  'accessTokenSigningAlg',
  'accessTokenTtlSeconds',
  'environments',
  'introspectionAuthMethod',
  'jwks',
  'state',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ResourceServer)[];
const INSTANCE = [
  'id',
  'agent',
  'name',
  'thumbprint',
  'jwk',
  'startedBy',
  'createdAt',
  'updatedAt',
  'expiresAt',
  'endedAt',
] as const satisfies readonly (keyof Instance)[];
const DELEGATION = [
  'id',
  'subject',
  'actor',
  'resource',
  'via',
  'scope',
  'details',
  'parent',
  'depth',
  'chain',
  'passOn',
  'state',
  'revokedAt',
  'revokedBy',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const satisfies readonly (keyof Delegation)[];

const SESSION = [
  'id',
  'account',
  'startedAt',
  'authTime',
  'acr',
  'amr',
  'browser',
  'source',
  'seenFrom',
  'endedAt',
] as const satisfies readonly (keyof Session)[];

export const showAccount = (account: Account): JsonObject => show(account, ACCOUNT);
/** `lastUsedAt`: from outside the registry; absent when the agent was never used, or the caller did not look it up. */
export const showAgent = (agent: Agent, lastUsedAt?: number): JsonObject => ({
  ...show(agent, AGENT),
  ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
  ...deliveryOf(agent),
  ...noticesOf(agent, lastUsedAt),
  ...(agent.composition ? { composition: showComposition(agent.composition) } : {}),
  ...(agent.ceilings ? { ceilings: showCeilings(agent.ceilings) } : {}),
  ...warningsOf(agent.redirectUris),
});
export const showComposition = (composition: Composition): JsonObject => toWire({ ...composition });
export const showGroup = (group: Group): JsonObject => show(group, GROUP);
const setMember = (name: string, set: CredentialsSet | undefined): JsonObject =>
  set === undefined ? {} : { [name]: { caller: set.caller, at: set.at } };
const credentialsSetOf = ({ credentialsSetBy, redirectUrisSetBy }: Client): JsonObject => ({
  ...setMember('credentials_set_by', credentialsSetBy),
  ...setMember('redirect_uris_set_by', redirectUrisSetBy),
});
/** How it is notified of decisions (CIBA Core §4); it follows from the other members. */
const deliveryOf = (party: Agent | Client): JsonObject => {
  const mode = deliveryModeOf(party);
  return mode === undefined ? {} : { backchannel_token_delivery_mode: mode };
};
export const showClient = (client: Client): JsonObject => ({
  ...show(client, CLIENT),
  ...certificateOf(client),
  ...deliveryOf(client),
  ...credentialsSetOf(client),
  require_pkce: client.requirePkce ?? true,
  legacy_assertion_audience: client.legacyAssertionAudience ?? false,
  ...warningsOf(client.redirectUris),
});
export const showInitialAccessToken = (token: InitialAccessToken): JsonObject => ({
  ...show(token, INITIAL_ACCESS_TOKEN),
  state: token.revokedAt !== undefined ? 'revoked' : token.used < token.uses ? 'active' : 'used',
});
export const showResourceServer = (server: ResourceServer): JsonObject => ({
  ...show(server, RESOURCE_SERVER),
  ...certificateOf(server),
});
/** `state`: the current state, which the stored instance alone does not show. */
export const showInstance = ({ usedAt, ...instance }: Instance, state: string): JsonObject => ({
  ...show(instance, INSTANCE),
  state,
  last_used_at: usedAt,
});
/** `isLive`: whether the session is live now, which the stored session alone does not show. */
export const showSession = (session: Session, isLive: boolean): JsonObject => ({
  ...show(session, SESSION),
  live: isLive,
  last_used_at: session.usedAt,
  expires_at: session.until,
  clients: [...new Set(session.apps.map(({ client }) => client))],
  ...(session.upstream ? { upstream: session.upstream.provider } : {}),
});
/** What a person allowed a client; `usedAt` where that is known. */
export const showGrant = (grant: Grant, usedAt: number | undefined): JsonObject => ({
  id: grant.id,
  account: grant.account,
  client: grant.clientId,
  ...(grant.actor === undefined ? {} : { actor: grant.actor }),
  openid_scopes: grant.openidScopes,
  // A resource whose scopes were all removed since holds nothing.
  resources: Object.fromEntries(Object.entries(grant.resources).filter(([, scopes]) => scopes.length > 0)),
  ...(grant.details === undefined ? {} : { details: grant.details }),
  ...(grant.session === undefined ? {} : { session: grant.session }),
  ...(grant.parent === undefined ? {} : { parent: grant.parent }),
  ...(grant.instance === undefined ? {} : { instance: grant.instance }),
  ...(usedAt === undefined ? {} : { last_used_at: usedAt }),
  created_at: grant.createdAt,
  expires_at: grant.expiresAt,
});

/**
 * `live`: whether the delegation is live now, which the stored delegation alone does not show; `usedAt` where that is known.
 */
export const showDelegation = (delegation: Delegation, live: boolean, usedAt: number | undefined): JsonObject => ({
  ...show(delegation, DELEGATION),
  live,
  ...(usedAt === undefined ? {} : { last_used_at: usedAt }),
});

/** snake_case to the domain's spelling, first level only: keys and scopes below keep their own names. */
export const fromWire = (body: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/** Ceilings in the domain's spelling: a level that `fromWire` leaves alone. */
export const withCeilings = (body: JsonObject): JsonObject => {
  const { ceilings } = body as { readonly ceilings?: JsonObject | null };
  return ceilings ? { ...body, ceilings: fromWire(ceilings) } : body;
};

export const showCeilings = (ceilings: Ceilings): JsonObject => toWire({ ...ceilings });

/** The domain's spelling to snake_case, first level only. Digests of secrets never leave, in any member. */
export const toWire = (members: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([name]) => name !== 'secretHash')
      .map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );

const certificateOf = ({ certificate }: Pick<Client, 'certificate'>): JsonObject =>
  certificate === undefined ? {} : { certificate: toWire({ ...certificate }) };

/** A certificate rule in the domain's spelling: a level that `fromWire` leaves alone. */
export const withCertificate = (body: JsonObject): JsonObject => {
  const { certificate } = body as { readonly certificate?: JsonObject };
  return certificate ? { ...body, certificate: fromWire(certificate) } : body;
};

/** The notifications that the owner received, while they still apply. */
const noticesOf = ({ state, noticed, expiresAt }: Agent, lastUsedAt = 0): JsonObject => {
  if (noticed === undefined || state !== 'active') return {};
  const { kind, at, toldAt = 0 } = noticed;
  const holds = kind === 'expiry' ? expiresAt === at : lastUsedAt <= toldAt;
  return holds ? { notices: [{ kind, suspended_at: at }] } : {};
};

const show = <T extends object>(object: T, members: readonly (keyof T & string)[]): JsonObject =>
  toWire(Object.fromEntries(members.filter((name) => object[name] !== undefined).map((name) => [name, object[name]])));

const warningsOf = (redirectUris: readonly string[]): JsonObject =>
  redirectUris.some(isLocalhostRedirect)
    ? {
        warnings: [
          'A redirect URI names localhost: good in development only; prefer http://127.0.0.1 (RFC 8252 §8.3).',
        ],
      }
    : {};
