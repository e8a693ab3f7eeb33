/**
 * Draws mutations over the guards of the decision path by a seed, runs the related tests against each, and prints which
 * survive. The repository stays as it is: mutations are made in a copy in a temporary folder.
 *
 * The last line of stdout is JSON: `{"mutations","killed","survived","seed","elapsedSeconds"}`. Exit code 1: one survived.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deliveredFiles } from '../architecture/source-files.ts';
import { seededRandom } from '../campaigns/campaign.ts';
import { type Mutation, mutationsOf } from './operators.ts';
import { relatedTests } from './related-tests.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Where a wrong guard gives away authority. */
const GUARDED = ['src/domain/authority/', 'src/domain/approvals/', 'src/provider/', 'src/extensions/'];
const COPIED = ['adapters', 'config', 'docs', 'src', 'test', 'views', 'package.json', 'tsconfig.json'];
const GROUP_MINUTES = 15;

const HELP = `npm run mutations -- [--seed N] [--count N] [--path PREFIX] [--list]

  --seed   decides which guards are mutated (default 1)
  --count  how many mutations (default 60)
  --path   only files whose path begins so
  --list   print the mutations that would be made, and run nothing
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '60' },
    path: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const parses = (code: string): boolean => {
  try {
    stripTypeScriptTypes(code);
    return true;
  } catch {
    return false;
  }
};

const mutated = ({ path, line, after }: Mutation): string =>
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .with(line - 1, after)
    .join('\n');

/** Mutations that parse, at most one for each line, so that no guard is tried twice. */
const drawn = (seed: number, count: number, prefix: string): readonly Mutation[] => {
  const random = seededRandom(seed);
  const all = deliveredFiles()
    .filter(({ path }) => GUARDED.some((folder) => path.startsWith(folder)) && path.startsWith(prefix))
    .flatMap(({ path, text }) => mutationsOf(path, text));
  const found = new Map<string, Mutation>();
  for (let left = all.length * 4; left > 0 && found.size < count && all.length > 0; left -= 1) {
    const mutation = all[random.integer(all.length)];
    if (mutation === undefined || found.has(`${mutation.path}:${mutation.line}`)) continue;
    if (!parses(mutated(mutation))) continue;
    found.set(`${mutation.path}:${mutation.line}`, mutation);
  }
  return [...found.values()];
};

/** A run that does not end counts as a failure. */
const fails = async (copy: string, tests: readonly string[]): Promise<boolean> => {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const running = spawn(process.execPath, [...jest, '--silent', '--bail', '--runTestsByPath', ...tests], {
    cwd: copy,
    stdio: 'ignore',
    timeout: GROUP_MINUTES * 60_000,
  });
  const [code] = await once(running, 'exit');
  return code !== 0;
};

const copyOfRepository = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'behalf-mutations-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  // `.tmp` holds the stand-in for MongoDB, once it is built.
  for (const name of ['node_modules', '.tmp']) {
    if (existsSync(join(ROOT, name))) symlinkSync(join(ROOT, name), join(copy, name));
  }
  return copy;
};

const shown = ({ path, line, operator, before, after }: Mutation): string =>
  `${path}:${line}  ${operator}\n    - ${before.trim()}\n    + ${after.trim()}`;

const main = async (): Promise<number> => {
  const [seed, count] = [Number(values.seed), Number(values.count)];
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count) || count < 1) {
    process.stderr.write(`--seed and --count are whole numbers.\n\n${HELP}`);
    return 2;
  }
  const mutations = drawn(seed, count, values.path);
  if (values.list) {
    process.stdout.write(`${mutations.map(shown).join('\n')}\n`);
    return 0;
  }
  const begin = Date.now();
  const tests = relatedTests();
  const copy = copyOfRepository();
  const survivors: Mutation[] = [];
  /** Groups of tests that pass without a mutation. */
  const passing = new Set<string>();
  try {
    for (const [index, mutation] of mutations.entries()) {
      const file = join(copy, mutation.path);
      const original = readFileSync(join(ROOT, mutation.path), 'utf8');
      writeFileSync(file, mutated(mutation));
      let killers: readonly string[] | undefined;
      for (const group of tests.groupsFor(mutation.path)) {
        if (await fails(copy, group)) killers = group;
        if (killers) break;
      }
      writeFileSync(file, original);
      if (!killers) survivors.push(mutation);
      // A test that fails by itself kills nothing.
      else if (!passing.has(killers.join(' '))) {
        if (await fails(copy, killers)) throw new Error(`without a mutation, one of these fails: ${killers.join(' ')}`);
        passing.add(killers.join(' '));
      }
      process.stderr.write(`${index + 1}/${mutations.length} ${killers ? 'killed' : 'SURVIVED'} ${shown(mutation)}\n`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const elapsedSeconds = Math.round((Date.now() - begin) / 1000);
  const killed = mutations.length - survivors.length;
  const result = { mutations: mutations.length, killed, survived: survivors, seed, elapsedSeconds };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return survivors.length === 0 ? 0 : 1;
};

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();
