/** Verifies the transparency log in its store against the records of the same store. Called by src/compose/verify-store.ts. */
import type { Collection, DocumentStore } from '../../ports/document-store.ts';
import { type AuditRecord, recordId } from '../audit-record.ts';
import { type Beginning, isBefore } from '../beginning.ts';
import { broken, type Warning } from '../findings.ts';
import type { CheckedLog } from '../verify-store.ts';
import {
  type BundleDocument,
  bundleId,
  type Cursor,
  LOG_BUNDLES,
  LOG_TILES,
  type LogDocument,
  SHOWN_CHECKPOINTS,
  type ShownDocument,
  type TileDocument,
  TRANSPARENCY_LOGS,
  tileId,
  WIDTH,
} from './log-documents.ts';
import { entryText, type LogEntry } from './log-entry.ts';
import { type LogSealing, signerOf } from './log-key.ts';
import { unloggedIn } from './log-life.ts';
import { logTree } from './log-tree.ts';
import { leafHash, rootOfPeaks, rootOfRow, type TreeHash, withLeaf } from './merkle-tree.ts';
import { type Checkpoint, type NoteVerifier, noteVerifier, openCheckpoint } from './signed-note.ts';
import { policyProblem, type WitnessPolicy } from './witness-policy.ts';

/**
 * Checks each entry of the current log against its record, that the entries of each stream have no gap, each tile, the peaks,
 * the cursors and the checkpoint. `kept`: a checkpoint that was kept outside the store, whose tree the log must still contain. Throws a
 * Fault at the first mismatch. Undefined when the store has no log, and neither `kept` nor `policy` needs one. Reads a bundle at a
 * time.
 */
export const verifyLog = async (deps: {
  readonly documents: DocumentStore;
  readonly records: Pick<Collection<AuditRecord>, 'getMany'>;
  readonly masterKey: LogSealing;
  readonly kept?: string | undefined;
  /** Where the streams of the records begin: the others are in an archive. */
  readonly beginning?: Beginning | undefined;
  /** Digests of records in an archive, by record id, as checkpoints and trusted heads name them. */
  readonly archived?: ReadonlyMap<string, string>;
  /** Whose quorum must have cosigned the checkpoint that readers see. */
  readonly policy?: WitnessPolicy | undefined;
}): Promise<CheckedLog | undefined> => {
  const { documents, records, kept, policy } = deps;
  const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
  const log = (await logs.find({ where: { isCurrent: true }, limit: 1 }))[0]?.document;
  if (!log) {
    const isNeeded = kept !== undefined || policy !== undefined;
    return isNeeded ? broken('log_missing', 'the store has no transparency log') : undefined;
  }
  const bundles = documents.collection<BundleDocument>(LOG_BUNDLES);
  const tiles = documents.collection<TileDocument>(LOG_TILES);
  const tree = logTree({ bundles, tiles }, log);
  // Ignores the stored verifier key. Derives it from the sealed private key.
  const { verifierKey } = signerOf(deps.masterKey, log);
  const verifier = noteVerifier(verifierKey);
  const trusted = kept === undefined ? undefined : keptCheckpoint(kept, log, verifier);
  const shown = await shownCheckpoint(documents, log, verifier, policy);
  const sequences = new Map<string, number>((log.begins ?? []).map(({ stream, sequence }) => [stream, sequence]));
  const archived = deps.beginning?.log.verifierKey === verifierKey ? deps.beginning.log : undefined;
  let peaks: readonly TreeHash[] = [];

  const compareKept = (size: number): void => {
    if (trusted?.size === size && !trusted.root.equals(rootOfPeaks(peaks))) {
      broken(
        'split_view',
        `the first ${size} entries of the transparency log are others than the kept checkpoint signs`,
      );
    }
    if (shown?.size === size && !shown.root.equals(rootOfPeaks(peaks))) {
      broken(
        'split_view',
        `the first ${size} entries of the transparency log are others than the checkpoint that readers see`,
      );
    }
  };

  if (archived && archived.size > log.size) {
    broken('older_than_trusted', `the transparency log has ${log.size} entries, and the archive ${archived.size}`);
  }
  compareKept(0);
  for (let size = 0; size < log.size; ) {
    const entries = await tree.entries(size / WIDTH, Math.min(WIDTH, log.size - size));
    await compareRecords(records, entries, { ...deps, first: size });
    const row = entries.map((entry) => leafHash(entryText(entry)));
    for (const [at, { stream, sequence }] of entries.entries()) {
      if (sequence !== (sequences.get(stream) ?? 0) + 1) {
        broken('log_changed', `entry ${size + at} of the transparency log does not follow in stream ${stream}`, {
          stream,
          sequence,
        });
      }
      sequences.set(stream, sequence);
      peaks = withLeaf(peaks, size + at, row[at] as TreeHash);
      compareKept(size + at + 1);
      if (archived?.size === size + at + 1 && archived.root !== rootOfPeaks(peaks).toString('base64')) {
        broken(
          'split_view',
          `the first ${archived.size} entries of the transparency log are others than those in the archive`,
        );
      }
    }
    if (size < log.bundled) {
      await compareTile(tiles, log, 0, size / WIDTH, rootOfRow(row));
      const bundle = (await bundles.get(bundleId(log.id, size / WIDTH)))?.document;
      if (!isAt(bundle?.cursors ?? [], sequences)) {
        broken(
          'log_changed',
          `the cursors of bundle ${size / WIDTH} are others than those of the entries of the transparency log`,
        );
      }
    }
    size += entries.length;
  }
  if (log.peaks.join() !== peaks.map((one) => one.toString('base64')).join()) {
    broken('log_changed', 'the transparency log was changed: its peaks are others than those of its entries');
  }
  if (!isAt(log.cursors, sequences)) {
    broken('log_changed', 'the transparency log was changed: its cursors are others than those of its entries');
  }
  const checkpoint = openCheckpoint(log.checkpoint, verifier);
  if (!checkpoint || log.verifierKey !== verifierKey)
    broken('signature_invalid', 'the checkpoint of the transparency log does not verify');
  if (checkpoint?.size !== log.size || !checkpoint.root.equals(rootOfPeaks(peaks))) {
    broken(
      'signature_invalid',
      `the checkpoint of the transparency log signs another tree than its ${log.size} entries`,
    );
  }
  return { entries: log.size, verifierKey, warnings: await leftOut(deps, sequences) };
};

/** How much older than the newest record of the log a record outside of it may be, in milliseconds. */
const LATE_MILLISECONDS = 60_000;

/** Streams with records that the log passed over: behind a gap, or of a log that still catches up. */
const leftOut = async (
  {
    documents,
    records,
  }: { readonly documents: DocumentStore; readonly records: Pick<Collection<AuditRecord>, 'getMany'> },
  logged: ReadonlyMap<string, number>,
): Promise<readonly Warning[]> => {
  const last = await records.getMany([...logged].map(([stream, sequence]) => recordId(stream, sequence)));
  const newest = Math.max(...last.map(({ document }) => document.at));
  const late = (await unloggedIn(documents, logged)).filter(({ at }) => newest - at > LATE_MILLISECONDS);
  return late.map(({ stream, sequence }) => ({
    finding: 'not_logged',
    stream,
    sequence,
    problem: `the transparency log has later records, but neither record ${sequence} of stream ${stream} nor a later one of this stream`,
  }));
};

/** Whether the cursors are exactly the last sequences of these streams. */
const isAt = (cursors: readonly Cursor[], sequences: ReadonlyMap<string, number>): boolean =>
  cursors.length === sequences.size && cursors.every(({ stream, sequence }) => sequences.get(stream) === sequence);

const keptCheckpoint = (note: string, log: LogDocument, verifier: NoteVerifier) => {
  const checkpoint = openCheckpoint(note, verifier);
  if (!checkpoint)
    return broken('key_replaced', `the kept checkpoint is not one of the transparency log ${log.origin}`);
  if (checkpoint.size > log.size) {
    broken(
      'older_than_trusted',
      `the transparency log has ${log.size} entries, but the kept checkpoint signs ${checkpoint.size}: the store is an older one`,
    );
  }
  return checkpoint;
};

/** The checkpoint that readers see where witnesses cosign; with a policy, also the last one without. */
const shownCheckpoint = async (
  documents: DocumentStore,
  log: LogDocument,
  verifier: NoteVerifier,
  policy: WitnessPolicy | undefined,
): Promise<Checkpoint | undefined> => {
  const stored = (await documents.collection<ShownDocument>(SHOWN_CHECKPOINTS).get(log.id))?.document.checkpoint;
  const unmet = policy && policyProblem(stored ?? log.checkpoint, policy);
  if (unmet !== undefined)
    broken('not_witnessed', unmet.replace(/^The checkpoint/, 'the checkpoint that readers see').replace(/\.$/, ''));
  if (stored === undefined) return undefined;
  const checkpoint = openCheckpoint(stored, verifier);
  if (!checkpoint || checkpoint.size > log.size) {
    return broken(
      'signature_invalid',
      'the checkpoint that readers of the transparency log see is not one of its checkpoints',
    );
  }
  return checkpoint;
};

const compareRecords = async (
  records: Pick<Collection<AuditRecord>, 'getMany'>,
  entries: readonly LogEntry[],
  {
    first,
    beginning,
    archived,
  }: {
    readonly first: number;
    readonly beginning?: Beginning | undefined;
    readonly archived?: ReadonlyMap<string, string>;
  },
): Promise<void> => {
  const found = await records.getMany(entries.map(({ stream, sequence }) => recordId(stream, sequence)));
  const hashes = new Map(found.map(({ document }) => [document.id, document.hash]));
  for (const [at, { stream, sequence, hash: digest }] of entries.entries()) {
    const stored = hashes.get(recordId(stream, sequence));
    const isArchived = isBefore(beginning?.heads ?? [], { stream, sequence });
    const trusted = isArchived ? archived?.get(recordId(stream, sequence)) : undefined;
    if (trusted !== undefined && trusted !== digest) {
      const other = `record ${sequence} of stream ${stream}, which is in an archive, is not the one that a signature names`;
      broken('split_view', other, { stream, sequence });
    }
    if (stored === digest || (stored === undefined && isArchived)) continue;
    const named = `record ${sequence} of stream ${stream}, which entry ${first + at} of the transparency log names`;
    broken(
      stored === undefined ? 'records_missing' : 'record_replaced',
      stored === undefined ? `${named}, is missing` : `${named}, was replaced: it has another digest`,
      {
        stream,
        sequence,
      },
    );
  }
};

/** Compares the hash of a full tile with the one in the tile above, and so on upwards at the end of each of them. */
const compareTile = async (
  tiles: Pick<Collection<TileDocument>, 'get'>,
  log: Pick<LogDocument, 'id'>,
  level: number,
  index: number,
  root: TreeHash,
): Promise<void> => {
  const [above, place] = [Math.floor(index / WIDTH), index % WIDTH];
  const id = tileId(log.id, level + 1, above);
  const hashes = (await tiles.get(id))?.document.hashes ?? [];
  if (hashes[place] !== root.toString('base64')) {
    broken(
      'log_changed',
      `tile ${id} of the transparency log was changed: its hash ${place} is not that of the entries below it`,
    );
  }
  if (place === WIDTH - 1) {
    const row = hashes.slice(0, WIDTH).map((one) => Buffer.from(one, 'base64'));
    await compareTile(tiles, log, level + 1, above, rootOfRow(row));
  }
};
