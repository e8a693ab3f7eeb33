/**
 * Signs and verifies with ES256 and Ed25519 on the event loop, where WebCrypto gives each signature to a thread. jose and oidc-provider
 * use WebCrypto only. The hop to a thread and back costs more than such a signature, 17 or 47 µs. RSA takes a millisecond, and stays
 * on the threads.
 */
import { KeyObject, sign, verify, webcrypto } from 'node:crypto';

type Key = webcrypto.CryptoKey;
type Algorithm = Parameters<webcrypto.SubtleCrypto['sign']>[0];
type Data = Parameters<webcrypto.SubtleCrypto['sign']>[2];

/** How a key signs. `dsaEncoding`: as JWS and WebCrypto write a signature with ECDSA (RFC 7518 §3.4). */
type OneShot = {
  readonly name: 'ECDSA' | 'Ed25519';
  readonly digest: 'sha256' | null;
  readonly key: KeyObject | { readonly key: KeyObject; readonly dsaEncoding: 'ieee-p1363' };
  readonly signs: boolean;
  readonly verifies: boolean;
};

/** Of both algorithms, in bytes. */
const SIGNATURE_LENGTH = 64;

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
    return { name, digest: 'sha256', key: { key: keyObjectOf(key), dsaEncoding: 'ieee-p1363' }, ...uses };
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
      return Uint8Array.from(sign(one.digest, bytesOf(data), one.key)).buffer;
    },
    async verify(algorithm, key, signature, data) {
      const one = isData(signature) && isData(data) ? oneShotFor(algorithm, key) : undefined;
      if (!one?.verifies) return verifyElsewhere(algorithm, key, signature, data);
      return (
        signature.byteLength === SIGNATURE_LENGTH && verify(one.digest, bytesOf(data), one.key, bytesOf(signature))
      );
    },
  };
  for (const [name, value] of Object.entries(own))
    Object.defineProperty(subtle, name, { value, writable: true, configurable: true });
};
