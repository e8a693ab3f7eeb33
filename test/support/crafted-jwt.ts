/** JWTs that no honest library makes: any header, any bytes as claims, any signature. */
import { createHmac, sign as signBytes } from 'node:crypto';
import { exportPKCS8 } from 'jose';
import type { KeyPair } from './agent-keys.ts';

const encoded = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** `header` and `claims` are objects, or the very text. */
export const craftedJwt = async (
  header: unknown,
  claims: unknown,
  signature: (input: string) => string | Promise<string>,
): Promise<string> => {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${await signature(input)}`;
};

/** A signature by the key, as `alg` says, with any header. */
export const signedBy =
  (key: Pick<KeyPair, 'alg' | 'privateKey'>, alg = key.alg) =>
  async (input: string): Promise<string> => {
    const pem = await exportPKCS8(key.privateKey);
    const digest = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`;
    const pss = { padding: 6, saltLength: 32 };
    return signBytes(digest, Buffer.from(input), {
      key: pem,
      ...(alg.startsWith('PS') ? pss : {}),
      ...(alg.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' as const } : {}),
    }).toString('base64url');
  };

/** An HMAC under a secret that the server might be made to take for one. */
export const hmacBy =
  (secret: string | Buffer) =>
  (input: string): string =>
    createHmac('sha256', secret).update(input).digest('base64url');

export const unsigned = (): string => '';
