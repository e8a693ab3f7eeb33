import { timingSafeEqual } from 'node:crypto';

/** Compares two buffers of one length; a test counts its calls. */
type Compare = (one: Buffer, other: Buffer) => boolean;

/**
 * Whether the stored digest is one of the digests of a guess. The work depends on neither: compares each digest as a
 * whole, also after a match (CA-09). Digests come from `masterKey.digests`, one for each master key.
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
