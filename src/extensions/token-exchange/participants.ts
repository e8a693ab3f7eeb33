/**
 * The other participants of a transaction of several people, and what the agent holds from each at the target. Each has a
 * delegation of their own: one to the agent itself, or one that was re-delegated along the same agents as that of the subject.
 */

import type { Decision } from '../../domain/authority/decision/decision.ts';
import { mayBeDelegatedTo } from '../../domain/authority/delegation/attenuation.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import { otherParticipants, type ParticipantFacts } from '../../domain/authority/transactions/participants.ts';
import type { Transaction } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { type ConsentedSource, hop, type Source, viaOf } from './authority-source.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import type { AcceptedSubjectToken } from './presented-tokens.ts';
import type { Refuse } from './refusals.ts';

/** `source`: absent when the agent holds nothing from them at the target. */
export type Participant = { readonly facts: ParticipantFacts; readonly source?: ConsentedSource };

/** Undefined: the transaction is not of several people. Reads the store as it is now. */
export const participantsAt = async (
  dependencies: Pick<TokenExchangeDependencies, 'accounts' | 'delegations'>,
  transaction: Transaction | undefined,
  {
    agent,
    accepted: { token },
    source,
    target,
  }: {
    readonly agent: Agent;
    readonly accepted: AcceptedSubjectToken;
    readonly source: Source;
    readonly target: ResourceServer;
  },
): Promise<readonly Participant[] | undefined> => {
  const at = { agent: agent.id, resource: target.identifier, via: viaOf(source) };
  const others = await otherParticipants(dependencies, transaction, token.subject, at);
  if (!others) return undefined;
  // A token for a further hop is for these people already, or for its subject alone.
  const isFirst = source.kind === 'unconsented' || (source.kind === 'held' && source.delegation.depth === 1);
  if (isFirst) {
    return others.map(({ facts, held }) =>
      held ? { facts, source: { kind: 'held', delegation: held } as const } : { facts },
    );
  }
  const listed = await listedIn(dependencies, token);
  return Promise.all(
    others.map(async ({ facts: { id, account } }): Promise<Participant> => {
      const behind = listed.get(id);
      const found = behind && (await below(dependencies, agent, behind, target));
      return found === undefined
        ? { facts: { id, account } }
        : { facts: { id, account, delegation: found.delegation.scope }, source: found };
    }),
  );
};

/** The live delegations that the subject token lists, by person. */
const listedIn = async (
  { delegations }: Pick<TokenExchangeDependencies, 'delegations'>,
  { delegations: ids = [], clientId }: AcceptedSubjectToken['token'],
): Promise<ReadonlyMap<string, Delegation>> => {
  const found = await Promise.all(ids.map((id) => delegations.live(id)));
  return new Map(found.flatMap((one) => (one?.actor === clientId ? [[one.subject, one] as const] : [])));
};

/** What the caller holds at the target below a listed delegation, or can get by one more hop. */
const below = async (
  { delegations }: Pick<TokenExchangeDependencies, 'delegations'>,
  agent: Agent,
  behind: Delegation,
  target: ResourceServer,
): Promise<ConsentedSource | undefined> => {
  const delegation =
    behind.resource === target.identifier ? behind : await delegations.sibling(behind, target.identifier);
  if (!delegation) return undefined;
  if (delegation.actor === agent.id) return { kind: 'held', delegation };
  if (delegation.depth + 1 > delegations.maxDepth || !mayBeDelegatedTo(delegation, agent.id)) return undefined;
  return { kind: 'hop', delegation };
};

/**
 * The delegations of the other participants on which the token will depend: created where the source is a further hop.
 * `isNew`: this call created it.
 */
export const delegationsOfAll = async (
  dependencies: Pick<TokenExchangeDependencies, 'delegations' | 'clock' | 'issuer'>,
  refuse: Refuse,
  caller: Caller,
  agent: Agent,
  participants: readonly Participant[],
  { scope }: Pick<Decision, 'scope'>,
  txn: string,
): Promise<readonly { readonly delegation: Delegation; readonly isNew: boolean }[]> => {
  const found: { readonly delegation: Delegation; readonly isNew: boolean }[] = [];
  for (const { source } of participants) {
    if (!source) throw refuse('delegation_ended');
    const { kind, delegation } = source;
    found.push(
      kind === 'held'
        ? { delegation, isNew: false }
        : await hop(dependencies, refuse, agent, delegation, { scope, details: [] }, txn, caller),
    );
  }
  return found;
};
