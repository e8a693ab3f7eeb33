/** Keeps the facts of people from the audit log, and says which agents belong to a person who was unlike themselves within the hour. */
import { heldDocuments } from '../../audit/held-documents.ts';
import { type RecentRecord, sourceOfRecord } from '../../audit/recent-records.ts';
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { isOfOneAgent } from './agent-failures.ts';
import { PERSON_FACTS, type PersonEvent, type PersonFacts, personEventOf, waysOf, withAct } from './person-facts.ts';

/** People whose facts stay in memory: at most about 60 MB, and mostly 5. */
const MOST_PEOPLE = 10_000;
/** Most agents of one person that are watched, and most of all people: about 2 MB. */
const MOST_OF_PERSON = 200;
const MOST_WATCHED = 20_000;
const WATCHED_SECONDS = 3600;

export type Watched = { readonly at: number; readonly ways: number };

export interface PersonWatch {
  note(record: RecentRecord): void;
  /** Counts what was noted. Throws StoreUnavailable where the store fails. Undefined: nothing was noted. */
  evaluate(): Promise<void> | undefined;
  /** How unlike themselves the owner of the agent was in the hour before `now`. Undefined: as ever, as far as is known. */
  ownerOf(agent: string, now: number): Watched | undefined;
  /** How many people's facts were changed and not stored. */
  changed(): number;
  /**
   * Stores at most `most` of what was counted. Returns how many are left. Facts that are damaged in the store stay in memory. Throws
   * StoreUnavailable where the store fails.
   */
  store(most?: number): Promise<number>;
  forget(): void;
}

export const personWatch = ({
  documents,
  clock,
  digestOf,
  pause,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly digestOf: (account: string, network: string) => string;
  readonly pause: () => Promise<void>;
}): PersonWatch => {
  const agents = documents.collection<Agent>(AGENTS);
  const held = heldDocuments(documents.collection<PersonFacts>(PERSON_FACTS), { most: MOST_PEOPLE, clock, pause });
  let waiting: { readonly person: string; readonly event: PersonEvent }[] = [];
  let watched = new Map<string, Watched>();

  const watch = async (owner: string, of: Watched): Promise<void> => {
    for (const { document } of await agents.find({ where: { owner, state: 'active' }, limit: MOST_OF_PERSON })) {
      watched.delete(document.id);
      watched.set(document.id, of);
    }
    for (const id of watched.keys()) {
      if (watched.size <= MOST_WATCHED) return;
      watched.delete(id);
    }
  };

  const count = async (): Promise<void> => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      const { person, event } = first;
      const one = held.known(person) ?? (await held.load(person));
      const next = withAct(person, one.document, event);
      if (next !== one.document) {
        held.change(one, next);
        const ways = waysOf(next, event.at);
        if (ways > 0) await watch(person, { at: event.at, ways });
      }
      waiting.shift();
    }
  };

  return {
    note(record) {
      const found = personEventOf(record, sourceOfRecord(record), digestOf);
      if (found) waiting.push(found);
    },
    evaluate: () => (waiting.length === 0 ? undefined : count()),
    ownerOf(agent, now) {
      const found = watched.size === 0 ? undefined : watched.get(agent);
      return found && found.at > now - WATCHED_SECONDS && found.at <= now ? found : undefined;
    },
    changed: held.changed,
    async store(most) {
      await count();
      return held.store((_, error) => {
        // The store has reported a damaged document, which holds up no one else.
        if (!isOfOneAgent(error)) throw error;
      }, most);
    },
    forget() {
      [waiting, watched] = [[], new Map()];
      held.forget();
    },
  };
};
