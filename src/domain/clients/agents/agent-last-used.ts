/**
 * Tracks when agents were last used. The time is stored apart from the registry, so that the use of an agent does not
 * change the agent. Uses are recorded in memory; housekeeping writes them at most once a minute for each agent. A
 * process that crashes loses up to a minute.
 */
import { lastUsedTracker } from '../../platform/cluster/last-used.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, type DocumentStore, LOST, type Query, retryLost, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { AGENTS, type Agent } from './agent.ts';

export type AgentUse = {
  /** Of the agent. */
  readonly id: string;
  readonly owner: string;
  /** Last use, or the registration for an agent that was never used. Epoch seconds. */
  readonly usedAt: number;
  readonly isUsed?: true;
  /** The start of its inactivity, epoch seconds. Absent while it is suspended for inactivity. */
  readonly idleFrom?: number;
};

export const AGENT_USE = {
  name: 'agent_use',
  holds: 'when an agent was last used',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'an agent has one document, and agents stay' },
  transfer: 'neither',
  indexes: [{ fields: ['usedAt'] }, { fields: ['owner', 'usedAt'] }, { fields: ['idleFrom'] }],
  members: ['owner', 'usedAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

const BATCH = 500;

/** When agents were last used. */
export interface AgentUses {
  /** Creates the records of agents that were just registered. */
  begin(made: readonly Pick<Agent, 'id' | 'owner' | 'createdAt'>[]): Promise<void>;
  /** Records that an agent got a token now. Costs only memory. */
  note(id: string): void;
  /** Writes recorded uses, at most 2,000. */
  flush(): Promise<void>;
  /** Restarts the inactivity period of an agent that was resumed or has a new owner. */
  renew(id: string, owner: string): Promise<void>;
  /** Stops the inactivity check for an agent that is suspended. */
  settled(id: string): Promise<void>;
  /** Agents that have been idle since `until` or longer, the longest first. */
  idle(until: number, after: Cursor | undefined): Promise<readonly AgentUse[]>;
  /** In the order of last use. */
  walk(query: Omit<Query, 'order'>, direction: 'ascending' | 'descending'): Promise<readonly AgentUse[]>;
  /** Last uses by agent; those that were never used are left out. At most 1000 ids. */
  lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export const agentUse = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): AgentUses => {
  const collection = documents.collection<AgentUse>(AGENT_USE);
  const agents = documents.collection<Agent>(AGENTS);

  const beginning = ({ id, owner, createdAt }: Pick<Agent, 'id' | 'owner' | 'createdAt'>): AgentUse => ({
    id,
    owner,
    usedAt: createdAt,
    idleFrom: createdAt,
  });

  /** Writes the record that `change` returns. Never overwrites a later use that another node wrote. */
  const write = (id: string, change: (agentUse: AgentUse) => AgentUse): Promise<void> =>
    retryLost(id, async () => {
      const found = await collection.get(id);
      if (found) {
        const next = change(found.document);
        if (JSON.stringify(next) === JSON.stringify(found.document)) return undefined;
        return (await collection.replace(next, found.version)) ? undefined : LOST;
      }
      const agent = (await agents.get(id))?.document;
      return !agent || (await tryInsert(collection, change(beginning(agent)))) ? undefined : LOST;
    });

  const noted = lastUsedTracker<{ readonly usedAt: number }>(clock, (id, { usedAt }) =>
    write(id, (agentUse) => ({
      ...agentUse,
      usedAt: Math.max(usedAt, agentUse.isUsed ? agentUse.usedAt : 0),
      isUsed: true,
      idleFrom: Math.max(usedAt, agentUse.idleFrom ?? 0),
    })),
  );

  return {
    begin: (made): Promise<void> => collection.insertMany(made.map(beginning)),

    note: (id): void => noted.note(id, (usedAt) => ({ usedAt })),

    flush: noted.flush,

    renew: (id, owner): Promise<void> =>
      write(id, (agentUse) => ({ ...agentUse, owner, idleFrom: Math.max(clock.now(), agentUse.idleFrom ?? 0) })),

    settled: (id): Promise<void> => write(id, ({ idleFrom: _, ...kept }) => kept),

    idle: async (until, after): Promise<readonly AgentUse[]> =>
      (
        await collection.find({
          range: { field: 'idleFrom', lte: until },
          order: { by: 'idleFrom', direction: 'ascending' },
          limit: BATCH,
          ...(after ? { after } : {}),
        })
      ).map(({ document }) => document),

    walk: async (query, direction): Promise<readonly AgentUse[]> =>
      (await collection.find({ ...query, order: { by: 'usedAt', direction } })).map(({ document }) => document),

    async lastUses(ids): Promise<ReadonlyMap<string, number>> {
      const found = await collection.getMany(ids);
      return new Map(found.flatMap(({ document }) => (document.isUsed ? [[document.id, document.usedAt]] : [])));
    },
  };
};
