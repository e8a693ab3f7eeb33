/**
 * One process against several workers, none of them pinned: the load takes its share of the same cores, so on a machine
 * with two of them the throughput cannot double. What a worker loses to the others shows in CPU per request.
 */
import { startBehalf } from './behalf-subject.ts';
import type { BenchCase } from './cases.ts';
import type { Measured } from './load.ts';
import { type Lengths, measureCase } from './rounds.ts';
import { cpuOf, ratioOf, rounded, table, throughputOf } from './statistics.ts';

export const SCALED = /^(?:client credentials|introspection|exchange)/;

export type Scaling = {
  readonly case: string;
  readonly workers: number;
  readonly requestsPerSecond: readonly [one: number, several: number];
  /** Of several workers to one process. */
  readonly throughputRatio: number | undefined;
  readonly cpuRatio: number | undefined;
};

/** `ofOne`: figures of one process by case. Where each case has some, one process is not measured again. */
export const scalingOf = async (
  cases: readonly BenchCase[],
  workers: number,
  rounds: number,
  lengths: Lengths,
  ofOne: Readonly<Record<string, readonly Measured[]>> = {},
): Promise<readonly Scaling[]> => {
  const isKnown = cases.every(({ name }) => ofOne[name]);
  const measured = new Map(
    cases.map(({ name }) => [name, new Map<number, readonly Measured[]>(isKnown ? [[1, ofOne[name] ?? []]] : [])]),
  );
  for (let index = 0; index < rounds; index += 1) {
    for (const count of isKnown ? [workers] : index % 2 === 1 ? [workers, 1] : [1, workers]) {
      const { subject, close } = await startBehalf(undefined, { workers: count, isQuick: lengths.isQuick });
      try {
        for (const one of cases) {
          process.stderr.write(`scaling: ${count} of ${workers} workers, ${one.name}\n`);
          const of = measured.get(one.name);
          of?.set(count, [...(of.get(count) ?? []), await measureCase(one, subject, lengths)]);
        }
      } finally {
        await close();
      }
    }
  }
  return [...measured].map(([name, of]) => {
    const [one, several] = [of.get(1) ?? [], of.get(workers) ?? []];
    const most = (each: readonly Measured[]): number => rounded(Math.max(...each.map(throughputOf)), 0);
    return {
      case: name,
      workers,
      requestsPerSecond: [most(one), most(several)],
      throughputRatio: ratioOf(several, one, throughputOf),
      cpuRatio: ratioOf(several, one, cpuOf),
    };
  });
};

export const scalingTable = (scaled: readonly Scaling[]): string =>
  table(
    ['1 process → workers', 'workers', 'requests/s of 1', 'of all', 'throughput', 'CPU per request'],
    scaled.map((one) => [one.case, one.workers, ...one.requestsPerSecond, one.throughputRatio, one.cpuRatio]),
  );
