import { randomFillSync } from 'node:crypto';
import { type Identifiers, type IdPrefix, orderedTime } from '../../src/domain/ports/identifiers.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 26;
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

const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

export const randomIdentifiers: Identifiers = {
  newId(prefix) {
    const time = BY_TIME.has(prefix) ? orderedTime(Date.now()) : '';
    const bytes = randomBytesFromPool(ID_LENGTH - time.length);
    // 256 is a multiple of 32, so each character is uniform.
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = CODES[Number(bytes[at]) & 31] ?? 0;
    return `${prefix}_${time}${bytes.toString('latin1')}`;
  },
  newSecret() {
    const bytes = randomBytesFromPool(SECRET_BYTES);
    const secret = bytes.toString('base64url');
    // A secret must not stay in the pool once it has been returned.
    bytes.fill(0);
    return secret;
  },
};
