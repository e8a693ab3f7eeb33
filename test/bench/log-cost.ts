/** What checkpoints, the transparency log and an audit sink cost an exchange: the server with them beside one without. */
import { startBehalf } from './behalf-subject.ts';
import type { BenchCase } from './cases.ts';
import type { Measured } from './load.ts';
import { type Lengths, measureCase } from './rounds.ts';
import { cpuOf, median, ratioOf } from './statistics.ts';

/** Connections at a time. */
const CONNECTIONS = 64;
const KINDS = ['logged', 'without-log-tasks'] as const;

export type LogCost = {
  readonly connections: number;
  /** CPU of the process for one exchange, microseconds. */
  readonly cpuMicros: number;
  readonly withoutCpuMicros: number;
  /** With them, in units of without. The aim is at most 1.15. */
  readonly ratio: number | undefined;
};

/** Each round starts both anew. A server is one process, which is therefore the busiest. */
export const logCost = async (
  exchange: BenchCase,
  core: number | undefined,
  rounds: number,
  lengths: Lengths,
): Promise<LogCost> => {
  const measured: Record<(typeof KINDS)[number], Measured[]> = { logged: [], 'without-log-tasks': [] };
  const connections = lengths.isQuick ? 8 : CONNECTIONS;
  for (let index = 0; index < rounds; index += 1) {
    for (const name of index % 2 === 1 ? KINDS.toReversed() : KINDS) {
      process.stderr.write(`round ${index + 1}: ${name}\n`);
      const { subject, close } = await startBehalf(core, { name, connections, isQuick: lengths.isQuick });
      try {
        measured[name].push(await measureCase(exchange, subject, { ...lengths, connections }));
      } finally {
        await close();
      }
    }
  }
  const { logged, 'without-log-tasks': without } = measured;
  return {
    connections,
    cpuMicros: Math.round(median(logged.map(cpuOf))),
    withoutCpuMicros: Math.round(median(without.map(cpuOf))),
    ratio: ratioOf(logged, without, cpuOf),
  };
};

export const logCostText = ({ connections, cpuMicros, withoutCpuMicros, ratio }: LogCost): string =>
  `Exchange with checkpoints, transparency log and an audit sink, ${connections} connections: ${cpuMicros} µs of CPU, without them ${withoutCpuMicros} µs: × ${ratio} (aim 1.15)`;
