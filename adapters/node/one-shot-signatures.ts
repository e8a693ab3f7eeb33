/**
 * Signs and verifies with ES256 and Ed25519 on the event loop, where WebCrypto gives each signature to a thread. jose and oidc-provider
 * use WebCrypto only. The hop to a thread and back costs more than such a signature, 17 or 47 µs. RSA takes a millisecond, and stays
 * on the threads.
 */
import {
  generateKeyPairSync,
  hash,
  KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
  webcrypto,
} from 'node:crypto';
import type { ProcessKey } from '../../src/domain/ports/process-key.ts';

type Key = webcrypto.CryptoKey;
type Algorithm = Parameters<webcrypto.SubtleCrypto['sign']>[0];
type Data = Parameters<webcrypto.SubtleCrypto['sign']>[2];

/** How a key signs. */
type OneShot = {
  readonly name: 'ECDSA' | 'Ed25519';
  readonly digest: 'sha256' | null;
  readonly key: KeyObject;
  readonly signs: boolean;
  readonly verifies: boolean;
  /** Of a key of this process: its signatures are keyed digests. */
  readonly digestOf?: (data: Uint8Array) => Buffer;
};

/** Of both algorithms, in bytes. */
const SIGNATURE_LENGTH = 64;
/** Bytes of each of the two numbers of a signature with P-256. */
const HALF = 32;

const INTEGER = 0x02;
const SEQUENCE = 0x30;

/**
 * The form in which OpenSSL verifies a signature with ECDSA (RFC 3279 §2.2.3): both numbers without their leading zeros, each behind its
 * type and length (X.690 §8.3). Node converts it too, but finds the key among options more slowly than it signs.
 */
const derOf = (signature: Uint8Array): Uint8Array => {
  const der = new Uint8Array(2 + 2 * (3 + HALF));
  let at = 2;
  for (let from = 0; from < SIGNATURE_LENGTH; from += HALF) {
    const end = from + HALF;
    let first = from;
    while (first < end - 1 && signature[first] === 0) first += 1;
    // A zero in front of a number that would be below zero otherwise.
    const zeros = (signature[first] ?? 0) >= 0x80 ? 1 : 0;
    const length = zeros + end - first;
    der[at] = INTEGER;
    der[at + 1] = length;
    der.set(signature.subarray(first, end), at + 2 + zeros);
    at += 2 + length;
  }
  der[0] = SEQUENCE;
  der[1] = at - 2;
  return der.subarray(0, at);
};

/** The two numbers of such a signature, as JWS and WebCrypto write them (RFC 7518 §3.4). */
const numbersOf = (der: Uint8Array): Uint8Array<ArrayBuffer> => {
  const signature = new Uint8Array(SIGNATURE_LENGTH);
  let at = 2;
  for (const end of [HALF, SIGNATURE_LENGTH]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    const digits = number.subarray(Math.max(0, length - HALF));
    signature.set(digits, end - digits.length);
    at += 2 + length;
  }
  return signature;
};

/** Null: a key for other algorithms. */
const prepared = new WeakMap<Key, OneShot | null>();

/**
 * Node warns of this for a key that cannot be exported (DEP0204), because the result can be. Here it never leaves this file. jose makes
 * all private keys such ones.
 */
const keyObjectOf = (key: Key): KeyObject => {
  const { noDeprecation = false } = process;
  process.noDeprecation = true;
  try {
    return KeyObject.from(key);
  } finally {
    process.noDeprecation = noDeprecation;
  }
};

const prepare = (key: Key): OneShot | null => {
  const { name, namedCurve } = key.algorithm as { readonly name: string; readonly namedCurve?: string };
  const uses = { signs: key.usages.includes('sign'), verifies: key.usages.includes('verify') };
  if (name === 'ECDSA' && namedCurve === 'P-256') {
    return { name, digest: 'sha256', key: keyObjectOf(key), ...uses };
  }
  return name === 'Ed25519' ? { name, digest: null, key: keyObjectOf(key), ...uses } : null;
};

/** Undefined where WebCrypto itself must decide. */
const oneShotFor = (algorithm: Algorithm, key: Key): OneShot | undefined => {
  if (!(key instanceof CryptoKey)) return undefined;
  let own = prepared.get(key);
  if (own === undefined) {
    own = prepare(key);
    prepared.set(key, own);
  }
  if (own === null) return undefined;
  const { name, hash } = (typeof algorithm === 'string' ? { name: algorithm } : algorithm) as {
    readonly name?: unknown;
    readonly hash?: unknown;
  };
  if (name !== own.name) return undefined;
  return own.digest === null || hash === 'SHA-256' ? own : undefined;
};

const isData = (data: unknown): data is Data => ArrayBuffer.isView(data) || data instanceof ArrayBuffer;

const bytesOf = (data: Data): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

let isUsed = false;

/** From now on in this process. Results and errors are those of WebCrypto; a call that it would refuse is passed to it. Idempotent. */
export const useOneShotSignatures = (): void => {
  if (isUsed) return;
  isUsed = true;
  const { subtle } = webcrypto;
  const signElsewhere = subtle.sign.bind(subtle);
  const verifyElsewhere = subtle.verify.bind(subtle);
  const own: Pick<webcrypto.SubtleCrypto, 'sign' | 'verify'> = {
    async sign(algorithm, key, data) {
      const one = isData(data) ? oneShotFor(algorithm, key) : undefined;
      if (!one?.signs) return signElsewhere(algorithm, key, data);
      const made = sign(one.digest, bytesOf(data), one.key);
      return (one.name === 'ECDSA' ? numbersOf(made) : Uint8Array.from(made)).buffer;
    },
    async verify(algorithm, key, signature, data) {
      const one = isData(signature) && isData(data) ? oneShotFor(algorithm, key) : undefined;
      if (!one?.verifies) return verifyElsewhere(algorithm, key, signature, data);
      if (signature.byteLength !== SIGNATURE_LENGTH) return false;
      const given = bytesOf(signature);
      if (one.digestOf) return timingSafeEqual(given, one.digestOf(bytesOf(data)));
      return verify(one.digest, bytesOf(data), one.key, one.name === 'ECDSA' ? derOf(given) : given);
    },
  };
  for (const [name, value] of Object.entries(own))
    Object.defineProperty(subtle, name, { value, writable: true, configurable: true });
};

/** Bytes of a block of SHA-512. */
const BLOCK = 128;

/** HMAC-SHA-512 (RFC 2104) by two digests of one call each: an object of `createHmac` costs many times as much. */
const keyedDigest = (secret: Uint8Array): ((data: Uint8Array) => Buffer) => {
  const padded = (pad: number): Buffer => {
    const bytes = Buffer.alloc(BLOCK, pad);
    for (const [at, byte] of secret.entries()) bytes[at] = byte ^ pad;
    return bytes;
  };
  const [inner, outer] = [padded(0x36), padded(0x5c)];
  return (data) => {
    const digest = hash('sha512', Buffer.concat([inner, data]), 'buffer');
    return hash('sha512', Buffer.concat([outer, digest]), 'buffer');
  };
};

/**
 * A new key of this process. Libraries see an Ed25519 key; what it signs is a keyed digest, as long as a signature, which costs 3 µs where a
 * signature and its verification cost 80 to 130. No other process could verify either, and no store ever holds one.
 */
export const processKey = (): ProcessKey => {
  useOneShotSignatures();
  const { publicKey } = generateKeyPairSync('ed25519');
  const key = publicKey.toCryptoKey({ name: 'Ed25519' }, false, ['verify']);
  const digestOf = keyedDigest(randomBytes(SIGNATURE_LENGTH));
  prepared.set(key, { name: 'Ed25519', digest: null, key: publicKey, signs: false, verifies: true, digestOf });
  return { key, sign: (text) => digestOf(Buffer.from(text)) };
};
