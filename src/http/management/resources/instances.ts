/** Resource: instances of agents. */

import type { Agent } from '../../../domain/clients/agents/agent.ts';
import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import type { Instance } from '../../../domain/clients/instances/instance.ts';
import type { InstanceRegistry } from '../../../domain/clients/instances/instance-registry.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import { identified, input, object, oneOf, output, page, RECORD, seconds, string, text } from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const NEW_INSTANCE = named(
  'NewInstance',
  input(
    {
      jwk: {
        type: 'object',
        description:
          'Public key of the instance as a JWK. No other instance and no credential of the agent uses this key.',
      },
      name: text('Name to show.', 100),
    },
    ['jwk'],
  ),
);

const INSTANCE = named(
  'Instance',
  output(
    {
      ...identified('The claim `instance` of tokens. Begins with ins_. Derived from the agent and the key.'),
      agent: string('Agent that the instance belongs to.'),
      name: string(),
      thumbprint: string('Thumbprint of its key (RFC 7638): the `kid` of the assertions that the instance signs.'),
      jwk: object('Public key of the instance; absent when the instance proves possession with DPoP only.'),
      state: oneOf(
        'Only active instances can authenticate. over_limit: the blueprint now allows the agent fewer instances. expired: the instance was not used for too long.',
        ['active', 'over_limit', 'expired', 'ended'],
      ),
      started_by: string('Account, client or agent that started the instance.'),
      last_used_at: seconds('When it was last used; updated after a quarter of its lifetime.'),
      expires_at: seconds('When it expires unless it is used.'),
      ended_at: seconds('When it was ended.'),
      ...RECORD,
    },
    ['name', 'jwk', 'ended_at'],
  ),
);

const INSTANCE_PAGE = page(INSTANCE);

const SCOPES = scopes('instances', {
  read: ['See the instances of agents', 'low'],
  write: ['Start and end instances of agents', 'medium'],
});

const make = about('instances', SCOPES);
const OWN_OR_SELF = { own: true, self: true } as const;

const routes = {
  startInstance: make.create(
    '/agents/{id}/instances',
    NEW_INSTANCE,
    INSTANCE,
    'Start an instance of an agent, or read the existing instance with this key',
    OWN_OR_SELF,
  ),
  listInstances: make.read(
    '/agents/{id}/instances',
    INSTANCE_PAGE,
    'List the instances of an agent, newest first. Ended instances stay listed for a month',
    { ...OWN_OR_SELF, query: PAGE },
  ),
  getInstance: make.read('/agents/{id}/instances/{instance}', INSTANCE, 'Read an instance of an agent', OWN_OR_SELF),
  endInstance: make.remove(
    '/agents/{id}/instances/{instance}',
    'End an instance of an agent permanently, with its refresh tokens. Other instances are not affected',
    OWN_OR_SELF,
  ),
};

const MEMBERS = [
  'id',
  'agent',
  'name',
  'thumbprint',
  'jwk',
  'startedBy',
  'createdAt',
  'updatedAt',
  'expiresAt',
  'endedAt',
] as const satisfies readonly (keyof Instance)[];

/** `state`: the current state, which the stored instance alone does not show. */
const showInstance = <S extends string>({ usedAt, ...instance }: Instance, state: S) => ({
  ...show(instance, MEMBERS),
  state,
  last_used_at: usedAt,
});

type Dependencies = {
  readonly instances: InstanceRegistry;
  readonly agents: Pick<AgentRegistry, 'get'>;
  readonly owners: Pick<Owners, 'answersFor'>;
};

/** Instances of an agent, for callers that may change the agent, and for the agent itself. */
const handlers = ({ instances, agents, owners }: Dependencies): Handlers<typeof routes> => {
  const own = async ({ id, access, caller }: Call): Promise<Agent> => {
    const agent = existing(await agents.get(id)).document;
    const isVisible = access === 'all' || caller.id === id || (await owners.answersFor(agent.owner, caller.id));
    return existing(isVisible ? agent : undefined);
  };

  return {
    async startInstance(call) {
      const agent = await own(call);
      const { jwk, name } = call.body;
      const started = await instances.start(call.id, { jwk }, call.by, name, agent);
      const stateOf = await instances.states(call.id);
      return objectAnswer(started, (instance) => showInstance(instance, stateOf(instance)));
    },

    async listInstances(call) {
      await own(call);
      const stateOf = await instances.states(call.id);
      return pageAnswer(await instances.list(call.id, pageOf(call)), (one) => showInstance(one, stateOf(one)));
    },

    async getInstance(call) {
      await own(call);
      const stateOf = await instances.states(call.id);
      const found = existing(await instances.get(call.id, call.instance ?? ''));
      return objectAnswer(found, (instance) => showInstance(instance, stateOf(instance)));
    },

    async endInstance(call) {
      await own(call);
      existing(await instances.get(call.id, call.instance ?? ''));
      await instances.end(call.id, call.instance ?? '', call.by);
      return {};
    },
  };
};

export const instances = resource(routes, handlers);
