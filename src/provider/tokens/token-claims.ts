/**
 * The moment before a token exists: determines our claims, and writes the audit event that must be durable first (invariant
 * 5). oidc-provider calls it for every access token, JWT or opaque, of every grant. Our own grants prepare theirs with
 * `prepare`.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuditEvent, AuditLog } from '../../domain/audit/audit-event.ts';
import type { BudgetReservations, Spending } from '../../domain/authority/budgets/reservations.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import { isDeclared } from '../../domain/authority/transactions/transaction.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { ownershipMember, ownershipOfAll } from '../../domain/clients/agents/ownership.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { actorsOf } from '../../domain/vocabulary/actor-chain.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import type { TokenComposition } from '../../domain/vocabulary/token-composition.ts';
import { everythingIsKilled } from '../client-authentication/kill-gate.ts';
import { tokenComposition } from '../client-authentication/presented-compositions.ts';
import type { PresentedInstances } from '../client-authentication/presented-instances.ts';
import type { RequestDetails } from '../requests/request-details.ts';
import type { RequestTransactions } from '../requests/request-transaction.ts';
import type { ResourceAuthority } from '../requests/resource-authority.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { protocolError } from '../seam/oauth-errors.ts';
import { postureOf } from '../seam/posture.ts';
import { noteAnnounced, requestEvent, sender } from '../seam/request-event.ts';
import { softwareIn } from '../seam/software.ts';
import { handleDigestsIn } from '../seam/token-handles.ts';
import { openUnit, settle, unitOf } from '../seam/token-request-unit.ts';
import { ownGrantClaims } from './own-grant-claims.ts';
import { type Prepared, type ProviderToken, refusingTokens } from './prepared-token.ts';
import type { TokenLiveness } from './token-liveness.ts';

/** Names that a claims builder may never set: oidc-provider spreads ours after its own (finding V12). */
const RESERVED = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'scope', 'client_id', 'cnf', 'active', 'nbf']);

/** What the event of a token says besides its members. */
type OfToken = {
  readonly parent: string | undefined;
  readonly maxUses?: unknown;
  readonly composition: TokenComposition | undefined;
};

/** The facts of a token for budgets. */
const spendingOf = ({ subject, caller = '', chain, delegation, resource, scopeGiven = [] }: AuditEvent): Spending => ({
  subject,
  agents: [...new Set([caller, ...actorsOf(chain)])].filter((id) => id.startsWith('agt_')),
  delegation,
  resource,
  scope: scopeGiven,
});

/**
 * A model of oidc-provider stores only the members that it knows, so this one stays on the object. It is no member of the
 * request state: a claim must reach the one token that it was made for.
 */
const PREPARED = Symbol('prepared claims');
type PreparedToken = { [PREPARED]?: Prepared };

export interface TokenClaims {
  /**
   * oidc-provider's hook `extraTokenClaims`. For a JWT, resolves when the audit event is durable and the request has used up its
   * credentials. For an opaque token, the adapter does that when it stores the record of the token.
   */
  forToken(ctx: KoaContextWithOIDC, model: object): Promise<Record<string, unknown>>;

  /** Sets the claims of a token of our own grants. Call it before its `save()`. */
  prepare(token: object, made: Prepared): void;

  /** Runs the steps of `forToken` for a token that is signed without oidc-provider. */
  forAssertion(
    ctx: KoaContextWithOIDC,
    token: ProviderToken,
    facts: Partial<AuditEvent>,
    parent: string,
  ): Promise<void>;
}

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
  readonly authority: Pick<ResourceAuthority, 'decisionOf' | 'participantsOf' | 'remediesOf' | 'amountsOf'>;
  readonly details: Pick<RequestDetails, 'isNamed'>;
  readonly agents: { getMany(ids: readonly string[]): Promise<readonly { readonly document: Agent }[]> };
  readonly liveness: Pick<TokenLiveness, 'killOf'>;
  readonly transactions: Pick<TransactionRegistry, 'live'> & Pick<RequestTransactions, 'of' | 'checkPerson'>;
  readonly instances: PresentedInstances;
  readonly budgets: BudgetReservations;
}): TokenClaims => {
  const refuse = refusingTokens(deps.identifiers);
  const ownClaims = ownGrantClaims(deps);

  /**
   * The last check before anything is used up: a kill, a change of owner or the end of the transaction may have come since the
   * client was read.
   */
  const refuseKilled = async (
    { subject, chain, resource, delegation, caller, txn }: AuditEvent,
    ownership: number,
    participants: Prepared['participants'] = [],
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
    for (const one of participants) {
      const standing = await deps.delegations.live(one.delegation);
      const parts = {
        clientId: String(caller),
        subject: one.subject,
        chain: standing?.chain,
        delegation: one.delegation,
      };
      if (standing && !(await deps.liveness.killOf(parts))) continue;
      const text = 'a participant of the transaction has ended what the agent was allowed; ask again';
      throw refuse('invalid_grant', 'participants', 'participant_ended', text);
    }
    if (isDeclared(txn) && !(await deps.transactions.live(txn))) {
      const endpoint = `${managementApiOf(deps.issuer)}/transactions`;
      throw refuse('invalid_request', 'transaction', 'transaction_ended', 'the transaction of this token was closed', [
        { kind: 'transaction', endpoint },
      ]);
    }
  };

  /**
   * The ownership of the agents in the chain of a token: of the caller as it authenticated, of the others as they are now.
   * Their delegations are checked once more after that, so the numbers are those of owners whom the person knows.
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

  const eventOf = (
    ctx: KoaContextWithOIDC,
    token: ProviderToken,
    decided: Partial<AuditEvent>,
    { parent, maxUses, composition }: OfToken,
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
        id: format === 'jwt' ? token.jti : String(handleDigestsIn(ctx, deps.masterKey, token.kind, token.jti)[0]),
        format,
        expiresAt: token.exp ?? deps.clock.now() + token.expiration,
        ...(parent === undefined ? {} : { parent }),
        ...(typeof maxUses === 'number' ? { maxUses } : {}),
      },
      inputs: { ...postureOf(ctx), ...softwareIn(ctx), ...(composition ? { composition } : {}) },
    } as const;
    return requestEvent(ctx, { type: 'token.issued', outcome: 'granted' }, { sent, result, decided });
  };

  /** Writes the audit event, and only then runs the uses and writes of the request. */
  const issue = async (
    ctx: KoaContextWithOIDC,
    event: AuditEvent,
    ownership: number,
    { instance, amounts = [], participants }: Pick<Prepared, 'instance' | 'amounts' | 'participants'>,
  ): Promise<void> => {
    const unit = unitOf(ctx);
    let eventWithShares = event;
    // Before the audit log says that a token exists: a budget may be exhausted.
    if (!unit.settled) {
      const { spent, release } = await deps.budgets.reserve({ ...spendingOf(event), details: amounts });
      unit.release = release;
      if (spent.length > 0) eventWithShares = { ...event, inputs: { ...event.inputs, spent } };
    }
    const settled = settle(ctx, unit, {
      consumptions: deps.consumptions,
      isTransactional: deps.audit.isTransactional === true,
      appendEvent: async (together) => {
        // Here the check that follows the event comes after the use, too.
        if (together?.claim) await refuseKilled(event, ownership, participants);
        // A write, and so before anything is used up: it fails on a full volume.
        await deps.instances.used(ctx, instance);
        const { isTogether } = await deps.audit.append(eventWithShares, together);
        // If the request still fails, its refusal names the token that was never issued (AU-01).
        noteAnnounced(ctx, event.token);
        return isTogether === true;
      },
      check: () => refuseKilled(event, ownership, participants),
    });
    await settled.catch(async (error: unknown) => {
      await unit.release?.();
      throw error;
    });
  };

  return {
    async forAssertion(
      ctx: KoaContextWithOIDC,
      token: ProviderToken,
      facts: Partial<AuditEvent>,
      parent: string,
    ): Promise<void> {
      const clientId = String(token.clientId);
      const instance = clientId.startsWith('agt_') ? await deps.instances.of(ctx, clientId, token.jkt) : undefined;
      const which = instance ? { instance: instance.id } : {};
      const composition = tokenComposition(ctx, String(ctx.oidc.client?.clientId));
      const event = eventOf(ctx, token, { ...facts, ...which }, { parent, composition });
      await issue(ctx, event, await ownershipBehind(ctx, event), { instance });
    },

    prepare(token: object, made: Prepared): void {
      (token as PreparedToken)[PREPARED] = made;
    },

    async forToken(ctx: KoaContextWithOIDC, model: object): Promise<Record<string, unknown>> {
      const token = model as ProviderToken & PreparedToken;
      try {
        const made: Prepared = token[PREPARED] ?? (await ownClaims(ctx, token));
        const { claims, facts, parent, instance, participants } = made;
        const reserved = Object.keys(claims).find((name) => RESERVED.has(name));
        if (reserved) throw new TypeError(`a claims builder may not set ${reserved}`);
        const composition = tokenComposition(ctx, String(ctx.oidc.client?.clientId));
        const event = eventOf(ctx, token, facts, { parent, maxUses: claims['max_uses'], composition });
        const ownership = await ownershipBehind(ctx, event);
        const amounts = made.amounts ?? deps.authority.amountsOf(ctx);
        const issueIt = (): Promise<void> => issue(ctx, event, ownership, { instance, participants, amounts });
        const unit = token.format === 'opaque' ? openUnit(ctx) : undefined;
        // oidc-provider stores its record next, and the adapter calls it then: one transaction can hold both.
        if (unit) unit.settleWhenStored = issueIt;
        else await issueIt();
        return { ...claims, ...(composition ? { composition } : {}), ...ownershipMember(ownership) };
      } catch (error) {
        throw protocolError(error);
      }
    },
  };
};
