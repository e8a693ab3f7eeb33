/** Findings about agents, the most urgent first. The API, the command line and the console show the same findings. */
import type { Page } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, Versioned } from '../../ports/document-store.ts';
import type { Agent } from './agent.ts';
import type { AgentQuery } from './agent-lists.ts';

/**
 * `orphaned`: the agent has no owner. `secrets`: it has an exception for a client secret, which can be copied.
 * `expiring`: the agent or one of its credentials ends within 30 days. `stopped`: active, but blocked. `pending`: not
 * accepted. `unused`: no token for 30 days.
 */
export const FINDING_KINDS = ['orphaned', 'secrets', 'expiring', 'stopped', 'pending', 'unused'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export type FoundAgent = {
  readonly agent: Agent;
  /** Epoch second at which it ends, or until which it can be accepted. */
  readonly at?: number;
  /** Epoch second; absent: never. */
  readonly lastUsedAt?: number;
};

export type AgentFinding = {
  readonly kind: FindingKind;
  readonly agents: readonly FoundAgent[];
  /** Whether there are more than these. */
  readonly isMore: boolean;
};

export type NewestAgents = {
  readonly agents: readonly Agent[];
  readonly uses: ReadonlyMap<string, number>;
  /** Whether there are older agents that were not examined. */
  readonly isMore: boolean;
};

/** Maximum number of agents examined one by one, newest first. */
const MOST_LOOKED_AT = 1_000;
const BATCH = 200;
const SOON_SECONDS = 30 * 86_400;

/** Finds agents that need attention. */
export interface AgentFindings {
  /** Finds agents of these accounts and groups, or of all. Also limits expiring and stopped agents to these. */
  newest(owners: readonly string[] | undefined): Promise<NewestAgents>;
  /** Returns at most `limit` agents of each kind. Leaves out kinds without agents. */
  of(owners: readonly string[] | undefined, newest: NewestAgents, limit: number): Promise<readonly AgentFinding[]>;
}

export const agentFindings = ({
  agents,
  counting,
  clock,
}: {
  readonly agents: {
    list(query: AgentQuery): Promise<Page<Agent>>;
    lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  };
  /** The same agents in their effective state, as token requests see them. */
  readonly counting: { getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]> };
  readonly clock: Pick<Clock, 'now'>;
}): AgentFindings => {
  const withUses = async (page: readonly Agent[], at?: (agent: Agent) => number | undefined) => {
    const uses = await agents.lastUses(page.map(({ id }) => id));
    return page.map((agent) => found(agent, uses, at));
  };

  return {
    async newest(owners): Promise<NewestAgents> {
      const newest: Agent[] = [];
      const uses = new Map<string, number>();
      let after: Cursor | undefined;
      do {
        const page: Page<Agent> = await agents.list({ ...ofOwners(owners), limit: BATCH, ...(after ? { after } : {}) });
        const documents = page.items.map(({ document }) => document);
        newest.push(...documents);
        for (const [id, at] of await agents.lastUses(documents.map(({ id }) => id))) uses.set(id, at);
        after = page.next;
      } while (after && newest.length < MOST_LOOKED_AT);
      return { agents: newest, uses, isMore: after !== undefined };
    },

    async of(owners, newest, limit): Promise<readonly AgentFinding[]> {
      const now = clock.now();
      const soon = now + SOON_SECONDS;
      const inUse = newest.agents.filter(isInUse);

      const listed = async (
        kind: FindingKind,
        query: AgentQuery,
        at?: (agent: Agent) => number | undefined,
      ): Promise<AgentFinding> => {
        const { items, next } = await agents.list({ ...ofOwners(owners), ...query, limit });
        const documents = items.map(({ document }) => document);
        return { kind, agents: await withUses(documents, at), isMore: next !== undefined };
      };

      const among = (kind: FindingKind, some: readonly Agent[], at?: (agent: Agent) => number | undefined) => ({
        kind,
        agents: some.slice(0, limit).map((agent) => found(agent, newest.uses, at)),
        isMore: some.length > limit,
      });

      // All of them, regardless of age: there are few, and each matters.
      const withSecret = async (): Promise<AgentFinding> => {
        const { items } = await agents.list({ ...ofOwners(owners), withSecret: true, limit: BATCH });
        const documents = items.map(({ document }) => document).filter(isInUse);
        return {
          kind: 'secrets',
          agents: await withUses(documents.slice(0, limit)),
          isMore: documents.length > limit,
        };
      };

      const ending = inUse
        .filter((agent) => (endOf(agent) ?? soon) < soon)
        .sort((one, other) => (endOf(one) ?? 0) - (endOf(other) ?? 0));
      const active = newest.agents.filter(({ state }) => state === 'active');
      const counts = new Map<string, Agent>();
      for (let from = 0; from < active.length; from += BATCH) {
        const ids = active.slice(from, from + BATCH).map(({ id }) => id);
        for (const { document } of await counting.getMany(ids)) counts.set(document.id, document);
      }
      const isStopped = ({ id }: Agent): boolean => (counts.get(id)?.state ?? 'active') !== 'active';

      const findings = await Promise.all([
        listed('orphaned', { state: 'orphaned' }),
        withSecret(),
        among('expiring', ending, endOf),
        among('stopped', active.filter(isStopped)),
        listed('pending', { state: 'pending' }, ({ acceptBy }) => acceptBy),
        listed('unused', { state: 'active', unusedSince: now - SOON_SECONDS }),
      ]);
      return findings.filter(({ agents: some }) => some.length > 0);
    },
  };
};

const ofOwners = (owners: readonly string[] | undefined) => (owners === undefined ? {} : { owners });

const found = (
  agent: Agent,
  uses: ReadonlyMap<string, number>,
  atOf: (agent: Agent) => number | undefined = () => undefined,
): FoundAgent => {
  const [at, lastUsedAt] = [atOf(agent), uses.get(agent.id)];
  return { agent, ...(at === undefined ? {} : { at }), ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
};

const isInUse = ({ state }: Agent): boolean => state === 'active' || state === 'suspended';

const endOf = ({ expiresAt, credentialsEndAt }: Agent): number | undefined => {
  const ends = [expiresAt, credentialsEndAt].filter((at) => at !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
};
