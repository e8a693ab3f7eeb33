import { calculateJwkThumbprint } from 'jose';
import type { AuditLog } from '../../audit/audit-event.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import { checkPublicKey } from '../../platform/remote-keys/public-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, type DocumentStore, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';
import type { PublicJwk } from '../../vocabulary/json-web-keys.ts';
import type { Agent } from '../agents/agent.ts';
import { agentRefusal } from '../agents/agent-refusals.ts';
import { credentialsOf } from '../agents/credential.ts';
import { credentialRights } from '../agents/credential-rights.ts';
import { ownershipMember, ownershipOf, refuseOtherHands } from '../agents/ownership.ts';
import type { Ceilings } from '../blueprints/ceilings.ts';
import { INSTANCES, type Instance, instanceIdOf, isRunning, KEPT_SECONDS, mostInstances } from './instance.ts';
import { instanceRefusal } from './instance-refusals.ts';
import { instanceSlots } from './instance-slots.ts';

/**
 * The key an instance is started with: the key it signs with, or the thumbprint of one that was proven with
 * DPoP.
 */
export type InstanceKey = { readonly jwk: unknown } | { readonly thumbprint: string };

/** `over_limit`: the agent may no longer have this many. */
export type ShownState = 'active' | 'over_limit' | 'expired' | 'ended';

/** A use renews an instance after this share of its lifetime. */
const RENEWED_AFTER = 1 / 4;

/** The running instances of agents. Each holds one of the slots of its agent. */
export interface InstanceRegistry {
  /** The instance in any state, only for the agent it belongs to. */
  get(agent: string, id: string): Promise<Versioned<Instance> | undefined>;
  /** The instance if it is active. Does not check kills or the state of its agent; `agent`: in its current state. */
  counting(id: string, agent: Pick<Agent, 'id' | 'ceilings'>): Promise<Instance | undefined>;
  /** The instance with this key, if it is active and no kill or change of ownership has revoked it. */
  running(agent: Pick<Agent, 'id' | 'ceilings'>, thumbprint: string): Promise<Instance | undefined>;
  /**
   * Starts an instance, or returns the one that already has this key. `seen` is the agent as the caller was allowed to
   * start one. Throws as `credentialRights` does. Throws 'conflict' when the agent is not active, has no free slot, or
   * changed ownership since `seen`. Also throws 'conflict' when the key belongs to an ended instance or to the agent
   * itself.
   */
  start(
    agentId: string,
    key: InstanceKey,
    by: By,
    called?: unknown,
    seen?: Pick<Agent, 'ownership'>,
  ): Promise<Versioned<Instance>>;
  /** Records that an active instance is used now. Renews it once enough of its lifetime has passed. */
  used(instance: Instance, by: By): Promise<void>;
  /**
   * Ends an instance for good, with its refresh tokens and all tokens made from them. Other instances are not
   * affected. Idempotent.
   */
  end(agent: string, id: string, by: By): Promise<Versioned<Instance>>;
  /**
   * Ends at most `limit` instances that were started before the last change of ownership of the agent. Returns how
   * many.
   */
  endFormer(agent: Pick<Agent, 'id' | 'ownership'>, by: By, limit: number): Promise<number>;
  /** The instances of an agent, newest first; ended ones stay in the list for a month. */
  list(agent: string, query: PageQuery): Promise<Page<Instance>>;
  /** The current states of instances of an agent. */
  states(agent: string): Promise<(instance: Instance) => ShownState>;
}

export const instanceRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Agents in their current state. */
  readonly agents: { get(id: string): Promise<Versioned<Agent> | undefined> };
  readonly owners: Pick<Owners, 'answersFor'>;
  readonly revocation: Pick<Revocation, 'ended'>;
  readonly settings: { readonly lifetimeSeconds: number; readonly maxPerAgent: number };
}): InstanceRegistry => {
  const { documents, clock, audit, agents, revocation, settings } = deps;
  const checkRights = credentialRights(deps.owners);
  const collection = documents.collection<Instance>(INSTANCES);
  const slots = instanceSlots({ documents, clock, instances: collection });
  const instances = registeredDocuments<Instance>({
    collection,
    kind: 'instance',
    audit,
    clock,
    facts: ({ id, agent }) => ({ agent, instance: id }),
    derived: ['keptUntil'],
  });

  const most = (ceilings: Ceilings | undefined): number => mostInstances(settings.maxPerAgent, ceilings);

  const lifeFrom = (now: number): Pick<Instance, 'usedAt' | 'expiresAt' | 'keptUntil'> => ({
    usedAt: now,
    expiresAt: now + settings.lifetimeSeconds,
    keptUntil: now + settings.lifetimeSeconds + KEPT_SECONDS,
  });

  const activeAgent = async (id: string): Promise<Agent> => {
    const agent = (await agents.get(id))?.document;
    if (agent?.state !== 'active') throw agentRefusal('instance_agent_inactive');
    return agent;
  };

  /** Writes an instance into its slot. Undefined when another process wrote it in the meantime. */
  const put = async (
    next: Instance,
    earlier: Versioned<Instance> | undefined,
  ): Promise<Versioned<Instance> | undefined> => {
    const isMine = await (earlier ? collection.replace(next, earlier.version) : tryInsert(collection, next));
    return isMine ? { document: next, version: (earlier?.version ?? 0) + 1 } : undefined;
  };

  const counting = async (id: string, agent: Pick<Agent, 'id' | 'ceilings'>): Promise<Instance | undefined> => {
    const found = (await collection.get(id))?.document;
    if (found?.agent !== agent.id) return undefined;
    return isRunning(found, clock.now(), most(agent.ceilings)) ? found : undefined;
  };

  const registry: InstanceRegistry = {
    async get(agent, id): Promise<Versioned<Instance> | undefined> {
      const found = await collection.get(id);
      return found?.document.agent === agent ? found : undefined;
    },

    counting,

    async running(agent, thumbprint): Promise<Instance | undefined> {
      const found = await counting(instanceIdOf(agent.id, thumbprint), agent);
      if (!found) return undefined;
      const part = { parties: [agent.id], since: found.createdAt, ownership: ownershipOf(found) };
      return (await revocation.ended([part])) === undefined ? found : undefined;
    },

    async start(agentId, key, by, called, seen): Promise<Versioned<Instance>> {
      const agent = await activeAgent(agentId);
      refuseOtherHands(agent, seen);
      await checkRights(agent, by);
      const own = 'jwk' in key ? await signingKey(agent, key.jwk) : undefined;
      const name = called === undefined ? undefined : checkText(String(called), '/name', 100);
      const thumbprint = own?.thumbprint ?? ('thumbprint' in key ? key.thumbprint : '');
      if (await isOfAgent(agent, thumbprint)) {
        throw instanceRefusal('instance_key_is_of_agent', { field: '/jwk' });
      }
      const id = instanceIdOf(agent.id, thumbprint);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const earlier = await collection.get(id);
        if (earlier && (earlier.document.state === 'ended' || ownershipOf(earlier.document) !== ownershipOf(agent))) {
          throw instanceRefusal('instance_key_ended');
        }
        if (earlier && isRunning(earlier.document, clock.now(), most(agent.ceilings))) {
          if (own === undefined || earlier.document.jwk !== undefined) return earlier;
          throw instanceRefusal('instance_key_for_dpop');
        }
        const claim = await slots.claim(agent.id, id, most(agent.ceilings));
        const now = clock.now();
        const next: Instance = {
          id,
          agent: agent.id,
          thumbprint,
          ...(own === undefined ? {} : { jwk: own.jwk }),
          ...(name === undefined ? {} : { name }),
          state: 'active',
          ...ownershipMember(ownershipOf(agent)),
          slot: claim.slot,
          startedBy: by.caller,
          createdAt: now,
          updatedAt: now,
          ...lifeFrom(now),
        };
        await audit.append({
          type: 'instance.started',
          outcome: 'done',
          agent: agent.id,
          owner: agent.owner,
          instance: id,
          caller: by.caller,
          target: { kind: 'instance', id },
          ...(by.request === undefined ? {} : { request: by.request }),
          ...(by.source === undefined ? {} : { personal: { source: by.source } }),
        });
        slots.stillMine(claim);
        const stored = await put(next, earlier);
        if (stored) return stored;
      }
      throw instanceRefusal('instance_contended', { retryAfterSeconds: 1 });
    },

    async used({ id, usedAt }, by): Promise<void> {
      const isDue = (since: number): boolean => clock.now() - since >= settings.lifetimeSeconds * RENEWED_AFTER;
      if (!isDue(usedAt)) return;
      await instances.change(id, undefined, 'instance.renewed', by, (instance) =>
        // An ended or expired instance stays ended. A caller who lost the swap to another use has nothing left to do.
        instance.state === 'active' && clock.now() < instance.expiresAt && isDue(instance.usedAt)
          ? { ...instance, ...lifeFrom(clock.now()) }
          : instance,
      );
    },

    async end(agent, id, by): Promise<Versioned<Instance>> {
      const found = await collection.get(id);
      if (found?.document.agent !== agent) {
        throw documentRefusal('document_not_found', { params: { kind: 'instance' } });
      }
      return instances.change(id, undefined, 'instance.ended', by, (instance) => {
        if (instance.state === 'ended') return instance;
        const now = clock.now();
        return { ...instance, state: 'ended', endedAt: now, keptUntil: now + KEPT_SECONDS };
      });
    },

    async endFormer(agent, by, limit): Promise<number> {
      let count = 0;
      let after: Cursor | undefined;
      do {
        const page = await instances.list({ agent: agent.id }, { limit: 200, ...(after ? { after } : {}) });
        for (const { document } of page.items) {
          if (document.state === 'ended' || ownershipOf(document) === ownershipOf(agent)) continue;
          if (count === limit) return count;
          await registry.end(agent.id, document.id, by);
          count += 1;
        }
        after = page.next;
      } while (after);
      return count;
    },

    list: (agent, query): Promise<Page<Instance>> => instances.list({ agent }, query),

    async states(agent): Promise<(instance: Instance) => ShownState> {
      const found = (await agents.get(agent))?.document;
      const places = most(found?.ceilings);
      const now = clock.now();
      return (instance) => {
        if (instance.state === 'ended') return 'ended';
        if (found && ownershipOf(instance) !== ownershipOf(found)) return 'ended';
        if (now >= instance.expiresAt) return 'expired';
        return isRunning(instance, now, places) ? 'active' : 'over_limit';
      };
    },
  };
  return registry;
};

/**
 * The key an instance signs with, named by its thumbprint. Throws 'invalid_field', and 'conflict' when the key
 * may not be used.
 */
const signingKey = async (
  agent: Agent,
  value: unknown,
): Promise<{ readonly jwk: PublicJwk; readonly thumbprint: string }> => {
  const ways = agent.ceilings?.authenticationMethods;
  if (ways !== undefined && !ways.includes('jwks')) {
    throw instanceRefusal('instance_key_forbidden');
  }
  const jwk = checkPublicKey(value, '/jwk');
  const thumbprint = await calculateJwkThumbprint(jwk as Parameters<typeof calculateJwkThumbprint>[0]);
  return { jwk: { ...jwk, kid: thumbprint }, thumbprint };
};

const isOfAgent = async (agent: Agent, thumbprint: string): Promise<boolean> => {
  for (const credential of credentialsOf(agent)) {
    if (credential.kind !== 'jwks') continue;
    for (const key of credential.jwks.keys) {
      const own = await calculateJwkThumbprint(key as Parameters<typeof calculateJwkThumbprint>[0]);
      if (own === thumbprint) return true;
    }
  }
  return false;
};
