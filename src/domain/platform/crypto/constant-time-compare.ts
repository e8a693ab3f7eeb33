import { timingSafeEqual } from 'node:crypto';

/** Of two buffers of one length; a test counts what it is given. */
type Compare = (one: Buffer, other: Buffer) => boolean;

/**
 * Whether what is stored is one of the digests that somebody's guess has. The work depends on neither: each digest is
 * compared as a whole, also after one that fits (CA-09). Digests come from `masterKey.digests`, one for each master key.
 */
export const isOneOfDigests = (
  stored: string,
  digests: readonly string[],
  compare: Compare = timingSafeEqual,
): boolean => {
  const expected = Buffer.from(stored);
  return digests
    .map((digest) => Buffer.from(digest))
    .map((digest) => digest.length === expected.length && compare(digest, expected))
    .includes(true);
};
