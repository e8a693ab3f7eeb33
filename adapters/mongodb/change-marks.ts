import { type Db, ObjectId } from 'mongodb';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { isDuplicate } from './connection.ts';

/**
 * One document that shows whether a cached document may have changed. A process first puts the name of its change into
 * `open`, makes the change, and then takes the name out. `state` is a new value each time. While no change is open and
 * `state` is the same, nothing has changed. A change with an unknown outcome stays open. Until it is given up, no process
 * answers from its cache.
 */
type Marks = { readonly _id: 'changes'; readonly state: string; readonly open: readonly string[] };

/** A process that started a change writes within this many seconds, or not at all. */
const WRITES_WITHIN_SECONDS = 10;
/** A change that has been open this long is given up: six times as long as its write may take to be sent. */
const GIVEN_UP_AFTER_SECONDS = 60;

export interface ChangeMarks {
  /**
   * Identifies the current state; equal values mean that nothing has changed in between. Undefined while a change
   * is open.
   */
  state(): Promise<string | undefined>;

  /** Creates the document if it is missing. Until it exists, callers read everything from the store. */
  prepare(): Promise<void>;

  /**
   * Runs `write` as a change that all processes notice. Throws StoreUnavailable, without `write`, when it cannot
   * be announced.
   */
  change<R>(write: () => Promise<R>, isUnknownOutcome: (error: unknown) => boolean): Promise<R>;
}

export const changeMarks = (deps: {
  readonly database: Db;
  /** Runs work within the store's deadline. */
  readonly run: <R>(work: () => Promise<R>) => Promise<R>;
  /** Seconds since some fixed moment; never set back. */
  readonly elapsed: () => number;
  /** Seconds since 1970 by the clock of this node. The age of another node's change is the difference of two clocks. */
  readonly now: () => number;
}): ChangeMarks => {
  const { run, elapsed, now } = deps;
  const marks = deps.database.collection<Marks>('behalf_changes');
  const _id = 'changes';
  /** An ObjectId whose time is that of our clock. */
  const newName = (): string => Math.floor(now()).toString(16).padStart(8, '0') + new ObjectId().toHexString().slice(8);

  const end = async (name: string): Promise<void> => {
    await run(() => marks.updateOne({ _id }, { $set: { state: newName() }, $pull: { open: name } }));
  };

  const isGivenUp = (name: string): boolean =>
    now() - new ObjectId(name).getTimestamp().getTime() / 1000 > GIVEN_UP_AFTER_SECONDS;

  return {
    async state(): Promise<string | undefined> {
      // Linearizable: never from a primary that was replaced without noticing.
      const found = await run(() => marks.findOne({ _id }, { readConcern: { level: 'linearizable' } }));
      if (!found || found.open.length === 0) return found?.state;
      for (const name of found.open.filter(isGivenUp)) end(name).catch(() => undefined);
      return undefined;
    },

    async prepare(): Promise<void> {
      const first = { $setOnInsert: { state: newName(), open: [] } };
      await run(() => marks.updateOne({ _id }, first, { upsert: true })).catch((error: unknown) => {
        if (!isDuplicate((error as Error).cause)) throw error;
      });
    },

    async change<R>(write: () => Promise<R>, isUnknownOutcome: (error: unknown) => boolean): Promise<R> {
      const name = newName();
      const began = elapsed();
      const opening = { $set: { state: name }, $push: { open: name } };
      await run(() =>
        marks.updateOne({ _id }, opening, { upsert: true }).catch((error: unknown) => {
          if (!isDuplicate(error)) throw error;
          // Another process created it first: now it exists.
          return marks.updateOne({ _id }, opening);
        }),
      );
      // This process may have been paused in between, for longer than others wait for it.
      if (elapsed() - began > WRITES_WITHIN_SECONDS) {
        end(name).catch(() => undefined);
        throw new StoreUnavailable('a change was announced and came too late');
      }
      let isOver = true;
      try {
        return await write();
      } catch (error) {
        isOver = !isUnknownOutcome(error);
        throw error;
      } finally {
        // Not awaited: until it is done, no process answers from its cache.
        if (isOver) end(name).catch(() => undefined);
      }
    },
  };
};
