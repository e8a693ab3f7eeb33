/**
 * The groups that an account has from its directory: those of its groups there that the allow-list maps. Derived for each
 * decision and not copied into the account, so that a change of members or of the allow-list applies at once.
 */
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Account } from '../accounts/account.ts';
import { DIRECTORIES, DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { DIRECTORY_GROUPS, type DirectoryGroup } from './directory-group.ts';
import { directoryMemberships, inParts } from './directory-memberships.ts';

/**
 * None for an account with a role, which no directory manages, and none while the directory is disabled. Fails closed: store
 * errors propagate.
 */
export const mappedGroups = ({ documents }: { readonly documents: DocumentStore }) => {
  const directories = documents.collection<Directory>(DIRECTORIES);
  const users = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const groups = documents.collection<DirectoryGroup>(DIRECTORY_GROUPS);
  const memberships = directoryMemberships({ documents });

  return async ({ id, roles }: Pick<Account, 'id' | 'roles'>): Promise<readonly string[]> => {
    if (roles.length > 0) return [];
    const user = (await users.get(id))?.document;
    const directory = user && (await directories.get(user.directory))?.document;
    const { groups: map = {} } = directory ?? {};
    if (directory?.state !== 'active' || Object.keys(map).length === 0) return [];
    const names: string[] = [];
    for (const part of inParts(await memberships.groupsOf(id))) {
      for (const { document } of await groups.getMany(part)) {
        const { displayName } = document;
        const here = Object.hasOwn(map, displayName) ? map[displayName] : undefined;
        if (document.directory === directory.id && here !== undefined) names.push(here);
      }
    }
    return names;
  };
};
