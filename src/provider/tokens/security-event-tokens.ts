/** Signs security event tokens (RFC 8417), also outside of oidc-provider's requests. */
import { importJWK, type JWK, SignJWT } from 'jose';
import { SET_TYPE } from '../../domain/signals/security-events.ts';
import type { SignEvent } from '../../domain/signals/transmitter/event-tokens.ts';
import type { SigningKeys } from './signing-keys.ts';

/** CAEP interoperability profile 1.0 §2.6. */
const ALGORITHM = 'RS256';

type Key = { readonly kid: string; readonly signing: ReturnType<typeof importJWK> };

/** Signs with the current RSA key. Looks for another one when the stored set of keys has changed. */
export const securityEventTokens = (keys: Pick<SigningKeys, 'privateJwks' | 'version'>): SignEvent => {
  let present: { readonly version: string; readonly key: Key } | undefined;

  const current = async (): Promise<Key> => {
    const version = await keys.version();
    if (present?.version === version) return present.key;
    const jwk = (await keys.privateJwks()).find(({ kty }) => kty === 'RSA') as JWK | undefined;
    if (jwk?.kid === undefined) throw new Error(`there is no key that signs ${ALGORITHM}`);
    present = { version, key: { kid: jwk.kid, signing: importJWK(jwk, ALGORITHM) } };
    return present.key;
  };

  return async (claims) => {
    const { kid, signing } = await current();
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: ALGORITHM, typ: SET_TYPE, kid }).sign(await signing);
  };
};
