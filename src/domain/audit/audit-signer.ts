import { CompactSign, calculateJwkThumbprint, importJWK, type JWK } from 'jose';

/** Signs checkpoints and heads of exports with a key that signs nothing else. */
export type AuditSigner = {
  /** Public key (ES256), as exports carry it. */
  readonly key: JWK;
  /** Returns a compact JWS over the text. */
  sign(payload: string): Promise<string>;
};

/** A signer over a private P-256 JWK. Throws when the key is of another kind. */
export const auditSigner = async (privateKey: JWK): Promise<AuditSigner> => {
  const { kty, crv, x, y } = privateKey;
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y) throw new TypeError('the audit key is a P-256 JWK');
  const bare = { kty, crv, x, y };
  const kid = await calculateJwkThumbprint(bare);
  const signingKey = await importJWK(privateKey, 'ES256');
  return {
    key: { ...bare, kid, alg: 'ES256', use: 'sig' },
    sign: (payload) =>
      new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'behalf-audit+jws' })
        .sign(signingKey),
  };
};
