/**
 * `npm run test:in-process [options of Jest]`: the tests that run in the processes of Jest alone. All of architecture and unit;
 * of contract, integration and the package for APIs the files that start no process and no server of a database, but for those
 * of `LONG`. `--list` prints the files.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startsProcesses } from './process-starts.ts';
import { ROOT, runJest } from './run-jest.ts';

const testsIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(ROOT, 'test', folder, name))
    .sort();

/**
 * In one process too, and left to `npm test`: each walks over a whole table of cases or waits for deliveries, and takes 8 to 45 s, a
 * quarter of the time of all. What they are about has shorter tests here.
 */
const LONG: readonly string[] = [
  'anonymous-storage',
  'audit-sinks',
  'blueprints',
  'clock-and-growth',
  'damaged-records',
  'decision-cells',
  'input-handling',
  'kill',
  'liveness',
  'metadata-documents',
  'notification-delivery',
  'notifications',
  'refresh-races',
  'revocation-feed',
  'sweeping',
].map((name) => join(ROOT, 'test/integration', `${name}.test.ts`));

const missing = LONG.filter((path) => !existsSync(path));
if (missing.length > 0) throw new Error(`there is no ${missing.join(', ')}: mend the list`);

const files = [
  ...['architecture', 'unit'].flatMap(testsIn),
  ...['contract', 'integration', 'resource-server', 'agent']
    .flatMap(testsIn)
    .filter((path) => !startsProcesses(path) && !LONG.includes(path)),
].map((path) => relative(ROOT, path));

const given = process.argv.slice(2);
if (given.includes('--list')) process.stdout.write(`${files.join('\n')}\n`);
else runJest(['--runTestsByPath', ...files, ...given]);
