/**
 * `npm test [PATH…] [options of Jest]`: all test files but those of `LONG`, or the named ones.
 * `npm run test:pages` and `npm run test:processes`: one folder of `LONG`, or the named files of it.
 */
import { runJest } from './run-jest.ts';

/** Every page in a browser in every look, and servers of many processes. `.ci/run` runs these after the others. */
const LONG = ['test/pages', 'test/processes'];

const given = process.argv.slice(2);
const folder = given[0] === '--folder' ? given[1] : undefined;
const options = folder === undefined ? given : given.slice(2);
const namesLong = options.some((one) => LONG.some((name) => one.includes(name)));

if (namesLong) runJest(options);
else if (folder !== undefined) runJest([`${folder}/`, ...options]);
// Last: Jest takes what follows as a pattern of its own.
else runJest([...options, `--testPathIgnorePatterns=/node_modules/|<rootDir>/(${LONG.join('|')})/`]);
