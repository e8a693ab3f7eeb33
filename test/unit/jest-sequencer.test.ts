/** The order in which Jest runs test files on a machine that has never run them, and on one that has. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import Sequencer, { LONGEST, type Sequenced } from '../support/jest-sequencer.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Smallest first, which is the opposite of what Jest does by itself. */
const FILES = [
  'test/pages/every-page.test.ts',
  'test/processes/npm-start.test.ts',
  'test/unit/cli/look.test.ts',
  'test/integration/console.test.ts',
];
const orderOf = (times: Readonly<Record<string, number>>): readonly string[] => {
  const sequencer = new Sequencer({});
  const hasteFS = { getSize: (path: string) => FILES.findIndex((file) => path.endsWith(file)) };
  const tests = FILES.map((file): Sequenced => ({ path: join(ROOT, file), context: { hasteFS } }));
  Object.assign(sequencer, {
    _getCache: () => Object.fromEntries(Object.entries(times).map(([file, time]) => [join(ROOT, file), [1, time]])),
  });
  return sequencer.sort(tests).map(({ path }) => path.slice(ROOT.length + 1));
};

test('without times of an earlier run, browsers come first, then processes, then the larger files', () => {
  expect(orderOf({})).toEqual([FILES[0], FILES[1], FILES[3], FILES[2]]);
});

test('each file that is known to take long is there, and the longest begins first', () => {
  const known = Object.keys(LONGEST);
  expect(known.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const hasteFS = { getSize: () => 0 };
  const sequencer = new Sequencer({});
  Object.assign(sequencer, { _getCache: () => ({}) });
  const tests = known.toReversed().map((path): Sequenced => ({ path: join(ROOT, path), context: { hasteFS } }));
  const inOrder = [...known].toSorted((one, other) => (LONGEST[other] ?? 0) - (LONGEST[one] ?? 0));
  expect(sequencer.sort(tests).map(({ path }) => path.slice(ROOT.length + 1))).toEqual(inOrder);
});

test('a file that took longer than is guessed of the others comes before them, and one that was quick after them', () => {
  const times = { 'test/integration/console.test.ts': 90_000, 'test/pages/every-page.test.ts': 1 };
  expect(orderOf(times)).toEqual([FILES[3], FILES[1], FILES[0], FILES[2]]);
});
