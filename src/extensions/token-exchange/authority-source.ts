import type { Decision } from '../../domain/authority/decision/decision.ts';
import { agentParty, clientParty, type DecisionFacts, type Party } from '../../domain/authority/decision/facts.ts';
import { mayBeDelegatedTo } from '../../domain/authority/delegation/attenuation.ts';
import { type Delegation, delegatedDetails } from '../../domain/authority/delegation/delegation.ts';
import { withVia } from '../../domain/authority/delegation/delegation-record.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Grant } from '../../domain/ports/grants.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { actorsOf } from '../../domain/vocabulary/actor-chain.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { scopesAt } from '../../domain/vocabulary/scope-sets.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import type { AcceptedSubjectToken } from './presented-tokens.ts';
import type { Refuse } from './refusals.ts';

/**
 * The source of the new token's authority. `held`: a delegation that the caller holds. `hop`: a delegation of the agent that
 * gave the caller its token; the caller gets a re-delegation of it. `unconsented`: none yet, because only the person can
 * create the first delegation. `via`: the client that calls the agent; the first delegation would apply in its calls alone
 * (decision 21).
 */
export type Source =
  | { readonly kind: 'held'; readonly delegation: Delegation }
  | { readonly kind: 'hop'; readonly delegation: Delegation }
  | { readonly kind: 'unconsented'; readonly via?: string };

/** A source that a person has consented to. */
export type ConsentedSource = Exclude<Source, { readonly kind: 'unconsented' }>;

/** The client to whose calls the source is limited. */
export const viaOf = (source: Source): string | undefined =>
  source.kind === 'unconsented' ? source.via : source.delegation.via;

/**
 * Finds the source at the target. Delegations decide, never the claim `act`. It reads only the outermost actor of the claim;
 * nested actors change nothing (RFC 8693 §4.1).
 */
export const findSource = async (
  { delegations }: Pick<TokenExchangeDependencies, 'delegations'>,
  refuse: Refuse,
  agent: Agent,
  { token, received }: AcceptedSubjectToken,
  grant: Grant | undefined,
  target: ResourceServer,
): Promise<Source> => {
  if (token.delegation === undefined) {
    // The agent's token for the UserInfo endpoint names the agent and no delegation. Every other actor has a delegation.
    const isOwnSignIn = token.clientId === agent.id && token.chain?.sub === agent.id && token.chain.act === undefined;
    if (token.chain !== undefined && !isOwnSignIn) throw refuse('subject_token_not_live');
    const via = received === 'as_resource_server' ? callingClient(token, grant) : undefined;
    const calledBy = via && (await delegations.consented(token.subject, agent.id, target.identifier, via));
    if (calledBy) return { kind: 'held', delegation: calledBy };
    // The grant would remove everything, and its client may be one that requests a single resource only. The person can allow
    // the agent alone.
    if (via !== undefined && grant && holdsNothing(grant, target.identifier)) return { kind: 'unconsented', via };
    const delegation = await delegations.consented(token.subject, agent.id, target.identifier);
    return delegation ? { kind: 'held', delegation } : { kind: 'unconsented' };
  }
  const behind = await delegations.live(token.delegation);
  if (!behind) throw refuse('delegation_ended');
  const isConsistent =
    behind.subject === token.subject && behind.actor === token.clientId && behind.actor === token.chain?.sub;
  // A delegation for calls of one client applies to no token of another client, and to no sign-in of the agent itself.
  const isOfCaller = behind.via === undefined || behind.via === grant?.clientId;
  if (!isConsistent || !isOfCaller) throw refuse('subject_token_not_live');
  const delegation =
    behind.resource === target.identifier ? behind : await delegations.sibling(behind, target.identifier);
  if (behind.actor === agent.id) {
    if (delegation) return { kind: 'held', delegation };
    if (behind.depth === 1) return { kind: 'unconsented', ...withVia(behind.via) };
    throw refuse('delegation_not_at_target');
  }
  if (!delegation) {
    throw refuse('delegation_not_at_target', {
      text: 'the agent that handed the token on holds nothing at this resource',
    });
  }
  if (delegation.depth + 1 > delegations.maxDepth) throw refuse('chain_too_long');
  if (!mayBeDelegatedTo(delegation, agent.id)) throw refuse('not_delegable_to_agent');
  return { kind: 'hop', delegation };
};

/**
 * The client that calls the agent: the token is the client's own and has no actor yet. An agent's token comes from a
 * delegation, and its chain continues by re-delegation.
 */
const callingClient = (
  { clientId, chain }: AcceptedSubjectToken['token'],
  grant: Grant | undefined,
): string | undefined => (chain === undefined && grant?.clientId === clientId ? clientId : undefined);

const holdsNothing = ({ resources, details }: Grant, resource: string): boolean =>
  (scopesAt(resources, resource) ?? []).length === 0 &&
  (details === undefined || !Object.hasOwn(details, resource) || details[resource]?.length === 0);

/**
 * The grant that the token depends on. Undefined only for a delegation without a grant. A token of a person without a live
 * grant gives nothing.
 */
export const grantOf = async (
  { grants }: Pick<TokenExchangeDependencies, 'grants'>,
  refuse: Refuse,
  { token }: AcceptedSubjectToken,
): Promise<Grant | undefined> => {
  if (token.grant === undefined) {
    if (token.delegation === undefined) throw refuse('subject_token_not_live');
    return undefined;
  }
  const grant = await grants.get(token.grant);
  if (grant?.account !== token.subject) throw refuse('subject_token_not_live');
  return grant;
};

/**
 * The facts of a decision about the token: its parties, and what grant, subject token and delegation hold at the target.
 * Throws when a party is no longer active.
 */
export const factsAt = async (
  { agents, clients }: Pick<TokenExchangeDependencies, 'agents' | 'clients'>,
  refuse: Refuse,
  agent: Agent,
  account: Account,
  { token }: AcceptedSubjectToken,
  grant: Grant | undefined,
  source: Source,
  target: ResourceServer,
): Promise<Omit<DecisionFacts, 'route' | 'now' | 'asked' | 'source' | 'isBound'>> => {
  const resource = target.identifier;
  const delegation = source.kind === 'unconsented' ? undefined : source.delegation;
  const actors = actorsOf(delegation?.chain);
  const root = actors.at(-1) ?? agent.id;
  const through: Party[] = [];
  // The first agent's grant and its delegation are one decision of the person, and the delegation is the newer version.
  const ofClient = grant && grant.clientId !== root ? grant : undefined;
  // The person saw both the client and the agent, and decided about the agent (decision 21).
  const capping = viaOf(source) === undefined ? ofClient : undefined;
  if (ofClient) {
    const client = (await clients.get(ofClient.clientId))?.document;
    if (client && client.state !== 'active') throw refuse('subject_token_not_live');
    if (client) through.push(clientParty(client, isDocumentId(client.id)));
  }
  for (const other of new Set(actors)) {
    if (other === agent.id) continue;
    const found = (await agents.get(other))?.document;
    if (found?.state !== 'active') throw refuse('delegation_ended');
    through.push(agentParty(found));
  }
  return {
    server: target,
    caller: agentParty(agent),
    through,
    subject: account,
    actors: source.kind === 'held' ? actors : [agent.id, ...actors],
    ...(capping ? { grant: scopesAt(capping.resources, resource) ?? [] } : {}),
    ...(token.audience === resource ? { subjectToken: token.scope } : {}),
    ...(delegation ? { delegation: delegation.scope } : {}),
    details: {
      ...(capping ? { grant: capping.details?.[resource] ?? [] } : {}),
      ...(token.audience === resource ? { subjectToken: token.details ?? [] } : {}),
      ...(delegation ? { delegation: delegatedDetails(delegation) } : {}),
    },
  };
};

/** The delegation below `parent` under which the caller acts. `isNew`: this call created it. */
export const hop = async (
  { delegations, clock, issuer }: Pick<TokenExchangeDependencies, 'delegations' | 'clock' | 'issuer'>,
  refuse: Refuse,
  agent: Agent,
  parent: Delegation,
  { scope, details }: Pick<Decision, 'scope' | 'details'>,
  txn: string,
  caller: Caller,
): Promise<{ readonly delegation: Delegation; readonly isNew: boolean }> => {
  try {
    return await delegations.derived({
      parent,
      actor: agent.id,
      resource: parent.resource,
      scope,
      details,
      expiresAt: parent.expiresAt,
      delegableTo: { agents: parent.delegableTo.agents, depth: parent.delegableTo.depth - 1 },
      txn,
      request: caller.id,
    });
  } catch (error) {
    // `findSource` has checked depth and permission to re-delegate. What remains: this delegation was ended, or its parent
    // has ended meanwhile.
    if (!isDomainError(error)) throw error;
    if (error.code === 'consent_required') {
      const url = `${issuer}/account/agents/${agent.id}/owner`;
      const remedy = { kind: 'consent' as const, url, expires_in: Math.max(1, parent.expiresAt - clock.now()) };
      throw refuse('owner_not_confirmed', { cause: error, remedies: [remedy] });
    }
    if (error.code === 'access_denied') throw refuse('hop_ended', { cause: error });
    if (error.code === 'invalid_request') throw refuse('delegation_ended', { cause: error });
    throw error;
  }
};
