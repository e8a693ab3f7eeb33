import { recordOf } from '../../domain/authority/decision/decision.ts';
import { agentParty, type Party } from '../../domain/authority/decision/facts.ts';
import { type RequestContext, readRequestContext } from '../../domain/authority/delegation/request-context.ts';
import { checkParticipant, endIn, transactionOf } from '../../domain/authority/transactions/named-transaction.ts';
import { transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import { type ActorChain, actorsOf } from '../../domain/vocabulary/actor-chain.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { AssertionToMint } from '../extension.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { activeAgent } from './exchange.ts';
import { readParameters, TXN_TOKEN_TYPE } from './parameters.ts';
import { acceptSubjectToken, checkActorToken } from './presented-tokens.ts';
import { nothingIsLeft, type Refuse, refusals } from './refusals.ts';
import { isSignInType } from './sign-in.ts';

/**
 * Decides about a transaction token (draft-ietf-oauth-transaction-tokens, after -08). It says what one request may do at
 * further services of this server's trust domain. It holds part of the authority of the access token that came with the
 * request, and not the access token itself. The caller is the agent that got that access token, or the resource server in its
 * audience. Throws DomainError with a `denial` for every refusal.
 */
export const issueTxnToken = (dependencies: TokenExchangeDependencies) => {
  const { identifiers, clock, trustDomain, resourceServers } = dependencies;
  const refuse = refusals(identifiers);

  return async (caller: Caller, values: (parameter: string) => readonly string[]): Promise<AssertionToMint> => {
    if (!caller.isAgent) throw refuse('caller_not_an_agent');
    const parameters = readParameters(values, refuse, [TXN_TOKEN_TYPE]);
    const { scope, audience, subject } = parameters;
    if (scope) caller.note({ scopeAsked: scope });
    const agent = await activeAgent(dependencies, refuse, caller);
    if (trustDomain === undefined || audience !== trustDomain) throw refuse('trust_domain_unknown');
    if (!scope) throw refuse('parameter_missing', { field: 'scope', text: 'scope is missing: it says what it is for' });
    if (parameters.resource !== undefined || parameters.details || isSignInType(subject.type)) {
      const text = 'a transaction token is made of an access token, without resource and authorization_details';
      throw refuse('token_type_unsupported', { field: 'subject_token_type', text });
    }
    const about = contextOf(values, refuse, 'request_context');
    const details = contextOf(values, refuse, 'request_details');
    const { token, account, received } = await acceptSubjectToken(dependencies, refuse, agent, caller, subject);
    const transaction = await transactionOf(dependencies, refuse, caller, token.txn, parameters.transaction);
    checkParticipant(refuse, transaction, account.id);
    const txn = transaction?.id ?? token.txn ?? identifiers.newId('txn');
    caller.note({
      txn,
      subject: token.subject,
      ...(token.chain ? { chain: token.chain } : {}),
      ...(token.grant ? { grant: token.grant } : {}),
      ...(token.delegation ? { delegation: token.delegation } : {}),
    });
    if (parameters.actor) await checkActorToken(dependencies, refuse, agent, caller, parameters.actor);
    const server = token.audience === undefined ? undefined : await resourceServers.findByIdentifier(token.audience);
    if (server?.document.state !== 'active') throw refuse('subject_token_not_live');
    caller.note({ resource: server.document.identifier });

    const now = clock.now();
    const decision = await dependencies.authorize({
      route: 'txn_token',
      now,
      server: server.document,
      asked: scope,
      caller: agentParty(agent),
      through: await othersIn(dependencies, refuse, agent.id, token.chain),
      subject: account,
      // The token is live, so the person allowed what it holds.
      grant: token.scope,
      subjectToken: token.scope,
      actors: actorsOf(token.chain),
      assurance: token.assurance,
      source: caller.source,
      isBound: caller.dpopThumbprint !== undefined || caller.certificateThumbprint !== undefined,
      ...(transaction ? { transaction: transactionFacts(transaction, account.id) } : {}),
    });
    caller.note({
      decision: decision.id,
      ...(decision.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
      inputs: { now, subjectToken: { id: token.id, clientId: token.clientId, received }, ...recordOf(decision) },
    });
    if (decision.scope.length === 0) throw refuse(...nothingIsLeft(decision));
    caller.note({ scopeGiven: decision.scope });
    return {
      typ: 'txntoken+jwt',
      audience: trustDomain,
      subject: account.id,
      chain: token.chain,
      resource: server.document.identifier,
      scope: decision.scope,
      claims: {
        txn,
        req_wl: agent.id,
        ...(details ? { tctx: details.value } : {}),
        // Further services do not need the origin of a request. A party that knows the origin can recognise it by the digest.
        ...(about ? { rctx: { 'sha-256': about.digest } } : {}),
      },
      notAfter: Math.min(token.expiresAt, endIn(transaction)),
      lifetimeSeconds: Math.min(dependencies.exchangedTokenTtlSeconds, decision.maxSeconds ?? Number.POSITIVE_INFINITY),
      grant: token.grant,
      parent: token.id,
      issuedTokenType: TXN_TOKEN_TYPE,
      decision,
    };
  };
};

const contextOf = (
  values: (parameter: string) => readonly string[],
  refuse: Refuse,
  field: 'request_context' | 'request_details',
): RequestContext | undefined => {
  const [text, ...more] = values(field);
  if (more.length > 0) throw refuse('parameter_repeated', { field, text: `${field} is given more than once` });
  if (text === undefined || text === '') return undefined;
  let read: RequestContext | undefined;
  try {
    read = readRequestContext(text);
  } catch (error) {
    if (!isDomainError(error)) throw error;
  }
  if (!read) throw refuse('context_malformed', { field });
  return read;
};

/** The other agents of the chain, in their effective state. */
const othersIn = async (
  { agents }: Pick<TokenExchangeDependencies, 'agents'>,
  refuse: Refuse,
  caller: string,
  chain: ActorChain | undefined,
): Promise<readonly Party[]> => {
  const others = [...new Set(actorsOf(chain))].filter((id) => id !== caller);
  return Promise.all(
    others.map(async (id) => {
      const found = (await agents.get(id))?.document;
      if (found?.state !== 'active') throw refuse('delegation_ended');
      return agentParty(found);
    }),
  );
};
