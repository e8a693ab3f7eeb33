/**
 * Limits the number of requests a minute of one network or one client. Counts are kept in memory of a fixed size, in
 * which no key resets another key's minute (count-sketch.ts), and shared with the other processes (shared-counts.ts).
 */
import type { Clock } from '../../ports/clock.ts';
import { limitedNetworks } from '../../vocabulary/client-network.ts';
import { type CountSketch, countSketch } from './count-sketch.ts';
import type { SharedCounts } from './shared-counts.ts';

const WINDOW_SECONDS = 60;

/** Minutes are those of the clock, the same on all nodes. `perMinute` 0 switches the limit off. */
export interface RequestLimit {
  /** Whether the key has used up `times` the minute. Counts nothing. */
  isExceeded(key: string, times?: number): boolean;
  /** Counts one request of the key; `times`: as in `isExceeded`. */
  count(key: string, times?: number): void;
  /** Whole seconds, 1..60, until the minute ends. */
  retryAfterSeconds(): number;
}

export const requestLimit = (
  perMinute: number,
  clock: Clock,
  {
    sketch = countSketch(1 << 16),
    shared,
  }: {
    readonly sketch?: CountSketch;
    /** Default: this process counts alone. */
    readonly shared?: Pick<SharedCounts, 'begin' | 'isExceeded' | 'counted'>;
  } = {},
): RequestLimit => {
  let minute = -1;

  const atNow = (): CountSketch => {
    const now = Math.floor(clock.now() / WINDOW_SECONDS);
    if (now !== minute) {
      minute = now;
      sketch.clear();
      shared?.begin(now);
    }
    return sketch;
  };

  return {
    isExceeded(key, times = 1): boolean {
      if (perMinute === 0) return false;
      const local = atNow().estimate(key);
      const most = perMinute * times;
      return shared ? shared.isExceeded(key, local, most) : local >= most;
    },
    count(key, times = 1): void {
      if (perMinute === 0) return;
      const local = atNow().add(key);
      shared?.counted(key, local, perMinute * times);
    },
    retryAfterSeconds: (): number => WINDOW_SECONDS - (clock.now() % WINDOW_SECONDS),
  };
};

/** A limit of requests by client address, in each of its networks (see `limitedNetworks`). */
export interface NetworkLimit {
  /** Counts a request. Returns the network that has used up its minute, and then counts nothing. */
  take(address: string): string | undefined;
  /** Whole seconds, 1..60, until the minute ends. */
  retryAfterSeconds(): number;
}

export const networkLimit = (limit: RequestLimit): NetworkLimit => ({
  take(address): string | undefined {
    const networks = limitedNetworks(address);
    for (const { network, times } of networks) if (limit.isExceeded(network, times)) return network;
    for (const { network, times } of networks) limit.count(network, times);
    return undefined;
  },
  retryAfterSeconds: limit.retryAfterSeconds,
});
