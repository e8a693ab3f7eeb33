/**
 * Walks over all agents, all clients and all findings, a part at a time: 160 of them a second, so a million agents within two hours. Agents and
 * clients get the findings that they lack. Findings whose reason is gone are resolved in the last part, which walks over those that are stored.
 */
import { AGENTS, type Agent } from '../clients/agents/agent.ts';
import { CLIENTS, type Client } from '../clients/clients/client.ts';
import type { Collection, Cursor, DocumentStore } from '../ports/document-store.ts';
import type { Examiner } from './examiner.ts';
import { FINDINGS, type Finding } from './finding.ts';

const PARTS = ['agents', 'clients', 'findings'] as const;
type Part = (typeof PARTS)[number];

/** Where a sweep is. Documents are walked by id. */
export type Sweep = { readonly part: Part; readonly after?: Cursor };

/** Others have the findings of reporters, which `settle` resolves. */
const EXAMINED: ReadonlySet<Finding['subjectKind']> = new Set(['agent', 'client', 'inventory_entry']);
/** Documents of one step. */
const AT_ONCE = 160;

export interface Sweeps {
  begin(): Sweep;
  /** Examines the next part. Undefined: the sweep is complete. Throws StoreUnavailable. */
  step(sweep: Sweep): Promise<Sweep | undefined>;
  /** Wants a sweep soon: a change may concern any agent. */
  again(): void;
  isWanted(): boolean;
}

export const discoverySweeps = (deps: {
  readonly documents: DocumentStore;
  readonly examiner: Examiner;
  /** Resolves a finding of a resource server or transmitter whose time is over. */
  readonly settle: (finding: Finding) => Promise<void>;
}): Sweeps => {
  const { documents, examiner, settle } = deps;
  const agents = documents.collection<Agent>(AGENTS);
  const clients = documents.collection<Client>(CLIENTS);
  const findings = documents.collection<Finding>(FINDINGS);
  let isWanted = false;

  const walked = async <T extends { readonly id: string }>(
    collection: Pick<Collection<T>, 'find'>,
    after: Cursor | undefined,
  ): Promise<readonly T[]> =>
    (await collection.find({ limit: AT_ONCE, ...(after ? { after } : {}) })).map(({ document }) => document);

  const examined = async ({ part, after }: Sweep): Promise<readonly { readonly id: string }[]> => {
    if (part !== 'findings') {
      const some = await walked<{ readonly id: string }>(part === 'agents' ? agents : clients, after);
      await examiner.examine(
        some.map(({ id }) => id),
        { isObservedOnly: true },
      );
      return some;
    }
    const some = await walked(findings, after);
    const kept = some.filter(({ state }) => state !== 'resolved');
    await examiner.examine(kept.flatMap(({ subject, subjectKind }) => (EXAMINED.has(subjectKind) ? [subject] : [])));
    for (const finding of kept) await settle(finding);
    return some;
  };

  return {
    begin() {
      isWanted = false;
      return { part: 'agents' };
    },

    async step(sweep) {
      const some = await examined(sweep);
      const last = some.at(-1);
      if (some.length === AT_ONCE && last) return { part: sweep.part, after: { id: last.id } };
      const next = PARTS[PARTS.indexOf(sweep.part) + 1];
      return next && { part: next };
    },

    again: () => {
      isWanted = true;
    },
    isWanted: () => isWanted,
  };
};
