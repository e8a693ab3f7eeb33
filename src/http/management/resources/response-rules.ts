/** Resource: response rules, by which the server acts when an agent behaves unlike itself. */
import { FACT_NAMES, FACTS } from '../../../domain/governance/responses/fact-names.ts';
import {
  MOST_CONDITIONS,
  MOST_HOURS,
  RESPONSE_ACTS,
  type ResponseRule,
  RULE_STATES,
  type RuleReplay,
  USUAL_HOURS,
} from '../../../domain/governance/responses/response-rule.ts';
import type { ResponseRuleRegistry } from '../../../domain/governance/responses/response-rule-registry.ts';
import { MOST_REPLAYED_DAYS, type RuleReplays } from '../../../domain/governance/responses/rule-replay.ts';
import { ENVIRONMENTS } from '../../../domain/vocabulary/environment.ts';
import { existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named, ref, type Schema } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';

export const RESPONSE_SCOPES = scopes('responses', {
  read: ['See response rules, and what they did to agents', 'low'],
  write: ['Decide when agents are suspended or restricted without a person, and end that', 'critical'],
});

const FACT_TEXT = FACT_NAMES.map((fact) => `${fact}: ${FACTS[fact]}`).join('; ');

const AT_LEAST: Schema<number> = {
  ...number('The condition holds from this value on.'),
  ...{ minimum: 0.1, maximum: 1_000_000 },
};
const CONDITION = named(
  'ResponseCondition',
  input({ fact: oneOf(`${FACT_TEXT}.`, FACT_NAMES), at_least: AT_LEAST }, ['fact', 'at_least']),
);

const MEMBERS = {
  name: text('Name to show.', 100),
  when: { ...list('All of them hold.', MOST_CONDITIONS, ref(CONDITION)), minItems: 1 },
  act: oneOf(
    'notify: administrators. narrow: for some hours the agent gets only what it did before, at APIs and with scopes that it used, and for people for whom it acted. withhold: of that nothing of high risk, and nothing that people approve. approve: for some hours a person approves what it did not do before, and what is of high risk. suspend: the agent, for security. contain: suspends it, cancels its open approvals, and ends its standing approvals.',
    RESPONSE_ACTS,
  ),
  hours: integer(`How long narrow, withhold and approve last. Default: ${USUAL_HOURS}. Only of these acts.`, {
    ...{ minimum: 1, maximum: MOST_HOURS },
  }),
  environments: {
    ...list('Only agents of these environments. Default: all.', ENVIRONMENTS.length, oneOf('One.', ENVIRONMENTS)),
    minItems: 1,
  },
};

const NEW_RULE = named('NewResponseRule', input(MEMBERS, ['name', 'when', 'act']));
const RULE_CHANGE = named(
  'ResponseRuleChange',
  change({ ...MEMBERS, hours: nullable(MEMBERS.hours), environments: nullable(MEMBERS.environments) }),
);

const REPLAYED_AGENT = named(
  'ReplayedAgent',
  output({
    agent: string('Its id.'),
    at: seconds('When the rule would have acted first.'),
    values: object('The values that met the conditions, by fact.'),
    evidence: arrayOf(string(), 'Ids of events of the audit log, the newest last.'),
    outside: integer(
      'Tokens that it got while the rule would have restricted it, for what it had not done before. 0: another act.',
    ),
  }),
);

const REPLAY = named(
  'ResponseRuleReplay',
  output(
    {
      replayed_at: seconds('When.'),
      replayed_by: string('Account or client.'),
      from: seconds('First second of the range.'),
      until: seconds('Last second that was read.'),
      events: integer('Events that were read.'),
      agents_seen: integer('Agents that did something in the range.'),
      agents_acted_on: integer('Agents on which the rule would have acted.'),
      most_in_an_hour: integer(
        'The most within one hour. Of more than 10 the brake may leave some as notifications, depending on their owners. Of more than 20 it does. For narrow, withhold and approve these numbers are 50 and 100.',
      ),
      outside: integer(
        'Such tokens of all agents: narrow and withhold would have refused them, approve would have asked a person. 0: another act.',
      ),
      agents: arrayOf(ref(REPLAYED_AGENT), 'The first 50.'),
      cut: flag('The log has more events than a replay reads. The rule cannot be activated: replay fewer days.'),
      archived: flag('Events of the range may be in an archive only. Those were not read.'),
    },
    [],
  ),
);

const RULE = named(
  'ResponseRule',
  output(
    {
      ...identified('Begins with rrl_.'),
      ...MEMBERS,
      state: oneOf('draft: it does nothing.', RULE_STATES),
      replay: { ...ref(REPLAY), description: 'The last replay of the rule as it is.' },
      activated_by: string('Account or client that last let it act.'),
      activated_at: seconds('When.'),
      created_by: string('Account or client that created it.'),
      ...RECORD,
    },
    ['hours', 'environments', 'replay', 'activated_by', 'activated_at'],
  ),
);

const REPLAYING = named(
  'ResponseRuleReplaying',
  input({
    days: integer('How many days of the audit log. Default: 28. Facts about habits need seven days of each agent.', {
      ...{ minimum: 1, maximum: MOST_REPLAYED_DAYS },
    }),
  }),
);

const make = about('response-rules', RESPONSE_SCOPES);

const routes = {
  createResponseRule: make.create('/response-rules', NEW_RULE, RULE, 'Create a response rule, as a draft'),
  listResponseRules: make.read('/response-rules', page(RULE), 'List response rules, newest first', { query: PAGE }),
  getResponseRule: make.read('/response-rules/{id}', RULE, 'Read a response rule, with its last replay'),
  updateResponseRule: make.change(
    '/response-rules/{id}',
    RULE_CHANGE,
    RULE,
    'Change a response rule. With other conditions, environments, hours or another act it is a draft without a replay',
  ),
  replayResponseRule: make.act(
    '/response-rules/{id}/replay',
    RULE,
    'Replay a response rule over the audit log: on which agents it would have acted, when and why',
    { body: REPLAYING },
  ),
  activateResponseRule: make.act(
    '/response-rules/{id}/activate',
    RULE,
    'Let a response rule act. If-Match has the version with the replay that you read, which is at most 24 hours old',
    { roles: ADMINISTRATORS, freshFactor: true, ifMatch: true },
  ),
  deactivateResponseRule: make.act(
    '/response-rules/{id}/deactivate',
    RULE,
    'Make a response rule a draft. What it did stays',
  ),
  removeResponseRule: make.remove('/response-rules/{id}', 'Delete a response rule. What it did stays'),
};

type Dependencies = { readonly responseRules: ResponseRuleRegistry & RuleReplays };
type Condition = { readonly fact: ResponseRule['when'][number]['fact']; readonly at_least: number };

const conditionsOf = (when: readonly Condition[]) => when.map(({ fact, at_least: atLeast }) => ({ fact, atLeast }));

const showReplay = (replay: RuleReplay) => ({
  ...show(replay, ['replayedAt', 'replayedBy', 'from', 'until', 'events']),
  ...{ agents_seen: replay.seen, agents_acted_on: replay.acted, most_in_an_hour: replay.mostInHour },
  outside: replay.outside ?? 0,
  agents: replay.agents.map(({ outside = 0, ...one }) => ({ ...one, outside })),
  ...{ cut: replay.isCut === true, archived: replay.archived !== undefined },
});

const showRule = (rule: ResponseRule) => ({
  ...show(rule, [
    ...(['id', 'name', 'act', 'hours', 'environments', 'state', 'activatedBy', 'activatedAt'] as const),
    ...(['createdBy', 'createdAt', 'updatedAt'] as const),
  ]),
  when: rule.when.map(({ fact, atLeast }) => ({ fact, at_least: atLeast })),
  ...(rule.replay ? { replay: showReplay(rule.replay) } : {}),
});

const handlers = ({ responseRules: rules }: Dependencies): Handlers<typeof routes> => ({
  createResponseRule: async ({ body, by }) =>
    objectAnswer(await rules.create({ ...body, when: conditionsOf(body.when) }, by), showRule),
  listResponseRules: async (call) => pageAnswer(await rules.list(pageOf(call)), showRule),
  getResponseRule: async ({ id }) => objectAnswer(existing(await rules.get(id)), showRule),
  async updateResponseRule(call) {
    sameVersion(existing(await rules.get(call.id)), call);
    const { when, ...rest } = call.body;
    const change = { ...rest, ...(when === undefined ? {} : { when: conditionsOf(when) }) };
    return objectAnswer(await rules.update(call.id, call.version, change, call.by), showRule);
  },
  replayResponseRule: async ({ id, body, by }) =>
    objectAnswer(await rules.replay(id, body.days ?? MOST_REPLAYED_DAYS, by), showRule),
  async activateResponseRule(call) {
    sameVersion(existing(await rules.get(call.id)), call);
    return objectAnswer(await rules.activate(call.id, call.version, call.by), showRule);
  },
  deactivateResponseRule: async ({ id, by }) => objectAnswer(await rules.deactivate(id, by), showRule),
  async removeResponseRule({ id, by }) {
    await rules.remove(id, by);
    return {};
  },
});

export const responseRules = resource(routes, handlers);
