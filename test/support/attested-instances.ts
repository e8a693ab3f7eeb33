/** Copies of agents whose keys an attester vouches for, and the two tokens they show (attestation-based client authentication). */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { type KeyPair, newKeyPair } from './agent-keys.ts';
import { type Answer, answerOf, type Parameters, post } from './oauth-calls.ts';

export type Alteration = {
  /** Replaces or (with `undefined`) removes members. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: KeyPair;
};

export type AttestedCopy = { readonly clientId: string; readonly key: KeyPair; readonly attester: KeyPair };

const without = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const now = (): number => Math.floor(Date.now() / 1000);

const publicPart = ({ publicJwk: { kid: _, use: __, alg: ___, ...jwk } }: KeyPair): object => jwk;

export const newCopy = async (clientId: string, attester: KeyPair, alg = 'ES256'): Promise<AttestedCopy> => ({
  clientId,
  attester,
  key: await newKeyPair(alg),
});

export const attestation = (copy: AttestedCopy, { claims, header, key = copy.attester }: Alteration = {}) =>
  new SignJWT(
    without({ sub: copy.clientId, iat: now(), exp: now() + 3600, cnf: { jwk: publicPart(copy.key) }, ...claims }),
  )
    .setProtectedHeader({
      ...without({ typ: 'oauth-client-attestation+jwt', kid: key.kid, ...header }),
      alg: String(header?.['alg'] ?? key.alg),
    })
    .sign(key.privateKey);

export const attestedCalls = (endpoints: { readonly issuer: string; readonly token: string }) => {
  const challenge = async (): Promise<string> => {
    const metadata = await answerOf(await fetch(`${endpoints.issuer}/.well-known/openid-configuration`));
    const { body } = await post(String(metadata.body['challenge_endpoint']), {});
    return String(body['attestation_challenge']);
  };

  const proof = async (copy: AttestedCopy, { claims, header, key = copy.key }: Alteration = {}): Promise<string> =>
    new SignJWT(
      without({
        aud: endpoints.issuer,
        jti: randomUUID(),
        iat: now(),
        challenge: claims && 'challenge' in claims ? undefined : await challenge(),
        ...claims,
      }),
    )
      .setProtectedHeader({
        ...without({ typ: 'oauth-client-attestation-pop+jwt', ...header }),
        alg: String(header?.['alg'] ?? key.alg),
      })
      .sign(key.privateKey);

  /** The two headers of a request. */
  const headers = async (copy: AttestedCopy, of: Alteration = {}, pop: Alteration = {}) => ({
    'OAuth-Client-Attestation': await attestation(copy, of),
    'OAuth-Client-Attestation-PoP': await proof(copy, pop),
  });

  return {
    challenge,
    proof,
    headers,
    token: async (copy: AttestedCopy, parameters: Parameters, of?: Alteration, pop?: Alteration): Promise<Answer> =>
      post(endpoints.token, parameters, await headers(copy, of, pop)),
  };
};
