/**
 * The folders of src/domain and of src/provider stand in an order: each imports itself and what stands before it, types
 * included. Nowhere do folders import each other; elsewhere a folder and those in it may. The picture of the architecture
 * shows the folders of src/domain in this order.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { deliveredFiles, importsOf } from './source-files.ts';

const DOMAIN = [
  'vocabulary',
  'ports',
  'audit',
  'platform',
  'resources',
  'identity',
  'clients',
  'notifications',
  'authority',
  'approvals',
  'offboarding',
  'signals',
  'provisioning',
  'governance',
];

/** `.`: files of the folder itself. */
const PROVIDER = [
  'seam',
  'client-authentication',
  'requests',
  'tokens',
  'grants',
  'interactions',
  'endpoints',
  'own-handlers',
  'storage',
  '.',
];

type Arrow = { readonly from: string; readonly to: string };

const EVERYWHERE: readonly Arrow[] = deliveredFiles().flatMap(({ path, text }) =>
  importsOf(path, text).map(({ target }) => ({ from: path, to: target })),
);

/** Imports from one file of the folder to another, as paths in it. */
const arrowsIn = (folder: string): readonly Arrow[] => {
  const within = (path: string): string => posix.relative(folder, path);
  return EVERYWHERE.filter(({ from, to }) => [from, to].every((path) => path.startsWith(`${folder}/`))).map(
    ({ from, to }) => ({ from: within(from), to: within(to) }),
  );
};

const contains = (folder: string, other: string): boolean => other === folder || other.startsWith(`${folder}/`);

const roomOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '.');

/** Groups of folders that reach each other. */
const cycles = (arrows: readonly Arrow[]): readonly string[] => {
  const next = Map.groupBy(arrows, ({ from }) => posix.dirname(from));
  const reachedFrom = (start: string): ReadonlySet<string> => {
    const reached = new Set<string>();
    const open = [start];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      for (const { to } of next.get(folder) ?? []) {
        const target = posix.dirname(to);
        if (target === folder || reached.has(target)) continue;
        reached.add(target);
        open.push(target);
      }
    }
    return reached;
  };
  const reach = new Map([...next.keys()].map((folder) => [folder, reachedFrom(folder)]));
  const groups = [...reach].map(([folder, reached]) =>
    [folder, ...[...reached].filter((other) => other !== folder && reach.get(other)?.has(folder))].sort().join(' '),
  );
  return [...new Set(groups)].filter((group) => group.includes(' ')).sort();
};

describe.each([
  { folder: 'src/domain', rooms: DOMAIN, imports: 1000 },
  { folder: 'src/provider', rooms: PROVIDER, imports: 150 },
])('$folder', ({ folder, rooms, imports }) => {
  const arrows = arrowsIn(folder);

  test('every file stands in a room', () => {
    expect(arrows.length).toBeGreaterThan(imports);
    expect([...new Set(arrows.flatMap(({ from, to }) => [roomOf(from), roomOf(to)]))].sort()).toEqual(
      [...rooms].sort(),
    );
  });

  test('a room imports itself and rooms before it', () => {
    const wrong = arrows.filter(({ from, to }) => rooms.indexOf(roomOf(to)) > rooms.indexOf(roomOf(from)));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('no folders import each other', () => {
    expect(cycles(arrows)).toEqual([]);
  });
});

test('no folders side by side import each other, anywhere', () => {
  const sideways = EVERYWHERE.filter(({ from, to }) => {
    const [one, other] = [posix.dirname(from), posix.dirname(to)];
    return !contains(one, other) && !contains(other, one);
  });
  expect(sideways.length).toBeGreaterThan(3000);
  expect(cycles(sideways)).toEqual([]);
});

describe('the picture of the architecture', () => {
  const root = join(import.meta.dirname, '../..');
  const [, picture = ''] = readFileSync(join(root, 'docs/explanation/architecture.md'), 'utf8').split('```');

  test('has each room of the domain above those that it may import', () => {
    const [, domain = ''] = picture.split('src/domain');
    const shown = [...domain.matchAll(/^│ {3}([a-z]+) {2,}/gm)].map(([, room]) => room);
    expect(shown).toEqual(DOMAIN.toReversed());
  });

  test('has each folder of adapters, and of src/http each that has routes of its own', () => {
    const folders = (path: string): readonly string[] =>
      readdirSync(join(root, path), { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
    const inside = ['authentication', 'middleware', 'upstream'];
    const named = [...folders('adapters'), ...folders('src/http').filter((one) => !inside.includes(one))];
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((one) => !new RegExp(`\\b${one}\\b`).test(picture))).toEqual([]);
  });
});
