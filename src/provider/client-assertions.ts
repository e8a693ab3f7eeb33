/**
 * What we ask of a client assertion beyond the engine: RFC 10070 (issuer as the sole audience), a short
 * life (finding V6), and none of the headers that point at keys; and replay protection that is atomic
 * and keeps kinds apart (findings V3, V4, V5).
 */
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../domain/ports/clock.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { MasterKey } from '../domain/secrets/master-key.ts';
import type { ClientProofs } from './client-proofs.ts';
import { asProtocol } from './oauth-errors.ts';

/** The engine accepts DPoP proofs this many seconds around now; a proof dated ahead stays good twice as long. */
const DPOP_WINDOW_SECONDS = 300;
const TYPES = new Set([undefined, 'jwt', 'client-authentication+jwt']);
const FORBIDDEN_HEADERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'];

export type ClientAssertions = ReturnType<typeof clientAssertions>;

export const clientAssertions = (deps: {
  readonly clock: Clock;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly maxLifetimeSeconds: number;
  readonly clockToleranceSeconds: number;
  readonly proofs: ClientProofs;
}) => {
  /** Requests whose next replay check is the assertion's, not a proof's. */
  const assertionNext = new WeakSet<object>();

  return {
    /** The engine's hook `assertJwtClientAuthClaimsAndHeader`. */
    check(ctx: KoaContextWithOIDC, claims: Record<string, unknown>, header: Record<string, unknown>): void {
      const refuse = (detail: string): never => {
        throw new errors.InvalidClientAuth(detail);
      };
      const now = deps.clock.now();
      const { aud, exp, iat, nbf, jti, sub, iss } = claims;
      const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
      // DIVERGENCE: RFC 7523 §3 also allows the token endpoint's URL; RFC 10070 does not.
      if (audience !== deps.issuer) refuse('aud must be the issuer and nothing else');
      if (sub !== iss) refuse('sub must be the client_id');
      if (!Number.isSafeInteger(exp)) refuse('exp must be a whole number');
      if (!Number.isSafeInteger(iat)) refuse('iat must be a whole number');
      if (Number(iat) > now + deps.clockToleranceSeconds) refuse('iat lies in the future');
      if (nbf !== undefined && !(Number(nbf) <= now + deps.clockToleranceSeconds)) refuse('nbf lies in the future');
      if (Number(exp) - Number(iat) > deps.maxLifetimeSeconds) refuse('the assertion lives too long');
      if (typeof jti !== 'string' || jti.length > 256) refuse('jti must be a string of at most 256 characters');
      const type = header['typ'] === undefined ? undefined : String(header['typ']).toLowerCase();
      if (!TYPES.has(type?.replace(/^application\//, ''))) refuse('typ is not that of a client assertion');
      const pointing = FORBIDDEN_HEADERS.find((name) => header[name] !== undefined);
      if (pointing) refuse(`header ${pointing} is not accepted`);
      assertionNext.add(ctx);
    },

    /** Replaces the engine's `ReplayDetection.unique`: true for exactly one caller. */
    async unique(issuer: string, jti: string, expiresAt: number): Promise<boolean> {
      const context = Provider.ctx;
      const isAssertion = context !== undefined && assertionNext.delete(context);
      const kind = isAssertion ? 'assertion' : 'dpop';
      const ttl = isAssertion ? expiresAt - deps.clock.now() : 2 * DPOP_WINDOW_SECONDS + deps.clockToleranceSeconds;
      const isFirst = await asProtocol(() =>
        deps.ephemeral.claim(`jti:${deps.masterKey.digest(`jti/${kind}`, issuer, jti)}`, Math.max(1, ttl)),
      );
      if (isAssertion && isFirst) deps.proofs.remember(context, issuer);
      return isFirst;
    },
  };
};
