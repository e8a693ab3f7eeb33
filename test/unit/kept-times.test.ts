/** Which runs of `npm run times` count. The runs themselves are measured where nothing else does. */
import { expect, test } from '@jest/globals';
import { gatheredRuns, type Results, type Run } from '../support/kept-times.ts';

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
