import type { Clock } from '../ports/clock.ts';
import type { AuditEvent } from './audit-event.ts';
import type { BudgetShare, RefusalBudget } from './refusal-budget.ts';

/** Refusals of one group for one reason since a second; `source` is the sender's own when there was one refusal. */
export type Counted = {
  readonly source: string;
  readonly reason: string;
  readonly since: number;
  readonly count: number;
};

type Entry = {
  readonly group: string;
  readonly reason: string;
  /** Refusals that no event includes yet. */
  count: number;
  since: number;
  /** From this second on the next refusal is written as an event. Those counted before are written as another one. */
  dueAt: number;
  /** Whether there are counted refusals whose gap has ended. */
  isDue: boolean;
  /** Seconds between two events. */
  gap: number;
};

/** Numbers of refusals that were left out. */
type LeftOut = { since: number; count: number; readonly reasons: Map<string, number> };

/** Groups and reasons that are counted separately at a time. */
const MOST_KEYS = 1000;
/** Reasons that a summary lists separately. */
const MOST_REASONS = 16;
const OTHER = 'other';
const HOUR = 3600;

export type RefusalCounterDeps = {
  readonly append: (event: AuditEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly intervalSeconds: number;
  readonly budget: RefusalBudget;
  readonly share: Exclude<BudgetShare, 'summaries'>;
  /** Group of a source; refusals of a group are counted together. */
  readonly groupOf: (source: string) => string;
  readonly eventOf: (counted: Counted, request?: string) => AuditEvent;
  /** Default 1000. */
  readonly maxKeys?: number;
};

/** Counts a refusal of a sender that has not authenticated (decision D18). `source`: its address. Throws as `note` does. */
export type CountRefusal = (refusal: {
  readonly reason: string;
  readonly source: string;
  readonly request: string;
}) => void | Promise<void>;

/**
 * Refusals before authentication (decision D18). Writes the first of a group and reason as an event at once. Counts
 * further ones for a gap, and writes them as one event after it. The gap doubles from `intervalSeconds` up to an hour
 * while they continue. Refusals beyond the budget or the memory limit become one number for each process and hour.
 */
export interface RefusalCounter {
  /**
   * Notes one refusal, or `times` of them. Resolves at once when the refusal is only counted, otherwise when its event
   * is durable. Throws DomainError 'unavailable' when the event could not be written (the refusal is then counted).
   */
  note(source: string, reason: string, request?: string, times?: number): Promise<void>;
  /**
   * Writes the due refusals, and once an hour the number left out. `all`: writes both now, at the end of the process.
   * Refusals that cannot be written stay counted; then it throws.
   */
  flush(how?: { readonly all?: boolean }): Promise<void>;
}

export const refusalCounter = (deps: RefusalCounterDeps): RefusalCounter => {
  const { append, clock, intervalSeconds, budget, share, groupOf, eventOf, maxKeys = MOST_KEYS } = deps;
  const entries = new Map<string, Entry>();
  let leftOut: LeftOut | undefined;

  const leaveOut = (reason: string, count: number, since: number): void => {
    leftOut ??= { since, count: 0, reasons: new Map() };
    leftOut.since = Math.min(leftOut.since, since);
    leftOut.count += count;
    const name = leftOut.reasons.has(reason) || leftOut.reasons.size < MOST_REASONS ? reason : OTHER;
    leftOut.reasons.set(name, (leftOut.reasons.get(name) ?? 0) + count);
  };

  const nextGap = (entry: Entry): void => {
    // Without a budget each interval has its own event.
    if (budget.isBounded) entry.gap = Math.min(2 * entry.gap, Math.max(HOUR, intervalSeconds));
    entry.dueAt = clock.now() + entry.gap;
  };

  const add = (entry: Entry, count: number, since: number): void => {
    entry.since = entry.count === 0 ? since : Math.min(entry.since, since);
    entry.count += count;
  };

  /**
   * Writes some refusals of an entry, or leaves them out. Refusals that cannot be written stay counted; then it throws.
   */
  const write = async (entry: Entry, some: Counted, request?: string): Promise<void> => {
    if (!(await budget.take(share))) return leaveOut(some.reason, some.count, some.since);
    try {
      await append(eventOf(some, request));
    } catch (error) {
      add(entry, some.count, some.since);
      Object.assign(entry, { dueAt: clock.now(), isDue: true });
      throw error;
    }
  };

  const writeCounted = async (entry: Entry): Promise<void> => {
    const { group, reason, count, since } = entry;
    Object.assign(entry, { count: 0, isDue: false });
    await write(entry, { source: group, reason, count, since });
  };

  const writeLeftOut = async (): Promise<void> => {
    const told = leftOut;
    if (!told || !(await budget.take('summaries'))) return;
    leftOut = undefined;
    const { count, since, reasons } = told;
    try {
      await append({
        type: 'refusals.left_out',
        outcome: 'refused',
        count,
        since,
        inputs: { kind: share, reasons: Object.fromEntries(reasons) },
      });
    } catch (error) {
      for (const [reason, times] of reasons) leaveOut(reason, times, since);
      throw error;
    }
  };

  return {
    async note(source, reason, request, times = 1): Promise<void> {
      const now = clock.now();
      const group = groupOf(source);
      const key = JSON.stringify([group, reason]);
      const known = entries.get(key);
      if (!known && entries.size >= maxKeys) return leaveOut(reason, times, now);
      const entry = known ?? {
        group,
        reason,
        count: 0,
        since: now,
        dueAt: now + intervalSeconds,
        isDue: false,
        gap: intervalSeconds,
      };
      entries.set(key, entry);
      if (known && now < known.dueAt) return add(known, times, now);
      if (known) {
        known.isDue = known.count > 0;
        nextGap(known);
      }
      await write(entry, { source, reason, count: times, since: now }, request);
    },

    async flush({ all = false } = {}): Promise<void> {
      const now = clock.now();
      const writing: Promise<void>[] = [];
      for (const [key, entry] of entries) {
        // The first gap ends with the interval in which it began.
        const isOver = now >= entry.dueAt || entry.gap === intervalSeconds;
        if (entry.count > 0 && (all || isOver || entry.isDue)) {
          writing.push(writeCounted(entry));
          // Without a budget the next refusal is an event at once, even if an earlier one was written late.
          if (isOver && budget.isBounded) nextGap(entry);
        } else if (entry.count === 0 && now >= entry.dueAt + entry.gap) entries.delete(key);
      }
      if (leftOut && (all || Math.floor(now / HOUR) > Math.floor(leftOut.since / HOUR))) writing.push(writeLeftOut());
      const failed = (await Promise.allSettled(writing)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
};
