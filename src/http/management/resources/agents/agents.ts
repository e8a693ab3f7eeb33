/** Resource: agents. */

import type { AuditLog } from '../../../../domain/audit/audit-event.ts';
import type { Agent } from '../../../../domain/clients/agents/agent.ts';
import type { AgentChange, AgentRegistry } from '../../../../domain/clients/agents/agent-registry.ts';
import { effectiveAgent } from '../../../../domain/clients/agents/effective-agent.ts';
import type { BlueprintRegistry } from '../../../../domain/clients/blueprints/blueprint-registry.ts';
import type { SelfChosen } from '../../../../domain/clients/clients/self-chosen.ts';
import type { RepeatableRegistration } from '../../../../domain/clients/registration/repeatable-registration.ts';
import type { GroupRegistry } from '../../../../domain/identity/groups/group-registry.ts';
import type { OwnerNames } from '../../../../domain/identity/groups/owner-names.ts';
import { type Owners, partiesOf } from '../../../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, pageOf, sameVersion } from '../../call.ts';
import { managementRefusal } from '../../management-refusals.ts';
import type { Access } from '../../permissions.ts';
import { type Handlers, resource } from '../../resource.ts';
import { fromWire, fromWireBelow } from '../../wire-names.ts';
import { bulkRegistration, type Registering } from './bulk-registration.ts';
import { showAgent, showCompositions } from './representation.ts';
import { AGENT_ROUTES } from './routes.ts';
import type { AgentGiven } from './schemas.ts';

/** Members that give an agent rights without consent. Its owner may not set them. */
const BY_ROLE_ONLY = { authority: '/authority', resourceServers: '/resource_servers' } as const;

/** Below the first level, only these members of ours are in snake_case. */
const newAgentOf = (body: AgentGiven) => {
  const { credentials, ...rest } = fromWireBelow(body, 'ceilings', 'composition');
  return credentials ? { ...rest, credentials: credentials.map((one) => fromWire(one)) } : rest;
};

/** Members that the owner of an agent chooses. */
type Chosen = Pick<AgentChange, 'name' | 'redirectUris' | 'jwksUri' | 'backchannelClientNotificationEndpoint'>;

type Dependencies = {
  readonly agents: AgentRegistry;
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly blueprints: Pick<BlueprintRegistry, 'get'>;
  readonly ownerNames: Pick<OwnerNames, 'find'>;
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
  readonly registration: RepeatableRegistration;
  readonly audit: AuditLog;
  readonly selfChosen: SelfChosen;
};

const handlers = (dependencies: Dependencies): Handlers<typeof AGENT_ROUTES> => {
  const { agents, owners, blueprints, ownerNames: names, groups, registration, audit, selfChosen } = dependencies;
  const isOwn = async ({ owner }: Agent, account: string): Promise<boolean> => owners.answersFor(owner, account);

  const found = async (call: Call, isVisible: (agent: Agent) => Promise<boolean>): Promise<Versioned<Agent>> => {
    const agent = existing(await agents.get(call.id));
    return existing(call.access === 'all' || (await isVisible(agent.document)) ? agent : undefined);
  };

  const own = (call: Call): Promise<Versioned<Agent>> => found(call, (agent) => isOwn(agent, call.caller.id));

  /** Like `own`, and for the account to which the agent is offered. */
  const seen = (call: Call): Promise<Versioned<Agent>> =>
    found(call, async (agent) => {
      const { transferTo } = agent;
      if (await isOwn(agent, call.caller.id)) return true;
      return transferTo !== undefined && owners.answersFor(transferTo, call.caller.id);
    });

  /** Resolves a typed name. An unknown name finds no agent. */
  const idOfOwner = async (typed: string): Promise<string> =>
    (await names.find(typed, { field: 'owner' }))?.id ?? typed;

  const shown = (found: Versioned<Agent>) => objectAnswer(found, (agent) => showAgent(agent));

  const checkOwn = ({ access, body }: { readonly access: Access; readonly body: object }): void => {
    if (access === 'all') return;
    for (const [member, field] of Object.entries(BY_ROLE_ONLY)) {
      if (Object.hasOwn(body, member)) {
        throw managementRefusal('member_for_operators', { field });
      }
    }
  };

  /** Checks what a user registers for themselves: no account with a role has reviewed it. */
  const checkSelfChosen = (
    { access, body }: { readonly access: Access; readonly body: Chosen },
    before?: Agent,
  ): void => {
    if (access === 'all') return;
    const { name, redirectUris, jwksUri, backchannelClientNotificationEndpoint: endpoint } = body;
    if (name !== undefined && name !== before?.name) selfChosen.checkName(name, '/name');
    selfChosen.addresses.refuseEachOnHost(redirectUris ?? [], '/redirect_uris');
    selfChosen.addresses.refuseHost(jwksUri, '/jwks_uri');
    selfChosen.addresses.refuseHost(endpoint ?? undefined, '/backchannel_client_notification_endpoint');
  };

  const register = async (call: Registering, reservedId?: string): Promise<Versioned<Agent>> => {
    checkOwn(call);
    checkSelfChosen(call);
    const owner = call.body.owner ?? (call.caller.kind === 'account' ? call.caller.id : undefined);
    if (owner === undefined) {
      throw managementRefusal('owner_needed', { field: '/owner' });
    }
    if (call.access === 'own' && !(await owners.answersFor(owner, call.caller.id))) {
      throw managementRefusal('registration_for_others_forbidden', { field: '/owner' });
    }
    return agents.create({ ...newAgentOf(call.body), owner }, call.by, reservedId);
  };

  return {
    async createAgent(call) {
      const { idempotencyKey: key, caller } = call;
      if (key === undefined) return shown(await register(call));
      const of = { caller: caller.id, key, place: 0 };
      const { found } = await registration.once(of, JSON.stringify(call.body), (id) => register(call, id));
      return shown(found);
    },

    createAgents: bulkRegistration({ register, registration, audit }),

    async listAgents(call) {
      const { query, access, caller } = call;
      const { state, environment, blueprint, search, unused_since: unusedSince, awaiting, sort, order } = query;
      const owner = query.owner === undefined ? undefined : await idOfOwner(query.owner);
      // Answers an owner as if other owners' agents did not exist (MG-01).
      const isOthers = access === 'own' && owner !== undefined && !(await owners.answersFor(owner, caller.id));
      if (isOthers) return { body: { items: [] } };
      const own = access === 'own' || awaiting ? await partiesOf(groups, caller.account ?? caller.id) : undefined;
      const { items, next } = await agents.list({
        ...pageOf(call),
        ...given({ owner, state, environment, blueprint, search, unusedSince, awaiting, sort, direction: order }),
        ...(query.with_secret ? { withSecret: true } : {}),
        ...(own && owner === undefined ? { owners: own } : {}),
      });
      const uses = await agents.lastUses(items.map(({ document }) => document.id));
      return { body: { items: items.map(({ document }) => showAgent(document, uses.get(document.id))) }, next };
    },

    async getAgent(call) {
      const found = await seen(call);
      const uses = await agents.lastUses([call.id]);
      return objectAnswer(found, (agent) => showAgent(agent, uses.get(call.id)));
    },

    async getEffectiveAgent(call) {
      const { document } = await seen(call);
      const { blueprint } = document;
      const { agent, stops } = effectiveAgent(
        document,
        blueprint === undefined ? undefined : (await blueprints.get(blueprint))?.document,
      );
      return { body: { agent: showAgent(agent), stops } };
    },

    /** An owner may offer the agent to any account. The transfer takes effect only when that account accepts it. */
    async updateAgent(call) {
      const { document } = sameVersion(await own(call), call);
      checkOwn(call);
      checkSelfChosen(call, document);
      const change = fromWireBelow(call.body, 'ceilings');
      // An agent that leaves a blueprint is no longer under its ceilings.
      const leaves = change.blueprint !== undefined && change.blueprint !== document.blueprint;
      if (call.access === 'own' && document.blueprint !== undefined && leaves) {
        throw managementRefusal('leaving_blueprint_forbidden', { field: '/blueprint' });
      }
      // Environments are segments: policy and resource servers distinguish agents by them.
      const moves = change.environment !== undefined && change.environment !== document.environment;
      if (call.access === 'own' && moves) {
        throw managementRefusal('moving_environment_forbidden', { field: '/environment' });
      }
      return shown(await agents.update(call.id, call.version, change, call.by));
    },

    async suspendAgent(call) {
      await own(call);
      return shown(await agents.suspend(call.id, call.by));
    },

    async resumeAgent(call) {
      await own(call);
      return shown(await agents.resume(call.id, call.by));
    },

    async retireAgent(call) {
      await own(call);
      return shown(await agents.retire(call.id, call.by));
    },

    verifyAgent: async ({ id, by }) => shown(await agents.verify(id, by)),

    unverifyAgent: async ({ id, by }) => shown(await agents.unverify(id, by)),

    async acceptAgent(call) {
      await seen(call);
      // Versions begin at 1; 0 means that the caller sent none.
      const expected = call.version === 0 ? undefined : call.version;
      return shown(await agents.accept(call.id, call.by, expected));
    },

    async declineAgent(call) {
      await seen(call);
      return shown(await agents.decline(call.id, call.by));
    },

    async declareComposition(call) {
      await own(call);
      return shown(await agents.declareComposition(call.id, undefined, fromWire(call.body), call.by));
    },

    async approveComposition(call) {
      await own(call);
      return shown(await agents.approveComposition(call.id, call.body.digest, call.by));
    },

    async rejectComposition(call) {
      await own(call);
      return shown(await agents.rejectComposition(call.id, call.body.digest, call.by));
    },

    listCompositions: async (call) => ({ body: { items: showCompositions((await seen(call)).document) } }),
  };
};

/** Members that are not undefined. */
const given = <T extends object>(members: T): { [name in keyof T]?: Exclude<T[name], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [name in keyof T]?: Exclude<T[name], undefined>;
  };

export const agents = resource(AGENT_ROUTES, handlers);
