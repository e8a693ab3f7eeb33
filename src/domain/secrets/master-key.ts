/**
 * Everything derived from the one key that lives outside the database: digests under which bearer
 * handles are stored, sealed values the engine must read back, and named sub-keys (decision D14).
 * A dump of the database without this key gives no usable credential (invariant 8).
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';

export type MasterKey = {
  /**
   * HMAC-SHA-256 of a value, base64url, 43 characters. `kind` keeps key spaces apart: the same value
   * of another kind has another digest, whatever characters either holds.
   */
  digest(kind: string, ...values: readonly string[]): string;
  /** AES-256-GCM; the result is base64url and bound to `context`. */
  seal(context: string, plaintext: string): string;
  /** Throws when the value was not sealed with this key and context. */
  open(context: string, sealed: string): string;
  /** A sub-key of `length` bytes (HKDF-SHA-256), the same at every start. */
  derive(name: string, length: number): Buffer;
};

export const masterKey = (secret: Buffer): MasterKey => {
  if (secret.length !== 32) throw new TypeError('the master key has 32 bytes');
  const derive = (name: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `behalf/${name}`, length));
  // Key objects: a bare buffer would be made into one at each call, which costs more than the digest itself.
  const digestKey = createSecretKey(derive('digest', 32));
  const sealKey = createSecretKey(derive('seal', 32));

  return {
    derive,
    digest(kind, ...values) {
      const hmac = createHmac('sha256', digestKey);
      // Lengths in front, so that no two lists of values run together to the same bytes.
      for (const part of [kind, ...values]) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
      return hmac.digest('base64url');
    },
    seal(context, plaintext) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      );
    },
    open(context, sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      // Nonce and tag in full: a short value would be checked against a shorter tag.
      if (bytes.length < 28) throw new TypeError('not a sealed value');
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
  };
};

/** Undefined for what is damaged, or was sealed with another key or for something else. */
export const openedOrNothing = (key: Pick<MasterKey, 'open'>, context: string, sealed: string): string | undefined => {
  try {
    return key.open(context, sealed);
  } catch {
    return undefined;
  }
};
