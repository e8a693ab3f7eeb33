/**
 * Digests with SHA-256, and public keys of ES256 and Ed25519, on the event loop, where WebCrypto gives each to a thread or parses it anew. jose
 * computes the thumbprint of a DPoP proof, and imports the key in it, for each proof.
 */
import { hash, webcrypto } from 'node:crypto';

type Subtle = webcrypto.SubtleCrypto;
type Data = Parameters<Subtle['digest']>[1];

/** Bytes. A larger one would delay other requests longer than the way to a thread. */
const MOST_BYTES = 16_384;

/** The bytes of data that is digested here. WebCrypto refuses shared memory. */
const bytesOf = (data: Data): Uint8Array | undefined => {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : undefined;
  const isShared = bytes !== undefined && bytes.buffer instanceof SharedArrayBuffer;
  return bytes === undefined || isShared || bytes.byteLength > MOST_BYTES ? undefined : bytes;
};

/** The oldest is dropped first. */
const MOST_KEYS = 2_000;
/** Characters of a coordinate: 32 bytes take 43. */
const LONGEST_COORDINATE = 64;

/** The members of a public key that decide what is imported, and others that do not. */
const MEMBERS = new Set(['kty', 'crv', 'x', 'y', 'ext', 'kid']);
const CURVES = new Set(['P-256', 'Ed25519']);

/** All that decides the result of an import; undefined where WebCrypto must be asked each time. */
const nameOf = ([format, key, algorithm, extractable, usages]: readonly unknown[]): string | undefined => {
  if (format !== 'jwk' || typeof key !== 'object' || key === null || !Array.isArray(usages)) return undefined;
  const { kty, crv, x, y, ext } = key as Readonly<Record<string, unknown>>;
  if (!Object.keys(key).every((name) => MEMBERS.has(name))) return undefined;
  if (typeof x !== 'string' || x.length > LONGEST_COORDINATE || !CURVES.has(crv as string)) return undefined;
  if (y !== undefined && (typeof y !== 'string' || y.length > LONGEST_COORDINATE)) return undefined;
  if (typeof extractable !== 'boolean' || !(ext === undefined || typeof ext === 'boolean')) return undefined;
  const { name, namedCurve, ...more } = (typeof algorithm === 'string' ? { name: algorithm } : algorithm) as {
    readonly name?: unknown;
    readonly namedCurve?: unknown;
  };
  if (Object.keys(more).length > 0) return undefined;
  return JSON.stringify([kty, crv, x, y, ext, name, namedCurve, extractable, usages]);
};

let isUsed = false;

/** From now on in this process. Results and errors are those of WebCrypto; equal imports of a public key give the same key. Idempotent. */
export const useOneShotKeys = (): void => {
  if (isUsed) return;
  isUsed = true;
  const { subtle } = webcrypto;
  const digestElsewhere = subtle.digest.bind(subtle);
  const importElsewhere = subtle.importKey.bind(subtle) as (...given: unknown[]) => Promise<webcrypto.CryptoKey>;
  const keys = new Map<string, webcrypto.CryptoKey>();
  const own = {
    async digest(algorithm: Parameters<Subtle['digest']>[0], data: Data): Promise<ArrayBuffer> {
      const name = typeof algorithm === 'string' ? algorithm : algorithm?.name;
      const bytes = name === 'SHA-256' ? bytesOf(data) : undefined;
      if (!bytes) return digestElsewhere(algorithm, data);
      return Uint8Array.from(hash('sha256', bytes, 'buffer')).buffer;
    },
    async importKey(...given: unknown[]): Promise<webcrypto.CryptoKey> {
      const name = nameOf(given);
      const known = name === undefined ? undefined : keys.get(name);
      if (known) return known;
      const key = await importElsewhere(...given);
      if (name === undefined || key.type !== 'public') return key;
      if (keys.size >= MOST_KEYS) keys.delete(keys.keys().next().value as string);
      keys.set(name, key);
      return key;
    },
  };
  for (const [name, value] of Object.entries(own))
    Object.defineProperty(subtle, name, { value, writable: true, configurable: true });
};
