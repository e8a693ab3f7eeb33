/** Which test files start processes or servers of a database, themselves or by a support module. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const STARTS = /from 'node:(?:child_process|cluster)'/;
/** A test file that names these starts a MongoDB and a Redis, also where the run has other stores. */
const NAMES_SERVERS = /(?:\[|, )'mongodb\+redis'/;
/** Imports of values. `import type` and a list of types alone load nothing. */
const IMPORT = /^import (?!type )(.*?) from '(\.{1,2}\/[^']+)';$/gms;
/** It starts servers where the run or a test asks for them; ca.pem takes one short command. */
const ON_REQUEST = ['shared-servers.ts', 'local-authority.ts'].map((name) => join(ROOT, 'test/support', name));
/** Only of support modules: what production may start is no matter of a test file. */
const isOfTests = (path: string): boolean => path.startsWith(join(ROOT, 'test/'));

const known = new Map<string, boolean>();
/** `path`: absolute, of a test file or a module of `test/`. */
export const startsProcesses = (path: string): boolean => {
  const found = known.get(path);
  if (found !== undefined) return found;
  // Modules that import each other end here.
  known.set(path, false);
  const text = readFileSync(path, 'utf8');
  const imported = [...text.matchAll(IMPORT)]
    .filter(([, names = '']) => !/^\{(?:\s*type \w+,?)+\s*\}$/.test(names))
    .map(([, , specifier = '']) => resolve(dirname(path), specifier))
    .filter((module) => isOfTests(module) && !ON_REQUEST.includes(module));
  const namesServers = path.endsWith('.test.ts') && NAMES_SERVERS.test(text);
  const starts = STARTS.test(text) || namesServers || imported.some(startsProcesses);
  known.set(path, starts);
  return starts;
};
