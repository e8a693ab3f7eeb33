/**
 * DPoP proofs at our own resources, such as the management API (RFC 9449 §7). oidc-provider checks proofs at its own routes
 * only, whose URLs it knows.
 */
import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { DomainError } from '../../domain/vocabulary/errors.ts';
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
    const refuse = (message: string): never => {
      throw new DomainError('unauthenticated', message);
    };
    if (proof === undefined || proof.length > 8192) return refuse('a DPoP proof is needed with this token');
    const verified = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256'],
      currentDate: new Date(deps.clock.nowMillis()),
    }).catch(() => undefined);
    if (!verified) return refuse('the DPoP proof is not valid');
    const { payload, protectedHeader } = verified;
    if (payload['htm'] !== method) return refuse('the DPoP proof is for another method');
    if (withoutQuery(payload['htu']) !== withoutQuery(`${deps.issuer}${path}`)) {
      return refuse('the DPoP proof is for another URL');
    }
    if (payload['ath'] !== hash('sha256', accessToken, 'base64url'))
      return refuse('the DPoP proof is for another token');
    if (typeof payload.iat !== 'number' || Math.abs(payload.iat - deps.clock.now()) > WINDOW_SECONDS) {
      return refuse('the DPoP proof is too old or dated ahead');
    }
    if (typeof payload.jti !== 'string' || payload.jti.length > 256) return refuse('the DPoP proof has no usable jti');
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk as JWK);
    for (const digest of deps.masterKey.ordered('jti/presented-dpop', thumbprint, payload.jti)) {
      if (!(await deps.ephemeral.claim(`jti:${digest}`, 2 * WINDOW_SECONDS + 5))) {
        return refuse('the DPoP proof was used before');
      }
    }
    if (mayHaveBeenUsed(deps.ephemeral, payload.iat, WINDOW_SECONDS)) {
      return refuse('the DPoP proof was made too early to be told from a used one: make a new one');
    }
    return thumbprint;
  };

const withoutQuery = (url: unknown): string | undefined => {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  return parsed ? `${parsed.origin}${parsed.pathname}` : undefined;
};
