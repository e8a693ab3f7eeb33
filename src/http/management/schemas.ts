/**
 * The JSON Schemas of the management API, by component name. They validate bodies, and the OpenAPI document shows them. The
 * domain owns finer rules (valid redirect URIs, valid keys).
 */

import { GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { LANGUAGES } from '../../domain/identity/accounts/language.ts';
import { CERTIFICATE_METHODS } from '../../domain/platform/certificates/certificate-rule.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { KILL_SCOPES } from '../../domain/vocabulary/kill.ts';
import { ACCOUNT_SCHEMAS } from './account-schemas.ts';
import { AGENT_SCHEMAS, DELIVERY_MODE } from './agent-schemas.ts';
import { APPROVAL_SCHEMAS } from './approval-schemas.ts';
import { BLUEPRINT_SCHEMAS } from './blueprint-schemas.ts';
import { BUDGET_SCHEMAS } from './budget-schemas.ts';
import { DETAIL_SCHEMAS } from './detail-schemas.ts';
import { NOTIFICATION_SCHEMAS } from './notification-schemas.ts';
import { PEER_SCHEMAS } from './peer-schemas.ts';
import { POLICY_SCHEMAS } from './policy-schemas.ts';
import {
  change,
  flag,
  identified,
  input,
  type JsonSchema,
  JWKS_URI,
  list,
  nullable,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  ref,
  SECRET,
  seconds,
  strings,
  text,
  WARNINGS,
} from './schema-parts.ts';
import { SESSION_SCHEMAS } from './session-schemas.ts';
import { UPSTREAM_SCHEMAS } from './upstream-schemas.ts';
import { WORKLOAD_IDENTITY_SCHEMAS } from './workload-identity-schemas.ts';

const ROLES = ['administrator', 'operator', 'auditor'];
const ACCOUNT: Properties = {
  name: text('Name to show.', 200),
  groups: strings('Groups, for the `groups` claim.', 200, 200),
  roles: list(
    'Roles in this API, and `break_glass`. Only an administrator gives them.',
    4,
    oneOf('A role.', [...ROLES, 'break_glass']),
  ),
};
const EMAIL = text('E-mail address.', 254);
const EMAIL_VERIFIED = flag('Whether the address is known to be theirs.');
const LANGUAGE = oneOf('What the person reads: mails, and pages where nothing else is said.', LANGUAGES);
const ENTITLEMENTS = {
  ...ref('ScopesByResource'),
  description: "The person's own rights; absent: what consent gave.",
};
const USERNAME = text('What is typed at sign-in. Cannot be changed.', 200);
const PASSWORD: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  description: 'A new password.',
  writeOnly: true,
};

const CLIENT: Properties = {
  name: text('Name to show, one line.', 100),
  owner: text('Account that answers for the client.', 64),
  jwks: ref('JsonWebKeySet'),
  jwks_uri: JWKS_URI,
  grant_types: list(
    'Default: authorization_code and refresh_token. CIBA is for agents.',
    10,
    oneOf('A grant type.', GRANT_TYPES),
  ),
  redirect_uris: strings('Where people come back to; needed for authorization_code.', 20, 2000),
  post_logout_redirect_uris: strings('Where people come back to after signing out.', 20, 2000),
  backchannel_logout_session_required: flag(
    'Whether it is told which session is over: `sid` in its ID tokens and in what it hears. Default false: then all of the person there are meant.',
  ),
  cors_origins: strings('Origins of browser apps that may call the token endpoint.', 20, 2000),
  skip_consent: flag('First party: no consent page.'),
  dpop_bound_access_tokens: flag('Whether all its access tokens are bound to a key (RFC 9449 §5.2).'),
  certificate_bound_access_tokens: flag(
    'Whether all its access tokens are bound to the certificate of the request they come from (RFC 8705 §3).',
  ),
  require_pushed_authorization_requests: flag(
    'Whether its authorization requests must be pushed (RFC 9126 §6). Default false.',
  ),
  require_pkce: flag(
    'False: code requests with `openid` and a `nonce` may come without PKCE (RFC 7636). For a confidential client whose software cannot do it; an administrator decides. Default true.',
  ),
  legacy_assertion_audience: flag(
    'Whether its assertions may name the token endpoint as `aud`, as one string, in place of the issuer (RFC 10070). For software that cannot be changed; an administrator decides. Default false.',
  ),
  id_token_signed_response_alg: oneOf('Signature of ID tokens.', ['RS256', 'ES256', 'PS256', 'EdDSA']),
  roles: list(
    'Roles in this API when it acts for itself. Only an administrator gives administrator.',
    3,
    oneOf('A role.', ROLES),
  ),
};
const CLIENT_AUTHORITY = {
  ...ref('ScopesByResource'),
  description:
    'What it may do in its own name. What people allow it is not cut by it; where they are not asked (skip_consent), it is.',
};
const CLIENT_LOGOUT = text(
  'https URL where it hears that a session is over in which a person signed in to it (OpenID Connect Back-Channel Logout 1.0).',
  2000,
);
const CLIENT_KIND: Properties = {
  application_type: oneOf('Kind of application. Cannot be changed.', ['web', 'native']),
  token_endpoint_auth_method: oneOf('How it authenticates. Cannot be changed.', [
    'private_key_jwt',
    'client_secret_basic',
    'client_secret_post',
    ...CERTIFICATE_METHODS,
    'none',
  ]),
};

const RESOURCE_SERVER: Properties = {
  name: text('Name to show, one line.', 100),
  scopes: { ...list('Its scopes.', 200, ref('Scope')), minItems: 1 },
  detail_types: list('Types of authorization details it understands (RFC 9396).', 20, ref('DetailType')),
  access_token_format: oneOf('Form of its access tokens.', ['jwt', 'opaque']),
  access_token_signing_alg: oneOf('Signature of JWT access tokens.', ['ES256', 'RS256', 'PS256', 'EdDSA']),
  access_token_ttl_seconds: { type: 'integer', minimum: 30, maximum: 3600, description: 'Life of an access token.' },
  environments: list('Agents of which environments hold anything here.', 3, oneOf('An environment.', ENVIRONMENTS)),
  jwks: ref('JsonWebKeySet'),
};
const RESOURCE_SERVER_KIND: Properties = {
  identifier: text('Resource indicator (RFC 8707 §2), compared exactly. Cannot be changed.', 512),
  introspection_auth_method: oneOf('How it authenticates at the introspection endpoint. Cannot be changed.', [
    'private_key_jwt',
    'client_secret_basic',
    ...CERTIFICATE_METHODS,
    'none',
  ]),
};
const DELEGATION_PAIR: Properties = {
  resource: text('Resource indicator of the other API.', 512),
  scope: text('One scope that the other API declares.', 128),
};
/** For an authentication method that has one. */
const NEW_CERTIFICATE: Properties = { certificate: ref('NewCertificate') };
const CERTIFICATE: Properties = { certificate: ref('Certificate') };

export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ...WORKLOAD_IDENTITY_SCHEMAS,
  ...DETAIL_SCHEMAS,
  ...PEER_SCHEMAS,
  ...SESSION_SCHEMAS,
  ...UPSTREAM_SCHEMAS,
  ScopesByResource: {
    type: 'object',
    maxProperties: 200,
    additionalProperties: strings('Scopes there, or "*" for all.', 500, 200),
    description: 'Resource indicator to scopes.',
  },
  JsonWebKeySet: {
    type: 'object',
    required: ['keys'],
    properties: { keys: list('Public keys only (RFC 7517).', 10, { type: 'object' }) },
  },
  Scope: input(
    {
      name: text('scope-token of RFC 6749 §3.3.', 128),
      description: text('What it lets somebody do, for the consent page.', 200),
      risk: oneOf('How bad a misuse is.', ['low', 'medium', 'high', 'critical']),
      default: flag(
        'Asked for by a request that names the resource and no scope. Without any, such a request asks for all.',
      ),
    },
    ['name', 'description', 'risk'],
  ),
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'instance'],
    properties: {
      type: { type: 'string', description: '`urn:behalf:problem:` and a stable code.' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string', description: 'The request, as in the access log and the audit log.' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['detail'],
          properties: {
            pointer: { type: 'string', description: 'JSON pointer into the body (RFC 6901).' },
            parameter: { type: 'string', description: 'Name of a query parameter.' },
            detail: { type: 'string' },
          },
        },
      },
    },
  },

  NewAccount: input(
    {
      username: USERNAME,
      ...ACCOUNT,
      email: EMAIL,
      email_verified: EMAIL_VERIFIED,
      language: LANGUAGE,
      entitlements: ENTITLEMENTS,
      password: PASSWORD,
    },
    ['username', 'name'],
  ),
  AccountChange: change({
    ...ACCOUNT,
    email: nullable(EMAIL),
    email_verified: EMAIL_VERIFIED,
    language: nullable(LANGUAGE),
    entitlements: nullable(ENTITLEMENTS),
  }),
  NewPassword: input({ password: PASSWORD }, ['password']),
  Account: output(
    {
      ...identified('Begins with acc_.'),
      username: USERNAME,
      ...ACCOUNT,
      email: EMAIL,
      email_verified: EMAIL_VERIFIED,
      language: LANGUAGE,
      entitlements: ENTITLEMENTS,
      state: oneOf('Whether it works.', ['active', 'disabled']),
      ...RECORD,
    },
    ['email', 'email_verified', 'language', 'entitlements'],
  ),
  AccountPage: page('Account'),
  AccountFactors: output({
    items: {
      type: 'array',
      items: output(
        {
          ...identified('Begins with fac_.'),
          kind: oneOf('What it is.', ['totp', 'passkey', 'recovery']),
          name: { type: 'string', description: 'What its person calls it.' },
          created_at: seconds('Since when.'),
          last_used_at: seconds('When it was last proven; absent: never.'),
          left: { type: 'integer', description: 'Of recovery codes: how many were not used.' },
          copied: { type: 'boolean', description: 'A passkey of which there may be a copy; it is accepted no more.' },
        },
        ['last_used_at', 'left', 'copied'],
      ),
    },
  }),

  ...ACCOUNT_SCHEMAS,
  ...AGENT_SCHEMAS,
  ...BLUEPRINT_SCHEMAS,
  ...APPROVAL_SCHEMAS,
  ...BUDGET_SCHEMAS,
  ...NOTIFICATION_SCHEMAS,
  ...POLICY_SCHEMAS,

  NewClient: input(
    {
      ...CLIENT_KIND,
      ...CLIENT,
      ...NEW_CERTIFICATE,
      backchannel_logout_uri: CLIENT_LOGOUT,
      authority: CLIENT_AUTHORITY,
    },
    ['name'],
  ),
  ClientChange: change({
    ...CLIENT,
    ...NEW_CERTIFICATE,
    backchannel_logout_uri: nullable(CLIENT_LOGOUT),
    authority: nullable(CLIENT_AUTHORITY),
  }),
  Client: output(
    {
      ...identified('Its client_id. Begins with app_.'),
      ...CLIENT_KIND,
      ...CLIENT,
      ...CERTIFICATE,
      backchannel_logout_uri: CLIENT_LOGOUT,
      authority: CLIENT_AUTHORITY,
      backchannel_token_delivery_mode: DELIVERY_MODE,
      state: oneOf('Whether it works; retired is final.', ['active', 'disabled', 'retired']),
      verified_at: seconds('Since when its name is verified: nobody else registers one that looks like it.'),
      expires_at: seconds('When it ends, unless somebody adopts it.'),
      credentials_set_by: {
        ...output({ caller: { type: 'string' }, at: seconds('When.') }),
        description: 'Account or client that set its keys, certificate or secret last.',
      },
      redirect_uris_set_by: {
        ...output({ caller: { type: 'string' }, at: seconds('When.') }),
        description: 'Account or client that set its redirect URIs last.',
      },
      ...RECORD,
      ...WARNINGS,
      ...SECRET,
    },
    [
      ...['owner', 'jwks', 'jwks_uri', 'certificate', 'certificate_bound_access_tokens', 'authority'],
      'require_pushed_authorization_requests',
      ...['backchannel_logout_uri', 'backchannel_logout_session_required', 'backchannel_token_delivery_mode'],
      ...['verified_at', 'expires_at', 'credentials_set_by', 'redirect_uris_set_by', 'warnings', 'client_secret'],
    ],
  ),
  ClientPage: page('Client'),

  NewInitialAccessToken: input({
    owner: text(
      'Account or group that is asked to answer for what is registered. Default: the account that calls.',
      64,
    ),
    blueprint: text('Agents are registered, under this blueprint; absent: clients that are no agents.', 64),
    uses: { type: 'integer', minimum: 1, maximum: 1000, default: 1, description: 'How many may be registered.' },
    expires_in: { type: 'integer', minimum: 60, maximum: 2_592_000, default: 3600, description: 'Seconds it is good.' },
  }),
  InitialAccessToken: output(
    {
      ...identified('Begins with iat_.'),
      owner: { type: 'string' },
      blueprint: { type: 'string' },
      uses: { type: 'integer', description: 'How many may be registered with it.' },
      used: { type: 'integer', description: 'How many were.' },
      state: oneOf('Whether something can be registered with it until it expires.', ['active', 'used', 'revoked']),
      created_by: { type: 'string', description: 'Account or client that made it.' },
      revoked_at: seconds('Since when it is revoked.'),
      ...RECORD,
      expires_at: seconds('When it ends by itself.'),
      initial_access_token: { type: 'string', description: 'The token (RFC 7591 §1.2). Shown this once.' },
    },
    ['blueprint', 'revoked_at', 'initial_access_token'],
  ),
  InitialAccessTokenPage: page('InitialAccessToken'),

  NewResourceServer: input({ ...RESOURCE_SERVER_KIND, ...RESOURCE_SERVER, ...NEW_CERTIFICATE }, [
    'identifier',
    'name',
    'scopes',
  ]),
  ResourceServerChange: change({ ...RESOURCE_SERVER, ...NEW_CERTIFICATE }),
  DelegationPair: input(DELEGATION_PAIR, ['resource', 'scope']),
  DelegationTarget: output(
    {
      ...DELEGATION_PAIR,
      proposed_by: { type: 'string', description: 'Account or client that proposed it.' },
      proposed_at: seconds('When it was proposed.'),
      accepted_by: { type: 'string', description: 'Account or client of another person, who accepted it.' },
      accepted_at: seconds('When it was accepted; absent while it waits and has no effect.'),
    },
    ['accepted_by', 'accepted_at'],
  ),
  ResourceServer: output(
    {
      ...identified('The client_id it introspects with. Begins with rs_.'),
      ...RESOURCE_SERVER_KIND,
      ...RESOURCE_SERVER,
      ...CERTIFICATE,
      delegates_to: list(
        'Scopes of other APIs that it asks its callers for, as an agent. Those that wait have no effect.',
        50,
        ref('DelegationTarget'),
      ),
      state: oneOf('Whether tokens are issued for it.', ['active', 'disabled']),
      ...RECORD,
      ...SECRET,
    },
    ['jwks', 'certificate', 'delegates_to', 'environments', 'detail_types', 'client_secret'],
  ),
  ResourceServerPage: page('ResourceServer'),

  Grant: output(
    {
      ...identified('Begins with grt_; the claim `grant_id` of access tokens.'),
      account: { type: 'string', description: 'Who allowed it.' },
      client: { type: 'string', description: 'Client or agent that holds it.' },
      actor: {
        type: 'string',
        description: 'Agent that acts for the account through the client, where one was asked for.',
      },
      openid_scopes: { type: 'array', items: { type: 'string' }, description: 'What it may know of the account.' },
      resources: {
        type: 'object',
        description: 'Resource indicator → scopes.',
        additionalProperties: { type: 'array', items: { type: 'string' } },
      },
      details: {
        type: 'object',
        description: 'Resource indicator → authorization details (RFC 9396).',
        additionalProperties: { type: 'array', items: { type: 'object' } },
      },
      session: { type: 'string', description: 'Session it ends with; absent where it holds while the person is away.' },
      parent: {
        type: 'string',
        description:
          'Grant of the authorization that this is a share of, which ends with it and not the other way round.',
      },
      instance: { type: 'string', description: 'Instance of the agent that holds the grant.' },
      last_used_at: seconds('When a token last came of it; absent when none did, or not within 400 days.'),
      created_at: seconds('When it was allowed.'),
      expires_at: seconds('When it ends by itself.'),
    },
    ['actor', 'details', 'session', 'parent', 'instance', 'last_used_at'],
  ),
  GrantPage: page('Grant'),
  GrantNarrowing: {
    ...input({
      openid_scopes: strings('What it may know no more of the account; `openid` and `offline_access` stay.', 10, 128),
      resources: {
        type: 'object',
        maxProperties: 100,
        description:
          'Resource indicator → scopes to take. Not of agents: what they may do stands in their delegations.',
        additionalProperties: strings('Scopes.', 200, 200),
      },
      details: {
        type: 'object',
        maxProperties: 100,
        description: 'Resource indicator → authorization details to take, as the grant shows them. Not of agents.',
        additionalProperties: list('Details.', 100, { type: 'object' }),
      },
    }),
    minProperties: 1,
  },

  Delegation: output(
    {
      ...identified('Begins with dlg_; the claim `delegation` of tokens.'),
      subject: { type: 'string', description: 'Account on whose behalf.' },
      actor: { type: 'string', description: 'Agent that acts.' },
      resource: { type: 'string', description: 'Resource indicator.' },
      via: {
        type: 'string',
        description: 'App that calls the agent: it counts for tokens of this app only, and its grant does not cap it.',
      },
      scope: { type: 'array', items: { type: 'string' } },
      details: list('Authorization details it holds (RFC 9396).', 100, { type: 'object' }),
      parent: { type: ['string', 'null'], description: 'The row it was cut from; null: the consent of the person.' },
      depth: { type: 'integer', description: '1 for the first hop.' },
      chain: { type: 'object', description: 'As the `act` claim has it (RFC 8693 §4.1).' },
      pass_on: {
        type: 'object',
        description: 'To which agents it may be handed on, and how many hops further.',
        properties: { agents: { type: 'array', items: { type: 'string' } }, depth: { type: 'integer' } },
      },
      state: oneOf(
        'suspended: the agent has a new owner, whom the person has not confirmed. Neither it nor anything below it gives authority until then.',
        ['active', 'suspended', 'revoked'],
      ),
      live: { type: 'boolean', description: 'Whether it works now: neither it nor one above it was ended or expired.' },
      revoked_at: seconds('When it was ended.'),
      revoked_by: { type: 'string', description: 'Who ended it.' },
      last_used_at: seconds('When a token last came of it; absent when none did, or not within 400 days.'),
      ...RECORD,
      expires_at: seconds('When it ends by itself.'),
    },
    ['via', 'details', 'revoked_at', 'revoked_by', 'last_used_at'],
  ),
  DelegationPage: page('Delegation'),
  DelegationNarrowing: {
    ...input({
      scope: strings('Scopes to take.', 200, 200),
      details: list('Authorization details to take, as the delegation shows them.', 100, { type: 'object' }),
    }),
    minProperties: 1,
  },

  AuditErasure: input(
    {
      event: text('Id of the event, as the list of events has it.', 200),
      value: oneOf('Which personal value of it.', ['source', 'device', 'username', 'details', 'message']),
    },
    ['event', 'value'],
  ),

  NewKill: input(
    {
      scope: oneOf('What is stopped; `owner`: all agents of an account.', KILL_SCOPES),
      id: text(
        'The object; of a token its `jti`; of clients nobody registered the URL, or `https://host` for all of a site. Not with `all`.',
        512,
      ),
      reason: text('Why, for those who look later.', 500),
    },
    ['scope', 'reason'],
  ),
  Kill: output(
    {
      ...identified('Begins with kil_.'),
      scope: oneOf('What was stopped.', KILL_SCOPES),
      target: { type: 'string', description: 'The object; absent with `all`.' },
      reason: { type: 'string' },
      by: { type: 'string', description: 'Who ordered it.' },
      state: oneOf('Whether it still stands; `final`: what has ended does not come back.', [
        'standing',
        'lifted',
        'final',
      ]),
      signatures: {
        type: 'array',
        items: { type: 'object', properties: { by: { type: 'string' }, at: seconds('When.') } },
        description: 'Who has asked for the lift.',
      },
      signatures_needed: { type: 'integer', description: 'How many more it takes to lift it.' },
      created_at: seconds('When it was ordered.'),
      lifted_at: seconds('When it was lifted.'),
      not_durable_yet: {
        type: 'array',
        items: { type: 'string', enum: ['audit', 'store'] },
        description: 'With 202: kept on the data volume of this node until these take writes again.',
      },
    },
    ['target', 'lifted_at', 'not_durable_yet'],
  ),
  KillPage: page('Kill'),

  AuditEntry: output(
    {
      id: { type: 'string' },
      stream: { type: 'string' },
      sequence: { type: 'integer' },
      at: { type: 'integer', description: 'Milliseconds since the epoch.' },
      hash: { type: 'string', description: 'What the next record is chained to.' },
      event: { type: 'object', description: 'See docs/reference/audit-events.md.' },
      erased: { type: 'array', items: { type: 'string' }, description: 'Personal values that were erased.' },
      mismatches: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Present when the stored record does not match its digest, or the next record: an editor of the database changed it. Names what does not match: `hash` for the content, a member that searches use, or `personal.` with the name of a personal value.',
      },
    },
    ['erased', 'mismatches'],
  ),
  AuditPage: page('AuditEntry'),

  KeyRevocation: input({ reason: text('Why, for those who look later.', 500) }, ['reason']),
  SigningKey: output(
    {
      ...identified('Its `kid`.'),
      kty: { type: 'string' },
      state: oneOf('Published only, signing, still published after its last signature, or over with all it signed.', [
        'published',
        'active',
        'retired',
        'revoked',
      ]),
      created_at: seconds('When it was made.'),
      signs_from: seconds('When it begins to sign.'),
      signs_until: seconds('When another takes over.'),
      revoked_at: seconds('Since when neither it nor what it signed counts.'),
    },
    ['signs_until', 'revoked_at'],
  ),
  SigningKeys: output({ items: { type: 'array', items: ref('SigningKey') } }),

  PushKey: output({
    ...identified('Begins with vpk_.'),
    public_key: { type: 'string', description: 'As browsers take it: `applicationServerKey`, base64url.' },
    state: oneOf('Given to browsers that turn messages on, or kept for those that have it.', ['given', 'kept']),
    created_at: seconds('When it was made.'),
  }),
  PushKeys: output({ items: { type: 'array', items: ref('PushKey') } }),

  Me: output({
    kind: oneOf('What the token stands for.', ['account', 'client']),
    id: { type: 'string' },
    name: { type: 'string' },
    roles: list('Roles in this API, and `break_glass` of an account.', 4, { type: 'string' }),
    scope: list('Scopes of the token.', 100, { type: 'string' }),
  }),
};
