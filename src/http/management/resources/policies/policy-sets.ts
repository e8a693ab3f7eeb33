/** Resource: policy sets. */

import { RECORD_ID } from '../../../../domain/audit/audit-record.ts';
import type { PolicyRegistry, ShownPolicySet, Written } from '../../../../domain/authority/policy/policy-registry.ts';
import type { PolicyFinding } from '../../../../domain/ports/policy-engine.ts';
import { POLICY_ACTIONS } from '../../../../domain/ports/policy-engine.ts';
import { existing, objectAnswer, pageAnswer, pageOf } from '../../call.ts';
import { type Handlers, resource } from '../../resource.ts';
import { ADMINISTRATORS, about, PAGE, READERS, scopes } from '../../route.ts';
import { named, ref } from '../../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  text,
  WARNINGS,
} from '../../schema-parts.ts';
import { toWire } from '../../wire-names.ts';
import {
  EXPLAINED_DECISION,
  EXPLANATION_QUERY,
  type ExplanationDependencies,
  explanationHandlers,
} from './explanations.ts';
import { POLICY_REPLAY_LINE } from './replay-schemas.ts';
import {
  APPROVER_SIMULATION,
  APPROVER_SIMULATION_RESULT,
  POLICY_REPLAY,
  POLICY_SIMULATION,
  POLICY_SIMULATION_RESULT,
  POLICY_SUMMARY,
  TEXT,
} from './simulation-schemas.ts';
import { type SimulationDependencies, simulationHandlers } from './simulations.ts';

const WORDS = { ...TEXT, note: text('Reason for this version, one line.', 200) };

const NEW_POLICY_SET = named('NewPolicySet', input(WORDS, ['text']));

const POLICY_SET_CHANGE = named('PolicySetChange', change(WORDS));

const SET = {
  ...identified('Begins with pol_.'),
  version: integer('1, 2, 3 … in the order in which they were drafted.'),
  state: oneOf('draft: can be changed; active: in effect; archived: was active, and can be activated again.', [
    'draft',
    'active',
    'archived',
  ]),
  digest: string('SHA-256 of the text, in hexadecimal; recorded in the audit log.'),
  note: string(),
  created_by: string(),
  activated_at: seconds('Since when it is active.'),
  activated_by: string(),
  replaces: integer('Of the active set: the version that was active before.'),
  ...RECORD,
};

const OPTIONAL = ['note', 'activated_at', 'activated_by', 'replaces'] as const;

const POLICY_SET = named('PolicySet', output({ ...SET, ...TEXT, ...WARNINGS }, [...OPTIONAL, 'warnings']));

const POLICY_SET_ENTRY = named('PolicySetEntry', output(SET, OPTIONAL));

const POLICY_SET_PAGE = page(POLICY_SET_ENTRY, 'PolicySetPage');

const POLICY_ACTIVATION = named(
  'PolicyActivation',
  input({
    replaces: integer(
      'Version that this set was compared with. The server refuses when another version is active meanwhile.',
      { minimum: 1, maximum: 999_999_999 },
    ),
  }),
);

const POLICY_TEXT = named('PolicyText', input(TEXT, ['text']));

const POLICY_FINDING = named(
  'PolicyFinding',
  output(
    {
      severity: oneOf('The server refuses a set with an error.', ['error', 'warning']),
      message: string(),
      policy: string('@id of the policy.'),
      line: integer('From 1.'),
      action: oneOf('Action that no policy of the set permits for any principal.', POLICY_ACTIONS),
    },
    ['policy', 'line', 'action'],
  ),
);

const POLICY_VALIDATION = named(
  'PolicyValidation',
  output({
    is_valid: flag('Whether the set has no error.'),
    findings: arrayOf(ref(POLICY_FINDING)),
    policies: arrayOf(ref(POLICY_SUMMARY)),
  }),
);

const POLICY_ANNOTATION = named(
  'PolicyAnnotation',
  output({ name: string('Without the @.'), says: string('The form of its value.') }),
);

const POLICY_SCHEMA = named(
  'PolicySchema',
  output({
    schema: string('The schema in Cedar schema syntax.'),
    starter: string('Policy set of a new server.'),
    annotations: arrayOf(ref(POLICY_ANNOTATION)),
  }),
);

const SCOPES = scopes('policies', {
  read: ['See the policies of this server', 'medium'],
  write: ['Write and activate policies', 'critical'],
});

const make = about('policy sets', SCOPES);
/** Bytes: 512 KiB of text, and the JSON escapes of quotes and line ends. */
const LONG_TEXT = 786_432;
/** A POST that changes nothing: the question is in its body. */
const READ = { scope: SCOPES.read, policy: { not: 'it changes nothing' }, roles: READERS, status: 200 } as const;

const routes = {
  createPolicySet: make.create(
    '/policy-sets',
    NEW_POLICY_SET,
    POLICY_SET,
    'Create a draft of the policies. It has no effect until it is activated',
    { largestBody: LONG_TEXT },
  ),
  listPolicySets: make.read('/policy-sets', POLICY_SET_PAGE, 'List policy sets, newest first', {
    query: PAGE,
  }),
  validatePolicies: make.create(
    '/policy-sets/validation',
    POLICY_TEXT,
    POLICY_VALIDATION,
    'Validate a policy text: lists errors and warnings. Nothing is stored',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySet: make.read(
    '/policy-sets/{id}',
    POLICY_SET,
    'Read a policy set by its id or version number, or read the active set as `active`',
  ),
  updatePolicySet: make.change(
    '/policy-sets/{id}',
    POLICY_SET_CHANGE,
    POLICY_SET,
    'Change a draft. A set that was activated once cannot change',
    { largestBody: LONG_TEXT },
  ),
  activatePolicySet: make.act(
    '/policy-sets/{id}/activation',
    POLICY_SET,
    'Activate a policy set at once on all nodes. A set that was active before can be activated again',
    { roles: ADMINISTRATORS, ifMatch: true, body: POLICY_ACTIVATION },
  ),
  simulatePolicies: make.create(
    '/policy/simulations',
    POLICY_SIMULATION,
    POLICY_SIMULATION_RESULT,
    'Simulate a decision without issuing a token: what would be granted, what each layer decides, and what would have to change',
    { ...READ, largestBody: LONG_TEXT },
  ),
  simulateApprovers: make.create(
    '/policy/approvers',
    APPROVER_SIMULATION,
    APPROVER_SIMULATION_RESULT,
    'Find out who could approve what an agent would ask for, and what policies say to each of them. Asks no person',
    { ...READ, largestBody: LONG_TEXT },
  ),
  replayPolicies: make.create(
    '/policy/replays',
    POLICY_REPLAY,
    'ndjson',
    'Replay recorded decisions with policies. Returns lines of PolicyReplayLine; the last line is the summary',
    { ...READ, largestBody: LONG_TEXT, line: POLICY_REPLAY_LINE },
  ),
  explainDecision: make.read(
    '/policy/decisions/{id}',
    EXPLAINED_DECISION,
    'Explain a recorded decision by its audit event: what each scope was granted by, down to the policies',
    { ids: RECORD_ID, query: EXPLANATION_QUERY },
  ),
  getPolicySchema: make.read(
    '/policy/schema',
    POLICY_SCHEMA,
    'Read the policy schema and the policy set of a new server',
  ),
};

type Dependencies = { readonly policies: PolicyRegistry } & SimulationDependencies & ExplanationDependencies;

const handlers = ({ policies, ...dependencies }: Dependencies): Handlers<typeof routes> => {
  const found = async (name: string) => existing(await policies.get(name));

  return {
    createPolicySet: async ({ body, by }) => written(await policies.create(body, by)),

    listPolicySets: async (call) => pageAnswer(await policies.list(pageOf(call)), showEntry),

    getPolicySet: async ({ id }) => objectAnswer(await found(id), showPolicySet),

    async updatePolicySet({ id, version, body, by }) {
      const { document } = await found(id);
      return written(await policies.rewrite(document.id, version, body, by));
    },

    async activatePolicySet({ id, version, body, by }) {
      const { document } = await found(id);
      const { replaces } = body;
      return objectAnswer(await policies.activate(document.id, { expected: version, replaces }, by), showPolicySet);
    },

    async validatePolicies({ body }) {
      const { findings, policies: read } = await policies.check(body.text);
      return { body: { is_valid: findings.every(({ severity }) => severity !== 'error'), findings, policies: read } };
    },

    ...simulationHandlers(dependencies),
    ...explanationHandlers({ policies, ...dependencies }),

    getPolicySchema: async () => ({
      body: { schema: policies.schema, starter: policies.starter, annotations: policies.annotations },
    }),
  };
};

const written = ({ warnings, document, version }: Written) => ({
  body: { ...showPolicySet(document), ...(warnings.length === 0 ? {} : { warnings: warnings.map(inWords) }) },
  version,
});

const inWords = ({ message, line }: PolicyFinding): string =>
  line === undefined ? message : `Line ${line}: ${message}`;

const showPolicySet = ({ frozenAt: _, ...set }: ShownPolicySet) => toWire(set);

const showEntry = ({ frozenAt: _, ...set }: Omit<ShownPolicySet, 'text'>) => toWire(set);

export const policySets = resource(routes, handlers);
