/** Events that follow each other and differ in their time only: one line of a list, which the reader can unfold. */
import type { Text } from './html.ts';

type Run<Entry> = readonly [first: Entry, ...others: Entry[]];

/** In the given order. `factsOf`: what has to be equal; two absent facts are equal. */
export const runsOf = <Entry>(
  entries: readonly Entry[],
  factsOf: (entry: Entry) => readonly (Text | undefined)[],
): readonly Run<Entry>[] => {
  const runs: { readonly key: string; readonly entries: [Entry, ...Entry[]] }[] = [];
  for (const entry of entries) {
    const key = JSON.stringify(
      factsOf(entry).map((fact) => (typeof fact === 'object' ? { text: fact.text('en') } : (fact ?? null))),
    );
    const last = runs.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else runs.push({ key, entries: [entry] });
  }
  return runs.map((run) => run.entries);
};
