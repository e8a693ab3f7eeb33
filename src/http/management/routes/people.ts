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
    summary: 'Who the token stands for',
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
    'What disabling an account would end or stop, and which agents would be orphaned; 409 where it would be refused',
  ),
  disableAccount: accounts.act('/accounts/{id}/disable', 'Account', 'Disable an account; its sessions and tokens end'),
  enableAccount: accounts.act('/accounts/{id}/enable', 'Account', 'Enable an account again'),
  setAccountPassword: {
    method: 'POST',
    path: '/accounts/{id}/password',
    tag: 'accounts',
    summary: 'Set a password; all sessions of the account end',
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
    'Take all second factors of somebody who lost them; the password is enough then',
    SPEAKS_FOR_PEOPLE,
  ),

  listSessions: sessions.read(
    '/sessions',
    'SessionList',
    'List where an account is signed in, the newest 200, newest first',
    {
      own: true,
      query: { account: id('The account; without a role only the own one, which is the default then.') },
    },
  ),
  getSession: sessions.read('/sessions/{id}', 'Session', 'Read a session, also one that is over', OWN),
  endSession: sessions.act(
    '/sessions/{id}/end',
    'Session',
    'End a session, with what apps hold because of it; access they have while the person is away stays',
    OWN,
  ),
  endAccountSessions: sessions.act(
    '/accounts/{id}/end-sessions',
    'Account',
    'End all sessions of an account, those included that begin in this second; with what apps hold because of them',
    { self: true },
  ),

  createGroup: groups.create('/groups', 'NewGroup', 'Group', 'Make a group of accounts that owns agents'),
  listGroups: groups.read('/groups', 'GroupPage', 'List groups that own agents, newest first', {
    own: true,
    query: { ...PAGE, name: id('Only the group of exactly this name.'), search: SEARCH },
  }),
  getGroup: groups.read('/groups/{id}', 'Group', 'Read a group that owns agents', OWN),
  updateGroup: groups.change('/groups/{id}', 'GroupChange', 'Group', 'Change the name or the members of a group'),

  findOwner: accounts.read(
    '/owners',
    'OwnerName',
    'Find the account or group that a name means; refuses one that means several',
    {
      query: {
        name: id('Username, name of a group, or id.'),
        kind: { type: 'string', enum: OWNER_KINDS, description: 'Only one of this kind.' },
      },
    },
  ),

  createUpstream: upstreams.create(
    '/upstreams',
    'NewUpstream',
    'Upstream',
    'Let people sign in at a provider of OpenID Connect',
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
  disableUpstream: upstreams.act('/upstreams/{id}/disable', 'Upstream', 'Let nobody sign in there any more', CLOSES),
  enableUpstream: upstreams.act(
    '/upstreams/{id}/enable',
    'Upstream',
    'Let people sign in there again',
    SPEAKS_FOR_PEOPLE,
  ),
  removeUpstream: {
    method: 'POST',
    path: '/upstreams/{id}/remove',
    tag: 'upstreams',
    summary: 'Take an upstream provider away; links to people there count no more, also if it is made again',
    scope: 'upstreams:write',
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  },
  createUpstreamLink: upstreams.create(
    '/upstream-links',
    'NewUpstreamLink',
    'UpstreamLink',
    'Say which person of an upstream provider an account is; whoever it is there signs in as that account',
    SPEAKS_FOR_PEOPLE,
  ),
  listUpstreamLinks: upstreams.read('/upstream-links', 'UpstreamLinkPage', 'List links to people of upstreams', {
    query: { ...PAGE, upstream: id('Only of this upstream.'), account: id('Only of this account.') },
  }),
  getUpstreamLink: upstreams.read('/upstream-links/{id}', 'UpstreamLink', 'Read a link'),
  removeUpstreamLink: {
    method: 'POST',
    path: '/upstream-links/{id}/remove',
    tag: 'upstreams',
    summary: 'Take a link away; nobody signs in to that account from there any more',
    scope: 'upstreams:write',
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  },
} satisfies Readonly<Record<string, RouteDeclaration>>;
