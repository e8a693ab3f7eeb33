/**
 * `npm test [PATH…] [options of Jest]`: all test files but those of `LONG`, or the named ones.
 * `npm run test:pages` and `npm run test:processes`: one folder of `LONG`, or the named files of it. `npm run test:long`: both in one
 * run, in which processes that wait and browsers that work share the cores.
 */
import { runJest } from './run-jest.ts';

/** Every page in a browser in every look, and servers of many processes. `.ci/run` runs these after the others, by `npm run test:long`. */
const LONG = ['test/pages', 'test/processes'];

/** Files with servers and browsers wait for much of their time: on two cores four of them leave little unused, and three a fifth. */
const WORKERS = '--maxWorkers=4';
const SAYS_WORKERS = /^(?:--maxWorkers|-w|--runInBand|-i)(?:=|$)/;

const given = process.argv.slice(2);
const isOfFolders = given[0] === '--folder';
/** Names of folders with commas between them. */
const folders = isOfFolders ? (given[1] ?? '').split(',') : [];
const named = isOfFolders ? given.slice(2) : given;
const options = named.some((one) => SAYS_WORKERS.test(one)) ? named : [WORKERS, ...named];
const namesLong = options.some((one) => LONG.some((name) => one.includes(name)));

if (namesLong) await runJest(options);
else if (isOfFolders) await runJest([...folders.map((folder) => `${folder}/`), ...options]);
// Last: Jest takes what follows as a pattern of its own.
else await runJest([...options, `--testPathIgnorePatterns=/node_modules/|<rootDir>/(${LONG.join('|')})/`]);
