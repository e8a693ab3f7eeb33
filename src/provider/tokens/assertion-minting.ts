/**
 * JWTs for other servers, which are no access tokens. Made like tokens (validate → audit → use up → sign → answer), signed
 * with our key, stored nowhere.
 */
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { AssertionToMint, TokenResponse } from '../../extensions/extension.ts';
import { decided } from '../requests/decision-facts.ts';
import { checkDpopReplay, type validateDpop } from '../seam/internals.ts';
import type { OwnSignatures } from './own-signatures.ts';
import type { TokenClaims } from './token-claims.ts';

type TokenContext = Parameters<typeof validateDpop>[1];

export type AssertionDeps = {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly claims: Pick<TokenClaims, 'forAssertion'>;
  readonly signatures: Pick<OwnSignatures, 'sign'>;
};

/** What the request proves besides the client's identity. */
type Proven = {
  readonly proof: Awaited<ReturnType<typeof validateDpop>>;
  readonly certificate: string | undefined;
};

export const mintAssertion = async (
  provider: Provider,
  ctx: TokenContext,
  { clock, identifiers, claims, signatures }: AssertionDeps,
  { proof, certificate }: Proven,
  assertion: AssertionToMint,
): Promise<TokenResponse> => {
  const clientId = ctx.oidc.client.clientId;
  const now = clock.now();
  const expiresIn = Math.min(assertion.notAfter - now, assertion.lifetimeSeconds);
  if (expiresIn < 1) throw new errors.InvalidGrant('nothing is left of the life of the subject token');
  if (proof) await checkDpopReplay(provider, ctx, proof, clientId, errors.InvalidDpopProof);
  const jti = identifiers.newId('tok');
  const scope = assertion.scope.join(' ');
  await claims.forAssertion(
    ctx as never,
    {
      kind: 'Assertion',
      jti,
      accountId: assertion.subject,
      clientId,
      aud: assertion.resource,
      scope,
      exp: now + expiresIn,
      expiration: expiresIn,
      resourceServer: { accessTokenFormat: 'jwt' },
      ...(assertion.grant === undefined ? {} : { grantId: assertion.grant }),
    },
    { ...decided(assertion.decision), ...(assertion.chain ? { chain: assertion.chain } : {}) },
    assertion.parent,
  );
  const cnf = proof ? { jkt: proof.thumbprint } : certificate ? { 'x5t#S256': certificate } : undefined;
  return {
    access_token: await signatures.sign(assertion.typ, {
      ...assertion.claims,
      iss: provider.issuer,
      sub: assertion.subject,
      aud: assertion.audience,
      jti,
      iat: now,
      exp: now + expiresIn,
      scope,
      ...(assertion.chain ? { act: assertion.chain } : {}),
      ...(cnf ? { cnf } : {}),
    }),
    issued_token_type: assertion.issuedTokenType,
    token_type: 'N_A',
    expires_in: expiresIn,
    scope,
  };
};
