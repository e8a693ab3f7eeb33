import type { Clock } from '../ports/clock.ts';
import type { AuditEvent } from './audit-event.ts';

type Count = { readonly source: string; readonly reason: string; since: number; count: number };
/** Refusals of one source, or `other`, for one reason, since a second. */
export type Counted = Readonly<Count>;

/** The source of those that are not counted one by one. */
export const OTHER = 'other';
/** Reasons come from a closed set; this bounds memory should one ever be made from input. */
const MAX_OTHERS = 64;

/**
 * Refusals before anybody is authenticated (decision D18): the first of a (source, reason) in an
 * interval is an event at once, further ones are counted and written by `flush`, one event each key.
 * Keeps at most `maxKeys` keys; what goes beyond is counted under source `other`.
 */
export const refusalCounter = (deps: {
  readonly append: (event: AuditEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly intervalSeconds: number;
  /** Default 1000. */
  readonly maxKeys?: number;
  /** Default: 'request.refused' of an address. */
  readonly eventOf?: (counted: Counted, request?: string) => AuditEvent;
}) => {
  const { append, clock, intervalSeconds, eventOf = refusal } = deps;
  const maxKeys = deps.maxKeys ?? 1000;
  let counts = new Map<string, Count>();
  let seen = new Set<string>();
  let intervalFrom = clock.now();

  const beginInterval = (): void => {
    intervalFrom = clock.now();
    seen = new Set();
  };

  /** The source and reason under which one is kept, given how many keys there are already. */
  const keep = (keys: { has(key: string): boolean; readonly size: number }, source: string, reason: string) => {
    for (const [candidate, room] of [
      [{ source, reason }, maxKeys],
      [{ source: OTHER, reason }, maxKeys + MAX_OTHERS],
    ] as const) {
      const key = JSON.stringify([candidate.source, candidate.reason]);
      if (keys.has(key) || keys.size < room) return { ...candidate, key };
    }
    return { source: OTHER, reason: OTHER, key: JSON.stringify([OTHER, OTHER]) };
  };

  const add = (source: string, reason: string, since: number, count: number): void => {
    const kept = keep(counts, source, reason);
    const entry = counts.get(kept.key);
    if (entry) {
      entry.count += count;
      entry.since = Math.min(entry.since, since);
    } else {
      counts.set(kept.key, { source: kept.source, reason: kept.reason, since, count });
    }
  };

  return {
    /**
     * Notes one refusal. Resolves at once when it is only counted, else when it is durable; throws
     * DomainError 'unavailable' when it could not be written (it is then counted).
     */
    async note(source: string, reason: string, request?: string): Promise<void> {
      const now = clock.now();
      if (now >= intervalFrom + intervalSeconds) beginInterval();
      const kept = keep(seen, source, reason);
      if (seen.has(kept.key)) {
        add(kept.source, kept.reason, now, 1);
        return;
      }
      seen.add(kept.key);
      try {
        await append(eventOf({ source: kept.source, reason: kept.reason, since: now, count: 1 }, request));
      } catch (error) {
        seen.delete(kept.key);
        add(kept.source, kept.reason, now, 1);
        throw error;
      }
    },

    /** Writes what was counted and begins a new interval. What could not be written stays counted; then it throws. */
    async flush(): Promise<void> {
      const ended = [...counts.values()];
      counts = new Map();
      beginInterval();
      const results = await Promise.allSettled(ended.map((count) => append(eventOf(count))));
      results.forEach((result, index) => {
        const lost = ended[index];
        if (result.status === 'rejected' && lost) add(lost.source, lost.reason, lost.since, lost.count);
      });
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
};

const refusal = ({ source, reason, since, count }: Counted, request?: string): AuditEvent => ({
  type: 'request.refused',
  outcome: 'refused',
  ...(request === undefined ? {} : { request }),
  error: reason,
  count,
  since,
  ...(source === OTHER ? { note: 'from sources beyond those counted one by one' } : { personal: { source } }),
});
