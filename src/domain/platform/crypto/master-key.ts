/**
 * Everything derived from the one key that is stored outside the database (decision D14). That is: digests under which
 * bearer handles are stored, sealed values that oidc-provider must read back, and named sub-keys. A dump of the
 * database without this key gives no usable credential (invariant 8).
 *
 * During a rotation there are two keys: new values are made with the first, and values made with either are valid.
 * Nodes may have the keys in a different order. A value that needs one place on all nodes (a claim, a mark of use) is
 * therefore stored under both.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { hmacWith } from './one-shot-hmac.ts';

export type MasterKey = {
  /**
   * HMAC-SHA-256 of a value, base64url, 43 characters. `kind` separates key spaces: the same value of another kind has
   * another digest, for any characters.
   */
  digest(kind: string, ...values: readonly string[]): string;
  /**
   * The digests under which a value may be stored: that of `digest` first, then that of the other key, if there is
   * one.
   */
  digests(kind: string, ...values: readonly string[]): readonly string[];
  /**
   * The same digests in an order that all nodes agree on. Callers that take them one after the other all compete for
   * the first one.
   */
  ordered(kind: string, ...values: readonly string[]): readonly string[];
  /** AES-256-GCM; the result is base64url and bound to `context`. */
  seal(context: string, plaintext: string): string;
  /** Throws when the value was sealed with neither key, or not with this context. */
  open(context: string, sealed: string): string;
  /** Whether a value must be resealed before the other key is removed. */
  isSealedWithOther(context: string, sealed: string): boolean;
  /** A sub-key of `length` bytes (HKDF-SHA-256), the same at every start. */
  derive(name: string, length: number): Buffer;
  /** The same sub-key of each master key, that of `derive` first. */
  derivedOfAll(name: string, length: number): readonly Buffer[];
};

/** `other`: the previous or the next first key. Each has 32 bytes. */
export const masterKey = (secret: Buffer, other?: Buffer): MasterKey => {
  const first = keyOf(secret);
  const all = other === undefined ? [first] : [first, keyOf(other)];
  const inOrder = all.length === 1 ? all : [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
  const opens = (key: Key, context: string, sealed: string): string | undefined => {
    try {
      return key.open(context, sealed);
    } catch {
      return undefined;
    }
  };
  return {
    digest: first.digest,
    digests: (kind, ...values) => all.map((key) => key.digest(kind, ...values)),
    ordered: (kind, ...values) => inOrder.map((key) => key.digest(kind, ...values)),
    seal: first.seal,
    open(context, sealed) {
      const [, second] = all;
      if (second === undefined) return first.open(context, sealed);
      return opens(first, context, sealed) ?? second.open(context, sealed);
    },
    isSealedWithOther: (context, sealed) => all.length > 1 && opens(first, context, sealed) === undefined,
    derive: first.derive,
    derivedOfAll: (name, length) => all.map((key) => key.derive(name, length)),
  };
};

/** The operations with one secret of 32 bytes. */
interface Key {
  /** Identifies the key, and reveals nothing else about it. */
  readonly name: string;
  /** A sub-key of `length` bytes (HKDF-SHA-256). */
  derive(name: string, length: number): Buffer;
  /** See `MasterKey.digest`. */
  digest(kind: string, ...values: readonly string[]): string;
  /** See `MasterKey.seal`. */
  seal(context: string, plaintext: string): string;
  /** Throws when the value was sealed with another key, or with another context. */
  open(context: string, sealed: string): string;
}

const keyOf = (secret: Buffer): Key => {
  if (secret.length !== 32) throw new TypeError('the master key has 32 bytes');
  const derive = (name: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `behalf/${name}`, length));
  const digestOf = hmacWith('sha256', derive('digest', 32));
  // A key object: a buffer would be converted at each call.
  const sealKey = createSecretKey(derive('seal', 32));

  return {
    name: derive('name', 16).toString('hex'),
    derive,
    digest(kind, ...values): string {
      // Length prefixes, so that no two lists of values give the same bytes.
      let text = `${Buffer.byteLength(kind)}:${kind}`;
      for (const value of values) text += `${Buffer.byteLength(value)}:${value}`;
      return digestOf(text);
    },
    seal(context, plaintext): string {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      );
    },
    open(context, sealed): string {
      const bytes = Buffer.from(sealed, 'base64url');
      // Nonce and tag must be complete: a short value would be checked against a shorter tag.
      if (bytes.length < 28) throw new TypeError('not a sealed value');
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
  };
};

/** Undefined for a value that is damaged, or was sealed with another key or for another context. */
export const openedOrNothing = (key: Pick<MasterKey, 'open'>, context: string, sealed: string): string | undefined => {
  try {
    return key.open(context, sealed);
  } catch {
    return undefined;
  }
};

/** The value sealed anew with the first key. Undefined: nothing has to change, or it cannot be read. */
export const sealedAnew = (key: MasterKey, context: string, sealed: string): string | undefined => {
  if (!key.isSealedWithOther(context, sealed)) return undefined;
  // One that cannot be read fails where it is used, and must not fail the start of a server.
  const text = openedOrNothing(key, context, sealed);
  return text === undefined ? undefined : key.seal(context, text);
};
