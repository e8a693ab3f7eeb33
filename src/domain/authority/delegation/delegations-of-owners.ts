import { type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, update } from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { type Delegation, decidedAtOf } from './delegation.ts';
import type { CappedAgents } from './delegation-ceilings.ts';
import type { OwnerConfirmation } from './delegation-changes.ts';
import { aboutDelegation, confirmedAtOf, slotOf, suspendedDelegation } from './delegation-record.ts';
import { delegationRefusal } from './delegation-refusals.ts';
import { type DelegationSlots, partOf } from './delegation-slots.ts';

const PAGE = 200;
/** Maximum number of delegations of one person that are searched for suspended ones. */
const MOST_OF_SUBJECT = 5000;

/**
 * Suspends and confirms delegations when an agent changes owner. The agent's `ownership` number suspends them: it
 * changes together with the owner in one write (agents/ownership.ts), and the stored state follows later. Part of the
 * delegation registry.
 */
export interface DelegationsOfOwners {
  /**
   * The first hop of a person, agent and resource (and calling client), if it waits for the person to confirm a new
   * owner.
   */
  suspendedAt(subject: string, actor: string, resource: string, via?: string): Promise<Delegation | undefined>;
  /** All delegations that wait for a person to confirm a new owner, of one agent or of all, oldest first. */
  suspendedOf(subject: string, actor?: string): Promise<readonly Delegation[]>;
  /**
   * Records that a person confirms an agent's new owner: the suspended delegations hold again what they held. Returns
   * how many. Throws DomainError 'precondition_failed' when the agent has changed owner since the person was asked.
   */
  confirmOwner(confirmation: OwnerConfirmation): Promise<number>;
  /**
   * Stores the suspension of an agent's delegations, at most `limit`, each with the event that notifies its person.
   * None of them has been active since the hand-over. Returns how many.
   */
  suspendFormer(agent: string, by: string, limit: number): Promise<number>;
}

export const delegationsOfOwners = ({
  slots: { delegations, settle, standing, holderOf },
  clock,
  audit,
  agents,
  revocation,
}: {
  readonly slots: DelegationSlots;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly agents: CappedAgents | undefined;
  readonly revocation: Revocation;
}): {
  /**
   * Delegations in their current state, which may differ from the stored one: those of an agent that has changed owner
   * are suspended. Costs one read for all.
   */
  asTheyStand(all: readonly Delegation[]): Promise<readonly Delegation[]>;
  readonly operations: DelegationsOfOwners;
} => {
  const asTheyStand = async (all: readonly Delegation[]): Promise<readonly Delegation[]> => {
    const isFormer = await revocation.inOtherHands(
      all.map((delegation) => (delegation.state === 'active' ? partOf(delegation) : {})),
    );
    return all.map((delegation, index) => (isFormer[index] ? suspendedDelegation(delegation) : delegation));
  };

  /** Whether no ancestor has ended: a person cannot confirm a delegation whose ancestors are gone. */
  const hasGround = async ({ ancestors }: Delegation): Promise<boolean> => {
    const above = ancestors.length === 0 ? [] : await delegations.getMany(ancestors);
    const isThere = await Promise.all(above.map(async ({ document }) => (await standing(document)) !== undefined));
    return isThere.length === ancestors.length && isThere.every((one) => one);
  };

  /** Matching delegations, page by page, oldest first. */
  async function* each(where: Readonly<Record<string, string>>, most: number): AsyncGenerator<Delegation> {
    let after: Cursor | undefined;
    for (let read = 0; read < most; read += PAGE) {
      const page = await delegations.find({
        where,
        order: { by: 'createdAt', direction: 'ascending' },
        limit: PAGE,
        ...(after ? { after } : {}),
      });
      for (const { document } of page) yield document;
      const last = page.at(-1)?.document;
      if (page.length < PAGE || !last) return;
      after = { value: last.createdAt, id: last.id };
    }
  }

  const operations: DelegationsOfOwners = {
    async suspendedAt(subject, actor, resource, via): Promise<Delegation | undefined> {
      const found = await holderOf(slotOf(subject, null, actor, resource, via));
      const current = found && (await standing(found.document));
      return current?.state === 'suspended' ? current : undefined;
    },

    async suspendedOf(subject, actor): Promise<readonly Delegation[]> {
      const all: Delegation[] = [];
      const where = { subject, ...(actor === undefined ? {} : { actor }) };
      for await (const delegation of each(where, MOST_OF_SUBJECT)) {
        if (delegation.state === 'revoked' || delegation.expiresAt <= clock.now()) continue;
        const current = await standing(delegation);
        if (current?.state === 'suspended' && (await hasGround(current))) all.push(current);
      }
      return all;
    },

    async confirmOwner({ subject, actor, ownership, by, request }): Promise<number> {
      const agent = (await agents?.getMany([actor]))?.[0]?.document;
      if (!agent || ownershipOf(agent) !== ownership) {
        throw delegationRefusal('agent_changed_owner_again');
      }
      const confirmedAt = confirmedAtOf(clock.now(), await revocation.handsFrom(actor));
      let count = 0;
      for (const delegation of await operations.suspendedOf(subject, actor)) {
        let isMine = false;
        await settle(
          delegation.slot,
          (current) => {
            isMine = current?.id === delegation.id && current.state === 'suspended';
            if (!isMine || !current) return undefined;
            // Confirming an owner is not a new decision about rights: it extends no expiry.
            const decidedAt = decidedAtOf(current);
            return { ...current, state: 'active', ownership, updatedAt: clock.now(), decidedAt, confirmedAt };
          },
          { caller: by, owner: agent.owner, ...(request ? { request } : {}) },
        );
        if (isMine) count += 1;
      }
      return count;
    },

    async suspendFormer(agent, by, limit): Promise<number> {
      let count = 0;
      for await (const delegation of each({ actor: agent }, Number.POSITIVE_INFINITY)) {
        if (delegation.state !== 'active' || (await standing(delegation))?.state !== 'suspended') continue;
        if (count === limit) return count;
        const held = (await agents?.getMany([agent]))?.[0]?.document;
        const owner = held === undefined ? {} : { owner: held.owner };
        const event = { ...aboutDelegation(delegation), ...owner, type: 'delegation.suspended', caller: by } as const;
        await audit.append({ ...event, outcome: 'done' });
        let isMine = false;
        await update(delegations, delegation.id, (now) => {
          isMine = now.state === 'active' && ownershipOf(now) === ownershipOf(delegation);
          return isMine
            ? { ...suspendedDelegation(now), updatedAt: clock.now(), decidedAt: decidedAtOf(now) }
            : undefined;
        });
        if (!isMine) await audit.append({ ...event, ...OVER_FIRST });
        count += 1;
      }
      return count;
    },
  };

  return { asTheyStand, operations };
};
