/**
 * Our checks of a client assertion beyond oidc-provider's. RFC 10070 (issuer as the sole audience), a short life (finding V6;
 * decision 20), and no headers that point at keys. Replay protection is atomic and keeps kinds apart (findings V3, V4, V5).
 */
import { decodeJwt } from 'jose';
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Proof } from '../../domain/clients/agents/workload-identity.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { isCold, mayHaveBeenUsed } from '../seam/cold-mode.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';
import { assertionShape } from '../seam/software.ts';
import type { ClientProofs } from './client-proofs.ts';
import { compositionIn } from './composition-claim.ts';
import type { PresentedCompositions } from './presented-compositions.ts';
import type { PresentedCredentials } from './presented-credentials.ts';

/** oidc-provider accepts DPoP proofs this many seconds around now. A proof dated ahead stays valid twice as long. */
const DPOP_WINDOW_SECONDS = 300;
const TYPES = new Set([undefined, 'jwt', 'client-authentication+jwt']);
const FORBIDDEN_HEADERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'];

export interface ClientAssertions {
  /**
   * The fault in the claims and the header of an assertion with a valid signature, or undefined. `otherAudience`: a URL that
   * may be `aud` in place of the issuer, as one string.
   */
  faultOf(claims: Record<string, unknown>, header: Record<string, unknown>, otherAudience?: string): string | undefined;

  /** Uses up an assertion that did not come through oidc-provider. True for exactly one caller. */
  claimOnce(issuer: string, jti: string, expiresAt: number, issuedAt: number): Promise<boolean>;

  /** oidc-provider's hook `assertJwtClientAuthClaimsAndHeader`. The signature is valid, so the client may learn the fault. */
  check(ctx: KoaContextWithOIDC, claims: Record<string, unknown>, header: Record<string, unknown>): void;

  /** Replaces oidc-provider's `ReplayDetection.unique`: true for exactly one caller. */
  unique(issuer: string, jti: string, expiresAt: number): Promise<boolean>;
}

export const clientAssertions = (deps: {
  readonly clock: Clock;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly maxLifetimeSeconds: number;
  readonly clockToleranceSeconds: number;
  readonly proofs: ClientProofs;
  readonly consumptions: ConsumptionRegistry;
  readonly presented: Pick<PresentedCredentials, 'proofIn' | 'isOurs' | 'noteUse'>;
  readonly compositions: PresentedCompositions;
}): ClientAssertions => {
  /**
   * A proof dated ahead still looks fresh when proofs from the moment of a loss are already refused. It is therefore marked
   * in the durable store as well. After a loss, so is every proof, for as long as such a proof can be replayed.
   */
  const isMarkedFirst = async (key: string, issuedAt: number): Promise<boolean> => {
    const now = deps.clock.now();
    const longest = 2 * DPOP_WINDOW_SECONDS + deps.clockToleranceSeconds;
    if (issuedAt <= now + deps.clockToleranceSeconds && !isCold(deps.ephemeral, now, longest)) return true;
    return deps.consumptions.consume(`proof:${key}`, now + longest, Promise.resolve());
  };

  const remember = async (of: OfRequest, clientId: string): Promise<void> => {
    deps.proofs.remember(of, clientId);
    deps.presented.noteUse(of);
    await deps.compositions.notice(of, clientId);
  };

  /** Platforms issue the same token repeatedly. If an issuer is configured so, each of its tokens is valid once. */
  const isUsedOnce = async (of: OfRequest, clientId: string, { issuer, claims }: Proof): Promise<boolean> => {
    const { jti, exp, iat } = claims as { readonly jti?: unknown; readonly exp?: unknown; readonly iat?: unknown };
    if (issuer.oneTimeTokens && typeof jti === 'string') {
      const ttl = Math.max(1, Math.ceil(Number(exp)) + deps.clockToleranceSeconds - deps.clock.now());
      for (const digest of deps.masterKey.ordered('jti/workload', issuer.id, jti)) {
        if (!(await deps.ephemeral.claim(`jti:${digest}`, ttl))) return false;
      }
      if (mayHaveBeenUsed(deps.ephemeral, Number(iat), deps.clockToleranceSeconds)) {
        throw new errors.InvalidClientAuth('made too early to be told from a used one');
      }
    }
    await remember(of, clientId);
    return true;
  };

  /** Epoch second at which an assertion ends: its own `exp`, but at most `maxLifetimeSeconds` after `iat`. */
  const endOf = (exp: number, iat: number): number => Math.min(exp, iat + deps.maxLifetimeSeconds);

  const faultOf = (
    claims: Record<string, unknown>,
    header: Record<string, unknown>,
    otherAudience?: string,
  ): string | undefined => {
    const now = deps.clock.now();
    const { aud, exp, iat, nbf, jti, sub, iss } = claims;
    const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
    // DIVERGENCE: RFC 7523 §3 also allows the token endpoint's URL; RFC 10070 does not.
    const isForUs = audience === deps.issuer || (otherAudience !== undefined && aud === otherAudience);
    if (!isForUs) return `aud must be the issuer, ${deps.issuer}, and nothing else`;
    if (sub !== iss) return 'sub must be the client_id';
    if (!Number.isSafeInteger(exp)) return 'exp must be a whole number';
    if (!Number.isSafeInteger(iat)) return 'iat must be a whole number';
    if (Number(iat) > now + deps.clockToleranceSeconds) return 'iat lies in the future';
    if (nbf !== undefined && !(Number(nbf) <= now + deps.clockToleranceSeconds)) return 'nbf lies in the future';
    if (endOf(Number(exp), Number(iat)) <= now - deps.clockToleranceSeconds) {
      return `the assertion was made more than ${deps.maxLifetimeSeconds} seconds ago`;
    }
    if (typeof jti !== 'string' || jti.length > 256) return 'jti must be a string of at most 256 characters';
    const type = header['typ'] === undefined ? undefined : String(header['typ']).toLowerCase();
    if (!TYPES.has(type?.replace(/^application\//, ''))) return 'typ is not that of a client assertion';
    const pointing = FORBIDDEN_HEADERS.find((name) => header[name] !== undefined);
    return pointing && `header ${pointing} is not accepted`;
  };

  return {
    faultOf,

    async claimOnce(issuer: string, jti: string, expiresAt: number, issuedAt: number): Promise<boolean> {
      const ttl = Math.max(1, endOf(expiresAt, issuedAt) + deps.clockToleranceSeconds - deps.clock.now());
      for (const digest of deps.masterKey.ordered('jti/assertion', issuer, jti)) {
        if (!(await deps.ephemeral.claim(`jti:${digest}`, ttl))) return false;
      }
      return !mayHaveBeenUsed(deps.ephemeral, issuedAt, deps.clockToleranceSeconds);
    },

    check(ctx: KoaContextWithOIDC, claims: Record<string, unknown>, header: Record<string, unknown>): void {
      const isLegacy = ctx.oidc.client?.['behalf_legacy_audience'] === true;
      const fault =
        faultOf(claims, header, isLegacy ? `${deps.issuer}/token` : undefined) ?? keepComposition(ctx, claims);
      if (fault !== undefined) {
        const refusal = new errors.InvalidClientAuth(fault);
        refusal.error_description = `client authentication failed: ${fault}`;
        throw refusal;
      }
      const state = requestState(ctx);
      state.assertedAt = Number(claims['iat']);
      state.assertionShape = assertionShape(claims, header);
    },

    async unique(issuer: string, jti: string, expiresAt: number): Promise<boolean> {
      const context = Provider.ctx;
      const state = context && requestState(context);
      const assertedAt = state?.assertedAt;
      const isAssertion = context !== undefined && assertedAt !== undefined;
      if (state) state.assertedAt = undefined;
      if (isAssertion) {
        deps.proofs.isBeingUsedUp(context);
        state?.readAhead?.();
      }
      const proof = isAssertion ? deps.presented.proofIn(context) : undefined;
      if (isAssertion && proof) return asProtocol(() => isUsedOnce(context, issuer, proof));
      if (isAssertion && deps.presented.isOurs(context)) {
        return asProtocol(async () => {
          await remember(context, issuer);
          return true;
        });
      }
      const kind = isAssertion ? 'assertion' : 'dpop';
      const end = isAssertion ? endOf(expiresAt, Number(assertedAt) + deps.clockToleranceSeconds) : 0;
      const ttl = isAssertion ? end - deps.clock.now() : 2 * DPOP_WINDOW_SECONDS + deps.clockToleranceSeconds;
      const digests = deps.masterKey.ordered(`jti/${kind}`, issuer, jti);
      const issuedAt = assertedAt ?? datedAt(context?.get('dpop'));
      // DIVERGENCE: oidc-provider accepts a nonce instead of the date. A proof could then be dated a day after its mark is
      // forgotten (DP-03).
      if (!isAssertion && Math.abs(deps.clock.now() - issuedAt) > DPOP_WINDOW_SECONDS) {
        throw new errors.InvalidDpopProof('DPoP proof iat is not recent enough');
      }
      if (!isAssertion && onlyNamesKey(context, deps.proofs)) return true;
      return asProtocol(async () => {
        for (const digest of digests) {
          if (!(await deps.ephemeral.claim(`jti:${digest}`, Math.max(1, ttl)))) return false;
        }
        const isLost = mayHaveBeenUsed(deps.ephemeral, issuedAt, deps.clockToleranceSeconds);
        if (isLost && isAssertion) throw new errors.InvalidClientAuth('made too early to be told from a used one');
        if (isLost) throw new errors.InvalidDpopProof('made too early to be told from a used one: make a new proof');
        for (const digest of isAssertion ? [] : digests) {
          if (!(await isMarkedFirst(digest, issuedAt))) return false;
        }
        if (isAssertion) await remember(context, issuer);
        return true;
      });
    },
  };
};

/**
 * Keeps what an agent's own assertion says about its composition. Returns what is wrong with it. An assertion that we made in
 * place of another credential says nothing, and leaves what the attester said.
 */
const keepComposition = (of: OfRequest, claims: Record<string, unknown>): string | undefined => {
  const { presented } = requestState(of);
  const composition = presented?.agent === claims['sub'] ? compositionIn(claims) : undefined;
  if (typeof composition === 'string') return composition;
  if (presented && composition) presented.composition = { composition, grade: 'declared' };
  return undefined;
};

/**
 * Whether a proof only binds a request to its key. An unauthenticated client that pushes it says what the parameter
 * `dpop_jkt` says without a proof (RFC 9449 §10), so a copy of the proof is worthless. The server does not remember it:
 * unauthenticated clients would fill the stores with proofs.
 */
const onlyNamesKey = (context: KoaContextWithOIDC | undefined, proofs: Pick<ClientProofs, 'has'>): boolean =>
  context?.oidc?.route === 'pushed_authorization_request' && !proofs.has(context);

/** `iat` of a proof whose signature oidc-provider has checked. */
const datedAt = (proof: string | undefined): number => Number((proof ? decodeJwt(proof).iat : undefined) ?? 0);
