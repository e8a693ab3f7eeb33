/**
 * `npm run bench -- --ratios`: the cases that have bounds, our server on SQLite beside bare oidc-provider. Says for each whether the
 * bounds hold. `--append` adds the run to those of the file, because one run shows little.
 */
import { existsSync, readFileSync } from 'node:fs';
import { startBare } from './bare-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import { CASES } from './cases.ts';
import { CONNECTIONS, connectionsOf } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type CaseRatio, resultOf, type Sliced, type SliceLengths, slicesOf, withBoth } from './slices.ts';
import { table } from './statistics.ts';

/** Slices of each server in one round. */
const SLICES = 5;
/**
 * Requests of each case before its first slice. After fewer, V8 still compiles much of what the case runs, and the ratio depends on how
 * many requests a busy machine lets through.
 */
const WARM_UP_REQUESTS = 3_000;

export const RATIOS = 'docs/results/ratios.json';

type Run = {
  readonly date: string;
  readonly commit: string | undefined;
  readonly machine: object;
  readonly rounds: number;
  readonly slices: number;
  readonly seconds: number;
  readonly elapsedSeconds: number;
  readonly cases: readonly CaseRatio[];
};

export type Ratios = { readonly bench: 'ratios'; readonly connections: number; readonly runs: readonly Run[] };

/** About ten minutes with three rounds. */
export const measuredRatios = async (
  { rounds, seconds, isQuick, cases }: BenchOptions,
  core: number | undefined,
): Promise<readonly CaseRatio[]> => {
  const connections = connectionsOf(isQuick);
  const lengths: SliceLengths = {
    ...{ seconds, warmUpSeconds: 2 * seconds, isQuick, connections },
    warmUpRequests: isQuick ? 0 : WARM_UP_REQUESTS,
  };
  const measured = new Map<string, Sliced[]>();
  const wanted = CASES.filter(({ name, bounds }) => bounds !== undefined && cases.includes(name));
  for (let index = 0; index < rounds; index += 1) {
    const starts = {
      bare: () => startBare(core, isQuick),
      behalf: () => startBehalf(core, { isQuick, connections }),
    };
    await withBoth(starts, async (both) => {
      for (const one of wanted) {
        process.stderr.write(`round ${index + 1}: ${one.name}\n`);
        const before = measured.get(one.name) ?? [];
        measured.set(one.name, [...before, await slicesOf(one, both, lengths, isQuick ? 1 : SLICES)]);
      }
    });
  }
  return wanted.map((one) => resultOf(one, measured.get(one.name) ?? []));
};

/** With the runs that the file has, if they are to stay. */
export const ratiosFile = (run: Omit<Run, 'slices'>, file: string | undefined, isAppended: boolean): Ratios => {
  const before =
    isAppended && file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ratios).runs : [];
  return { bench: 'ratios', connections: CONNECTIONS, runs: [...before, { ...run, slices: SLICES }] };
};

const verdict = (holds: boolean | undefined): string => (holds ? 'held' : 'missed');

export const ratiosTable = (cases: readonly CaseRatio[]): string =>
  table(
    ['case', 'bare µs', 'SQLite µs', '× bare', 'half between', 'must', '', 'aim', '', '/s', 'RSS MB', 'bytes'],
    cases.map((one) => [
      one.case,
      one.bareMicros,
      one.behalfMicros,
      one.ratio,
      one.quartiles.join(' – '),
      ...[one.must, verdict(one.mustHolds), one.aim, verdict(one.aimHolds)],
      ...[one.perSecond, one.rssMb, one.bytes],
    ]),
  );

/** How often each bound held, over all runs of a file. */
export const heldText = ({ runs }: Ratios): string =>
  CASES.flatMap(({ name, bounds }) => {
    const found = runs.flatMap(({ cases }) => cases.filter((one) => one.case === name));
    if (!bounds || found.length === 0) return [];
    const held = (member: 'mustHolds' | 'aimHolds'): string =>
      `${found.filter((one) => one[member]).length} of ${found.length}`;
    return [`${name}: must ${bounds.must} held in ${held('mustHolds')} runs, aim ${bounds.aim} in ${held('aimHolds')}`];
  }).join('\n');
