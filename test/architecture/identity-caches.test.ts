/**
 * What is remembered about a request stands in its typed state. Every map by identity is a cache of something that never
 * changes, and stands in the table of the architecture.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { deliveredFiles } from './source-files.ts';

const PAGE = join(import.meta.dirname, '../../docs/explanation/architecture.md');
const MAP = /\bnew\s+Weak(?:Map|Set)\b/g;
/** With the name it is given. */
const NAMED = /\bconst\s+(\w+)(?::[^=;]*)?\s*=\s*new\s+Weak(?:Map|Set)\b/g;
const OF_REQUESTS = /\bWeak(?:Map|Set)<\s*(?:Incoming|Server|\w*Context|\w*Request\b|\w*Exchange|\w*Token\b)/;
const ROW = /^\| `(\w+)` in `([\w./-]+)` \|((?:[^|\n]+\|){3})$/gm;

/** `name in path`, for each in a source; `unnamed in path` for one that is no constant. */
const mapsIn = (path: string, code: string): readonly string[] => {
  const named = [...code.matchAll(NAMED)].map(([, name]) => `${name} in ${path}`);
  const unnamed = [...code.matchAll(MAP)].slice(named.length).map(() => `unnamed in ${path}`);
  return [...named, ...unnamed];
};

test('every WeakMap and WeakSet is a cache by identity in the table of the architecture, and the other way round', () => {
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(ROW)].map(([, name, path]) => `${name} in ${path}`);
  const maps = deliveredFiles().flatMap(({ path, code }) => mapsIn(path, code));
  expect(maps.toSorted()).toEqual(rows.toSorted());
  expect(rows.length).toBeGreaterThan(5);
});

test('none is keyed by a request, a context, or a model of oidc-provider', () => {
  const keyed = deliveredFiles().filter(({ code }) => OF_REQUESTS.test(code));
  expect(keyed.map(({ path }) => path)).toEqual([]);
});

test("koa's untyped state is used in one place", () => {
  const users = deliveredFiles().filter(({ code }) => /\bctx\s*\??\.\s*state\b/.test(code));
  expect(users.map(({ path }) => path)).toEqual(['src/http/request-state.ts']);
});

test('the patterns above find what they are for', () => {
  const code =
    'const a = new WeakMap<object, Promise<void>>();\nconst b: WeakSet<object> = new WeakSet();\nf(new WeakMap());';
  expect(mapsIn('x.ts', code)).toEqual(['a in x.ts', 'b in x.ts', 'unnamed in x.ts']);
  expect(code).not.toMatch(OF_REQUESTS);
  for (const key of ['IncomingMessage', 'KoaContextWithOIDC', 'CurrentExchange', 'AccessToken'])
    expect(`new WeakMap<${key}, Promise<void>>()`).toMatch(OF_REQUESTS);
});
