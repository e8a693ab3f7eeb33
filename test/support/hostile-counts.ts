/** How many hostile cases of which kind there are, and how many the page for reviewers says. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

type Counts = Readonly<Record<string, number>>;

const PAGE = resolve(import.meta.dirname, '../../docs/reference/hostile-requests.md');

export const countsOf = (cases: readonly { readonly kind: string }[]): Counts => {
  const counts: Record<string, number> = {};
  for (const { kind } of cases) counts[kind] = (counts[kind] ?? 0) + 1;
  return { ...counts, all: cases.length };
};

/** The table below a heading of the page. */
export const countedOnPage = (heading: string): Counts => {
  const section = readFileSync(PAGE, 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  const rows = [...(section ?? '').matchAll(/^\| ([^|]+) \| (\d+) \|/gm)];
  return Object.fromEntries(rows.map(([, kind = '', count = '']) => [kind, Number(count)]));
};
