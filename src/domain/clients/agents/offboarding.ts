import type { LeaverFacts, LeaverFactsOf } from '../../identity/directories/leaver-facts.ts';
import type { Group } from '../../identity/groups/group.ts';
import type { GroupRegistry } from '../../identity/groups/group-registry.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Agent } from './agent.ts';
import type { AgentRegistry } from './agent-registry.ts';

/**
 * An account that leaves, kept until all that it owned is frozen. It is written before the account leaves, so that no
 * crash loses it. It also keeps what its directory said about it, because the directory may forget it next.
 */
type OffboardingRecord = LeaverFacts & { readonly id: string; readonly at: number };

export const OFFBOARDINGS = {
  name: 'offboardings',
  holds: 'one account that leaves, until all it owned is frozen',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'all is frozen, or the account did not leave within an hour' },
  transfer: 'removes authority',
  indexes: [{ fields: ['at'] }],
  members: ['at'],
} as const satisfies OwnedCollection;

/** After this time, an announced departure that did not happen is dropped. */
const ANNOUNCED_SECONDS = 3600;
/** Maximum number of agents frozen within the call that made their owner leave; the rest follows. */
const AT_ONCE = 100;
const SYSTEM: By = { caller: 'system' };

/**
 * Makes orphans of the agents of accounts that are disabled or deleted, and of groups without members. These agents are
 * blocked even before this runs, because each request checks the owner (groups/owners.ts). This makes the state
 * permanent and visible in lists.
 */
export interface Offboarding {
  /** Must be called before an account is disabled or deleted. */
  announce(account: string): Promise<void>;
  /** Must be called when the account has been disabled or deleted. */
  left(account: string, by: By): Promise<void>;
  /**
   * Previews `left` for active accounts that leave together: at most `limit` agents that would have no owner, and groups
   * that would have no active member. Changes nothing.
   */
  ifLeft(
    accounts: readonly string[],
    limit: number,
  ): Promise<{ readonly agents: readonly Agent[]; readonly groups: readonly Group[] }>;
  /** Called before an account is enabled again, so that it does not restore a group that had lost all its members. */
  returning(account: string): Promise<void>;
  /** Must be called when the members of a group have changed. */
  membersLeft(group: Pick<Group, 'id' | 'answersFrom'>, by: By): Promise<void>;
  /** Continues unfinished work, at most about `limit` agents for each account that left. */
  settleAll(limit?: number): Promise<void>;
}

/** What the directory of an owner said when they left, while the departure is under way; else what it says now. */
export const factsAtDeparture = (documents: DocumentStore, factsNow: LeaverFactsOf): LeaverFactsOf => {
  const collection = documents.collection<OffboardingRecord>(OFFBOARDINGS);
  return async (account) => {
    const { directory, manager } = (await collection.get(account))?.document ?? (await factsNow(account));
    return { ...(directory === undefined ? {} : { directory }), ...(manager === undefined ? {} : { manager }) };
  };
};

export const newOffboarding = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly groups: Pick<GroupRegistry, 'ofAccount' | 'lostAll'>;
  readonly owners: Pick<Owners, 'answersFrom'>;
  readonly agents: Pick<AgentRegistry, 'orphanAll' | 'orphansWithout'>;
  /** Ends everything else that depends on an account that is no longer active. Idempotent. */
  readonly leave?: (account: string, by: By) => Promise<void>;
  /** What the directory of an account says. Default: nothing. */
  readonly factsOf?: LeaverFactsOf;
  /** Called when an account joined or left a group. Idempotent. */
  readonly membersChanged?: (group: string) => Promise<void>;
}): Offboarding => {
  const { documents, clock, groups, owners, agents, leave, membersChanged, factsOf = async () => ({}) } = deps;
  const collection = documents.collection<OffboardingRecord>(OFFBOARDINGS);

  /** A group without members loses everything it accepted, even if an account joins it again. */
  const closeGroup = async (id: string): Promise<boolean> => {
    if ((await owners.answersFrom(id)) !== undefined) return false;
    await groups.lostAll(id, clock.now());
    return true;
  };

  /**
   * Owners whose agents must be checked when an account leaves: the account, and its groups that are or were
   * lost (`isLost`).
   */
  const ownersLeftBy = async (account: string, isLost: (group: string) => Promise<boolean>) => {
    const owned = [account];
    const lost: Group[] = [];
    for (const group of await groups.ofAccount(account)) {
      const isGone = await isLost(group.id);
      if (isGone) lost.push(group);
      if (isGone || group.answersFrom !== undefined) owned.push(group.id);
    }
    return { owned, lost };
  };

  /** Returns whether nothing is left to do. */
  const settle = async (account: string, by: By, limit: number): Promise<boolean> => {
    await leave?.(account, by);
    const { owned } = await ownersLeftBy(account, async (group) => {
      const isGone = await closeGroup(group);
      await membersChanged?.(group);
      return isGone;
    });
    for (const owner of owned) if (!(await agents.orphanAll(owner, by, limit))) return false;
    return true;
  };

  return {
    async announce(account): Promise<void> {
      await tryInsert(collection, { id: account, at: clock.now(), ...(await factsOf(account)) });
    },

    async left(account, by): Promise<void> {
      if (await settle(account, by, AT_ONCE)) await collection.take(account);
    },

    async ifLeft(accounts, limit): Promise<{ readonly agents: readonly Agent[]; readonly groups: readonly Group[] }> {
      const owned = new Set<string>();
      const lost = new Map<string, Group>();
      const isLost = async (group: string): Promise<boolean> =>
        (await owners.answersFrom(group, accounts)) === undefined;
      for (const account of accounts) {
        const left = await ownersLeftBy(account, isLost);
        for (const owner of left.owned) owned.add(owner);
        for (const group of left.lost) lost.set(group.id, group);
      }
      const orphans: Agent[] = [];
      for (const owner of owned) {
        orphans.push(...(await agents.orphansWithout(owner, accounts, limit - orphans.length)));
      }
      return { agents: orphans, groups: [...lost.values()] };
    },

    async returning(account): Promise<void> {
      for (const { id } of await groups.ofAccount(account)) await closeGroup(id);
    },

    async membersLeft(group, by): Promise<void> {
      const { id, answersFrom } = group;
      if ((await closeGroup(id)) || answersFrom !== undefined) await agents.orphanAll(id, by, AT_ONCE);
      await membersChanged?.(id);
    },

    async settleAll(limit = 500): Promise<void> {
      const found = await collection.find({ order: { by: 'at', direction: 'ascending' }, limit: 20 });
      for (const { document } of found) {
        if (!(await settle(document.id, SYSTEM, limit))) continue;
        const isGone = (await owners.answersFrom(document.id)) === undefined;
        if (isGone || document.at <= clock.now() - ANNOUNCED_SECONDS) await collection.take(document.id);
      }
    },
  };
};
