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
const WORDS: Properties = { ...TEXT, note: text('Why there is this version, one line.', 200) };

const SET: Properties = {
  ...identified('Begins with pol_.'),
  version: { type: 'integer', description: '1, 2, 3 … in the order in which they were drafted.' },
  state: oneOf('Can be rewritten; counts; counted, and can again.', ['draft', 'active', 'archived']),
  digest: { type: 'string', description: 'SHA-256 of the text, in hexadecimal; stands in the audit log.' },
  note: { type: 'string' },
  created_by: { type: 'string' },
  activated_at: seconds('Since when it counts.'),
  activated_by: { type: 'string' },
  replaces: { type: 'integer', description: 'Of the active one: the version that counted before it.' },
  ...RECORD,
};
const OPTIONAL = ['note', 'activated_at', 'activated_by', 'replaces'];

const TRIED: Properties = {
  policy: {
    type: ['integer', 'string'],
    minimum: 1,
    maximum: 999_999_999,
    pattern: '^[A-Za-z0-9_-]{1,64}$',
    description: 'Version or id of the set to try, or `active`. Default: active.',
  },
  text: { ...TEXT['text'], description: 'In place of `policy`: a text that is tried and stored nowhere.' },
};

const ROLES = ['administrator', 'operator', 'auditor'];

const NAMES = strings('', 200, 200);
const NUMBER = (description: string): JsonSchema => ({ type: 'integer', description });
const COUNTED: Properties = {
  allowed: NUMBER('Scopes that were refused and would be given.'),
  refused: NUMBER('Scopes that were given and would be refused.'),
};
const rows = (properties: Properties): JsonSchema => ({ type: 'array', items: output(properties) });

const TRIALS: Readonly<Record<string, JsonSchema>> = {
  PolicySimulation: input({
    caller: text(
      'Agent or client that would get the token; with `register` or `administer` the account or client that would call; with `approve` the account that would say yes.',
      2048,
    ),
    subject: text('Account on whose behalf. Absent: the caller acts for itself.', 64),
    resource: text('Resource indicator. Either this, `register`, `administer` or `approve`.', 2048),
    register: {
      ...input({
        kind: oneOf('What is to stand in a register. Default: agent.', ['agent', 'client']),
        way: oneOf('How it comes there. Default: management.', REGISTRATION_WAYS),
        owner: text('Account or group that is to answer for it.', 64),
        blueprint: text('Of an agent: the blueprint it is to stand under.', 64),
        environment: oneOf('Of an agent. Default: development.', ENVIRONMENTS),
        credentials: list(
          'What it is to prove itself with. Default: jwks.',
          10,
          oneOf('A way.', AUTHENTICATION_METHODS),
        ),
        roles: list('Of a client: its roles at the management API.', 3, oneOf('A role.', ROLES)),
        change: flag('It is there already, and one of these is to be another one.'),
      }),
      description: 'In place of `resource`: whether this may be registered, which asks policies for `register`.',
    },
    administer: {
      ...input(
        {
          operation: text('`operationId` of this document.', 64, { pattern: '^[A-Za-z]+$' }),
          target: text('Id of what it is about.', 128),
        },
        ['operation'],
      ),
      description: 'In place of `resource`: whether this may be called, which asks policies for `administer`.',
    },
    approve: {
      ...input(
        {
          agent: text('Agent that would ask.', 64),
          subject: text('Account on whose behalf. Default: the caller.', 64),
          resource: text('Resource indicator.', 2048),
          scope: { ...strings('Scopes it would ask for.', 200, 200), minItems: 1 },
          for: text('Account that is away and for whom the caller would say it.', 64),
          consent: flag(
            'It would be the consent of the person on whose behalf, which comes besides those who approve (CIBA).',
          ),
        },
        ['agent', 'resource', 'scope'],
      ),
      description:
        'In place of `resource`: whether the caller, an account, may say yes to this, which asks policies for `approve`.',
    },
    scope: strings('Scopes that are asked for. Absent: all.', 200, 200),
    route: oneOf(
      'Where it is asked. Default: an exchange by an agent, a code by a client, client credentials without a subject.',
      ['client_credentials', 'authorization_code', 'token_exchange', 'consent'],
    ),
    assume_consent: flag('As if the person had allowed all of it: what would then stand in the way.'),
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
      description: 'As if people had approved it.',
    },
    source: text('Network address of the sender.', 64),
    at: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'When. Default: now. Epoch seconds.' },
    ...TRIED,
  }),
  PolicySimulationResult: output(
    {
      route: {
        type: 'string',
        description: 'Where it is asked; `registration`, `administration` or `approval` for those.',
      },
      scope: {
        ...NAMES,
        description:
          'What would be given; of those `register`, or the operation, if it would be let through; of `approve` all scopes or none.',
      },
      removed: {
        type: 'array',
        description: 'What would not be given, and what says so first.',
        items: output(
          {
            scope: { type: 'string' },
            layer: { type: 'string' },
            policies: { ...NAMES, description: 'Policies that say so; none where no policy permits it.' },
            reasons: { ...NAMES, description: 'In the words of the policies.' },
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
      max_seconds: NUMBER('How long a token would live at most.'),
      max_uses: NUMBER('How often it could be used.'),
      stops: { ...NAMES, description: 'Why nothing is given, whatever the layers say.' },
      layers: {
        type: 'array',
        description: 'In the order in which they are asked.',
        items: output(
          {
            layer: { type: 'string' },
            counts: { type: 'boolean' },
            why: { type: 'string', description: 'Why it does not count.' },
            leaves: { ...NAMES, description: 'What it lets through; absent where it sets no limit.' },
          },
          ['why', 'leaves'],
        ),
      },
      policies: {
        type: 'array',
        description: 'What the policies alone say of each scope.',
        items: output({
          scope: { type: 'string' },
          effect: oneOf('What they say.', ['allow', 'deny']),
          by: { type: 'array', items: ref('PolicySummary') },
        }),
      },
      changes: {
        type: 'array',
        description: 'For each scope that is not given, all that would have to change.',
        items: output({
          scope: { type: 'string' },
          steps: { type: 'array', items: output({ layer: { type: 'string' }, text: { type: 'string' } }) },
        }),
      },
      version: NUMBER('Version that was tried; absent for a text.'),
      enforced: { type: 'boolean', description: 'Whether decisions ask policies at all on this server.' },
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
      read: NUMBER('Decisions that were read so far.'),
      changed: NUMBER('Those of them that would be other ones.'),
      at: seconds('How far it is.'),
      share: { type: 'number', description: 'How much of the range is behind, of 1.' },
      summary: {
        ...output({
          read: NUMBER('Decisions that were read.'),
          decided: NUMBER('Those that keep what policies were asked.'),
          changed: NUMBER('Those that would be other ones.'),
          by_caller: rows({ caller: { type: 'string' }, ...COUNTED }),
          by_scope: rows({ resource: { type: 'string' }, scope: { type: 'string' }, ...COUNTED }),
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
        description: 'On the last line, and nothing else on it.',
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
      description: 'Version that this one was compared with; refused when another one counts meanwhile.',
    },
  }),
  PolicyText: input(TEXT, ['text']),
  PolicyFinding: output(
    {
      severity: oneOf('A set with an error is not taken.', ['error', 'warning']),
      message: { type: 'string' },
      policy: { type: 'string', description: '@id of the policy.' },
      line: { type: 'integer', description: 'From 1.' },
      action: oneOf('No policy of the set permits this to anybody.', POLICY_ACTIONS),
    },
    ['policy', 'line', 'action'],
  ),
  PolicySummary: output({
    id: { type: 'string' },
    effect: oneOf('What it does where it applies.', ['permit', 'forbid']),
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  }),
  PolicyValidation: output({
    is_valid: { type: 'boolean', description: 'Whether there is no error.' },
    findings: { type: 'array', items: ref('PolicyFinding') },
    policies: { type: 'array', items: ref('PolicySummary') },
  }),
  PolicySchema: output({
    schema: { type: 'string', description: 'In the language of Cedar schemas.' },
    starter: { type: 'string', description: 'The set a new server starts with.' },
  }),
  ...TRIALS,
};
