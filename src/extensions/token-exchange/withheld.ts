/**
 * Refuses an exchange that the decision does not give as it was asked for, with remedies: the consent of the person, an
 * approval, or a narrower scope. Called by exchange.ts, in the order of its exports.
 */
import type { Decision } from '../../domain/authority/decision/decision.ts';
import type { DecisionFacts } from '../../domain/authority/decision/facts.ts';
import { blockingLayer } from '../../domain/authority/decision/remedies.ts';
import { isEmpty } from '../../domain/authority/delegation/attenuation.ts';
import { withVia } from '../../domain/authority/delegation/delegation-record.ts';
import { withStepUpPage } from '../../domain/authority/step-ups/step-ups.ts';
import type { Transaction } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Grant } from '../../domain/ports/grants.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { type DomainError, isDomainError, type Remedy } from '../../domain/vocabulary/errors.ts';
import { askForApproval } from './approval-channel.ts';
import { type ConsentedSource, type Source, viaOf } from './authority-source.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import type { ExchangeParameters } from './parameters.ts';
import type { Participant } from './participants.ts';
import type { AcceptedSubjectToken } from './presented-tokens.ts';
import { detailsAreRefused, NOT_ALLOWED_FOR_CALLS, nothingIsLeft, type Refuse } from './refusals.ts';

/** An exchange that was checked, and that a decision can be made about. */
export type CheckedExchange = {
  readonly agent: Agent;
  readonly parameters: ExchangeParameters;
  readonly target: ResourceServer;
  readonly accepted: AcceptedSubjectToken;
  /** The declared transaction that the token belongs to. */
  readonly transaction: Transaction | undefined;
  /** The grant that the subject token depends on. */
  readonly grant: Grant | undefined;
  readonly source: Source;
  /** Absent: the transaction is not of several people. */
  readonly participants: readonly Participant[] | undefined;
  readonly facts: Omit<DecisionFacts, 'route' | 'details'> & {
    readonly details: NonNullable<DecisionFacts['details']>;
  };
};

/** Refuses an exchange of which a requested authorization detail was removed. */
export const refuseRemovedDetails = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  caller: Caller,
  exchange: CheckedExchange,
  decision: Decision,
): Promise<void> => {
  const { details } = exchange.parameters;
  if (!details || decision.removedDetails.length === 0) return;
  const [reason, why] = detailsAreRefused(decision);
  if (reason === 'approval_required') {
    throw refuse(reason, { ...why, remedies: await askApprovers(dependencies, caller, exchange) });
  }
  // If only the person's consent is missing, the person can give it.
  const mayAsk = isFirstHop(exchange) && decision.removedDetails.every(({ layer }) => layer === 'delegation');
  const remedies = mayAsk && (await askThePerson(dependencies, refuse, exchange, { scope: [], details }));
  throw refuse(reason, remedies ? { ...why, remedies } : await withPage(dependencies, exchange, why));
};

/** The source of an exchange to which the person consented. Without consent it refuses, and asks the person. */
export const consentedSource = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  exchange: CheckedExchange,
  decision: Decision,
): Promise<ConsentedSource> => {
  const { agent, target, accepted, source } = exchange;
  if (source.kind !== 'unconsented') return source;
  if (isEmpty(decision)) {
    const [reason, details] = nothingIsLeft(decision);
    throw refuse(reason, await withPage(dependencies, exchange, details));
  }
  const { via } = source;
  const { delegations } = dependencies;
  const isSuspended = await delegations.suspendedAt(accepted.account.id, agent.id, target.identifier, via);
  throw refuse(isSuspended ? 'owner_not_confirmed' : 'consent_missing', {
    ...(via === undefined || isSuspended ? {} : { text: NOT_ALLOWED_FOR_CALLS }),
    remedies: await askThePerson(dependencies, refuse, exchange, decision),
  });
};

/** Refuses an exchange of which no scope is left, unless the agent asked for none and details are left. */
export const refuseEmptyScope = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  caller: Caller,
  exchange: CheckedExchange,
  decision: Decision,
): Promise<void> => {
  const { parameters, facts } = exchange;
  if (decision.scope.length > 0 || !(parameters.scope || decision.details.length === 0)) return;
  // At a first hop the person can give more, if all other layers would permit it.
  const wanted = decision.removed.filter((each) => each.layer === 'delegation').map(({ scope }) => scope);
  const mayAsk = parameters.scope && blockingLayer(decision) === 'delegation' && isFirstHop(exchange);
  const [reason, withheld] = nothingIsLeft(decision);
  const details = await withPage(dependencies, exchange, withheld);
  const others = parameters.scope
    ? await dependencies.authorize({ ...facts, asked: undefined, route: 'token_exchange' })
    : decision;
  const remedies = [
    ...(mayAsk
      ? await askThePerson(dependencies, refuse, exchange, { scope: wanted, details: [] })
      : (details.remedies ?? [])),
    ...(reason === 'approval_required' && parameters.scope ? await askApprovers(dependencies, caller, exchange) : []),
    ...(others.scope.length > 0 ? [{ kind: 'narrow' as const, scope: others.scope.join(' ') }] : []),
  ];
  throw refuse(reason, { ...details, remedies });
};

/** With the page for the person where a remedy asks for a stronger or newer sign-in (decision 38). */
const withPage = async <Details extends { readonly remedies?: readonly Remedy[] | undefined }>(
  { stepUps }: TokenExchangeDependencies,
  { agent, target, accepted }: CheckedExchange,
  details: Details,
): Promise<Details> => {
  const { remedies } = details;
  if (!remedies) return details;
  const party = { id: agent.id, resource: target.identifier };
  return { ...details, remedies: await withStepUpPage(stepUps, accepted.token, party, remedies) };
};

/** Whether the caller holds the delegation that the person gave. */
const isFirstHop = ({ source }: CheckedExchange): boolean => source.kind === 'held' && source.delegation.depth === 1;

const askApprovers = (
  dependencies: TokenExchangeDependencies,
  caller: Caller,
  { agent, accepted, source, facts, parameters }: CheckedExchange,
): Promise<readonly Remedy[]> => {
  const { account } = accepted;
  const { requestedType: issuedTokenType } = parameters;
  return askForApproval(dependencies, caller, { agent, account, accepted, source, facts, issuedTokenType });
};

const askThePerson = async (
  { requests }: TokenExchangeDependencies,
  refuse: Refuse,
  { agent, target, accepted, source }: CheckedExchange,
  { scope, details }: { readonly scope: readonly string[]; readonly details: readonly Detail[] },
): Promise<readonly Remedy[]> => {
  const { token } = accepted;
  const via = viaOf(source);
  try {
    const { url, expiresIn } = await requests.create({
      subject: token.subject,
      agent: agent.id,
      resource: target.identifier,
      scope,
      ...(details.length === 0 ? {} : { details }),
      ...(token.txn ? { txn: token.txn } : {}),
      viaClient: via ?? token.clientId,
      ...withVia(via),
    });
    return [{ kind: 'consent', url, expires_in: expiresIn }];
  } catch (error) {
    throw isTooMany(error) ? refuse('too_many_consent_requests', { cause: error }) : error;
  }
};

const isTooMany = (error: unknown): error is DomainError => isDomainError(error) && error.code === 'too_many_requests';
