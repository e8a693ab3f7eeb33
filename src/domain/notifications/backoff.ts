import { randomInt } from 'node:crypto';

const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 3 * 3600;

/**
 * Seconds until the next attempt, after this number of failures: 5, 10, 20 … up to three hours. Half of the time is
 * random, so that deliveries that failed together are not retried together. `chance`: a number from 0 up to below 1.
 */
export const backoff = (failures: number, chance: () => number = randomChance, longest = LONGEST_SECONDS): number => {
  const most = Math.min(longest, FIRST_SECONDS * 2 ** Math.min(failures - 1, 20));
  return Math.max(1, Math.ceil(most * (0.5 + chance() / 2)));
};

const randomChance = (): number => randomInt(1_000_000) / 1_000_000;
