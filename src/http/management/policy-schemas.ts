/** Schemas of policy sets; see schemas.ts. */
import {
  change,
  identified,
  input,
  type JsonSchema,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  ref,
  seconds,
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
  digest: { type: 'string', description: 'SHA-256 of the text, in hexadecimal; stands in the audit trail.' },
  note: { type: 'string' },
  created_by: { type: 'string' },
  activated_at: seconds('Since when it counts.'),
  activated_by: { type: 'string' },
  replaces: { type: 'integer', description: 'Of the active one: the version that counted before it.' },
  ...RECORD,
};
const OPTIONAL = ['note', 'activated_at', 'activated_by', 'replaces'];

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
    },
    ['policy', 'line'],
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
};
