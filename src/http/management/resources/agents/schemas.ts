/** Schemas of agents. */

import { AGENT_STATES } from '../../../../domain/clients/agents/agent.ts';
import { RESTRICTING_ACTS } from '../../../../domain/clients/agents/restriction.ts';
import { GRANT_TYPES } from '../../../../domain/clients/clients/grant-types.ts';
import { ENVIRONMENTS } from '../../../../domain/vocabulary/environment.ts';
import { CEILINGS } from '../../ceilings.ts';
import { DELIVERY_MODE, SECURITY_SUSPENSION } from '../../registered-parties.ts';
import { named, ref, type TypeOf } from '../../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  list,
  namesOf,
  nullable,
  nullableAll,
  oneOf,
  output,
  page,
  RECORD,
  recordOf,
  seconds,
  secondsGiven,
  string,
  strings,
  text,
  WARNINGS,
} from '../../schema-parts.ts';
import { JSON_WEB_KEY_SET, JWKS_URI, SCOPES_BY_RESOURCE } from '../../shared-schemas.ts';
import type { FromWire } from '../../wire-names.ts';
import { NEW_CREDENTIAL } from '../credentials.ts';

const AGENT_MEMBERS = {
  name: text('Name to show, one line.', 100),
  owner: text(
    'Account or group that owns the agent. Default at creation: the calling account. Another owner has to accept the agent.',
    64,
  ),
  purpose: text('What the agent is for, one line.', 500),
  uses: strings('Uses that are allowed.', 20, 100),
  environment: oneOf('Environment in which it runs.', ENVIRONMENTS),
  jwks: ref(JSON_WEB_KEY_SET),
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

const AGENT_ABOUT = {
  sponsor: text('Account that requested the agent.', 64),
  blueprint: text('Blueprint that limits the agent.', 64),
  ceilings: { ...ref(CEILINGS), description: 'Limits that the agent sets for itself, within its blueprint.' },
  provider: text('Provider of the agent software.', 100),
  provider_version: text('Version of the agent software.', 100),
  contact: text('Contact for questions about the agent.', 254),
  backchannel_client_notification_endpoint: text(
    'Endpoint that receives a CIBA ping when approvers have decided. Without it, the agent polls.',
    2000,
  ),
  expires_at: secondsGiven('When the agent expires. Afterwards all its requests are refused.'),
};

const COMPOSITION_MEMBERS = {
  digest: text(
    'Digest of model, prompt and tools together: `sha256:` and 64 hexadecimal digits. Default: the SHA-256 of the canonical JSON (RFC 8785) of the other members, with `tools` sorted.',
    71,
  ),
  model: text('The model.', 200),
  model_digest: text('Digest of the model or of its configuration.', 71),
  prompt: text('Name or version of the prompt.', 200),
  prompt_digest: text('Digest of the prompt.', 71),
  tools: strings('Names of the tools, in any order. Includes those of `tool_digests`.', 200, 200),
  tool_digests: recordOf('Digests of tools by name: of description and schemas.', text('Digest of the tool.', 71), {
    maxProperties: 200,
  }),
};

export const DECLARED_COMPOSITION = named('DeclaredComposition', input(COMPOSITION_MEMBERS));

export const COMPOSITION_DECISION = named(
  'CompositionDecision',
  input({ digest: text('Digest of the composition that waits, as the caller has read it.', 71) }, ['digest']),
);

const AGENT_AUTHORITY = {
  ...ref(SCOPES_BY_RESOURCE),
  description: "The agent's own rights. Only callers with a role may set them.",
};

export const NEW_AGENT = named(
  'NewAgent',
  input(
    {
      ...AGENT_MEMBERS,
      ...AGENT_ABOUT,
      credentials: list('In addition to or instead of `jwks` and `jwks_uri`.', 10, ref(NEW_CREDENTIAL)),
      composition: ref(DECLARED_COMPOSITION),
      authority: AGENT_AUTHORITY,
    },
    ['name', 'purpose', 'environment'],
  ),
);

/** A registration, after its validation. */
export type AgentGiven = FromWire<TypeOf<(typeof NEW_AGENT)['schema']>>;

export const AGENT_CHANGE = named(
  'AgentChange',
  change({ ...AGENT_MEMBERS, ...nullableAll(AGENT_ABOUT), authority: nullable(AGENT_AUTHORITY) }),
);

const COMPOSITION_CHANGE = named(
  'CompositionChange',
  output(
    {
      member: oneOf('What differs. `whole`: only the digest of the whole.', ['model', 'prompt', 'tool', 'whole']),
      name: string('Name of the tool.'),
      from: string('Digest before, or the name where there is no digest. Absent: it was not there.'),
      to: string('Digest after, or the name where there is no digest. Absent: it is not there.'),
    },
    ['name', 'from', 'to'],
  ),
);

const DESCRIBED = ['model', 'model_digest', 'prompt', 'prompt_digest', 'tools', 'tool_digests'] as const;

const GRADE = oneOf(
  'Who vouched for it. `declared`: the agent, its owner or an operator. `attested`: an attester of the agent.',
  ['declared', 'attested'],
);

const COMPOSITION = named(
  'Composition',
  output(
    {
      version: integer('Version of the composition: 1, 2, … within one agent.'),
      ...COMPOSITION_MEMBERS,
      grade: GRADE,
      changes: arrayOf(ref(COMPOSITION_CHANGE), 'Differences from the version before.'),
      declared_by: string('Account or client that declared the composition; the agent, if the agent presented it.'),
      declared_at: seconds('When it was declared.'),
    },
    DESCRIBED,
  ),
);

const COMPOSITION_DRIFT = named(
  'CompositionDrift',
  output(
    {
      ...COMPOSITION_MEMBERS,
      grade: GRADE,
      changes: arrayOf(ref(COMPOSITION_CHANGE), 'Differences from the composition of the agent.'),
      action: oneOf('What followed.', ['approve', 'suspend']),
      noticed_at: seconds('When the server noticed it.'),
    },
    DESCRIBED,
  ),
);

export const AGENT = named(
  'Agent',
  output(
    {
      ...identified('The agent’s client_id and `act.sub`. Begins with agt_.'),
      ...AGENT_MEMBERS,
      ...AGENT_ABOUT,
      backchannel_token_delivery_mode: DELIVERY_MODE,
      composition: ref(COMPOSITION),
      composition_omitted_at: seconds(
        'When the agent, which has shown its composition before, asked without one; recorded about once an hour.',
      ),
      composition_drift: {
        ...ref(COMPOSITION_DRIFT),
        description: 'A composition with which the agent ran, and about which its owner has to decide.',
      },
      authority: AGENT_AUTHORITY,
      state: oneOf(
        'Only active agents get tokens. pending: the owner has not accepted the agent. orphaned: the agent has no owner. retired is final.',
        AGENT_STATES,
      ),
      accept_by: seconds('Until when the owner can accept the agent.'),
      accepted_at: seconds('When the owner accepted the agent.'),
      verified_at: seconds('When the name was verified. Other agents cannot register a similar name.'),
      transfer_to: string('Account or group that the agent was offered to.'),
      transfer_by: seconds('Until when a proposed successor can accept it. Absent: the offer of a person has no end.'),
      succession: output(
        {
          rule: string('The successor rule that was applied last.'),
          asked: arrayOf(string(), 'Accounts and groups that were asked, in this order.'),
          exhausted: flag('Whether the rule names no further successor: an administrator has to offer the agent.'),
        },
        [],
      ),
      security_suspension: {
        ...SECURITY_SUSPENSION,
        description: 'It was suspended for security. Only an operator who does not own it can resume it.',
      },
      restrictions: arrayOf(
        output({
          act: oneOf(
            'narrow: it gets only what it did before. withhold: of that nothing of high risk, and nothing that people approve. approve: a person approves the rest, and what is of high risk.',
            RESTRICTING_ACTS,
          ),
          response: string('The response that ordered it. Only an operator who does not own the agent lifts it.'),
          at: seconds('Since when.'),
          until: seconds('Until when.'),
        }),
        'How response rules restrict it. Absent: they do not.',
      ),
      last_used_at: seconds('When the agent last got a token, to the minute; absent when it never got one.'),
      notices: arrayOf(
        output({
          kind: oneOf('Why the agent will be suspended.', ['expiry', 'inactivity']),
          suspended_at: seconds('When.'),
        }),
        'Suspension warnings that were sent to the owner.',
      ),
      ...RECORD,
      ...WARNINGS,
    },
    [
      'jwks',
      'jwks_uri',
      'certificate_bound_access_tokens',
      'require_pushed_authorization_requests',
      'uses',
      ...namesOf(AGENT_ABOUT),
      'backchannel_token_delivery_mode',
      'composition',
      'composition_drift',
      'composition_omitted_at',
      'authority',
      'accept_by',
      'accepted_at',
      'verified_at',
      'transfer_to',
      'transfer_by',
      'succession',
      'security_suspension',
      'restrictions',
      'last_used_at',
      'notices',
      'warnings',
    ],
  ),
);

export const AGENT_PAGE = page(AGENT);

export const EFFECTIVE_AGENT = named(
  'EffectiveAgent',
  output({
    agent: ref(AGENT),
    stops: arrayOf(string(), 'Reasons why the blueprint blocks the agent.'),
  }),
);

export const COMPOSITION_LIST = named('CompositionList', output({ items: arrayOf(ref(COMPOSITION)) }));
