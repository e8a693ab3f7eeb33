import { upstreamAddresses } from '../../../domain/identity/upstream/upstream-addresses.ts';
import type { UpstreamLink, UpstreamLinks } from '../../../domain/identity/upstream/upstream-links.ts';
import type { UpstreamProvider } from '../../../domain/identity/upstream/upstream-provider.ts';
import { AUTHENTICATION_METHODS, SIGN_OUT_THERE } from '../../../domain/identity/upstream/upstream-provider.ts';
import type { UpstreamRegistry } from '../../../domain/identity/upstream/upstream-registry.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, givenId, PAGE, route, SPEAKS_FOR_PEOPLE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  recordOf,
  string,
  strings,
  text,
} from '../schema-parts.ts';
import { toWire } from '../wire-names.ts';

const ISSUER = {
  issuer: text('Issuer identifier of the provider, compared exactly. Cannot be changed.', 512),
};

const UPSTREAM_MEMBERS = {
  name: text('Label of the sign-in button, one line.', 60),
  client_id: text('This server’s client_id at the provider.', 512),
  authentication: oneOf(
    'How this server authenticates at the provider. `private_key_jwt` (default) uses this server’s own keys, which are at its `jwks_uri`.',
    AUTHENTICATION_METHODS,
  ),
  scopes: strings('Scopes to request there. Default: openid, profile, email.', 30, 100),
  domains: strings(
    'Users whose username ends with `@` and one of these domains sign in with this provider. Addresses are accepted as verified for these domains only.',
    64,
    253,
  ),
  button: flag('Whether the sign-in page has a button. Default true.'),
  claims: {
    ...input({
      username: text('Default: preferred_username; where it is missing, the claim of the e-mail address.', 200),
      name: text('Default: name.', 200),
      email: text('Default: email.', 200),
      groups: text('Default: groups.', 200),
    }),
    description: 'Claim names. Use dots for a nested claim: realm_access.roles.',
  },
  groups: recordOf(
    'Value in the provider’s groups claim to name of a group at this server. At each sign-in the account joins and leaves only these groups.',
    text('Name of the group at this server.', 200),
    { maxProperties: 100 },
  ),
  create: oneOf('Whether the server creates an account for a person without one. Default: never.', ['never', 'always']),
  multi_factor: {
    ...input({
      acr: strings('Values of `acr`.', 20, 300),
      amr: strings('Values of `amr`.', 20, 300),
    }),
    description:
      'Values that the server accepts as a second factor: any of these. Default: none, and this server asks for the second factor.',
  },
  sign_out: oneOf(
    'How sign-out continues at the provider, where it has an end-session endpoint. offer (default): by a button on the page after sign-out. always: at once.',
    SIGN_OUT_THERE,
  ),
};

const SECRET_THERE = {
  client_secret: text(
    'Client secret from the provider, for client_secret_basic and client_secret_post. Never shown.',
    1024,
  ),
};

const NEW_UPSTREAM = named(
  'NewUpstream',
  input({ ...ISSUER, ...UPSTREAM_MEMBERS, ...SECRET_THERE }, ['name', 'issuer', 'client_id']),
);

const UPSTREAM_CHANGE = named('UpstreamChange', change({ ...UPSTREAM_MEMBERS, ...SECRET_THERE }));

const ADDRESSES = {
  redirect_uri: string('Redirect URI to register at the provider.'),
  post_logout_redirect_uri: string(
    'Post-logout redirect URI to register at the provider (OpenID Connect RP-Initiated Logout 1.0).',
  ),
  backchannel_logout_uri: string(
    'Back-channel logout URI to register at the provider (OpenID Connect Back-Channel Logout 1.0).',
  ),
};

const UPSTREAM = named(
  'Upstream',
  output({
    ...identified('Begins with upi_.'),
    ...ISSUER,
    ...UPSTREAM_MEMBERS,
    ...ADDRESSES,
    state: oneOf('Whether people can sign in with the provider.', ['active', 'disabled']),
    ...RECORD,
  }),
);

const UPSTREAM_PAGE = page(UPSTREAM);

const LINK = {
  upstream: text('Id of the upstream provider.', 64),
  subject: text('`sub` of the person at the provider, compared exactly.', 255),
  account: text('Id of the account at this server.', 64),
};

const NEW_UPSTREAM_LINK = named('NewUpstreamLink', input(LINK, ['upstream', 'subject', 'account']));

const UPSTREAM_LINK = named(
  'UpstreamLink',
  output(
    {
      ...identified('Begins with upl_.'),
      ...LINK,
      label: string('Username of the person at the provider.'),
      claimed: arrayOf(
        string(),
        'Mapped groups that the claim contained at the last sign-in, with their names at the provider.',
      ),
      claimed_at: integer('When the last sign-in was, epoch seconds.'),
      proof: oneOf('How the link was created: which side was authenticated in the presence of the other.', [
        'created',
        'sign_in',
        'session',
        'administrator',
      ]),
      created_by: {
        type: 'string',
        description:
          'Account or client that created the link; the upstream provider when the account was created for the person.',
      },
      ...RECORD,
    },
    ['label', 'claimed', 'claimed_at'],
  ),
);

const UPSTREAM_LINK_PAGE = page(UPSTREAM_LINK);

const SCOPES = scopes('upstreams', {
  read: ['See the providers that people sign in with', 'low'],
  write: ['Decide which providers people sign in with, and which accounts they sign in to', 'critical'],
});

const make = about('upstreams', SCOPES);
/** Administrators only: they also opened this sign-in method. */
const CLOSES = { roles: ADMINISTRATORS } as const;

const routes = {
  createUpstream: make.create(
    '/upstreams',
    NEW_UPSTREAM,
    UPSTREAM,
    'Create an upstream provider (OpenID Connect) that people sign in with',
    SPEAKS_FOR_PEOPLE,
  ),
  listUpstreams: make.read('/upstreams', UPSTREAM_PAGE, 'List upstream providers, newest first', { query: PAGE }),
  getUpstream: make.read('/upstreams/{id}', UPSTREAM, 'Read an upstream provider'),
  updateUpstream: make.change(
    '/upstreams/{id}',
    UPSTREAM_CHANGE,
    UPSTREAM,
    'Change members of an upstream provider; lists and `groups` are replaced whole',
    SPEAKS_FOR_PEOPLE,
  ),
  disableUpstream: make.act(
    '/upstreams/{id}/disable',
    UPSTREAM,
    'Disable an upstream provider. People can no longer sign in with it',
    CLOSES,
  ),
  enableUpstream: make.act('/upstreams/{id}/enable', UPSTREAM, 'Enable an upstream provider again', SPEAKS_FOR_PEOPLE),
  removeUpstream: route({
    method: 'POST',
    path: '/upstreams/{id}/remove',
    tag: 'upstreams',
    summary: 'Delete an upstream provider. Links to its people become invalid, even if the provider is created again',
    scope: SCOPES.write,
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  }),
  createUpstreamLink: make.create(
    '/upstream-links',
    NEW_UPSTREAM_LINK,
    UPSTREAM_LINK,
    'Link an account to a person of an upstream provider. This person then signs in to that account',
    SPEAKS_FOR_PEOPLE,
  ),
  listUpstreamLinks: make.read('/upstream-links', UPSTREAM_LINK_PAGE, 'List links to people of upstream providers', {
    query: {
      ...PAGE,
      upstream: givenId('Only links of this upstream provider.'),
      account: givenId('Only links of this account.'),
    },
  }),
  getUpstreamLink: make.read('/upstream-links/{id}', UPSTREAM_LINK, 'Read a link'),
  removeUpstreamLink: route({
    method: 'POST',
    path: '/upstream-links/{id}/remove',
    tag: 'upstreams',
    summary: 'Delete a link. The person can no longer sign in to that account from there',
    scope: SCOPES.write,
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  }),
};

export type Upstreams = UpstreamRegistry & { readonly links: UpstreamLinks; readonly issuer: string };

type Dependencies = {
  readonly upstreams: Upstreams;
};

const handlers = ({ upstreams: { links, issuer, ...upstreams } }: Dependencies): Handlers<typeof routes> => {
  const show = ({ clientSecret: _, claims, groups, signOut = 'offer', ...upstream }: UpstreamProvider) => ({
    ...toWire({ ...upstream, signOut, ...upstreamAddresses(issuer) }),
    claims,
    groups,
  });
  const found = async ({ id }: Call) => existing(await upstreams.get(id));

  return {
    createUpstream: async ({ body, by }) => objectAnswer(await upstreams.create(withLists(body), by), show),

    listUpstreams: async (call) => pageAnswer(await upstreams.list(pageOf(call)), show),

    getUpstream: async (call) => objectAnswer(await found(call), show),

    async updateUpstream(call) {
      sameVersion(await found(call), call);
      const members = withLists(call.body);
      return objectAnswer(await upstreams.update(call.id, call.version, members, call.by), show);
    },

    disableUpstream: async ({ id, by }) => objectAnswer(await upstreams.disable(id, by), show),
    enableUpstream: async ({ id, by }) => objectAnswer(await upstreams.enable(id, by), show),

    async removeUpstream({ id, by }) {
      await upstreams.remove(id, by);
      return {};
    },

    createUpstreamLink: async ({ body, by }) => {
      const given = { ...body, proof: 'administrator' as const };
      return objectAnswer(await links.create(given, by), showLink);
    },

    async listUpstreamLinks(call) {
      const { upstream, account } = call.query;
      const only = { ...(upstream === undefined ? {} : { upstream }), ...(account === undefined ? {} : { account }) };
      return pageAnswer(await links.list({ ...pageOf(call), ...only }), showLink);
    },

    getUpstreamLink: async ({ id }) => objectAnswer(existing(await links.get(id)), showLink),

    async removeUpstreamLink({ id, by }) {
      await links.remove(id, by);
      return {};
    },
  };
};

const showLink = ({ key: _, ...link }: UpstreamLink) => toWire(link);

/** A body may leave out one of the two lists of values that mean a second factor. */
const withLists = <B extends { readonly multiFactor?: Partial<UpstreamProvider['multiFactor']> }>(body: B) => {
  const { multiFactor, ...rest } = body;
  return { ...rest, ...(multiFactor === undefined ? {} : { multiFactor: { acr: [], amr: [], ...multiFactor } }) };
};

export const upstreams = resource(routes, handlers);
