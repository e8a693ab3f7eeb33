/** Verifies an archive with the key of its transparency log, without the server. */
import type { ArchiveFiles } from '../../ports/archive-files.ts';
import { asRecord, checkValues, parseLine } from '../export-lines.ts';
import { broken } from '../findings.ts';
import { hashOf } from '../record-digest.ts';
import { WIDTH } from '../transparency-log/log-documents.ts';
import { type LogEntry, parseEntry } from '../transparency-log/log-entry.ts';
import {
  isConsistent,
  leafHash,
  rootOfPeaks,
  rootOfRow,
  type TreeHash,
  withLeaf,
} from '../transparency-log/merkle-tree.ts';
import { type Checkpoint, type NoteVerifier, openCheckpoint } from '../transparency-log/signed-note.ts';
import { policyProblem, type WitnessPolicy } from '../transparency-log/witness-policy.ts';
import { type ArchiveHead, bundleFile, HEAD, parseHead, proofOf, recordsFile, tileFile } from './archive-files.ts';

export type ArchiveVerdict = {
  readonly origin: string;
  readonly bundles: number;
  readonly records: number;
  /** The checkpoint that signs them. */
  readonly checkpoint: Checkpoint;
  /** Roots of the trees of the first bundle, of the first two, and so on. */
  readonly roots: readonly TreeHash[];
};

const altered = (name: string, why: string): never =>
  broken('archive_altered', `${name} of the archive was altered: ${why}`);
const missing = (name: string): never => broken('archive_incomplete', `${name} of the archive is missing`);

/** The entries in the bytes of a bundle. Throws a Fault that names the file. */
const entriesIn = (name: string, bytes: Buffer): readonly LogEntry[] => {
  const entries: LogEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + (at + 2 <= bytes.length ? bytes.readUInt16BE(at) : bytes.length);
    const entry = parseEntry(bytes.subarray(at + 2, end).toString('utf8'));
    if (!entry || end > bytes.length) return altered(name, `entry ${entries.length} is none`);
    entries.push(entry);
    at = end;
  }
  if (entries.length !== WIDTH) altered(name, `it has ${entries.length} entries, and not ${WIDTH}`);
  return entries;
};

/** Checks that the lines are the records of these entries, in their order. Throws a Fault that names the file. */
const checkRecords = (name: string, bytes: Buffer, entries: readonly LogEntry[]): void => {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.pop() !== '' || lines.length !== entries.length) {
    altered(name, `it has ${lines.length} records, and not ${entries.length}`);
  }
  for (const [at, { stream, sequence, hash }] of entries.entries()) {
    const place = `record ${sequence} of stream ${stream}`;
    const check = (): void => {
      const record = asRecord(parseLine(lines[at] ?? ''));
      checkValues(record);
      const isIt = record.stream === stream && record.sequence === sequence;
      if (!isIt || record.hash !== hash || hashOf(record) !== hash) {
        broken('archive_altered', 'it does not give the digest of its entry');
      }
    };
    try {
      check();
    } catch (error) {
      const { fault } = error as { readonly fault?: string };
      if (fault === undefined) throw error;
      altered(name, `${place}: ${fault}`);
    }
  }
};

/** Reads one bundle with its records, and compares its tile. Returns the hashes of its entries. Throws a Fault that names a file. */
export const checkBundle = async (files: Pick<ArchiveFiles, 'read'>, index: number): Promise<readonly TreeHash[]> => {
  const read = async (name: string): Promise<Buffer> => (await files.read(name)) ?? missing(name);
  const bundle = bundleFile(index);
  const bytes = await read(bundle);
  const entries = entriesIn(bundle, bytes);
  const hashes = entriesHashes(bytes);
  const tile = tileFile(0, index);
  if (!(await read(tile)).equals(Buffer.concat(hashes))) altered(tile, 'its hashes are not those of the entries');
  checkRecords(recordsFile(index), await read(recordsFile(index)), entries);
  return hashes;
};

const entriesHashes = (bytes: Buffer): readonly TreeHash[] => {
  const hashes: TreeHash[] = [];
  for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) {
    hashes.push(leafHash(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at))));
  }
  return hashes;
};

/** The head of an archive. Throws a Fault. */
const headOf = async (files: Pick<ArchiveFiles, 'read'>): Promise<ArchiveHead> => {
  const text = (await files.read(HEAD)) ?? missing(HEAD);
  return parseHead(text.toString('utf8')) ?? altered(HEAD, 'it has another form');
};

/**
 * Verifies each file of an archive against the root that a checkpoint of its log signs. `verifiers`: keys of the log, one of which
 * must have signed. With a policy, its witnesses must have cosigned. Reads a bundle at a time. Throws a Fault that names the file.
 */
export const verifyArchive = async (
  files: Pick<ArchiveFiles, 'read'>,
  { verifiers, policy }: { readonly verifiers: readonly NoteVerifier[]; readonly policy?: WitnessPolicy | undefined },
): Promise<ArchiveVerdict> => {
  const head = await headOf(files);
  const checkpoint = verifiers.map((one) => openCheckpoint(head.checkpoint, one)).find((one) => one !== undefined);
  if (checkpoint?.origin !== head.origin) {
    return broken('signature_invalid', `no given key signed the checkpoint in ${HEAD} of the archive`);
  }
  const unmet = policy && policyProblem(head.checkpoint, policy);
  if (unmet !== undefined) broken('not_witnessed', unmet.replace(/\.$/, ''));
  let peaks: readonly TreeHash[] = [];
  const roots: TreeHash[] = [];
  /** Of each level, the hashes of tiles that are not full yet. */
  const rows: TreeHash[][] = [];
  for (let index = 0; index < head.bundles; index += 1) {
    const hashes = await checkBundle(files, index);
    for (const [at, one] of hashes.entries()) peaks = withLeaf(peaks, index * WIDTH + at, one);
    roots.push(rootOfPeaks(peaks));
    await raise(files, rows, 1, index, rootOfRow(hashes));
  }
  const size = head.bundles * WIDTH;
  if (!isConsistent({ size, root: rootOfPeaks(peaks) }, checkpoint, proofOf(head))) {
    broken(
      'archive_altered',
      `the ${head.bundles} bundles of the archive are not in the tree that the checkpoint in ${HEAD} signs`,
    );
  }
  return { origin: head.origin, bundles: head.bundles, records: size, checkpoint, roots };
};

/** Notes the hash of a tile in the tile above it; compares that with its file when it is full. */
const raise = async (
  files: Pick<ArchiveFiles, 'read'>,
  rows: TreeHash[][],
  level: number,
  index: number,
  hash: TreeHash,
): Promise<void> => {
  rows[level] ??= [];
  const row = rows[level];
  row.push(hash);
  if (row.length < WIDTH) return;
  rows[level] = [];
  const above = Math.floor(index / WIDTH);
  const name = tileFile(level, above);
  const bytes = (await files.read(name)) ?? missing(name);
  if (!bytes.equals(Buffer.concat(row))) altered(name, 'its hashes are not those of the tiles below it');
  await raise(files, rows, level + 1, above, rootOfRow(row));
};
