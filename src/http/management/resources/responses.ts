/** Resource: responses, what response rules did to agents. */
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
import { arrayOf, flag, identified, object, oneOf, output, page, RECORD, seconds, string } from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { RESPONSE_SCOPES } from './response-rules.ts';

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
        'Rules had suspended 10 agents within an hour, one of the same owner among them, or 20: this one was only notified.',
      ),
      state: oneOf(
        'begun: the act is under way. open: the agent is suspended by it. notified: administrators were notified, and nothing else happened. lifted: the suspension ended.',
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
    ['bounds', 'lifted_by', 'lifted_at'],
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
    'End the suspension of a response: the agent is active. Not by an account that owns the agent, or has owned it since',
  ),
};

type Dependencies = {
  readonly responses: ResponseList & Pick<ResponseActs, 'lift'>;
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
};

const showResponse = (response: Response) => ({
  ...show(response, [
    ...(['id', 'rule', 'ruleName', 'agent', 'agentName', 'owner', 'act', 'state', 'eventAt'] as const),
    ...(['liftedBy', 'liftedAt', 'createdAt', 'updatedAt'] as const),
  ]),
  ...{ braked: response.isBraked === true, values: response.values, evidence: response.evidence },
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
