/**
 * `npm run bench [-- --seconds N] [--rounds N] [--quick] [--workers N]`: what a request costs our server, beside
 * bare oidc-provider in the same run. Prints a table and, last, one line of JSON with every figure.
 * Each round starts the servers anew on core 0 and measures case by case, one right after the other,
 * in the opposite order every second round; the load runs on core 1. What the figures mean is in
 * docs/guides/benchmarks.md. Nothing here is a test: no ratio makes it fail.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type RunningSubject, startBare } from './bare-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import { type BenchCase, CASES, type Subject } from './cases.ts';
import { type Measured, measure } from './load.ts';

type Figures = Record<string, Partial<Record<Subject['name'], Measured[]>>>;
type Start = (core: number | undefined) => Promise<RunningSubject>;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    workers: { type: 'string' },
  },
});
if (values.workers !== undefined && !/^[2-9]$/.test(values.workers))
  throw new Error('--workers takes a number from 2 to 9');
const seconds = Number(values.seconds ?? (values.quick ? 0.5 : 3));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const isPinned = cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;
if (isPinned) spawnSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)]);

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

/** Warms the case up, then measures it; how much to prepare follows from the warm-up. */
const measureCase = async (one: BenchCase, subject: Subject, seconds: number): Promise<Measured> => {
  const warm = await measure(subject.pid, one.prepare(subject, 12_000), Math.min(2, seconds));
  const count = Math.ceil((warm.steps / warm.seconds) * seconds * 1.5) + 100;
  return measure(subject.pid, one.prepare(subject, count), seconds);
};

/** Starts all subjects anew and measures each case on each of them. */
const round = async (
  figures: Figures,
  starts: readonly Start[],
  cases: readonly BenchCase[],
  { seconds, index }: { readonly seconds: number; readonly index: number },
): Promise<void> => {
  const running: RunningSubject[] = [];
  try {
    for (const start of starts) running.push(await start(isPinned ? 0 : undefined));
    for (const one of cases) {
      const entry = figures[one.name] ?? {};
      figures[one.name] = entry;
      for (const { subject } of index % 2 === 1 ? running.toReversed() : running) {
        if (!one.isFor(subject)) continue;
        process.stderr.write(`round ${index + 1}: ${subject.name.padEnd(12)} ${one.name}\n`);
        const measured = await measureCase(one, subject, seconds);
        entry[subject.name] = [...(entry[subject.name] ?? []), measured];
      }
    }
  } finally {
    for (const { close } of running) await close();
  }
};

/** Median over the rounds of a figure divided by the other's in the same round. */
const ratioOf = (
  values: readonly Measured[],
  others: readonly Measured[],
  of: (measured: Measured) => number,
): number => {
  const ratios = values.flatMap((value, index) => {
    const other = others[index];
    return other ? [of(value) / of(other)] : [];
  });
  return Math.round(median(ratios) * 100) / 100;
};

const cpuOf = ({ cpuMicros }: Measured): number => cpuMicros;
const throughputOf = ({ steps, seconds }: Measured): number => steps / seconds;

const summary = (figures: Figures) =>
  CASES.map((one) => {
    const ours = figures[one.name]?.behalf ?? [];
    const bare = figures[one.against]?.bare ?? [];
    const of = (values: readonly Measured[], member: keyof Measured): number =>
      median(values.map((value) => value[member]));
    return {
      case: one.name,
      against: one.against,
      cpuMicros: { bare: of(bare, 'cpuMicros'), behalf: of(ours, 'cpuMicros') },
      ratio: ratioOf(ours, bare, cpuOf),
      p50Ms: { bare: of(bare, 'p50Ms'), behalf: of(ours, 'p50Ms') },
      p99Ms: { bare: of(bare, 'p99Ms'), behalf: of(ours, 'p99Ms') },
      rssMb: { bare: of(bare, 'rssMb'), behalf: of(ours, 'rssMb') },
      steps: {
        bare: bare.reduce((sum, { steps }) => sum + steps, 0),
        behalf: ours.reduce((sum, { steps }) => sum + steps, 0),
      },
    };
  });

/** What the durable trail and the access log cost, on the cases that are measured without or with them too. */
const variants = (figures: Figures) =>
  Object.entries(figures).map(([name, { behalf = [], 'memory-audit': memory = [], logging = [] }]) => ({
    case: name,
    /** Of the throughput with the trail in memory, what is left with the durable one. */
    durableAuditThroughput: ratioOf(behalf, memory, throughputOf),
    durableAuditCpu: ratioOf(behalf, memory, cpuOf),
    accessLogCpu: ratioOf(logging, behalf, cpuOf),
  }));

const table = (rows: ReturnType<typeof summary>): string => {
  const lines = rows.map((row) => [
    row.case,
    `${row.cpuMicros.bare}`,
    `${row.cpuMicros.behalf}`,
    `${row.ratio}`,
    `${row.p50Ms.bare} / ${row.p99Ms.bare}`,
    `${row.p50Ms.behalf} / ${row.p99Ms.behalf}`,
    `${row.rssMb.bare} / ${row.rssMb.behalf}`,
    `${row.steps.bare} / ${row.steps.behalf}`,
  ]);
  const head = ['case', 'bare µs', 'behalf µs', 'ratio', 'bare p50/p99 ms', 'behalf p50/p99 ms', 'RSS MB', 'requests'];
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
};

/**
 * Requests a second of one process and of several, not pinned: the load takes its share of the same cores, so on a
 * machine with two of them nothing can double.
 */
const scaling = async (workers: number, seconds: number) => {
  const perSecond: Record<string, number[]> = {};
  for (const count of [1, workers]) {
    const { subject, close } = await startBehalf(undefined, { workers: count });
    try {
      for (const one of CASES.filter(({ name }) => /^(?:client credentials|introspection|refresh), JWT$/.test(name))) {
        process.stderr.write(`${count} of ${workers} workers ${one.name}\n`);
        const { steps, seconds: took } = await measureCase(one, subject, seconds);
        perSecond[one.name] = [...(perSecond[one.name] ?? []), Math.round(steps / took)];
      }
    } finally {
      await close();
    }
  }
  return { workers: [1, workers], perSecond };
};

const figures: Figures = {};
const variantFigures: Figures = {};
for (let index = 0; index < rounds; index += 1) {
  await round(figures, [startBare, (core) => startBehalf(core)], CASES, { seconds, index });
  // Processes of their own, so that all three have done the same before.
  await round(
    variantFigures,
    [
      (core) => startBehalf(core),
      (core) => startBehalf(core, { name: 'memory-audit' }),
      (core) => startBehalf(core, { name: 'logging' }),
    ],
    CASES.filter(({ hasVariants }) => hasVariants),
    { seconds, index },
  );
}
const rows = summary(figures);
// What is started from here on is started on all cores again.
if (isPinned) spawnSync('taskset', ['-a', '-p', '-c', `0-${cpus().length - 1}`, String(process.pid)]);
const scaled = values.workers === undefined ? undefined : await scaling(Number(values.workers), seconds);
const others = variants(variantFigures);
console.log(
  `\nServer CPU per request, 32 connections, ${rounds} rounds of ${seconds} s each, ${isPinned ? 'pinned' : 'not pinned'}\n`,
);
console.log(`${table(rows)}\n`);
for (const [name, [one, several]] of Object.entries(scaled?.perSecond ?? {}))
  console.log(`${name}: ${one} requests/s by one process, ${several} by ${values.workers} workers`);
for (const other of others) {
  console.log(
    `${other.case}: with the audit trail in memory instead of durable, throughput 1 : ${other.durableAuditThroughput}, CPU 1 : ${other.durableAuditCpu}; ` +
      `with the access log on, CPU 1 : ${other.accessLogCpu}\n`,
  );
}
console.log(
  JSON.stringify({
    bench: 'server',
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    pinned: isPinned,
    rounds,
    seconds,
    cases: rows,
    ...(scaled ? { scaling: scaled } : {}),
    variants: others,
  }),
);
