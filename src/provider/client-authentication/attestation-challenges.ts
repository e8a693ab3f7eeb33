/**
 * Challenges for proofs of attested keys (draft-ietf-oauth-attestation-based-client-auth-12 §7). A client that proves such a
 * key has requested a challenge shortly before. A challenge is derived from the time and a key that all nodes have; the
 * server stores none. oidc-provider has the endpoint and publishes its URL. Its own implementation would use another clock,
 * so this file replaces the response.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeJwt } from 'jose';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';

const HEADER = 'OAuth-Client-Attestation-Challenge';
const STEP_SECONDS = 60;
/** Maximum age of a challenge in steps. A challenge of the next step comes from a node whose clock is ahead. */
const STEPS = [0, 1, 2, 3, 4, 5, -1];

/** The challenge of the step that contains a second. */
export const challengeOf = (key: Buffer, second: number): string =>
  createHmac('sha256', key)
    .update(`${Math.floor(second / STEP_SECONDS)}`)
    .digest('base64url');

/**
 * Enables the endpoint and its metadata only. No client is registered with this method, because agents have several methods.
 */
export const challengeEndpoint = (masterKey: Pick<MasterKey, 'derive'>) => ({
  enabled: true,
  ack: 'draft-12',
  challengeSecret: masterKey.derive('attestation-challenge-engine', 32),
  getAttestationSignaturePublicKey: async (): Promise<never> => {
    throw new TypeError('attestations are checked by attested-proofs.ts');
  },
});

export interface AttestationChallenges {
  /** Throws 'use_attestation_challenge' unless a proof contains a challenge of ours. Checks nothing else of the proof. */
  check(of: OfRequest, proof: string): void;

  /** Serves the endpoint, and gives the next challenge to a client that presented a proof. */
  install(provider: Provider): void;
}

export const attestationChallenges = ({
  masterKey,
  clock,
}: {
  readonly masterKey: Pick<MasterKey, 'derivedOfAll'>;
  readonly clock: Clock;
}): AttestationChallenges => {
  const [first = Buffer.alloc(0), ...others] = masterKey.derivedOfAll('attestation-challenge', 32);

  const isGood = (given: unknown): boolean =>
    typeof given === 'string' &&
    [first, ...others].some((key) =>
      STEPS.some((ago) => {
        const [expected, shown] = [Buffer.from(challengeOf(key, clock.now() - ago * STEP_SECONDS)), Buffer.from(given)];
        return expected.length === shown.length && timingSafeEqual(expected, shown);
      }),
    );

  const next = (): string => challengeOf(first, clock.now());

  return {
    check(of: OfRequest, proof: string): void {
      requestState(of).needsChallenge = true;
      let claims: { readonly challenge?: unknown };
      try {
        claims = decodeJwt(proof);
      } catch {
        // No proof at all: the caller's check refuses that.
        return;
      }
      if (!isGood(claims.challenge)) throw new errors.UseAttestationChallenge('a challenge of this server is needed');
    },

    install(provider: Provider): void {
      provider.use(async (ctx, behind) => {
        await behind();
        const isAsked = ctx['oidc']?.route === 'challenge' && ctx.status === 200;
        if (isAsked) ctx.body = { attestation_challenge: next() };
        if (isAsked || requestState(ctx).needsChallenge) ctx.set(HEADER, next());
      });
    },
  };
};
