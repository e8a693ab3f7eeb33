import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import type { JWK } from 'jose';
import { UnusableFile } from './named-files.ts';

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

const jwkIn = (text: string): JWK => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnusableFile('it is no JSON. A key here is one private JSON Web Key');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'keys' in value) {
    throw new UnusableFile('it is no JSON Web Key. A key here is one private key, and no key set');
  }
  return value as JWK;
};

const checked = (jwk: JWK): JWK => {
  if (!('d' in jwk)) throw new UnusableFile('it has no private key');
  if (!Object.hasOwn(FORMS, String(jwk.alg)) || FORMS[String(jwk.alg)] !== (jwk.crv ?? jwk.kty)) {
    throw new UnusableFile('its alg is missing, or does not fit the key');
  }
  try {
    createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    throw new UnusableFile('its key is incomplete or malformed');
  }
  return jwk;
};

/** The private JSON Web Key in a file. Throws UnusableFile if it cannot sign with its `alg`. */
export const privateKeyIn = (text: string): JWK => checked(jwkIn(text));

/** As `privateKeyIn`, for a key of an agent. */
export const agentKeyIn = (text: string): JWK => {
  const jwk = jwkIn(text);
  const alg = jwk.alg ?? OF_AGENTS.find((name) => FORMS[name] === jwk.crv);
  if (!OF_AGENTS.includes(String(alg))) {
    throw new UnusableFile(`a key of an agent has one of the algorithms ${OF_AGENTS.join(', ')}`);
  }
  return checked({ ...jwk, alg: String(alg) });
};
