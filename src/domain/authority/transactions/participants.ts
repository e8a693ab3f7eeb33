/** What an agent holds from the other participants of a transaction of several people. */
import type { Account } from '../../identity/accounts/account.ts';
import type { Found } from '../../ports/document-store.ts';
import type { DelegatingParticipant } from '../../ports/issued-tokens.ts';
import type { Delegation } from '../delegation/delegation.ts';
import type { DelegationRegistry } from '../delegation/delegation-registry.ts';
import { participantsBeside, type Transaction } from './transaction.ts';

/**
 * Another participant of the transaction than the subject. `delegation`: what the caller holds from them at the resource
 * server. Without one, or without the account, the participant allows nothing.
 */
export type ParticipantFacts = {
  /** Account id. */
  readonly id: string;
  readonly account?: Account | undefined;
  readonly delegation?: readonly string[] | undefined;
};

type Deps = {
  readonly accounts: { get(id: string): Found<Account> };
  readonly delegations: Pick<DelegationRegistry, 'consented'>;
};

/** Another participant. `held`: their consent to the agent at the resource; absent: they allow it nothing there. */
export type OtherParticipant = { readonly facts: ParticipantFacts; readonly held?: Delegation };

/**
 * Undefined: the transaction is not of several people. Reads the store as it is now. `via`: the client in whose calls alone the
 * subject allows the agent. A participant who allowed the agent in calls of that client counts with that delegation, and else
 * with the one for any calls; the two are never combined (decision 21).
 */
export const otherParticipants = async (
  { accounts, delegations }: Deps,
  transaction: Transaction | undefined,
  person: string | undefined,
  { agent, resource, via }: { readonly agent: string; readonly resource: string; readonly via?: string | undefined },
): Promise<readonly OtherParticipant[] | undefined> => {
  const others = participantsBeside(transaction, person);
  return (
    others &&
    Promise.all(
      others.map(async (id) => {
        const account = (await accounts.get(id))?.document;
        const inCalls = via === undefined ? undefined : await delegations.consented(id, agent, resource, via);
        const held = inCalls ?? (await delegations.consented(id, agent, resource));
        return held ? { facts: { id, account, delegation: held.scope }, held } : { facts: { id, account } };
      }),
    )
  );
};

/** The delegations that a token lists besides that of its subject. */
export const delegatingParticipants = (
  delegations: readonly Pick<Delegation, 'id' | 'subject'>[],
): readonly DelegatingParticipant[] => delegations.map(({ id, subject }) => ({ subject, delegation: id }));
