/** Compares what a target has with what it shall have. Changes nothing; the delivery mends what it is told to repeat. */
import type { Agent } from '../clients/agents/agent.ts';
import type { AgentReader } from '../clients/agents/agent-reader.ts';
import type { Account } from '../identity/accounts/account.ts';
import { isObject, type Values } from '../identity/scim/values.ts';
import type { Clock } from '../ports/clock.ts';
import { type Cursor, type DocumentStore, everyDocument } from '../ports/document-store.ts';
import { agentResource, isDesired, userResource } from './desired-resources.ts';
import { PROVISIONED_OBJECTS, type ProvisionedObject, type ProvisioningTarget } from './provisioning-target.ts';
import type { ScimClient } from './scim-client.ts';
import { MOST_OWNERS } from './target-push.ts';

/** Resources of one page of the target. */
const ON_PAGE = 100;
/** Most agents of each side. */
const MOST_COMPARED = 10_000;
/** A comparison ends after this time, and says that it is not complete. */
const LONGEST_SECONDS = 20;
/** Most objects of each kind that a report names. */
const MOST_NAMED = 500;
/** What `externalId` of an agent of a server of ours is. */
const AGENT_ID = /^agt_[a-z2-7]{26}$/;

/** An object that differs. */
export type Difference = { readonly object: string; readonly attributes: readonly string[] };

export type Reconciliation = {
  /** The target does not have them. */
  readonly missing: readonly string[];
  /** The target has them, and shall not. This server knows each: others may be from another server. */
  readonly surplus: readonly string[];
  readonly different: readonly Difference[];
  /** The target has several resources of them. A person deletes those that are too many. */
  readonly doubled: readonly string[];
  /** Number of agents and owners that are the same. */
  readonly same: number;
  /** Agents of the target that are not from this server. */
  readonly foreign: number;
  /** All was compared, and all differences are named. */
  readonly isComplete: boolean;
};

export interface Reconciler {
  /** Throws a `targetError` when the target fails. */
  compare(target: ProvisioningTarget): Promise<Reconciliation>;
}

export const reconciler = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly client: ScimClient;
  readonly agents: Pick<AgentReader, 'list' | 'getMany'>;
  readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
  /** Accounts behind an owner, which may be a group. */
  readonly accountsOf: (owner: string) => Promise<readonly string[]>;
}): Reconciler => {
  const { documents, clock, client, agents, accounts } = deps;
  const objects = documents.collection<ProvisionedObject>(PROVISIONED_OBJECTS);

  const desired = async (
    target: ProvisioningTarget,
  ): Promise<{ readonly all: readonly Agent[]; readonly isWhole: boolean }> => {
    const all: Agent[] = [];
    for (let after: Cursor | undefined; all.length < MOST_COMPARED; ) {
      const page = await agents.list({ limit: 200, direction: 'ascending', ...(after ? { after } : {}) });
      all.push(...page.items.map(({ document }) => document).filter((agent) => isDesired(target, agent)));
      if (!page.next) return { all, isWhole: true };
      after = page.next;
    }
    return { all, isWhole: false };
  };

  /** All agents of the target, by externalId. Keeps of each what the report needs, since an answer may be large. */
  const remoteAgents = async (target: ProvisioningTarget, wanted: ReadonlyMap<string, Values>, until: number) => {
    const found = new Map<string, There>();
    const ids = new Set<string>();
    let read = 0;
    let foreign = 0;
    let isWhole = false;
    for (let startIndex = 1; read < MOST_COMPARED && clock.now() < until; ) {
      const { resources, total } = await client.list({ target, type: 'Agents' }, { startIndex, count: ON_PAGE });
      const fresh = resources.filter(({ id }) => !ids.has(id));
      // It answers the same page again, or has fewer than it says.
      if (resources.length > 0 && fresh.length === 0) break;
      for (const { id, values } of fresh) {
        ids.add(id);
        const { externalId } = values;
        if (typeof externalId !== 'string' || !AGENT_ID.test(externalId)) {
          foreign += 1;
          continue;
        }
        const before = found.get(externalId);
        found.set(externalId, {
          count: (before?.count ?? 0) + 1,
          attributes: before?.attributes ?? differing(wanted.get(externalId) ?? {}, values),
          isActive: before?.isActive === true || values['active'] !== false,
        });
      }
      read += resources.length;
      startIndex += resources.length;
      if (resources.length === 0 || read >= total) {
        isWhole = true;
        break;
      }
    }
    return { found, foreign, isWhole };
  };

  /** Those of these agents that this server has or had there. An agent of another server has an id of the same form. */
  const known = async (
    ids: readonly string[],
    kept: ReadonlyMap<string, ProvisionedObject>,
  ): Promise<ReadonlySet<string>> => {
    const all = new Set(ids.filter((id) => kept.has(id)));
    for (let from = 0; from < ids.length; from += ON_PAGE) {
      for (const { document } of await agents.getMany(ids.slice(from, from + ON_PAGE))) all.add(document.id);
    }
    return all;
  };

  /** What is remembered of the objects of the target, by object. */
  const remembered = async ({
    id: target,
    url,
  }: ProvisioningTarget): Promise<ReadonlyMap<string, ProvisionedObject>> => {
    const all = new Map<string, ProvisionedObject>();
    for await (const one of everyDocument(objects, { where: { target }, limit: 1000 })) {
      if (one.url === url) all.set(one.object, one);
      if (all.size >= 2 * MOST_COMPARED) break;
    }
    return all;
  };

  type Found = { missing: string[]; surplus: string[]; doubled: string[]; different: Difference[]; same: number };

  const compareAgent = (id: string, there: There | undefined, found: Found): void => {
    if (!there) {
      found.missing.push(id);
      return;
    }
    const { count, attributes } = there;
    if (count > 1) found.doubled.push(id);
    if (attributes.length > 0) found.different.push({ object: id, attributes });
    else found.same += 1;
  };

  /** The resources of the agents as they shall be, by id. */
  const resourcesOf = async (
    target: ProvisioningTarget,
    all: readonly Agent[],
    kept: ReadonlyMap<string, ProvisionedObject>,
  ): Promise<ReadonlyMap<string, Values>> => {
    const resources = new Map<string, Values>();
    for (const agent of all) {
      const ids = (await deps.accountsOf(agent.owner)).slice(0, MOST_OWNERS);
      const owners = ids.flatMap((id) => kept.get(id)?.remote ?? []).sort();
      resources.set(agent.id, agentResource(target, agent, owners));
    }
    return resources;
  };

  /** Owners that this server created there. */
  const compareUsers = async (
    target: ProvisioningTarget,
    known: ReadonlyMap<string, ProvisionedObject>,
    found: Found,
    until: number,
  ): Promise<boolean> => {
    const own = [...known.values()].filter(({ object, isForeign }) => object.startsWith('acc_') && !isForeign);
    for (let from = 0; from < own.length; from += ON_PAGE) {
      const part = own.slice(from, from + ON_PAGE);
      const byId = new Map((await accounts.getMany(part.map(({ object }) => object))).map((one) => [one.id, one]));
      for (const { object, remote } of part) {
        if (clock.now() >= until) return false;
        const account = byId.get(object);
        const values = account && account.removedAt === undefined ? userResource(target, account) : undefined;
        const there = remote === undefined ? undefined : await client.read({ target, type: 'Users', id: remote });
        if (values && !there) found.missing.push(object);
        else if (values && there) {
          const attributes = differing(values, there.values);
          if (attributes.length > 0) found.different.push({ object, attributes });
          else found.same += 1;
        } else if (there && there.values['active'] !== false) found.surplus.push(object);
      }
    }
    return true;
  };

  return {
    async compare(target) {
      const until = clock.now() + LONGEST_SECONDS;
      const kept = await remembered(target);
      const { all, isWhole: isOurs } = await desired(target);
      const wanted = await resourcesOf(target, all, kept);
      const remote = await remoteAgents(target, wanted, until);
      const found: Found = { missing: [], surplus: [], doubled: [], different: [], same: 0 };
      for (const id of wanted.keys()) {
        const there = remote.found.get(id);
        // Of a target that was not read to its end, an agent that was not met is neither there nor missing.
        if (there || remote.isWhole) compareAgent(id, there, found);
      }
      const others = [...remote.found.keys()].filter((id) => !wanted.has(id));
      const ours = await known(others, kept);
      const foreign = remote.foreign + others.length - ours.size;
      for (const id of ours) {
        const isLeft = target.removal === 'deactivate' && remote.found.get(id)?.isActive === false;
        if (isOurs && !isLeft) found.surplus.push(id);
      }
      const areUsers = await compareUsers(target, kept, found, until);
      const { missing, surplus, doubled, different, same } = found;
      const isNamed = [missing, surplus, doubled, different].every(({ length }) => length <= MOST_NAMED);
      return {
        missing: missing.slice(0, MOST_NAMED),
        surplus: surplus.slice(0, MOST_NAMED),
        doubled: doubled.slice(0, MOST_NAMED),
        different: different.slice(0, MOST_NAMED),
        ...{ same, foreign },
        isComplete: isOurs && remote.isWhole && areUsers && isNamed,
      };
    },
  };
};

/** What a target has of one agent. */
type There = {
  /** Number of its resources with this externalId. */
  readonly count: number;
  /** Names of the attributes of the first that differ. */
  readonly attributes: readonly string[];
  readonly isActive: boolean;
};

const idsIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : []).map((one) => (isObject(one) ? String(one['value']) : String(one))).sort();

/** Names of our attributes that are others there. Further attributes there do not count. */
const differing = (ours: Values, theirs: Values): readonly string[] =>
  Object.entries(ours).flatMap(([name, value]) => {
    if (name === 'schemas') return [];
    const { [name]: there } = theirs;
    if (Array.isArray(value)) return JSON.stringify(idsIn(value)) === JSON.stringify(idsIn(there)) ? [] : [name];
    // `userName` and the name of an agent have no case (RFC 7643 §4.1.1).
    const isSame =
      typeof value === 'string' && typeof there === 'string' ? isSameText(name, value, there) : value === there;
    return isSame ? [] : [name];
  });

const CASELESS: readonly string[] = ['userName', 'agentUserName', 'name'];

const isSameText = (name: string, one: string, other: string): boolean =>
  CASELESS.includes(name) ? one.toLowerCase() === other.toLowerCase() : one === other;
