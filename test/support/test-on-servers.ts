/**
 * `npm run test:servers [FOLDER or FILE…] [--stores=KIND] [options of Jest]`: the HTTP tests whose outcome a store changes, once more on
 * MongoDB and Redis, or on the servers of server-kinds.ts that KIND names. test/support/server-files.ts says which, and why. A named folder or file runs whole, but for files whose servers name stores
 * of their own: they would do the same again. `--list` prints the files.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runJest } from './run-jest.ts';
import { isOfRun, ON_SERVERS, pathOf, tableFaults } from './server-files.ts';

const faults = tableFaults();
if (faults.length > 0) throw new Error(faults.join('\n'));

const given = process.argv.slice(2);
const named = given.filter((one) => !one.startsWith('-'));
const files =
  named.length === 0
    ? Object.keys(ON_SERVERS).map(pathOf)
    : named
        .flatMap((path) =>
          path.endsWith('.test.ts') ? [path] : readdirSync(join(ROOT, path)).map((name) => join(path, name)),
        )
        .filter((path) => path.endsWith('.test.ts') && isOfRun(path));

// Jest without a file runs all of them.
if (files.length === 0) throw new Error('none of these files has a server on the stores of the run');

/** Over a network everything takes longer, above all where other work takes the cores. */
const patience = '--testTimeout=240000';
const STORES = '--stores=';
const stores = given.find((one) => one.startsWith(STORES))?.slice(STORES.length) ?? 'mongodb+redis';
const options = given.filter((one) => one.startsWith('-') && one !== '--list' && !one.startsWith(STORES));
if (given.includes('--list')) process.stdout.write(`${files.join('\n')}\n`);
else await runJest(['--runTestsByPath', patience, ...files, ...options], { BEHALF_TEST_STORES: stores });
