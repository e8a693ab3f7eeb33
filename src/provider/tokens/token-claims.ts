/**
 * The moment before a token exists: which claims of ours it carries, and the audit event that must be durable first (invariant
 * 5). oidc-provider calls this for every access token, JWT or opaque, of every grant; our own grants prepare theirs with
 * `prepare`.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuditEvent, AuditLog } from '../../domain/audit/audit-event.ts';
import type { BudgetReservations, Spending } from '../../domain/authority/budgets/reservations.ts';
import { recordOf } from '../../domain/authority/decision/decision.ts';
import { type NothingLeft, nothingLeft } from '../../domain/authority/decision/remedies.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { ownershipMember, ownershipOfAll } from '../../domain/clients/agents/ownership.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { DetailWorth } from '../../domain/resources/authorization-details/narrowed-details.ts';
import { actorsOf, extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { DomainError, type DomainErrorCode, type Layer, type Remedy } from '../../domain/vocabulary/errors.ts';
import { everythingIsKilled } from '../client-authentication/kill-gate.ts';
import type { PresentedInstances } from '../client-authentication/presented-instances.ts';
import { checkRefreshProof } from '../client-authentication/refresh-proof.ts';
import { decided, noteRefused, usesMember } from '../requests/decision-facts.ts';
import { detailsMember, type RequestDetails } from '../requests/request-details.ts';
import { mayAct } from '../requests/requested-actor.ts';
import type { ResourceAuthority } from '../requests/resource-authority.ts';
import { assuranceClaims, assuranceOf } from '../requests/step-up.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { protocolError } from '../seam/oauth-errors.ts';
import { noteAnnounced, requestEvent, sender } from '../seam/request-event.ts';
import { settle, unitOf } from '../seam/token-request-unit.ts';
import type { TokenLiveness } from './token-liveness.ts';

/** Names a claims builder may never set: oidc-provider spreads ours after its own (finding V12). */
const RESERVED = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'scope', 'client_id', 'cnf', 'active', 'nbf']);

const TEXTS = {
  approval_required:
    'all that is left of this scope needs an approval each time: ask for it by an exchange, or by CIBA',
  policy_forbids: 'no policy of this server permits anything of this scope here and now',
  external_denies: 'the decision point that this server asks besides permits nothing of this scope here and now',
  step_up_unavailable: 'a policy wants a stronger sign-in than this server has',
  step_up_required: 'the person has to sign in again, or in a stronger way, before this is given',
} as const;

const CODES: Partial<Record<NothingLeft['reason'], DomainErrorCode>> = {
  scope_not_available: 'invalid_scope',
  step_up_required: 'insufficient_user_authentication',
};

const textOf = (reason: keyof typeof TEXTS | 'scope_not_available', { accountId }: ProviderToken): string => {
  if (reason !== 'scope_not_available') return TEXTS[reason];
  return accountId === undefined
    ? 'the client has no authority at this resource for what it asked; an operator can give it some'
    : 'nothing that was asked for is left at this resource';
};

/** The facts of a token that budgets count. */
const spendingOf = ({ subject, caller = '', chain, delegation, resource, scopeGiven = [] }: AuditEvent): Spending => ({
  subject,
  agents: [...new Set([caller, ...actorsOf(chain)])].filter((id) => id.startsWith('agt_')),
  delegation,
  resource,
  scope: scopeGiven,
});

/** They may name people, so the audit log can erase their content. */
export const personalDetails = (details: readonly Detail[] | undefined): Pick<AuditEvent, 'personal'> =>
  details === undefined || details.length === 0 ? {} : { personal: { details: JSON.stringify(details) } };

export type ClaimsOfOurs = Readonly<Record<string, unknown>>;
/** The part of oidc-provider's token models this file reads. */
export type ProviderToken = {
  readonly kind: string;
  readonly jti: string;
  readonly accountId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  readonly aud?: string | string[];
  scope?: string;
  readonly exp?: number;
  /** Thumbprint of the key of the DPoP proof. */
  readonly jkt?: string;
  readonly expiration: number;
  readonly resourceServer?: { readonly accessTokenFormat?: string };
};
/** `parent`: id of the token this one was exchanged for. */
type Prepared = {
  readonly claims: ClaimsOfOurs;
  readonly facts: Partial<AuditEvent>;
  readonly parent?: string;
  /** Amounts of its authorization details. Absent: as decided for oidc-provider's own grants. */
  readonly worth?: readonly DetailWorth[];
  readonly instance?: Instance | undefined;
};

/**
 * A model of oidc-provider stores the members it knows, so this one stays with the object. It is no member of the state of a
 * request: a claim must reach the one token it was made for.
 */
const PREPARED = Symbol('prepared claims');
type PreparedToken = { [PREPARED]?: Prepared };

export type TokenClaims = ReturnType<typeof tokenClaims>;

export const tokenClaims = (deps: {
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly consumptions: ConsumptionRegistry;
  readonly delegations: {
    consented(subject: string, actor: string, resource: string): Promise<Delegation | undefined>;
    live(id: string): Promise<Delegation | undefined>;
  };
  readonly authority: Pick<ResourceAuthority, 'decisionOf' | 'remediesOf' | 'worthOf'>;
  readonly details: Pick<RequestDetails, 'isNamed'>;
  readonly agents: { getMany(ids: readonly string[]): Promise<readonly { readonly document: Agent }[]> };
  readonly liveness: Pick<TokenLiveness, 'killOf'>;
  readonly instances: PresentedInstances;
  readonly budgets: BudgetReservations;
}) => {
  const refuse = (
    code: DomainErrorCode,
    layer: Layer,
    reason: string,
    text: string,
    remedies: readonly Remedy[] = [],
  ): DomainError =>
    new DomainError(code, text, {
      denial: { id: deps.identifiers.newId('dny'), layer, reason, ...(remedies.length > 0 ? { remedies } : {}) },
    });

  /** The last check before anything is used up: a kill, or a new owner, may have come since the client was read. */
  const refuseKilled = async (
    { subject, chain, resource, delegation, caller }: AuditEvent,
    ownership: number,
  ): Promise<void> => {
    const kill = await deps.liveness.killOf({
      clientId: String(caller),
      subject,
      chain,
      audience: resource,
      delegation,
      ownership,
    });
    if (kill === 'all') throw everythingIsKilled();
    if (kill) throw refuse('invalid_grant', 'grant', 'killed', 'what this token would come from was stopped');
  };

  /**
   * The ownership of the agents that a token comes through: the caller as it authenticated, the others as they are now. Their
   * delegations are checked once more after that, so the numbers are those of owners whom the person knows.
   */
  const ownershipBehind = async (
    ctx: KoaContextWithOIDC,
    { chain, delegation }: Pick<AuditEvent, 'chain' | 'delegation'>,
  ): Promise<number> => {
    const { client } = ctx.oidc;
    const own = Number(client?.['behalf_ownership'] ?? 0);
    const others = [...new Set(actorsOf(chain))].filter((id) => id !== client?.clientId);
    if (others.length === 0) return own;
    const found = await deps.agents.getMany(others);
    if (delegation !== undefined && !(await deps.delegations.live(delegation))) {
      throw refuse(
        'invalid_grant',
        'delegation',
        'delegation_ended',
        'the delegation this token would come from ended',
      );
    }
    return own + ownershipOfAll(found.map(({ document }) => document));
  };

  /** Every token of a grant belongs to one transaction (decision D6). */
  const txnOf = (token: ProviderToken): string =>
    token.grantId === undefined
      ? deps.identifiers.newId('txn')
      : `txn_${deps.masterKey
          .digest('txn', token.grantId)
          .replace(/[^a-zA-Z0-9]/g, '')
          .slice(0, 26)
          .toLowerCase()}`;

  /** Claims of a token from oidc-provider's own grants. Throws when an agent's delegation is gone. */
  const ownClaims = async (ctx: KoaContextWithOIDC, token: ProviderToken): Promise<Prepared> => {
    const clientId = String(token.clientId);
    checkRefreshProof(ctx.oidc.entities.RefreshToken, token, deps.identifiers);
    if (!clientId.startsWith('agt_')) return claimsOf(ctx, token, clientId);
    const instance = await deps.instances.of(ctx, clientId, token.jkt);
    await deps.instances.checkHolder(ctx, token.grantId, instance);
    const { claims, facts } = await claimsOf(ctx, token, clientId);
    if (!instance) return { claims, facts };
    const which = { instance: instance.id };
    return { claims: { ...claims, ...which }, facts: { ...facts, ...which }, instance };
  };

  const claimsOf = async (ctx: KoaContextWithOIDC, token: ProviderToken, clientId: string): Promise<Prepared> => {
    if (clientId === ACCOUNT_PAGES_CLIENT.client_id) {
      throw refuse('unauthorized_client', 'client', 'no_tokens_for_our_pages', 'this client takes no tokens');
    }
    const txn = txnOf(token);
    const resource = token.aud === undefined ? undefined : String(token.aud);
    const isAgent = clientId.startsWith('agt_');
    const delegation =
      isAgent && token.accountId !== undefined && resource !== undefined
        ? await deps.delegations.consented(token.accountId, clientId, resource)
        : undefined;
    if (isAgent && token.accountId !== undefined && resource !== undefined && !delegation) {
      const text = 'the person has ended what this agent was allowed at this resource';
      throw refuse('invalid_grant', 'delegation', 'delegation_ended', text);
    }
    const decision = resource === undefined ? undefined : deps.authority.decisionOf(ctx);
    const facts = {
      txn,
      ...decided(decision),
      ...usesMember(decision?.maxUses),
      ...detailsMember(decision?.details),
    };
    const told = {
      txn,
      ...decided(decision),
      ...personalDetails(decision?.details),
      ...(decision === undefined ? {} : { inputs: recordOf(decision) }),
    };
    const signIn = assuranceClaims(assuranceOf(ctx));
    const details = decision?.details ?? [];
    if (resource === undefined && deps.details.isNamed(ctx)) {
      throw refuse('invalid_target', 'request', 'target_missing', 'authorization_details are for a resource: name it');
    }
    if (resource !== undefined && !token.scope && details.length === 0) {
      noteRefused(ctx, decision);
      const { reason, layer, text, remedies } = nothingLeft(decision);
      const code = CODES[reason] ?? 'access_denied';
      throw refuse(code, layer, reason, text ?? textOf(reason, token), [
        ...remedies,
        ...deps.authority.remediesOf(ctx),
      ]);
    }
    const grant = token.grantId === undefined ? {} : { grant_id: token.grantId };
    if (!isAgent || token.accountId === undefined)
      return { claims: { ...grant, ...facts, ...signIn, ...mayAct(ctx, deps.issuer) }, facts: told };
    // Every token given to an agent for a person carries `act` (decision D5).
    if (!delegation) {
      const act = extendChain(clientId, deps.issuer);
      return { claims: { ...grant, ...facts, ...signIn, act }, facts: { ...told, chain: act } };
    }
    return {
      claims: { ...grant, ...facts, ...signIn, act: delegation.chain, delegation: delegation.id },
      facts: { ...told, chain: delegation.chain, delegation: delegation.id },
    };
  };

  const eventOf = (
    ctx: KoaContextWithOIDC,
    token: ProviderToken,
    decided: Partial<AuditEvent>,
    parent: string | undefined,
  ): AuditEvent => {
    const { client, params } = ctx.oidc;
    const format = token.resourceServer?.accessTokenFormat === 'jwt' ? 'jwt' : 'opaque';
    const owner = client?.['behalf_owner'];
    const sent = {
      ...sender(String(client?.clientId)),
      ...(typeof owner === 'string' ? { owner } : {}),
      ...(token.accountId === undefined ? {} : { subject: token.accountId }),
      grantType: String(params?.['grant_type']),
      ...(params?.['scope'] ? { scopeAsked: String(params['scope']).slice(0, 2000).split(' ') } : {}),
    };
    const result = {
      ...(token.aud === undefined ? {} : { resource: String(token.aud) }),
      scopeGiven: token.scope ? token.scope.split(' ') : [],
      ...(token.grantId === undefined ? {} : { grant: token.grantId }),
      token: {
        id: format === 'jwt' ? token.jti : deps.masterKey.digest(token.kind, token.jti),
        format,
        expiresAt: token.exp ?? deps.clock.now() + token.expiration,
        ...(parent === undefined ? {} : { parent }),
      },
    } as const;
    return requestEvent(ctx, { type: 'token.issued', outcome: 'granted' }, { sent, result, decided });
  };

  /** Writes the audit event, and only then runs the uses and writes of the request. */
  const record = async (
    ctx: KoaContextWithOIDC,
    event: AuditEvent,
    ownership: number,
    { instance, worth = [] }: Pick<Prepared, 'instance' | 'worth'>,
  ): Promise<void> => {
    const unit = unitOf(ctx);
    // Before the audit log says that there is a token: a budget may be exhausted.
    if (!unit.settled) {
      const { release } = await deps.budgets.reserve({ ...spendingOf(event), details: worth });
      unit.release = release;
    }
    const settled = settle(ctx, unit, {
      consumptions: deps.consumptions,
      audit: async () => {
        await deps.audit.append(event);
        // If the request fails all the same, its refusal names the token that was never issued (AU-01).
        noteAnnounced(ctx, event.token);
        await refuseKilled(event, ownership);
        await deps.instances.used(ctx, instance);
      },
    });
    await settled.catch(async (error: unknown) => {
      await unit.release?.();
      throw error;
    });
  };

  return {
    /** For a token that is signed without oidc-provider: the steps that `forToken` runs before a token exists. */
    async forAssertion(
      ctx: KoaContextWithOIDC,
      token: ProviderToken,
      facts: Partial<AuditEvent>,
      parent: string,
    ): Promise<void> {
      const clientId = String(token.clientId);
      const instance = clientId.startsWith('agt_') ? await deps.instances.of(ctx, clientId, token.jkt) : undefined;
      const which = instance ? { instance: instance.id } : {};
      const event = eventOf(ctx, token, { ...facts, ...which }, parent);
      await record(ctx, event, await ownershipBehind(ctx, event), { instance });
    },

    /** Sets the claims of a token of our own grants; call before its `save()`. */
    prepare(token: object, made: Prepared): void {
      (token as PreparedToken)[PREPARED] = made;
    },

    /** oidc-provider's hook `extraTokenClaims`. */
    async forToken(ctx: KoaContextWithOIDC, model: object): Promise<Record<string, unknown>> {
      const token = model as ProviderToken & PreparedToken;
      try {
        const made: Prepared = token[PREPARED] ?? (await ownClaims(ctx, token));
        const { claims, facts, parent, instance } = made;
        const reserved = Object.keys(claims).find((name) => RESERVED.has(name));
        if (reserved) throw new TypeError(`a claims builder may not set ${reserved}`);
        const event = eventOf(ctx, token, facts, parent);
        const ownership = await ownershipBehind(ctx, event);
        await record(ctx, event, ownership, { instance, worth: made.worth ?? deps.authority.worthOf(ctx) });
        return { ...claims, ...ownershipMember(ownership) };
      } catch (error) {
        throw protocolError(error);
      }
    },
  };
};
