/** Finds the ids by which resource servers recognise the tokens of an ending, where the event alone does not say them. */
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import { GROUPS, type Group, isGroupId } from '../../identity/groups/group.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import { DELEGATIONS, type Delegation } from '../delegation/delegation.ts';
import { TRANSACTIONS, type Transaction } from '../transactions/transaction.ts';
import { type Ending, type EndKind, endingKey } from './ends-of-events.ts';

/** Tokens that may have ended, by an id in them. `audience`: all tokens for the resource server with this id. */
export type NamedTokens = { readonly kind: 'all' } | { readonly kind: EndKind | 'audience'; readonly id: string };

/** Most documents to read for one ending. With more of them it names every token. */
const MOST = 1000;

/**
 * Most seconds from an end to its change. What a client or an owner has is looked up again after them: until the change, the
 * server can still create a grant or an agent that ends with it.
 */
export const SETTLE_SECONDS = 30;

/** Reads the store as it is now. Throws StoreUnavailable. */
export interface NamingTokens {
  of(ending: Ending): Promise<readonly NamedTokens[]>;
  /** Those of earlier endings that are looked up again now. */
  again(): Promise<readonly NamedTokens[]>;
}

export const namingTokens = ({
  documents,
  grantsOf,
  elapsed,
}: {
  readonly documents: DocumentStore;
  /** Seconds of the stopwatch. */
  readonly elapsed: () => number;
  /** Ids of the grants of a client, at most `limit`. */
  readonly grantsOf: (client: string, limit: number) => Promise<readonly string[]>;
}): NamingTokens => {
  const agents = documents.collection<Agent>(AGENTS);
  const groups = documents.collection<Group>(GROUPS);
  const delegations = documents.collection<Delegation>(DELEGATIONS);
  const transactions = documents.collection<Transaction>(TRANSACTIONS);

  const named = (kind: EndKind, ids: readonly string[]): readonly NamedTokens[] =>
    ids.length < MOST ? ids.map((id) => ({ kind, id })) : [{ kind: 'all' }];

  /** An agent that changes its owner in the meantime has an event of its own. */
  const agentsOf = async (owner: string): Promise<readonly string[]> =>
    (await agents.find({ where: { owner }, limit: MOST })).map(({ document }) => document.id);

  const ownedBy = async (id: string): Promise<readonly string[]> => {
    if (isGroupId(id)) return agentsOf(id);
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    const joined = await groups.find({ where: { members: id }, order, limit: MOST });
    const owners = [id, ...joined.map(({ document }) => document.id)];
    return (await Promise.all(owners.map(agentsOf))).flat();
  };

  /**
   * A token that needs the authority of several people has one of them as its subject. Their transaction names it for the others:
   * each has a delegation to its agent, which is still stored after its end.
   */
  const ofPerson = async (id: string): Promise<readonly NamedTokens[]> => {
    const given = await delegations.find({ where: { subject: id }, limit: MOST });
    if (given.length === MOST) return [{ kind: 'all' }];
    const actors = [...new Set(given.flatMap(({ document }) => (document.parent === null ? [document.actor] : [])))];
    // Apps open some for an agent, too: an agent can have more than it opens.
    const open = await fewAtOnce(actors, (agent) =>
      transactions.find({ where: { agent, state: 'open' }, limit: MOST }),
    );
    if (open.some(({ length }) => length === MOST)) return [{ kind: 'all' }];
    const shared = open.flat().filter(({ document }) => document.participants?.includes(id));
    return [
      { kind: 'subject', id },
      ...shared.map(({ document }) => ({ kind: 'transaction' as const, id: document.id })),
    ];
  };

  /** By ending, when it is looked up again. */
  const later = new Map<string, { readonly ending: Ending; readonly at: number }>();

  const find = async (ending: Ending): Promise<readonly NamedTokens[]> => {
    switch (ending.kind) {
      case 'grants_of':
        return named('grant', await grantsOf(ending.id, MOST));
      case 'owned_by':
        return named('party', await ownedBy(ending.id));
      case 'delegation_id': {
        const subject = (await delegations.get(ending.id))?.document.subject;
        return subject === undefined ? [] : ofPerson(subject);
      }
      case 'subject':
        return ofPerson(ending.id);
      default:
        return [ending as NamedTokens];
    }
  };

  return {
    async of(ending): Promise<readonly NamedTokens[]> {
      if (ending.kind === 'grants_of' || ending.kind === 'owned_by') {
        later.set(endingKey(ending), { ending, at: elapsed() + SETTLE_SECONDS });
      }
      return find(ending);
    },

    async again(): Promise<readonly NamedTokens[]> {
      const names: NamedTokens[] = [];
      for (const [key, { ending, at }] of later) {
        if (at > elapsed()) continue;
        later.delete(key);
        names.push(...(await find(ending)));
      }
      return names;
    },
  };
};
