/**
 * `npm run test:python`: builds the wheel of `python/`, installs it with pinned packages in an environment of its own, and runs
 * the tests against it in an empty folder. Then types and style. The last line is that of pytest.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildWheel, installInto, pythonEnvironment } from '../support/python-environment.ts';

const SOURCE = resolve(import.meta.dirname, '../../python');
const LIMIT_MS = 240_000;

const ground = mkdtempSync(join(tmpdir(), 'behalf-python-'));
process.once('exit', () => rmSync(ground, { recursive: true, force: true }));

/** Runs a command to its end, and ends this process with its code when it fails. */
const run = (folder: string, file: string, ...parameters: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(file, parameters, {
    cwd: folder,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status === 0) return stdout;
  console.error(`${file} ${parameters.join(' ')}: ${error?.message ?? `ended with ${status}`}\n${stdout}${stderr}`);
  process.exit(1);
};

const tests = join(ground, 'tests');

const pinned = ['--requirement', join(SOURCE, 'requirements-test.txt')];
const python = await pythonEnvironment(join(ground, 'environment'), pinned);
// A copy: building writes beside the source.
cpSync(SOURCE, join(ground, 'source'), { recursive: true });
await buildWheel(join(ground, 'source'), ground);
const wheel = readdirSync(ground).find((name) => name.endsWith('.whl'));
if (wheel === undefined) throw new Error('no wheel was built');
await installInto(python, ['--no-deps', join(ground, wheel)]);
console.log(`installed ${wheel}`);

cpSync(join(SOURCE, 'tests'), tests, { recursive: true });
// Its examples run as they stand.
cpSync(join(SOURCE, '../docs/how-to/protect-an-api-in-python.md'), join(tests, 'guide.md'));
cpSync(join(SOURCE, '../docs/reference/hostile-requests.md'), join(tests, 'hostile-requests.md'));
cpSync(join(SOURCE, 'pyproject.toml'), join(ground, 'pyproject.toml'));
rmSync(join(ground, 'source'), { recursive: true });
run(SOURCE, python, '-m', 'ruff', 'check', '--no-cache', '.');
run(SOURCE, python, '-m', 'ruff', 'format', '--no-cache', '--check', '.');
run(SOURCE, python, '-m', 'mypy', '--no-incremental', '--cache-dir', join(ground, 'mypy'));
const told = run(ground, python, '-m', 'pytest', '-p', 'no:cacheprovider').trim().split('\n');
console.log(told.at(-1));
