import type { webcrypto } from 'node:crypto';
import * as client from 'openid-client';

/** The current private signing JWK, with its `kid`. Our discovery document says where its public half is. */
export type SigningJwk = Readonly<Record<string, unknown>> & { readonly kid?: string };

/** `private_key_jwt` with the current signing key: RS256, or ES256 where the metadata of the server lists it. */
export const byOwnKey =
  (signingKey: (kind: 'EC' | 'RSA') => Promise<SigningJwk>): client.ClientAuth =>
  async (server, metadata, body, headers) => {
    const isEc = server.token_endpoint_auth_signing_alg_values_supported?.includes('ES256') === true;
    const jwk = await signingKey(isEc ? 'EC' : 'RSA');
    const kind = isEc ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const { key_ops: _, use: __, alg: ___, ...bare } = jwk;
    const key = await crypto.subtle.importKey('jwk', bare as webcrypto.JsonWebKey, kind, false, ['sign']);
    await client.PrivateKeyJwt({ key, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })(
      server,
      metadata,
      body,
      headers,
    );
  };
