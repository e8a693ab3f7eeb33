/** What an import of an inventory changes: the numbers, and the apps at which a person looks first. */
import { type InventoryEntry, isKnown, scopeChange } from './inventory.ts';

export type EntryChange = 'created' | 'changed' | 'unchanged' | 'gone';

/** One app that an import changes, or that has an open finding. */
export type AppChange = {
  /** As it is after the import. */
  readonly entry: InventoryEntry;
  readonly change: EntryChange;
  /** It has an open finding after the import. */
  readonly isFinding: boolean;
  /** Rights that it has now, and did not have at the last import. Only of a changed one. */
  readonly addedScopes?: readonly string[];
  readonly removedScopes?: readonly string[];
};

export type ImportResult = {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Entries that this import does not have any more. */
  readonly gone: number;
  /** Apps of the list that are known here. */
  readonly known: number;
  /** Apps of the list with an open finding. A dismissed or adopted one is decided. */
  readonly findings: number;
  /** Findings first, then apps that are gone, changed and new. At most MOST_CHANGES. */
  readonly changes: readonly AppChange[];
};

/** Apps that a result names. */
export const MOST_CHANGES = 50;

const GROUPS = ['finding', 'gone', 'changed', 'created'] as const;
type Group = (typeof GROUPS)[number];

export interface ImportTally {
  /** Adds one app. `before`: as the last import left it. */
  note(app: Pick<AppChange, 'entry' | 'change' | 'isFinding'> & { readonly before?: InventoryEntry | undefined }): void;
  result(): ImportResult;
}

/** Keeps at most MOST_CHANGES apps of each group, so a long list takes no memory. */
export const importTally = (): ImportTally => {
  const counts = { created: 0, changed: 0, unchanged: 0, gone: 0, known: 0, findings: 0 };
  const named: Readonly<Record<Group, AppChange[]>> = { finding: [], gone: [], changed: [], created: [] };
  return {
    note({ entry, change, isFinding, before }) {
      counts[change] += 1;
      if (change !== 'gone' && isKnown(entry)) counts.known += 1;
      if (isFinding) counts.findings += 1;
      const group = isFinding ? 'finding' : change;
      if (group === 'unchanged' || named[group].length === MOST_CHANGES) return;
      named[group].push({
        entry,
        change,
        isFinding,
        ...(before && change === 'changed' ? scopeChange(before, entry) : {}),
      });
    },
    result: () => ({ ...counts, changes: GROUPS.flatMap((group) => named[group]).slice(0, MOST_CHANGES) }),
  };
};
