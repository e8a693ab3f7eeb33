import type { Collection } from '../ports/document-store.ts';
import { everyDocument } from '../ports/document-store.ts';
import { type AuditRecord, CHECKPOINT_STREAM, recordId } from './audit-record.ts';

/** The last record that was read of a stream. `sequence` 0: none yet, with an empty `hash`. */
export type Place = { readonly sequence: number; readonly hash: string };

/** By stream, checkpoints left out. Never changed: a later place is in another map. */
export type Places = ReadonlyMap<string, Place>;

/** The result of one look at the store. */
export type TailRead = {
  /** Of each stream in its order and without a gap. */
  readonly records: readonly AuditRecord[];
  readonly places: Places;
  /** Seconds of the stopwatch: the places contain every record that was stored before this moment. */
  readonly readAt: number;
};

/**
 * Follows the streams of all nodes while there is work to do with them. A record becomes visible only when all before it
 * in its stream are. Costs nothing while it is stopped.
 */
export interface AuditTail {
  /** The places now, after which `follow` begins. Starts the tail if it is stopped. Throws StoreUnavailable. */
  places(): Promise<Omit<TailRead, 'records'>>;
  /** Records from after one place to another of a stream, at most 1000. */
  between(stream: string, after: number, upTo: number): Promise<readonly AuditRecord[]>;
  /** Whether the stored record at this place has this digest, or its beginning. */
  holds(stream: string, place: Place): Promise<boolean>;
  /** Idempotent. Does not interrupt a read under way. */
  stop(): void;
}

const PAGE = 1000;
/** Between two looks. With the time of a look, the delay of a record of another node. */
const PAUSE_MILLISECONDS = 100;

export const auditTail = (deps: {
  readonly records: Collection<AuditRecord>;
  /** Seconds since some fixed moment, never set back. */
  readonly elapsed: () => number;
  /** Runs the tail outside of the request that started it. */
  readonly outside: <R>(work: () => R) => R;
  /** Gets each result in order, before the next look. An error from it stops the tail. */
  readonly onRead: (read: TailRead) => Promise<void>;
  /** Asked after each look: without followers the tail stops. */
  readonly isFollowed: () => boolean;
  /** The store could not be read: the tail has stopped. */
  readonly onFailed: (error: unknown) => void;
  readonly pauseMilliseconds?: number;
}): AuditTail => {
  const { records, elapsed } = deps;
  let current: Omit<TailRead, 'records'> | undefined;
  let starting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Distinguishes a look that was under way when the tail stopped. */
  let run = 0;

  const opened = async (): Promise<readonly string[]> => {
    const streams: string[] = [];
    for await (const { stream } of everyDocument(records, { where: { opens: true }, limit: PAGE }))
      streams.push(stream);
    return streams.filter((stream) => stream !== CHECKPOINT_STREAM);
  };

  const between = async (stream: string, after: number, upTo: number): Promise<readonly AuditRecord[]> => {
    const range = { field: 'sequence', gte: after + 1, lte: upTo };
    const found = await records.find({
      where: { stream },
      range,
      order: { by: 'sequence', direction: 'ascending' },
      limit: PAGE,
    });
    const read = found.map(({ document }) => document);
    const gap = read.findIndex(({ sequence }, index) => sequence !== after + 1 + index);
    return gap === -1 ? read : read.slice(0, gap);
  };

  const first = async (): Promise<void> => {
    const readAt = elapsed();
    const places = new Map<string, Place>();
    for (const stream of await opened()) {
      const [last] = await records.find({
        where: { stream },
        order: { by: 'sequence', direction: 'descending' },
        limit: 1,
      });
      if (last) places.set(stream, { sequence: last.document.sequence, hash: last.document.hash });
    }
    current = { places, readAt };
  };

  /** Streams with a record after their place. */
  const moved = async (places: Places): Promise<readonly string[]> => {
    const next = [...places].map(([stream, { sequence }]) => recordId(stream, sequence + 1));
    const found: string[] = [];
    for (let at = 0; at < next.length; at += PAGE) {
      for (const { document } of await records.getMany(next.slice(at, at + PAGE))) found.push(document.stream);
    }
    return found;
  };

  const look = async (before: Places): Promise<TailRead> => {
    const readAt = elapsed();
    const known = await opened();
    const fresh = known.filter((stream) => !before.has(stream));
    const places = new Map([...before, ...fresh.map((stream) => [stream, { sequence: 0, hash: '' }] as const)]);
    const read: AuditRecord[] = [];
    for (const stream of await moved(places)) {
      for (let isMore = true; isMore; ) {
        const page = await between(stream, places.get(stream)?.sequence ?? 0, Number.MAX_SAFE_INTEGER);
        for (const one of page) read.push(one);
        const last = page.at(-1);
        if (last) places.set(stream, { sequence: last.sequence, hash: last.hash });
        isMore = page.length === PAGE;
      }
    }
    return { records: read, places: read.length + fresh.length > 0 ? places : before, readAt };
  };

  const stop = (): void => {
    clearTimeout(timer);
    current = undefined;
    run += 1;
  };

  const turn = async (): Promise<void> => {
    const mine = run;
    try {
      if (!current) return;
      const { records: read, ...now } = await look(current.places);
      if (run !== mine) return;
      current = now;
      await deps.onRead({ records: read, ...now });
      if (run !== mine) return;
      if (deps.isFollowed()) schedule();
      else stop();
    } catch (error) {
      if (run !== mine) return;
      stop();
      deps.onFailed(error);
    }
  };

  const schedule = (): void => {
    timer = setTimeout(() => void turn(), deps.pauseMilliseconds ?? PAUSE_MILLISECONDS).unref();
  };

  return {
    async places(): Promise<Omit<TailRead, 'records'>> {
      while (!current) {
        starting ??= deps
          .outside(first)
          .then(() => deps.outside(schedule))
          .finally(() => {
            starting = undefined;
          });
        await starting;
      }
      return current;
    },

    between: (stream, after, upTo) => deps.outside(() => between(stream, after, upTo)),

    holds: (stream, { sequence, hash }) =>
      deps.outside(
        async () => (await records.get(recordId(stream, sequence)))?.document.hash.startsWith(hash) ?? false,
      ),

    stop,
  };
};
