import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

type Status = 'passed' | 'failed' | 'pending';
type Tests = readonly (readonly [name: string, status: Status])[];

const FILE = 'test/unit/some.test.ts';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-totals-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As Jest writes it: a file has failed when a test of it has, and also by itself. */
const written = (name: string, tests: Tests, isBroken = false): string => {
  const path = join(folder, name);
  const status = isBroken || tests.some(([, one]) => one === 'failed') ? 'failed' : 'passed';
  const assertionResults = tests.map(([fullName, one]) => ({ fullName, status: one }));
  const testResults = [{ name: resolve(FILE), status, message: 'what went wrong', assertionResults }];
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
};

const run = (...given: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['.ci/suite-totals.mjs', ...given], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return { said: stdout.trim(), told: stderr };
};

test.each<[string, Tests, Tests | undefined, string, readonly string[]]>([
  ['a run without failures', [['a', 'passed']], undefined, '1 0 0', []],
  ['one that was not run again', [['a', 'failed']], undefined, '0 1 0', []],
  [
    'one that passes alone',
    [
      ['a', 'failed'],
      ['b', 'passed'],
    ],
    [
      ['a', 'passed'],
      ['b', 'passed'],
    ],
    '2 0 0',
    ['a'],
  ],
  [
    'one that fails again',
    [
      ['a', 'failed'],
      ['b', 'failed'],
    ],
    [
      ['a', 'failed'],
      ['b', 'passed'],
    ],
    '1 1 0',
    ['b'],
  ],
  [
    'one that fails alone only',
    [
      ['a', 'failed'],
      ['b', 'passed'],
    ],
    [
      ['a', 'passed'],
      ['b', 'failed'],
    ],
    '2 0 0',
    ['a', 'b'],
  ],
  [
    'two of the same name',
    [
      ['a', 'passed'],
      ['a', 'failed'],
    ],
    [
      ['a', 'passed'],
      ['a', 'failed'],
    ],
    '1 1 0',
    [],
  ],
  [
    'one that is left out',
    [
      ['a', 'failed'],
      ['b', 'pending'],
    ],
    [
      ['a', 'passed'],
      ['b', 'pending'],
    ],
    '1 0 1',
    ['a'],
  ],
  ['a second run that got nowhere', [['a', 'failed']], [], '0 1 0', []],
])('counts %s', (_, first, second, totals, unsteady) => {
  const paths = [written('first.json', first), second ? written('again.json', second) : join(folder, 'none.json')];
  const { said, told } = run('totals', ...paths);
  expect(said).toBe(totals);
  expect(told.match(/^unsteady: .*$/gm) ?? []).toEqual(unsteady.map((name) => `unsteady: ${FILE} › ${name}`));
  expect(told.includes('what went wrong')).toBe(first.some(([, status]) => status === 'failed'));
});

test('counts a file that failed as a whole as one test, unless it can be run alone', () => {
  const unread = written('unread.json', [], true);
  expect(run('totals', unread).said).toBe('0 1 0');
  expect(run('totals', written('ended-badly.json', [['a', 'passed']], true)).said).toBe('1 1 0');
  const { said, told } = run(
    'totals',
    unread,
    written('read.json', [
      ['a', 'passed'],
      ['b', 'failed'],
    ]),
  );
  expect(said).toBe('1 1 0');
  expect(told).toContain(`unsteady: ${FILE} › the file as a whole\n`);
});

test('names the files that failed', () => {
  expect(run('failed', written('failed.json', [['a', 'failed']])).said).toBe(FILE);
  expect(run('failed', written('passed.json', [['a', 'passed']])).said).toBe('');
});

test('names the slowest files with their seconds, and every test of a run', () => {
  const path = join(folder, 'timed.json');
  const files = Array.from({ length: 21 }, (_, index) => ({
    name: resolve(`test/unit/${index}.test.ts`),
    startTime: 1000,
    endTime: 1000 + index * 1500,
    assertionResults: [{ fullName: 'b' }, { fullName: 'a' }],
  }));
  writeFileSync(path, JSON.stringify({ testResults: files }));
  const lines = run('slowest', path).said.split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toBe('30.0 s  test/unit/20.test.ts');
  expect(lines[19]).toBe('    1.5 s  test/unit/1.test.ts');
  expect(lines[20]).toBe('  315.0 s  all 21 files');
  const titles = run('titles', path).said.split('\n');
  expect(titles).toHaveLength(42);
  expect(titles.slice(0, 2)).toEqual(['test/unit/0.test.ts › a', 'test/unit/0.test.ts › b']);
});

test('orders the slowest files by their CPU where the run kept it', () => {
  const path = join(folder, 'measured.json');
  const files = ['waits', 'works'].map((name, index) => ({
    ...{ name: resolve(`test/unit/${name}.test.ts`), assertionResults: [] },
    ...{ startTime: 1000, endTime: 9000 - index * 6000 },
  }));
  writeFileSync(path, JSON.stringify({ testResults: files }));
  writeFileSync(`${path}.cpu`, '0.25 test/unit/waits.test.ts\n12.50 test/unit/works.test.ts\n');
  expect(run('slowest', path).said.split('\n')).toEqual([
    '12.5 s of CPU in     2.0 s  test/unit/works.test.ts',
    '    0.3 s of CPU in     8.0 s  test/unit/waits.test.ts',
    '   12.8 s of CPU in    10.0 s  all 2 files',
  ]);
});
