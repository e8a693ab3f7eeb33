/** Resource: responses, what response rules did to agents. */
import { type Past, SHORT_DIGEST } from '../../../domain/clients/agents/restriction.ts';
import { RESPONSE_STATES, type Response } from '../../../domain/governance/responses/response.ts';
import type { ResponseActs } from '../../../domain/governance/responses/response-acts.ts';
import type { ResponseList } from '../../../domain/governance/responses/response-list.ts';
import { RESPONSE_ACTS } from '../../../domain/governance/responses/response-rule.ts';
import type { GroupRegistry } from '../../../domain/identity/groups/group-registry.ts';
import { partiesOf } from '../../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, OWN, PAGE, stateFilter } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  flag,
  identified,
  integer,
  object,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { RESPONSE_SCOPES } from './response-rules.ts';

const PAST = {
  ...output({
    resources: arrayOf(string(), 'The APIs that it used before.'),
    all_resources: flag('It used more APIs than are remembered: APIs do not limit it.'),
    people: integer('How many people it acted for before.'),
    all_people: flag('It acted for more people than are remembered: people do not limit it.'),
  }),
  description: 'What the agent did before, to which it is restricted. Absent: another act, or it is over.',
};

const RESPONSE = named(
  'Response',
  output(
    {
      ...identified('Begins with rsp_.'),
      rule: string('The response rule.'),
      rule_name: string('Its name at that time.'),
      agent: string('The agent.'),
      agent_name: string('Its name at that time. Its owner chose it.'),
      owner: string('Account or group that owned it.'),
      act: oneOf('What the rule wanted.', RESPONSE_ACTS),
      braked: flag(
        'Rules had suspended 10 agents within an hour, one of the same owner among them, or 20: this one was only notified. Of agents that rules restrict, 50 and 100.',
      ),
      already: flag('Another response restricted the agent so already: this one was only notified.'),
      until: seconds('Until when the agent is restricted. Absent: another act, or it is over.'),
      past: PAST,
      state: oneOf(
        'begun: the act is under way. open: the agent is suspended or restricted by it. notified: administrators were notified, and nothing else happened. lifted: that was ended. expired: the time of a restriction is over.',
        RESPONSE_STATES,
      ),
      values: object('The values that met the conditions, by fact.'),
      bounds: object('The value from which on each condition held then, by fact.'),
      evidence: arrayOf(string(), 'Ids of events of the audit log, the newest last. At most 10.'),
      event_at: seconds('The last event that led to it.'),
      lifted_by: string('Account or client that lifted it. Absent if the agent was resumed without it.'),
      lifted_at: seconds('When.'),
      ...RECORD,
    },
    ['until', 'past', 'bounds', 'lifted_by', 'lifted_at'],
  ),
);

const make = about('responses', RESPONSE_SCOPES);

const routes = {
  listResponses: make.read('/responses', page(RESPONSE), 'List what response rules did, newest first', {
    ...OWN,
    query: {
      ...PAGE,
      state: stateFilter(RESPONSE_STATES),
      rule: givenId('Only of this rule.'),
      agent: givenId('Only about this agent.'),
    },
  }),
  getResponse: make.read('/responses/{id}', RESPONSE, 'Read a response', OWN),
  liftResponse: make.act(
    '/responses/{id}/lift',
    RESPONSE,
    'End the suspension or restriction of a response: the agent is active. Not by an account that owns the agent, or has owned it since',
  ),
};

type Dependencies = {
  readonly responses: ResponseList & Pick<ResponseActs, 'lift'>;
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
};

const showPast = ({ resources, hasAllResources, people, morePeople = '', hasAllPeople }: Past) => ({
  ...{ resources, all_resources: hasAllResources === true },
  ...{ people: people.length + morePeople.length / SHORT_DIGEST, all_people: hasAllPeople === true },
});

const showResponse = (response: Response) => ({
  ...show(response, [
    ...(['id', 'rule', 'ruleName', 'agent', 'agentName', 'owner', 'act', 'state', 'eventAt'] as const),
    ...(['liftedBy', 'liftedAt', 'createdAt', 'updatedAt'] as const),
  ]),
  ...{ braked: response.isBraked === true, values: response.values, evidence: response.evidence },
  already: response.isAlready === true,
  // A braked response restricts nothing.
  ...(response.until === undefined || response.isBraked ? {} : { until: response.until }),
  ...(response.past && !response.isBraked ? { past: showPast(response.past) } : {}),
  ...(response.bounds ? { bounds: response.bounds } : {}),
});

/** An account without a role sees the responses about what it owned. */
const handlers = ({ responses, groups }: Dependencies): Handlers<typeof routes> => {
  const owners = async ({ access, caller }: Call): Promise<readonly string[] | undefined> =>
    access === 'all' ? undefined : partiesOf(groups, caller.account ?? caller.id);

  const found = async (call: Call): Promise<Versioned<Response>> => {
    const some = await owners(call);
    return existing(await responses.get(call.id), ({ document }) => some?.includes(document.owner) ?? true);
  };

  return {
    async listResponses(call) {
      const { state, rule, agent } = call.query;
      const of = await owners(call);
      const query = {
        ...pageOf(call),
        ...(state === undefined ? {} : { state }),
        ...(rule === undefined ? {} : { rule }),
        ...(agent === undefined ? {} : { agent }),
        ...(of === undefined ? {} : { owners: of }),
      };
      return pageAnswer(await responses.list(query), showResponse);
    },
    getResponse: async (call) => objectAnswer(await found(call), showResponse),
    liftResponse: async ({ id, by }) => objectAnswer(await responses.lift(id, by), showResponse),
  };
};

export const responses = resource(routes, handlers);
