/**
 * A process of its own that fetches hostile documents through the guarded way out and tells how much memory that took:
 * nothing else of a test runs in it. Arguments: authorities in PEM, port, rounds, and paths with commas
 * between them, first of small documents, then of hostile ones. Options of Node: `--expose-gc`, since V8 collects garbage when it
 * likes, and `--no-opt`, since its optimizing compiler takes 5 MiB at some moment.
 */
import { readFileSync } from 'node:fs';
import { tlsDialer } from '../../adapters/egress/dialing.ts';
import { trustedFetch } from '../../adapters/egress/trusted-fetch.ts';
import { fetchReasonOf } from '../../src/domain/ports/trusted-fetch.ts';

const [caFile = '', port = '', rounds = '', small = '', hostile = ''] = process.argv.slice(2);
const authorities = readFileSync(caFile, 'utf8');
const real = tlsDialer(authorities);
let now = 1_800_000_000;

const { get } = trustedFetch({
  clock: { now: () => now, nowMillis: () => now * 1000 },
  elapsed: () => performance.now() / 1000,
  internalHosts: {},
  authorities,
  budgets: { perMinute: 100_000, perHostPerMinute: 100_000, perSourcePerMinute: 100_000 },
  deadlineMilliseconds: 10_000,
  resolve: async () => ['93.184.215.14'],
  dial: (target, signal) => real({ ...target, address: '127.0.0.1', port: Number(port) }, signal),
});

const { gc } = globalThis;
if (!gc) throw new Error('run this with --expose-gc');
const reasons = new Set<string>();
const round = async (paths: string): Promise<number> => {
  let most = 0;
  for (const path of paths.split(',')) {
    now += 61;
    try {
      await get({ url: `https://keys.example.com${path}`, purpose: 'jwks' });
      reasons.add('fetched');
    } catch (error) {
      reasons.add(fetchReasonOf(error) ?? 'failed');
    }
    most = Math.max(most, process.memoryUsage().rss);
    // After the measurement: it counts what this document left, and not what the ones before left for the collector.
    gc();
  }
  return most;
};

// What V8 needs to run this code at all is there after some small ones, which are refused for the same reasons.
for (let warm = 0; warm < 10; warm += 1) await round(small);
reasons.clear();
const before = process.memoryUsage().rss;
let most = before;
for (let count = 0; count < Number(rounds); count += 1) most = Math.max(most, await round(hostile));
process.stdout.write(JSON.stringify({ grown: most - before, reasons: [...reasons].sort() }));
