import type { Account } from '../../domain/accounts/account.ts';
import type { Agent } from '../../domain/agents/agent.ts';
import { limitsOfAgent, tokenLifeOf } from '../../domain/agents/effective-agent.ts';
import { actorsOf } from '../../domain/delegation/actor-chain.ts';
import { mayPassOnTo } from '../../domain/delegation/attenuation.ts';
import { type Limit, scopesAt } from '../../domain/delegation/authority.ts';
import type { Delegation } from '../../domain/delegation/delegation.ts';
import type { Lease } from '../../domain/ports/leases.ts';
import type { ResourceServer } from '../../domain/resource-servers/resource-server.ts';
import type { TokenExchangeDependencies } from './dependencies.ts';
import type { AcceptedSubjectToken } from './presented-tokens.ts';
import type { Refuse } from './refusals.ts';

/**
 * Where the authority of the new token comes from: a row the caller holds already (`held`), a row of
 * the agent that handed the token on, below which the caller gets its own (`hop`), or nothing yet
 * (`unconsented`): only the person can open the first hop.
 */
export type Source =
  | { readonly kind: 'held'; readonly row: Delegation }
  | { readonly kind: 'hop'; readonly row: Delegation }
  | { readonly kind: 'unconsented' };

/**
 * Finds the source at the target. The rows decide, never the claim `act`: it is looked at for the
 * outermost actor only, and nested actors change nothing (RFC 8693 §4.1).
 */
export const findSource = async (
  { delegations }: Pick<TokenExchangeDependencies, 'delegations'>,
  refuse: Refuse,
  agent: Agent,
  { token }: AcceptedSubjectToken,
  target: ResourceServer,
): Promise<Source> => {
  if (token.delegation === undefined) {
    // An agent's token for the UserInfo endpoint names it and no row; of any other actor we have a row.
    const isOwnSignIn = token.clientId === agent.id && token.chain?.sub === agent.id && token.chain.act === undefined;
    if (token.chain !== undefined && !isOwnSignIn) throw refuse('subject_token_not_live');
    const row = await delegations.consented(token.subject, agent.id, target.identifier);
    return row ? { kind: 'held', row } : { kind: 'unconsented' };
  }
  const behind = await delegations.live(token.delegation);
  if (!behind) throw refuse('delegation_ended');
  const isConsistent =
    behind.subject === token.subject && behind.actor === token.clientId && behind.actor === token.chain?.sub;
  if (!isConsistent) throw refuse('subject_token_not_live');
  const row = behind.resource === target.identifier ? behind : await delegations.sibling(behind, target.identifier);
  if (behind.actor === agent.id) {
    if (row) return { kind: 'held', row };
    if (behind.depth === 1) return { kind: 'unconsented' };
    throw refuse('delegation_not_at_target');
  }
  if (!row) {
    throw refuse('delegation_not_at_target', {
      text: 'the agent that handed the token on holds nothing at this resource',
    });
  }
  if (row.depth + 1 > delegations.maxDepth) throw refuse('chain_too_long');
  if (!mayPassOnTo(row, agent.id)) throw refuse('not_passed_on');
  return { kind: 'hop', row };
};

/**
 * The lease the token hangs on. Absent only where a delegation stands on its own; a token of a person
 * without a live grant holds nothing.
 */
export const leaseOf = async (
  { leases }: Pick<TokenExchangeDependencies, 'leases'>,
  refuse: Refuse,
  { token }: AcceptedSubjectToken,
): Promise<Lease | undefined> => {
  if (token.lease === undefined) {
    if (token.delegation === undefined) throw refuse('subject_token_not_live');
    return undefined;
  }
  const lease = await leases.get(token.lease);
  if (lease?.account !== token.subject) throw refuse('subject_token_not_live');
  return lease;
};

/**
 * All limits on authority at the target, in the order they are named in a refusal; the delegation comes
 * last, because it is the one a person can widen on the spot. `maxSeconds`: how long the token may live by the
 * ceilings of all who are in it.
 */
export const limitsAt = async (
  { agents, clients }: Pick<TokenExchangeDependencies, 'agents' | 'clients'>,
  refuse: Refuse,
  agent: Agent,
  account: Account,
  { token }: AcceptedSubjectToken,
  lease: Lease | undefined,
  source: Source,
  target: ResourceServer,
): Promise<{ readonly limits: readonly Limit[]; readonly maxSeconds: number | undefined }> => {
  const resource = target.identifier;
  const limits: Limit[] = [];
  const row = source.kind === 'unconsented' ? undefined : source.row;
  const actors = actorsOf(row?.chain);
  const root = actors.at(-1) ?? agent.id;
  // The lease of the agent that stands first is the same person's decision as its row; the row is newer.
  const ofClient = lease && lease.clientId !== root ? lease : undefined;
  if (ofClient) {
    const client = (await clients.get(ofClient.clientId))?.document;
    if (client && client.state !== 'active') throw refuse('subject_token_not_live');
    if (client) limits.push({ layer: 'client', holds: scopesAt(client.authority, resource) });
  }
  limits.push(...limitsOfAgent(agent, target));
  const capped = [agent];
  const others = [...new Set(actors)].filter((actor) => actor !== agent.id);
  for (const other of others) {
    const found = (await agents.get(other))?.document;
    if (found?.state !== 'active') throw refuse('delegation_ended');
    limits.push(...limitsOfAgent(found, target));
    capped.push(found);
  }
  limits.push({ layer: 'subject', holds: scopesAt(account.entitlements, resource) });
  if (ofClient) limits.push({ layer: 'grant', holds: named(scopesAt(ofClient.resources, resource)) });
  if (token.audience === resource) limits.push({ layer: 'subject_token', holds: named(token.scope) });
  if (row) limits.push({ layer: 'delegation', holds: named(row.scope) });
  return { limits, maxSeconds: tokenLifeOf(capped) };
};

/** A grant, a token and a row hold scopes by name; only rights given by configuration may say `*`. */
const named = (scope: readonly string[] | undefined): readonly string[] => (scope ?? []).filter((name) => name !== '*');
