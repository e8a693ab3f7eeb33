/** Schemas of policy sets; see schemas.ts. */

import { REGISTRATION_WAYS } from '../../domain/authority/decision/server-use-question.ts';
import { AUTHENTICATION_METHODS } from '../../domain/clients/blueprints/ceilings.ts';
import { POLICY_ACTIONS } from '../../domain/ports/policy-engine.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import {
  change,
  flag,
  identified,
  input,
  type JsonSchema,
  list,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  ref,
  seconds,
  strings,
  text,
  WARNINGS,
} from './schema-parts.ts';

const TEXT: Properties = {
  text: {
    type: 'string',
    maxLength: 524_288,
    description: 'Policies in Cedar, at most 512 KiB and 2,000 of them; each has an @id.',
  },
};
const WORDS: Properties = { ...TEXT, note: text('Reason for this version, one line.', 200) };

const SET: Properties = {
  ...identified('Begins with pol_.'),
  version: { type: 'integer', description: '1, 2, 3 … in the order in which they were drafted.' },
  state: oneOf('draft: can be changed; active: in effect; archived: was active, and can be activated again.', [
    'draft',
    'active',
    'archived',
  ]),
  digest: { type: 'string', description: 'SHA-256 of the text, in hexadecimal; recorded in the audit log.' },
  note: { type: 'string' },
  created_by: { type: 'string' },
  activated_at: seconds('Since when it is active.'),
  activated_by: { type: 'string' },
  replaces: { type: 'integer', description: 'Of the active set: the version that was active before.' },
  ...RECORD,
};
const OPTIONAL = ['note', 'activated_at', 'activated_by', 'replaces'];

const TRIED: Properties = {
  policy: {
    type: ['integer', 'string'],
    minimum: 1,
    maximum: 999_999_999,
    pattern: '^[A-Za-z0-9_-]{1,64}$',
    description: 'Version or id of the policy set to simulate, or `active`. Default: active.',
  },
  text: { ...TEXT['text'], description: 'Instead of `policy`: a text to simulate. It is not stored.' },
};

const ROLES = ['administrator', 'operator', 'auditor'];

const NAMES = strings('', 200, 200);
const NUMBER = (description: string): JsonSchema => ({ type: 'integer', description });
const COUNTED: Properties = {
  allowed: NUMBER('Scopes that were refused and would be granted.'),
  refused: NUMBER('Scopes that were granted and would be refused.'),
};
const listOf = (properties: Properties): JsonSchema => ({ type: 'array', items: output(properties) });

const TRIALS: Readonly<Record<string, JsonSchema>> = {
  PolicySimulation: input({
    caller: text(
      'Agent or client that would get the token. With `register` or `administer`: the account or client that would call. With `approve`: the account that would approve.',
      2048,
    ),
    subject: text('Account on whose behalf. Absent: the caller acts for itself.', 64),
    resource: text('Resource indicator. Either this, `register`, `administer` or `approve`.', 2048),
    register: {
      ...input({
        kind: oneOf('Kind of object to register. Default: agent.', ['agent', 'client']),
        way: oneOf('Registration channel. Default: management.', REGISTRATION_WAYS),
        owner: text('Account or group that would own it.', 64),
        blueprint: text('Of an agent: its blueprint.', 64),
        environment: oneOf('Environment of an agent. Default: development.', ENVIRONMENTS),
        credentials: list('Kinds of its credentials. Default: jwks.', 10, oneOf('A kind.', AUTHENTICATION_METHODS)),
        roles: list('Of a client: its roles at the management API.', 3, oneOf('A role.', ROLES)),
        change: flag('Whether it is registered already and one of these members changes.'),
      }),
      description: 'Instead of `resource`: simulates this registration. Evaluates policies for `register`.',
    },
    administer: {
      ...input(
        {
          operation: text('`operationId` in this document.', 64, { pattern: '^[A-Za-z]+$' }),
          target: text('Id of the object that the call targets.', 128),
        },
        ['operation'],
      ),
      description: 'Instead of `resource`: simulates this API call. Evaluates policies for `administer`.',
    },
    approve: {
      ...input(
        {
          agent: text('Agent that would request the approval.', 64),
          subject: text('Account on whose behalf. Default: the caller.', 64),
          resource: text('Resource indicator.', 2048),
          scope: { ...strings('Scopes that the agent would request.', 200, 200), minItems: 1 },
          for: text('Absent account that the caller would act for.', 64),
          consent: flag(
            'Whether it would be the consent of the subject. This consent is additional to the approvals (CIBA).',
          ),
        },
        ['agent', 'resource', 'scope'],
      ),
      description:
        'Instead of `resource`: simulates an approval by the caller, an account. Evaluates policies for `approve`.',
    },
    scope: strings('Requested scopes. Absent: all.', 200, 200),
    route: oneOf(
      'Kind of token request. Default: token exchange for an agent, authorization code for a client, client credentials without a subject.',
      ['client_credentials', 'authorization_code', 'token_exchange', 'consent'],
    ),
    assume_consent: flag('Assume that the person consented to all scopes, and show which layers would still refuse.'),
    assurance: {
      ...input(
        {
          acr: text('Authentication context class.', 200),
          amr: strings('Factors (RFC 8176).', 20, 50),
          auth_time: seconds('When the person signed in.'),
        },
        ['auth_time'],
      ),
      description: 'How the person signed in.',
    },
    approval: {
      ...input({ id: text('Its id.', 64), approvers: { type: 'integer', minimum: 1, maximum: 100 } }, ['approvers']),
      description: 'Assume that the approvers approved it.',
    },
    source: text('Network address of the sender.', 64),
    at: {
      type: 'integer',
      minimum: 0,
      maximum: 99_999_999_999,
      description: 'Time of the request. Default: now. Epoch seconds.',
    },
    ...TRIED,
  }),
  PolicySimulationResult: output(
    {
      route: {
        type: 'string',
        description: 'Kind of request; `registration`, `administration` or `approval` for those simulations.',
      },
      scope: {
        ...NAMES,
        description:
          'Scopes that would be granted. For `register` and `administer`: `register` or the operation, if it would be allowed. For `approve`: all scopes or none.',
      },
      removed: {
        type: 'array',
        description: 'Scopes that would be refused, and the first layer that refuses each.',
        items: output(
          {
            scope: { type: 'string' },
            layer: { type: 'string' },
            policies: { ...NAMES, description: 'Policies that decide so; empty where no policy permits it.' },
            reasons: { ...NAMES, description: 'Reasons from the policies.' },
            needs: {
              type: 'array',
              items: output(
                {
                  kind: oneOf('What is missing.', ['approval', 'step_up']),
                  acr: { type: 'string' },
                  max_age: NUMBER('Seconds.'),
                },
                ['acr', 'max_age'],
              ),
            },
          },
          ['policies', 'reasons', 'needs'],
        ),
      },
      max_seconds: NUMBER('Maximum lifetime of a token.'),
      max_uses: NUMBER('Maximum number of uses.'),
      stops: { ...NAMES, description: 'Reasons why the server would grant nothing, regardless of the layers.' },
      layers: {
        type: 'array',
        description: 'Layers in the order of evaluation.',
        items: output(
          {
            layer: { type: 'string' },
            counts: { type: 'boolean' },
            why: { type: 'string', description: 'Why the layer does not apply.' },
            leaves: { ...NAMES, description: 'Scopes that the layer allows; absent where it sets no limit.' },
          },
          ['why', 'leaves'],
        ),
      },
      policies: {
        type: 'array',
        description: 'Decision of the policies alone for each scope.',
        items: output({
          scope: { type: 'string' },
          effect: oneOf('Decision of the policies.', ['allow', 'deny']),
          by: { type: 'array', items: ref('PolicySummary') },
        }),
      },
      changes: {
        type: 'array',
        description: 'For each refused scope, everything that would have to change.',
        items: output({
          scope: { type: 'string' },
          steps: { type: 'array', items: output({ layer: { type: 'string' }, text: { type: 'string' } }) },
        }),
      },
      version: NUMBER('Version that was simulated; absent for a text.'),
      enforced: { type: 'boolean', description: 'Whether this server enforces policies.' },
    },
    ['max_seconds', 'max_uses', 'version'],
  ),
  PolicyReplay: input({
    since: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'Default: a week ago. Epoch seconds.' },
    until: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'Default: now. Epoch seconds.' },
    agent: text('Only decisions about this agent.', 128),
    ...TRIED,
  }),
  PolicyReplayLine: output(
    {
      read: NUMBER('Number of decisions read so far.'),
      changed: NUMBER('Number of decisions that would differ.'),
      at: seconds('Time of the last decision read.'),
      share: { type: 'number', description: 'Fraction of the range that is done, 0 to 1.' },
      summary: {
        ...output({
          read: NUMBER('Number of decisions read.'),
          decided: NUMBER('Number of decisions that recorded their policy request.'),
          changed: NUMBER('Number of decisions that would differ.'),
          by_caller: listOf({ caller: { type: 'string' }, ...COUNTED }),
          by_scope: listOf({ resource: { type: 'string' }, scope: { type: 'string' }, ...COUNTED }),
          examples: {
            type: 'array',
            items: output(
              {
                at: seconds('When it was decided.'),
                decision: { type: 'string' },
                caller: { type: 'string' },
                resource: { type: 'string' },
                allowed: NAMES,
                refused: NAMES,
              },
              ['decision', 'caller', 'resource'],
            ),
          },
        }),
        description: 'Present only on the last line, as its only member.',
      },
    },
    ['read', 'changed', 'at', 'share', 'summary'],
  ),
};

export const POLICY_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewPolicySet: input(WORDS, ['text']),
  PolicySetChange: change(WORDS),
  PolicySet: output({ ...SET, ...TEXT, ...WARNINGS }, [...OPTIONAL, 'warnings']),
  PolicySetEntry: output(SET, OPTIONAL),
  PolicySetPage: page('PolicySetEntry'),
  PolicyActivation: input({
    replaces: {
      type: 'integer',
      minimum: 1,
      maximum: 999_999_999,
      description:
        'Version that this set was compared with. The server refuses when another version is active meanwhile.',
    },
  }),
  PolicyText: input(TEXT, ['text']),
  PolicyFinding: output(
    {
      severity: oneOf('The server refuses a set with an error.', ['error', 'warning']),
      message: { type: 'string' },
      policy: { type: 'string', description: '@id of the policy.' },
      line: { type: 'integer', description: 'From 1.' },
      action: oneOf('Action that no policy of the set permits for any principal.', POLICY_ACTIONS),
    },
    ['policy', 'line', 'action'],
  ),
  PolicySummary: output({
    id: { type: 'string' },
    effect: oneOf('Effect where the policy applies.', ['permit', 'forbid']),
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  }),
  PolicyValidation: output({
    is_valid: { type: 'boolean', description: 'Whether the set has no error.' },
    findings: { type: 'array', items: ref('PolicyFinding') },
    policies: { type: 'array', items: ref('PolicySummary') },
  }),
  PolicySchema: output({
    schema: { type: 'string', description: 'The schema in Cedar schema syntax.' },
    starter: { type: 'string', description: 'Policy set of a new server.' },
  }),
  ...TRIALS,
};
