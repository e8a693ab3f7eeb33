/**
 * HMAC (RFC 2104) of short texts, by two digests of one call each: an object of `createHmac` costs more than the digests. Every request
 * needs several.
 */
import { hash } from 'node:crypto';

/** Bytes of a digest. */
const LENGTHS = { sha1: 20, sha256: 32 } as const;
/** Bytes of a block of both. */
const BLOCK = 64;
/** Bytes of a text; a longer one gets a buffer of its own. */
const USUAL_LENGTH = 1024;

/** Returns HMACs with this key as base64url. Throws TypeError for a key of more than 64 bytes, which HMAC would digest first. */
export const hmacWith = (algorithm: keyof typeof LENGTHS, key: Buffer): ((text: string) => string) => {
  if (key.length > BLOCK) throw new TypeError(`a key has at most ${BLOCK} bytes`);
  const padded = (pad: number, length: number): Buffer => {
    const bytes = Buffer.alloc(BLOCK + length, pad);
    for (const [at, byte] of key.entries()) bytes[at] = byte ^ pad;
    return bytes;
  };
  const usual = padded(0x36, USUAL_LENGTH);
  const outer = padded(0x5c, LENGTHS[algorithm]);
  return (text) => {
    // A character has at most three bytes.
    const inner = text.length * 3 <= USUAL_LENGTH ? usual : padded(0x36, Buffer.byteLength(text));
    const end = BLOCK + inner.write(text, BLOCK);
    // As text of one byte for each character: a digest in a buffer of its own costs as much as two digests.
    outer.write(hash(algorithm, inner.subarray(0, end), 'binary'), BLOCK, 'latin1');
    // The text may be a secret.
    inner.fill(0, BLOCK, end);
    return hash(algorithm, outer, 'base64url');
  };
};
