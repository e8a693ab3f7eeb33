/** Schemas of agents, their secrets, compositions and instances; see schemas.ts. */
import { AGENT_STATES } from '../../domain/clients/agents/agent.ts';
import { FINDING_KINDS } from '../../domain/clients/agents/agent-findings.ts';
import { CLIENT_EXCEPTIONS } from '../../domain/clients/clients/exceptions.ts';
import { GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { DELIVERY_MODES } from '../../domain/clients/clients/token-delivery.ts';
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

const AGENT: Properties = {
  name: text('Name to show, one line.', 100),
  owner: text(
    'Account or group that owns the agent. Default at creation: the calling account. Another owner has to accept the agent.',
    64,
  ),
  purpose: text('What the agent is for, one line.', 500),
  uses: strings('Uses that are allowed.', 20, 100),
  environment: oneOf('Environment in which it runs.', ['development', 'test', 'production']),
  jwks: ref('JsonWebKeySet'),
  jwks_uri: JWKS_URI,
  redirect_uris: strings('Redirect URIs; required for authorization_code.', 20, 2000),
  grant_types: list(
    'Default: token exchange and CIBA. With redirect URIs also authorization_code and refresh_token.',
    10,
    oneOf('A grant type.', GRANT_TYPES),
  ),
  dpop_bound_access_tokens: flag('Whether all access tokens of the agent are bound to a key (RFC 9449 §5.2).'),
  certificate_bound_access_tokens: flag(
    'Whether all access tokens of the agent are bound to the client certificate of the token request (RFC 8705 §3).',
  ),
  require_pushed_authorization_requests: flag(
    'Whether the agent must push its authorization requests (RFC 9126 §6). Default false.',
  ),
  resource_servers: strings(
    'Ids of the resource servers that the agent is registered as. Only callers with a role may set it.',
    20,
    64,
  ),
};
const AGENT_ABOUT: Properties = {
  sponsor: text('Account that requested the agent.', 64),
  blueprint: text('Blueprint that limits the agent.', 64),
  ceilings: { ...ref('Ceilings'), description: 'Limits that the agent sets for itself, within its blueprint.' },
  provider: text('Provider of the agent software.', 100),
  provider_version: text('Version of the agent software.', 100),
  contact: text('Contact for questions about the agent.', 254),
  backchannel_client_notification_endpoint: text(
    'Endpoint that receives a CIBA ping when approvers have decided. Without it, the agent polls.',
    2000,
  ),
  expires_at: {
    ...seconds('When the agent expires. Afterwards all its requests are refused.'),
    minimum: 0,
    maximum: 99_999_999_999,
  },
};
const nullableAll = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, nullable(schema)]));
const COMPOSITION: Properties = {
  digest: text('Digest of model, prompt and tools together: `sha256:` and 64 hexadecimal digits.', 71),
  model: text('The model.', 200),
  prompt: text('Name or version of the prompt.', 200),
  tools: strings('Names of the tools.', 200, 200),
};
const AGENT_AUTHORITY = {
  ...ref('ScopesByResource'),
  description: "The agent's own rights. Only callers with a role may set them.",
};

export const DELIVERY_MODE = oneOf(
  'How the agent learns of decisions (CIBA): ping with a notification endpoint, else poll.',
  DELIVERY_MODES,
);

export const AGENT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewAgent: input(
    {
      ...AGENT,
      ...AGENT_ABOUT,
      credentials: list('In addition to or instead of `jwks` and `jwks_uri`.', 10, ref('NewCredential')),
      composition: ref('DeclaredComposition'),
      authority: AGENT_AUTHORITY,
    },
    ['name', 'purpose', 'environment'],
  ),
  NewAgentSecret: input(
    {
      reason: text('Why this agent needs a secret.', 500),
      expires_at: {
        ...seconds('When the secret expires: at most 90 days from now.'),
        minimum: 0,
        maximum: 99_999_999_999,
      },
      name: text('Name to show.', 100),
    },
    ['reason', 'expires_at'],
  ),
  AgentSecretRotation: input({
    overlap_seconds: {
      type: 'integer',
      minimum: 0,
      maximum: 86_400,
      default: 0,
      description: 'How long the old secret stays valid beside the new one.',
    },
  }),
  AgentSecret: output(
    {
      id: { type: 'string', description: 'Id of the credential. Begins with crd_.' },
      agent: { type: 'string' },
      reason: { type: 'string' },
      name: { type: 'string' },
      created_at: seconds('When it was created.'),
      expires_at: seconds('When it expires.'),
      ...SECRET,
    },
    ['name'],
  ),
  AgentChange: change({ ...AGENT, ...nullableAll(AGENT_ABOUT), authority: nullable(AGENT_AUTHORITY) }),
  DeclaredComposition: input(COMPOSITION, ['digest']),
  Composition: output(
    {
      version: { type: 'integer', description: 'Version of the composition: 1, 2, … within one agent.' },
      ...COMPOSITION,
      declared_by: { type: 'string', description: 'Account or client that declared the composition.' },
      declared_at: seconds('When it was declared.'),
    },
    ['model', 'prompt', 'tools'],
  ),
  EffectiveAgent: output({
    agent: ref('Agent'),
    stops: { type: 'array', items: { type: 'string' }, description: 'Reasons why the blueprint blocks the agent.' },
  }),
  NewInstance: input(
    {
      jwk: {
        type: 'object',
        description:
          'Public key of the instance as a JWK. No other instance and no credential of the agent uses this key.',
      },
      name: text('Name to show.', 100),
    },
    ['jwk'],
  ),
  Instance: output(
    {
      ...identified('The claim `instance` of tokens. Begins with ins_. Derived from the agent and the key.'),
      agent: { type: 'string', description: 'Agent that the instance belongs to.' },
      name: { type: 'string' },
      thumbprint: {
        type: 'string',
        description: 'Thumbprint of its key (RFC 7638): the `kid` of the assertions that the instance signs.',
      },
      jwk: {
        type: 'object',
        description: 'Public key of the instance; absent when the instance proves possession with DPoP only.',
      },
      state: oneOf(
        'Only active instances can authenticate. over_limit: the blueprint now allows the agent fewer instances. expired: the instance was not used for too long.',
        ['active', 'over_limit', 'expired', 'ended'],
      ),
      started_by: { type: 'string', description: 'Account, client or agent that started the instance.' },
      last_used_at: seconds('When it was last used; updated after a quarter of its lifetime.'),
      expires_at: seconds('When it expires unless it is used.'),
      ended_at: seconds('When it was ended.'),
      ...RECORD,
    },
    ['name', 'jwk', 'ended_at'],
  ),
  InstancePage: page('Instance'),
  CompositionList: output({ items: { type: 'array', items: ref('Composition') } }),
  Agent: output(
    {
      ...identified('The agent’s client_id and `act.sub`. Begins with agt_.'),
      ...AGENT,
      ...AGENT_ABOUT,
      backchannel_token_delivery_mode: DELIVERY_MODE,
      composition: ref('Composition'),
      authority: AGENT_AUTHORITY,
      state: oneOf(
        'Only active agents get tokens. pending: the owner has not accepted the agent. orphaned: the agent has no owner. retired is final.',
        AGENT_STATES,
      ),
      accept_by: seconds('Until when the owner can accept the agent.'),
      accepted_at: seconds('When the owner accepted the agent.'),
      verified_at: seconds('When the name was verified. Other agents cannot register a similar name.'),
      transfer_to: { type: 'string', description: 'Account or group that the agent was offered to.' },
      last_used_at: seconds('When the agent last got a token, to the minute; absent when it never got one.'),
      notices: {
        type: 'array',
        description: 'Suspension warnings that were sent to the owner.',
        items: output({
          kind: oneOf('Why the agent will be suspended.', ['expiry', 'inactivity']),
          suspended_at: seconds('When.'),
        }),
      },
      ...RECORD,
      ...WARNINGS,
    },
    [
      'jwks',
      'jwks_uri',
      'certificate_bound_access_tokens',
      'require_pushed_authorization_requests',
      'uses',
      ...Object.keys(AGENT_ABOUT),
      'backchannel_token_delivery_mode',
      'composition',
      'authority',
      'accept_by',
      'accepted_at',
      'verified_at',
      'transfer_to',
      'last_used_at',
      'notices',
      'warnings',
    ],
  ),
  AgentPage: page('Agent'),
  Findings: output({
    items: {
      type: 'array',
      description: 'One entry for each kind with at least one finding.',
      items: output({
        kind: oneOf(
          'orphaned: no owner; secrets: allowed a secret; expiring: end within 30 days; stopped: active, but blocked; pending: not accepted; unused: no token for 30 days; exceptions: clients for which rules are lifted.',
          [...FINDING_KINDS, 'exceptions'],
        ),
        agents: {
          type: 'array',
          items: output(
            { at: seconds('When it expires, or until when the owner can accept it.'), agent: ref('Agent') },
            ['at'],
          ),
        },
        clients: {
          type: 'array',
          description: 'Clients for which rules are lifted, and these rules.',
          items: output({
            exceptions: list(
              'Rules that are lifted.',
              5,
              oneOf(
                'no_pkce: code requests may carry a nonce instead of a code challenge. token_endpoint_audience: client assertions may name the token endpoint as audience.',
                CLIENT_EXCEPTIONS,
              ),
            ),
            client: ref('Client'),
          }),
        },
        more: { type: 'boolean', description: 'Whether more findings of this kind exist.' },
      }),
    },
    looked_at: {
      type: 'integer',
      description: 'Number of newest agents that were searched for `expiring` and `stopped`.',
    },
    complete: { type: 'boolean', description: 'Whether this number covers all agents.' },
  }),
};
