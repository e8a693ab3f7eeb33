/** Keys of an agent: made, read from a JSON Web Key, or kept in a file. */
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JWK } from 'openid-client';
import { ConfigurationError } from './configuration-error.ts';

/** A key that signs client assertions or DPoP proofs. */
export type AgentKey = {
  readonly alg: Algorithm;
  /** As in the JSON Web Key. A key without one is registered without one, so an assertion must not name one either. */
  readonly kid: string | undefined;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** For the registration of the agent. */
  readonly publicJwk: JWK;
};

type CryptoKey = import('openid-client').CryptoKey;
export type Algorithm = keyof typeof ALGORITHMS;

const HASH = 'SHA-256';
/** How the platform names each algorithm of JWS. */
const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  PS256: { name: 'RSA-PSS', hash: HASH },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: HASH },
} as const;

const isAlgorithm = (value: unknown): value is Algorithm =>
  typeof value === 'string' && Object.hasOwn(ALGORITHMS, value);

/** The public members of each type of key, in the order of RFC 7638 §3.3. */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
};

const publicPartOf = (jwk: JWK): Record<string, string> =>
  Object.fromEntries(
    (PUBLIC_MEMBERS[String(jwk.kty)] ?? []).map((name) => [
      name,
      String((jwk as Readonly<Record<string, unknown>>)[name]),
    ]),
  );

const thumbprint = async (jwk: JWK): Promise<string> => {
  const digest = await crypto.subtle.digest(HASH, new TextEncoder().encode(JSON.stringify(publicPartOf(jwk))));
  return Buffer.from(digest).toString('base64url');
};

/**
 * The key of a private JSON Web Key. `alg` may be absent from an EC key. Throws ConfigurationError for a key that is public,
 * symmetric, or of another algorithm than ES256, ES384, PS256 and RS256.
 */
export const keyFromJwk = async (jwk: JWK): Promise<AgentKey> => {
  const alg = jwk.alg ?? (jwk.crv === 'P-256' ? 'ES256' : jwk.crv === 'P-384' ? 'ES384' : undefined);
  if (!isAlgorithm(alg)) throw new ConfigurationError('key.alg', `give ${Object.keys(ALGORITHMS).join(', ')}`);
  if (typeof jwk['d'] !== 'string') throw new ConfigurationError('key', 'give a private key, with the member d');
  const algorithm = ALGORITHMS[alg];
  const part = publicPartOf(jwk);
  const secret = { ...jwk, key_ops: undefined, use: undefined, ext: undefined };
  try {
    const privateKey = await crypto.subtle.importKey('jwk', JSON.parse(JSON.stringify(secret)), algorithm, false, [
      'sign',
    ]);
    const publicKey = await crypto.subtle.importKey('jwk', { ...part }, algorithm, true, ['verify']);
    const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined;
    const named = kid === undefined ? {} : { kid };
    return { alg, kid, privateKey, publicKey, publicJwk: { ...part, ...named, alg, use: 'sig' } as JWK };
  } catch (cause) {
    throw Object.assign(new ConfigurationError('key', `give a JSON Web Key that fits ${alg}`), { cause });
  }
};

const newJwk = async (): Promise<JWK> => {
  const pair = await crypto.subtle.generateKey(ALGORITHMS.ES256, true, ['sign', 'verify']);
  const jwk = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JWK;
  const { kty, crv, x, y, d } = jwk as Record<string, string>;
  return { kty, crv, x, y, d, kid: await thumbprint(jwk), alg: 'ES256', use: 'sig' } as JWK;
};

/** A new ES256 key that lives as long as this process. */
export const newKey = async (): Promise<AgentKey> => keyFromJwk(await newJwk());

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException)?.code === code;

/** Throws ConfigurationError if other users of the machine can read the file. Windows has no such bits. */
const checkMode = async (path: string): Promise<void> => {
  const { mode } = await stat(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new ConfigurationError(
    'path',
    `others can read the key in ${path}: run chmod 600, and replace the key if they did`,
  );
};

const keyIn = async (path: string): Promise<AgentKey> => {
  await checkMode(path);
  const text = await readFile(path, 'utf8');
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    throw new ConfigurationError('path', `${path} has no JSON Web Key; move it away, and a new key is made`);
  }
  return keyFromJwk(jwk as JWK);
};

/** Writes the whole file or none. A file that is there already, such as that of a process that was faster, stays. */
const create = async (path: string, jwk: JWK): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(jwk, undefined, 2)}\n`);
    await file.sync();
    // A link fails if the name is taken, where a rename would replace the key of another process.
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
};

/**
 * The key in a file. Makes an ES256 key if there is no file: mode 0600, whole or not at all, and one key if several processes
 * start at once. Reads what `behalf agents create --key` writes. Throws ConfigurationError if other users can read the file.
 */
export const keyFile = async (path: string): Promise<AgentKey> => {
  try {
    return await keyIn(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
  await create(path, await newJwk());
  return keyIn(path);
};
