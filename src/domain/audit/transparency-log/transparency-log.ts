/**
 * The transparency log of an installation: one Merkle tree over the records of all streams, with signed checkpoints (C2SP
 * tlog-tiles). A reader verifies that the log only grows, without the database and without this software (decision 31).
 *
 * Owns the order of the entries, the tiles, the key and the proofs. Does not decide what is recorded (audit-log.ts), and
 * holds digests of records only.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import {
  type DocumentStore,
  isStoreUnavailable,
  StoreUnavailable,
  tryInsert,
  update,
  type Versioned,
} from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../audit-record.ts';
import { storedBeginning } from '../beginning.ts';
import type { LogStatement } from '../logged-heads.ts';
import type { RecentRecords } from '../recent-records.ts';
import { coseReceipt } from './cose.ts';
import {
  type BundleDocument,
  LOG_BUNDLES,
  LOG_TILES,
  type LogDocument,
  SHOWN_CHECKPOINTS,
  type ShownDocument,
  type TileDocument,
  TRANSPARENCY_LOGS,
  WIDTH,
} from './log-documents.ts';
import { bundleBytes, entryText } from './log-entry.ts';
import { logGuard, type TrustedCheckpoints } from './log-guard.ts';
import { coseSignerOf, type LogSealing, sealedFor, signerOf } from './log-key.ts';
import type { Inclusion } from './log-proof.ts';
import { type LogHead, type LogWitnessing, logReaders } from './log-readers.ts';
import { type LogSnapshot, logSnapshot, statementOf } from './log-snapshot.ts';
import { type LogTree, logTree } from './log-tree.ts';
import { type LogWriter, logWriter } from './log-writer.ts';
import { consistencyProof, HASH_LENGTH, leafHash, rootOfInclusion, rootOfPeaks, type TreeHash } from './merkle-tree.ts';
import { checkpointText, type NoteSigner, noteSigner, noteVerifier, openCheckpoint } from './signed-note.ts';
import type { Cosigning } from './witnessing.ts';

/**
 * Each method throws StoreUnavailable when the store fails. Those that read or append throw `log_not_trusted` when the stored
 * log does not continue what was signed, and those for readers `log_not_witnessed` when witnesses must cosign and none did yet.
 */
export interface TransparencyLog extends LogWriter {
  /** Creates the log, unless there is one, and seals its key with the present master key. One process does so. */
  open(): Promise<void>;
  head(): Promise<LogHead>;
  /** Asks the witnesses to cosign the last checkpoint. Without witnesses does nothing. See Witnessing. */
  cosign(): Promise<void>;
  /** What is known of the present log and its witnesses; also while readers see no checkpoint. */
  state(): Promise<LogWitnessing>;
  /**
   * The bytes of a tile; `width` for a partial one. Undefined when the log has no such tile: for a width beyond its size,
   * and for a full tile that is not full yet. A smaller width than the present one is a tile of an earlier size. `log`: id of
   * the log, by default the present one; any other has no tiles.
   */
  tile(level: number, index: number, width?: number, log?: string): Promise<Buffer | undefined>;
  /** The bytes of an entry bundle, as for `tile`. */
  bundle(index: number, width?: number, log?: string): Promise<Buffer | undefined>;
  /** Undefined when the log does not have the record, or not yet. */
  inclusion(stream: string, sequence: number): Promise<Inclusion | undefined>;
  /** Reads proofs against one checkpoint, the present one. */
  snapshot(): Promise<LogSnapshot>;
  /** What an export says of the present checkpoint. Undefined when there is none for readers, or the log cannot be read: it never throws that. */
  statement(): Promise<LogStatement | undefined>;
  /** A proof of this log as a COSE receipt (RFC 9942). Throws TypeError when it is none of the present log. */
  receipt(inclusion: Inclusion): Promise<Buffer>;
  /** Whether the log cannot have the record, because an earlier one of its stream is missing. */
  isBehindGap(stream: string, sequence: number): Promise<boolean>;
  /** Undefined when one of the sizes is beyond the log, or `first` above `second`. */
  consistency(first: number, second: number): Promise<readonly TreeHash[] | undefined>;
}

/** The address of the issuer without its scheme: first part of the origin. */
const prefixOf = (issuer: string): string => {
  const { host, pathname } = new URL(issuer);
  return `${host}${pathname.replace(/\/$/, '')}`.replaceAll('+', '%2B');
};

export const transparencyLog = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly identifiers: Pick<Identifiers, 'newId'>;
  readonly masterKey: LogSealing;
  readonly issuer: string;
  /** Checkpoints that this node keeps outside the database. */
  readonly kept: TrustedCheckpoints;
  /** What this process has recorded. Absent: all records are read from the store. */
  readonly recent?: RecentRecords;
  /** Absent: no witness cosigns, and readers see the last checkpoint. */
  readonly witnesses?: Cosigning | undefined;
  /** Called when the stored log does not continue what was signed: `problem` is a clause for people. */
  readonly refused: (origin: string, problem: string) => void;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): TransparencyLog => {
  const { documents, masterKey } = deps;
  const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
  const bundles = documents.collection<BundleDocument>(LOG_BUNDLES);
  const tiles = documents.collection<TileDocument>(LOG_TILES);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  let signing: { readonly id: string; readonly signer: NoteSigner } | undefined;

  const stored = async (): Promise<Versioned<LogDocument> | undefined> =>
    (await logs.find({ where: { isCurrent: true }, limit: 1 }))[0];

  const current = async (): Promise<Versioned<LogDocument>> => {
    const trusted = guard.trusted();
    const found = await stored();
    if (!found) throw new StoreUnavailable('the store has no transparency log: start the server again');
    await guard.check(found.document, trusted);
    return found;
  };

  const signer = (log: LogDocument): NoteSigner => {
    if (signing?.id !== log.id) signing = { id: log.id, signer: signerOf(masterKey, log) };
    return signing.signer;
  };

  const guard = logGuard({
    kept: deps.kept,
    verifierOf: (log) => noteVerifier(signer(log).verifierKey),
    treeOf: (log) => logTree({ bundles, tiles }, log),
    clock: deps.clock,
    refused: deps.refused,
  });

  const readers = logReaders({
    ...{ current, guard, cosigning: deps.witnesses, clock: deps.clock },
    shown: documents.collection<ShownDocument>(SHOWN_CHECKPOINTS),
    treeOf: (log) => logTree({ bundles, tiles }, log),
  });

  const newLog = async (): Promise<LogDocument> => {
    const begins = ((await storedBeginning(documents))?.heads ?? []).map(({ stream, sequence }) => ({
      stream,
      sequence,
    }));
    const id = deps.identifiers.newId('log');
    const origin = `${prefixOf(deps.issuer)}/log/${id}`;
    const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const signs = noteSigner(origin, key);
    return {
      id,
      isCurrent: true,
      createdAt: deps.clock.now(),
      origin,
      verifierKey: signs.verifierKey,
      sealed: masterKey.seal(sealedFor(id), JSON.stringify(key)),
      size: 0,
      peaks: [],
      cursors: begins,
      ...(begins.length > 0 ? { begins } : {}),
      bundled: 0,
      tail: [],
      checkpoint: signs.sign(checkpointText({ origin, size: 0, root: rootOfPeaks([]) })),
    };
  };

  const treeNow = async (): Promise<{ readonly log: LogDocument; readonly tree: LogTree }> => {
    const log = await readers.visible();
    return { log, tree: logTree({ bundles, tiles }, log) };
  };

  /** How many to answer: `width`, or all of a full one. Undefined when the log does not have as many. */
  const asked = (present: number, width: number | undefined): number | undefined => {
    const count = width ?? WIDTH;
    return count >= 1 && count <= present ? count : undefined;
  };

  const snapshot = async (): Promise<LogSnapshot> => logSnapshot(bundles, await treeNow());

  return {
    ...logWriter({
      ...{ current, logs, bundles, tiles, signer, published: guard.published, checkTail: guard.checkTail },
      records,
      recent: deps.recent,
      pause: deps.pause,
    }),

    async open() {
      const found = await stored();
      // Another process may be faster: the unique index allows one log.
      if (!found) await tryInsert(logs, await newLog());
      else if (masterKey.isSealedWithOther(sealedFor(found.document.id), found.document.sealed)) {
        await update(logs, found.document.id, (log) => {
          const context = sealedFor(log.id);
          return { ...log, sealed: masterKey.seal(context, masterKey.open(context, log.sealed)) };
        });
      }
    },

    head: readers.head,
    state: readers.state,
    cosign: readers.cosign,

    async tile(level, index, width, id) {
      const { log, tree } = await treeNow();
      if (log.id !== (id ?? log.id)) return undefined;
      const count = asked(tree.width(level, index), width);
      return count === undefined
        ? undefined
        : Buffer.concat(await tree.hashes(level, index, count), count * HASH_LENGTH);
    },

    async bundle(index, width, id) {
      const { log, tree } = await treeNow();
      if (log.id !== (id ?? log.id)) return undefined;
      const count = asked(tree.width(0, index), width);
      return count === undefined ? undefined : bundleBytes(await tree.entries(index, count));
    },

    inclusion: async (stream, sequence) => (await snapshot()).inclusion(stream, sequence),
    snapshot,

    async statement() {
      try {
        return await statementOf(bundles, await treeNow());
      } catch (error) {
        if (isDomainError(error) || isStoreUnavailable(error)) return undefined;
        throw error;
      }
    },

    async receipt(inclusion) {
      const { document: log } = await current();
      const cose = coseSignerOf(masterKey, log);
      const checkpoint = openCheckpoint(inclusion.checkpoint, noteVerifier(signer(log).verifierKey));
      const { index, entry, proof } = inclusion;
      const leaf = leafHash(entryText(entry));
      const root = checkpoint && rootOfInclusion(leaf, index, checkpoint.size, proof);
      if (!checkpoint || !root?.equals(checkpoint.root)) throw new TypeError('not a proof of the present log');
      const claims = { issuer: log.origin, subject: recordId(entry.stream, entry.sequence) };
      return coseReceipt(cose, claims, root, { size: checkpoint.size, index, proof });
    },

    async isBehindGap(stream, sequence) {
      const { cursors } = (await current()).document;
      const next = (cursors.find((cursor) => cursor.stream === stream)?.sequence ?? 0) + 1;
      return sequence > next && !(await records.get(recordId(stream, next)));
    },

    async consistency(first, second) {
      const { log, tree } = await treeNow();
      return first > second || second > log.size ? undefined : consistencyProof(tree.subtree, first, second);
    },
  };
};
