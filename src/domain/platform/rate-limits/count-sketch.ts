import { randomFillSync } from 'node:crypto';

/** Number of counters for each key. More counters mean that fewer keys are counted too high. */
const ROWS = 4;

/**
 * Counts any number of keys in memory of a fixed size: a count-min sketch with conservative update. A count is never
 * too low, and no key resets or evicts the count of another. A count is too high only for a key that shares all four
 * counters with others, which are chosen by a secret `seed`. `columns` is a power of two; 16 bytes each.
 */
export interface CountSketch {
  /** The estimate for `key` since the last `clear`: its count, or more. */
  estimate(key: string): number;
  /** Counts one; returns the new estimate. */
  add(key: string): number;
  /** Sets all counts to zero. */
  clear(): void;
}

export const countSketch = (columns: number, seed = randomFillSync(new Uint32Array(2))): CountSketch => {
  const mask = columns - 1;
  const [seedA = 0, seedB = 0] = seed;
  const places = new Uint32Array(ROWS);
  // Untouched zero pages cost no memory.
  let counts = new Uint32Array(ROWS * columns);

  const estimate = (key: string): number => {
    let a = seedA;
    let b = seedB;
    for (let at = 0; at < key.length; at += 1) {
      const code = key.charCodeAt(at);
      a = Math.imul(a ^ code, 0x9e3779b1);
      b = Math.imul(b ^ code, 0x5f356495);
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
    b = (Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)) | 1;
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < ROWS; row += 1) {
      const place = row * columns + ((a + Math.imul(row, b)) & mask);
      places[row] = place;
      least = Math.min(least, counts[place] ?? 0);
    }
    return least;
  };

  return {
    estimate,
    add(key): number {
      const next = estimate(key) + 1;
      for (const place of places) if ((counts[place] ?? 0) < next) counts[place] = next;
      return next;
    },
    clear(): void {
      counts = new Uint32Array(ROWS * columns);
    },
  };
};
