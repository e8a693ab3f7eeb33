/**
 * What checkpoints, the transparency log and an audit sink cost an exchange: the server with them beside one without. Both answer at the
 * same time on the same core, so that a slow phase of the machine meets both.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningSubject } from './bare-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import type { BenchCase } from './cases.ts';
import { cpuMicrosOf } from './load.ts';
import { type Lengths, measureWindow, warmUp } from './rounds.ts';
import { rounded } from './statistics.ts';

/** Connections at a time. */
const CONNECTIONS = 64;
/** Slices of each server in one round, those of both at the same time. */
const SLICES = 8;
/** How much longer than in other cases a slice and the warm-up are: a collection of the old generation comes once in tens of seconds. */
const LONGER = 2;
/**
 * The tasks run once a second or more often, after a slice too: what it cost is known when they have done their work. Before the
 * first slice they do that of the warm-up.
 */
const SETTLE_MILLISECONDS = 1500;

export type LogCost = {
  readonly connections: number;
  /** CPU of the process for one exchange, microseconds. */
  readonly cpuMicros: number;
  readonly withoutCpuMicros: number;
  /** With them, in units of without, over all slices. The aim is at most 1.15. */
  readonly ratio: number;
  /** Half of the pairs of slices are between these. */
  readonly quartiles: readonly number[];
  /** Of each server. */
  readonly exchanges: number;
};

type Slice = { readonly steps: number; readonly cpuMicros: number };
type Pair = { readonly logged: Slice; readonly without: Slice };

/** Each round starts both anew. A server is one process, which is therefore the busiest. */
export const logCost = async (
  exchange: BenchCase,
  core: number | undefined,
  rounds: number,
  { isQuick, seconds, warmUpSeconds }: Lengths,
): Promise<LogCost> => {
  const connections = isQuick ? 8 : CONNECTIONS;
  const longer = isQuick ? 1 : LONGER;
  const lengths: Lengths = {
    ...{ isQuick, connections },
    seconds: seconds * longer,
    warmUpSeconds: warmUpSeconds * longer,
  };
  const pairs: Pair[] = [];
  for (let index = 0; index < rounds; index += 1) {
    process.stderr.write(`round ${index + 1}: with and without the log\n`);
    const start = (name: 'logged' | 'without-log-tasks') => startBehalf(core, { name, connections, isQuick });
    const logged = await start('logged');
    try {
      const without = await start('without-log-tasks');
      try {
        pairs.push(...(await pairsOf(exchange, { logged, without }, lengths)));
      } finally {
        await without.close();
      }
    } finally {
      await logged.close();
    }
  }
  return { connections, ...costOf(pairs) };
};

const pairsOf = async (
  exchange: BenchCase,
  { logged, without }: { readonly logged: RunningSubject; readonly without: RunningSubject },
  lengths: Lengths,
): Promise<readonly Pair[]> => {
  const ofLogged = await slicesOf(exchange, logged, lengths);
  const ofOther = await slicesOf(exchange, without, lengths);
  const pairs: Pair[] = [];
  for (let index = 0; index < (lengths.isQuick ? 1 : SLICES); index += 1) {
    const [own, other] = await Promise.all([ofLogged(), ofOther()]);
    pairs.push({ logged: own, without: other });
  }
  return pairs;
};

/** Warms a server up. Each call of the result is one slice. */
const slicesOf = async (
  exchange: BenchCase,
  { subject }: RunningSubject,
  lengths: Lengths,
): Promise<() => Promise<Slice>> => {
  const settle = (): Promise<void> => wait(lengths.isQuick ? 0 : SETTLE_MILLISECONDS);
  let perSecond = await warmUp(exchange, subject, lengths);
  await settle();
  return async () => {
    const before = await cpuMicrosOf(subject.pid);
    const { steps, seconds } = await measureWindow(exchange, subject, lengths, perSecond);
    await settle();
    // It is warmer than before: what is prepared for the next one must last.
    perSecond = Math.max(perSecond, steps / seconds);
    return { steps, cpuMicros: (await cpuMicrosOf(subject.pid)) - before };
  };
};

/** The sums count, and no median: the collections of the old generation are a part of the cost, and most slices have none. */
export const costOf = (pairs: readonly Pair[]): Omit<LogCost, 'connections'> => {
  const sumOf = (slices: readonly Slice[]): Slice => ({
    steps: slices.reduce((sum, { steps }) => sum + steps, 0),
    cpuMicros: slices.reduce((sum, one) => sum + one.cpuMicros, 0),
  });
  const logged = sumOf(pairs.map((pair) => pair.logged));
  const without = sumOf(pairs.map((pair) => pair.without));
  const ratios = pairs
    .map((pair) => perStep(pair.logged) / perStep(pair.without))
    .toSorted((one, other) => one - other);
  return {
    cpuMicros: Math.round(perStep(logged)),
    withoutCpuMicros: Math.round(perStep(without)),
    ratio: rounded(perStep(logged) / perStep(without)),
    quartiles: [0.25, 0.75].map((share) => rounded(ratios[Math.floor(ratios.length * share)] ?? 0)),
    exchanges: Math.min(logged.steps, without.steps),
  };
};

const perStep = ({ steps, cpuMicros }: Slice): number => cpuMicros / Math.max(1, steps);

export const logCostText = ({
  connections,
  cpuMicros,
  withoutCpuMicros,
  ratio,
  quartiles,
  exchanges,
}: LogCost): string =>
  `Exchange with checkpoints, transparency log and an audit sink, ${connections} connections, ${exchanges} of each: ${cpuMicros} µs of CPU, without them ${withoutCpuMicros} µs: × ${ratio} (aim 1.15; half of the pairs ${quartiles.join(' – ')})`;
