import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { sha256 } from './digest.ts';
import type { DpopNonces } from './dpop-nonces.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { useOnce } from './used-once.ts';

/** What a proof must be about. */
export type ProvenRequest = {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Values of the `DPoP` headers. */
  readonly proofs: readonly string[];
  readonly token: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt: string;
};

/** Throws Refusal: `invalid_dpop_proof`, `use_dpop_nonce`, `invalid_token`, or 503. */
export type ProofCheck = (request: ProvenRequest) => Promise<void>;

const LONGEST_PROOF = 8192;
const LONGEST_JTI = 256;

const wrong = (reason: string, description: string, detail?: string): Refusal =>
  new Refusal('invalid_dpop_proof', {
    reason,
    description,
    scheme: 'DPoP',
    ...(detail === undefined ? {} : { detail }),
  });

/** Members of a private or symmetric key (RFC 7517 §4, RFC 7518 §6). */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

const publicKeyIn = (proof: string, algorithms: readonly string[]): JWK & { readonly alg: string } => {
  let header: Readonly<Record<string, unknown>>;
  try {
    header = decodeProtectedHeader(proof);
  } catch {
    throw wrong('proof_malformed', 'The DPoP proof is malformed.');
  }
  const { typ, alg, jwk } = header;
  if (typ !== 'dpop+jwt') throw wrong('proof_type', 'The typ of the DPoP proof must be dpop+jwt.');
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    throw wrong('proof_algorithm', 'The DPoP proof is not signed with an accepted algorithm.');
  }
  if (typeof jwk !== 'object' || jwk === null || SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name))) {
    throw wrong('proof_key', 'The header of the DPoP proof must have one public key in jwk.');
  }
  return { ...(jwk as JWK), alg };
};

/** URL without query and fragment, normalised (RFC 9449 §4.3, RFC 3986 §6.2.2). Undefined for a text that is no URL. */
const normalised = (url: unknown): string | undefined => {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/%[0-9a-f]{2}/gi, (encoded) => encoded.toUpperCase())}`;
};

const claimsOf = async (
  proof: string,
  { alg, ...jwk }: JWK & { readonly alg: string },
): Promise<Readonly<Record<string, unknown>>> => {
  try {
    const { payload } = await compactVerify(proof, await importJWK(jwk, alg), { algorithms: [alg] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (typeof claims !== 'object' || claims === null) throw new Error('the payload is no JSON object');
    return claims as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw wrong('proof_signature', 'The signature of the DPoP proof is wrong.', String((error as Error).message));
  }
};

/**
 * Verifies the proof of a request (RFC 9449 §7): key, method, address, token, time, nonce, and that it was not used.
 */
export const dpopProofs = (settings: Settings, nonces: DpopNonces | undefined): ProofCheck => {
  const { algorithms, maxAge } = settings.dpop;

  const checkTime = (iat: unknown): number => {
    const now = settings.clock();
    if (typeof iat !== 'number' || !Number.isFinite(iat)) throw wrong('proof_time', 'The DPoP proof has no iat.');
    if (iat < now - maxAge - settings.clockTolerance || iat > now + settings.clockTolerance) {
      throw wrong('proof_time', `The iat of the DPoP proof must be within the last ${maxAge} seconds.`);
    }
    return iat;
  };

  return async ({ method, target, proofs, token, jkt }) => {
    const [proof] = proofs;
    if (proof === undefined || proofs.length > 1 || proof.length > LONGEST_PROOF) {
      throw wrong('proof_count', 'The request must have exactly one DPoP header with one proof.');
    }
    const key = publicKeyIn(proof, algorithms);
    const thumbprint = await calculateJwkThumbprint(key).catch(() => undefined);
    if (thumbprint !== jkt) {
      throw new Refusal('invalid_token', {
        reason: 'key_other',
        description: 'The token is bound to another key than that of the DPoP proof.',
        scheme: 'DPoP',
      });
    }
    const { htm, htu, ath, iat, jti, nonce } = (await claimsOf(proof, key)) as Partial<Record<string, unknown>>;
    if (htm !== method) throw wrong('proof_method', 'The htm of the DPoP proof is not the method of the request.');
    if (normalised(htu) !== normalised(`${settings.baseUrl}${target}`)) {
      throw wrong('proof_address', 'The htu of the DPoP proof is not the address of the request.');
    }
    if (ath !== (await sha256(token))) throw wrong('proof_token', 'The ath of the DPoP proof is of another token.');
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) {
      throw wrong('proof_id', `The DPoP proof must have a jti of at most ${LONGEST_JTI} characters.`);
    }
    const issuedAt = checkTime(iat);
    if (nonces && !(await nonces.isValid(nonce))) {
      throw new Refusal('use_dpop_nonce', {
        reason: 'nonce_missing',
        description: 'Repeat the request with the nonce of the DPoP-Nonce header in the DPoP proof.',
        scheme: 'DPoP',
      });
    }
    // Kept as long as the proof would be accepted, both tolerances included.
    const expiresAt = issuedAt + maxAge + 2 * settings.clockTolerance + 1;
    if (!(await useOnce(settings.usedOnce, `dpop ${jkt} ${jti}`, expiresAt))) {
      throw wrong('proof_used', 'The DPoP proof was used before. Make a new one for each request.');
    }
  };
};
