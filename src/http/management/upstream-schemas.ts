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
  groups: {
    type: 'object',
    maxProperties: 100,
    additionalProperties: text('Name of the group at this server.', 200),
    description:
      'Value in the provider’s groups claim to name of a group at this server. At each sign-in the account joins and leaves only these groups.',
  },
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
const ADDRESSES: Properties = {
  redirect_uri: { type: 'string', description: 'Redirect URI to register at the provider.' },
  post_logout_redirect_uri: {
    type: 'string',
    description: 'Post-logout redirect URI to register at the provider (OpenID Connect RP-Initiated Logout 1.0).',
  },
  backchannel_logout_uri: {
    type: 'string',
    description: 'Back-channel logout URI to register at the provider (OpenID Connect Back-Channel Logout 1.0).',
  },
};
const ISSUER: Properties = {
  issuer: text('Issuer identifier of the provider, compared exactly. Cannot be changed.', 512),
};
const SECRET_THERE: Properties = {
  client_secret: text(
    'Client secret from the provider, for client_secret_basic and client_secret_post. Never shown.',
    1024,
  ),
};
const LINK: Properties = {
  upstream: text('Id of the upstream provider.', 64),
  subject: text('`sub` of the person at the provider, compared exactly.', 255),
  account: text('Id of the account at this server.', 64),
};

export const UPSTREAM_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewUpstream: input({ ...ISSUER, ...UPSTREAM, ...SECRET_THERE }, ['name', 'issuer', 'client_id']),
  UpstreamChange: change({ ...UPSTREAM, ...SECRET_THERE }),
  Upstream: output({
    ...identified('Begins with upi_.'),
    ...ISSUER,
    ...UPSTREAM,
    ...ADDRESSES,
    state: oneOf('Whether people can sign in with the provider.', ['active', 'disabled']),
    ...RECORD,
  }),
  UpstreamPage: page('Upstream'),
  NewUpstreamLink: input(LINK, ['upstream', 'subject', 'account']),
  UpstreamLink: output(
    {
      ...identified('Begins with upl_.'),
      ...LINK,
      label: { type: 'string', description: 'Username of the person at the provider.' },
      claimed: {
        type: 'array',
        items: { type: 'string' },
        description: 'Mapped groups that the claim contained at the last sign-in, with their names at the provider.',
      },
      claimed_at: { type: 'integer', description: 'When the last sign-in was, epoch seconds.' },
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
  UpstreamLinkPage: page('UpstreamLink'),
};
