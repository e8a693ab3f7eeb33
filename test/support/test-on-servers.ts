/**
 * `npm run test:servers [FOLDER or FILE…] [options of Jest]`: every test file over HTTP whose server takes the stores of the
 * run, once more on MongoDB and Redis. Files whose servers name stores of their own are left out: they would do the same
 * again. Folders: test/integration and test/e2e unless said otherwise, without the files that do not depend on a store.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** What makes a server, or the half of one, over the stores of the run. `runServer` may name others. */
const MAKES =
  /\b(?:openStores|settingsOfRun|isOnServers|compose(?:Services|PeoplePages|ManagementApi))\(|\brunServer\((?![^)]*\bstores\b)/;
const SUPPORT = join(ROOT, 'test/support');
/** A test file that calls these is found by its call; others import types of them. */
const CALLED = ['running-server.ts', 'shared-servers.ts', 'composed-services.ts'];
/** Support files that make one for a test file: `exchangeWorld` and the like. */
const makers = readdirSync(SUPPORT).filter(
  (name) => name.endsWith('.ts') && !CALLED.includes(name) && MAKES.test(readFileSync(join(SUPPORT, name), 'utf8')),
);
const isOfRun = (path: string): boolean => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return MAKES.test(text) || makers.some((name) => text.includes(`/support/${name}'`));
};

/**
 * Looks, keys, loading and texts of every page, and the layers of each decision: they do not depend on a store, and take longest.
 * Each runs when it is named. The injected texts come from a layer above the store; that a store keeps odd texts is in test/contract.
 */
const WITHOUT_STORES = [
  ...['by-keyboard', 'every-page', 'injection', 'page-loads'].map((name) => `test/e2e/${name}.test.ts`),
  'test/integration/decision-cells.test.ts',
];

const given = process.argv.slice(2);
const named = given.filter((one) => !one.startsWith('-'));
const files = (named.length > 0 ? named : ['test/integration', 'test/e2e'])
  .flatMap((path) =>
    path.endsWith('.test.ts')
      ? [path]
      : readdirSync(join(ROOT, path))
          .map((name) => join(path, name))
          .filter((file) => !WITHOUT_STORES.includes(file)),
  )
  .filter((path) => path.endsWith('.test.ts') && isOfRun(path));

// Jest without a file runs all of them.
if (files.length === 0) throw new Error('none of these files has a server on the stores of the run');

const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--runTestsByPath'];
/** Over a network everything takes longer, above all where other work takes the cores. */
const patience = '--testTimeout=240000';
const running = spawn(
  process.execPath,
  [...options, patience, ...files, ...given.filter((one) => one.startsWith('-'))],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, BEHALF_TEST_STORES: 'mongodb+redis' },
  },
);
running.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
