/** Which runs of `npm run times` count. The runs themselves are measured where nothing else does. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { gatheredRuns, type Results, type Run, runOfSuite } from '../support/kept-times.ts';

const machine = { cores: 2, processor: 'one' };
const run = (commit: string): Run => ({
  ...{ commit, date: '2026-12-01', seconds: 100, cpuSeconds: 180, loadBefore: 0.1, loadAfter: 3, exitCode: 0 },
  totals: 'Tests: 1 passed, 1 total',
});
const kept = (...commits: readonly string[]): Results => ({
  machine,
  commands: { test: { command: 'npm test', mostSeconds: 540, runs: commits.map(run) } },
});
const commitsOf = (runs: readonly Run[]): readonly string[] => runs.map(({ commit }) => commit);

test('a run replaces those of before', () => {
  const made = { machine, runs: [run('c')], isAdded: false };
  expect(commitsOf(gatheredRuns(kept('a', 'b'), 'test', made))).toEqual(['c']);
});

test('--add gathers runs of several days, each with its commit and date, and the last three count', () => {
  const made = { machine, runs: [run('c'), run('d')], isAdded: true };
  expect(gatheredRuns(kept('a'), 'test', made)).toEqual([run('a'), run('c'), run('d')]);
  expect(commitsOf(gatheredRuns(kept('a', 'b'), 'test', made))).toEqual(['b', 'c', 'd']);
  expect(commitsOf(gatheredRuns(undefined, 'test', made))).toEqual(['c', 'd']);
  expect(commitsOf(gatheredRuns(kept('a'), 'check', made))).toEqual(['c', 'd']);
});

test('--add refuses runs of another machine', () => {
  const made = { machine: { ...machine, cores: 8 }, runs: [run('b')], isAdded: true };
  expect(() => gatheredRuns(kept('a'), 'test', made)).toThrow(/another machine/);
  expect(commitsOf(gatheredRuns(kept('a'), 'test', { ...made, isAdded: false }))).toEqual(['b']);
});

const SAID = `[77 s] test
    test alone: 532 s, 842 s of CPU, load 2.98 before, 4.87 after, exit code 1
[609 s] test, once more: test/unit/views/styleguide.test.ts
    18474 passed, 0 failed, 3 skipped in 620 s, 842 s of CPU, 97 % of the cores in use
    | skipped: one
[699 s] test:long
    test:long alone: 601 s, 600 s of CPU, load 4.87 before, 5.01 after, exit code 0
    461 passed, 0 failed, 0 skipped in 601 s, 600 s of CPU, 99 % of the cores in use
`;

test('.ci/run holds a run of npm test: its seconds are without the repeat of files that failed, its exit code says that some failed', () => {
  const at = { commit: 'c', date: '2026-12-02' };
  expect(runOfSuite(SAID, 'test', at)).toEqual({
    ...{ ...at, seconds: 532, cpuSeconds: 842, loadBefore: 2.98, loadAfter: 4.87, exitCode: 1 },
    ...{ totals: '18474 passed, 0 failed, 3 skipped', within: '.ci/run' },
  });
  expect(runOfSuite(SAID, 'test:long', at)).toMatchObject({
    seconds: 601,
    exitCode: 0,
    totals: '461 passed, 0 failed, 0 skipped',
  });
  expect(runOfSuite(SAID, 'test:servers', at)).toBeUndefined();
  const withoutTotals =
    '    test alone: 3600 s, 842 s of CPU, load 2.98 before, 4.87 after, exit code 124\n    FAILED: no results\n';
  expect(runOfSuite(withoutTotals, 'test', at)).toMatchObject({ seconds: 3600, exitCode: 124, totals: '' });
});

test('.ci/run prints the line that this reads', () => {
  const script = readFileSync('.ci/run', 'utf8');
  const printed = /^ {2}echo "( {4}\$name alone: .*)"$/m.exec(script)?.[1] ?? '';
  const values = ['test', '532', '842', '2.98', '4.87', '1'];
  const line = printed.replace(/\$(?:\(\(.*?\)\)|\(.*?\)|\w+)/g, () => values.shift() ?? '');
  expect(runOfSuite(`${line}\n`, 'test', { commit: 'c', date: '2026-12-02' })).toMatchObject({
    seconds: 532,
    loadAfter: 4.87,
  });
});
