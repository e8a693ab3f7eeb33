/** Keys of clients and agents, and the JWTs they sign: client assertions (RFC 7523 §2.2) and DPoP proofs (RFC 9449 §4). */
import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

export type KeyPair = {
  readonly alg: string;
  /** Absent when the registered key has none: a header must not name one then. */
  readonly kid: string | undefined;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
};

/** Who signs an assertion. */
export type Identity = { readonly clientId: string; readonly key: KeyPair };

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const newKeyPair = async (alg = 'ES256'): Promise<KeyPair> => {
  const pair = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    alg,
    kid,
    privateKey: pair.privateKey,
    publicJwk: { ...publicJwk, kid, alg, use: 'sig' },
    privateJwk: { ...(await exportJWK(pair.privateKey)), kid, alg, use: 'sig' },
  };
};

/** The pair behind a private JWK, such as the one in a key file. */
export const keyPairFromJwk = async (jwk: JWK): Promise<KeyPair> => {
  const alg = jwk.alg ?? 'ES256';
  const { d: _private, ...publicJwk } = jwk;
  return {
    alg,
    kid: jwk.kid,
    privateKey: (await importJWK(jwk, alg)) as CryptoKey,
    publicJwk,
    privateJwk: jwk,
  };
};

export type AssertionOverrides = {
  /** Replaces or (with `undefined`) removes claims. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
};

/** A fresh assertion: audience the issuer alone, good for a minute unless `claims.exp` says otherwise. */
export const clientAssertion = (
  { clientId, key }: Identity,
  audience: string,
  overrides: AssertionOverrides = {},
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const claims: Record<string, unknown> = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...overrides.claims,
  };
  for (const name of Object.keys(claims)) if (claims[name] === undefined) delete claims[name];
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, ...(key.kid === undefined ? {} : { kid: key.kid }), ...overrides.header })
    .sign(key.privateKey);
};

/** The two parameters by which a client with a key authenticates. */
export const assertionParameters = async (
  identity: Identity,
  audience: string,
  overrides: AssertionOverrides = {},
): Promise<Record<string, string>> => ({
  client_assertion_type: CLIENT_ASSERTION_TYPE,
  client_assertion: await clientAssertion(identity, audience, overrides),
});

export type DpopRequest = {
  readonly method: string;
  readonly url: string;
  readonly accessToken?: string;
  readonly nonce?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
};

/** A DPoP proof for one request. */
export const dpopProof = (key: KeyPair, { method, url, accessToken, nonce, claims }: DpopRequest): Promise<string> => {
  const { kid: _kid, use: _use, alg: _alg, ...jwk } = key.publicJwk;
  return new SignJWT({
    jti: randomUUID(),
    htm: method,
    htu: url,
    iat: Math.floor(Date.now() / 1000),
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    ...(nonce === undefined ? {} : { nonce }),
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk })
    .sign(key.privateKey);
};
