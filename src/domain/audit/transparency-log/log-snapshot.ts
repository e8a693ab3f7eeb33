/** Proofs against one state of a log, and what an export says of it. */
import { type Collection, StoreUnavailable } from '../../ports/document-store.ts';
import { type LogStatement, MOST_LOGGED_STREAMS } from '../logged-heads.ts';
import { type BundleDocument, bundleId, type Cursor, type LogDocument, WIDTH } from './log-documents.ts';
import { entriesOf, type LogEntry } from './log-entry.ts';
import type { Inclusion } from './log-proof.ts';
import type { LogTree } from './log-tree.ts';
import { inclusionProof } from './merkle-tree.ts';

/** One state of the log. */
export type LogSnapshot = {
  readonly origin: string;
  readonly verifierKey: string;
  readonly checkpoint: string;
  /** Undefined when this state does not have the record. Throws StoreUnavailable. */
  inclusion(stream: string, sequence: number): Promise<Inclusion | undefined>;
};

type Bundles = Pick<Collection<BundleDocument>, 'get'>;
type State = { readonly log: LogDocument; readonly tree: LogTree };

const bundleOf = async (bundles: Bundles, log: LogDocument, index: number): Promise<BundleDocument> => {
  const found = await bundles.get(bundleId(log.id, index));
  if (!found) throw new StoreUnavailable(`the transparency log lacks its bundle ${bundleId(log.id, index)}`);
  return found.document;
};

/** The index of an entry, by a search over the cursors of bundles. */
const indexOf = async (bundles: Bundles, log: LogDocument, { stream, sequence }: Cursor) => {
  const isIt = (entry: LogEntry): boolean => entry.stream === stream && entry.sequence === sequence;
  const inTail = entriesOf(log.tail).findIndex(isIt);
  if (inTail !== -1) return log.bundled + inTail;
  let [first, end] = [0, log.bundled / WIDTH];
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    const { cursors } = await bundleOf(bundles, log, middle);
    const last = cursors.find((cursor) => cursor.stream === stream)?.sequence ?? 0;
    if (last >= sequence) end = middle;
    else first = middle + 1;
  }
  const found = await bundles.get(bundleId(log.id, first));
  const place = found ? entriesOf(found.document.runs).findIndex(isIt) : -1;
  return place === -1 ? undefined : first * WIDTH + place;
};

export const logSnapshot = (bundles: Bundles, { log, tree }: State): LogSnapshot => {
  const { origin, verifierKey, checkpoint } = log;
  return {
    ...{ origin, verifierKey, checkpoint },
    async inclusion(stream, sequence) {
      const logged = log.cursors.find((cursor) => cursor.stream === stream)?.sequence ?? 0;
      const index = sequence <= logged ? await indexOf(bundles, log, { stream, sequence }) : undefined;
      if (index === undefined || index >= log.size) return undefined;
      const [tile, place] = [Math.floor(index / WIDTH), index % WIDTH];
      const entry = (await tree.entries(tile, place + 1))[place];
      if (!entry) return undefined;
      return { index, entry, proof: await inclusionProof(tree.subtree, index, log.size), checkpoint };
    },
  };
};

/** The last entry of each stream in this state, those of the last entries at the end. */
const lastEntries = async (bundles: Bundles, { log, tree }: State): Promise<readonly Cursor[]> => {
  // Readers may see less than the log has: the cursors of the log are of its end.
  const begin = Math.min(Math.floor(log.size / WIDTH) * WIDTH, log.bundled);
  const { cursors } = begin === 0 ? { cursors: [] } : await bundleOf(bundles, log, begin / WIDTH - 1);
  const before = new Map((log.begins ?? []).map(({ stream, sequence }) => [stream, sequence]));
  const last = new Map(
    cursors
      .filter(({ stream, sequence }) => sequence > (before.get(stream) ?? 0))
      .map(({ stream, sequence }) => [stream, sequence]),
  );
  for (let at = begin; at < log.size; at += WIDTH) {
    for (const { stream, sequence } of await tree.entries(at / WIDTH, Math.min(WIDTH, log.size - at))) {
      last.delete(stream);
      last.set(stream, sequence);
    }
  }
  return [...last].map(([stream, sequence]) => ({ stream, sequence }));
};

/** What an export says of this state; undefined while it has no entry. Throws StoreUnavailable. */
export const statementOf = async (bundles: Bundles, state: State): Promise<LogStatement | undefined> => {
  const { verifierKey, checkpoint, inclusion } = logSnapshot(bundles, state);
  const heads: LogStatement['heads'][number][] = [];
  for (const { stream, sequence } of (await lastEntries(bundles, state)).slice(-MOST_LOGGED_STREAMS)) {
    const found = await inclusion(stream, sequence);
    if (!found) continue;
    const { index, entry, proof } = found;
    heads.push({ stream, sequence, hash: entry.hash, index, proof: proof.map((one) => one.toString('base64')) });
  }
  return heads.length === 0 ? undefined : { verifierKey, checkpoint, heads };
};
