/**
 * Refresh tokens remember the binding of the access token that came with them. Refresh tokens of confidential clients are
 * bound to the client, not to the key or certificate (RFC 9449 §5, RFC 8705 §7.1). A client may therefore change its key. A
 * refresh without any proof would turn a bound authorization into one that gives Bearer tokens.
 */
import Provider from 'oidc-provider';
import { credentialRefusal } from '../../domain/clients/agents/credential-refusals.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';

/** RFC 9449 (`cnf.jkt`) or RFC 8705 §3 (`cnf.x5t#S256`). */
type Proof = 'dpop' | 'certificate';
type Bound = { readonly jkt?: string; readonly 'x5t#S256'?: string };
type RefreshToken = InstanceType<Provider['RefreshToken']> & { readonly proof?: Proof };

const MISSING = { dpop: 'dpop_not_proven', certificate: 'certificate_not_proven' } as const satisfies Record<
  Proof,
  string
>;

const proofOf = (token: Bound | undefined): Proof | undefined => {
  if (token?.jkt !== undefined) return 'dpop';
  return token?.['x5t#S256'] === undefined ? undefined : 'certificate';
};

/**
 * The binding of the access token in this request. A refresh that rotates its token saves the new one first. Then the binding
 * is what the request proves and its client wants (the proof itself was checked before).
 */
const proofOfRequest = (): Proof | undefined => {
  const { ctx } = Provider;
  const bound = ctx?.oidc.entities.AccessToken as Bound | undefined;
  if (!ctx || bound || ctx.oidc.params?.['grant_type'] !== 'refresh_token') return proofOf(bound);
  if (ctx.get('DPoP') !== '') return 'dpop';
  return ctx.oidc.client?.['tlsClientCertificateBoundAccessTokens'] === true ? 'certificate' : undefined;
};

export const refreshTokensRememberProof = (provider: Provider): void => {
  const { RefreshToken } = provider;
  const { IN_PAYLOAD: members } = RefreshToken as unknown as { readonly IN_PAYLOAD: readonly string[] };
  Object.defineProperty(RefreshToken, 'IN_PAYLOAD', { get: () => [...members, 'proof'] });
  const model = RefreshToken.prototype as unknown as {
    proof?: Proof | undefined;
    save(...given: unknown[]): Promise<string>;
  };
  const { save } = model;
  model.save = function withProof(...given) {
    this.proof ??= proofOfRequest();
    return save.apply(this, given);
  };
};

/** Whether each use replaces a refresh token: only one without any proof (FAPI 2.0 §5.3.2.1, decision D10). */
export const rotates = (token: InstanceType<Provider['RefreshToken']> | undefined): boolean =>
  !token?.isSenderConstrained() && (token as RefreshToken | undefined)?.proof === undefined;

/** Throws 'invalid_grant' when a refresh lacks the proof with which the refresh token was issued. */
export const checkRefreshProof = (
  token: InstanceType<Provider['RefreshToken']> | undefined,
  issued: Bound,
  identifiers: Identifiers,
): void => {
  const { proof } = (token ?? {}) as RefreshToken;
  if (proof === undefined || proof === proofOf(issued)) return;
  const reason = MISSING[proof];
  throw credentialRefusal(reason, { denial: { id: identifiers.newId('dny'), layer: 'grant', reason } });
};
