/** Exchanges that need an approval: requests it from the approvers, and evaluates the approved exchange anew. */

import type { Approval, Origin } from '../../domain/approvals/approval.ts';
import { askForToken } from '../../domain/approvals/request-token-approval.ts';
import type { Decision } from '../../domain/authority/decision/decision.ts';
import type { ActionFacts, DecisionFacts } from '../../domain/authority/decision/facts.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import { checkParticipant, endIn, transactionOf } from '../../domain/authority/transactions/named-transaction.ts';
import { transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { CIBA } from '../../domain/clients/clients/grant-types.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { type ActorChain, extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { Remedy } from '../../domain/vocabulary/errors.ts';
import { omit } from '../../domain/vocabulary/omit.ts';
import { type ConsentedSource, factsAt, findSource, grantOf, hop, type Source } from './authority-source.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { GRANT_TYPE } from './parameters.ts';
import { delegationsOfAll, participantsAt } from './participants.ts';
import { type AcceptedSubjectToken, holdsKeyOf, howReceived } from './presented-tokens.ts';
import { refusals } from './refusals.ts';

/** The actor chain of the token to issue. */
const chainOf = (source: ConsentedSource, agent: Agent, issuer: string): ActorChain =>
  source.kind === 'held' ? source.delegation.chain : extendChain(agent.id, issuer, source.delegation.chain);

/**
 * Requests the approval that an exchange needs. Returns no remedy when no approver can approve it, or when the agent cannot
 * fetch the token.
 */
export const askForApproval = async (
  dependencies: TokenExchangeDependencies,
  caller: Caller,
  wanted: {
    readonly agent: Agent;
    readonly account: Account;
    readonly accepted: AcceptedSubjectToken;
    readonly source: Source;
    readonly facts: Omit<ActionFacts, 'asked' | 'details'> & Pick<DecisionFacts, 'asked' | 'details'>;
    readonly issuedTokenType: string;
  },
): Promise<readonly Remedy[]> => {
  const { agent, account, accepted, source, facts, issuedTokenType } = wanted;
  if (source.kind === 'unconsented' || !agent.grantTypes.includes(CIBA)) return [];
  return askForToken(dependencies)(
    {
      channel: 'token_exchange',
      agent,
      chain: chainOf(source, agent, dependencies.issuer),
      facts: {
        ...facts,
        subject: account,
        asked: facts.asked ?? [],
        details: { ...facts.details, asked: facts.details?.asked ?? [] },
      },
      origin: originOf(accepted, caller, issuedTokenType),
    },
    caller.id,
  );
};

const originOf = ({ token }: AcceptedSubjectToken, caller: Caller, issuedTokenType: string): Origin => {
  const kept = omit(token, 'key', 'decision', 'policy', 'approval', 'format');
  // A sign-in is stored under another name. Its authorization decides whether it has ended.
  const isAtResource = token.audience !== undefined;
  const isBound = [token.jkt, token.x5t, caller.dpopThumbprint, caller.certificateThumbprint].some(
    (one) => one !== undefined,
  );
  return {
    ...kept,
    issuedTokenType,
    ...(isAtResource ? { format: token.format } : {}),
    ...(isBound ? { isBound } : {}),
  };
};

/** The current authority of an approved exchange. Reads the grant, the delegations and the parties again. */
export const approvedExchange = (dependencies: TokenExchangeDependencies) => {
  const { delegations, clock, identifiers, issuer, tokens, resourceServers } = dependencies;
  const refuse = refusals(identifiers);

  return async (
    caller: Caller,
    { origin }: Pick<Approval, 'origin'>,
    { agent, account, server }: { readonly agent: Agent; readonly account: Account; readonly server: ResourceServer },
  ) => {
    if (!origin) throw refuse('subject_token_not_live');
    if (origin.issuedTokenType !== undefined && !agent.grantTypes.includes(GRANT_TYPE)) {
      throw refuse('grant_type_not_registered');
    }
    // The subject token may have expired since. If it ended for any other reason, the approved exchange ends, too.
    if (await tokens.isEnded(origin)) throw refuse('subject_token_not_live', { field: 'auth_req_id' });
    const received = await howReceived({ ...origin, format: 'opaque', expiresAt: 0 }, agent, resourceServers);
    if (!received) throw refuse('subject_token_not_for_caller', { field: 'auth_req_id' });
    // Waiting for an approval turns no bound token into a Bearer token (RFC 9449 §6).
    const isProven = caller.dpopThumbprint !== undefined || caller.certificateThumbprint !== undefined;
    if ((origin.isBound && !isProven) || !holdsKeyOf(origin, received, caller)) {
      throw refuse('subject_token_proof_missing', { field: 'auth_req_id' });
    }
    const accepted = asAccepted(origin, account, received, clock.now());
    const grant = await grantOf(dependencies, refuse, accepted);
    const source = await findSource(dependencies, refuse, agent, accepted, grant, server);
    if (source.kind === 'unconsented') throw refuse('consent_missing');
    const transaction = await transactionOf(dependencies, refuse, caller, origin.txn, undefined);
    checkParticipant(refuse, transaction, origin.subject);
    const participants = await participantsAt(dependencies, transaction, { agent, accepted, source, target: server });
    const facts = {
      ...(participants ? { participants: participants.map((one) => one.facts) } : {}),
      ...(await factsAt(dependencies, refuse, agent, account, accepted, grant, source, server)),
      ...(transaction ? { transaction: transactionFacts(transaction, account.id) } : {}),
    };
    const txn = origin.txn ?? identifiers.newId('txn');
    const made = new Set<string>();
    return {
      facts,
      chain: chainOf(source, agent, issuer),
      notAfter: Math.min(source.delegation.expiresAt, grant?.expiresAt ?? Number.POSITIVE_INFINITY, endIn(transaction)),
      grant: origin.grant,
      txn,
      parent: origin.id,
      ...(origin.issuedTokenType === undefined ? {} : { issuedTokenType: origin.issuedTokenType }),
      assurance: origin.assurance,
      delegation: async (given: {
        readonly scope: readonly string[];
        readonly details: NonNullable<Delegation['details']>;
      }): Promise<Delegation> => {
        if (source.kind === 'held') return source.delegation;
        const { delegation, isNew } = await hop(dependencies, refuse, agent, source.delegation, given, txn, caller);
        if (isNew) made.add(delegation.id);
        return delegation;
      },
      participants: async (given: Pick<Decision, 'scope'>): Promise<readonly Delegation[]> => {
        const found = await delegationsOfAll(dependencies, refuse, caller, agent, participants ?? [], given, txn);
        for (const { delegation, isNew } of found) if (isNew) made.add(delegation.id);
        return found.map(({ delegation }) => delegation);
      },
      // An earlier delegation keeps its rights. Those that were created for this token alone are revoked, so that they do
      // not block later ones.
      discard: async (): Promise<void> => {
        for (const id of made) await delegations.revoke(id, 'system', caller.id);
      },
    };
  };
};

/**
 * The subject token at the time of the request for approval. It may have expired, but everything it depends on must be live.
 */
const asAccepted = (
  origin: Origin,
  account: Account,
  received: AcceptedSubjectToken['received'],
  now: number,
): AcceptedSubjectToken => ({ token: { ...origin, format: 'opaque', expiresAt: now }, account, received });
