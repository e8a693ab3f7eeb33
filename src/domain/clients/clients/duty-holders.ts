/**
 * Determines the identity of a caller for the separation of duties: every account and client that may be the same
 * person. Reads the registries of accounts and clients each time.
 */
import { ACCOUNTS, type Account, type Role } from '../../identity/accounts/account.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { DutyHolder, DutyHolderOf } from '../../resources/resource-servers/delegation-targets.ts';
import { CLIENTS, type Client } from './client.ts';
import { clientRefusal } from './client-refusals.ts';

const ROLES: readonly Role[] = ['administrator', 'operator'];

export const dutyHolders = ({ documents }: { readonly documents: DocumentStore }): DutyHolderOf => {
  const accounts = documents.collection<Account>(ACCOUNTS);
  const clients = documents.collection<Client>(CLIENTS);

  /**
   * The account that calls. For a client: the client, its owner, the caller who set its credentials, and the
   * owner of that caller. Throws 'forbidden' when no active account with a role is behind the call, or when it
   * is unknown who set the credentials.
   */
  return async ({ caller }: Pick<By, 'caller'>): Promise<DutyHolder> => {
    const account = (await accounts.get(caller))?.document;
    if (account) return { parties: [withRole(account).id], changedAt: account.updatedAt };
    const client = (await clients.get(caller))?.document;
    const owner = client?.owner === undefined ? undefined : (await accounts.get(client.owner))?.document;
    if (!client || !owner) {
      throw clientRefusal('client_without_account');
    }
    const setter = client.credentialsSetBy?.caller;
    if (setter === undefined) {
      throw clientRefusal('credentials_setter_unknown');
    }
    const ofSetter = (await clients.get(setter))?.document.owner;
    return {
      parties: [...new Set([client.id, withRole(owner).id, setter, ...(ofSetter === undefined ? [] : [ofSetter])])]
        // The first start creates clients for the first administrator, and is not a second person.
        .filter((id) => id !== 'system'),
      changedAt: Math.max(client.updatedAt, owner.updatedAt),
    };
  };
};

const withRole = (account: Account): Account => {
  if (account.state === 'active' && ROLES.some((role) => account.roles.includes(role))) return account;
  throw clientRefusal('caller_account_without_role', { params: { roles: ROLES.join(' or ') } });
};
