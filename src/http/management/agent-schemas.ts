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
    'Account or group that answers for the agent. Default at creation: the account that calls. Another one has to accept it.',
    64,
  ),
  purpose: text('What the agent is for, one line.', 500),
  uses: strings('What it may be used for.', 20, 100),
  environment: oneOf('Where it runs.', ['development', 'test', 'production']),
  jwks: ref('JsonWebKeySet'),
  jwks_uri: JWKS_URI,
  redirect_uris: strings('Where people come back to; needed for authorization_code.', 20, 2000),
  grant_types: list(
    'Default: token exchange and CIBA, and authorization_code with refresh_token if there are redirect URIs.',
    10,
    oneOf('A grant type.', GRANT_TYPES),
  ),
  dpop_bound_access_tokens: flag('Whether all its access tokens are bound to a key (RFC 9449 §5.2).'),
  certificate_bound_access_tokens: flag(
    'Whether all its access tokens are bound to the certificate of the request they come from (RFC 8705 §3).',
  ),
  require_pushed_authorization_requests: flag(
    'Whether its authorization requests must be pushed (RFC 9126 §6). Default false.',
  ),
  resource_servers: strings('Ids of the resource servers it is registered as. By role only.', 20, 64),
};
const AGENT_ABOUT: Properties = {
  sponsor: text('Account that asked for the agent to be there.', 64),
  blueprint: text('Blueprint that limits it.', 64),
  ceilings: { ...ref('Ceilings'), description: 'What it narrows itself, within its blueprint.' },
  provider: text('Who makes it.', 100),
  provider_version: text('Which version of it this is.', 100),
  contact: text('Where somebody can be asked about it.', 254),
  backchannel_client_notification_endpoint: text(
    'Where it is told that people have decided about an approval (CIBA). Without it, it polls.',
    2000,
  ),
  expires_at: { ...seconds('When nothing works for it any more.'), minimum: 0, maximum: 99_999_999_999 },
};
const nullableAll = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, nullable(schema)]));
const COMPOSITION: Properties = {
  digest: text('`sha256:` and 64 hexadecimal digits: of model, prompt and tools together.', 71),
  model: text('The model.', 200),
  prompt: text('Name or version of the prompt.', 200),
  tools: strings('Names of the tools.', 200, 200),
};
const AGENT_AUTHORITY = { ...ref('ScopesByResource'), description: "The agent's own rights. By role only." };

export const DELIVERY_MODE = oneOf(
  'How it hears that people have decided (CIBA): ping with a notification endpoint, else poll.',
  DELIVERY_MODES,
);

export const AGENT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewAgent: input(
    {
      ...AGENT,
      ...AGENT_ABOUT,
      credentials: list('Beside or in place of `jwks` and `jwks_uri`.', 10, ref('NewCredential')),
      composition: ref('DeclaredComposition'),
      authority: AGENT_AUTHORITY,
    },
    ['name', 'purpose', 'environment'],
  ),
  NewAgentSecret: input(
    {
      reason: text('Why this agent cannot do without one.', 500),
      expires_at: {
        ...seconds('When it proves nothing any more: at most 90 days from now.'),
        minimum: 0,
        maximum: 99_999_999_999,
      },
      name: text('What people call it.', 100),
    },
    ['reason', 'expires_at'],
  ),
  AgentSecretRotation: input({
    overlap_seconds: {
      type: 'integer',
      minimum: 0,
      maximum: 86_400,
      default: 0,
      description: 'How long the old secret is good beside the new one.',
    },
  }),
  AgentSecret: output(
    {
      id: { type: 'string', description: 'Of the credential; begins with crd_.' },
      agent: { type: 'string' },
      reason: { type: 'string' },
      name: { type: 'string' },
      created_at: seconds('When it was made.'),
      expires_at: seconds('When it proves nothing any more.'),
      ...SECRET,
    },
    ['name'],
  ),
  AgentChange: change({ ...AGENT, ...nullableAll(AGENT_ABOUT), authority: nullable(AGENT_AUTHORITY) }),
  DeclaredComposition: input(COMPOSITION, ['digest']),
  Composition: output(
    {
      version: { type: 'integer', description: '1, 2, … within one agent.' },
      ...COMPOSITION,
      declared_by: { type: 'string', description: 'Account or client that declared it.' },
      declared_at: seconds('When it was declared.'),
    },
    ['model', 'prompt', 'tools'],
  ),
  EffectiveAgent: output({
    agent: ref('Agent'),
    stops: { type: 'array', items: { type: 'string' }, description: 'Why its blueprint lets it do nothing.' },
  }),
  NewInstance: input(
    {
      jwk: {
        type: 'object',
        description: 'Its public key as a JWK; no other copy and no credential of the agent has it.',
      },
      name: text('What people call it.', 100),
    },
    ['jwk'],
  ),
  Instance: output(
    {
      ...identified('The claim `instance` of tokens. Begins with ins_; made of the agent and the key.'),
      agent: { type: 'string', description: 'Agent of which it is an instance.' },
      name: { type: 'string' },
      thumbprint: { type: 'string', description: 'Of its key (RFC 7638): the `kid` of the assertions it signs.' },
      jwk: { type: 'object', description: 'Its public key; absent when it proves its key with DPoP only.' },
      state: oneOf(
        'Only active ones work. over_limit: its blueprint lets the agent have fewer now; expired: not used for too long.',
        ['active', 'over_limit', 'expired', 'ended'],
      ),
      started_by: { type: 'string', description: 'Account, client or agent.' },
      last_used_at: seconds('Last use; noted once a quarter of its life has passed.'),
      expires_at: seconds('When it ends unless it is used.'),
      ended_at: seconds('When it was ended.'),
      ...RECORD,
    },
    ['name', 'jwk', 'ended_at'],
  ),
  InstancePage: page('Instance'),
  CompositionList: output({ items: { type: 'array', items: ref('Composition') } }),
  Agent: output(
    {
      ...identified('Its client_id and its `act.sub`. Begins with agt_.'),
      ...AGENT,
      ...AGENT_ABOUT,
      backchannel_token_delivery_mode: DELIVERY_MODE,
      composition: ref('Composition'),
      authority: AGENT_AUTHORITY,
      state: oneOf(
        'Only active ones work. pending: its owner has not accepted it; orphaned: nobody answers for it; retired is final.',
        AGENT_STATES,
      ),
      accept_by: seconds('Until when its owner can accept it.'),
      accepted_at: seconds('Since when its owner answers for it.'),
      verified_at: seconds('Since when its name is verified: nobody else registers one that looks like it.'),
      transfer_to: { type: 'string', description: 'Account or group it was offered to.' },
      last_used_at: seconds('When it last got a token, to a minute; absent when it never did.'),
      notices: {
        type: 'array',
        description: 'What its owner was told.',
        items: output({
          kind: oneOf('Why it is going to be suspended.', ['expiry', 'inactivity']),
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
      description: 'One for each kind of which there are any.',
      items: output({
        kind: oneOf(
          'orphaned: nobody answers for them; secrets: allowed a secret; expiring: an end within 30 days; stopped: active, and nothing works; pending: not accepted; unused: no token for 30 days; exceptions: clients for which rules are lifted.',
          [...FINDING_KINDS, 'exceptions'],
        ),
        agents: {
          type: 'array',
          items: output({ at: seconds('When it ends, or until when it can be accepted.'), agent: ref('Agent') }, [
            'at',
          ]),
        },
        clients: {
          type: 'array',
          description: 'Clients for which rules are lifted, and which those are.',
          items: output({
            exceptions: list(
              'Rules that are lifted.',
              5,
              oneOf(
                'no_pkce: code requests with a nonce in place of a code challenge; token_endpoint_audience: client assertions for the token endpoint.',
                CLIENT_EXCEPTIONS,
              ),
            ),
            client: ref('Client'),
          }),
        },
        more: { type: 'boolean', description: 'Whether there are more than these.' },
      }),
    },
    looked_at: { type: 'integer', description: 'The newest agents among which ends and stops were looked for.' },
    complete: { type: 'boolean', description: 'Whether these were all there are.' },
  }),
};
