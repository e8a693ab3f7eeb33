/** Signs tokens that are no access tokens: assertions for other servers. */
import { importJWK, type JWK, SignJWT } from 'jose';

/** ES256, which every recipient of such assertions supports. */
const ALGORITHM = 'ES256';

export interface OwnSignatures {
  /** Private keys in the order in which they may sign. Call it again after a rotation. */
  useKeys(jwks: readonly JWK[]): void;

  /** A compact JWS of this `typ` (RFC 8725 §3.11). */
  sign(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
}

export const ownSignatures = (): OwnSignatures => {
  let key: { readonly kid: string; readonly signing: ReturnType<typeof importJWK> } | undefined;
  return {
    useKeys(jwks: readonly JWK[]): void {
      const jwk = jwks.find(({ alg }) => alg === ALGORITHM);
      key = jwk?.kid === undefined ? undefined : { kid: jwk.kid, signing: importJWK(jwk, ALGORITHM) };
    },
    async sign(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
      if (!key) throw new TypeError('there is no key to sign with');
      const header = { alg: ALGORITHM, typ, kid: key.kid };
      return new SignJWT({ ...claims }).setProtectedHeader(header).sign(await key.signing);
    },
  };
};
