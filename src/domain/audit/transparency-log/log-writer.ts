/**
 * Appends the records of all streams to the transparency log. Several processes may do so at once: the swap of the one
 * document of the log decides which of them orders the next records.
 */
import { type Collection, LOST, retryLost, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { RecentRecords } from '../recent-records.ts';
import { type Records, recentOrStored, recordsAfter, withNewStreams } from '../records-after.ts';
import {
  type BundleDocument,
  bundleId,
  type Cursor,
  type LogDocument,
  type TileDocument,
  tileId,
  WIDTH,
} from './log-documents.ts';
import { entriesOf, entryText, type LogEntry, runsOf } from './log-entry.ts';
import type { GuardedTree } from './log-guard.ts';
import { leafHash, rootOfPeaks, rootOfRow, withLeaves } from './merkle-tree.ts';
import { type Checkpoint, checkpointText, type NoteSigner } from './signed-note.ts';

/** Most entries of one batch. */
const MOST_ENTRIES = 1000;
/** Most batches of one call of `poll`: a node that was away for long catches up over several calls. */
const MOST_BATCHES = 20;

export interface LogWriter {
  /**
   * Appends what was recorded since, in batches of at most 1,000 records, at most 20 batches. Leaves it to another process
   * that has appended since the last call. Writes nothing when nothing was recorded.
   */
  poll(): Promise<void>;
  /**
   * Appends one batch. Returns how many entries it appended: 0 also when another process was faster. Throws StoreUnavailable
   * when the store fails; what it has stored by then is stored again, equally, with the next batch.
   */
  append(): Promise<number>;
}

export const logWriter = (deps: {
  readonly current: () => Promise<Versioned<LogDocument>>;
  readonly logs: Pick<Collection<LogDocument>, 'replace'>;
  readonly bundles: Pick<Collection<BundleDocument>, 'insert'>;
  readonly tiles: Collection<TileDocument>;
  readonly records: Records;
  /** What this process has recorded. */
  readonly recent?: RecentRecords | undefined;
  readonly signer: (log: LogDocument) => NoteSigner;
  /** Checks that the stored entries give the root of the log, and returns its tree. They become bundles that are never changed. */
  readonly checkTail: (log: LogDocument) => Promise<GuardedTree>;
  /** Notes a checkpoint that this process has signed and stored. */
  readonly published: (note: string, checkpoint: Checkpoint) => void;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): LogWriter => {
  const { logs, bundles, tiles, records } = deps;
  const reader = recentOrStored(records, deps.recent);
  let batches = 0;
  /** The version of the log after the last poll of this process. */
  let seen: number | undefined;

  /** Adds the root of a tile to the tile above it, and so on upwards while tiles become full. */
  const raise = async (log: string, level: number, index: number, root: Buffer): Promise<void> => {
    const [above, place] = [Math.floor(index / WIDTH), index % WIDTH];
    const id = tileId(log, level + 1, above);
    const hash = root.toString('base64');
    const hashes = await retryLost(id, async () => {
      const found = await tiles.get(id);
      const held = found?.document.hashes ?? [];
      // Another process, or an earlier batch that was interrupted, has added it.
      if (held.length > place) return held;
      if (held.length < place) throw new Error(`the tile ${id} of the transparency log lacks hash ${held.length}`);
      const next = [...held, hash];
      const isWritten = found
        ? await tiles.replace({ id, hashes: next }, found.version)
        : await tryInsert(tiles, { id, hashes: next });
      return isWritten ? next : LOST;
    });
    if (place === WIDTH - 1)
      await raise(log, level + 1, above, rootOfRow(hashes.slice(0, WIDTH).map((one) => Buffer.from(one, 'base64'))));
  };

  /** Stores the full bundles of the tail, and the tiles above them. Returns the entries that they hold. */
  const bundle = async (log: LogDocument, tail: readonly LogEntry[]): Promise<number> => {
    const full = Math.floor(tail.length / WIDTH) * WIDTH;
    if (full === 0) return 0;
    const tree = await deps.checkTail(log);
    // The cursors after each entry, backwards from those after the last one.
    const after = new Map(log.cursors.map(({ stream, sequence }) => [stream, sequence]));
    const cursorsAt = new Map<number, readonly Cursor[]>();
    for (let at = tail.length; at > 0; at -= 1) {
      if (at % WIDTH === 0)
        cursorsAt.set(
          at,
          // A stream that begins after this entry has none.
          [...after].filter(([, sequence]) => sequence > 0).map(([stream, sequence]) => ({ stream, sequence })),
        );
      const last = tail[at - 1];
      if (last) after.set(last.stream, last.sequence - 1);
    }
    for (let at = 0; at < full; at += WIDTH) {
      const index = (log.bundled + at) / WIDTH;
      const entries = tail.slice(at, at + WIDTH);
      const cursors = cursorsAt.get(at + WIDTH) ?? [];
      await tryInsert(bundles, { id: bundleId(log.id, index), runs: runsOf(entries), cursors });
      const above = await tree.row(1, Math.floor(index / WIDTH));
      await raise(log.id, 0, index, above[index % WIDTH] as Buffer);
    }
    return full;
  };

  /** Records after these cursors, without a gap in any stream, at most 1,000. */
  const recordedAfter = async (cursors: readonly Cursor[]): Promise<readonly LogEntry[]> => {
    const found = await recordsAfter(reader, cursors, { most: MOST_ENTRIES, turn: batches, pause: deps.pause });
    return found.map(({ stream, sequence, hash }) => ({ stream, sequence, hash }));
  };

  const appendTo = async ({ document: log, version }: Versioned<LogDocument>): Promise<number> => {
    batches += 1;
    const tail = entriesOf(log.tail);
    const full = await bundle(log, tail);
    const added = await recordedAfter(await withNewStreams(records, log.cursors));
    seen = version;
    if (added.length === 0 && full === 0) return 0;
    const cursors = new Map(log.cursors.map(({ stream, sequence }) => [stream, sequence]));
    for (const { stream, sequence } of added) cursors.set(stream, sequence);
    const peaks = withLeaves(
      log.peaks.map((one) => Buffer.from(one, 'base64')),
      log.size,
      added.map((entry) => leafHash(entryText(entry))),
    );
    const size = log.size + added.length;
    const next = { origin: log.origin, size, root: rootOfPeaks(peaks) };
    const checkpoint = added.length === 0 ? log.checkpoint : deps.signer(log).sign(checkpointText(next));
    const isWritten = await logs.replace(
      {
        ...log,
        size,
        peaks: peaks.map((one) => one.toString('base64')),
        cursors: [...cursors].map(([stream, sequence]) => ({ stream, sequence })),
        bundled: log.bundled + full,
        tail: runsOf([...tail.slice(full), ...added]),
        checkpoint,
      },
      version,
    );
    if (!isWritten) return 0;
    seen = version + 1;
    deps.published(checkpoint, next);
    return added.length;
  };

  return {
    append: async () => appendTo(await deps.current()),
    async poll() {
      let log = await deps.current();
      if (seen !== undefined && log.version !== seen) {
        seen = log.version;
        return;
      }
      for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
        if ((await appendTo(log)) < MOST_ENTRIES) return;
        await deps.pause();
        log = await deps.current();
      }
    },
  };
};
