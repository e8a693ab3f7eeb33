import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { MasterKey } from '../crypto/master-key.ts';

/** Number of parts of a limit. A process reports to the others each time it has counted one more part. */
const PARTS = 32;
/** Maximum number of keys that are shared in one minute. This process limits further keys to its own part. */
const MOST_SHARED = 4096;
/** Maximum number of keys in one exchange with the store. */
const AT_ONCE = 128;
/** Seconds for which the counts of a minute are stored: a little longer, for nodes whose clock is behind. */
const KEPT_SECONDS = 120;

/** For one key in one minute: how many of our counts the store has, and how many of other processes. */
type Shared = { told: number; others: number };

/**
 * Shares counts of a minute between all processes over the ephemeral store. Requests never wait for it. A process
 * counts in memory. It reports its count each time a key has used another 32nd of its limit (at least 1), one exchange
 * at a time. The response holds the counts of the others.
 *
 * A limit of N therefore lets pass at most N. Each process may let pass one 32nd of N more, and the requests that
 * arrive there during one exchange. While the store fails, and for keys beyond 4096, a process lets pass N divided by
 * the number of processes. A store that is down neither opens nor closes the limit.
 */
export interface SharedCounts {
  /** Drops the last minute. */
  begin(now: number): void;
  /** Whether `key` has used up `most`, of which this process counted `local`. */
  isExceeded(key: string, local: number, most: number): boolean;
  /** Must be called when this process has counted one more of `key`. Never throws, and does not block. */
  counted(key: string, local: number, most: number): void;
}

export const sharedCounts = (deps: {
  /** Distinguishes limits. */
  readonly name: string;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly masterKey: Pick<MasterKey, 'digest'>;
  readonly clock: Clock;
  /** Processes that count, including this one. With one, nothing is shared. */
  readonly processes: () => number;
}): SharedCounts => {
  const { name, ephemeral, masterKey, processes } = deps;
  let minute = -1;
  let shared = new Map<string, Shared>();
  let due = new Map<string, number>();
  let isExchanging = false;
  let isFailing = false;

  const tell = async (key: string, entry: Shared, local: number, of: number): Promise<void> => {
    const more = local - entry.told;
    if (more <= 0) return;
    const counter = `requests:${name}:${of}:${masterKey.digest('request_limit', key)}`;
    const total = await ephemeral.count(counter, KEPT_SECONDS, more);
    entry.told += more;
    entry.others = Math.max(0, total - entry.told);
  };

  const exchange = async (): Promise<void> => {
    if (isExchanging) return;
    isExchanging = true;
    try {
      while (due.size > 0) {
        const batch = [...due].slice(0, AT_ONCE);
        for (const [key] of batch) due.delete(key);
        const known = shared;
        const of = minute;
        const told = await Promise.allSettled(
          batch.map(async ([key, local]) => {
            const entry = known.get(key);
            if (entry) await tell(key, entry, local, of);
          }),
        );
        isFailing = told.some(({ status }) => status === 'rejected');
        // Counts that were not reported are reported with the next ones.
        if (isFailing) break;
      }
    } finally {
      isExchanging = false;
    }
  };

  const stepOf = (most: number): number => Math.max(1, Math.floor(most / PARTS));

  return {
    begin(now): void {
      minute = now;
      shared = new Map();
      due = new Map();
    },

    isExceeded(key, local, most): boolean {
      if (local >= most) return true;
      const count = processes();
      if (count <= 1 || local < stepOf(most)) return false;
      const entry = shared.get(key);
      const isAlone = entry === undefined || isFailing;
      if (isAlone && local >= Math.ceil(most / count)) return true;
      return entry !== undefined && local + entry.others >= most;
    },

    counted(key, local, most): void {
      const step = stepOf(most);
      if (local < step || processes() <= 1) return;
      let entry = shared.get(key);
      if (entry === undefined) {
        if (shared.size >= MOST_SHARED) return;
        entry = { told: 0, others: 0 };
        shared.set(key, entry);
      }
      if (local - entry.told < step) return;
      due.set(key, local);
      void exchange();
    },
  };
};
