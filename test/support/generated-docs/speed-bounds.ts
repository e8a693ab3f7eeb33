import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from '../../bench/cases.ts';
import { RATIOS, type Ratios } from '../../bench/ratios.ts';
import type { CaseRatio } from '../../bench/slices.ts';
import { median } from '../../bench/statistics.ts';

const FILE = join(import.meta.dirname, '../../..', RATIOS);

const BOUNDED = CASES.flatMap(({ name, bounds }) => (bounds ? [{ name, bounds }] : []));

const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** What all runs say of one case; a missing figure is a dash. */
const ofRuns = ({ runs }: Ratios, name: string) => {
  const found = runs.flatMap(({ cases }) => cases.filter((one) => one.case === name));
  const middle = (of: (one: CaseRatio) => number): number | string =>
    found.length === 0 ? '–' : median(found.map(of));
  return { found, middle };
};

const boundsTable = (ratios: Ratios): string =>
  table(
    ['case', 'must × bare', 'aim × bare', 'measured', 'must', 'aim'],
    BOUNDED.map(({ name, bounds }) => {
      const { found } = ofRuns(ratios, name);
      const held = (member: 'mustHolds' | 'aimHolds'): string => {
        const count = found.filter((one) => one[member]).length;
        if (found.length === 0) return '–';
        return count === found.length ? 'held' : count === 0 ? 'missed' : `held in ${count} of ${found.length} runs`;
      };
      const measured = found.map(({ ratio }) => ratio).join(', ') || '–';
      return [name, bounds.must, bounds.aim, measured, held('mustHolds'), held('aimHolds')];
    }),
  );

const sizingTable = (ratios: Ratios): string =>
  table(
    ['case', 'CPU µs', 'requests a second and core', 'bytes of the database', 'GB for a million'],
    BOUNDED.map(({ name }) => {
      const { found, middle } = ofRuns(ratios, name);
      const bytes = middle((one) => one.bytes);
      return [
        name,
        middle(({ behalfMicros }) => behalfMicros),
        found.length === 0 ? '–' : Math.round(1_000_000 / Number(middle(({ behalfMicros }) => behalfMicros))),
        ...(typeof bytes === 'number'
          ? bytes < KEPT_BYTES
            ? ['none', '–']
            : [bytes, (bytes / 1000).toFixed(1)]
          : [bytes, bytes]),
      ];
    }),
  );

/** Less than the smallest document: only housekeeping moved the size of the files. */
const KEPT_BYTES = 100;

const aboutRuns = ({ runs }: Ratios): string =>
  runs
    .map(({ date, commit, rounds, slices, seconds, machine }) => {
      const { processor, node, cores, load } = machine as Record<string, unknown>;
      const loads = Array.isArray(load) ? load.join(' and ') : load;
      return `- ${date}, commit ${commit}, Node ${node}, ${cores} cores of an ${processor}, ${rounds} rounds of ${slices} slices of ${seconds} s; load before and after: ${loads}`;
    })
    .join('\n');

/** Of a node that has served all cases of the largest run. */
const memoryText = ({ runs }: Ratios): string => {
  const cases = runs.flatMap((run) => run.cases);
  const most = Math.max(0, ...cases.map(({ rssMb }) => rssMb));
  const requests = Math.max(
    0,
    ...runs.map((run) => run.cases.reduce((sum, one) => sum + one.requests, 0) / run.rounds),
  );
  return cases.length === 0
    ? 'The resident memory of a node was not recorded.'
    : `A node that had served ${Math.round(requests).toLocaleString('en')} requests of all cases at 32 connections had at most ${most} MB of resident memory.`;
};

const page = {
  path: 'docs/reference/speed-bounds.md',
  render: (): string => {
    const ratios = existsSync(FILE)
      ? (JSON.parse(readFileSync(FILE, 'utf8')) as Ratios)
      : ({ bench: 'ratios', connections: 32, runs: [] } satisfies Ratios);
    return `<!-- Generated from test/bench/cases.ts and docs/results/ratios.json by \`npm run generate\`. Do not edit. -->

# Bounds of speed, and figures for sizing

For operators who size a server, and contributors. After this you know what a request may cost beside bare oidc-provider, whether it does, and
what a request costs in CPU and disk.

## Bounds

CPU of one request as a multiple of bare oidc-provider, which does the same request, keeps all data in memory, writes no audit log, and checks less.
SQLite, durable audit log, starter policies, one core, ${ratios.connections} connections. *must* is the bound for each change; *aim* is where it should be.
[The bench](../how-to/benchmarks.md#bounds) says how to measure.

${boundsTable(ratios)}

${ratios.runs.length === 0 ? 'No run is recorded yet.' : `Runs ([all figures](../results/ratios.json)):\n\n${aboutRuns(ratios)}`}

## Sizing

The same runs, our server alone. Absolute figures differ by a factor of two between machines of one kind, so measure yours.
[Sizing](../how-to/sizing.md) says how to use them. *Bytes* are pages of the database in use: the audit event with its indexes, and what is stored of a token.

${sizingTable(ratios)}

${memoryText(ratios)}
`;
  },
};

export default page;
