/**
 * Checks whether agents still have the owners they had when something was created for them. One fact is the number that
 * grows with each hand-over (agents/ownership.ts). For people's approvals the other fact is whether the owning group
 * still has an account that was a member then. Part of the revocation check.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOfAll } from '../../clients/agents/ownership.ts';
import { ACCOUNTS, type Account } from '../../identity/accounts/account.ts';
import { GROUPS, type Group, isGroupId } from '../../identity/groups/group.ts';
import { heldSince } from '../../identity/groups/membership.ts';
import type { DocumentStore } from '../../ports/document-store.ts';

/** The members of a `Part` of the revocation check that this uses. */
type OwnershipFacts = {
  readonly parties?: readonly string[] | undefined;
  readonly ownership?: number | undefined;
  readonly consentedAt?: number | undefined;
};

export type HeldAgent = Pick<Agent, 'id' | 'owner' | 'ownership' | 'heldFrom'>;

/** Since when agents have their current owner, and from whom. */
export interface OwnershipCheck {
  /** By agent: the second from which people's approvals refer to its current owner. */
  from(agents: readonly HeldAgent[]): Promise<ReadonlyMap<string, number>>;
  /** `heldSince` of groups. A missing group has no accounts. */
  heldGroups(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** For each part, whether an agent among its parties has changed owner. `held`: the agents among them. */
  others(parts: readonly OwnershipFacts[], held: ReadonlyMap<string, HeldAgent>): Promise<readonly boolean[]>;
}

const NEVER: ReadonlyMap<string, number> = new Map();

export const handsOver = (documents: DocumentStore): OwnershipCheck => {
  const groups = documents.collection<Group>(GROUPS);
  const accounts = documents.collection<Account>(ACCOUNTS);

  const heldGroups = async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    if (ids.length === 0) return new Map();
    const found = (await groups.getMany(ids)).map(({ document }) => document);
    const members = [...new Set(found.flatMap((group) => group.members))];
    const known = new Map((await accounts.getMany(members)).map(({ document }) => [document.id, document]));
    const since = new Map(found.map((group) => [group.id, heldSince(group, known)]));
    return new Map(ids.map((id) => [id, since.get(id) ?? Number.POSITIVE_INFINITY]));
  };

  const from = async (agents: readonly HeldAgent[]): Promise<ReadonlyMap<string, number>> => {
    const held = await heldGroups([...new Set(agents.map(({ owner }) => owner).filter(isGroupId))]);
    return new Map(agents.map(({ id, owner, heldFrom = 0 }) => [id, Math.max(heldFrom, held.get(owner) ?? 0)]));
  };

  return {
    from,
    heldGroups,

    async others(parts, held): Promise<readonly boolean[]> {
      const agentsOf = ({ parties = [] }: OwnershipFacts): readonly HeldAgent[] =>
        parties.flatMap((id) => held.get(id) ?? []);
      const consented = parts.filter(({ consentedAt }) => consentedAt !== undefined).flatMap(agentsOf);
      const since = consented.length === 0 ? NEVER : await from([...new Set(consented)]);
      return parts.map((part) => {
        const agents = agentsOf(part);
        const { ownership, consentedAt } = part;
        if (ownership !== undefined && ownershipOfAll(agents) !== ownership) return true;
        return consentedAt !== undefined && agents.some(({ id }) => consentedAt < (since.get(id) ?? 0));
      });
    },
  };
};
