/** Registers the grants of extensions with oidc-provider, and passes each a `TokenRequest` that can mint. */
import type Provider from 'oidc-provider';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import { EXTENSION_GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { amountsOf } from '../../domain/resources/authorization-details/narrowed-details.ts';
import { actClaim } from '../../domain/vocabulary/actor-chain.ts';
import type {
  Extension,
  Grant,
  RedeemedToken,
  TokenRequest,
  TokenResponse,
  TokenToMint,
} from '../../extensions/extension.ts';
import type { PresentedInstances } from '../client-authentication/presented-instances.ts';
import { decided, usesMember } from '../requests/decision-facts.ts';
import { checkFits, detailsMember } from '../requests/request-details.ts';
import { jwtFormOf } from '../requests/resource-authority.ts';
import { assuranceClaims } from '../requests/step-up.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { checkDpopReplay, checkDpopRequired, checkMtlsCert, validateDpop } from '../seam/internals.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { beginRead, takeRead } from '../seam/reads-ahead.ts';
import { noteFacts } from '../seam/request-event.ts';
import { factsOf } from '../seam/request-facts.ts';
import { unitOf } from '../seam/token-request-unit.ts';
import { type AssertionDeps, mintAssertion } from '../tokens/assertion-minting.ts';
import type { InstanceFamilies } from '../tokens/instance-families.ts';
import { delegationsMember, participantInputs, personalDetails } from '../tokens/prepared-token.ts';
import type { TokenClaims } from '../tokens/token-claims.ts';

type TokenContext = Parameters<typeof validateDpop>[1];

export type ExtensionGrantDeps = AssertionDeps & {
  readonly claims: TokenClaims;
  readonly consumptions: Pick<ConsumptionRegistry, 'stateOf'>;
  readonly instances: Pick<PresentedInstances, 'checkHolder' | 'of'>;
  readonly families: InstanceFamilies;
};

/** Throws unless the extensions handle each grant type that is declared for them, once. The server then does not start. */
export const registerExtensionGrants = (
  provider: Provider,
  extensions: readonly Extension[],
  deps: ExtensionGrantDeps,
): void => {
  const grants = extensions.flatMap((extension) => extension.grants ?? []);
  const handled: readonly string[] = grants.map(({ grantType }) => grantType);
  if (handled.length !== EXTENSION_GRANT_TYPES.length || EXTENSION_GRANT_TYPES.some((one) => !handled.includes(one))) {
    throw new Error(`extensions handle ${handled.join(', ')}; declared are ${EXTENSION_GRANT_TYPES.join(', ')}`);
  }
  for (const grant of grants) {
    provider.registerGrantType(
      grant.grantType,
      extensionGrantHandler(provider, grant, deps),
      [...grant.parameters],
      [...grant.repeatable],
    );
  }
};

/** The handler of a grant, for the context of an authenticated client. Sets the body of the response. */
export const extensionGrantHandler =
  (provider: Provider, grant: Grant, deps: ExtensionGrantDeps) =>
  async (ctx: KoaContextWithOIDC): Promise<void> => {
    ctx.body = await asProtocol(async () =>
      grant.handle(await tokenRequest(provider, ctx as unknown as TokenContext, grant, deps)),
    );
  };

/** Begins the reads of a grant, for the context of a client that has proved its key. Undefined: the grant has none. */
export const extensionGrantReads = (
  { readAhead }: Pick<Grant, 'readAhead'>,
  { clock }: Pick<ExtensionGrantDeps, 'clock'>,
): ((ctx: KoaContextWithOIDC) => void) | undefined =>
  readAhead &&
  ((ctx) => {
    const { client } = ctx.oidc;
    if (!client) return;
    readAhead({
      clientId: client.clientId,
      values: valuesOf(ctx),
      begin: (name, read) => beginRead(ctx, name, clock.nowMillis(), read),
    });
  });

const valuesOf = ({ oidc }: Pick<KoaContextWithOIDC, 'oidc'>): TokenRequest['values'] => {
  const params = (oidc.params ?? {}) as Record<string, unknown>;
  return (parameter) => {
    const value = params[parameter];
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map(String) : [String(value)];
  };
};

const tokenRequest = async (
  provider: Provider,
  ctx: TokenContext,
  grant: Grant,
  deps: ExtensionGrantDeps,
): Promise<TokenRequest> => {
  const { clock, claims, instances, families, consumptions } = deps;
  const { client } = ctx.oidc;
  const unit = unitOf(ctx);
  const proof = await validateDpop(provider, ctx);
  checkDpopRequired(provider, ctx, proof, errors.InvalidRequest);
  // For clients whose tokens are bound to a certificate only. Refuses such a request without one.
  const certificate = checkMtlsCert(provider, ctx, errors.InvalidRequest);
  if (certificate && proof)
    throw new errors.InvalidRequest('a token is bound to a certificate or to a DPoP key, not both');
  const shown = factsOf(ctx.req).certificate?.()?.thumbprint;

  const mint = async (token: TokenToMint | RedeemedToken): Promise<TokenResponse> => {
    const { resourceServer } = token;
    checkFits(resourceServer, token.details ?? []);
    const now = clock.now();
    const expiresIn = Math.min(token.notAfter - now, resourceServer.accessTokenTtlSeconds);
    if (expiresIn < 1) throw new errors.InvalidGrant('nothing is left of the life of the subject token');
    const accessToken = new provider.AccessToken({
      accountId: token.subject,
      client,
      // Checks both: oidc-provider counts `expiresIn` from the moment of signing, which may be a second later.
      exp: now + expiresIn,
      expiresIn,
      ...(token.grant === undefined ? {} : { grantId: token.grant }),
      gty: grant.grantType,
      scope: token.scope.join(' '),
    } as ConstructorParameters<typeof provider.AccessToken>[0]);
    accessToken.resourceServer = new provider.ResourceServer(resourceServer.identifier, {
      scope: token.scope.join(' '),
      audience: resourceServer.identifier,
      accessTokenFormat: resourceServer.accessTokenFormat,
      jwt: jwtFormOf(resourceServer),
    });
    if (proof) {
      await checkDpopReplay(provider, ctx, proof, client.clientId, errors.InvalidDpopProof);
      accessToken.setThumbprint('jkt', proof.thumbprint);
    }
    if (certificate) accessToken.setThumbprint('x5t', certificate as never);
    const instance = await instances.of(ctx, client.clientId, proof?.thumbprint);
    // An instance's approval request depends on its instance grant, so that only that instance gets the token.
    if (token.approval !== undefined) await instances.checkHolder(ctx, token.grant, instance);
    const which = instance ? { instance: instance.id } : {};
    claims.prepare(accessToken, {
      amounts: amountsOf(resourceServer.detailTypes ?? [], token.details ?? []),
      instance,
      claims: {
        ...which,
        ...withoutAbsent({
          act: actClaim(token.chain, token.origin?.act),
          account_link: token.origin?.link,
          delegation: token.delegation,
          ...delegationsMember(token.delegation, token.participants),
        }),
        txn: token.txn,
        ...withoutAbsent({ approval: token.approval }),
        ...decided(token.decision),
        ...usesMember(token.decision.maxUses),
        ...detailsMember(token.details),
        ...assuranceClaims(token.assurance),
        ...(token.grant === undefined ? {} : { grant_id: token.grant }),
      },
      facts: {
        ...which,
        ...withoutAbsent({ chain: token.chain, delegation: token.delegation, approval: token.approval?.id }),
        txn: token.txn,
        ...decided(token.decision),
        ...personalDetails(token.details),
        ...participantInputs(token.participants),
      },
      ...withoutAbsent({ participants: token.participants }),
      ...(token.parent === undefined ? {} : { parent: token.parent }),
    });
    return {
      access_token: await accessToken.save(),
      ...withoutAbsent({ issued_token_type: token.issuedTokenType }),
      token_type: accessToken.tokenType,
      expires_in: accessToken.expiration,
      scope: token.scope.join(' '),
      ...detailsMember(token.details),
    };
  };

  return {
    id: factsOf(ctx.req).id,
    clientId: client.clientId,
    isAgent: client['behalf_kind'] === 'agent',
    values: valuesOf(ctx),
    read: (name, read) => takeRead(ctx, name, clock.nowMillis(), read),
    dpopThumbprint: proof?.thumbprint,
    certificateThumbprint: certificate && shown,
    source: factsOf(ctx.req).source,
    note(facts: Partial<AuditEvent>) {
      noteFacts(ctx, facts);
    },
    mint,
    mintAssertion: (assertion) =>
      mintAssertion(provider, ctx, deps, { proof, certificate: certificate && shown }, assertion),
    isUsed: async (name) => (await consumptions.stateOf(`once:${name}`, factsOf(ctx.req))) !== 'unused',
    useOnce(name, until) {
      unit.consumptions.push({ id: `once:${name}`, expiresAt: until });
    },
    claim(swap) {
      unit.claims.push(swap);
    },
    instance: () => instances.of(ctx, client.clientId, proof?.thumbprint),
    async mintFamily(family) {
      if (proof) await checkDpopReplay(provider, ctx, proof, client.clientId, errors.InvalidDpopProof);
      return families.mint(provider, ctx, family);
    },
  };
};

const withoutAbsent = <T extends object>(members: T): { [member in keyof T]?: Exclude<T[member], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [member in keyof T]?: Exclude<T[member], undefined>;
  };
