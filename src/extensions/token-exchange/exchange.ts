/**
 * RFC 8693 token exchange: an agent presents a token that represents a person, and gets one that names both. Owns the form of
 * the request, the decision and the texts of refusals. Does not own delegations (src/domain/authority/delegation), nor how a
 * token is made, bound and recorded (`mint`, src/provider). The token endpoint calls it through the extension that
 * src/compose/extensions.ts lists.
 */

import { type Decision, needsStepUp, recordOf } from '../../domain/authority/decision/decision.ts';
import { isEmpty } from '../../domain/authority/delegation/attenuation.ts';
import { withVia } from '../../domain/authority/delegation/delegation-record.ts';
import { strongerOf } from '../../domain/authority/step-ups/step-ups.ts';
import { checkParticipant, endIn, transactionOf } from '../../domain/authority/transactions/named-transaction.ts';
import { delegatingParticipants } from '../../domain/authority/transactions/participants.ts';
import { type Transaction, transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { checkDetails } from '../../domain/resources/authorization-details/asked-details.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { TokenToMint } from '../extension.ts';
import { type ConsentedSource, factsAt, findSource, grantOf, hop, type Source } from './authority-source.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { GRANT_TYPE, readParameters, refusing } from './parameters.ts';
import { delegationsOfAll, participantsAt } from './participants.ts';
import { type AcceptedSubjectToken, acceptSubjectToken, checkActorToken } from './presented-tokens.ts';
import { type Refuse, refusals } from './refusals.ts';
import { findTarget } from './target.ts';
import { type CheckedExchange, consentedSource, refuseEmptyScope, refuseRemovedDetails } from './withheld.ts';

/**
 * Decides an exchange (RFC 8693): caller → form → target → subject token → actor token → source of authority → cut →
 * re-delegation. Throws DomainError with a `denial` for every refusal. The result always names the caller as the outermost
 * actor. `mint` shortens `notAfter` to the resource server's own limit.
 */
export const exchangeToken = (dependencies: TokenExchangeDependencies) => {
  const refuse = refusals(dependencies.identifiers);

  return async (caller: Caller, values: (parameter: string) => readonly string[]): Promise<TokenToMint> => {
    const checked = await checkedExchange(dependencies, refuse, caller, values);
    const { exchange, decision } = await decidedWithStepUp(dependencies, caller, checked);
    await refuseRemovedDetails(dependencies, refuse, caller, exchange, decision);
    const source = await consentedSource(dependencies, refuse, exchange, decision);
    await refuseEmptyScope(dependencies, refuse, caller, exchange, decision);
    return tokenOf(dependencies, refuse, caller, { ...exchange, source }, decision);
  };
};

/** Reads and checks a request, up to the facts of its decision. */
const checkedExchange = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  caller: Caller,
  values: (parameter: string) => readonly string[],
): Promise<CheckedExchange> => {
  if (!caller.isAgent) throw refuse('caller_not_an_agent');
  const parameters = readParameters(values, refuse);
  if (parameters.scope) caller.note({ scopeAsked: parameters.scope });
  const agent = await activeAgent(dependencies, refuse, caller);
  const target = await findTarget(dependencies, refuse, parameters);
  caller.note({ resource: target.identifier });
  if (parameters.details) {
    const { details } = parameters;
    refusing(refuse, () => checkDetails(target.detailTypes ?? [], details));
  }

  const presented = await acceptSubjectToken(dependencies, refuse, agent, caller, parameters.subject);
  const transaction = await transactionOf(dependencies, refuse, caller, presented.token.txn, parameters.transaction);
  checkParticipant(refuse, transaction, presented.token.subject);
  const accepted = under(transaction, presented);
  const { token, account } = accepted;
  caller.note({
    subject: token.subject,
    ...(token.chain ? { chain: token.chain } : {}),
    ...(token.grant ? { grant: token.grant } : {}),
    ...(token.delegation ? { delegation: token.delegation } : {}),
    ...(token.txn ? { txn: token.txn } : {}),
    inputs: { subjectToken: describe(accepted) },
  });
  if (parameters.actor) await checkActorToken(dependencies, refuse, agent, caller, parameters.actor);

  const grant = await grantOf(dependencies, refuse, accepted);
  const source = await findSource(dependencies, refuse, agent, accepted, grant, target);
  const held = await factsAt(dependencies, refuse, agent, account, accepted, grant, source, target);
  const participants = await participantsAt(dependencies, transaction, { agent, accepted, source, target });
  const facts = {
    ...held,
    ...(participants ? { participants: participants.map((one) => one.facts) } : {}),
    details: { ...held.details, asked: parameters.details },
    now: dependencies.clock.now(),
    asked: parameters.scope,
    assurance: token.assurance,
    source: caller.source,
    isBound: caller.dpopThumbprint !== undefined || caller.certificateThumbprint !== undefined,
    ...(transaction ? { transaction: transactionFacts(transaction, account.id) } : {}),
  };
  return { agent, parameters, target, accepted, transaction, grant, source, participants, facts };
};

/** The subject token as one of the transaction: all that follows, an approval too, belongs to it. */
const under = (transaction: Transaction | undefined, accepted: AcceptedSubjectToken): AcceptedSubjectToken =>
  transaction ? { ...accepted, token: { ...accepted.token, txn: transaction.id } } : accepted;

/** The decision about an exchange, which the audit log gets with its facts. */
const decided = async (
  { authorize }: TokenExchangeDependencies,
  caller: Caller,
  { accepted, source, target, facts }: CheckedExchange,
): Promise<Decision> => {
  const decision = await authorize({
    ...facts,
    route: source.kind === 'unconsented' ? 'consent' : 'token_exchange',
  });
  caller.note({
    decision: decision.id,
    ...(decision.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
    inputs: inputsOf(accepted, source, target, decision, facts.now),
  });
  return decision;
};

/** The decision, with the sign-in that the person confirmed for this agent at this API where that changes it (decision 38). */
const decidedWithStepUp = async (
  dependencies: TokenExchangeDependencies,
  caller: Caller,
  exchange: CheckedExchange,
): Promise<{ readonly exchange: CheckedExchange; readonly decision: Decision }> => {
  const decision = await decided(dependencies, caller, exchange);
  if (!needsStepUp(decision)) return { exchange, decision };
  const { agent, target, accepted } = exchange;
  const { token } = accepted;
  const confirmed = await dependencies.stepUps.confirmed(token, { id: agent.id, resource: target.identifier });
  const assurance = strongerOf(token.assurance, confirmed);
  if (assurance === token.assurance) return { exchange, decision };
  const raised = {
    ...exchange,
    accepted: { ...accepted, token: { ...token, ...(assurance ? { assurance } : {}) } },
    facts: { ...exchange.facts, assurance },
  };
  return { exchange: raised, decision: await decided(dependencies, caller, raised) };
};

/** The token for what the decision leaves, below the delegation of the source. */
const tokenOf = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  caller: Caller,
  exchange: CheckedExchange & { readonly source: ConsentedSource },
  decision: Decision,
): Promise<TokenToMint> => {
  const { agent, parameters, target, accepted, transaction, grant, source, facts } = exchange;
  const { token } = accepted;
  const txn = token.txn ?? dependencies.identifiers.newId('txn');
  const delegation =
    source.kind === 'held'
      ? source.delegation
      : (await hop(dependencies, refuse, agent, source.delegation, decision, txn, caller)).delegation;
  const ofAll = decision.participants?.scope ?? [];
  const participants = ofAll.length === 0 ? [] : (exchange.participants ?? []);
  const found = await delegationsOfAll(dependencies, refuse, caller, agent, participants, { scope: ofAll }, txn);
  const others = found.map((one) => one.delegation);
  const scope = decision.scope.filter(
    (name) =>
      delegation.scope.includes(name) && (!ofAll.includes(name) || others.every((one) => one.scope.includes(name))),
  );
  const { details } = decision;
  if (isEmpty({ scope, details })) throw refuse('delegation_ended');
  const notAfter = Math.min(
    token.expiresAt,
    delegation.expiresAt,
    source.delegation.expiresAt,
    ...others.map(({ expiresAt }) => expiresAt),
    grant?.expiresAt ?? Number.POSITIVE_INFINITY,
    endIn(transaction),
    facts.now + Math.min(dependencies.exchangedTokenTtlSeconds, decision.maxSeconds ?? Number.POSITIVE_INFINITY),
  );
  caller.note({ chain: delegation.chain, delegation: delegation.id, txn, scopeGiven: scope });
  return {
    subject: token.subject,
    chain: delegation.chain,
    resourceServer: target,
    scope,
    details,
    notAfter,
    delegation: delegation.id,
    ...(others.length === 0 ? {} : { participants: delegatingParticipants(others) }),
    grant: token.grant,
    txn,
    parent: token.id,
    issuedTokenType: parameters.requestedType,
    // A token that is exchanged from one with a maximum number of uses has no more uses.
    decision: { ...decision, maxUses: fewer(decision.maxUses, token.maxUses) },
    assurance: token.assurance,
  };
};

const fewer = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

/** The caller as an agent that may exchange: it is active, registered for the grant type, and has an owner. */
export const activeAgent = async (
  { agents }: TokenExchangeDependencies,
  refuse: Refuse,
  caller: Caller,
): Promise<Agent> => {
  const agent = (await agents.get(caller.clientId))?.document;
  if (!agent) throw refuse('caller_not_an_agent');
  caller.note({ agent: agent.id, owner: agent.owner });
  if (agent.state === 'orphaned') throw refuse('owner_not_active');
  if (agent.state !== 'active') throw refuse('agent_not_active');
  if (!agent.grantTypes.includes(GRANT_TYPE)) throw refuse('grant_type_not_registered');
  // This agent's tokens are bound to a key, regardless of the subject token (RFC 9449 §5.2).
  if (agent.dpopBoundAccessTokens && caller.dpopThumbprint === undefined) throw refuse('proof_required');
  return agent;
};

const describe = ({ token, received }: AcceptedSubjectToken) => ({
  id: token.id,
  clientId: token.clientId,
  audience: token.audience ?? null,
  scope: token.scope,
  ...(token.details === undefined ? {} : { detailTypes: token.details.map(({ type }) => type) }),
  delegation: token.delegation ?? null,
  expiresAt: token.expiresAt,
  isBound: token.jkt !== undefined || token.x5t !== undefined,
  received,
});

/** The facts of the decision, so that it can be repeated from the audit log (decision D18). */
const inputsOf = (
  accepted: AcceptedSubjectToken,
  source: Source,
  target: ResourceServer,
  decision: Decision,
  now: number,
) => ({
  now,
  subjectToken: describe(accepted),
  declared: target.scopes.map(({ name }) => name),
  ...recordOf(decision),
  source:
    source.kind === 'unconsented'
      ? { kind: source.kind, ...withVia(source.via) }
      : {
          kind: source.kind,
          ...withVia(source.delegation.via),
          delegation: source.delegation.id,
          depth: source.delegation.depth,
          expiresAt: source.delegation.expiresAt,
          delegableTo: source.delegation.delegableTo,
        },
});
