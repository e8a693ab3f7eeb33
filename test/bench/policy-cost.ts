/** What policies cost an exchange: without them, with the starter set, and with more and more of them. */
import { startBehalf } from './behalf-subject.ts';
import type { BenchCase } from './cases.ts';
import type { Measured } from './load.ts';
import type { DecisionMicros } from './policy-decision.ts';
import { type Lengths, measureCase } from './rounds.ts';
import { cpuOf, median, ratioOf, rounded, table, throughputOf } from './statistics.ts';

const COUNTS = [50, 200, 2_000] as const;
/** Larger sets take a quick run most of its time, to make them ready. */
const QUICK_COUNTS = [50] as const;
const KINDS = ['off', 'starter', ...COUNTS] as const;

export type PolicyCost = {
  readonly policies: (typeof KINDS)[number];
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly p99: number;
  /** Of the throughput without policies. */
  readonly share: number | undefined;
};

/** Each round starts all of them anew; one after the other. In a quick run one server has them after one another, but for `off`. */
export const policyCosts = async (
  exchange: BenchCase,
  core: number | undefined,
  rounds: number,
  lengths: Lengths,
): Promise<readonly PolicyCost[]> => {
  const measured = new Map<(typeof KINDS)[number], Measured[]>(KINDS.map((kind) => [kind, []]));
  for (let index = 0; index < rounds; index += 1) {
    const kinds = lengths.isQuick ? (['off', 'starter'] as const) : KINDS;
    for (const kind of index % 2 === 1 ? kinds.toReversed() : kinds) {
      process.stderr.write(`round ${index + 1}: policies ${kind}\n`);
      const { subject, close, activate } = await startBehalf(core, { policies: kind, isQuick: lengths.isQuick });
      try {
        measured.get(kind)?.push(await measureCase(exchange, subject, lengths));
        if (!lengths.isQuick || kind === 'off') continue;
        for (const count of QUICK_COUNTS) {
          await activate(count);
          measured.get(count)?.push(await measureCase(exchange, subject, lengths));
        }
      } finally {
        await close();
      }
    }
  }
  const off = measured.get('off');
  return KINDS.filter((kind) => measured.get(kind)?.length !== 0).map((policies) => {
    const all = measured.get(policies) ?? [];
    return {
      policies,
      cpuMicros: Math.round(median(all.map(cpuOf))),
      perSecond: Math.round(median(all.map(throughputOf))),
      p99: rounded(median(all.map(({ p99Ms }) => p99Ms)), 1),
      share: ratioOf(all, off, throughputOf),
    };
  });
};

export const policyTables = (costs: readonly PolicyCost[], decisions: readonly DecisionMicros[]): string =>
  [
    table(
      ['exchange with policies', 'µs', '/s', 'p99 ms', '× off'],
      costs.map(({ policies, cpuMicros, perSecond, p99, share }) => [policies, cpuMicros, perSecond, p99, share]),
    ),
    table(
      ['decision with policies, µs', 'asked', 'CPU', 'p50', 'p99', 'p99 alone'],
      decisions.flatMap(({ policies, ...kinds }) =>
        Object.entries(kinds).map(([asked, { cpu, p50, p99, alone }]) => [policies, asked, cpu, p50, p99, alone]),
      ),
    ),
  ].join('\n\n');
