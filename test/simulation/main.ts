/**
 * Runs the cached reads and change marks of several nodes over a simulated replica set and network, by a seed.
 *
 * The last line of stdout is JSON: `{"trials","requests","fromMemory","unavailable","changes","unknown","modeChanges","stale","points",
 * "seed","violations","elapsedSeconds"}`. Exit code 1: an answer was stale, or memory answered less than 95 % of the requests of a point.
 */
import { parseArgs } from 'node:util';
import { keepResult } from '../campaigns/results.ts';
import type { Counts } from './cluster.ts';
import { isAsExpected, measurePoint, type Point, type PointFigures } from './curve.ts';
import { runHistory } from './history.ts';

const HELP = `npm run simulate -- [--seed N] [--trials N] [--seconds N] [--skew N] [--requests N] [--changes N,…]
                       [--round-trip N,…] [--record]

  --seed        decides everything that is left to chance (default 1); history K of a run has seed N + K - 1
  --trials      how many histories with faults (default 200)
  --seconds     how long each lasts, of its own time (default 40)
  --skew        most seconds by which the clock of a node is wrong (default 4, as much as nodes accept)
  --requests    of each point of the curve (default 4000); 0 leaves the curve out
  --changes     changes a second, the points of the curve (default 10,30,100,300,1000)
  --round-trip  milliseconds between a node and the primary (default 2,10,60); a majority commits in as many
  --record      keep the figures in docs/results/simulation.json
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    trials: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '40' },
    skew: { type: 'string', default: '4' },
    requests: { type: 'string', default: '4000' },
    changes: { type: 'string', default: '10,30,100,300,1000' },
    'round-trip': { type: 'string', default: '2,10,60' },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** Throws when a part of the text is not a whole number of at most seven digits. */
const numbersOf = (name: keyof typeof values): readonly number[] =>
  String(values[name])
    .split(',')
    .map((text) => {
      if (!/^\d{1,7}$/.test(text)) throw new TypeError(`--${name} takes whole numbers, not ${text}`);
      return Number(text);
    });
const numberOf = (name: keyof typeof values): number => numbersOf(name)[0] ?? 0;

const progress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Prints each stale answer with the seed of its history. */
const histories = async (): Promise<Omit<Counts, 'found'>> => {
  const sum = { requests: 0, fromMemory: 0, unavailable: 0, changes: 0, unknown: 0, modeChanges: 0, stale: 0 };
  const trials = numberOf('trials');
  for (let trial = 0; trial < trials; trial += 1) {
    const seed = numberOf('seed') + trial;
    const counts = await runHistory({ seed, seconds: numberOf('seconds'), skewSeconds: numberOf('skew') });
    for (const name of Object.keys(sum) as readonly (keyof typeof sum)[]) sum[name] += counts[name];
    for (const text of counts.found) progress(`stale answer in history ${seed}: ${text}`);
    if ((trial + 1) % 100 === 0) progress(`${trial + 1} of ${trials} histories, ${sum.stale} stale answers`);
  }
  return sum;
};

const curve = async (): Promise<readonly PointFigures[]> => {
  const points: readonly Point[] = numbersOf('round-trip').flatMap((milliseconds) =>
    numbersOf('changes').map((changesPerSecond) => ({
      ...{ changesPerSecond, roundTripMilliseconds: milliseconds, commitMilliseconds: milliseconds },
    })),
  );
  const measured: PointFigures[] = [];
  for (const point of points) {
    const figures = await measurePoint(point, numberOf('seed'), numberOf('requests'));
    const share = `${figures.fromMemory.toFixed(3)} from memory, ${figures.marksPerRequest.toFixed(1)} marks a request`;
    progress(`${point.changesPerSecond} changes/s, ${point.roundTripMilliseconds} ms: ${share}`);
    measured.push(figures);
  }
  return measured;
};

const main = async (): Promise<number> => {
  const begin = performance.now();
  const points = numberOf('requests') === 0 ? [] : await curve();
  const counts = await histories();
  const stale = counts.stale + points.reduce((sum, point) => sum + point.stale, 0);
  const violations = stale + points.filter((point) => !isAsExpected(point)).length;
  const result = {
    ...{ trials: numberOf('trials'), ...counts, stale, points, seed: numberOf('seed'), violations },
    elapsedSeconds: Math.round((performance.now() - begin) / 1000),
  };
  if (values.record)
    keepResult('simulation', `seed ${numberOf('seed')}, ${numberOf('trials')} histories`, result, 'simulate');
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return violations === 0 ? 0 : 1;
};

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();
