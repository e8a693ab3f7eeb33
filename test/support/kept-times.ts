/** What docs/results/tests.json keeps of the runs that `npm run times` measured. */

export type Run = {
  readonly commit: string;
  readonly date: string;
  readonly seconds: number;
  /** User and system, of all processes. */
  readonly cpuSeconds: number;
  /** Average over a minute, before and after. What is above 0.3 before the run was other work. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly exitCode: number;
  /** What the command said last of its tests. */
  readonly totals: string;
  /** The command that it was a part of: its load before is that of the steps before it. */
  readonly within?: string;
};
export type Kept = { readonly command: string; readonly mostSeconds: number; readonly runs: readonly Run[] };
export type Results = { readonly machine: object; readonly commands: Readonly<Record<string, Kept>> };

/** Runs that count when runs of several days are gathered. */
const MOST_GATHERED = 3;

/**
 * The runs of a command with new ones, the newest last. They replace those of before, or with `isAdded` follow them: then the last three
 * stay, each with its commit. Throws an Error when the earlier ones are of another machine, whose times are no measure for these.
 */
export const gatheredRuns = (
  before: Results | undefined,
  name: string,
  made: { readonly machine: object; readonly runs: readonly Run[]; readonly isAdded: boolean },
): readonly Run[] => {
  const earlier = made.isAdded ? (before?.commands[name]?.runs ?? []) : [];
  if (earlier.length === 0) return made.runs;
  if (JSON.stringify(before?.machine) !== JSON.stringify(made.machine))
    throw new Error(`the runs of ${name} so far are of another machine: measure all of them on one, without --add`);
  return [...earlier, ...made.runs].slice(-MOST_GATHERED);
};

/** What `.ci/run` prints of a suite: of its first run, and below it what passed, failed and was skipped, after a repeat of files that failed. */
const OF_SUITE =
  /^ {4}(\S+) alone: (\d+) s, (\d+) s of CPU, load ([\d.]+) before, ([\d.]+) after, exit code (\d+)\n(?:\[.*\n)?(?: {4}(\d+ passed, \d+ failed, \d+ skipped) in .*)?/gm;

/** The run of one suite, from what `.ci/run` printed; undefined when it did not get as far. `whole`: the run of `.ci/run`. */
export const runOfSuite = (said: string, name: string, whole: Pick<Run, 'commit' | 'date'>): Run | undefined => {
  const line = [...said.matchAll(OF_SUITE)].find(([, suite]) => suite === name);
  if (line === undefined) return undefined;
  const [seconds = 0, cpuSeconds = 0, loadBefore = 0, loadAfter = 0, exitCode = 0] = line.slice(2, 7).map(Number);
  const { commit, date } = whole;
  return {
    commit,
    date,
    seconds,
    cpuSeconds,
    loadBefore,
    loadAfter,
    exitCode,
    totals: line[7] ?? '',
    within: '.ci/run',
  };
};
