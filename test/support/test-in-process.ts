/**
 * `npm run test:in-process [options of Jest]`: the tests that run in the processes of Jest alone. All of architecture and unit;
 * of contract, integration and the package for APIs the files that start no process and no server of a database. `--list` prints the files.
 */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startsProcesses } from './process-starts.ts';
import { ROOT, runJest } from './run-jest.ts';

const testsIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(ROOT, 'test', folder, name))
    .sort();

const files = [
  ...['architecture', 'unit'].flatMap(testsIn),
  ...['contract', 'integration', 'resource-server', 'agent'].flatMap(testsIn).filter((path) => !startsProcesses(path)),
].map((path) => relative(ROOT, path));

const given = process.argv.slice(2);
if (given.includes('--list')) process.stdout.write(`${files.join('\n')}\n`);
else runJest(['--runTestsByPath', ...files, ...given]);
