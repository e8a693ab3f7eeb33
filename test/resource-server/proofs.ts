/** DPoP proofs, right and wrong (RFC 9449 §4.2). */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import { type Claims, now, type Pair } from './issuer.ts';

export const ADDRESS = 'https://notes.example.com/api/notes';

const athOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export const jktOf = (pair: Pair): Promise<string> => calculateJwkThumbprint(pair.jwk);

export const proofOf = async (token: string, by: Pair, changes: Claims = {}, header: Claims = {}): Promise<string> => {
  const claims = {
    htm: 'GET',
    htu: ADDRESS,
    ath: athOf(token),
    iat: now(),
    jti: crypto.randomUUID(),
    ...changes,
  };
  const { kid: _, alg: __, ...jwk } = by.jwk;
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: by.alg, typ: 'dpop+jwt', jwk, ...header })
    .sign(by.privateKey);
};
