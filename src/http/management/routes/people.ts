/** Routes about people: who calls, accounts, and the groups that own agents. */
import { ADMINISTRATORS, about, id, OWN, PAGE, type RouteDeclaration } from './route.ts';

const accounts = about('accounts', 'accounts:read', 'accounts:write');
const groups = about('groups', 'groups:read', 'groups:write');

export const PEOPLE_ROUTES = {
  getMe: {
    method: 'GET',
    path: '/me',
    tag: 'me',
    summary: 'Who the token stands for',
    roles: [],
    status: 200,
    answer: 'Me',
  },

  createAccount: accounts.create('/accounts', 'NewAccount', 'Account', 'Create an account'),
  listAccounts: accounts.read('/accounts', 'AccountPage', 'List accounts, newest first', {
    query: { ...PAGE, username: id('Only the account with this username.') },
  }),
  getAccount: accounts.read('/accounts/{id}', 'Account', 'Read an account'),
  updateAccount: accounts.change('/accounts/{id}', 'AccountChange', 'Account', 'Change members of an account'),
  disableAccount: accounts.act('/accounts/{id}/disable', 'Account', 'Disable an account; its sessions and tokens end'),
  enableAccount: accounts.act('/accounts/{id}/enable', 'Account', 'Enable an account again'),
  setAccountPassword: {
    method: 'POST',
    path: '/accounts/{id}/password',
    tag: 'accounts',
    summary: 'Set a password; all sessions of the account end',
    scope: 'accounts:write',
    roles: ADMINISTRATORS,
    body: 'NewPassword',
    status: 204,
  },
  removeAccountFactors: accounts.act(
    '/accounts/{id}/remove-factors',
    'Account',
    'Take all second factors of somebody who lost them; the password is enough then',
    { roles: ADMINISTRATORS },
  ),

  createGroup: groups.create('/groups', 'NewGroup', 'Group', 'Make a group of accounts that owns agents'),
  listGroups: groups.read('/groups', 'GroupPage', 'List groups that own agents, newest first', {
    own: true,
    query: { ...PAGE, name: id('Only the group of exactly this name.') },
  }),
  getGroup: groups.read('/groups/{id}', 'Group', 'Read a group that owns agents', OWN),
  updateGroup: groups.change('/groups/{id}', 'GroupChange', 'Group', 'Change the name or the members of a group'),
} satisfies Readonly<Record<string, RouteDeclaration>>;
