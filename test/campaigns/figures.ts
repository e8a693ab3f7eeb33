import { loadavg } from 'node:os';

/** Tenths of a millisecond are all that such measurements hold. */
export const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/** Of times in milliseconds; the p99 of fewer than a hundred is their maximum. */
export const figuresOf = (times: readonly number[]) => {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number =>
    rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { runs: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
};

/** Of the last minute, on this machine: times mean little when more runs than there are cores. */
export const loadNow = (): number => rounded(loadavg()[0] ?? 0);
