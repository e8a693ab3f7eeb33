/** Reads the tree of one state of a log: stored bundles and tiles, and the entries after them. */
import { type Collection, StoreUnavailable } from '../../ports/document-store.ts';
import { type BundleDocument, bundleId, type LogDocument, type TileDocument, tileId, WIDTH } from './log-documents.ts';
import { entriesOf, entryText, type LogEntry } from './log-entry.ts';
import { leafHash, rootOfRow, type SubtreeReader, type TreeHash } from './merkle-tree.ts';

export type LogParts = {
  readonly bundles: Pick<Collection<BundleDocument>, 'get'>;
  readonly tiles: Pick<Collection<TileDocument>, 'get'>;
};

/** What a tree reads from: a state of a log. */
export type LogState = Pick<LogDocument, 'id' | 'size' | 'bundled' | 'tail'>;

/** Each method throws StoreUnavailable when the store fails, or lacks a part of the log. */
export interface LogTree {
  /** The first `count` entries of a bundle; the log has as many. */
  entries(bundle: number, count: number): Promise<readonly LogEntry[]>;
  /** The first `count` hashes of a tile; the log has as many. */
  hashes(level: number, tile: number, count: number): Promise<readonly TreeHash[]>;
  /** How many hashes the tile has, or entries the bundle, at most 256. */
  width(level: number, tile: number): number;
  /** All hashes that the tile has. Remembers them. */
  row(level: number, tile: number): Promise<readonly TreeHash[]>;
  /** Hashes of complete subtrees. Remembers each tile that it reads. */
  readonly subtree: SubtreeReader;
}

export const logTree = ({ bundles, tiles }: LogParts, log: LogState): LogTree => {
  const tail = entriesOf(log.tail);
  const remembered = new Map<string, Promise<readonly TreeHash[]>>();

  const entries = async (bundle: number, count: number): Promise<readonly LogEntry[]> => {
    const begin = bundle * WIDTH;
    if (begin >= log.bundled) return tail.slice(begin - log.bundled, begin - log.bundled + count);
    const id = bundleId(log.id, bundle);
    const found = await bundles.get(id);
    const read = found ? entriesOf(found.document.runs) : [];
    if (read.length !== WIDTH) throw new StoreUnavailable(`the transparency log lacks its bundle ${id}`);
    return read.slice(0, count);
  };

  /** Hashes of a tile that stored tiles hold, at most. The others follow from the entries after them. */
  const stored = (level: number, tile: number): number =>
    Math.min(WIDTH, Math.max(0, Math.floor(log.bundled / WIDTH ** level) - tile * WIDTH));

  const hashes = async (level: number, tile: number, count: number): Promise<readonly TreeHash[]> => {
    if (level === 0) return (await entries(tile, count)).map((entry) => leafHash(entryText(entry)));
    const row: TreeHash[] = [];
    const most = Math.min(stored(level, tile), count);
    if (most > 0) {
      const id = tileId(log.id, level, tile);
      const found = (await tiles.get(id))?.document.hashes ?? [];
      if (found.length < most) throw new StoreUnavailable(`the transparency log lacks a hash of its tile ${id}`);
      for (const one of found.slice(0, most)) row.push(Buffer.from(one, 'base64'));
    }
    while (row.length < count) row.push(rootOfRow(await rowOf(level - 1, tile * WIDTH + row.length)));
    return row;
  };

  const width = (level: number, tile: number): number =>
    Math.min(WIDTH, Math.max(0, Math.floor(log.size / WIDTH ** level) - tile * WIDTH));

  const rowOf = (level: number, tile: number): Promise<readonly TreeHash[]> => {
    const key = `${level}/${tile}`;
    const row = remembered.get(key) ?? hashes(level, tile, width(level, tile));
    remembered.set(key, row);
    return row;
  };

  const subtree: SubtreeReader = async (height, index) => {
    const level = Math.floor(height / 8);
    const span = 2 ** (height % 8);
    const [tile, offset] = [Math.floor((index * span) / WIDTH), (index * span) % WIDTH];
    return rootOfRow((await rowOf(level, tile)).slice(offset, offset + span));
  };

  return { entries, hashes, width, row: rowOf, subtree };
};
