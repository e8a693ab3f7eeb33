import { randomFillSync } from 'node:crypto';
import type { Identifiers, IdPrefix } from '../../src/domain/ports/identifiers.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 26;
/** The same characters in the order of their code points: numbers encoded with it sort as text like numbers. */
const SORTED = '234567abcdefghijklmnopqrstuvwxyz';
const TIME_LENGTH = 9;
const BY_TIME: ReadonlySet<string> = new Set<IdPrefix>(['txn', 'tok', 'dec']);
const SECRET_BYTES = 32;

// One call into the random source serves many ids: the call costs more than the bytes.
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

/** Unused random bytes. The next refill overwrites them, so copy what must last. */
const randomBytesFromPool = (length: number): Buffer => {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return pool.subarray(used - length, used);
};

const timeText = (millis: number): string => {
  let text = '';
  for (let rest = millis, place = 0; place < TIME_LENGTH; place += 1, rest = Math.floor(rest / 32)) {
    text = `${SORTED[rest % 32]}${text}`;
  }
  return text;
};

export const randomIdentifiers: Identifiers = {
  newId(prefix) {
    const time = BY_TIME.has(prefix) ? timeText(Date.now()) : '';
    let id = `${prefix}_${time}`;
    // 256 is a multiple of 32, so each character is uniform.
    for (const byte of randomBytesFromPool(ID_LENGTH - time.length)) id += ALPHABET[byte & 31];
    return id;
  },
  newSecret() {
    const bytes = randomBytesFromPool(SECRET_BYTES);
    const secret = bytes.toString('base64url');
    // A secret must not stay in the pool once it has been returned.
    bytes.fill(0);
    return secret;
  },
};
