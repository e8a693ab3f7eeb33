import { isGroupId } from '../../identity/groups/group.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { AGENTS, type Agent } from './agent.ts';
import { ownershipOf } from './ownership.ts';

/**
 * A change of ownership of an agent, kept until everything it ended is stored as ended. It is written before the
 * change, so that no crash loses it. It also records that the members of a group changed; `agent` is then the group.
 */
type HandOver = {
  /** The agent and the number it gets. */
  readonly id: string;
  readonly agent: string;
  readonly ownership: number;
  readonly at: number;
};

export const HAND_OVERS = {
  name: 'hand_overs',
  holds: 'one change of ownership, until what it ended is stored as ended',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'all of it has ended, or the change did not happen within an hour' },
  transfer: 'removes authority',
  indexes: [{ fields: ['at'] }],
  members: ['agent', 'ownership', 'at'],
} as const satisfies OwnedCollection;

/** After this time, an announced change of ownership that did not happen is dropped. */
const ANNOUNCED_SECONDS = 3600;
/** Maximum number of objects of each kind that end within the call that changes the owner; the rest follows. */
const AT_ONCE = 50;
const LATER = 1000;
/** Time for the call itself to end everything. Without this time, a second worker could notify users twice. */
const GRACE_SECONDS = 30;
const PAGE = 100;
const SYSTEM: By = { caller: 'system' };

/**
 * Ends, in the store, at most `limit` objects that an agent holds from before its change of ownership. Returns how
 * many. Idempotent.
 */
export type EndFormer = (agent: Pick<Agent, 'id' | 'owner' | 'ownership'>, by: By, limit: number) => Promise<number>;

export interface HandOvers {
  /** Must be called before the ownership of an agent changes. */
  announce(agent: Agent): Promise<void>;

  /** Must be called when it has changed. */
  done(agent: Agent, by: By): Promise<void>;

  /**
   * Called after accounts joined or left a group. Consents to accounts that have all left are invalid from
   * then on. `settleAll` writes that to the store later and notifies users.
   */
  membersChanged(group: string): Promise<void>;

  /** Continues unfinished changes of ownership whose own call has had `graceSeconds`. */
  settleAll(graceSeconds?: number): Promise<void>;
}

/**
 * Completes changes of ownership. From the swap of the owner on, nothing from before it is valid
 * (ownership.ts). This writes that to the store, with the audit events that notify users. One node later
 * completes what a crash left undone.
 */
export const handOvers = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly agents: { get(id: string): Promise<{ readonly document: Agent } | undefined> };
  readonly ends: readonly EndFormer[];
  readonly hands: { heldSince(group: string): Promise<number> };
}): HandOvers => {
  const { documents, clock, agents, ends, hands } = deps;
  const owned = documents.collection<Agent>(AGENTS);
  const collection = documents.collection<HandOver>(HAND_OVERS);
  const idOf = (agent: string, ownership: number): string => `${agent}:${ownership}`;

  /** Returns whether nothing is left to do. */
  const settle = async (agent: Agent, by: By, limit: number): Promise<boolean> => {
    let isDone = true;
    for (const end of ends) if ((await end(agent, by, limit)) >= limit) isDone = false;
    return isDone;
  };

  const settleGroup = async (group: string): Promise<boolean> => {
    let isDone = true;
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    for await (const agent of everyDocument(owned, { where: { owner: group }, order, limit: PAGE })) {
      isDone = (await settle(agent, SYSTEM, LATER)) && isDone;
    }
    return isDone;
  };

  return {
    async announce(agent: Agent): Promise<void> {
      const ownership = ownershipOf(agent) + 1;
      await tryInsert(collection, { id: idOf(agent.id, ownership), agent: agent.id, ownership, at: clock.now() });
    },

    async done(agent: Agent, by: By): Promise<void> {
      if (await settle(agent, by, AT_ONCE)) await collection.take(idOf(agent.id, ownershipOf(agent)));
    },

    async membersChanged(group: string): Promise<void> {
      if ((await hands.heldSince(group)) === 0) return;
      await tryInsert(collection, { id: idOf(group, clock.now()), agent: group, ownership: 0, at: clock.now() });
    },

    settleAll: (graceSeconds = GRACE_SECONDS): Promise<void> =>
      withMutex({ documents, clock }, 'hand-overs', async () => {
        const found = await collection.find({ order: { by: 'at', direction: 'ascending' }, limit: 20 });
        for (const { document } of found) {
          if (isGroupId(document.agent)) {
            if (await settleGroup(document.agent)) await collection.take(document.id);
            continue;
          }
          if (document.at > clock.now() - graceSeconds) continue;
          const agent = (await agents.get(document.agent))?.document;
          const hasHappened = agent !== undefined && ownershipOf(agent) >= document.ownership;
          const isOver = document.at <= clock.now() - ANNOUNCED_SECONDS;
          if (hasHappened ? await settle(agent, SYSTEM, LATER) : isOver) await collection.take(document.id);
        }
      }),
  };
};
