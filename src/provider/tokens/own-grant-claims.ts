/** The claims of tokens from oidc-provider's own grants, and the facts of their audit events. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { recordOf } from '../../domain/authority/decision/decision.ts';
import { type NothingLeft, nothingLeft } from '../../domain/authority/decision/remedies.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { DomainErrorCode } from '../../domain/vocabulary/errors.ts';
import type { PresentedInstances } from '../client-authentication/presented-instances.ts';
import { checkRefreshProof } from '../client-authentication/refresh-proof.ts';
import { decided, noteRefused, usesMember } from '../requests/decision-facts.ts';
import { detailsMember, type RequestDetails } from '../requests/request-details.ts';
import type { RequestTransactions } from '../requests/request-transaction.ts';
import { mayAct } from '../requests/requested-actor.ts';
import type { ResourceAuthority } from '../requests/resource-authority.ts';
import { assuranceClaims, assuranceOf } from '../requests/step-up.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import {
  delegationsMember,
  type Prepared,
  type ProviderToken,
  participantInputs,
  personalDetails,
  refusingTokens,
} from './prepared-token.ts';

const TEXTS = {
  approval_required:
    'all that is left of this scope needs an approval each time: ask for it by an exchange, or by CIBA',
  policy_forbids: 'no policy of this server permits anything of this scope here and now',
  narrowed_by_response: 'a response rule narrowed what this agent may do',
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

/** Throws DomainError when there is nothing to give: the delegation of an agent has ended, or no scope is left. */
type OwnGrantClaims = (ctx: KoaContextWithOIDC, token: ProviderToken) => Promise<Prepared>;

export const ownGrantClaims = (deps: {
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly delegations: {
    consented(subject: string, actor: string, resource: string): Promise<Delegation | undefined>;
  };
  readonly authority: Pick<ResourceAuthority, 'decisionOf' | 'participantsOf' | 'remediesOf'>;
  readonly details: Pick<RequestDetails, 'isNamed'>;
  readonly transactions: Pick<RequestTransactions, 'of' | 'checkPerson'>;
  readonly instances: PresentedInstances;
}): OwnGrantClaims => {
  const refuse = refusingTokens(deps.identifiers);

  /** Every token of a grant belongs to one transaction (decision D6). */
  const txnOf = (token: ProviderToken): string =>
    token.grantId === undefined
      ? deps.identifiers.newId('txn')
      : `txn_${deps.masterKey
          .digest('txn', token.grantId)
          .replace(/[^a-zA-Z0-9]/g, '')
          .slice(0, 26)
          .toLowerCase()}`;

  const claimsOf = async (ctx: KoaContextWithOIDC, token: ProviderToken, clientId: string): Promise<Prepared> => {
    if (clientId === ACCOUNT_PAGES_CLIENT.client_id) {
      throw refuse('unauthorized_client', 'client', 'no_tokens_for_our_pages', 'this client takes no tokens');
    }
    const transaction = await deps.transactions.of(ctx);
    deps.transactions.checkPerson(transaction, token.accountId);
    const txn = transaction?.id ?? txnOf(token);
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
    const participants = (resource === undefined ? undefined : deps.authority.participantsOf(ctx)) ?? [];
    const facts = {
      txn,
      ...decided(decision),
      ...usesMember(decision?.maxUses),
      ...detailsMember(decision?.details),
    };
    const eventFacts = {
      txn,
      ...decided(decision),
      ...personalDetails(decision?.details),
      ...(decision === undefined
        ? {}
        : { inputs: { ...recordOf(decision), ...participantInputs(participants).inputs } }),
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
      return { claims: { ...grant, ...facts, ...signIn, ...mayAct(ctx, deps.issuer) }, facts: eventFacts };
    // Every token for an agent that acts for a person carries `act` (decision D5).
    if (!delegation) {
      const act = extendChain(clientId, deps.issuer);
      return { claims: { ...grant, ...facts, ...signIn, act }, facts: { ...eventFacts, chain: act } };
    }
    return {
      claims: {
        ...{ ...grant, ...facts, ...signIn, act: delegation.chain, delegation: delegation.id },
        ...delegationsMember(delegation.id, participants),
      },
      participants,
      facts: { ...eventFacts, chain: delegation.chain, delegation: delegation.id },
    };
  };

  return async (ctx, token) => {
    const clientId = String(token.clientId);
    checkRefreshProof(ctx.oidc.entities.RefreshToken, token, deps.identifiers);
    if (!clientId.startsWith('agt_')) return claimsOf(ctx, token, clientId);
    const instance = await deps.instances.of(ctx, clientId, token.jkt);
    await deps.instances.checkHolder(ctx, token.grantId, instance);
    const { claims, facts, participants } = await claimsOf(ctx, token, clientId);
    if (!instance) return { claims, facts, participants };
    const which = { instance: instance.id };
    return { claims: { ...claims, ...which }, facts: { ...facts, ...which }, instance, participants };
  };
};
