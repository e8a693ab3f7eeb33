/** Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4), also outside of oidc-provider's requests. */
import { importJWK, type JWK, SignJWT } from 'jose';
import type { MakeLogoutToken } from '../../domain/notifications/logout-channel.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { SigningKeys } from './signing-keys.ts';

const LIFE_SECONDS = 120;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const KINDS: Readonly<Record<string, string>> = { RS256: 'RSA', PS256: 'RSA', ES256: 'EC', EdDSA: 'OKP' };

export const logoutTokens =
  (deps: {
    readonly keys: Pick<SigningKeys, 'privateJwks'>;
    readonly clock: Clock;
    readonly identifiers: Identifiers;
    readonly issuer: string;
  }): MakeLogoutToken =>
  async ({ client, account, sid }) => {
    // Signs like oidc-provider signs ID tokens (§2.4): with the first key of a kind, which is the current one.
    const alg = client.idTokenSignedResponseAlg;
    const jwk = (await deps.keys.privateJwks()).find(({ kty }) => kty === KINDS[alg]) as JWK | undefined;
    if (jwk?.kid === undefined) throw new Error(`there is no key that signs ${alg}`);
    const now = deps.clock.now();
    const claims = { events: { [EVENT]: {} }, ...(sid === undefined ? {} : { sid }) };
    return new SignJWT(claims)
      .setProtectedHeader({ alg, typ: 'logout+jwt', kid: jwk.kid })
      .setIssuer(deps.issuer)
      .setAudience(client.id)
      .setSubject(account)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFE_SECONDS)
      .setJti(deps.identifiers.newSecret())
      .sign(await importJWK(jwk, alg));
  };
