import { type AuditLog, OVER_FIRST } from '../../audit/audit-event.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, update } from '../../ports/document-store.ts';
import { detailsWithout } from '../../resources/authorization-details/narrowed-details.ts';
import { isEmpty, withDetails } from './attenuation.ts';
import { type Delegation, decidedAtOf } from './delegation.ts';
import type { DelegationList, Without } from './delegation-changes.ts';
import type { DelegationReads } from './delegation-reads.ts';
import { aboutDelegation, endedDelegation } from './delegation-record.ts';
import type { DelegationSlots } from './delegation-slots.ts';

/** Narrows and revokes delegations. For each change, appends the audit event, then makes one swap. */
export interface DelegationRevocation {
  /**
   * Removes single scopes and authorization details from a first hop, and so from every delegation below it. A
   * delegation that then holds nothing ends. Returns undefined when there is no such delegation, or when it holds none
   * of these. Hops below cannot be narrowed directly, since each exchange derives them again.
   */
  narrow(id: string, without: Without, by: string, request?: string): Promise<Delegation | undefined>;
  /**
   * Revokes a delegation, and so everything below it, by one swap. Idempotent: returns a revoked delegation unchanged,
   * without an event. Exactly one of several concurrent revocations succeeds. Each of the others appends a second event
   * that says that it had no effect. Returns undefined when there is no such delegation. `by` is an account, client or
   * agent id, or 'system'.
   */
  revoke(id: string, by: string, request?: string): Promise<Delegation | undefined>;
  /** Revokes all delegations of `actor` for `subject`, also those below other agents. Returns how many it revoked. */
  revokeAllOf(subject: string, actor: string, by: string, request?: string): Promise<number>;
  /** Revokes all delegations for `subject` in which `via`, a client, calls the agent. Returns how many it revoked. */
  revokeAllVia(subject: string, via: string, by: string, request?: string): Promise<number>;
}

export const delegationRevocation = ({
  slots,
  list,
  clock,
  audit,
}: {
  readonly slots: Pick<DelegationSlots, 'delegations' | 'settle'>;
  readonly list: DelegationReads['list'];
  readonly clock: Clock;
  readonly audit: AuditLog;
}): DelegationRevocation => {
  const { delegations, settle } = slots;

  const revokeEach = async (
    which: Pick<DelegationList, 'subject' | 'actor' | 'via'>,
    by: string,
    request?: string,
  ): Promise<number> => {
    let count = 0;
    // Repeats until a pass finds nothing: delegations may be created while a pass runs.
    for (let pass = 0; pass < 5; pass += 1) {
      const before = count;
      let after: Cursor | undefined;
      do {
        const page = await list({ ...which, after, limit: 200 });
        for (const delegation of page.items) {
          if (delegation.state === 'revoked') continue;
          await revoking.revoke(delegation.id, by, request);
          count += 1;
        }
        after = page.next;
      } while (after);
      if (count === before) break;
    }
    return count;
  };

  const revoking: DelegationRevocation = {
    async narrow(id, without, by, request): Promise<Delegation | undefined> {
      const found = (await delegations.get(id))?.document;
      if (found?.parent !== null || found.state === 'revoked') return undefined;
      let isMine = false;
      const { delegation } = await settle(
        found.slot,
        (current) => {
          isMine = false;
          if (current?.id !== id) return undefined;
          const { details: held = [], ...others } = current;
          const scope = current.scope.filter((name) => !without.scope.includes(name));
          const left = detailsWithout(held, without.details);
          isMine = scope.length < current.scope.length || left.length < held.length;
          if (!isMine) return undefined;
          const now = clock.now();
          if (isEmpty({ scope, details: left })) return endedDelegation(current, now, by);
          // Narrowing is not a new decision: it extends no expiry and revives no ended hop.
          return { ...others, scope, ...withDetails(left), updatedAt: now, decidedAt: decidedAtOf(current) };
        },
        { caller: by, ...(request ? { request } : {}) },
      );
      return isMine ? delegation : undefined;
    },

    async revoke(id, by, request): Promise<Delegation | undefined> {
      const found = (await delegations.get(id))?.document;
      if (!found || found.state === 'revoked') return found;
      const event = {
        ...aboutDelegation(found),
        type: 'delegation.revoked',
        caller: by,
        ...(request ? { request } : {}),
      } as const;
      await audit.append({ ...event, outcome: 'done' });
      const now = clock.now();
      let isMine = false;
      const stored = await update(delegations, id, (delegation) => {
        isMine = delegation.state !== 'revoked';
        return isMine ? endedDelegation(delegation, now, by) : undefined;
      });
      if (!isMine) await audit.append({ ...event, ...OVER_FIRST });
      return stored?.document;
    },

    revokeAllOf: (subject, actor, by, request): Promise<number> => revokeEach({ subject, actor }, by, request),

    revokeAllVia: (subject, via, by, request): Promise<number> => revokeEach({ subject, via }, by, request),
  };

  return revoking;
};
