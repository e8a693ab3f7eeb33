import { type Decision, recordOf } from '../../domain/authority/decision/decision.ts';
import { blockingLayer } from '../../domain/authority/decision/remedies.ts';
import { isEmpty } from '../../domain/authority/delegation/attenuation.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import { withVia } from '../../domain/authority/delegation/delegation-record.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { checkDetails } from '../../domain/resources/authorization-details/asked-details.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { type DomainError, isDomainError, type Remedy } from '../../domain/vocabulary/errors.ts';
import { askForApproval } from './approval-channel.ts';
import { factsAt, findSource, grantOf, hop, type Source, viaOf } from './authority-source.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { GRANT_TYPE, readParameters, refusing } from './parameters.ts';
import { type AcceptedSubjectToken, acceptSubjectToken, checkActorToken } from './presented-tokens.ts';
import { detailsAreRefused, NOT_ALLOWED_FOR_CALLS, nothingIsLeft, type Refuse, refusals } from './refusals.ts';
import { findTarget } from './target.ts';

/** The token to mint. `mint` shortens `notAfter` to the resource server's own limit. */
export type ExchangedToken = {
  readonly subject: string;
  readonly chain: Delegation['chain'];
  readonly resourceServer: ResourceServer;
  readonly scope: readonly string[];
  readonly details: readonly Detail[];
  readonly notAfter: number;
  readonly delegation: string;
  readonly grant: string | undefined;
  readonly txn: string;
  /** Id of the subject token. */
  readonly parent: string;
  readonly issuedTokenType: string;
  readonly decision: Decision;
  readonly assurance: AcceptedSubjectToken['token']['assurance'];
};

/**
 * Decides an exchange (RFC 8693): caller → form → target → subject token → actor token → source of authority → cut →
 * re-delegation. Throws DomainError with a `denial` for every refusal. The result always names the caller as the outermost
 * actor.
 */
export const exchangeToken = (dependencies: TokenExchangeDependencies) => {
  const { delegations, identifiers, clock } = dependencies;
  const refuse = refusals(identifiers);

  return async (caller: Caller, values: (parameter: string) => readonly string[]): Promise<ExchangedToken> => {
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

    const accepted = await acceptSubjectToken(dependencies, refuse, agent, caller, parameters.subject);
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
    const facts = {
      ...held,
      details: { ...held.details, asked: parameters.details },
      now: clock.now(),
      asked: parameters.scope,
      assurance: token.assurance,
      source: caller.source,
      isBound: caller.dpopThumbprint !== undefined || caller.certificateThumbprint !== undefined,
    };
    const decision = await dependencies.authorize({
      ...facts,
      route: source.kind === 'unconsented' ? 'consent' : 'token_exchange',
    });
    const now = facts.now;
    caller.note({
      decision: decision.id,
      ...(decision.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
      inputs: inputsOf(accepted, source, target, decision, now),
    });

    const via = viaOf(source);
    const ask = (scope: readonly string[], details: readonly Detail[] = []) =>
      askThePerson(dependencies, refuse, { agent, token, resource: target.identifier, scope, details, via });
    const askPeople = () => {
      const { requestedType: issuedTokenType } = parameters;
      return askForApproval(dependencies, caller, { agent, account, accepted, source, facts, issuedTokenType });
    };
    if (parameters.details && decision.removedDetails.length > 0) {
      const [reason, why] = detailsAreRefused(decision);
      if (reason === 'approval_required') throw refuse(reason, { ...why, remedies: await askPeople() });
      // If only the person's consent is missing, the person can give it.
      const mayAsk =
        source.kind === 'held' &&
        source.delegation.depth === 1 &&
        decision.removedDetails.every(({ layer }) => layer === 'delegation');
      throw refuse(reason, mayAsk ? { ...why, remedies: await ask([], parameters.details) } : why);
    }
    if (source.kind === 'unconsented') {
      if (isEmpty(decision)) throw refuse(...nothingIsLeft(decision));
      const isSuspended = await delegations.suspendedAt(account.id, agent.id, target.identifier, via);
      throw refuse(isSuspended ? 'owner_not_confirmed' : 'consent_missing', {
        ...(via === undefined || isSuspended ? {} : { text: NOT_ALLOWED_FOR_CALLS }),
        remedies: await ask(decision.scope, decision.details),
      });
    }
    if (decision.scope.length === 0 && (parameters.scope || decision.details.length === 0)) {
      // At a first hop the person can give more, if all other layers would permit it.
      const wanted = decision.removed.filter((each) => each.layer === 'delegation').map(({ scope }) => scope);
      const isFirst = source.kind === 'held' && source.delegation.depth === 1;
      const mayAsk = parameters.scope && blockingLayer(decision) === 'delegation' && isFirst;
      const [reason, details] = nothingIsLeft(decision);
      const others = parameters.scope
        ? await dependencies.authorize({ ...facts, asked: undefined, route: 'token_exchange' })
        : decision;
      const remedies = [
        ...(mayAsk ? await ask(wanted) : (details.remedies ?? [])),
        ...(reason === 'approval_required' && parameters.scope ? await askPeople() : []),
        ...(others.scope.length > 0 ? [{ kind: 'narrow' as const, scope: others.scope.join(' ') }] : []),
      ];
      throw refuse(reason, { ...details, remedies });
    }

    const txn = token.txn ?? identifiers.newId('txn');
    const delegation =
      source.kind === 'held'
        ? source.delegation
        : (await hop(dependencies, refuse, agent, source.delegation, decision, txn, caller)).delegation;
    const scope = decision.scope.filter((name) => delegation.scope.includes(name));
    const { details } = decision;
    if (isEmpty({ scope, details })) throw refuse('delegation_ended');
    const notAfter = Math.min(
      token.expiresAt,
      delegation.expiresAt,
      source.delegation.expiresAt,
      grant?.expiresAt ?? Number.POSITIVE_INFINITY,
      now + Math.min(dependencies.exchangedTokenTtlSeconds, decision.maxSeconds ?? Number.POSITIVE_INFINITY),
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
      grant: token.grant,
      txn,
      parent: token.id,
      issuedTokenType: parameters.requestedType,
      // A token that is exchanged from one with a maximum number of uses has no more uses.
      decision: { ...decision, maxUses: fewer(decision.maxUses, token.maxUses) },
      assurance: token.assurance,
    };
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

const askThePerson = async (
  { requests }: TokenExchangeDependencies,
  refuse: Refuse,
  wanted: {
    readonly agent: Agent;
    readonly token: AcceptedSubjectToken['token'];
    readonly resource: string;
    readonly scope: readonly string[];
    readonly details: readonly Detail[];
    readonly via: string | undefined;
  },
): Promise<readonly Remedy[]> => {
  const { agent, token, resource, scope, details, via } = wanted;
  try {
    const { url, expiresIn } = await requests.create({
      subject: token.subject,
      agent: agent.id,
      resource,
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
