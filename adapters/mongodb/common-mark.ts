/** The common mark of changes, and when it changes its mode. change-marks.ts creates it. */
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { coalescedReads } from './coalesced-reads.ts';
import { markModes } from './mark-modes.ts';
import { type CommonMark, type MarkMode, PARTITIONS } from './mark-states.ts';
import { COMMON, type MarkOptions, type StoredMarks } from './stored-marks.ts';

/** How often an announcement follows a common mark that changes its mode. */
const MOST_ATTEMPTS = 3;

export const commonMark = (stored: StoredMarks, { elapsed, isNew }: Pick<MarkOptions, 'elapsed' | 'isNew'>) => {
  const modes = markModes(elapsed);
  /** What this process read last. */
  let last: CommonMark | undefined;
  let isFirst = isNew;

  const changeMode = (found: CommonMark, mode: MarkMode): void => {
    const name = stored.newName();
    // Changes that only partitions showed are missing in `recent`: it begins anew, and no former position is found in it.
    const begun = mode === 'common' ? {} : { recent: [name] };
    stored.changeCommon(found, { mode, since: name, ...begun }).catch(() => undefined);
  };
  const coalesced = coalescedReads(async (_: typeof COMMON): Promise<CommonMark | undefined> => {
    const found = await stored.readCommon();
    last = found;
    const wanted = found && modes.observe(found);
    if (wanted) changeMode(found, wanted);
    return found;
  });
  const read = (): Promise<CommonMark | undefined> => coalesced(COMMON);

  const prepare = async (): Promise<void> => {
    const name = stored.newName();
    const mode: MarkMode = isFirst ? 'common' : 'collecting';
    const made = { partitions: PARTITIONS, generation: name, mode, since: name, open: [], recent: [name] };
    const found = await stored.makeCommon(made);
    isFirst = false;
    if (found && found.partitions !== PARTITIONS) {
      throw new StoreUnavailable(
        `the database has ${found.partitions} partitions of changes, and this version of Behalf has ${PARTITIONS}: start the version that wrote it, or name another database`,
      );
    }
  };

  return {
    /** One read for all that ask meanwhile. */
    read,
    prepare,

    /**
     * Begins these changes in the common mark. Resolves with false when a read that begins now says that only partitions show
     * changes. Each change finds or makes a common mark.
     */
    async begin(changes: readonly string[]): Promise<boolean> {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        if (last?.mode !== 'partitions' && (await stored.beginInCommon(changes, modes.recentLimit()))) return true;
        const found = await read();
        if (found?.mode === 'partitions') return false;
        if (!found) await prepare();
      }
      throw new StoreUnavailable('a change could not be announced, because the common mark changed meanwhile');
    },
  };
};
