import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import type { KeysByUrl } from '../../platform/remote-keys/keys-by-url.ts';
import type { Clock } from '../../ports/clock.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { raise } from '../../vocabulary/refusals.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import type { Body } from './client-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';

/** The issuers that vouch for software, with their keys: registered or fetched. */
export type StatementIssuers = Readonly<
  Record<string, { readonly jwks: JsonWebKeySet } | { readonly jwksUri: string }>
>;

/** The claims of a statement about the client (RFC 7591 §2.3). They take precedence over the values sent beside it. */
export type Statement = { readonly issuer: string; readonly claims: Body; readonly text: string };

const MAXIMUM_LENGTH = 8192;
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519'];
/** About the statement, not about the client. */
const ABOUT_ITSELF = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'software_statement']);
/** No statement sets these members: this server assigns them. */
const NEVER = new Set(['client_id', 'client_secret']);
const CLOCK_TOLERANCE = 15;

/** Checks software statements (RFC 7591 §2.3). */
export interface SoftwareStatements {
  /**
   * Throws 'invalid_field' for a statement that is invalid, 'access_denied' for one whose issuer is not configured
   * here.
   */
  verify(text: unknown, source?: string): Promise<Statement>;
  /** The claims of a stored statement, which was verified when it came. */
  read(text: string): Body;
}

const AT = { field: '/software_statement' } as const;

export const softwareStatements = (deps: {
  readonly issuers: StatementIssuers;
  readonly keysByUrl: Pick<KeysByUrl, 'find'>;
  readonly clock: Clock;
  /** Our issuer; a statement with an audience must name it. */
  readonly issuer: string;
}): SoftwareStatements => {
  const keysOf = async (name: string, kid: string | undefined, source: string | undefined): Promise<JsonWebKeySet> => {
    const known = Object.hasOwn(deps.issuers, name) ? deps.issuers[name] : undefined;
    if (!known) {
      throw registrationRefusal('statement_issuer_not_accepted', AT);
    }
    if ('jwks' in known) return known.jwks;
    const question = { url: known.jwksUri, internal: 'trustedIssuers' as const, ...(kid === undefined ? {} : { kid }) };
    try {
      return await deps.keysByUrl.find({ ...question, ...(source === undefined ? {} : { source }) });
    } catch (error) {
      if (isDomainError(error) && error.code !== 'unavailable') {
        throw registrationRefusal('statement_keys_unavailable', AT);
      }
      throw error;
    }
  };

  const verified = async (text: string, issuer: string, source: string | undefined): Promise<void> => {
    const kid = headerOf(text)?.kid;
    const keys = await keysOf(issuer, kid, source);
    try {
      await compactVerify(text, createLocalJWKSet(keys as unknown as JSONWebKeySet), { algorithms: ALGORITHMS });
    } catch {
      throw registrationRefusal('statement_signature_wrong', AT);
    }
  };

  const checkTimes = ({ exp, nbf, iat, aud }: Body & Partial<Record<'exp' | 'nbf' | 'iat' | 'aud', unknown>>): void => {
    const now = deps.clock.now();
    for (const time of [exp, nbf, iat]) {
      if (time !== undefined && !Number.isSafeInteger(time)) throw registrationRefusal('statement_times_malformed', AT);
    }
    if (exp !== undefined && Number(exp) <= now) throw registrationRefusal('statement_expired', AT);
    for (const begin of [nbf, iat]) {
      if (begin !== undefined && Number(begin) > now + CLOCK_TOLERANCE) {
        throw registrationRefusal('statement_not_yet_valid', AT);
      }
    }
    if (aud !== undefined && ![aud].flat().includes(deps.issuer)) {
      throw registrationRefusal('statement_of_other_audience', AT);
    }
  };

  return {
    async verify(text, source): Promise<Statement> {
      if (typeof text !== 'string' || text.length > MAXIMUM_LENGTH) {
        throw registrationRefusal('statement_malformed', { ...AT, params: { most: MAXIMUM_LENGTH } });
      }
      const payload = claimsOf(text) ?? raise(registrationRefusal('statement_without_claims', AT));
      const { iss } = payload as { readonly iss?: unknown };
      if (typeof iss !== 'string') throw registrationRefusal('statement_without_issuer', AT);
      await verified(text, iss, source);
      checkTimes(payload);
      return { issuer: iss, claims: ofClient(payload), text };
    },

    read: (text): Body => ofClient(claimsOf(text) ?? {}),
  };
};

const ofClient = (claims: Body): Body =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !ABOUT_ITSELF.has(name) && !NEVER.has(name)));

const headerOf = (text: string): { readonly kid?: string | undefined } | undefined => {
  try {
    const { kid } = decodeProtectedHeader(text);
    return { kid: typeof kid === 'string' ? kid : undefined };
  } catch {
    return undefined;
  }
};

const claimsOf = (text: string): Body | undefined => {
  const [, payload = '', ...rest] = text.split('.');
  if (rest.length !== 1) return undefined;
  try {
    const value = strictJson(Buffer.from(payload, 'base64url'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
};
