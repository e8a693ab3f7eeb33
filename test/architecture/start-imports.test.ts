import { describe, expect, test } from '@jest/globals';
import { deliveredFiles } from './source-files.ts';

/**
 * Drivers of stores that few servers have, the library of passkeys and the policy engine: a third of all modules, and more than a third of
 * the processor time of a start.
 */
const LATER = ['mongodb', 'ioredis', 'pg', '@simplewebauthn/server', '@cedar-policy/cedar-wasm/nodejs'];

/** What a start of the server may load of ours: each module costs it a fifth of a millisecond, and each kilobyte is stripped and compiled. */
const MOST_MODULES = 1_215;
const MOST_KILOBYTES = 6_020;

const files = new Map(deliveredFiles().map((file) => [file.path, file]));

/** The packages and files that Node loads with a module, before it runs: those of its imports, and of theirs. */
const loadedWith = (path: string): { readonly packages: ReadonlySet<string>; readonly ours: ReadonlySet<string> } => {
  const packages = new Set<string>();
  const ours = new Set<string>();
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (ours.has(next)) continue;
    ours.add(next);
    for (const { target, isOurs, kind } of files.get(next)?.imports ?? []) {
      if (kind !== 'value') continue;
      if (isOurs) waiting.push(target);
      else packages.add(target);
    }
  }
  return { packages, ours };
};

describe.each(['src/serve.ts', 'src/cli/main.ts'])('%s', (entry) => {
  test('loads drivers, the library of passkeys and the policy engine when they are needed, not at its start', () => {
    const { packages } = loadedWith(entry);
    // The walk follows the imports.
    expect(packages).toContain('ajv/dist/2020.js');
    expect(LATER.filter((name) => packages.has(name))).toEqual([]);
  });
});

describe('src/serve.ts', () => {
  const ours = [...loadedWith('src/serve.ts').ours];

  test(`loads at most ${MOST_MODULES} modules of ours, and ${MOST_KILOBYTES} kilobytes, before it answers`, () => {
    const bytes = ours.reduce((sum, path) => sum + Buffer.byteLength(files.get(path)?.text ?? ''), 0);
    expect(ours.length).toBeGreaterThan(500);
    expect(ours.length).toBeLessThanOrEqual(MOST_MODULES);
    expect(Math.ceil(bytes / 1000)).toBeLessThanOrEqual(MOST_KILOBYTES);
  });

  test('loads no page of /interaction, /account or /console, and no SCIM, before one is asked for', () => {
    const pages =
      /^src\/http\/(?:interaction|account|console|scim)\/router\.ts$|^views\/pages\/(?:console|consent|sign-in)/;
    expect(ours.filter((path) => pages.test(path))).toEqual([]);
  });
});

test('src/main.ts loads next to nothing by itself: what it imports is compiled anew at each start', () => {
  const { ours, packages } = loadedWith('src/main.ts');
  expect([...ours].toSorted()).toEqual([
    'adapters/node/compiled-modules.ts',
    'adapters/node/own-modules.ts',
    'config/early-data-folder.ts',
    'src/main.ts',
  ]);
  expect([...packages].every((name) => name.startsWith('node:'))).toBe(true);
});
