/** Routes about people: the caller, accounts and their sessions, the groups that own agents, and the upstream providers. */
import { OWNER_KINDS } from '../../../domain/identity/groups/owner-names.ts';
import {
  ADMINISTRATORS,
  about,
  id,
  OWN,
  PAGE,
  READS,
  type RouteDeclaration,
  SEARCH,
  SPEAKS_FOR_PEOPLE,
  stateOf,
} from './route.ts';

const accounts = about('accounts', 'accounts:read', 'accounts:write');
const upstreams = about('upstreams', 'upstreams:read', 'upstreams:write');
const sessions = about('sessions', 'sessions:read', 'sessions:write');
/** Closes a way to sign in that administrators opened. */
const CLOSES = { roles: ADMINISTRATORS } as const;
const groups = about('groups', 'groups:read', 'groups:write');

export const PEOPLE_ROUTES = {
  getMe: {
    method: 'GET',
    path: '/me',
    tag: 'me',
    summary: 'Read the account or client of the token',
    policy: READS,
    roles: [],
    status: 200,
    answer: 'Me',
  },

  createAccount: accounts.create('/accounts', 'NewAccount', 'Account', 'Create an account'),
  listAccounts: accounts.read('/accounts', 'AccountPage', 'List accounts, newest first', {
    query: {
      ...PAGE,
      username: id('Only the account with this username.'),
      search: SEARCH,
      state: stateOf(['active', 'disabled']),
    },
  }),
  getAccount: accounts.read('/accounts/{id}', 'Account', 'Read an account'),
  updateAccount: accounts.change('/accounts/{id}', 'AccountChange', 'Account', 'Change members of an account'),
  previewDisableAccount: accounts.read(
    '/accounts/{id}/disable-preview',
    'DisablePreview',
    'Preview what disabling an account would end or stop, and which agents would be orphaned. Returns 409 where disabling would be refused',
  ),
  disableAccount: accounts.act('/accounts/{id}/disable', 'Account', 'Disable an account. Its sessions and tokens end'),
  enableAccount: accounts.act('/accounts/{id}/enable', 'Account', 'Enable an account again'),
  setAccountPassword: {
    method: 'POST',
    path: '/accounts/{id}/password',
    tag: 'accounts',
    summary: 'Set a password. All sessions of the account end',
    scope: 'accounts:write',
    policy: 'administer',
    ...SPEAKS_FOR_PEOPLE,
    body: 'NewPassword',
    status: 204,
  },
  listAccountFactors: accounts.read(
    '/accounts/{id}/factors',
    'AccountFactors',
    'List the second factors of an account',
  ),
  removeAccountFactors: accounts.act(
    '/accounts/{id}/remove-factors',
    'Account',
    'Remove all second factors of an account whose user lost them. Afterwards the password is enough',
    SPEAKS_FOR_PEOPLE,
  ),

  listSessions: sessions.read(
    '/sessions',
    'SessionList',
    'List the sessions of an account, newest first, at most 200',
    {
      own: true,
      query: { account: id('The account. Without a role only the caller’s own account, which is the default.') },
    },
  ),
  getSession: sessions.read('/sessions/{id}', 'Session', 'Read a session, including an ended session', OWN),
  endSession: sessions.act(
    '/sessions/{id}/end',
    'Session',
    'End a session and the access that apps hold because of it. Offline access stays',
    OWN,
  ),
  endAccountSessions: sessions.act(
    '/accounts/{id}/end-sessions',
    'Account',
    'End all sessions of an account, including those that begin in this second, and the access that apps hold because of them',
    { self: true },
  ),

  createGroup: groups.create('/groups', 'NewGroup', 'Group', 'Create a group of accounts that owns agents'),
  listGroups: groups.read('/groups', 'GroupPage', 'List groups that own agents, newest first', {
    own: true,
    query: { ...PAGE, name: id('Only the group with exactly this name.'), search: SEARCH },
  }),
  getGroup: groups.read('/groups/{id}', 'Group', 'Read a group that owns agents', OWN),
  updateGroup: groups.change('/groups/{id}', 'GroupChange', 'Group', 'Change the name or the members of a group'),

  findOwner: accounts.read(
    '/owners',
    'OwnerName',
    'Find the account or group with a name. An ambiguous name is refused',
    {
      query: {
        name: id('Username, name of a group, or id.'),
        kind: { type: 'string', enum: OWNER_KINDS, description: 'Only an owner of this kind.' },
      },
    },
  ),

  createUpstream: upstreams.create(
    '/upstreams',
    'NewUpstream',
    'Upstream',
    'Create an upstream provider (OpenID Connect) that people sign in with',
    SPEAKS_FOR_PEOPLE,
  ),
  listUpstreams: upstreams.read('/upstreams', 'UpstreamPage', 'List upstream providers, newest first', { query: PAGE }),
  getUpstream: upstreams.read('/upstreams/{id}', 'Upstream', 'Read an upstream provider'),
  updateUpstream: upstreams.change(
    '/upstreams/{id}',
    'UpstreamChange',
    'Upstream',
    'Change members of an upstream provider; lists and `groups` are replaced whole',
    SPEAKS_FOR_PEOPLE,
  ),
  disableUpstream: upstreams.act(
    '/upstreams/{id}/disable',
    'Upstream',
    'Disable an upstream provider. People can no longer sign in with it',
    CLOSES,
  ),
  enableUpstream: upstreams.act(
    '/upstreams/{id}/enable',
    'Upstream',
    'Enable an upstream provider again',
    SPEAKS_FOR_PEOPLE,
  ),
  removeUpstream: {
    method: 'POST',
    path: '/upstreams/{id}/remove',
    tag: 'upstreams',
    summary: 'Delete an upstream provider. Links to its people become invalid, even if the provider is created again',
    scope: 'upstreams:write',
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  },
  createUpstreamLink: upstreams.create(
    '/upstream-links',
    'NewUpstreamLink',
    'UpstreamLink',
    'Link an account to a person of an upstream provider. This person then signs in to that account',
    SPEAKS_FOR_PEOPLE,
  ),
  listUpstreamLinks: upstreams.read(
    '/upstream-links',
    'UpstreamLinkPage',
    'List links to people of upstream providers',
    {
      query: {
        ...PAGE,
        upstream: id('Only links of this upstream provider.'),
        account: id('Only links of this account.'),
      },
    },
  ),
  getUpstreamLink: upstreams.read('/upstream-links/{id}', 'UpstreamLink', 'Read a link'),
  removeUpstreamLink: {
    method: 'POST',
    path: '/upstream-links/{id}/remove',
    tag: 'upstreams',
    summary: 'Delete a link. The person can no longer sign in to that account from there',
    scope: 'upstreams:write',
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  },
} satisfies Readonly<Record<string, RouteDeclaration>>;
