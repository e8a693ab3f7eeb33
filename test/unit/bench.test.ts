/** What the bench makes of its figures. The figures themselves are measured where nothing else runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CASES } from '../bench/cases.ts';
import type { CpuProfile } from '../bench/cpu-profile.ts';
import { flameGraph, hottestOf, microsByPart } from '../bench/flame-graph.ts';
import { gated, recordedRatio } from '../bench/gate.ts';
import type { Measured } from '../bench/load.ts';
import { costOf } from '../bench/log-cost.ts';
import { benchOptions } from '../bench/options.ts';
import { resultOf } from '../bench/slices.ts';

describe('the gate', () => {
  const inTurn = (...ratios: number[]) => {
    let count = 0;
    return { measure: async () => Number(ratios[count++]), count: () => count };
  };

  test.each([
    ['as recorded', [1.5], true],
    ['a fifth more', [1.8], true],
    ['too much once', [1.81, 1.6], true],
    ['too much twice', [1.81, 1.9], false],
  ])('%s: %j', async (_what, ratios, isPassed) => {
    const { measure, count } = inTurn(...ratios);
    expect(await gated('exchange', 1.5, measure)).toEqual({ case: 'exchange', recorded: 1.5, ratios, isPassed });
    expect(count()).toBe(ratios.length);
  });

  describe('the recorded ratio', () => {
    let root: string;
    const put = (file: string, value: object): void =>
      writeFileSync(join(root, 'docs/results', file), JSON.stringify(value));
    const runOf = (ratio: number) => ({ cases: [{ case: 'a', ratio }] });
    beforeAll(() => {
      root = mkdtempSync(join(tmpdir(), 'bench-'));
      mkdirSync(join(root, 'docs/results'), { recursive: true });
      put('bench.json', {
        cases: [
          { case: 'a', ratio: 3 },
          { case: 'b', ratio: 4 },
        ],
      });
    });
    afterAll(() => rmSync(root, { recursive: true }));

    test('is the larger of the median of the recorded runs and that of the last whole bench, and missing otherwise', () => {
      expect(recordedRatio(root, 'a')).toBe(3);
      put('ratios.json', { runs: [runOf(1.5), runOf(1.2), runOf(1.9)] });
      expect([recordedRatio(root, 'a'), recordedRatio(root, 'b')]).toEqual([3, 4]);
      put('ratios.json', { runs: [runOf(3.5), runOf(1.2), runOf(3.9)] });
      expect(recordedRatio(root, 'a')).toBe(3.5);
      expect(() => recordedRatio(root, 'c')).toThrow('no recorded ratio of c');
    });
  });
});

describe('bounds', () => {
  const measured = (cpuMicros: number): Measured => ({
    ...{ steps: 100, seconds: 1, cpuMicros, p50Ms: 1, p99Ms: 2, rssMb: 80 },
  });

  test('the ratio is the median over pairs of neighbours, and each bound is held or missed by it', () => {
    const [one] = CASES.filter(({ bounds }) => bounds?.must === 1.5 && bounds.aim === 1.3);
    if (!one) throw new Error('a case with these bounds');
    const pairs = [140, 145, 400].map((own) => ({ bare: measured(100), behalf: measured(own) }));
    const result = resultOf(one, [{ pairs, requests: 300, bytes: 600_000 }]);
    expect(result).toMatchObject({ ratio: 1.45, must: 1.5, mustHolds: true, aim: 1.3, aimHolds: false, bytes: 2000 });
  });

  test('each case of the table has both bounds, and the aim is the harder one', () => {
    const bounded = CASES.filter(({ bounds }) => bounds !== undefined);
    expect(bounded).toHaveLength(9);
    for (const { name, bounds } of bounded)
      expect([name, (bounds?.aim ?? 9) < (bounds?.must ?? 0)]).toEqual([name, true]);
  });
});

describe('the cost of the log', () => {
  test('is that of all slices together, so that a collection of the old generation counts once, wherever it falls', () => {
    const slice = (cpuMicros: number, steps = 100) => ({ steps, cpuMicros });
    const pairs = [
      { logged: slice(11_000), without: slice(10_000) },
      { logged: slice(31_000), without: slice(10_000) },
      { logged: slice(24_000, 200), without: slice(30_000) },
    ];
    expect(costOf(pairs)).toEqual({
      ...{ cpuMicros: 165, withoutCpuMicros: 167, ratio: 0.99 },
      quartiles: [0.4, 3.1],
      exchanges: 300,
    });
  });
});

describe('options', () => {
  test.each([
    [['--ratios'], { mode: 'ratios', seconds: 1, rounds: 3, out: 'docs/results/ratios.json' }],
    [['--ratios', '--quick'], { mode: 'ratios', out: undefined }],
    [['--flames'], { mode: 'flames', out: 'docs/results/profiles.json' }],
    [['--gate'], { mode: 'gate', out: undefined }],
    [[], { mode: undefined, seconds: 2, out: 'docs/results/bench.json' }],
  ])('%j', (argv, expected) => {
    expect(benchOptions(argv)).toMatchObject(expected);
  });

  test.each([
    [['--gate', '--flames'], '--flames and --gate are runs of their own'],
    [['--append'], '--append is about the runs of --ratios'],
  ])('%j is refused', (argv, wrong) => {
    expect(benchOptions(argv)).toEqual({ wrong });
  });
});

describe('a profile', () => {
  const frames: readonly (readonly [name: string, url: string, parent: number])[] = [
    ['(root)', '', 0],
    ['(idle)', '', 1],
    ['handle', 'file:///srv/src/provider/own-handlers/own-handlers.ts', 1],
    ['verify', 'file:///srv/adapters/node/one-shot-signatures.ts', 3],
    ['flush', 'file:///srv/adapters/sqlite/group-commit.ts', 1],
    ['run', '', 5],
    ['get', 'file:///srv/adapters/sqlite/collection.ts', 3],
    ['(garbage collector)', '', 1],
    ['compileFunction', '', 1],
  ];
  const profile: CpuProfile = {
    nodes: frames.map(([functionName, url], index) => ({
      id: index + 1,
      callFrame: { functionName, url },
      children: frames.flatMap(([, , parent], at) => (at > 0 && parent === index + 1 ? [at + 1] : [])),
    })),
    samples: [2, 3, 4, 4, 6, 7, 8, 9],
    timeDeltas: [500, 10, 20, 20, 30, 5, 8, 7],
  };

  test('each sample belongs to the part of the frame nearest to its leaf, and idle time to none', () => {
    expect(Object.fromEntries(microsByPart(profile))).toEqual({
      'grant and token': 10,
      'signatures and JOSE': 40,
      'durable write': 30,
      'store reads': 5,
      'garbage collection': 8,
      rest: 7,
    });
    expect(hottestOf(profile, '/srv', 2)).toEqual([
      { where: 'verify adapters/node/one-shot-signatures.ts', percent: 40 },
      { where: 'run adapters/sqlite/group-commit.ts', percent: 30 },
    ]);
  });

  test('a flame graph names each frame with its share, has no script, and stays below 100 KB', () => {
    const svg = flameGraph(profile, 'exchange <1>', '/srv');
    expect(svg).toContain('<title>exchange &lt;1&gt;</title>');
    expect(svg).toContain('<title>verify adapters/node/one-shot-signatures.ts 40.0 %</title>');
    expect(svg).not.toContain('script');
    const count = 20_000;
    const wide: CpuProfile = {
      nodes: [
        {
          id: 1,
          callFrame: { functionName: '(root)', url: '' },
          children: Array.from({ length: count }, (_, at) => at + 2),
        },
        ...Array.from({ length: count }, (_, at) => ({
          id: at + 2,
          callFrame: { functionName: `f${at}`, url: 'file:///srv/a.ts' },
        })),
      ],
      samples: Array.from({ length: count }, (_, at) => at + 2),
      timeDeltas: Array.from({ length: count }, (_, at) => (at < 10 ? 1000 : 1)),
    };
    const large = flameGraph(wide, 'wide', '/srv');
    expect(Buffer.byteLength(large)).toBeLessThanOrEqual(100_000);
    expect(large).toContain('f0 a.ts');
  });
});
