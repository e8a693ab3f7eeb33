import { createPublicKey, type KeyObject } from 'node:crypto';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet, PublicJwk } from '../../vocabulary/json-web-keys.ts';
import { keyRefusal } from './key-refusals.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['EdDSA', 'Ed25519']],
]);
const MAXIMUM_KEYS = 10;

/**
 * The public signature keys of a JWK Set as they are stored: only known members, with values in canonical form. Throws
 * 'invalid_field' with a pointer below `field`. Accepts 1..10 keys: RSA of 2048..4096 bits with exponent 65537, EC on
 * P-256, P-384 or P-521, and Ed25519. Several keys need a `kid` each, so that the server never has to try keys to check
 * a signature (RFC 7517 §4.5, RFC 8725 §3.2).
 */
export const checkPublicKeys = (value: unknown, field = '/jwks'): JsonWebKeySet => {
  const keys = isObject(value) ? value.keys : undefined;
  if (!Array.isArray(keys)) throw keyRefusal('key_set_not_object', { field });
  if (keys.length < 1 || keys.length > MAXIMUM_KEYS) {
    throw keyRefusal('key_set_size_wrong', { field: `${field}/keys`, params: { most: MAXIMUM_KEYS } });
  }
  const checked = keys.map((key: unknown, index) => checkPublicKey(key, `${field}/keys/${index}`));
  const kids = new Set<unknown>();
  for (const [index, { kid }] of checked.entries()) {
    if (kid === undefined && checked.length > 1) {
      throw keyRefusal('set_needs_kids', { field: `${field}/keys/${index}` });
    }
    if (kids.has(kid)) throw keyRefusal('set_repeats_kid', { field: `${field}/keys/${index}/kid` });
    kids.add(kid);
  }
  return { keys: checked };
};

/** Maximum number of keys of a served set that are read. */
const MAXIMUM_SERVED = 50;

/**
 * The keys of a served set that can verify a signature here; its other keys are ignored (RFC 7517 §5). Among several
 * keys, one without a `kid` is ignored too. Throws 'invalid_request' when none is left, or when a part is private:
 * the private key is then public.
 */
export const servedKeys = (value: unknown): JsonWebKeySet => {
  const keys: unknown = isObject(value) ? value.keys : undefined;
  if (!Array.isArray(keys)) throw keyRefusal('key_set_malformed');
  if (keys.length > MAXIMUM_SERVED) throw keyRefusal('served_keys_exceeded', { params: { most: MAXIMUM_SERVED } });
  if (keys.some((key: unknown) => isObject(key) && PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member)))) {
    throw keyRefusal('served_key_is_private');
  }
  const usable = keys.flatMap((key: unknown) => {
    if (isObject(key) && key.kid === undefined && keys.length > 1) return [];
    try {
      return [checkPublicKey(key, '/keys')];
    } catch (error) {
      if (isDomainError(error)) return [];
      throw error;
    }
  });
  if (usable.length === 0) throw keyRefusal('served_keys_unusable');
  return { keys: usable };
};

/** One key of such a set, at `field`. */
export const checkPublicKey = (value: unknown, field: string): PublicJwk => {
  if (!isObject(value)) throw keyRefusal('key_not_object', { field });
  const jwk = value;
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(jwk, member));
  if (jwk.kty === 'oct' || secret !== undefined) {
    throw keyRefusal('key_is_private', { field });
  }
  const { use, alg, kid } = jwk;
  if (use !== undefined && use !== 'sig') throw keyRefusal('key_use_wrong', { field: `${field}/use` });
  const operations = jwk.key_ops;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw keyRefusal('key_operations_wrong', { field: `${field}/key_ops` });
  }
  if (kid !== undefined && !(typeof kid === 'string' && /^[\x21-\x7e]{1,128}$/.test(kid))) {
    throw keyRefusal('key_id_malformed', { field: `${field}/kid` });
  }
  const { members, algorithms } = jwk.kty === 'RSA' ? checkRsa(jwk, field) : checkCurve(jwk, field);
  if (alg !== undefined && !algorithms.includes(String(alg))) {
    throw keyRefusal('key_algorithm_unsupported', {
      field: `${field}/alg`,
      params: { algorithms: algorithms.join(', ') },
    });
  }
  return {
    ...members,
    ...(use === undefined ? {} : { use }),
    ...(alg === undefined ? {} : { alg }),
    ...(kid === undefined ? {} : { kid }),
  };
};

/** Members read here, before they are validated. */
type LooseJwk = {
  readonly [member in 'keys' | 'kty' | 'crv' | 'n' | 'e' | 'x' | 'y' | 'use' | 'alg' | 'kid' | 'key_ops']?: unknown;
};

type CheckedKey = { readonly members: PublicJwk; readonly algorithms: readonly string[] };

const checkRsa = (jwk: LooseJwk, field: string): CheckedKey => {
  // A modulus of more than 4096 bits makes every signature check slow, without benefit.
  if (typeof jwk.n === 'string' && jwk.n.length > 700) throw keyRefusal('rsa_key_size_wrong', { field: `${field}/n` });
  const key = importKey({ kty: 'RSA', n: jwk.n, e: jwk.e }, field);
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < 2048 || modulusLength > 4096) throw keyRefusal('rsa_key_size_wrong', { field: `${field}/n` });
  if (publicExponent !== 65537n) throw keyRefusal('rsa_exponent_wrong', { field: `${field}/e` });
  const { n, e } = key.export({ format: 'jwk' });
  return { members: { kty: 'RSA', n, e }, algorithms: RSA_ALGORITHMS };
};

const checkCurve = (jwk: LooseJwk, field: string): CheckedKey => {
  const { kty, crv } = jwk;
  const algorithms = CURVES.get(crv);
  if (kty !== 'EC' && kty !== 'OKP') throw keyRefusal('key_type_unsupported', { field: `${field}/kty` });
  if (!algorithms || (kty === 'OKP') !== (crv === 'Ed25519')) {
    throw keyRefusal('key_curve_unsupported', { field: `${field}/crv` });
  }
  if (crv === 'P-256' && isOnP256(jwk.x, jwk.y)) return { members: { kty, crv, x: jwk.x, y: jwk.y }, algorithms };
  const key = importKey(kty === 'EC' ? { kty, crv, x: jwk.x, y: jwk.y } : { kty, crv, x: jwk.x }, field);
  const { x, y } = key.export({ format: 'jwk' });
  return { members: { kty, crv, x, ...(y === undefined ? {} : { y }) }, algorithms };
};

/** 32 bytes in canonical base64url. */
const COORDINATE = /^[\w-]{42}[AEIMQUYcgkosw048]$/;
/** Field and coefficient of P-256 (SEC 2, §2.4.2). */
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

const numberOf = (coordinate: string): bigint => BigInt(`0x${Buffer.from(coordinate, 'base64url').toString('hex')}`);

/**
 * Whether these are a point of the curve as canonical JWK writes it (SEC 1, §3.2.2.1; the curve has cofactor 1). An import by OpenSSL and
 * an export take ten times as long. False where it is not sure: then the import decides.
 */
const isOnP256 = (x: unknown, y: unknown): boolean => {
  if (typeof x !== 'string' || typeof y !== 'string' || !COORDINATE.test(x) || !COORDINATE.test(y)) return false;
  const [left, right] = [numberOf(x), numberOf(y)];
  return left < P && right < P && (right * right - left * (left * left - 3n) - B) % P === 0n;
};

/** Importing proves that the numbers are a key: a point off its curve fails here. */
const importKey = (jwk: LooseJwk, field: string): KeyObject => {
  try {
    return createPublicKey({ key: Object.fromEntries(Object.entries(jwk)), format: 'jwk' });
  } catch (cause) {
    throw keyRefusal('key_unusable', { field, cause });
  }
};

const isObject = (value: unknown): value is LooseJwk =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
