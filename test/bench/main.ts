/**
 * `npm run bench`: what a request costs our server on each of its stores, beside bare oidc-provider in the same run,
 * and how soon what is ended is over. Prints tables, and the same figures as JSON. What they mean is in
 * docs/how-to/benchmarks.md. The servers run on core 0; the load, MongoDB and Redis on core 1. Nothing here is a test:
 * no figure makes it fail.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pinned } from '../support/server-process.ts';
import type { AuthorityMicros } from './authority-check.ts';
import { startBare } from './bare-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import { CASES, CLIENT_CREDENTIALS } from './cases.ts';
import { type DecisionToToken, decisionsTable, decisionsToTokens } from './decisions.ts';
import { type Denial, denials, denialsTable } from './deny.ts';
import { flames, flamesTable } from './flames.ts';
import { gate, gateTable } from './gate.ts';
import { type GatewayMicros, gatewayCostOf, gatewayText } from './gateway-cost.ts';
import { type Listeners, listenersOn, listenersTable } from './listeners.ts';
import { connectionsOf } from './load.ts';
import { type LogCost, logCost, logCostText } from './log-cost.ts';
import { type Operations, operationsOf, operationsTable } from './operations.ts';
import { type BenchOptions, benchOptions, QUICK_SECONDS, usage } from './options.ts';
import { type PageCost, pageCosts, pagesTable } from './pages.ts';
import { policyCosts, policyTables } from './policy-cost.ts';
import type { DecisionMicros } from './policy-decision.ts';
import { type Pollers, pollersOn, pollersTable } from './pollers.ts';
import { heldText, measuredRatios, ratiosFile, ratiosTable } from './ratios.ts';
import { type Figures, round } from './rounds.ts';
import { SCALED, type Scaling, scalingOf, scalingTable } from './scaling.ts';
import { rounded } from './statistics.ts';
import { authorityShare, authorityText, epochShare, rowsOf, rowsTable, variantsOf, variantsText } from './summary.ts';
import { type VerificationMicros, verificationOf, verificationText } from './verification.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const isPinned = cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;
const core = isPinned ? 0 : undefined;

const POLLERS = { count: 1000, seconds: 20, intervalSeconds: 5 };
const QUICK_POLLERS = { count: 24, seconds: 2, intervalSeconds: 1 };

/** This process, and what it starts without a core of its own. */
const runOn = (cores: string): void => {
  if (isPinned) spawnSync('taskset', ['-a', '-p', '-c', cores, String(process.pid)]);
};

/** What a program of this folder prints, run on the core of the servers. `isQuick`: for one that takes long by itself. */
const printedBy = async <T>(file: string, isQuick = false): Promise<T> => {
  const [command, ...parameters] = pinned(core, join(import.meta.dirname, file), ...(isQuick ? ['quick'] : []));
  const { stdout } = await promisify(execFile)(command, parameters);
  return JSON.parse(stdout) as T;
};

/** `before`: the load before the run; what is above the two or three of the bench itself was other work. */
const machine = (before: number | undefined): object => ({
  cores: cpus().length,
  processor: cpus()[0]?.model,
  node: process.version,
  pinned: isPinned,
  load: [before, loadavg()[0]].map((load) => rounded(Number(load), 1)),
});

const run = async (options: BenchOptions) => {
  const { rounds, workers, isQuick } = options;
  const begin = performance.now();
  const [before] = loadavg();
  const isOn = (part: BenchOptions['parts'][number]): boolean => options.parts.includes(part);
  const cases = CASES.filter(({ name }) => options.cases.includes(name));
  const exchange = CASES.filter(({ hasVariants }) => hasVariants);
  // What something is a share of is measured too.
  const shared = [
    ...(isOn('epochs') ? exchange.map(({ name }) => name) : []),
    ...(isOn('authority') ? [CLIENT_CREDENTIALS] : []),
  ];
  const measured = CASES.filter((one) => cases.includes(one) || shared.includes(one.name));
  // What a case is set against is measured with it.
  const wanted = CASES.filter((one) => measured.some(({ name, against }) => [name, against].includes(one.name)));

  // A quick run measures waiting agents and endings on one of them: the other starts the same programs again.
  const stores = isQuick ? (['mongodb-redis'] as const) : (['sqlite', 'mongodb-redis'] as const);

  runOn('1');
  const figures: Figures = {};
  const variants: Figures = {};
  for (let index = 0; index < rounds; index += 1) {
    const starts = [
      () => startBare(core, isQuick),
      () => startBehalf(core, { isQuick }),
      () => startBehalf(core, { name: 'mongodb-redis', isQuick }),
      () => startBehalf(core, { name: 'memory', isQuick }),
    ];
    if (wanted.length > 0) await round(figures, starts, wanted, { ...options, index });
    if (!isOn('variants')) continue;
    // Processes of their own, so that all three have done the same before. A quick run compares with what it has.
    const known = isQuick ? exchange.filter(({ name }) => figures[name]?.behalf) : [];
    const others = [
      ...(known.length === exchange.length ? [] : [() => startBehalf(core, { isQuick })]),
      () => startBehalf(core, { name: 'memory-audit', isQuick }),
      () => startBehalf(core, { name: 'logging', isQuick }),
    ];
    await round(variants, others, exchange, { ...options, index });
    for (const { name } of known) variants[name] = { ...figures[name], ...variants[name] };
  }
  const epochMicros = isOn('epochs')
    ? (await printedBy<{ micros: number }>('epoch-check.ts', isQuick)).micros
    : undefined;
  const gateway = isOn('gateway')
    ? gatewayCostOf(await printedBy<GatewayMicros>('gateway-proxies.ts', isQuick))
    : undefined;
  const verification = isOn('verification')
    ? verificationOf(await printedBy<VerificationMicros>('token-verification.ts', isQuick))
    : undefined;
  const authority = isOn('authority') ? await printedBy<AuthorityMicros>('authority-check.ts', isQuick) : undefined;

  const [ofExchange] = exchange;
  const log: LogCost | undefined =
    isOn('log') && ofExchange ? await logCost(ofExchange, core, rounds, options) : undefined;
  const policies =
    isOn('policies') && ofExchange
      ? {
          exchange: await policyCosts(ofExchange, core, rounds, options),
          decisions: await printedBy<readonly DecisionMicros[]>('policy-decision.ts', isQuick),
        }
      : undefined;

  const pages: readonly PageCost[] = isOn('pages') ? await pageCosts(isQuick ? QUICK_SECONDS : 2, core) : [];
  const listening: Listeners[] = isOn('listeners')
    ? [await listenersOn(isQuick ? 64 : 5000, isQuick ? 1 : 16, core)]
    : [];
  const waiting: Pollers[] = [];
  for (const store of isOn('pollers') ? stores : [])
    waiting.push(await pollersOn(store, { ...(isQuick ? QUICK_POLLERS : POLLERS), core }));
  const tokens: readonly DecisionToToken[] = isOn('decisions') ? await decisionsToTokens(isQuick ? 4 : 200, core) : [];

  runOn(`0-${cpus().length - 1}`);
  const counted = CASES.filter((one) => cases.includes(one) || (isOn('epochs') && exchange.includes(one)));
  const operations: readonly Operations[] =
    isOn('operations') || isOn('epochs')
      ? await operationsOf(isOn('operations') && cases.length === 0 ? CASES : counted, isQuick ? 5 : 40, isQuick)
      : [];
  const scaled: readonly Scaling[] = isOn('scaling')
    ? await scalingOf(
        CASES.filter(({ name }) => SCALED.test(name)),
        workers,
        isQuick ? 1 : 2,
        options,
        isQuick
          ? Object.fromEntries(
              Object.entries(figures).flatMap(([name, { behalf }]) => (behalf ? [[name, behalf]] : [])),
            )
          : {},
      )
    : [];
  const ends: Denial[] = [];
  for (const store of isOn('deny') ? stores : []) ends.push(...(await denials(store, isQuick ? 4 : 100)));

  return {
    bench: 'server',
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    date: new Date().toISOString().slice(0, 10),
    commit: spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout?.trim(),
    machine: machine(before),
    rounds,
    seconds: options.seconds,
    connections: connectionsOf(isQuick),
    elapsedSeconds: Math.round((performance.now() - begin) / 1000),
    cases: rowsOf(figures),
    variants: variantsOf(variants),
    epochs: epochMicros === undefined ? undefined : epochShare(epochMicros, operations, figures),
    authority: authority && authorityShare(authority, figures),
    verification,
    gateway,
    log,
    policies,
    operations,
    scaling: scaled,
    pages,
    listeners: listening,
    pollers: waiting,
    decisions: tokens,
    ends,
  };
};

const report = (result: Awaited<ReturnType<typeof run>>): string => {
  const { cases, variants, epochs, authority, policies, operations, scaling, rounds, seconds } = result;
  const { log, pages, listeners, pollers, decisions, ends, verification, gateway } = result;
  return [
    `Server CPU per request, ${result.connections} connections, ${rounds} rounds of ${seconds} s each, ${isPinned ? 'pinned' : 'not pinned'}`,
    ...(cases.length > 0 ? [rowsTable(cases)] : []),
    ...variants.map(variantsText),
    ...(epochs
      ? [
          `Kills and epochs: ${epochs.questions} questions of ${epochs.micros} µs each in an exchange, ${epochs.percent} % of it (aim 3 %)`,
        ]
      : []),
    ...(authority ? [authorityText(authority)] : []),
    ...(verification ? [verificationText(verification)] : []),
    ...(gateway ? [gatewayText(gateway)] : []),
    ...(log ? [logCostText(log)] : []),
    ...(policies ? [policyTables(policies.exchange, policies.decisions)] : []),
    ...(operations.length > 0 ? [operationsTable(operations)] : []),
    ...(scaling.length > 0 ? [scalingTable(scaling)] : []),
    ...(pages.length > 0 ? [pagesTable(pages)] : []),
    ...(listeners.length > 0 ? [listenersTable(listeners)] : []),
    ...(pollers.length > 0 ? [pollersTable(pollers)] : []),
    ...(decisions.length > 0 ? [decisionsTable(decisions)] : []),
    ...(ends.length > 0 ? [denialsTable(ends)] : []),
    `took ${result.elapsedSeconds} s`,
  ].join('\n\n');
};

type Outcome = { readonly result: object; readonly text: string; readonly isPassed: boolean };

const whole = async (options: BenchOptions): Promise<Outcome> => {
  const result = await run(options);
  return { result, text: report(result), isPassed: true };
};

/** A run of one of the modes, which measures only cases of its own. */
const inMode = async (options: BenchOptions): Promise<Outcome> => {
  const { mode, rounds, seconds, isAppended, out } = options;
  const begin = performance.now();
  const [before] = loadavg();
  runOn('1');
  if (mode === 'gate') {
    const cases = await gate(ROOT, core);
    return { result: { bench: 'gate', cases }, text: gateTable(cases), isPassed: cases.every((one) => one.isPassed) };
  }
  const about = (): { date: string; commit: string; machine: object; elapsedSeconds: number } => ({
    date: new Date().toISOString().slice(0, 10),
    commit: spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout?.trim(),
    machine: machine(before),
    elapsedSeconds: Math.round((performance.now() - begin) / 1000),
  });
  if (mode === 'flames') {
    const cases = await flames(options, core, ROOT);
    return { result: { bench: 'flames', ...about(), cases }, text: flamesTable(cases), isPassed: true };
  }
  const cases = await measuredRatios(options, core);
  const result = ratiosFile({ ...about(), rounds, seconds, cases }, out && resolve(ROOT, out), isAppended);
  return { result, text: `${ratiosTable(cases)}\n\n${heldText(result)}`, isPassed: true };
};

const options = benchOptions(process.argv.slice(2));
if (options === 'help') console.log(usage());
else if ('wrong' in options) {
  console.error(`${options.wrong}\n\n${usage()}`);
  process.exitCode = 2;
} else {
  const { result, text, isPassed } = await (options.mode === undefined ? whole(options) : inMode(options));
  console.log(`\n${text}\n`);
  console.log(JSON.stringify(result));
  if (options.out !== undefined) {
    const file = resolve(ROOT, options.out);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
    console.log(`written to ${options.out}`);
  }
  if (!isPassed) process.exitCode = 1;
}
