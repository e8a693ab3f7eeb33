/** The newest agents, for counts on the first page of the console. */
import type { Page } from '../../platform/registries/registered-documents.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { Agent } from './agent.ts';
import type { AgentQuery } from './agent-lists.ts';
import type { AgentReader } from './agent-reader.ts';

export type NewestAgents = {
  readonly agents: readonly Agent[];
  /** Last uses by id, epoch seconds. */
  readonly uses: ReadonlyMap<string, number>;
  /** Whether there are older agents that were not read. */
  readonly isMore: boolean;
};

/** Most agents that are read. */
const MOST_READ = 1_000;
const BATCH = 200;

/** Reads the newest agents of these accounts and groups, or of all, at most 1,000. */
export const newestAgents = async (
  agents: Pick<AgentReader, 'lastUses'> & { list(query: AgentQuery): Promise<Page<Agent>> },
  owners: readonly string[] | undefined,
): Promise<NewestAgents> => {
  const newest: Agent[] = [];
  const uses = new Map<string, number>();
  let after: Cursor | undefined;
  do {
    const of = owners === undefined ? {} : { owners };
    const page: Page<Agent> = await agents.list({ ...of, limit: BATCH, ...(after ? { after } : {}) });
    const documents = page.items.map(({ document }) => document);
    newest.push(...documents);
    for (const [id, at] of await agents.lastUses(documents.map(({ id }) => id))) uses.set(id, at);
    after = page.next;
  } while (after && newest.length < MOST_READ);
  return { agents: newest, uses, isMore: after !== undefined };
};
