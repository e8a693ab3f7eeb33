/** A simulated authorization server of another domain: a key, and assertions (ID-JAG) as its owner would have them. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { type KeyPair, newKeyPair } from './agent-keys.ts';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';

export type Crafted = {
  /** Replaces or (with `undefined`) removes claims. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: KeyPair;
};

export type ForeignIssuer = Awaited<ReturnType<typeof foreignIssuer>>;

export const foreignIssuer = async (issuer: string) => {
  const key = await newKeyPair();
  return {
    issuer,
    key,
    jwks: { keys: [key.publicJwk] },
    /** Good at `audience` for `clientId` and `subject`, unless changed. */
    async assertion(
      {
        audience,
        clientId,
        subject,
      }: { readonly audience: string; readonly clientId: string; readonly subject: string },
      { claims: changed = {}, header = {}, key: other = key }: Crafted = {},
    ): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      const claims: Record<string, unknown> = {
        iss: issuer,
        sub: subject,
        aud: audience,
        client_id: clientId,
        jti: randomUUID(),
        iat: now,
        exp: now + 120,
        ...changed,
      };
      for (const name of Object.keys(claims)) if (claims[name] === undefined) delete claims[name];
      return new SignJWT(claims)
        .setProtectedHeader({ alg: other.alg, kid: key.kid as string, typ: 'oauth-id-jag+jwt', ...header })
        .sign(other.privateKey);
    },
  };
};
