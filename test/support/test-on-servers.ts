/**
 * `npm run test:servers [FOLDER or FILE…] [options of Jest]`: every test file over HTTP whose server takes the stores of the
 * run, once more on MongoDB and Redis. Files whose servers name stores of their own are left out: they would do the same
 * again. Folders: test/integration, test/processes and test/e2e unless said otherwise, without the files that do not depend on a store.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runJest } from './run-jest.ts';

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
 * What a browser makes of pages, and the layers of each decision: they do not depend on a store. The requests that those pages lead to
 * have tests in test/integration, which run. Nor does test/pages: the injected texts come from a layer above the store, and
 * test/contract shows that a store keeps odd texts. Each runs when it is named.
 */
const WITHOUT_STORES = [
  ...[
    ...['brand', 'console', 'console-policies', 'console-search', 'copy', 'first-view', 'more-menu', 'page-loads'],
    ...['page-writer', 'saved-views', 'side-navigation'],
  ].map((name) => `test/e2e/${name}.test.ts`),
  'test/integration/decision-cells.test.ts',
];

const given = process.argv.slice(2);
const named = given.filter((one) => !one.startsWith('-'));
const files = (named.length > 0 ? named : ['test/integration', 'test/processes', 'test/e2e'])
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

/** Over a network everything takes longer, above all where other work takes the cores. */
const patience = '--testTimeout=240000';
const options = given.filter((one) => one.startsWith('-'));
runJest(['--runTestsByPath', patience, ...files, ...options], { BEHALF_TEST_STORES: 'mongodb+redis' });
