/**
 * DPoP proofs at our own resources, such as the management API (RFC 9449 §7). oidc-provider checks proofs at its own routes
 * only, whose URLs it knows.
 */
import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import { credentialRefusal } from '../../domain/clients/agents/credential-refusals.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { mayHaveBeenUsed } from '../seam/cold-mode.ts';

/** A proof is valid this many seconds around its `iat`. */
const WINDOW_SECONDS = 60;

export type PresentedProof = {
  readonly proof: string | undefined;
  /** HTTP method, and path below the issuer. */
  readonly method: string;
  readonly path: string;
  readonly accessToken: string;
};

/** Returns the thumbprint of the proof's key. Throws DomainError 'unauthenticated' for a missing, wrong or used proof. */
export const presentedProofs =
  (deps: {
    readonly issuer: string;
    readonly clock: Clock;
    readonly ephemeral: EphemeralStore;
    readonly masterKey: MasterKey;
  }) =>
  async ({ proof, method, path, accessToken }: PresentedProof): Promise<string> => {
    if (proof === undefined || proof.length > 8192) throw credentialRefusal('proof_needed');
    const verified = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256'],
      currentDate: new Date(deps.clock.nowMillis()),
    }).catch(() => undefined);
    if (!verified) throw credentialRefusal('proof_not_valid');
    const { payload, protectedHeader } = verified;
    if (payload['htm'] !== method) throw credentialRefusal('proof_of_other_method');
    if (withoutQuery(payload['htu']) !== withoutQuery(`${deps.issuer}${path}`)) {
      throw credentialRefusal('proof_of_other_url');
    }
    if (payload['ath'] !== hash('sha256', accessToken, 'base64url')) throw credentialRefusal('proof_of_other_token');
    if (typeof payload.iat !== 'number' || Math.abs(payload.iat - deps.clock.now()) > WINDOW_SECONDS) {
      throw credentialRefusal('proof_time_wrong');
    }
    if (typeof payload.jti !== 'string' || payload.jti.length > 256) throw credentialRefusal('proof_without_jti');
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk as JWK);
    for (const digest of deps.masterKey.ordered('jti/presented-dpop', thumbprint, payload.jti)) {
      if (!(await deps.ephemeral.claim(`jti:${digest}`, 2 * WINDOW_SECONDS + 5))) {
        throw credentialRefusal('proof_used');
      }
    }
    if (mayHaveBeenUsed(deps.ephemeral, payload.iat, WINDOW_SECONDS)) {
      throw credentialRefusal('proof_too_early');
    }
    return thumbprint;
  };

const withoutQuery = (url: unknown): string | undefined => {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  return parsed ? `${parsed.origin}${parsed.pathname}` : undefined;
};
