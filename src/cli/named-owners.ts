/** Resolves names that an operator typed to ids. The server resolves a name, and refuses one that matches several. */
import { isOwnerId } from '../domain/identity/groups/owner-names.ts';
import { CommandError, isCommandError } from './command.ts';
import type { Json, ManagementClient } from './management-client.ts';
import { printable } from './table.ts';

/** Id of the account or group with this name. Without a name: the oldest active administrator. Throws CommandError. */
export const findOwner = async (api: ManagementClient, name: string | undefined): Promise<string> =>
  name === undefined ? findAdministrator(api) : idOf(api, name);

/** Id of the account with this username. Without one: the oldest active administrator. Throws CommandError. */
export const findAccount = async (api: ManagementClient, name: string | undefined): Promise<string> =>
  name === undefined ? findAdministrator(api) : idOf(api, name, 'account');

const idOf = async (api: ManagementClient, name: string, kind?: 'account'): Promise<string> => {
  if (isOwnerId(name)) return name;
  try {
    return String((await api.run('findOwner', { query: { name, kind } })).body['id']);
  } catch (error) {
    if (!isCommandError(error)) throw error;
    throw new CommandError(`${printable(name)}: ${error.message}`, {
      ...(error.status === 404
        ? {
            hint: 'See `behalf accounts list` and `behalf groups list`; make an account: behalf accounts create USERNAME',
          }
        : error.hint === undefined
          ? {}
          : { hint: error.hint }),
      ...(error.status === undefined ? {} : { status: error.status }),
      cause: error,
    });
  }
};

const findAdministrator = async (api: ManagementClient): Promise<string> => {
  let found: Json | undefined;
  for await (const account of api.items('listAccounts', {})) {
    // The API lists the newest first, so the last match is the oldest.
    if (isActiveAdministrator(account)) found = account;
  }
  if (found) return String(found['id']);
  throw new CommandError('There is no active administrator.', {
    hint: 'See `behalf accounts list`, or make one: behalf accounts create USERNAME',
  });
};

const isActiveAdministrator = ({ state, roles }: Json): boolean =>
  state === 'active' && Array.isArray(roles) && roles.includes('administrator');
