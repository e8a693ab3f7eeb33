import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { coalescedReads } from './coalesced-reads.ts';
import { commonMark } from './common-mark.ts';
import { type CommonMark, EVERY_DOCUMENT, type MarkedDocument, type MarkState, UNCHANGED } from './mark-states.ts';
import { COMMON, type MarkOptions, storedMarks } from './stored-marks.ts';

/**
 * Documents that show whether a cached document may have changed. Each document of a cached collection belongs to one of
 * `PARTITIONS` partitions, by a hash of its name. A process first puts its change into `open` and `recent` of the partition, and of the
 * common mark unless that is left out (mark-modes.ts). It makes the change, and then takes it out of `open`. Who has seen one
 * change in `recent` knows which documents changed after it. A change with an unknown outcome stays open. Until it is given up, no
 * process answers about that document from its cache.
 */
export interface ChangeMarks {
  /** Which marks a request has to read, and the changes in the common mark. Undefined: use no cache. */
  common(): Promise<CommonMark | undefined>;

  /** The mark of one partition, from 1 to PARTITIONS. */
  partition(number: number): Promise<MarkState>;

  /**
   * Creates the common mark if it is missing. Until it exists, callers read everything from the store. Throws StoreUnavailable when the
   * database has another number of partitions.
   */
  prepare(): Promise<void>;

  /**
   * Runs `write` as a change of these documents that all processes notice. Throws StoreUnavailable, without `write`, when it
   * cannot be announced.
   */
  change<R>(
    documents: readonly MarkedDocument[],
    write: () => Promise<R>,
    isUnknownOutcome: (error: unknown) => boolean,
  ): Promise<R>;
}

/** A process that started a change writes within this many seconds, or not at all. */
const WRITES_WITHIN_SECONDS = 10;
/** After a write that took so long, other processes may have given up the change. */
const ANNOUNCED_AGAIN_AFTER_SECONDS = 30;
/** A change of more documents is one of every document in their partitions. */
const MOST_NAMED = 64;
/** Marks that one change writes at a time. */
const MOST_AT_A_TIME = 64;

/** Ends the change. Never rejects. Resolves with false when another process had given it up. */
type Announced = () => Promise<boolean>;

const idOf = (partition: number): string => `p${partition}`;

export const changeMarks = (options: MarkOptions): ChangeMarks => {
  const { elapsed, now } = options;
  const stored = storedMarks(options);
  const common = commonMark(stored, options);

  /** Resolves when every process can see the change. Ends what it began before it throws. */
  const announce = async (documents: readonly MarkedDocument[]): Promise<Announced> => {
    const name = stored.newName();
    const every = documents.length > MOST_NAMED ? [name + EVERY_DOCUMENT] : undefined;
    const namesOf = (of: readonly MarkedDocument[]) => every ?? of.map(({ hash }) => name + hash);
    const parts = [...Map.groupBy(documents, ({ partition }) => partition)];
    const announcements: readonly (readonly [string, readonly string[]])[] = [
      [COMMON, namesOf(documents)],
      ...parts.map(([partition, of]) => [idOf(partition), namesOf(of)] as const),
    ];
    let isInCommon = true;
    const endAll = async (): Promise<boolean> => {
      const begun = isInCommon ? announcements : announcements.slice(1);
      const ended = await inTurns(begun, ([_id, changes]) => stored.end(_id, changes));
      return ended.every((one) => one.status === 'rejected' || one.value);
    };
    const begun = await inTurns(announcements, async ([_id, changes]) => {
      if (_id === COMMON) isInCommon = await common.begin(changes);
      else await stored.begin(_id, changes);
    });
    const failed = begun.find((one) => one.status === 'rejected');
    if (!failed) return endAll;
    void endAll();
    throw failed.reason;
  };

  return {
    common: common.read,

    // Before the first change of its partition there is no mark.
    partition: coalescedReads(async (partition: number) => (await stored.read(idOf(partition))) ?? UNCHANGED),

    prepare: common.prepare,

    async change(documents, write, isUnknownOutcome) {
      const [began, beganAt] = [elapsed(), now()];
      // The stopwatch of a suspended machine stands still; its clock may not.
      const spent = (): number => Math.max(elapsed() - began, now() - beganAt);
      const endAll = await announce(documents);
      // This process may have been paused in between, for longer than others wait for it.
      if (spent() > WRITES_WITHIN_SECONDS) {
        void endAll();
        throw new StoreUnavailable('a change was announced and came too late');
      }
      const isLate = (): boolean => spent() > ANNOUNCED_AGAIN_AFTER_SECONDS;
      // Where it was given up, documents were cached meanwhile that were read before the write.
      const announceAgain = async (): Promise<void> => void (await announce(documents))();
      const end = async (): Promise<void> => {
        if (!(await endAll())) await announceAgain();
      };
      let isWritten = false;
      try {
        const result = await write();
        isWritten = true;
        if (isLate()) await announceAgain();
        end().catch(() => undefined);
        return result;
      } catch (error) {
        // The caller does not wait for the end: until it is done, no process answers about these documents from its cache.
        if (!isWritten && !isUnknownOutcome(error)) void endAll();
        else if (isLate()) await announce(documents).catch(() => undefined);
        throw error;
      }
    },
  };
};

/** Runs `work` for each, some at a time, whether others fail or not. */
const inTurns = async <T, R>(
  all: readonly T[],
  work: (one: T) => Promise<R>,
): Promise<readonly PromiseSettledResult<R>[]> => {
  const settled: PromiseSettledResult<R>[] = [];
  for (let at = 0; at < all.length; at += MOST_AT_A_TIME)
    settled.push(...(await Promise.allSettled(all.slice(at, at + MOST_AT_A_TIME).map(work))));
  return settled;
};
