import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Collection,
  type DocumentStore,
  LOST,
  retryLost,
  tryInsert,
  type Versioned,
} from '../../ports/document-store.ts';
import type { Part, Revocation } from '../../ports/revocation.ts';
import { effective, isActive } from './attenuation.ts';
import { DELEGATIONS, type Delegation, decidedAtOf } from './delegation.ts';
import { type CappedAgents, ceilingsOf, isWithinDepth, underCeilings } from './delegation-ceilings.ts';
import { withEnds } from './delegation-ends.ts';
import {
  aboutDelegation,
  changeOfDelegation,
  endedDelegation,
  holdsTheSame,
  slotOf,
  suspendedDelegation,
} from './delegation-record.ts';
import { delegationRefusal } from './delegation-refusals.ts';

/**
 * Delegations in their slots: at most one live delegation per subject, parent, actor, resource and calling client,
 * also under concurrent writes. Returns the effective delegation, and swaps one state for the next after appending
 * its event.
 */
export interface DelegationSlots {
  /** The stored delegations. */
  readonly delegations: Collection<Delegation>;
  /** The delegation if it and all its ancestors are active now, narrowed to what the ancestors hold. */
  effectiveNow(delegation: Delegation | undefined): Promise<Delegation | undefined>;
  /**
   * The delegation in its slot, without regard to its ancestors: suspended from the hand-over on. Undefined when it has
   * ended. After a kill or a restored backup the person decides again, because the delegation may have been ended for a
   * reason.
   */
  standing(delegation: Delegation): Promise<Delegation | undefined>;
  /** The delegation that holds a slot, in any state. Undefined when the slot is free. */
  holderOf(slot: string): Promise<Versioned<Delegation> | undefined>;
  /** The effective delegation in a slot. */
  at(
    subject: string,
    parent: string | null,
    actor: string,
    resource: string,
    via?: string,
  ): Promise<Delegation | undefined>;
  /**
   * Finds the delegation in the slot and lets `decide` create its next state, or the first one. Reads and decides again
   * when another writer was faster. `decide` returns undefined to leave it unchanged. Throws StoreUnavailable after 20
   * lost swaps.
   */
  settle(
    slot: string,
    decide: (current: Delegation | undefined) => Delegation | undefined | Promise<Delegation | undefined>,
    facts: Partial<AuditEvent>,
  ): Promise<{ readonly delegation: Delegation | undefined; readonly inserted: boolean }>;
  /**
   * Throws 'access_denied' when this hop was ended and the person has not decided about the first hop since. Otherwise
   * the agent's next request would restore the hop.
   */
  refuseEndedHop(parent: Delegation, actor: string): Promise<void>;
}

export const delegationSlots = ({
  documents,
  clock,
  audit,
  revocation,
  agents,
  keptSeconds,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly revocation: Revocation;
  readonly agents: CappedAgents | undefined;
  readonly keptSeconds: number;
}): DelegationSlots => {
  const delegations = withEnds(documents.collection<Delegation>(DELEGATIONS), keptSeconds);

  const isEnded = async (chain: readonly Delegation[]): Promise<boolean> =>
    (await revocation.ended(chain.map(partOf))) !== undefined;

  const standing = async (delegation: Delegation): Promise<Delegation | undefined> => {
    const capped = underCeilings(delegation, await ceilingsOf(agents, [delegation]));
    if (delegation.state === 'revoked' || capped.expiresAt <= clock.now()) return undefined;
    const end = await revocation.ended([partOf(delegation)]);
    if (end === 'handed_over') return suspendedDelegation(delegation);
    return end === undefined ? delegation : undefined;
  };

  const holderOf = async (slot: string): Promise<Versioned<Delegation> | undefined> =>
    (await delegations.find({ where: { slot }, limit: 1 }))[0];

  const effectiveNow = async (delegation: Delegation | undefined): Promise<Delegation | undefined> => {
    if (!delegation || !isActive(delegation, clock.now())) return undefined;
    const above =
      delegation.ancestors.length === 0
        ? []
        : (await delegations.getMany(delegation.ancestors)).map(({ document }) => document);
    const all = [delegation, ...above];
    const [isOver, ceilings] = await Promise.all([isEnded(all), ceilingsOf(agents, all)]);
    if (isOver || !isWithinDepth(above, ceilings)) return undefined;
    const capped = (one: Delegation): Delegation => underCeilings(one, ceilings);
    return effective(capped(delegation), above.map(capped), clock.now());
  };

  const at = async (subject: string, parent: string | null, actor: string, resource: string, via?: string) =>
    effectiveNow((await holderOf(slotOf(subject, parent, actor, resource, via)))?.document);

  /**
   * Frees the slot of a delegation that ended by time or epoch. Appends no event, since the delegation gave no
   * authority any more.
   */
  const vacate = async ({ document, version }: Versioned<Delegation>): Promise<boolean> =>
    delegations.replace(endedDelegation(document, Math.min(document.expiresAt, clock.now()), 'system'), version);

  const settle = (
    slot: string,
    decide: (current: Delegation | undefined) => Delegation | undefined | Promise<Delegation | undefined>,
    facts: Partial<AuditEvent>,
  ): Promise<{ readonly delegation: Delegation | undefined; readonly inserted: boolean }> =>
    retryLost('a delegation', async () => {
      const found = await holderOf(slot);
      const current = found && (await standing(found.document));
      if (found && !current) {
        await vacate(found);
        return LOST;
      }
      const next = await decide(current);
      if (next === undefined) return { delegation: current, inserted: false };
      // Repeating the same decision changes no authority; only its time is stored.
      const isChange = !current || next.state !== current.state || !holdsTheSame(next, current);
      if (isChange) await audit.append({ ...aboutDelegation(next), ...facts, ...changeOfDelegation(current, next) });
      if (found) {
        return (await delegations.replace(next, found.version)) ? { delegation: next, inserted: false } : LOST;
      }
      if (await tryInsert(delegations, next)) return { delegation: next, inserted: true };
      await audit.append({
        ...aboutDelegation(next),
        ...facts,
        type: 'delegation.revoked',
        outcome: 'done',
        caller: 'system',
        note: 'never stored: another request had made the same delegation',
      });
      return LOST;
    });

  const refuseEndedHop = async (parent: Delegation, actor: string): Promise<void> => {
    // They share one slot, so each was created after the previous one ended. None follows one that ended for a reason
    // other than time.
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const earlier = await delegations.find({ where: { parent: parent.id, actor }, order, limit: 100 });
    const ends = earlier.map(({ document }) => (document.revokedBy === 'system' ? 0 : (document.revokedAt ?? 0)));
    const lastEnd = Math.max(0, ...ends);
    if (lastEnd === 0) return;
    const root = await delegations.get(parent.ancestors.at(-1) ?? parent.id);
    if (!root || decidedAtOf(root.document) <= lastEnd) {
      throw delegationRefusal('delegation_hop_ended');
    }
  };

  return { delegations, effectiveNow, standing, holderOf, at, settle, refuseEndedHop };
};

/**
 * The part on which a delegation depends. The client that calls the agent is a party as well, so its kill ends the
 * delegation.
 */
export const partOf = (delegation: Delegation): Part => ({
  subject: delegation.subject,
  parties: delegation.via === undefined ? [delegation.actor] : [delegation.actor, delegation.via],
  delegation: delegation.id,
  since: delegation.createdAt,
  ownership: ownershipOf(delegation),
  consentedAt: delegation.confirmedAt ?? delegation.createdAt,
});
