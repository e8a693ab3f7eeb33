/** Calls the management API as the account that signed in: with its access token, and a DPoP proof for each request. */
import { createHash, randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { type Access, validToken } from '../access.ts';
import type { Contexts, NamedContext } from './contexts.ts';

export const contextAccess = (contexts: Pick<Contexts, 'save'>, given: NamedContext): Access => {
  let context = given;
  const valid = validToken(given);
  let nonce: string | undefined;

  const renew = async (): Promise<NamedContext> => {
    // Loaded on demand: a command with a token that is still valid needs no library of the protocol.
    const { refreshed } = await import('./sign-in.ts');
    context = { ...context, ...(await refreshed(context)) };
    const { name, ...kept } = context;
    contexts.save(name, kept);
    return context;
  };

  return {
    issuer: given.issuer,
    clientId: given.clientId,
    who: given.account,
    async headers(method, url) {
      const { accessToken, key } = await valid(renew);
      return { authorization: `DPoP ${accessToken}`, dpop: await proof(key, { method, url, accessToken, nonce }) };
    },
    repeats(response) {
      const asked = response.headers.get('dpop-nonce') ?? undefined;
      const isNew = response.status === 401 && asked !== undefined && asked !== nonce;
      nonce = asked ?? nonce;
      return isNew;
    },
  };
};

/** RFC 9449 §4.2. */
const proof = async (
  key: NamedContext['key'],
  {
    method,
    url,
    accessToken,
    nonce,
  }: {
    readonly method: string;
    readonly url: string;
    readonly accessToken: string;
    readonly nonce: string | undefined;
  },
): Promise<string> => {
  const { kty, crv, x, y } = key;
  const { origin, pathname } = new URL(url);
  return new SignJWT({
    jti: randomUUID(),
    htm: method,
    htu: `${origin}${pathname}`,
    ath: createHash('sha256').update(accessToken).digest('base64url'),
    ...(nonce === undefined ? {} : { nonce }),
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } as never })
    .setIssuedAt()
    .sign(await importJWK(key, 'ES256'));
};
