import { describe, expect, test } from '@jest/globals';
import { deliveredFiles } from './source-files.ts';

/** Drivers of stores that few servers have, and the library of passkeys: a third of all modules, and of the time of a start. */
const LATER = ['mongodb', 'ioredis', '@simplewebauthn/server'];

const files = new Map(deliveredFiles().map((file) => [file.path, file]));

/** The packages that Node loads with a module, before it runs: those of its imports, and of theirs. */
const loadedWith = (path: string): ReadonlySet<string> => {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const { target, isOurs, kind } of files.get(next)?.imports ?? []) {
      if (kind !== 'value') continue;
      if (isOurs) waiting.push(target);
      else packages.add(target);
    }
  }
  return packages;
};

describe.each(['src/main.ts', 'src/cli/main.ts'])('%s', (entry) => {
  test('loads drivers and the library of passkeys when they are needed, not at its start', () => {
    const packages = loadedWith(entry);
    // The walk follows the imports.
    expect(packages).toContain('ajv/dist/2020.js');
    expect(LATER.filter((name) => packages.has(name))).toEqual([]);
  });
});
