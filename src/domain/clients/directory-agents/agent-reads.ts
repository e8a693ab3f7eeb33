/** Reads the agents of a directory: those that a user of the directory owns. */
import type { AccountReader } from '../../identity/accounts/account-reader.ts';
import { foldedName } from '../../identity/accounts/username.ts';
import type { Directory } from '../../identity/directories/directory.ts';
import { directoryMembers, type Pair } from '../../identity/directories/directory-members.ts';
import { directoryRefusal } from '../../identity/directories/directory-refusals.ts';
import { equalTo, type Filter } from '../../identity/scim/filter.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Agent } from '../agents/agent.ts';
import type { AgentReader } from '../agents/agent-reader.ts';
import { type AgentOfDirectory, ownerInFilter } from './agent-values.ts';
import { DIRECTORY_AGENTS, type DirectoryAgentRecord } from './directory-agent.ts';

/** Maximum number of agents that one list reads. */
const MOST_LISTED = 10_000;
/** Owners whose agents are read together. */
const OWNERS_AT_ONCE = 100;

/** An agent of a directory, with the versions of what it consists of. */
export type FoundAgent = AgentOfDirectory & {
  readonly agentVersion: number;
  readonly recordVersion: number;
};

export interface AgentReads {
  /** Undefined: the directory has no such agent, it is retired, or its owner holds a role. */
  get(directory: Directory, id: string): Promise<FoundAgent | undefined>;
  /**
   * All agents that may fit a filter, oldest first. Reads few for `id eq`, `agentUserName eq`, `externalId eq` and an owner.
   * Throws 'invalid_field' where it would read more than 10,000 users or agents.
   */
  candidates(directory: Directory, filter: Filter | undefined): Promise<readonly FoundAgent[]>;
}

export const agentReads = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly accounts: Pick<AccountReader, 'get' | 'getVersions' | 'findByUsername'>;
  readonly agents: Pick<AgentReader, 'get' | 'list'>;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): AgentReads => {
  const { documents, agents } = deps;
  const records = documents.collection<DirectoryAgentRecord>(DIRECTORY_AGENTS);
  const members = directoryMembers(deps);

  const found = (
    directory: Directory,
    { document: agent, version }: Versioned<Agent>,
    { account: { document } }: Pair,
    kept: Versioned<DirectoryAgentRecord> | undefined,
  ): FoundAgent => {
    const isKept = kept?.document.directory === directory.id;
    return {
      ...{ agent, agentVersion: version, owner: { id: document.id, name: document.name } },
      ...(isKept ? { record: kept.document, recordVersion: kept.version } : { recordVersion: 0 }),
    };
  };

  const get = async (directory: Directory, id: string): Promise<FoundAgent | undefined> => {
    const agent = await agents.get(id);
    if (!agent || agent.document.state === 'retired') return undefined;
    const owner = await members.pairOf(directory, agent.document.owner);
    return owner && found(directory, agent, owner, await records.get(id));
  };

  const ofOwners = async (directory: Directory, pairs: readonly Pair[]): Promise<readonly FoundAgent[]> => {
    const byId = new Map(pairs.map((pair) => [pair.account.document.id, pair]));
    const all: FoundAgent[] = [];
    for (let after: Cursor | undefined; ; ) {
      const page = await agents.list({ owners: [...byId.keys()], limit: 200, ...(after ? { after } : {}) });
      const live = page.items.filter(({ document }) => document.state !== 'retired');
      const kept = await records.getMany(live.map(({ document }) => document.id));
      const keptById = new Map(kept.map((one) => [one.document.id, one]));
      for (const agent of live) {
        const owner = byId.get(agent.document.owner);
        if (owner) all.push(found(directory, agent, owner, keptById.get(agent.document.id)));
      }
      if (!page.next) return all;
      after = page.next;
    }
  };

  const allOf = async (directory: Directory): Promise<readonly FoundAgent[]> => {
    const pairs = await members.candidates(directory, undefined);
    const all: FoundAgent[] = [];
    for (let from = 0; from < pairs.length; from += OWNERS_AT_ONCE) {
      all.push(...(await ofOwners(directory, pairs.slice(from, from + OWNERS_AT_ONCE))));
      if (all.length > MOST_LISTED)
        throw directoryRefusal('directory_list_too_long', { params: { most: MOST_LISTED } });
    }
    return all.sort(byAge);
  };

  const each = async (directory: Directory, ids: readonly string[]): Promise<readonly FoundAgent[]> => {
    const all: FoundAgent[] = [];
    for (const id of ids) {
      const one = await get(directory, id);
      if (one) all.push(one);
    }
    return all.sort(byAge);
  };

  const recorded = async (directory: Directory, where: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    (await records.find({ where: { directory: directory.id, ...where }, limit: 1000 })).map(
      ({ document }) => document.id,
    );

  return {
    get,

    async candidates(directory, filter): Promise<readonly FoundAgent[]> {
      const id = filter && equalTo(filter, 'id');
      const userName = filter && equalTo(filter, 'agentUserName');
      const externalId = filter && equalTo(filter, 'externalId');
      const owner = filter && ownerInFilter(filter);
      if (id !== undefined) return each(directory, [id]);
      if (userName !== undefined) {
        const folded = foldedName(userName);
        return each(directory, [...new Set([folded, ...(await recorded(directory, { foldedUserName: folded }))])]);
      }
      if (externalId !== undefined) return each(directory, await recorded(directory, { externalId }));
      if (owner === undefined) return allOf(directory);
      const pair = await members.pairOf(directory, owner);
      return pair ? [...(await ofOwners(directory, [pair]))].sort(byAge) : [];
    },
  };
};

const byAge = ({ agent: one }: FoundAgent, { agent: other }: FoundAgent): number =>
  one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
