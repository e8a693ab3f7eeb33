import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type DocumentStore,
  isDocumentConflict,
  StoreUnavailable,
  type Versioned,
} from '../../ports/document-store.ts';
import type { Part, Revocation } from '../../ports/revocation.ts';
import { DomainError } from '../../vocabulary/errors.ts';
import { effective, isActive } from './attenuation.ts';
import { DELEGATIONS, type Delegation, decidedAtOf } from './delegation.ts';
import { type CappedAgents, ceilingsOf, isWithinDepth, underCeilings } from './delegation-ceilings.ts';
import { withEnds } from './delegation-ends.ts';
import { aboutRow, changeOfRow, endedRow, holdsTheSame, slotOf, suspendedRow } from './delegation-record.ts';

/**
 * The rows as they stand in their slots: at most one live row for a subject, parent, actor and resource, whoever
 * writes at once. Says what counts now, and swaps one row for the next with the event in front.
 */
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
}) => {
  const rows = withEnds(documents.collection<Delegation>(DELEGATIONS), keptSeconds);

  const isEnded = async (chain: readonly Delegation[]): Promise<boolean> =>
    (await revocation.ended(chain.map(partOf))) !== undefined;

  /**
   * The row as it stands in its slot: suspended from the very hand-over on. Undefined when it is over; what a kill or a
   * restored backup is behind may have been ended for a reason: the person decides again.
   */
  const standing = async (row: Delegation): Promise<Delegation | undefined> => {
    const capped = underCeilings(row, await ceilingsOf(agents, [row]));
    if (row.state === 'revoked' || capped.expiresAt <= clock.now()) return undefined;
    const end = await revocation.ended([partOf(row)]);
    if (end === 'handed_over') return suspendedRow(row);
    return end === undefined ? row : undefined;
  };

  const holderOf = async (slot: string): Promise<Versioned<Delegation> | undefined> =>
    (await rows.find({ where: { slot }, limit: 1 }))[0];

  /** The row if it and all above count now, cut to what those above hold. */
  const effectiveNow = async (row: Delegation | undefined): Promise<Delegation | undefined> => {
    if (!row || !isActive(row, clock.now())) return undefined;
    const above = row.ancestors.length === 0 ? [] : (await rows.getMany(row.ancestors)).map(({ document }) => document);
    const all = [row, ...above];
    const [isOver, ceilings] = await Promise.all([isEnded(all), ceilingsOf(agents, all)]);
    if (isOver || !isWithinDepth(above, ceilings)) return undefined;
    const capped = (one: Delegation): Delegation => underCeilings(one, ceilings);
    return effective(capped(row), above.map(capped), clock.now());
  };

  /** What counts now of the row in a slot. */
  const at = async (subject: string, parent: string | null, actor: string, resource: string, via?: string) =>
    effectiveNow((await holderOf(slotOf(subject, parent, actor, resource, via)))?.document);

  /** Gives the slot of a row free that is over by time or epoch. It carried no authority any more, so this is no event of its own. */
  const vacate = async ({ document, version }: Versioned<Delegation>): Promise<boolean> =>
    rows.replace(endedRow(document, Math.min(document.expiresAt, clock.now()), 'system'), version);

  /**
   * Finds the slot's row and lets `decide` make the next state of it, or the first; again from a fresh
   * read when another writer came between. `decide` answers undefined to leave things as they are.
   */
  const settle = async (
    slot: string,
    decide: (current: Delegation | undefined) => Delegation | undefined | Promise<Delegation | undefined>,
    facts: Partial<AuditEvent>,
  ): Promise<{ readonly row: Delegation | undefined; readonly inserted: boolean }> => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const found = await holderOf(slot);
      const current = found && (await standing(found.document));
      if (found && !current) {
        await vacate(found);
        continue;
      }
      const next = await decide(current);
      if (next === undefined) return { row: current, inserted: false };
      // The same answer given again is no change of authority; only its time is noted.
      const isChange = !current || next.state !== current.state || !holdsTheSame(next, current);
      if (isChange) await audit.append({ ...aboutRow(next), ...facts, ...changeOfRow(current, next) });
      if (found) {
        if (await rows.replace(next, found.version)) return { row: next, inserted: false };
        continue;
      }
      try {
        await rows.insert(next);
        return { row: next, inserted: true };
      } catch (error) {
        if (!isDocumentConflict(error)) throw error;
        await audit.append({
          ...aboutRow(next),
          ...facts,
          type: 'delegation.revoked',
          outcome: 'done',
          caller: 'system',
          note: 'never stored: another request had made the same row',
        });
      }
    }
    throw new StoreUnavailable('gave up on a delegation after 20 lost swaps');
  };

  /**
   * Throws 'access_denied' when somebody ended this hop and the person has not decided about the first
   * hop since: else the agent would be back with its next request.
   */
  const refuseEndedHop = async (parent: Delegation, actor: string): Promise<void> => {
    // They share one slot, so each was made after the one before was over; none after one that is not due to time alone.
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const earlier = await rows.find({ where: { parent: parent.id, actor }, order, limit: 100 });
    const ends = earlier.map(({ document }) => (document.revokedBy === 'system' ? 0 : (document.revokedAt ?? 0)));
    const lastEnd = Math.max(0, ...ends);
    if (lastEnd === 0) return;
    const root = await rows.get(parent.ancestors.at(-1) ?? parent.id);
    if (!root || decidedAtOf(root.document) <= lastEnd) {
      throw new DomainError('access_denied', 'this hop of the delegation was ended');
    }
  };

  return { rows, effectiveNow, standing, holderOf, at, settle, refuseEndedHop };
};

/** What a delegation hangs on: the client that calls the agent is a party as well, and its kill ends the delegation. */
export const partOf = (row: Delegation): Part => ({
  subject: row.subject,
  parties: row.via === undefined ? [row.actor] : [row.actor, row.via],
  delegation: row.id,
  since: row.createdAt,
  ownership: ownershipOf(row),
  consentedAt: row.confirmedAt ?? row.createdAt,
});
