/** Schemas of upstream providers and of links to people there; see schemas.ts. */
import { AUTHENTICATION_METHODS, SIGN_OUT_THERE } from '../../domain/identity/upstream/upstream-provider.ts';
import {
  change,
  flag,
  identified,
  input,
  type JsonSchema,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  strings,
  text,
} from './schema-parts.ts';

const UPSTREAM: Properties = {
  name: text('Stands on the button, one line.', 60),
  client_id: text('Who we are there.', 512),
  authentication: oneOf(
    'How we prove it. `private_key_jwt` (default) is signed with our own keys, which are at our `jwks_uri`.',
    AUTHENTICATION_METHODS,
  ),
  scopes: strings('What is asked for there. Default: openid, profile, email.', 30, 100),
  domains: strings(
    'Whoever types a username that ends with `@` and one of these is sent there. Addresses are believed to be verified for these only.',
    64,
    253,
  ),
  button: flag('Whether the sign-in page has a button. Default true.'),
  claims: {
    ...input({
      username: text('Default: preferred_username; where it is missing, that of the address.', 200),
      name: text('Default: name.', 200),
      email: text('Default: email.', 200),
      groups: text('Default: groups.', 200),
    }),
    description: 'Which claim says what. One within others is named with dots: realm_access.roles.',
  },
  groups: {
    type: 'object',
    maxProperties: 100,
    additionalProperties: text('Name of the group in the account here.', 200),
    description:
      'Value of the claim of groups there to name of a group here. At each sign-in these are joined and left, and no others.',
  },
  create: oneOf('Whether somebody who has no account here gets one. Default: never.', ['never', 'always']),
  multi_factor: {
    ...input({
      acr: strings('Values of `acr`.', 20, 300),
      amr: strings('Values of `amr`.', 20, 300),
    }),
    description:
      'What there counts as a second factor here: any of these. Default: nothing, and the second factor is asked for here.',
  },
  sign_out: oneOf(
    'How signing out here goes on there, where the provider has an end-session endpoint: by a button on the page after (offer, default), or at once (always).',
    SIGN_OUT_THERE,
  ),
};
const ADDRESSES: Properties = {
  redirect_uri: { type: 'string', description: 'To be registered there.' },
  post_logout_redirect_uri: {
    type: 'string',
    description: 'The same, for whoever signs out there too (OpenID Connect RP-Initiated Logout 1.0).',
  },
  backchannel_logout_uri: {
    type: 'string',
    description: 'The same, where the provider tells that a session is over (OpenID Connect Back-Channel Logout 1.0).',
  },
};
const ISSUER: Properties = { issuer: text('Its issuer identifier, compared exactly. Cannot be changed.', 512) };
const SECRET_THERE: Properties = {
  client_secret: text('What the provider gave us, with client_secret_basic and client_secret_post. Never shown.', 1024),
};
const LINK: Properties = {
  upstream: text('Id of the upstream.', 64),
  subject: text('`sub` of the person there, compared exactly.', 255),
  account: text('Id of the account here.', 64),
};

export const UPSTREAM_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewUpstream: input({ ...ISSUER, ...UPSTREAM, ...SECRET_THERE }, ['name', 'issuer', 'client_id']),
  UpstreamChange: change({ ...UPSTREAM, ...SECRET_THERE }),
  Upstream: output({
    ...identified('Begins with upi_.'),
    ...ISSUER,
    ...UPSTREAM,
    ...ADDRESSES,
    state: oneOf('Whether people can sign in there.', ['active', 'disabled']),
    ...RECORD,
  }),
  UpstreamPage: page('Upstream'),
  NewUpstreamLink: input(LINK, ['upstream', 'subject', 'account']),
  UpstreamLink: output(
    {
      ...identified('Begins with upl_.'),
      ...LINK,
      label: { type: 'string', description: 'What the person is called there.' },
      claimed: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Of the groups that the upstream maps, those the claim had at the last sign-in, as they are called there.',
      },
      claimed_at: { type: 'integer', description: 'When that was, epoch seconds.' },
      proof: oneOf('How it came about: which side was proven in the presence of the other.', [
        'created',
        'sign_in',
        'session',
        'administrator',
      ]),
      created_by: {
        type: 'string',
        description: 'Who made it; the upstream where the account was made for the person.',
      },
      ...RECORD,
    },
    ['label', 'claimed', 'claimed_at'],
  ),
  UpstreamLinkPage: page('UpstreamLink'),
};
