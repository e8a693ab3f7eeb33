/**
 * A process of its own that fetches hostile documents through the guarded way out and tells how much memory that took:
 * nothing else of a test runs in it. Arguments: authorities in PEM, port, rounds, paths.
 */
import { readFileSync } from 'node:fs';
import { tlsDialer } from '../../adapters/egress/dialing.ts';
import { trustedFetch } from '../../adapters/egress/trusted-fetch.ts';
import { fetchReasonOf } from '../../src/domain/ports/trusted-fetch.ts';

const [caFile = '', port = '', rounds = '', ...paths] = process.argv.slice(2);
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

const reasons = new Set<string>();
const round = async (): Promise<number> => {
  let most = 0;
  for (const path of paths) {
    now += 61;
    try {
      await get({ url: `https://keys.example.com${path}`, purpose: 'jwks' });
      reasons.add('fetched');
    } catch (error) {
      reasons.add(fetchReasonOf(error) ?? 'failed');
    }
    most = Math.max(most, process.memoryUsage().rss);
  }
  return most;
};

// What oidc-provider needs to run this code at all is there after some of them.
for (let warm = 0; warm < 5; warm += 1) await round();
const before = process.memoryUsage().rss;
let most = before;
for (let count = 0; count < Number(rounds); count += 1) most = Math.max(most, await round());
process.stdout.write(JSON.stringify({ grown: most - before, reasons: [...reasons].sort() }));
