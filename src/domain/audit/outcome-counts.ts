/**
 * Numbers of refused and granted events in each hour of the last days, so that a chart does not have to read the audit
 * log. They are counted in memory. Housekeeping writes them to one document for each node and day. A process that
 * crashes loses what it counted since the last write. The figures are for display; the audit log is authoritative.
 */
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, upsert } from '../ports/document-store.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { AuditEvent, AuditEventType } from './audit-event.ts';

const HOURS = 24;
const HOUR = 3600;
const DAY = HOURS * HOUR;

/** Days that can be shown. A document is kept for a day longer. */
export const COUNTED_DAYS = 14;
/** Maximum number of documents read for one chart: enough for 71 nodes. */
const MOST_ROWS = 1000;

/** One number for each hour of a day in UTC. */
type Hours = readonly number[];

type DayCounts = {
  /** `day:node` */
  readonly id: string;
  /** Beginning of the day in UTC, epoch seconds. */
  readonly day: number;
  readonly granted: Hours;
  /** By event type. */
  readonly refused: Readonly<Record<string, Hours>>;
  readonly endsAt: number;
};

export const OUTCOME_COUNTS = {
  name: 'outcome_counts',
  holds: 'granted and refused events of one node on one day, by hour',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: '14 days have passed since its day' },
  transfer: 'log',
  indexes: [{ fields: ['day'] }],
  expiresAt: 'endsAt',
  members: ['day', 'granted', 'refused', 'endsAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

type Counts = Pick<DayCounts, 'granted' | 'refused'>;
type Noted = { granted: number[]; refused: Record<string, number[]> };

export type OutcomeFigures = {
  /** Oldest first, without a gap. `from` is epoch seconds. */
  readonly spans: readonly { readonly from: number; readonly granted: number; readonly refused: number }[];
  /** Types of refused events, the most frequent first. */
  readonly kinds: readonly { readonly type: AuditEventType; readonly count: number }[];
};

/** `node`: id of this node; only this node writes under it. */
export interface OutcomeCounts {
  /** Counts an event that was just recorded; a counted refusal as often as its `count`. In memory only. */
  note(event: Pick<AuditEvent, 'type' | 'outcome' | 'count'>): void;
  /** Writes the counts. Counts that cannot be written stay in memory; then it throws. */
  flush(): Promise<void>;
  /** Figures of all nodes, by day or by hour, up to now; other nodes' figures as far as they are written. One query. */
  of(span: 'days' | 'hours'): Promise<OutcomeFigures>;
}

export const outcomeCounts = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly node: string;
}): OutcomeCounts => {
  const { clock, node } = deps;
  const counts = deps.documents.collection<DayCounts>(OUTCOME_COUNTS);
  let noted = new Map<number, Noted>();
  let writing: Promise<void> = Promise.resolve();

  const write = (day: number, more: Counts): Promise<void> => {
    const id = `${day}:${node}`;
    const first = { id, day, ...more, endsAt: day + (COUNTED_DAYS + 1) * DAY };
    return upsert(counts, id, (stored) => (stored ? { ...stored, ...added(stored, more) } : first));
  };

  const flush = async (): Promise<void> => {
    const some = noted;
    noted = new Map();
    for (const [day, more] of some) {
      try {
        await write(day, more);
      } catch (error) {
        for (const [left, counts] of some) noted.set(left, added(noted.get(left), counts));
        throw error;
      }
      some.delete(day);
    }
  };

  return {
    note({ type, outcome, count = 1 }): void {
      if (outcome === 'done') return;
      const now = clock.now();
      const day = now - (now % DAY);
      const hour = Math.floor((now % DAY) / HOUR);
      const counts = noted.get(day) ?? { granted: none(), refused: {} };
      noted.set(day, counts);
      const hours = outcome === 'granted' ? counts.granted : (counts.refused[type] ?? none());
      if (outcome === 'refused') counts.refused[type] = hours;
      hours[hour] = (hours[hour] ?? 0) + count;
    },

    flush(): Promise<void> {
      writing = writing.catch(() => undefined).then(flush);
      return writing;
    },

    async of(span): Promise<OutcomeFigures> {
      await writing.catch(() => undefined);
      const now = clock.now();
      const [seconds, length] = span === 'days' ? [DAY, COUNTED_DAYS] : [HOUR, HOURS];
      const begin = now - (now % seconds) - (length - 1) * seconds;
      const stored = await counts.find({
        range: { field: 'day', gte: begin - (begin % DAY), lte: now },
        order: { by: 'day', direction: 'descending' },
        limit: MOST_ROWS,
      });
      const all = [
        ...stored.map(({ document }) => document),
        ...[...noted].map(([day, counts]) => ({ day, ...counts })),
      ];
      const spans = Array.from({ length }, (_, index) => ({ from: begin + index * seconds, granted: 0, refused: 0 }));
      const kinds = new Map<string, number>();
      for (const { day, granted, refused } of all) {
        const count = (hours: Hours, to: (place: (typeof spans)[number], times: number) => void): void =>
          hours.forEach((times, hour) => {
            const place = spans[Math.floor((day + hour * HOUR - begin) / seconds)];
            if (place && times > 0) to(place, times);
          });
        count(granted, (place, times) => (place.granted += times));
        for (const [type, hours] of Object.entries(refused)) {
          count(hours, (place, times) => {
            place.refused += times;
            kinds.set(type, (kinds.get(type) ?? 0) + times);
          });
        }
      }
      return {
        spans,
        kinds: [...kinds]
          .map(([type, count]) => ({ type: type as AuditEventType, count }))
          .sort((one, other) => other.count - one.count || one.type.localeCompare(other.type)),
      };
    },
  };
};

const none = (): number[] => Array.from({ length: HOURS }, () => 0);

const added = (one: Counts | undefined, other: Counts): Noted => {
  const sum = (some: Hours | undefined, more: Hours | undefined): number[] =>
    none().map((_, hour) => (some?.[hour] ?? 0) + (more?.[hour] ?? 0));
  const types = new Set([...Object.keys(one?.refused ?? {}), ...Object.keys(other.refused)]);
  return {
    granted: sum(one?.granted, other.granted),
    refused: Object.fromEntries([...types].map((type) => [type, sum(one?.refused[type], other.refused[type])])),
  };
};
