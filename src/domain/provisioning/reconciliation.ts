/** Compares what a target has with what it shall have. Changes nothing; the delivery mends what it is told to repeat. */
import type { Agent } from '../clients/agents/agent.ts';
import type { AgentReader } from '../clients/agents/agent-reader.ts';
import type { Account } from '../identity/accounts/account.ts';
import { isObject, type Values } from '../identity/scim/values.ts';
import type { Clock } from '../ports/clock.ts';
import { type Cursor, type DocumentStore, everyDocument } from '../ports/document-store.ts';
import { agentResource, isDesired, userResource } from './desired-resources.ts';
import { PROVISIONED_OBJECTS, type ProvisionedObject, type ProvisioningTarget } from './provisioning-target.ts';
import type { Remote, ScimClient } from './scim-client.ts';

/** Resources of one page of the target. */
const ON_PAGE = 100;
/** Most agents of each side. */
const MOST_COMPARED = 10_000;
/** A comparison ends after this time, and says that it is not complete. */
const LONGEST_SECONDS = 20;
/** Most objects of each kind that a report names. */
const MOST_NAMED = 500;

/** An object that differs. */
export type Difference = { readonly object: string; readonly attributes: readonly string[] };

export type Reconciliation = {
  /** The target does not have them. */
  readonly missing: readonly string[];
  /** The target has them, and shall not. */
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
  readonly agents: Pick<AgentReader, 'list'>;
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

  /** All agents of the target, by externalId. Several may have the same. */
  const remoteAgents = async (target: ProvisioningTarget, until: number) => {
    const found = new Map<string, Remote[]>();
    let read = 0;
    let foreign = 0;
    let isWhole = false;
    for (let startIndex = 1; read < MOST_COMPARED && clock.now() < until; ) {
      const { resources, total } = await client.list({ target, type: 'Agents' }, { startIndex, count: ON_PAGE });
      for (const one of resources) {
        const { externalId } = one.values;
        if (typeof externalId === 'string' && externalId.startsWith('agt_')) {
          found.set(externalId, [...(found.get(externalId) ?? []), one]);
        } else foreign += 1;
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

  /** What is remembered of the objects of the target, by object. */
  const remembered = async ({ id: target }: ProvisioningTarget): Promise<ReadonlyMap<string, ProvisionedObject>> => {
    const all = new Map<string, ProvisionedObject>();
    for await (const one of everyDocument(objects, { where: { target }, limit: 1000 })) {
      all.set(one.object, one);
      if (all.size >= 2 * MOST_COMPARED) break;
    }
    return all;
  };

  type Found = { missing: string[]; surplus: string[]; doubled: string[]; different: Difference[]; same: number };

  const compareAgent = (
    target: ProvisioningTarget,
    agent: Agent,
    remotes: readonly Remote[],
    owners: readonly string[],
    found: Found,
  ): void => {
    const [first, ...others] = remotes;
    if (!first) {
      found.missing.push(agent.id);
      return;
    }
    if (others.length > 0) found.doubled.push(agent.id);
    const attributes = differing(agentResource(target, agent, owners), first.values);
    if (attributes.length > 0) found.different.push({ object: agent.id, attributes });
    else found.same += 1;
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
      const known = await remembered(target);
      const { all, isWhole: isOurs } = await desired(target);
      const remote = await remoteAgents(target, until);
      const found: Found = { missing: [], surplus: [], doubled: [], different: [], same: 0 };
      const wanted = new Set(all.map(({ id }) => id));
      for (const agent of all) {
        const ids = await deps.accountsOf(agent.owner);
        const owners = ids.flatMap((id) => known.get(id)?.remote ?? []).sort();
        const there = remote.found.get(agent.id) ?? [];
        // Of a target that was not read to its end, an agent that was not met is neither there nor missing.
        if (there.length > 0 || remote.isWhole) compareAgent(target, agent, there, owners, found);
      }
      for (const [id, resources] of remote.found) {
        const isLeft = target.removal === 'deactivate' && resources.every(({ values }) => values['active'] === false);
        if (!wanted.has(id) && isOurs && !isLeft) found.surplus.push(id);
      }
      const areUsers = await compareUsers(target, known, found, until);
      const { missing, surplus, doubled, different, same } = found;
      const isNamed = [missing, surplus, doubled, different].every(({ length }) => length <= MOST_NAMED);
      return {
        missing: missing.slice(0, MOST_NAMED),
        surplus: surplus.slice(0, MOST_NAMED),
        doubled: doubled.slice(0, MOST_NAMED),
        different: different.slice(0, MOST_NAMED),
        ...{ same, foreign: remote.foreign },
        isComplete: isOurs && remote.isWhole && areUsers && isNamed,
      };
    },
  };
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
