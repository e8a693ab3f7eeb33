/** The members of an agent and their validation at registration and update. Called by the registry only. */

import type { Owners } from '../../identity/groups/owners.ts';
import { checkName, checkText } from '../../platform/display-names/display-text.ts';
import { checkSameKey, type VerifiedNames } from '../../platform/display-names/verified-names.ts';
import { checkReachable } from '../../platform/remote-keys/operator-urls.ts';
import { checkAuthority, type ResourceServerLookup } from '../../resources/resource-servers/declared-authority.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { omit } from '../../vocabulary/omit.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import { checkRedirectUris } from '../../vocabulary/web-address.ts';
import type { Ceilings } from '../blueprints/ceilings.ts';
import { checkCeilings } from '../blueprints/check-ceilings.ts';
import { CIBA, checkGrantTypes, GRANT_TYPES, TOKEN_EXCHANGE } from '../clients/grant-types.ts';
import { checkKeySource, type KeyUrlCheck, keySourceOf } from '../clients/key-source.ts';
import type { OwnAddresses } from '../clients/own-addresses.ts';
import type { Agent } from './agent.ts';
import { agentRefusal } from './agent-refusals.ts';
import type { GivenComposition } from './composition.ts';
import { registeredCredentialId } from './credential.ts';
import { checkKeysTogether, keysUrlOf, type NewCredential, withOperatorUrls } from './credential-fields.ts';

export type NewAgent = {
  readonly name: string;
  /** An active account, or a group with an active member. */
  readonly owner: string;
  /** An active account. */
  readonly sponsor?: string;
  readonly purpose: string;
  readonly uses?: readonly string[];
  readonly environment: Environment;
  readonly blueprint?: string;
  /** The ceilings that the agent sets itself, within its blueprint. */
  readonly ceilings?: Ceilings;
  readonly provider?: string;
  readonly providerVersion?: string;
  readonly contact?: string;
  readonly composition?: GivenComposition;
  /** Public keys. Either these or `jwksUri`. */
  readonly jwks?: JsonWebKeySet;
  readonly jwksUri?: string;
  /** Credentials, in addition to those keys or in place of them. */
  readonly credentials?: readonly NewCredential[];
  readonly redirectUris?: readonly string[];
  /** Default: token exchange, and with redirect URIs authorization_code and refresh_token. */
  readonly grantTypes?: readonly string[];
  readonly backchannelClientNotificationEndpoint?: string;
  readonly dpopBoundAccessTokens?: boolean;
  readonly certificateBoundAccessTokens?: boolean;
  readonly requirePushedAuthorizationRequests?: boolean;
  readonly resourceServers?: readonly string[];
  readonly authority?: ScopesByResource;
  /** Epoch second from which the agent is blocked; in the future. */
  readonly expiresAt?: number;
};

const ERASABLE = [
  'authority',
  'sponsor',
  'blueprint',
  'ceilings',
  'provider',
  'providerVersion',
  'contact',
  'expiresAt',
  'backchannelClientNotificationEndpoint',
] as const;
type Erasable = (typeof ERASABLE)[number];

/** Given members replace the stored ones. `null` removes a member that is optional. */
export type AgentChange = Partial<Omit<NewAgent, Erasable | 'composition' | 'credentials'>> & {
  readonly [member in Erasable]?: NewAgent[member] | null;
};

export type AgentCheckDeps = {
  readonly owners: Pick<Owners, 'isActive'>;
  readonly resourceServers: ResourceServerLookup;
  readonly checkKeyUrl: KeyUrlCheck | undefined;
  readonly names: Pick<VerifiedNames, 'check'> | undefined;
  /** The addresses of this server. */
  readonly addresses: OwnAddresses | undefined;
  readonly now: () => number;
};

/** Members of a new agent, with defaults filled in. Owner and state are not among them. */
export const membersOf = (input: NewAgent) => {
  const given = omit(input, 'owner', 'composition', 'credentials');
  const redirectUris = input.redirectUris ?? [];
  return {
    ...given,
    redirectUris,
    grantTypes: input.grantTypes ?? [
      ...(redirectUris.length > 0 ? ['authorization_code', 'refresh_token'] : []),
      TOKEN_EXCHANGE,
      CIBA,
    ],
    dpopBoundAccessTokens: input.dpopBoundAccessTokens ?? false,
    resourceServers: input.resourceServers ?? [],
  };
};

/** The agent with a change applied, except for its owner. */
export const changedBy = (agent: Agent, { owner: _, ...change }: AgentChange): Agent => {
  const { jwks: _keys, jwksUri: _url, ...kept } = { ...agent, ...change };
  const hasKeys = change.jwks !== undefined || change.jwksUri !== undefined;
  const others = agent.credentials?.filter(({ id }) => !hasKeys || id !== registeredCredentialId(agent.id));
  const next = { ...kept, ...(others ? { credentials: others } : {}), ...keySourceOf(change, agent) };
  const erased = ERASABLE.filter((member) => next[member] === null || next[member] === undefined);
  return Object.fromEntries(
    Object.entries(next).filter(([member]) => !erased.some((name) => name === member)),
  ) as unknown as Agent;
};

type Origin = {
  readonly before?: Agent;
  /** The members that the caller sent. */
  readonly entered?: Pick<AgentChange, 'jwksUri' | 'backchannelClientNotificationEndpoint'> &
    Pick<NewAgent, 'credentials'>;
  /** Whether the caller was an operator or administrator. */
  readonly isByRole?: boolean | undefined;
  /** A new agent may have no credentials. */
  readonly isKeyless?: boolean | undefined;
};

/**
 * Does not check again what is unchanged since `before`: it may have become unknown since. Throws
 * 'invalid_field'.
 */
export const checkedAgent = async (
  deps: AgentCheckDeps,
  agent: Agent,
  { before, entered = {}, isByRole = false, isKeyless = false }: Origin,
): Promise<Agent> => {
  if (agent.name !== before?.name) {
    checkName(agent.name, '/name');
    if (before && agent.verifiedAt !== undefined) checkSameKey(before.name, agent.name);
    await deps.names?.check(agent);
  }
  checkText(agent.purpose, '/purpose', 500);
  checkTexts(agent);
  if (agent.uses !== undefined && agent.uses.length > 20) throw agentRefusal('agent_uses_exceeded', { field: '/uses' });
  for (const [index, use] of (agent.uses ?? []).entries()) checkText(use, `/uses/${index}`, 100);
  // Agents run on developers' machines and on servers, so both kinds of redirect URI are allowed.
  checkRedirectUris(agent.redirectUris, 'native');
  if (agent.redirectUris !== before?.redirectUris)
    deps.addresses?.refuseEachServed(agent.redirectUris, '/redirect_uris');
  if (agent.jwksUri !== before?.jwksUri) deps.addresses?.refuseServed(agent.jwksUri, '/jwks_uri');
  checkGrantTypes(agent.grantTypes, GRANT_TYPES, agent.redirectUris);
  if (agent.backchannelClientNotificationEndpoint !== before?.backchannelClientNotificationEndpoint) {
    const at = '/backchannel_client_notification_endpoint';
    deps.addresses?.refuseServed(agent.backchannelClientNotificationEndpoint, at);
  }
  checkNotificationEndpoint(agent, before, deps.checkKeyUrl, isByRole);
  if (agent.certificateBoundAccessTokens && agent.dpopBoundAccessTokens) {
    throw agentRefusal('token_bound_twice', { field: '/certificate_bound_access_tokens' });
  }
  const hasNone = agent.jwks === undefined && agent.jwksUri === undefined;
  const isEnough = before !== undefined || isKeyless || (agent.credentials ?? []).length > 0;
  const keys =
    hasNone && isEnough
      ? {}
      : checkKeySource(agent, before, deps.checkKeyUrl, { reach: { purpose: 'clientKeys', isByRole } });
  if (agent.credentials) checkKeysTogether({ ...agent, ...keys }, '/jwks');
  if (agent.owner !== before?.owner) await checkOwner(deps.owners, agent.owner);
  if (agent.sponsor !== undefined && agent.sponsor !== before?.sponsor) {
    const isAccount = agent.sponsor.startsWith('acc_') && (await deps.owners.isActive(agent.sponsor));
    if (!isAccount) throw agentRefusal('sponsor_inactive', { field: '/sponsor' });
  }
  if (agent.expiresAt !== undefined && agent.expiresAt !== before?.expiresAt && agent.expiresAt <= deps.now()) {
    throw fieldRefusal('time_is_past', { field: '/expires_at' });
  }
  if (agent.resourceServers !== before?.resourceServers) {
    await checkResourceServers(agent.resourceServers, deps.resourceServers);
  }
  if (agent.authority !== undefined && agent.authority !== before?.authority) {
    await checkAuthority(agent.authority, deps.resourceServers);
  }
  const sent = entered.credentials?.map(keysUrlOf) ?? [];
  const urls = isByRole ? [entered.jwksUri, entered.backchannelClientNotificationEndpoint, ...sent] : [];
  const next = withOperatorUrls({ ...agent, ...keys }, before, urls);
  const { ceilings } = agent;
  if (ceilings === undefined || ceilings === before?.ceilings) return next;
  return { ...next, ceilings: await checkCeilings(ceilings, deps.resourceServers) };
};

const checkNotificationEndpoint = (
  { backchannelClientNotificationEndpoint: url, grantTypes }: Agent,
  before: Agent | undefined,
  checkUrl: KeyUrlCheck | undefined,
  isByRole: boolean,
): void => {
  if (url === undefined || url === before?.backchannelClientNotificationEndpoint) return;
  const at = '/backchannel_client_notification_endpoint';
  if (!grantTypes.includes(CIBA)) {
    throw agentRefusal('notification_endpoint_unused', { field: at, params: { grantType: CIBA } });
  }
  checkReachable(url, at, checkUrl, { purpose: 'approvalPings', isByRole });
};

/** Throws 'invalid_field' unless `owner` is an account or group that can own an agent. */
export const checkOwner = async (owners: AgentCheckDeps['owners'], owner: string): Promise<void> => {
  if (await owners.isActive(owner)) return;
  throw agentRefusal('owner_inactive', { field: '/owner' });
};

const checkTexts = ({ provider, providerVersion, contact }: Agent): void => {
  if (provider !== undefined) checkText(provider, '/provider', 100);
  if (providerVersion !== undefined) checkText(providerVersion, '/provider_version', 100);
  if (contact !== undefined) checkText(contact, '/contact', 254);
};

const checkResourceServers = async (ids: readonly string[], lookup: ResourceServerLookup): Promise<void> => {
  if (ids.length > 20) throw agentRefusal('agent_resources_exceeded', { field: '/resource_servers' });
  for (const [index, id] of ids.entries()) {
    const at = `/resource_servers/${index}`;
    if (ids.indexOf(id) !== index) throw agentRefusal('agent_resource_repeated', { field: at });
    if (!(await lookup.get(id))) throw agentRefusal('agent_resource_unknown', { field: at });
  }
};
