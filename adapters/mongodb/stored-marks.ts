/** Documents of `behalf_changes`, and how changes are written there. */
import { type Db, type Filter, ObjectId } from 'mongodb';
import { isDuplicate } from './connection.ts';
import { type CommonMark, type MarkState, MOST_RECENT } from './mark-states.ts';

export type Mark = MarkState & { readonly _id: string };
export type StoredCommonMark = CommonMark & { readonly _id: typeof COMMON; readonly partitions: number };

export const COMMON = 'common';
/** A change that a process has seen open for so long is given up there: six times as long as its write may take to be sent. */
const GIVEN_UP_AFTER_SECONDS = 60;
/** Never from a primary that was replaced without noticing. */
const LINEARIZABLE = { readConcern: { level: 'linearizable' } } as const;

export type MarkOptions = {
  readonly database: Db;
  /** Runs work within the store's deadline. */
  readonly run: <R>(work: () => Promise<R>) => Promise<R>;
  /** Seconds since some fixed moment; never set back. */
  readonly elapsed: () => number;
  /** Seconds since 1970 by the clock of this node. Never compared with the clock of another. */
  readonly now: () => number;
  /** No process can have announced a change before there was a common mark. */
  readonly isNew: boolean;
};

export interface StoredMarks {
  /** An ObjectId whose time is that of our clock. */
  newName(): string;

  /** Reads a mark, linearizable. Ends changes there that this process has seen open for too long. */
  read(_id: string): Promise<Mark | undefined>;
  readCommon(): Promise<StoredCommonMark | undefined>;

  /** Begins changes in the mark of a partition, which the first one makes. */
  begin(_id: string, changes: readonly string[]): Promise<void>;
  /** Begins changes in the common mark, which keeps the last `recentLimit`. Resolves with false when it is left out or missing. */
  beginInCommon(changes: readonly string[], recentLimit: number): Promise<boolean>;
  /** Ends changes that were begun together. Resolves with false when another process had given them up. */
  end(_id: string, changes: readonly string[]): Promise<boolean>;

  /** Makes the common mark, unless there is one. Resolves with the one that there is. */
  makeCommon(made: Omit<StoredCommonMark, '_id'>): Promise<StoredCommonMark | null>;
  /** Only the process whose update finds the mark as it was read changes it. */
  changeCommon(found: CommonMark, changed: Partial<CommonMark>): Promise<void>;
}

export const storedMarks = (options: Omit<MarkOptions, 'isNew'>): StoredMarks => {
  const { database, run, elapsed, now } = options;
  const marks = database.collection<Mark>('behalf_changes');
  const commons = database.collection<StoredCommonMark>('behalf_changes');

  /** By mark, the changes that were open when this process read it last, and when it saw them first. */
  const seenOpen = new Map<string, ReadonlyMap<string, number>>();

  const pull = (filter: Filter<Mark>, changes: readonly string[]) =>
    run(() => marks.updateOne(filter, { $pullAll: { open: [...changes] } }));
  /** By the stopwatch of this process: clocks of two nodes may differ by any time. */
  const giveUp = ({ _id, open }: Pick<Mark, '_id' | 'open'>): void => {
    const [at, before] = [elapsed(), seenOpen.get(_id)];
    const since = new Map(open.map((change) => [change, before?.get(change) ?? at]));
    if (since.size > 0) seenOpen.set(_id, since);
    else seenOpen.delete(_id);
    const over = open.filter((change) => at - (since.get(change) ?? at) > GIVEN_UP_AFTER_SECONDS);
    if (over.length > 0) pull({ _id }, over).catch(() => undefined);
  };

  return {
    newName: () => Math.floor(now()).toString(16).padStart(8, '0') + new ObjectId().toHexString().slice(8),

    async read(_id) {
      const found = await run(() => marks.findOne({ _id }, LINEARIZABLE));
      if (found) giveUp(found);
      return found ?? undefined;
    },
    async readCommon() {
      const found = await run(() => commons.findOne({ _id: COMMON }, LINEARIZABLE));
      if (found) giveUp(found);
      return found ?? undefined;
    },

    async begin(_id, changes) {
      const push = (upsert: boolean) => marks.updateOne({ _id }, pushed(changes, MOST_RECENT), { upsert });
      await run(() =>
        push(true).catch((error: unknown) => {
          ignoreTaken(error);
          // Another process created it first: now it exists.
          return push(false);
        }),
      );
    },
    async beginInCommon(changes, recentLimit) {
      const told = { _id: COMMON, mode: { $in: ['common', 'collecting'] } } as const;
      return (await run(() => commons.updateOne(told, pushed(changes, recentLimit)))).matchedCount === 1;
    },
    // Of changes that were begun together, all are open or none is.
    end: async (_id, changes) => (await pull({ _id, open: changes[0] as string }, changes)).matchedCount === 1,

    async makeCommon(made) {
      const find = () => run(() => commons.findOne({ _id: COMMON }));
      const found = await find();
      if (found) return found;
      await run(() => commons.insertOne({ _id: COMMON, ...made }).then(() => undefined, ignoreTaken));
      return find();
    },
    async changeCommon({ since }, changed) {
      await run(() => commons.updateOne({ _id: COMMON, since }, { $set: changed }));
    },
  };
};

const ignoreTaken = (error: unknown): void => {
  if (!isDuplicate(error)) throw error;
};
const pushed = (changes: readonly string[], most: number) => ({
  $push: { open: { $each: [...changes] }, recent: { $each: [...changes], $slice: -most } },
});
