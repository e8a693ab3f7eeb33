/**
 * Introspection of all access tokens, and revocation of JWT access tokens. oidc-provider authenticates the client. At
 * revocation it then refuses JWTs, and this code processes them (finding V20). At introspection this code hides the token
 * from it. oidc-provider does not know enough about opaque tokens to describe them, and treats a token as dead when its grant
 * belongs to another client.
 */
import type { EventEmitter } from 'node:events';
import type Provider from 'oidc-provider';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ApprovalService } from '../../domain/approvals/approval-service.ts';
import type { AuditEvent, AuditLog } from '../../domain/audit/audit-event.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { actClaim } from '../../domain/vocabulary/actor-chain.ts';
import type { ClientProofs } from '../client-authentication/client-proofs.ts';
import { usesMember } from '../requests/decision-facts.ts';
import { assuranceClaims } from '../requests/step-up.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { postureOf } from '../seam/posture.ts';
import type { RefusalCounter } from '../seam/refusal-counter.ts';
import { requestEvent, sender } from '../seam/request-event.ts';
import { factsOf } from '../seam/request-facts.ts';
import { requestState } from '../seam/request-state.ts';
import type { OwnTokens } from './issued-tokens.ts';

type Deps = {
  readonly tokens: OwnTokens;
  readonly audit: AuditLog;
  /** Which clients authenticated. Refusals of others are only counted (decision D18). */
  readonly proofs: Pick<ClientProofs, 'has'>;
  readonly refusals: RefusalCounter;
  readonly issuer: string;
  readonly approvals: Pick<ApprovalService, 'standing'>;
  readonly resourceServers: { get(id: string): Found<ResourceServer> };
};

/** A resource server learns only of tokens with its own audience (decision D11). Every other token is inactive to it. */
const mayIntrospect = async (deps: Deps, clientId: string, audience: string | undefined): Promise<boolean> => {
  const server = (await deps.resourceServers.get(clientId))?.document;
  return server !== undefined && server.identifier === audience;
};

export interface StructuredTokens {
  /**
   * oidc-provider's hook `allowedPolicy` of revocation: whether the client may revoke this opaque token. Records the outcome
   * first.
   */
  revocationAllowed(ctx: KoaContextWithOIDC, clientId: string, token: RevocableToken): Promise<boolean>;

  /** The response to an introspection of this text by an authenticated client (RFC 7662 §2.2). Throws StoreUnavailable. */
  describe(clientId: string, token: string): Promise<object>;

  /**
   * Serves introspection and revocation of JWT access tokens, which oidc-provider does not offer (RFC 7662 §2, RFC 7009 §2).
   */
  install(provider: Provider): void;
}

export const structuredTokens = (deps: Deps): StructuredTokens => ({
  revocationAllowed: (ctx: KoaContextWithOIDC, clientId: string, token: RevocableToken): Promise<boolean> =>
    asProtocol(async () => {
      const own = token.clientId === clientId;
      await record(deps, ctx, clientId, own, {
        ...(token.accountId === undefined ? {} : { subject: token.accountId }),
        ...(token.grantId === undefined ? {} : { grant: token.grantId }),
        note: token.kind,
      });
      return own;
    }),

  describe: (clientId: string, token: string): Promise<object> => describe(deps, clientId, token),

  install(provider: Provider): void {
    const emitter: EventEmitter = provider;
    emitter.on('revocation.error', (ctx: KoaContextWithOIDC, error: unknown) => {
      if (error instanceof errors.UnsupportedTokenType) requestState(ctx).isRevocationOurs = true;
    });
    withholdTokens(provider);
    provider.use(async (ctx, next) => {
      await next();
      const context = ctx as KoaContextWithOIDC;
      const clientId = (): string => String(context.oidc.client?.clientId);
      const { isRevocationOurs, withheldToken = '', refused } = requestState(ctx);
      if (refused?.isOurs) throw refused.error;
      if (isRevocationOurs) await revoke(deps, context, clientId(), String(context.oidc.params?.['token']));
      else if (context.oidc?.route === 'introspection' && ctx.status === 200) {
        ctx.type = 'json';
        ctx.body = { active: false };
        ctx.body = await describe(deps, clientId(), withheldToken);
      }
    });
  },
});

/** Replaces a token that is hidden from oidc-provider. No token of ours is so short. */
export const WITHHELD = 'withheld';

/** Moves the token of an introspection request to the state of the request, once oidc-provider has read it. */
const withholdTokens = (provider: Provider): void => {
  const prototype = provider.OIDCContext.prototype as unknown as {
    readonly ctx: KoaContextWithOIDC;
    readonly route: string;
    readonly params?: Record<string, unknown>;
    entity(key: string, value: unknown): void;
  };
  const { entity } = prototype;
  prototype.entity = function withholding(key, value) {
    entity.call(this, key, value);
    const token = this.params?.['token'];
    if (key !== 'Client' || this.route !== 'introspection' || !this.params || typeof token !== 'string') return;
    requestState(this.ctx).withheldToken = token;
    this.params['token'] = WITHHELD;
  };
};

type RevocableToken = {
  readonly clientId?: string | undefined;
  readonly accountId?: string;
  readonly grantId?: string;
  readonly kind: string;
};

const describe = async (deps: Deps, clientId: string, token: string): Promise<object> => {
  const live = await deps.tokens.find(token);
  if (!live || !(await mayIntrospect(deps, clientId, live.audience))) return { active: false };
  return { ...description(live, deps.issuer), ...(await approvalOf(deps, live)) };
};

/** Whether the approval is still unused. Introspection does not use it (docs/how-to/approvals.md). */
const approvalOf = async ({ approvals }: Deps, { approval }: IssuedToken) => {
  if (approval === undefined) return {};
  const standing = await approvals.standing(approval.id);
  return { approval: { ...approval, unused: standing !== undefined && standing.use === undefined } };
};

/** RFC 7662 §2.2; `act` as RFC 8693 §4.1 and the Actor Profile specify. */
const description = (token: IssuedToken, issuer: string): Record<string, unknown> => ({
  active: true,
  iss: issuer,
  sub: token.subject ?? token.clientId,
  client_id: token.clientId,
  aud: token.audience,
  scope: token.scope.join(' '),
  iat: token.issuedAt,
  exp: token.expiresAt,
  jti: token.id,
  token_type: token.jkt === undefined ? 'Bearer' : 'DPoP',
  ...(token.jkt === undefined ? {} : { cnf: { jkt: token.jkt } }),
  ...(token.x5t === undefined ? {} : { cnf: { 'x5t#S256': token.x5t } }),
  ...usesMember(token.maxUses),
  ...(token.mayAct === undefined ? {} : { may_act: { sub: token.mayAct, iss: issuer, sub_profile: 'ai_agent' } }),
  ...actOf(token),
  ...(token.origin === undefined ? {} : { account_link: token.origin.link }),
  ...(token.delegation === undefined ? {} : { delegation: token.delegation }),
  ...(token.delegations === undefined ? {} : { delegations: token.delegations }),
  ...(token.composition === undefined ? {} : { composition: token.composition }),
  ...(token.instance === undefined ? {} : { instance: token.instance }),
  ...(token.grant === undefined ? {} : { grant_id: token.grant }),
  ...(token.txn === undefined ? {} : { txn: token.txn }),
  ...assuranceClaims(token.assurance),
  ...(token.details === undefined ? {} : { authorization_details: token.details }),
  ...(token.decision === undefined ? {} : { decision: token.decision }),
  ...(token.policy === undefined ? {} : { policy: token.policy }),
});

const actOf = ({ chain, origin }: IssuedToken) => {
  const act = actClaim(chain, origin?.act);
  return act === undefined ? {} : { act };
};

const revoke = async (deps: Deps, ctx: KoaContextWithOIDC, clientId: string, token: string): Promise<void> => {
  ctx.status = 200;
  ctx.remove('content-type');
  ctx.body = '';
  const found = await deps.tokens.genuine(token);
  if (!found) return;
  // DIVERGENCE: RFC 7009 §2.1 reports a token of another client as an error. Here the response is that for unknown tokens.
  const own = found.clientId === clientId;
  await record(deps, ctx, clientId, own, {
    ...(found.subject === undefined ? {} : { subject: found.subject }),
    ...(found.audience === undefined ? {} : { resource: found.audience }),
    ...(found.txn === undefined ? {} : { txn: found.txn }),
    token: { id: found.id, format: 'jwt', expiresAt: found.expiresAt },
  });
  if (own) await deps.tokens.end(found);
};

const record = async (
  { audit, proofs, refusals }: Deps,
  ctx: KoaContextWithOIDC,
  clientId: string,
  own: boolean,
  facts: Partial<AuditEvent>,
): Promise<void> => {
  const { id, source } = factsOf(ctx.req);
  // A public client only names itself: the holder of any token could cause any number of events in its name.
  if (!own && !proofs.has(ctx)) return void (await refusals.note(source, 'token_of_another_client', id));
  const kind = own
    ? ({ type: 'token.revoked', outcome: 'done' } as const)
    : ({ type: 'token.revocation_refused', outcome: 'refused' } as const);
  // RFC 7009: the client itself ends the token.
  const inputs = { ...postureOf(ctx), ...(own ? { cause: 'revocation_request' } : {}) };
  await audit.append(requestEvent(ctx, kind, { sent: sender(clientId), result: { ...facts, inputs } }));
};
