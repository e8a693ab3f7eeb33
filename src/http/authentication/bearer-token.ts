/**
 * Authenticates callers of an API of this server. Reads our own access token from the Authorization header and checks
 * audience, binding, actor and scope. Owns the challenges of RFC 6750 §3 and RFC 9449 §7.1. Does not know routes or roles:
 * the management API decides what the token's holder may do.
 */
import type { Context } from 'koa';
import type { IssuedToken, IssuedTokens } from '../../domain/ports/issued-tokens.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import { bearerRefusal } from './bearer-refusals.ts';

export type BearerDependencies = {
  /** The resource indicator that a token must have as its audience. */
  readonly audience: string;
  readonly tokens: Pick<IssuedTokens, 'find'>;
  /**
   * Checks the DPoP proof of this request for this token (RFC 9449 §4.3, §7.1), including replay, and returns the thumbprint
   * of its key. Throws DomainError when the proof is missing or invalid.
   */
  readonly verifyProof: (ctx: Context, token: string) => Promise<string>;
  /** `x5t#S256` of the certificate of this request (RFC 8705 §3). Without it no certificate-bound token is valid. */
  readonly certificateOf?: (ctx: Context) => string | undefined;
};

type Scheme = 'Bearer' | 'DPoP';

/** b64token of RFC 6750 §2.1. Tokens longer than any of ours are not examined. */
const CREDENTIALS = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]{1,8192}=*)$/i;
const PROOF_ALGORITHMS = 'ES256 ES384 ES512 PS256 RS256 EdDSA';

/**
 * The live token of a request, for this API, whose binding the sender has proved. Otherwise throws 'unauthenticated' and sets
 * WWW-Authenticate.
 */
export const bearerToken =
  ({ audience, tokens, verifyProof, certificateOf }: BearerDependencies) =>
  async (ctx: Context): Promise<IssuedToken> => {
    const refuse = (refusal: DomainError, scheme: Scheme = 'Bearer', error?: string): never => {
      challenge(ctx, audience, scheme, error === undefined ? {} : { error });
      throw refusal;
    };
    const [, given = '', value = ''] = CREDENTIALS.exec(ctx.get('authorization')) ?? [];
    if (value === '') return refuse(bearerRefusal('access_token_missing'));
    const scheme: Scheme = given.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer';
    const token = await tokens.find(value);
    if (!token || token.audience !== audience) {
      return refuse(bearerRefusal('access_token_not_live', { params: { audience } }), scheme, 'invalid_token');
    }
    raisePriority('authenticated');
    if (token.jkt === undefined && scheme === 'DPoP') {
      return refuse(bearerRefusal('access_token_unbound'), 'Bearer', 'invalid_token');
    }
    if (token.jkt !== undefined) {
      // DP-04: a stolen bound token has no use as a Bearer token.
      if (scheme === 'Bearer') refuse(bearerRefusal('access_token_bound_to_key'), 'DPoP', 'invalid_token');
      const thumbprint = await proofOf(verifyProof, ctx, value, refuse);
      if (thumbprint !== token.jkt) refuse(bearerRefusal('access_token_of_other_key'), 'DPoP', 'invalid_token');
    }
    if (token.x5t !== undefined && certificateOf?.(ctx) !== token.x5t) {
      refuse(bearerRefusal('access_token_of_other_certificate'), 'Bearer', 'invalid_token');
    }
    return token;
  };

/** Throws 'forbidden' for a token with an actor: no agent manages this server on behalf of a user (decision D22). */
export const refuseActor = (token: IssuedToken): void => {
  if (!token.chain) return;
  throw bearerRefusal('actor_token_refused');
};

/** Throws 'forbidden' with a challenge that names the scope (RFC 6750 §3.1). */
export const requireScope = (ctx: Context, audience: string, token: IssuedToken, scope: string): void => {
  if (token.scope.includes(scope)) return;
  challenge(ctx, audience, token.jkt === undefined ? 'Bearer' : 'DPoP', { error: 'insufficient_scope', scope });
  throw bearerRefusal('access_token_lacks_scope', { params: { scope } });
};

/** Sets WWW-Authenticate. Values are ours, registered names or those of a policy, never input. */
export const challenge = (
  ctx: Context,
  audience: string,
  scheme: Scheme,
  parameters: {
    readonly error?: string;
    readonly scope?: string;
    readonly acr_values?: string;
    readonly max_age?: string;
  } = {},
): void => {
  const all = { realm: audience, ...parameters, ...(scheme === 'DPoP' ? { algs: PROOF_ALGORITHMS } : {}) };
  const text = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  ctx.set('WWW-Authenticate', `${scheme} ${text.join(', ')}`);
};

/**
 * The challenge for a caller whom a stronger or newer sign-in would help (RFC 9470 §3), with the requirements of the denial.
 */
export const challengeToSignIn = (ctx: Context, audience: string, error: unknown): void => {
  const remedies = isDomainError(error) ? (error.denial?.remedies ?? []) : [];
  const demand = remedies.find((remedy) => remedy.kind === 'step_up');
  challenge(ctx, audience, 'Bearer', {
    error: 'insufficient_user_authentication',
    ...(demand?.acr_values === undefined ? {} : { acr_values: demand.acr_values }),
    ...(demand?.max_age === undefined ? {} : { max_age: String(demand.max_age) }),
  });
};

const proofOf = async (
  verifyProof: BearerDependencies['verifyProof'],
  ctx: Context,
  token: string,
  refuse: (refusal: DomainError, scheme: Scheme, error: string) => never,
): Promise<string> => {
  try {
    return await verifyProof(ctx, token);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    // A failing store is not the caller's fault. A refused proof is.
    if (code === 'unavailable' || code === 'store_unavailable' || typeof code !== 'string') throw error;
    if (isDomainError(error) && error.code === 'unauthenticated') return refuse(error, 'DPoP', 'invalid_dpop_proof');
    const problem = typeof message === 'string' ? message : 'The proof is not valid.';
    return refuse(bearerRefusal('proof_unusable', { params: { problem } }), 'DPoP', 'invalid_dpop_proof');
  }
};
