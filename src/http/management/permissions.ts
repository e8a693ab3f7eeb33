import type { Client } from '../../domain/clients/clients/client.ts';
import type { Account, AccountRole, Role } from '../../domain/identity/accounts/account.ts';
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import { managementRefusal } from './management-refusals.ts';

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
  /** Accounts that owned the calling client before, and may still hold its key. */
  readonly formerAccounts?: readonly string[];
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
  const former = client?.formerOwners ? { formerAccounts: client.formerOwners } : {};
  const stands = client?.owner !== undefined && client.roles.length > 0 ? { account: client.owner } : {};
  return {
    kind: 'client',
    id: token.clientId,
    name: client?.name ?? '',
    roles: client?.roles ?? [],
    scope,
    ...stands,
    ...former,
  };
};

/** Whether the caller is a client that acts for itself, without a role, and no agent. */
export const isApp = ({ kind, id, roles }: Caller): boolean =>
  kind === 'client' && !id.startsWith('agt_') && roles.length === 0;

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
