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
const EMAIL_VERIFIED = flag('Whether the address is verified.');
const LANGUAGE = oneOf('The person’s language for mails, and for pages that request no other language.', LANGUAGES);
const ENTITLEMENTS = {
  ...ref('ScopesByResource'),
  description: "The person's own rights. Absent: consent alone limits them.",
};
const USERNAME = text('Name for sign-in. Cannot be changed.', 200);
const PASSWORD: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  description: 'A new password.',
  writeOnly: true,
};

const CLIENT: Properties = {
  name: text('Name to show, one line.', 100),
  owner: text('Account that owns the client.', 64),
  jwks: ref('JsonWebKeySet'),
  jwks_uri: JWKS_URI,
  grant_types: list(
    'Default: authorization_code and refresh_token. CIBA is for agents.',
    10,
    oneOf('A grant type.', GRANT_TYPES),
  ),
  redirect_uris: strings('Redirect URIs; required for authorization_code.', 20, 2000),
  post_logout_redirect_uris: strings('Redirect URIs after sign-out.', 20, 2000),
  backchannel_logout_session_required: flag(
    'Whether ID tokens and logout tokens name the session in `sid`. Default false: a logout token then covers all sessions of the person at this client.',
  ),
  cors_origins: strings('Origins of browser apps that may call the token endpoint.', 20, 2000),
  skip_consent: flag('First party: no consent page.'),
  dpop_bound_access_tokens: flag('Whether all access tokens of the client are bound to a key (RFC 9449 §5.2).'),
  certificate_bound_access_tokens: flag(
    'Whether all access tokens of the client are bound to the client certificate of the token request (RFC 8705 §3).',
  ),
  require_pushed_authorization_requests: flag(
    'Whether the client must push its authorization requests (RFC 9126 §6). Default false.',
  ),
  require_pkce: flag(
    'False: code requests with `openid` and a `nonce` may omit PKCE (RFC 7636). For a confidential client whose software does not support PKCE. An administrator decides. Default true.',
  ),
  legacy_assertion_audience: flag(
    'Whether client assertions may name the token endpoint as `aud`, as one string, instead of the issuer (RFC 10070). For software that cannot be changed. An administrator decides. Default false.',
  ),
  id_token_signed_response_alg: oneOf('Signature algorithm of ID tokens.', ['RS256', 'ES256', 'PS256', 'EdDSA']),
  roles: list(
    'Roles in this API when the client acts for itself. Only an administrator gives the role administrator.',
    3,
    oneOf('A role.', ROLES),
  ),
};
const CLIENT_AUTHORITY = {
  ...ref('ScopesByResource'),
  description:
    'Rights of the client when it acts for itself. It does not limit what people allow, except where consent is skipped (skip_consent).',
};
const CLIENT_LOGOUT = text(
  'https URL that receives a logout token when a session ends in which a person signed in to the client (OpenID Connect Back-Channel Logout 1.0).',
  2000,
);
const CLIENT_KIND: Properties = {
  application_type: oneOf('Kind of application. Cannot be changed.', ['web', 'native']),
  token_endpoint_auth_method: oneOf('Authentication method. Cannot be changed.', [
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
  detail_types: list(
    'Types of authorization details that the resource server understands (RFC 9396).',
    20,
    ref('DetailType'),
  ),
  access_token_format: oneOf('Format of access tokens.', ['jwt', 'opaque']),
  access_token_signing_alg: oneOf('Signature algorithm of JWT access tokens.', ['ES256', 'RS256', 'PS256', 'EdDSA']),
  access_token_ttl_seconds: {
    type: 'integer',
    minimum: 30,
    maximum: 3600,
    description: 'Lifetime of an access token.',
  },
  environments: list('Environments whose agents may get access here.', 3, oneOf('An environment.', ENVIRONMENTS)),
  jwks: ref('JsonWebKeySet'),
};
const RESOURCE_SERVER_KIND: Properties = {
  identifier: text('Resource indicator (RFC 8707 §2), compared exactly. Cannot be changed.', 512),
  introspection_auth_method: oneOf('Authentication method at the introspection endpoint. Cannot be changed.', [
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
      description: text('What the scope allows, for the consent page.', 200),
      risk: oneOf('Severity of misuse.', ['low', 'medium', 'high', 'critical']),
      default: flag(
        'Whether a request that names the resource and no scope requests this scope. If no scope is a default, such a request requests all.',
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
      instance: { type: 'string', description: 'Id of the request, as in the access log and the audit log.' },
      reason: { type: 'string', description: 'Stable code of this very refusal, where it has one.' },
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
      state: oneOf('Whether it is active.', ['active', 'disabled']),
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
          kind: oneOf('Kind of factor.', ['totp', 'passkey', 'recovery']),
          name: { type: 'string', description: 'Name that the person gave it.' },
          created_at: seconds('When it was added.'),
          last_used_at: seconds('When it was last used; absent: never.'),
          left: { type: 'integer', description: 'Of recovery codes: how many are unused.' },
          copied: {
            type: 'boolean',
            description: 'The passkey may have been cloned. The server no longer accepts it.',
          },
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
      ...identified('The client_id. Begins with app_.'),
      ...CLIENT_KIND,
      ...CLIENT,
      ...CERTIFICATE,
      backchannel_logout_uri: CLIENT_LOGOUT,
      authority: CLIENT_AUTHORITY,
      backchannel_token_delivery_mode: DELIVERY_MODE,
      state: oneOf('Whether it is active; retired is final.', ['active', 'disabled', 'retired']),
      verified_at: seconds('When the name was verified. Other clients cannot register a similar name.'),
      expires_at: seconds('When it expires unless an account adopts it.'),
      credentials_set_by: {
        ...output({ caller: { type: 'string' }, at: seconds('When.') }),
        description: 'Account or client that last set the keys, certificate or secret.',
      },
      redirect_uris_set_by: {
        ...output({ caller: { type: 'string' }, at: seconds('When.') }),
        description: 'Account or client that last set the redirect URIs.',
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
    owner: text('Account or group that is asked to own what is registered. Default: the calling account.', 64),
    blueprint: text('Blueprint of the registered agents. Absent: the token registers clients that are not agents.', 64),
    uses: { type: 'integer', minimum: 1, maximum: 1000, default: 1, description: 'Maximum number of registrations.' },
    expires_in: {
      type: 'integer',
      minimum: 60,
      maximum: 2_592_000,
      default: 3600,
      description: 'Lifetime of the token in seconds.',
    },
  }),
  InitialAccessToken: output(
    {
      ...identified('Begins with iat_.'),
      owner: { type: 'string' },
      blueprint: { type: 'string' },
      uses: { type: 'integer', description: 'Maximum number of registrations.' },
      used: { type: 'integer', description: 'Number of registrations so far.' },
      state: oneOf('Whether the token can still be used until it expires.', ['active', 'used', 'revoked']),
      created_by: { type: 'string', description: 'Account or client that created it.' },
      revoked_at: seconds('When it was revoked.'),
      ...RECORD,
      expires_at: seconds('When it expires.'),
      initial_access_token: { type: 'string', description: 'The token (RFC 7591 §1.2). Shown only once.' },
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
      accepted_by: { type: 'string', description: 'Account or client of another person that accepted it.' },
      accepted_at: seconds('When it was accepted; absent while it waits and has no effect.'),
    },
    ['accepted_by', 'accepted_at'],
  ),
  ResourceServer: output(
    {
      ...identified('The client_id for introspection. Begins with rs_.'),
      ...RESOURCE_SERVER_KIND,
      ...RESOURCE_SERVER,
      ...CERTIFICATE,
      delegates_to: list(
        'Scopes of other APIs that the resource server, as an agent, requests from its callers. Scopes that wait for acceptance have no effect.',
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
      account: { type: 'string', description: 'Account that authorized it.' },
      client: { type: 'string', description: 'Client or agent that holds it.' },
      actor: {
        type: 'string',
        description: 'Agent that acts for the account through the client, where the request named one.',
      },
      openid_scopes: {
        type: 'array',
        items: { type: 'string' },
        description: 'OpenID scopes: what the client may learn about the account.',
      },
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
      session: { type: 'string', description: 'Session whose end ends the grant; absent for offline access.' },
      parent: {
        type: 'string',
        description:
          'Grant that this instance grant belongs to. Revoking the parent revokes the instance grant, but not the reverse.',
      },
      instance: { type: 'string', description: 'Instance of the agent that holds the grant.' },
      last_used_at: seconds('When a token was last issued from it; absent when none was issued within 400 days.'),
      created_at: seconds('When it was authorized.'),
      expires_at: seconds('When it expires.'),
    },
    ['actor', 'details', 'session', 'parent', 'instance', 'last_used_at'],
  ),
  GrantPage: page('Grant'),
  GrantNarrowing: {
    ...input({
      openid_scopes: strings('OpenID scopes to remove; `openid` and `offline_access` stay.', 10, 128),
      resources: {
        type: 'object',
        maxProperties: 100,
        description: 'Resource indicator → scopes to remove. Not for agents: their rights are in their delegations.',
        additionalProperties: strings('Scopes.', 200, 200),
      },
      details: {
        type: 'object',
        maxProperties: 100,
        description: 'Resource indicator → authorization details to remove, as the grant shows them. Not for agents.',
        additionalProperties: list('Details.', 100, { type: 'object' }),
      },
    }),
    minProperties: 1,
  },

  Delegation: output(
    {
      ...identified('Begins with dlg_; the claim `delegation` of tokens.'),
      subject: { type: 'string', description: 'Account on whose behalf the agent acts.' },
      actor: { type: 'string', description: 'Agent that acts.' },
      resource: { type: 'string', description: 'Resource indicator.' },
      via: {
        type: 'string',
        description:
          'App that calls the agent. The delegation applies to tokens of this app only, and the app’s grant does not limit it.',
      },
      scope: { type: 'array', items: { type: 'string' } },
      details: list('Authorization details of the delegation (RFC 9396).', 100, { type: 'object' }),
      parent: {
        type: ['string', 'null'],
        description: 'Parent delegation that it was derived from; null: the person’s consent.',
      },
      depth: { type: 'integer', description: 'Number of the hop: 1 for the first.' },
      chain: { type: 'object', description: 'Chain of actors, as in the `act` claim (RFC 8693 §4.1).' },
      pass_on: {
        type: 'object',
        description: 'Agents that it is delegable to, and how many hops further.',
        properties: { agents: { type: 'array', items: { type: 'string' } }, depth: { type: 'integer' } },
      },
      state: oneOf(
        'suspended: the agent has a new owner whom the person has not confirmed. Until then neither the delegation nor its descendants grant authority.',
        ['active', 'suspended', 'revoked'],
      ),
      live: {
        type: 'boolean',
        description: 'Whether it is active now: neither it nor an ancestor was revoked or has expired.',
      },
      revoked_at: seconds('When it was revoked.'),
      revoked_by: { type: 'string', description: 'Account or client that revoked it.' },
      last_used_at: seconds('When a token was last issued from it; absent when none was issued within 400 days.'),
      ...RECORD,
      expires_at: seconds('When it expires.'),
    },
    ['via', 'details', 'revoked_at', 'revoked_by', 'last_used_at'],
  ),
  DelegationPage: page('Delegation'),
  DelegationNarrowing: {
    ...input({
      scope: strings('Scopes to remove.', 200, 200),
      details: list('Authorization details to remove, as the delegation shows them.', 100, { type: 'object' }),
    }),
    minProperties: 1,
  },

  AuditErasure: input(
    {
      event: text('Id of the event, as in the list of events.', 200),
      value: oneOf('Personal value to erase.', ['source', 'device', 'username', 'details', 'message']),
    },
    ['event', 'value'],
  ),

  NewKill: input(
    {
      scope: oneOf('What the kill stops; `owner`: all agents of an account.', KILL_SCOPES),
      id: text(
        'Id of the object. For a token: its `jti`. For unregistered clients: the URL, or `https://host` for all clients of a site. Not with `all`.',
        512,
      ),
      reason: text('Reason, for later review.', 500),
    },
    ['scope', 'reason'],
  ),
  Kill: output(
    {
      ...identified('Begins with kil_.'),
      scope: oneOf('What the kill stops.', KILL_SCOPES),
      target: { type: 'string', description: 'Id of the object; absent with `all`.' },
      reason: { type: 'string' },
      by: { type: 'string', description: 'Account or client that ordered it.' },
      state: oneOf('Whether the kill is in force. `final`: what it ended stays ended, and the kill cannot be lifted.', [
        'standing',
        'lifted',
        'final',
      ]),
      signatures: {
        type: 'array',
        items: { type: 'object', properties: { by: { type: 'string' }, at: seconds('When.') } },
        description: 'Signatures for the lift.',
      },
      signatures_needed: { type: 'integer', description: 'Number of further signatures needed to lift it.' },
      created_at: seconds('When it was ordered.'),
      lifted_at: seconds('When it was lifted.'),
      not_durable_yet: {
        type: 'array',
        items: { type: 'string', enum: ['audit', 'store'] },
        description: 'With 202: the kill is stored on the data volume of this node until these accept writes again.',
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
      hash: { type: 'string', description: 'Hash that the next record is chained to.' },
      event: { type: 'object', description: 'See docs/reference/audit-events.md.' },
      erased: { type: 'array', items: { type: 'string' }, description: 'Personal values that were erased.' },
      mismatches: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Present when the stored record does not match its digest or the next record: the database was edited. Names what does not match: `hash` for the content, a member that searches use, or `personal.` with the name of a personal value.',
      },
    },
    ['erased', 'mismatches'],
  ),
  AuditPage: page('AuditEntry'),

  KeyRevocation: input({ reason: text('Reason, for later review.', 500) }, ['reason']),
  SigningKey: output(
    {
      ...identified('The `kid`.'),
      kty: { type: 'string' },
      state: oneOf(
        'published: not signing yet; active: signing; retired: still published after its last signature; revoked: invalid with everything it signed.',
        ['published', 'active', 'retired', 'revoked'],
      ),
      created_at: seconds('When it was created.'),
      signs_from: seconds('When it starts signing.'),
      signs_until: seconds('When another key replaces it.'),
      revoked_at: seconds('When it was revoked. Since then it and everything it signed are invalid.'),
    },
    ['signs_until', 'revoked_at'],
  ),
  SigningKeys: output({ items: { type: 'array', items: ref('SigningKey') } }),

  PushKey: output({
    ...identified('Begins with vpk_.'),
    public_key: { type: 'string', description: '`applicationServerKey` for browsers, base64url.' },
    state: oneOf('given: new browsers get it; kept: only browsers that already have it use it.', ['given', 'kept']),
    created_at: seconds('When it was created.'),
  }),
  PushKeys: output({ items: { type: 'array', items: ref('PushKey') } }),

  Me: output({
    kind: oneOf('Kind of the token’s subject.', ['account', 'client']),
    id: { type: 'string' },
    name: { type: 'string' },
    roles: list('Roles in this API, and `break_glass` of an account.', 4, { type: 'string' }),
    scope: list('Scopes of the token.', 100, { type: 'string' }),
  }),
};
