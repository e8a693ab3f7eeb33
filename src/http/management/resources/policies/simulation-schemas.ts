/** Schemas of simulations. */
import { REGISTRATION_WAYS } from '../../../../domain/authority/decision/server-use-question.ts';
import { AUTHENTICATION_METHODS } from '../../../../domain/clients/blueprints/ceilings.ts';
import { ENVIRONMENTS } from '../../../../domain/vocabulary/environment.ts';
import { named, ref, type Schema } from '../../schema.ts';
import {
  arrayOf,
  flag,
  input,
  integer,
  list,
  oneOf,
  output,
  recordOf,
  seconds,
  string,
  strings,
  text,
} from '../../schema-parts.ts';
import { ROLES } from '../../shared-schemas.ts';

export const TEXT: { readonly text: Schema<string> } = {
  text: {
    type: 'string',
    maxLength: 524_288,
    description: 'Policies in Cedar, at most 512 KiB and 2,000 of them; each has an @id.',
  },
};

const POLICY: Schema<number | string> = {
  type: ['integer', 'string'],
  minimum: 1,
  maximum: 999_999_999,
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'Version or id of the policy set to simulate, or `active`. Default: active.',
};

const TRIED = {
  policy: POLICY,
  text: { ...TEXT.text, description: 'Instead of `policy`: a text to simulate. It is not stored.' },
};

export const POLICY_SIMULATION = named(
  'PolicySimulation',
  input({
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
      ...input({ id: text('Its id.', 64), approvers: integer(undefined, { minimum: 1, maximum: 100 }) }, ['approvers']),
      description: 'Assume that the approvers approved it.',
    },
    source: text('Network address of the sender.', 64),
    transaction: text('Declared transaction of the caller (`trn_…`) in which it would ask.', 64),
    at: integer('Time of the request. Default: now. Epoch seconds.', { minimum: 0, maximum: 99_999_999_999 }),
    ...TRIED,
  }),
);

const NAMES = strings('', 200, 200);
export const POLICY_SUMMARY = named(
  'PolicySummary',
  output({
    id: string(),
    effect: oneOf('Effect where the policy applies.', ['permit', 'forbid']),
    annotations: recordOf(undefined, string()),
  }),
);

export const POLICY_SIMULATION_RESULT = named(
  'PolicySimulationResult',
  output(
    {
      route: string('Kind of request; `registration`, `administration` or `approval` for those simulations.'),
      scope: {
        ...NAMES,
        description:
          'Scopes that would be granted. For `register` and `administer`: `register` or the operation, if it would be allowed. For `approve`: all scopes or none.',
      },
      removed: arrayOf(
        output(
          {
            scope: string(),
            layer: string(),
            policies: { ...NAMES, description: 'Policies that decide so; empty where no policy permits it.' },
            reasons: { ...NAMES, description: 'Reasons from the policies.' },
            needs: arrayOf(
              output(
                {
                  kind: oneOf('What is missing.', ['approval', 'attestation', 'step_up']),
                  acr: string(),
                  max_age: integer('Seconds.'),
                },
                ['acr', 'max_age'],
              ),
            ),
          },
          ['policies', 'reasons', 'needs'],
        ),
        'Scopes that would be refused, and the first layer that refuses each.',
      ),
      max_seconds: integer('Maximum lifetime of a token.'),
      max_uses: integer('Maximum number of uses.'),
      stops: { ...NAMES, description: 'Reasons why the server would grant nothing, regardless of the layers.' },
      layers: arrayOf(
        output(
          {
            layer: string(),
            counts: flag(),
            why: string('Why the layer does not apply.'),
            leaves: { ...NAMES, description: 'Scopes that the layer allows; absent where it sets no limit.' },
          },
          ['why', 'leaves'],
        ),
        'Layers in the order of evaluation.',
      ),
      policies: arrayOf(
        output({
          scope: string(),
          effect: oneOf('Decision of the policies.', ['allow', 'deny']),
          by: arrayOf(ref(POLICY_SUMMARY)),
        }),
        'Decision of the policies alone for each scope.',
      ),
      changes: arrayOf(
        output({
          scope: string(),
          steps: arrayOf(output({ layer: string(), text: string() })),
        }),
        'For each refused scope, everything that would have to change.',
      ),
      version: integer('Version that was simulated; absent for a text.'),
      enforced: flag('Whether this server enforces policies.'),
    },
    ['max_seconds', 'max_uses', 'version'],
  ),
);

export const APPROVER_SIMULATION = named(
  'ApproverSimulation',
  input(
    {
      agent: text('Agent that would request the approval.', 64),
      subject: text('Account on whose behalf. It has consented to the scopes.', 64),
      resource: text('Resource indicator.', 2048),
      scope: { ...strings('Scopes that the agent would request.', 200, 200), minItems: 1 },
      ...TRIED,
    },
    ['agent', 'subject', 'resource', 'scope'],
  ),
);

export const APPROVER_SIMULATION_RESULT = named(
  'ApproverSimulationResult',
  output(
    {
      is_possible: flag('Whether an approval would grant all of it.'),
      quorum: integer('Number of people who must approve.'),
      acr: string('Authentication context class that each of them must reach.'),
      must_agree: flag('Whether the account on whose behalf must be one of them.'),
      approvers: arrayOf(
        output(
          {
            account: string(),
            as: { ...NAMES, description: 'Why the server would ask them: `subject`, `owner`, ids of groups.' },
            after_seconds: integer('Only asked when no decision was made after this many seconds.'),
            is_permitted: flag('Whether policies permit their approval.'),
            reasons: { ...NAMES, description: 'Why not.' },
            policies: { ...NAMES, description: 'Policies that decide so; empty where no policy permits it.' },
          },
          ['after_seconds'],
        ),
        'At most 64.',
      ),
      is_enough: flag('Whether enough of them may approve, with the account on whose behalf if it must.'),
      version: integer('Version that was simulated; absent for a text.'),
      enforced: flag('Whether this server enforces policies.'),
    },
    ['quorum', 'acr', 'version'],
  ),
);

export const POLICY_REPLAY = named(
  'PolicyReplay',
  input({
    since: integer('Default: a week ago. Epoch seconds.', { minimum: 0, maximum: 99_999_999_999 }),
    until: integer('Default: now. Epoch seconds.', { minimum: 0, maximum: 99_999_999_999 }),
    agent: text('Only decisions about this agent.', 128),
    transaction: text('Only decisions in this transaction (`txn_…` or `trn_…`).', 64),
    ...TRIED,
  }),
);
