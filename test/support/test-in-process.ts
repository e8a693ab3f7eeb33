/**
 * `npm run test:in-process [options of Jest]`: the tests that run in the processes of Jest alone. All of architecture and unit;
 * of contract and integration the files that start no process and no server of a database. `--list` prints the files.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const STARTS = /from 'node:(?:child_process|cluster)'/;
/** Imports of values. `import type` and a list of types alone load nothing. */
const IMPORT = /^import (?!type )(.*?) from '(\.{1,2}\/[^']+)';$/gms;
/** It starts servers where the run or a test asks for them; ca.pem takes one short command. */
const ON_REQUEST = ['shared-servers.ts', 'local-authority.ts'].map((name) => join(ROOT, 'test/support', name));
/** Only of support modules: what production may start is no matter of a test file. */
const isOfTests = (path: string): boolean => path.startsWith(join(ROOT, 'test/'));

const known = new Map<string, boolean>();
const startsProcesses = (path: string): boolean => {
  const found = known.get(path);
  if (found !== undefined) return found;
  // Modules that import each other end here.
  known.set(path, false);
  const text = readFileSync(path, 'utf8');
  const imported = [...text.matchAll(IMPORT)]
    .filter(([, names = '']) => !/^\{(?:\s*type \w+,?)+\s*\}$/.test(names))
    .map(([, , specifier = '']) => resolve(dirname(path), specifier))
    .filter((module) => isOfTests(module) && !ON_REQUEST.includes(module));
  const starts = STARTS.test(text) || imported.some(startsProcesses);
  known.set(path, starts);
  return starts;
};

const testsIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(ROOT, 'test', folder, name))
    .sort();

const files = [
  ...['architecture', 'unit'].flatMap(testsIn),
  ...['contract', 'integration'].flatMap(testsIn).filter((path) => !startsProcesses(path)),
].map((path) => relative(ROOT, path));

const given = process.argv.slice(2);
if (given.includes('--list')) process.stdout.write(`${files.join('\n')}\n`);
else {
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const running = spawn(process.execPath, [...options, jest, '--runTestsByPath', ...files, ...given], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  running.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
