/**
 * Copies closed tiles of the transparency log and the bodies of their records into an archive (decision 34). Reads each file back
 * and verifies it before the head of the archive names it. Interrupted at any point it continues where it was; nothing is
 * removed from the store.
 */
import type { ArchiveFiles } from '../../ports/archive-files.ts';
import type { Collection } from '../../ports/document-store.ts';
import { type AuditRecord, recordId } from '../audit-record.ts';
import type { ArchivedLog } from '../beginning.ts';
import { canonicalText } from '../canonical-text.ts';
import { broken } from '../findings.ts';
import { type LogDocument, WIDTH } from '../transparency-log/log-documents.ts';
import { bundleBytes, entryText, type LogEntry } from '../transparency-log/log-entry.ts';
import type { LogTree } from '../transparency-log/log-tree.ts';
import { consistencyProof, leafHash } from '../transparency-log/merkle-tree.ts';
import type { NoteVerifier } from '../transparency-log/signed-note.ts';
import { bundleFile, HEAD, headText, parseHead, recordsFile, tileFile } from './archive-files.ts';
import { type ArchiveVerdict, checkBundle, verifyArchive } from './verify-archive.ts';

export type ArchiveResult = {
  /** Bundles that this run added. */
  readonly added: number;
  /** Of the archive after it; undefined when it has nothing. */
  readonly verdict: ArchiveVerdict | undefined;
};

/**
 * Adds each bundle of the log whose 256 records are all from before `beforeMillis`, up to the first that is not. Throws a Fault
 * when a file of the archive or a record of the store is not what the log has, and StoreUnavailable.
 */
export const writeArchive = async (deps: {
  readonly files: ArchiveFiles;
  readonly log: LogDocument;
  /** With signatures: the checkpoint that the archive gets. Its size is at least that of the bundles. */
  readonly checkpoint: { readonly note: string; readonly size: number };
  readonly tree: LogTree;
  readonly verifier: NoteVerifier;
  readonly records: Pick<Collection<AuditRecord>, 'getMany'>;
  readonly beforeMillis: number;
  /** The first entries of the log whose records are no longer in the store: this archive must have them. */
  readonly removed?: ArchivedLog | undefined;
  /** Include personal values that were not erased. */
  readonly personal: boolean;
  /** Called after each bundle: how many of how many. */
  readonly onProgress: (done: number, of: number) => void;
}): Promise<ArchiveResult> => {
  const { files, log, checkpoint, tree, verifier, records } = deps;
  const known = await files.read(HEAD);
  const head = known === undefined ? undefined : parseHead(known.toString('utf8'));
  if (known !== undefined && head?.origin !== log.origin) {
    broken('archive_altered', `${HEAD} of the archive is of another log, or was altered: use another place`);
  }
  const verified = head && (await verifyArchive(files, { verifiers: [verifier] }));
  const removed = (deps.removed?.size ?? 0) / WIDTH;
  const closed = Math.floor(Math.min(log.bundled, checkpoint.size) / WIDTH);
  const first = head?.bundles ?? 0;
  let bundles = first;

  /** The records of the entries, in their order; undefined when one is not from before. */
  const bodiesOf = async (entries: readonly LogEntry[]): Promise<readonly AuditRecord[] | undefined> => {
    const found = await records.getMany(entries.map(({ stream, sequence }) => recordId(stream, sequence)));
    const byId = new Map(found.map(({ document }) => [document.id, document]));
    return entries.some(({ stream, sequence }) => (byId.get(recordId(stream, sequence))?.at ?? 0) >= deps.beforeMillis)
      ? undefined
      : entries.map(
          ({ stream, sequence }) =>
            byId.get(recordId(stream, sequence)) ??
            broken('records_missing', `record ${sequence} of stream ${stream} is missing in the store`, {
              stream,
              sequence,
            }),
        );
  };

  /** Writes what is not there yet. A file that is there stays: it is verified next. */
  const put = async (name: string, bytes: Buffer): Promise<void> => {
    if ((await files.read(name)) === undefined) await files.write(name, bytes);
  };

  for (; bundles < closed; bundles += 1) {
    const entries = await tree.entries(bundles, WIDTH);
    if (bundles < removed) {
      // Another run has written its records here, and removed them since this one read the head.
      await checkRemoved(files, bundles, deps.removed?.place);
      continue;
    }
    const bodies = await bodiesOf(entries);
    if (!bodies) break;
    await put(bundleFile(bundles), bundleBytes(entries));
    await put(tileFile(0, bundles), Buffer.concat(entries.map((entry) => leafHash(entryText(entry)))));
    const lines = bodies.map((body) => `${canonicalText(lineOf(body, deps.personal))}\n`);
    await put(recordsFile(bundles), Buffer.from(lines.join('')));
    for (let level = 1, end = bundles + 1; end % WIDTH === 0; level += 1) {
      end /= WIDTH;
      await put(tileFile(level, end - 1), Buffer.concat(await tree.hashes(level, end - 1, WIDTH)));
    }
    await checkBundle(files, bundles);
    deps.onProgress(bundles + 1 - first, closed - first);
  }
  if (bundles === first) return { added: 0, verdict: verified };
  const proof = await consistencyProof(tree.subtree, bundles * WIDTH, checkpoint.size);
  const next = {
    behalf_archive: 1 as const,
    ...{ origin: log.origin, bundles, checkpoint: checkpoint.note },
    proof: proof.map((one) => one.toString('base64')),
  };
  const candidate = Buffer.from(headText(next));
  // Everything is read back and verified against the signed root before the head names it.
  const read = (name: string) => (name === HEAD ? Promise.resolve(candidate) : files.read(name));
  const verdict = await verifyArchive({ read }, { verifiers: [verifier] });
  await files.write(HEAD, candidate);
  return { added: bundles - first, verdict };
};

/** Checks a bundle whose records are in an archive only. Throws a Fault when this is not that archive. */
const checkRemoved = async (files: ArchiveFiles, index: number, place: string | undefined): Promise<void> => {
  if ((await files.read(recordsFile(index))) === undefined) {
    const text = `the store no longer has the records of bundle ${index}: they are in the archive ${place}`;
    broken('archive_incomplete', `${text}. Continue that archive, or copy its files to this place first`);
  }
  await checkBundle(files, index);
};

/** A record as an export has it. */
const lineOf = (
  { stream, sequence, at, prev, hash, event, salt, erasable }: AuditRecord,
  personal: boolean,
): object => ({
  ...{ stream, sequence, at, prev, hash, event },
  ...(salt === undefined ? {} : { salt }),
  ...(personal && erasable ? { erasable } : {}),
});
