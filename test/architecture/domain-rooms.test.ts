/** src/domain is eleven rooms in an order: each imports itself and what stands before it, types included. */
import { posix } from 'node:path';
import { expect, test } from '@jest/globals';
import { deliveredFiles, importsOf } from './source-files.ts';

const ROOMS = [
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
];

/** Folders within a room that import each other today. A group may leave this list, and none may join it. */
const KNOWN_CYCLES: readonly string[] = [
  'clients/agents clients/blueprints clients/workload-identity',
  'identity/accounts identity/groups identity/sessions',
];

type Arrow = { readonly from: string; readonly to: string };

const DOMAIN = 'src/domain/';
const within = (path: string): string => path.slice(DOMAIN.length);

const arrows: readonly Arrow[] = deliveredFiles()
  .filter(({ path }) => path.startsWith(DOMAIN))
  .flatMap(({ path, text }) =>
    importsOf(path, text).flatMap(({ target }) =>
      target.startsWith(DOMAIN) ? [{ from: within(path), to: within(target) }] : [],
    ),
  );

const roomOf = (path: string): string => path.slice(0, path.indexOf('/'));

/** Groups of folders that reach each other. */
const cycles = (): readonly string[] => {
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

test('every file of the domain stands in a room', () => {
  expect(arrows.length).toBeGreaterThan(1000);
  expect([...new Set(arrows.flatMap(({ from, to }) => [roomOf(from), roomOf(to)]))].sort()).toEqual([...ROOMS].sort());
});

test('a room imports itself and rooms before it', () => {
  const wrong = arrows.filter(({ from, to }) => ROOMS.indexOf(roomOf(to)) > ROOMS.indexOf(roomOf(from)));
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test('no further folders import each other', () => {
  expect(cycles()).toEqual(KNOWN_CYCLES);
});
