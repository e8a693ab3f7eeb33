/**
 * `npm run times -- [--runs N] [--add] [--only check,test,ci] [--out FILE]`: how long `npm run check`, `npm test` and `.ci/run` take. Runs each N
 * times, default 3, one after the other, and keeps seconds, CPU, load and totals of each in docs/results/tests.json. The file is
 * written after each run, so that a run of hours that is interrupted keeps what it has. Run it where nothing else does: the
 * load before each run says whether that was so. `.ci/run` runs in a fresh clone of the commit, as in CI. `npm test` is a part of it: without
 * `test` in --only, that part is kept as a run of `test`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuSeconds } from './cpu-time.ts';
import { gatheredRuns, type Kept, type Results, type Run, runOfSuite } from './kept-times.ts';
import { ROOT } from './run-jest.ts';

/** `most`: seconds on two cores with nothing beside it. */
const COMMANDS = {
  check: { command: ['npm', 'run', 'check'], most: 240, isInClone: false },
  test: { command: ['npm', 'test'], most: 540, isInClone: false },
  ci: { command: ['.ci/run'], most: 2100, isInClone: true },
} as const;
type Name = keyof typeof COMMANDS;
const NAMES = Object.keys(COMMANDS) as Name[];

const rounded = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits;
const load = (): number => rounded(loadavg()[0] ?? 0, 2);

const git = (...parameters: readonly string[]): string =>
  spawnSync('git', parameters, { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
/** With a plus where the tree holds more than that commit and these figures. */
const commit = (): string =>
  git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', '.', ':!docs/results') ? '+' : '');

/** The clone has the commit alone, and no modules. */
const clone = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-times-'));
  // Some tests run Node as another user.
  chmodSync(folder, 0o755);
  const { status, stderr } = spawnSync('git', ['clone', '--quiet', ROOT, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git clone: ${stderr}`);
  return folder;
};

const TOTALS = /^(?:Tests: .*|\d+ passed, \d+ failed, \d+ skipped)$/gm;

/** Characters: all that `.ci/run` prints, but for a run in which hundreds of tests fail. */
const MOST_KEPT = 1_000_000;

/** Shows what the command prints, and answers the end of it. */
const shown = (command: readonly string[], folder: string): Promise<{ exitCode: number; said: string }> =>
  new Promise((resolve, reject) => {
    const [program = '', ...parameters] = command;
    const running = spawn(program, parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [running.stdout, running.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        process.stderr.write(chunk);
        said = (said + chunk.toString()).slice(-MOST_KEPT);
      });
    }
    running.on('error', reject);
    running.on('close', (code) => resolve({ exitCode: code ?? 1, said }));
  });

const measured = async (name: Name): Promise<{ readonly run: Run; readonly said: string }> => {
  const { command, isInClone } = COMMANDS[name];
  const folder = isInClone ? clone() : ROOT;
  try {
    const [before, cpu, begin] = [load(), cpuSeconds(), performance.now()];
    const { exitCode, said } = await shown(command, folder);
    const run: Run = {
      commit: commit(),
      date: new Date().toISOString().slice(0, 10),
      seconds: rounded((performance.now() - begin) / 1000),
      cpuSeconds: rounded(cpuSeconds() - cpu),
      loadBefore: before,
      loadAfter: load(),
      exitCode,
      totals: said.match(TOTALS)?.at(-1)?.replace(/\s+/g, ' ') ?? '',
    };
    return { run, said };
  } finally {
    if (isInClone) rmSync(folder, { recursive: true, force: true });
  }
};

const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGiB: rounded(totalmem() / 2 ** 30),
  system: `Linux ${release().replace(/-.*/, '')}, Node ${process.versions.node}`,
};

const resultsIn = (file: string): Results | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;

const keep = (file: string, name: Name, runs: readonly Run[]): void => {
  const { command, most } = COMMANDS[name];
  const entry: Kept = { command: command.join(' '), mostSeconds: most, runs };
  const all: Results = { machine, commands: { ...resultsIn(file)?.commands, [name]: entry } };
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
};

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    add: { type: 'boolean', default: false },
    only: { type: 'string', default: NAMES.join(',') },
    out: { type: 'string', default: 'docs/results/tests.json' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [count, wanted] = [Number(values.runs), values.only.split(',')];
const unknown = wanted.find((one) => !(NAMES as readonly string[]).includes(one));
if (values.help) console.log(`npm run times -- [--runs N] [--add] [--only ${NAMES.join(',')}] [--out FILE]`);
else if (!Number.isInteger(count) || count < 1 || count > 10 || unknown !== undefined) {
  console.error(
    unknown === undefined ? '--runs takes a number from 1 to 10' : `--only takes some of ${NAMES}, not ${unknown}`,
  );
  process.exitCode = 2;
} else {
  const file = resolve(ROOT, values.out);
  const before = resultsIn(file);
  const gathered = (name: Name, runs: readonly Run[]) =>
    gatheredRuns(before, name, { machine, runs, isAdded: values.add });
  for (const name of NAMES.filter((one) => wanted.includes(one))) {
    const suites = name === 'ci' && !wanted.includes('test') ? (['test'] as const) : [];
    // Before anything is measured: it may refuse to add.
    for (const one of [name, ...suites]) gathered(one, []);
    const runs: Run[] = [];
    const ofSuites: Run[] = [];
    for (let index = 0; index < count; index += 1) {
      const { run, said } = await measured(name);
      runs.push(run);
      keep(file, name, gathered(name, runs));
      for (const suite of suites) {
        const part = runOfSuite(said, suite, run);
        if (part === undefined) continue;
        ofSuites.push(part);
        keep(file, suite, gathered(suite, ofSuites));
      }
      console.error(`\n${name}, run ${index + 1} of ${count}: ${JSON.stringify(run)}\n`);
    }
    if (runs.some(({ exitCode }) => exitCode !== 0)) process.exitCode = 1;
  }
}
