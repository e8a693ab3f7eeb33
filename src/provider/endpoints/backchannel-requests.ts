/**
 * The backchannel authentication endpoint (CIBA Core §7) as one of the channels to approvals. oidc-provider authenticates the
 * agent and reads the parameters. The request is an exact action at one resource. The approval service stores it; there is no
 * record of oidc-provider. Tokens come from our own grant (src/extensions/backchannel-approval).
 */

import { errors, type KoaContextWithOIDC, type Configuration as ProviderConfiguration } from 'oidc-provider';
import type { RequestedApproval } from '../../domain/approvals/approval-draft.ts';
import { approvalRefusal } from '../../domain/approvals/approval-refusals.ts';
import type { AskingForApproval } from '../../domain/approvals/request-approval.ts';
import { agentParty } from '../../domain/authority/decision/facts.ts';
import { delegationRefusal } from '../../domain/authority/delegation/delegation-refusals.ts';
import type { DelegationRegistry } from '../../domain/authority/delegation/delegation-registry.ts';
import { otherParticipants } from '../../domain/authority/transactions/participants.ts';
import { transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { OwnerNames } from '../../domain/identity/groups/owner-names.ts';
import { checkText } from '../../domain/platform/display-names/display-text.ts';
import { isByOperator } from '../../domain/platform/remote-keys/operator-urls.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import { isDomainError, type Remedy } from '../../domain/vocabulary/errors.ts';
import type { RequestDetails } from '../requests/request-details.ts';
import type { RequestTransactions } from '../requests/request-transaction.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { noteFacts } from '../seam/request-event.ts';
import { factsOf } from '../seam/request-facts.ts';

export type BackchannelDeps = {
  readonly agents: { get(id: string): Found<Agent> };
  readonly accounts: { get(id: string): Found<Account> };
  readonly ownerNames: Pick<OwnerNames, 'find'>;
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  /** Whether a person is related to an agent: has allowed it something that is live, or owns it. */
  readonly knows: (account: string, agent: Agent) => Promise<boolean>;
  readonly delegations: Pick<DelegationRegistry, 'suspendedOf' | 'consented'>;
  readonly transactions: Pick<RequestTransactions, 'of' | 'checkPerson'>;
  readonly approvals: {
    readonly asking: Pick<AskingForApproval, 'ask'>;
    remedyOf(asked: RequestedApproval): Extract<Remedy, { readonly kind: 'approval' }>;
  };
  readonly details: Pick<RequestDetails, 'ofRequest'>;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly issuer: string;
};

type Ciba = NonNullable<NonNullable<ProviderConfiguration['features']>['ciba']>;

const MOST_HINT = 254;
const MOST_MESSAGE = 300;

/** Scopes about signing in. The request has to name them; an action does not need them. */
const OF_SIGN_IN = ['openid', 'offline_access', 'profile', 'email', 'groups'];

/** The settings of oidc-provider's feature. */
export const backchannelRequests = (deps: BackchannelDeps): Ciba => ({
  enabled: true,
  deliveryModes: ['poll', 'ping'],
  processLoginHintToken: async () => {
    throw new errors.InvalidRequest('login_hint_token is not understood here: send login_hint or id_token_hint');
  },
  processLoginHint: (_ctx, hint) =>
    asProtocol(async () => {
      const typed = String(hint);
      if (typed.length > MOST_HINT) return undefined;
      return (await deps.ownerNames.find(typed, { kinds: ['account'] }))?.id;
    }),
  validateRequestContext: async () => undefined,
  verifyUserCode: async () => undefined,
  validateBindingMessage: async (_ctx, message) => {
    if (message === undefined) return;
    try {
      checkText(message, 'binding_message', MOST_MESSAGE);
    } catch (error) {
      throw new errors.InvalidBindingMessage(isDomainError(error) ? `binding_message: ${error.message}` : undefined);
    }
  },
  triggerAuthenticationDevice: (ctx, request, account, client) =>
    denying(async () => {
      const { accountId } = account;
      const agent = (await deps.agents.get(client.clientId))?.document;
      if (!agent) {
        throw approvalRefusal('approval_asked_by_other_client');
      }
      const person = (await deps.accounts.get(accountId))?.document;
      // The same response for an unknown person and for a person without a relation to the agent (LG-01).
      if (person?.state !== 'active' || !(await deps.knows(person.id, agent))) {
        if (person?.state === 'active') await refuseNewOwner(deps, person.id, agent.id);
        throw new errors.UnknownUserId('could not identify end-user');
      }
      const server = await serverOf(deps, ctx);
      const details = (await deps.details.ofRequest(ctx))[server.identifier] ?? [];
      const scope = scopeOf(ctx);
      if (scope.length === 0 && details.length === 0) {
        throw approvalRefusal('approval_subject_missing');
      }
      const { binding_message: message, requested_expiry: expiry } = ctx.oidc.params ?? {};
      const endpoint = agent.backchannelClientNotificationEndpoint;
      const notification = ctx.oidc.params?.['client_notification_token'];
      const transaction = await deps.transactions.of(ctx);
      deps.transactions.checkPerson(transaction, person.id);
      const place = { agent: agent.id, resource: server.identifier };
      const others = await otherParticipants(deps, transaction, person.id, place);
      noteFacts(ctx, { subject: person.id, resource: server.identifier, scopeAsked: scope });
      const asked = await deps.approvals.asking.ask(
        {
          channel: 'backchannel',
          agent,
          chain: extendChain(agent.id, deps.issuer),
          facts: {
            now: deps.clock.now(),
            server,
            caller: agentParty(agent),
            subject: person,
            through: [],
            actors: [agent.id],
            asked: scope,
            details: { asked: details },
            source: factsOf(ctx.req).source,
            ...(transaction ? { transaction: transactionFacts(transaction, person.id) } : {}),
            ...(others ? { participants: others.map(({ facts }) => facts) } : {}),
          },
          ...(transaction ? { txn: transaction.id } : {}),
          authReqId: String((request as unknown as { readonly jti: string }).jti),
          ...(typeof message === 'string' ? { message } : {}),
          ...(endpoint !== undefined && typeof notification === 'string'
            ? {
                ping: {
                  endpoint,
                  token: notification,
                  ...(isByOperator(agent, endpoint) ? { isByOperator: true } : {}),
                },
              }
            : {}),
          ...(expiry === undefined ? {} : { lifetimeSeconds: Number(expiry) }),
        },
        factsOf(ctx.req).id,
      );
      if (!asked) {
        throw approvalRefusal('approval_not_possible', {
          denial: { id: deps.identifiers.newId('dny'), layer: 'policy', reason: 'approval_not_possible' },
        });
      }
      const { auth_req_id, expires_in, interval, number } = deps.approvals.remedyOf(asked);
      ctx.body = { auth_req_id, expires_in, interval, ...(number === undefined ? {} : { number }) };
    }),
});

/**
 * Throws 'consent_required' if the person allowed the agent something under another owner. The agent already knows that
 * person.
 */
const refuseNewOwner = async (
  { delegations, identifiers, issuer, clock }: BackchannelDeps,
  account: string,
  agent: string,
): Promise<void> => {
  const [delegation] = await delegations.suspendedOf(account, agent);
  if (!delegation) return;
  const url = `${issuer}/account/agents/${agent}/owner`;
  throw delegationRefusal('owner_not_confirmed', {
    denial: {
      id: identifiers.newId('dny'),
      layer: 'delegation',
      reason: 'owner_not_confirmed',
      remedies: [{ kind: 'consent', url, expires_in: Math.max(1, delegation.expiresAt - clock.now()) }],
    },
  });
};

/** CIBA Core §13: here a refusal by the server is 403. */
const denying = async (work: () => Promise<void>): Promise<void> => {
  try {
    await asProtocol(work);
  } catch (error) {
    const isDenied = (error as { readonly error?: unknown }).error === 'access_denied';
    throw isDenied ? Object.assign(error as object, { status: 403, statusCode: 403 }) : error;
  }
};

const scopeOf = (ctx: KoaContextWithOIDC): readonly string[] =>
  [...new Set(String(ctx.oidc.params?.['scope'] ?? '').split(' '))]
    .filter((name) => name !== '' && !OF_SIGN_IN.includes(name))
    .sort();

const serverOf = async (
  { resourceServers, issuer }: BackchannelDeps,
  ctx: KoaContextWithOIDC,
): Promise<ResourceServer> => {
  const [resource, ...others] = Object.keys(ctx.oidc.resourceServers ?? {});
  if (resource === undefined || others.length > 0) {
    throw approvalRefusal('approval_resource_missing', { field: 'resource' });
  }
  const server = (await resourceServers.findByIdentifier(resource))?.document;
  if (server?.state !== 'active' || `${resource}/`.startsWith(`${issuer}/api/`)) {
    throw approvalRefusal('approval_resource_unknown', { field: 'resource' });
  }
  return server;
};
