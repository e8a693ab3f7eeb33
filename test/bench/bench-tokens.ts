/** Tokens for benches of what verifies them: an issuer without a listener, and its key set. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'https://id.example.com';
export const RESOURCE = 'https://notes.example.com';

/** So many tokens for one API, as agents send them. */
export const benchTokens = async (count: number) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'es-1', alg: 'ES256' }] };
  const tokens = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      new SignJWT({ client_id: 'agt_1', scope: 'notes.read notes.write', act: { sub: 'agt_1' }, txn: 'txn_1' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'es-1' })
        .setIssuer(ISSUER)
        .setAudience(RESOURCE)
        .setSubject('acc_1')
        .setJti(String(index))
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    ),
  );
  return { keySet, tokens };
};
