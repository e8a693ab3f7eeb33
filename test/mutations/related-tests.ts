/**
 * Tests that a mutation is most likely to fail, the nearest first: unit tests that import the file, by the length of the way,
 * then tests over HTTP whose names share words with it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { importsOf } from '../architecture/source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['src', 'adapters', 'config', 'views', 'test/support', 'test/unit', 'test/contract'];

/** Words that say nothing about what a file is about. */
const COMMON = new Set([
  'registry',
  'service',
  'store',
  'of',
  'the',
  'and',
  'at',
  'to',
  'by',
  'test',
  'requests',
  'request',
]);

const wordsOf = (path: string): readonly string[] =>
  path
    .split(/[/.-]/)
    .map((word) => word.replace(/s$/, ''))
    .filter((word) => word.length > 2 && !COMMON.has(word));

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith('.ts'));

export type RelatedTests = {
  /** In the order in which to run them, one group after the other; a group is one run of Jest. */
  groupsFor(path: string): readonly (readonly string[])[];
};

export const relatedTests = (): RelatedTests => {
  const importers = new Map<string, string[]>();
  for (const path of SOURCES.flatMap(filesIn)) {
    for (const { target, isOurs, kind } of importsOf(path, readFileSync(join(ROOT, path), 'utf8'))) {
      if (!isOurs || kind === 'type') continue;
      const known = importers.get(target) ?? [];
      known.push(path);
      importers.set(target, known);
    }
  }

  /** Unit tests that reach the file, with the length of the way. */
  const unitTests = (path: string): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    const seen = new Set([path]);
    let edge = [path];
    for (let distance = 1; edge.length > 0; distance += 1) {
      edge = edge.flatMap((each) => (importers.get(each) ?? []).filter((next) => !seen.has(next) && seen.add(next)));
      for (const each of edge) if (each.endsWith('.test.ts')) found.set(each, distance);
    }
    return found;
  };

  const overHttp = filesIn('test/integration').filter((path) => path.endsWith('.test.ts'));

  return {
    groupsFor(path) {
      const units = [...unitTests(path)].sort(([, one], [, other]) => one - other).map(([test]) => test);
      const words = new Set(wordsOf(path.replace(/\.ts$/, '')));
      const shared = (test: string): number =>
        wordsOf(basename(test, '.test.ts')).filter((word) => words.has(word)).length;
      const byName = overHttp
        .map((test) => ({ test, count: shared(test) }))
        .filter(({ count }) => count > 0)
        .sort((one, other) => other.count - one.count)
        .map(({ test }) => test);
      const others = overHttp.filter((test) => !byName.includes(test));
      return [units.slice(0, 12), units.slice(12), byName, others].filter((group) => group.length > 0);
    },
  };
};
