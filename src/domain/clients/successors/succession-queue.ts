/** The orphans that wait for a successor. Written before an agent becomes an orphan, so that no crash loses it. */
import type { LeaverFacts, LeaverFactsOf } from '../../identity/directories/leaver-facts.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, type DocumentStore, everyDocument, tryInsert, update } from '../../ports/document-store.ts';
import { AGENTS, type Agent } from '../agents/agent.ts';
import { ownershipOf } from '../agents/ownership.ts';
import { SUCCESSIONS, type Succession } from './successor-rule.ts';

/** Id of the entry that has all orphans looked at again. No agent has it. */
export const ALL_ORPHANS = 'all';
/** Entries of one agent: two at most, after a crash. */
const MOST_ENTRIES = 10;
const MOST_OFFERED = 1000;
const PAGE = 200;

export interface SuccessionQueue {
  readonly entries: Collection<Succession>;
  /** Must be called before an agent becomes an orphan, with what its directory said about its owner. Idempotent. */
  begin(agent: Agent, facts: LeaverFacts): Promise<void>;
  /** Has an agent looked at in the next turn. */
  lookAt(agent: string): Promise<void>;
  /** Has agents looked at that were offered to this account, because it left. At most 1,000: the others come later. */
  candidateLeft(account: string): Promise<void>;
  /** Has all orphans looked at, because the rules changed. Idempotent. */
  lookAgain(): Promise<void>;
  /** Makes all orphans due, also those without an entry. */
  makeAllDue(): Promise<void>;
}

export const successionQueue = ({
  documents,
  clock,
  factsOf,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** What a directory says about an account now. */
  readonly factsOf: LeaverFactsOf;
}): SuccessionQueue => {
  const entries = documents.collection<Succession>(SUCCESSIONS);
  const agents = documents.collection<Agent>(AGENTS);
  const oldestFirst = { by: 'createdAt', direction: 'ascending' } as const;

  const begin = async (agent: Agent, facts: LeaverFacts): Promise<void> => {
    const at = clock.now();
    const id = `${agent.id}:${ownershipOf(agent)}:${at}`;
    await tryInsert(entries, { id, agent: agent.id, at, dueAt: at, ...facts });
  };

  /** Returns whether the agent has an entry. */
  const makeDue = async (agent: string): Promise<boolean> => {
    const found = await entries.find({ where: { agent }, limit: MOST_ENTRIES });
    for (const { document } of found) {
      await update(entries, document.id, (one) => ({ ...one, dueAt: Math.min(one.dueAt, clock.now()) }));
    }
    return found.length > 0;
  };

  return {
    entries,
    begin,

    lookAt: async (agent) => void (await makeDue(agent)),

    async candidateLeft(account) {
      const offered = await agents.find({ where: { transferTo: account }, order: oldestFirst, limit: MOST_OFFERED });
      for (const { document } of offered) await makeDue(document.id);
    },

    lookAgain: async () =>
      void (await tryInsert(entries, { id: ALL_ORPHANS, agent: ALL_ORPHANS, at: clock.now(), dueAt: clock.now() })),

    async makeAllDue() {
      const orphans = { where: { state: 'orphaned' }, order: oldestFirst, limit: PAGE };
      for await (const agent of everyDocument(agents, orphans)) {
        if (!(await makeDue(agent.id))) await begin(agent, await factsOf(agent.owner));
      }
    },
  };
};
