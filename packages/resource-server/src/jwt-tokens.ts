import { decodeProtectedHeader, errors, type JWTHeaderParameters, jwtVerify } from 'jose';
import type { IssuerKeys } from './issuer-keys.ts';
import { invalidToken, type Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** Finds the claims of a token. Throws Refusal: `invalid_token`, or 503 if the server cannot be asked. */
export type ClaimsOfToken = (token: string) => Promise<Readonly<Record<string, unknown>>>;

/** A compact JWS: three parts in base64url. */
const JWS = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a token is written as a JWT, with or without a valid signature. An encrypted one has five parts. */
export const isJwt = (token: string): boolean => token.startsWith('eyJ') && token.includes('.');

/**
 * Header parameters that change what is verified, or name a key that the sender chose (RFC 7515 §4.1, RFC 8725 §2.10). The
 * issuer uses none of them.
 */
const FOREIGN = ['crit', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'cty', 'zip', 'enc'] as const;

const checkHeader = (token: string): void => {
  if (!JWS.test(token)) throw invalidToken('token_malformed', 'The token is not a signed JWT.');
  let header: Readonly<Record<string, unknown>>;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw invalidToken('token_malformed', 'The header of the token is malformed.');
  }
  const foreign = FOREIGN.find((name) => Object.hasOwn(header, name));
  if (foreign) throw invalidToken('header_foreign', `The header of the token has ${foreign}.`);
  if (typeof header['kid'] !== 'string') throw invalidToken('header_foreign', 'The header of the token has no kid.');
};

/** What the JWT library says, by its codes. */
const REASONS: Readonly<Record<string, readonly [reason: string, description: string]>> = {
  ERR_JWT_EXPIRED: ['token_expired', 'The token has expired.'],
  ERR_JOSE_ALG_NOT_ALLOWED: ['algorithm_refused', 'The token is not signed with an accepted algorithm.'],
  ERR_JWKS_NO_MATCHING_KEY: ['key_unknown', 'The issuer has no such key.'],
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: ['signature_wrong', 'The signature of the token is wrong.'],
};

const CLAIMS: Readonly<Record<string, readonly [reason: string, description: string]>> = {
  aud: ['audience_other', 'The token is not for this API alone.'],
  iss: ['issuer_unknown', 'Another server issued the token.'],
  typ: ['type_other', 'This is no access token.'],
  nbf: ['token_not_yet_valid', 'The token is not valid yet.'],
};

const refusalOf = (error: unknown): Refusal => {
  const { code = '', claim = '', message } = error as { code?: string; claim?: string; message?: string };
  const [reason, description] = REASONS[code] ?? CLAIMS[claim] ?? ['token_malformed', 'The token is malformed.'];
  return invalidToken(reason, description, message);
};

/** Verifies a JWT access token offline (RFC 9068 §4). */
export const jwtTokens = (settings: Settings, keys: IssuerKeys): ClaimsOfToken => {
  const { issuer, resource, algorithms, clockTolerance, clock } = settings;
  const keyFor = (header: JWTHeaderParameters) => keys.keyFor(header);
  return async (token) => {
    checkHeader(token);
    try {
      const { payload } = await jwtVerify(token, keyFor, {
        issuer,
        audience: resource,
        typ: 'at+jwt',
        algorithms,
        clockTolerance,
        currentDate: new Date(clock() * 1000),
        requiredClaims: ['iss', 'aud', 'exp', 'iat', 'jti', 'sub', 'client_id'],
      });
      return payload;
    } catch (error) {
      // A refusal of its own comes from the keys: the server cannot be reached.
      throw error instanceof errors.JOSEError || error instanceof TypeError ? refusalOf(error) : error;
    }
  };
};
