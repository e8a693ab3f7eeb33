/** Signs what is no access token: assertions for other servers, and receipts. */
import { createPrivateKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';

/** ES256, which every recipient of such assertions supports. */
const ALGORITHM = 'ES256';

export interface OwnSignatures {
  /** Private keys in the order in which they may sign. Call it again after a rotation. */
  useKeys(jwks: readonly JWK[]): void;

  /** A compact JWS of this `typ` (RFC 8725 §3.11). */
  sign(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string>;

  /** ES256 with the present key, which `kid` names: r and s of 32 bytes each, as COSE has it (RFC 9053 §2.1). */
  bytesSigner(): { readonly kid: string; sign(bytes: Uint8Array): Buffer };
}

export const ownSignatures = (): OwnSignatures => {
  let key:
    | { readonly kid: string; readonly signing: ReturnType<typeof importJWK>; readonly raw: KeyObject }
    | undefined;
  const present = () => {
    if (!key) throw new TypeError('there is no key to sign with');
    return key;
  };
  return {
    useKeys(jwks: readonly JWK[]): void {
      const jwk = jwks.find(({ alg }) => alg === ALGORITHM);
      key =
        jwk?.kid === undefined
          ? undefined
          : {
              kid: jwk.kid,
              signing: importJWK(jwk, ALGORITHM),
              raw: createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' }),
            };
    },
    async sign(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
      const { kid, signing } = present();
      const header = { alg: ALGORITHM, typ, kid };
      return new SignJWT({ ...claims }).setProtectedHeader(header).sign(await signing);
    },
    bytesSigner() {
      const { kid, raw } = present();
      return { kid, sign: (bytes) => sign('sha256', bytes, { key: raw, dsaEncoding: 'ieee-p1363' }) };
    },
  };
};
