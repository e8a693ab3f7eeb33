import type { Client } from '../../domain/clients/clients/client.ts';
import type { Account, AccountRole, Role } from '../../domain/identity/accounts/account.ts';
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import type { ScopeDeclaration } from '../../domain/resources/resource-servers/resource-server.ts';
import { managementRefusal } from './management-refusals.ts';

/** Scopes of the management API's own resource server, `<issuer>/api/v1`. */
export const MANAGEMENT_SCOPES = [
  { name: 'accounts:read', description: 'See the accounts of this server', risk: 'medium' },
  { name: 'accounts:write', description: 'Create, change and disable accounts', risk: 'critical' },
  { name: 'sessions:read', description: 'See where people are signed in', risk: 'medium' },
  { name: 'sessions:write', description: 'Sign people out', risk: 'high' },
  { name: 'clients:read', description: 'See the registered clients', risk: 'low' },
  { name: 'clients:write', description: 'Register, change and disable clients', risk: 'critical' },
  { name: 'agents:read', description: 'See registered agents', risk: 'low' },
  { name: 'agents:write', description: 'Register, change, suspend and retire agents', risk: 'high' },
  { name: 'instances:read', description: 'See the instances of agents', risk: 'low' },
  { name: 'instances:write', description: 'Start and end instances of agents', risk: 'medium' },
  { name: 'blueprints:read', description: 'See the blueprints of agents', risk: 'low' },
  { name: 'blueprints:write', description: 'Set the upper limits of agents', risk: 'critical' },
  { name: 'trusted-issuers:read', description: 'See the trusted issuers of workload tokens', risk: 'low' },
  {
    name: 'trusted-issuers:write',
    description: 'Add, change and disable trusted issuers of workload tokens',
    risk: 'critical',
  },
  { name: 'budgets:read', description: 'See budgets and how much of them is used', risk: 'low' },
  { name: 'budgets:write', description: 'Set how much agents may get within a time window', risk: 'critical' },
  { name: 'peers:read', description: 'See the trusted authorization servers of other domains', risk: 'low' },
  {
    name: 'peers:write',
    description:
      'Decide which authorization servers of other domains are trusted, and which people their assertions stand for',
    risk: 'critical',
  },
  { name: 'upstreams:read', description: 'See the providers that people sign in with', risk: 'low' },
  {
    name: 'upstreams:write',
    description: 'Decide which providers people sign in with, and which accounts they sign in to',
    risk: 'critical',
  },
  { name: 'groups:read', description: 'See the groups that own agents', risk: 'low' },
  { name: 'groups:write', description: 'Create and change groups that own agents', risk: 'critical' },
  { name: 'resource-servers:read', description: 'See the registered resource servers', risk: 'low' },
  { name: 'resource-servers:write', description: 'Register, change and disable resource servers', risk: 'critical' },
  { name: 'policies:read', description: 'See the policies of this server', risk: 'medium' },
  { name: 'policies:write', description: 'Write and activate policies', risk: 'critical' },
  { name: 'grants:read', description: 'See what people allowed applications and agents', risk: 'medium' },
  { name: 'grants:write', description: 'Revoke what people allowed applications and agents', risk: 'high' },
  { name: 'delegations:read', description: 'See what agents may do for people', risk: 'medium' },
  { name: 'delegations:write', description: 'Revoke what agents may do for people', risk: 'high' },
  { name: 'approvals:read', description: 'See the approvals of single actions of agents', risk: 'medium' },
  {
    name: 'approvals:write',
    description: 'End absences, and review emergency access',
    risk: 'high',
  },
  { name: 'kills:read', description: 'See what was stopped in an emergency', risk: 'low' },
  { name: 'kills:write', description: 'Stop agents, people, clients or everything, and lift that', risk: 'critical' },
  { name: 'webhooks:read', description: 'See which systems receive notifications', risk: 'low' },
  { name: 'webhooks:write', description: 'Decide which systems receive notifications', risk: 'high' },
  { name: 'audit:read', description: 'Read and export the audit log', risk: 'high' },
  { name: 'audit:write', description: 'Erase personal values from the audit log', risk: 'high' },
  { name: 'keys:read', description: 'See the keys of this server', risk: 'low' },
  { name: 'keys:write', description: 'Create and revoke keys of this server', risk: 'critical' },
] as const satisfies readonly ScopeDeclaration[];

export type ManagementScope = (typeof MANAGEMENT_SCOPES)[number]['name'];

/** The caller: an account with its roles, or a client that acts for itself with its own roles. */
export type Caller = {
  readonly kind: 'account' | 'client';
  readonly id: string;
  readonly name: string;
  readonly roles: readonly AccountRole[];
  readonly scope: readonly string[];
  /**
   * The account for which the caller acts: itself, or the owner of a client with a role. The caller may accept what it owns.
   */
  readonly account?: string;
};

/** 'all': by role. 'own': an account without a suitable role, limited to its own agents and their delegations. */
export type Access = 'all' | 'own';

export type CallerLookup = {
  account(id: string): Promise<Account | undefined>;
  client(id: string): Promise<Client | undefined>;
};

/** The caller behind a token. Agents that act for themselves have no roles and own nothing. */
export const callerOf = async (token: IssuedToken, lookup: CallerLookup): Promise<Caller> => {
  const { scope } = token;
  if (token.subject !== undefined) {
    const account = await lookup.account(token.subject);
    if (account?.state !== 'active') throw managementRefusal('account_of_token_inactive');
    return { kind: 'account', id: account.id, name: account.name, roles: account.roles, scope, account: account.id };
  }
  const client = await lookup.client(token.clientId);
  const stands = client?.owner !== undefined && client.roles.length > 0 ? { account: client.owner } : {};
  return { kind: 'client', id: token.clientId, name: client?.name ?? '', roles: client?.roles ?? [], scope, ...stands };
};

/** The caller's access to a route. Throws 'forbidden' for a caller without any (decision D22). */
export const accessOf = (caller: Caller, roles: readonly Role[], own: boolean): Access => {
  if (roles.some((role) => caller.roles.includes(role))) return 'all';
  if (own && caller.kind === 'account') return 'own';
  throw managementRefusal('role_missing', { params: { role: roles.join(' or ') } });
};

/** Throws 'forbidden' unless the caller is an administrator. `what` completes "Only an administrator …". */
export const requireAdministrator = (caller: Caller, what: string, field?: string): void => {
  if (caller.roles.includes('administrator')) return;
  throw managementRefusal('administrator_needed', {
    params: { action: what },
    ...(field === undefined ? {} : { field }),
  });
};
