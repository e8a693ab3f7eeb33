import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import type { JWK } from 'jose';

/** The curve, or the type, of a key of each algorithm. */
const FORMS: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
};

/** Algorithms of keys of agents; that of an EC key need not be named. */
const OF_AGENTS = ['ES256', 'ES384', 'PS256', 'RS256'];

/** The private JSON Web Key in a file. Throws if it cannot sign with its `alg`. */
export const privateKeyIn = (text: string): JWK => {
  const jwk = JSON.parse(text) as JWK;
  if (FORMS[String(jwk.alg)] !== (jwk.crv ?? jwk.kty)) throw new Error('the key does not fit its algorithm');
  createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  return jwk;
};

/** As `privateKeyIn`, for a key of an agent. */
export const agentKeyIn = (text: string): JWK => {
  const jwk = JSON.parse(text) as JWK;
  const alg = jwk.alg ?? OF_AGENTS.find((name) => FORMS[name] === jwk.crv);
  if (!OF_AGENTS.includes(String(alg))) throw new Error('no agent has a key of this algorithm');
  return privateKeyIn(JSON.stringify({ ...jwk, alg }));
};
