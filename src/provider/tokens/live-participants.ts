/**
 * The other participants of the transaction of a token, as they stand now. A token that lists delegations depends on each of
 * them; one that lists none holds nothing that needs all participants.
 */

import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { ParticipantFacts } from '../../domain/authority/transactions/participants.ts';
import { participantsBeside, type Transaction } from '../../domain/authority/transactions/transaction.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { TokenEnd } from '../../domain/ports/issued-tokens.ts';
import type { Revocation } from '../../domain/ports/revocation.ts';
import { actorsOf } from '../../domain/vocabulary/actor-chain.ts';
import { isFromAfter } from './live-grants.ts';
import type { TokenFacts } from './token-facts.ts';

type Deps = {
  readonly accounts: { get(id: string): Found<Account> };
  readonly delegations: { live(id: string): Promise<Delegation | undefined> };
  readonly revocation: Pick<Revocation, 'ended'>;
};

export interface LiveParticipants {
  /**
   * The facts of the others, by the delegations that the token lists, or why one of them ends the token. Undefined: the
   * transaction is not of several people. `client`: that of the grant. A delegation for calls of another client does not
   * count (decision 21). Throws StoreUnavailable.
   */
  of(
    facts: TokenFacts,
    transaction: Transaction | undefined,
    client: string | undefined,
  ): Promise<readonly ParticipantFacts[] | TokenEnd | undefined>;
}

export const liveParticipants = ({ accounts, delegations, revocation }: Deps): LiveParticipants => {
  /** The delegation of another participant, if it still is one and their account counts. */
  const standing = async (
    id: string,
    facts: TokenFacts,
    client: string | undefined,
  ): Promise<ParticipantFacts | undefined> => {
    const delegation = await delegations.live(id);
    if (delegation?.actor !== facts.clientId || delegation.resource !== facts.audience) return undefined;
    if (delegation.via !== undefined && delegation.via !== client) return undefined;
    const account = (await accounts.get(delegation.subject))?.document;
    if (account?.state !== 'active' || !isFromAfter(account, facts.issuedAt)) return undefined;
    const part = {
      subject: account.id,
      parties: [facts.clientId, ...actorsOf(delegation.chain)],
      since: facts.issuedAt,
      delegation: id,
    };
    if (await revocation.ended([part])) return undefined;
    return { id: account.id, account, delegation: delegation.scope };
  };

  return {
    async of(facts, transaction, client) {
      const others = participantsBeside(transaction, facts.subject);
      const { delegation: own, delegations: listed } = facts;
      if (listed && (!others || own === undefined || listed[0] !== own)) return 'participant_ended';
      if (!others) return undefined;
      const known = new Map<string, ParticipantFacts>();
      for (const id of (listed ?? []).slice(1)) {
        const found = await standing(id, facts, client);
        if (!found || !others.includes(found.id)) return 'participant_ended';
        known.set(found.id, found);
      }
      return others.map((id) => known.get(id) ?? { id });
    },
  };
};
