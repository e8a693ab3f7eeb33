/**
 * Whether agents are in the hands they were in when something was made of them. Two things say so: the number that grows
 * with each hand-over (agents/ownership.ts), and, for what people said yes to, whether an account is left in the owning
 * group that was a member then. Part of the revocation check.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOfAll } from '../../clients/agents/ownership.ts';
import { ACCOUNTS, type Account } from '../../identity/accounts/account.ts';
import { GROUPS, type Group, isGroupId } from '../../identity/groups/group.ts';
import { heldSince } from '../../identity/groups/membership.ts';
import type { DocumentStore } from '../../ports/document-store.ts';

/** Of what is looked at (`Part` of the revocation check), what this is about. */
type OwnershipFacts = {
  readonly parties?: readonly string[] | undefined;
  readonly ownership?: number | undefined;
  readonly consentedAt?: number | undefined;
};

export type HeldAgent = Pick<Agent, 'id' | 'owner' | 'ownership' | 'heldFrom'>;

export const handsOver = (documents: DocumentStore) => {
  const groups = documents.collection<Group>(GROUPS);
  const accounts = documents.collection<Account>(ACCOUNTS);

  /** Of groups, see `heldSince`. One that is not there is held by no account. */
  const heldGroups = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    if (ids.length === 0) return new Map();
    const found = (await groups.getMany(ids)).map(({ document }) => document);
    const members = [...new Set(found.flatMap((group) => group.members))];
    const known = new Map((await accounts.getMany(members)).map(({ document }) => [document.id, document]));
    const since = new Map(found.map((group) => [group.id, heldSince(group, known)]));
    return new Map(ids.map((id) => [id, since.get(id) ?? Number.POSITIVE_INFINITY]));
  };

  /** By agent: from which second on people said yes to who answers for it now. */
  const from = async (agents: readonly HeldAgent[]): Promise<ReadonlyMap<string, number>> => {
    const held = await heldGroups([...new Set(agents.map(({ owner }) => owner).filter(isGroupId))]);
    return new Map(agents.map(({ id, owner, heldFrom = 0 }) => [id, Math.max(heldFrom, held.get(owner) ?? 0)]));
  };

  return {
    from,
    heldGroups,

    /** Of each part, whether an agent among its parties is in other hands. `held`: the agents among them. */
    async others(parts: readonly OwnershipFacts[], held: ReadonlyMap<string, HeldAgent>): Promise<readonly boolean[]> {
      const agentsOf = ({ parties = [] }: OwnershipFacts): readonly HeldAgent[] =>
        parties.flatMap((id) => held.get(id) ?? []);
      const consented = parts.filter(({ consentedAt }) => consentedAt !== undefined).flatMap(agentsOf);
      const since = await from([...new Set(consented)]);
      return parts.map((part) => {
        const agents = agentsOf(part);
        const { ownership, consentedAt } = part;
        if (ownership !== undefined && ownershipOfAll(agents) !== ownership) return true;
        return consentedAt !== undefined && agents.some(({ id }) => consentedAt < (since.get(id) ?? 0));
      });
    },
  };
};
