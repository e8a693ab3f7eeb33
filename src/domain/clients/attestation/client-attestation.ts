/**
 * Client attestations (draft-ietf-oauth-attestation-based-client-auth-12). An attester that an agent names
 * attests the key of an instance, and the instance proves possession of that key. Owns the checks of both
 * tokens. Does not own challenges, single use of a proof, or the resulting instance
 * (src/provider/client-authentication/attested-proofs.ts).
 */
import { calculateJwkThumbprint } from 'jose';
import { checkPublicKey } from '../../platform/remote-keys/public-keys.ts';
import {
  isRefusal,
  isSignedBy,
  isTime,
  namedKey,
  type Refusal,
  readSigned,
  type SignedToken,
  wrongTimes,
} from '../../platform/remote-keys/signed-token.ts';
import type { Clock } from '../../ports/clock.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet, PublicJwk } from '../../vocabulary/json-web-keys.ts';
import type { CredentialOf } from '../agents/credential.ts';
import { KEPT_SECONDS } from '../instances/instance.ts';

/** Algorithms of both tokens, as published. */
export const ATTESTATION_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;

/** Maximum number of seconds between now and the time of a proof. */
export const PROOF_SECONDS = 300;

const ATTESTATION_TYPES = new Set<unknown>(['oauth-client-attestation+jwt']);
const PROOF_TYPES = new Set<unknown>(['oauth-client-attestation-pop+jwt']);
const LONGEST_ID = 256;

/** Both tokens as they came; an absent proof is the empty text. */
export type GivenAttestation = { readonly attestation: string; readonly proof: string };

/**
 * The result of a successful check: the credential, the key of the instance, and the proof that may be used
 * once.
 */
export type AttestedKey = {
  readonly credential: CredentialOf<'attested'>;
  readonly thumbprint: string;
  readonly jti: string;
  readonly provenAt: number;
  /** Those of the attestation. */
  readonly claims: Readonly<Record<string, unknown>>;
};

/**
 * The keys of the attester that a credential names: the cached ones, or with `again` newly fetched ones. Throws when
 * they are unavailable.
 */
export type AttesterKeys = (
  credential: CredentialOf<'attested'>,
  kid: string | undefined,
  again: boolean,
) => Promise<JsonWebKeySet>;

/** Checks client attestations (draft-ietf-oauth-attestation-based-client-auth-12). */
export interface ClientAttestations {
  /**
   * Checks whether both tokens prove that their holder is an instance of this agent. Throws 'unavailable' when the
   * fetch budget is used up.
   */
  prove(
    given: GivenAttestation,
    agent: string,
    credentials: readonly CredentialOf<'attested'>[],
    keys: AttesterKeys,
  ): Promise<AttestedKey | Refusal>;
}

export const clientAttestations = ({
  clock,
  issuer,
  clockToleranceSeconds: tolerance,
}: {
  readonly clock: Clock;
  /** Our own issuer: the audience of proofs. */
  readonly issuer: string;
  readonly clockToleranceSeconds: number;
}): ClientAttestations => {
  const read = (token: string, types: ReadonlySet<unknown>): SignedToken | Refusal => {
    const found = readSigned(token, types);
    if (isRefusal(found) || ATTESTATION_ALGORITHMS.some((alg) => alg === found.header.alg)) return found;
    return { check: 'algorithm', why: 'alg is not accepted' };
  };

  /** Whether the current keys of one attester have signed it. */
  const unsigned = async (token: SignedToken, keys: () => Promise<JsonWebKeySet>): Promise<Refusal | undefined> => {
    let named: { readonly key: PublicJwk } | Refusal;
    try {
      named = namedKey(token, await keys(), 'the attester');
    } catch (error) {
      const { cause, message } = error as Error;
      for (const lack of [error, cause]) if (isDomainError(lack) && lack.code === 'unavailable') throw error;
      return { check: 'key', why: message.slice(0, 150) };
    }
    if (isRefusal(named)) return named;
    const isGood = await isSignedBy(token, named.key);
    return isGood ? undefined : { check: 'signature', why: 'the signature is not of this attester' };
  };

  /** Whether the attester of one credential vouches for it. */
  const unvouched = async (
    token: SignedToken,
    credential: CredentialOf<'attested'>,
    keys: AttesterKeys,
  ): Promise<Refusal | undefined> => {
    const { iss } = token.claims as { readonly iss?: unknown };
    // The draft defines no issuer; an attestation that names one must name the attester.
    if (iss !== undefined && iss !== credential.attester) {
      return { check: 'attester', why: 'iss is no attester of this agent' };
    }
    const lack = await unsigned(token, () => keys(credential, token.header.kid, false));
    if (lack === undefined || credential.jwks !== undefined) return lack;
    return unsigned(token, () => keys(credential, token.header.kid, true));
  };

  /** The key that an attestation gives to an instance. */
  const boundKey = ({ claims }: SignedToken): { readonly key: PublicJwk } | Refusal => {
    const { cnf } = claims as { readonly cnf?: { readonly jwk?: unknown } | null };
    try {
      const { kid: _, ...key } = checkPublicKey(cnf?.jwk, '/cnf/jwk');
      return { key };
    } catch (error) {
      if (!isDomainError(error)) throw error;
      return { check: 'cnf', why: `cnf.jwk: ${error.message}`.slice(0, 150) };
    }
  };

  const wrongProof = (claims: SignedToken['claims'], agent: string): Refusal | undefined => {
    const now = clock.now();
    const { iss, aud, jti, iat, exp = now, nbf } = claims as Readonly<Record<string, unknown>>;
    if (iss !== undefined && iss !== agent) return { check: 'proof', why: 'its iss is not the agent' };
    if (aud !== issuer) return { check: 'audience', why: `aud of the proof must be ${issuer} and nothing else` };
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) {
      return { check: 'proof', why: `its jti must be a text of at most ${LONGEST_ID} characters` };
    }
    const late = wrongTimes({ exp, iat, nbf }, now, tolerance);
    if (late !== undefined) return { check: 'time', why: `proof: ${late}` };
    const isOld = !isTime(iat) || now - iat > PROOF_SECONDS + tolerance;
    return isOld ? { check: 'time', why: 'the proof is too old' } : undefined;
  };

  return {
    async prove(given, agent, credentials, keys): Promise<AttestedKey | Refusal> {
      const attestation = read(given.attestation, ATTESTATION_TYPES);
      if (isRefusal(attestation)) return attestation;
      const { sub } = attestation.claims as { readonly sub?: unknown };
      if (sub !== agent) return { check: 'subject', why: 'sub of the attestation is not the agent' };
      const late = wrongTimes(attestation.claims, clock.now(), tolerance);
      if (late !== undefined) return { check: 'time', why: `attestation: ${late}` };
      const { iat: madeAt, exp } = attestation.claims as { readonly iat: number; readonly exp: number };
      // Otherwise an instance that was ended would outlive the record of its end.
      if (exp - madeAt > KEPT_SECONDS) return { check: 'time', why: 'attestation: it lives longer than 30 days' };
      let why: Refusal = { check: 'attester', why: 'this agent names no attester' };
      let credential: CredentialOf<'attested'> | undefined;
      for (const one of credentials) {
        const lack = await unvouched(attestation, one, keys);
        credential = lack === undefined ? one : undefined;
        if (lack === undefined) break;
        why = lack;
      }
      if (!credential) return why;
      const bound = boundKey(attestation);
      if (isRefusal(bound)) return bound;
      if (given.proof === '') return { check: 'proof', why: 'there is none' };
      const proof = read(given.proof, PROOF_TYPES);
      if (isRefusal(proof)) return { check: 'proof', why: `${proof.check}: ${proof.why}` };
      // The attestation names the key of the proof; a `kid` does not.
      const fits = namedKey({ ...proof, header: { alg: proof.header.alg } }, { keys: [bound.key] }, 'cnf');
      if (isRefusal(fits) || !(await isSignedBy(proof, bound.key))) {
        return { check: 'proof', why: 'it is not signed with the key of cnf' };
      }
      const lack = wrongProof(proof.claims, agent);
      if (lack) return lack;
      const { jti, iat } = proof.claims as { readonly jti: string; readonly iat: number };
      const thumbprint = await calculateJwkThumbprint(bound.key as Parameters<typeof calculateJwkThumbprint>[0]);
      return { credential, thumbprint, jti, provenAt: iat, claims: attestation.claims };
    },
  };
};
