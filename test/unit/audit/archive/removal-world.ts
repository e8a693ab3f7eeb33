/** A store of two nodes with a log of thirteen months, and what `behalf audit archive --remove` does with it. */
import { memoryDocumentStore } from '../../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../../adapters/node/identifiers.ts';
import { type Acknowledged, removeArchived } from '../../../../src/domain/audit/archive/remove-archived.ts';
import { verifyArchive } from '../../../../src/domain/audit/archive/verify-archive.ts';
import { writeArchive } from '../../../../src/domain/audit/archive/write-archive.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../../../src/domain/audit/audit-record.ts';
import { beginningsOf, storedBeginning } from '../../../../src/domain/audit/beginning.ts';
import { commandLineAuditLog } from '../../../../src/domain/audit/command-line-log.ts';
import { type TrustedHeads, verificationKey } from '../../../../src/domain/audit/signed-heads.ts';
import {
  type BundleDocument,
  LOG_BUNDLES,
  LOG_TILES,
  type LogDocument,
  type TileDocument,
  TRANSPARENCY_LOGS,
} from '../../../../src/domain/audit/transparency-log/log-documents.ts';
import { logTree } from '../../../../src/domain/audit/transparency-log/log-tree.ts';
import { noteVerifier } from '../../../../src/domain/audit/transparency-log/signed-note.ts';
import { transparencyLog } from '../../../../src/domain/audit/transparency-log/transparency-log.ts';
import { verifyLog } from '../../../../src/domain/audit/transparency-log/verify-log.ts';
import { verifyStore } from '../../../../src/domain/audit/verify-store.ts';
import { masterKey } from '../../../../src/domain/platform/crypto/master-key.ts';
import type { ArchiveFiles } from '../../../../src/domain/ports/archive-files.ts';
import type { Collection, Document, DocumentStore } from '../../../../src/domain/ports/document-store.ts';
import { openAuditLog, signer, testClock } from '../support.ts';

export const DAY = 86_400;
export const PLACE = '/archive';

export const memoryFiles = (): ArchiveFiles & { readonly all: Map<string, Buffer> } => {
  const all = new Map<string, Buffer>();
  return { all, read: async (name) => all.get(name), write: async (name, bytes) => void all.set(name, bytes) };
};

/** The same store, which dies after so many writes. */
export const dyingAfter = (documents: DocumentStore, writes: number): DocumentStore => {
  let left = writes;
  const counted = <A extends readonly unknown[], R>(write: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      if (left === 0) throw new Error('killed');
      left -= 1;
      return write(...given);
    };
  };
  return {
    ...documents,
    collection<T extends Document>(declaration: Parameters<DocumentStore['collection']>[0]): Collection<T> {
      const own = documents.collection<T>(declaration);
      return {
        ...own,
        insert: counted(own.insert),
        insertMany: counted(own.insertMany),
        replace: counted(own.replace),
        take: counted(own.take),
      };
    },
  };
};

/** `documents`: an empty store. */
export const removalWorld = async (documents: DocumentStore = memoryDocumentStore()) => {
  const clock = testClock();
  const key = masterKey(Buffer.alloc(32, 1), undefined);
  const log = transparencyLog({
    ...{ documents, clock, identifiers: randomIdentifiers, masterKey: key, issuer: 'https://id.example.com' },
    kept: { read: () => undefined, keep: () => undefined },
    refused: () => undefined,
    pause: async () => undefined,
  });
  await log.open();
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const audit = await openAuditLog(documents, { clock });

  const event = (caller: string) =>
    audit.append({ type: 'audit.read', outcome: 'done', caller, personal: { source: '192.0.2.1' } });
  const catchUp = async (): Promise<void> => {
    // Once more after the last entry: full bundles are stored with the next batch.
    while ((await log.append()) > 0);
    await log.append();
  };
  /** Events of a day, one of them of `caller`, with checkpoints, and with a node that comes and goes. */
  const day = async (count: number, caller = 'acc_a'): Promise<void> => {
    for (let done = 0; done < count; done += 50) {
      await Promise.all(
        Array.from({ length: Math.min(50, count - done) }, (_, at) => event(at === 7 ? caller : 'acc_b')),
      );
      await audit.checkpoint();
    }
    await catchUp();
    clock.advance(DAY);
  };

  const current = async (): Promise<LogDocument> => {
    const found = await documents
      .collection<LogDocument>(TRANSPARENCY_LOGS)
      .find({ where: { isCurrent: true }, limit: 1 });
    if (!found[0]) throw new Error('no log');
    return found[0].document;
  };
  const treeOf = (state: LogDocument) =>
    logTree(
      {
        bundles: documents.collection<BundleDocument>(LOG_BUNDLES),
        tiles: documents.collection<TileDocument>(LOG_TILES),
      },
      state,
    );

  /** As src/compose/archive.ts. `store`: one that may die. */
  const archive = async (
    files: ArchiveFiles,
    {
      store = documents,
      before = clock.now() - 90 * DAY,
      sinks = [],
      skipsSinks = false,
    }: {
      readonly store?: DocumentStore;
      readonly before?: number;
      readonly sinks?: readonly Acknowledged[];
      readonly skipsSinks?: boolean;
    } = {},
  ) => {
    const state = await current();
    const tree = treeOf(state);
    const verifier = noteVerifier(state.verifierKey);
    const stored = await storedBeginning(store);
    const { verdict } = await writeArchive({
      ...{ files, log: state, tree, verifier, personal: false, records, beforeMillis: before * 1000 },
      checkpoint: { note: state.checkpoint, size: state.size },
      removed: stored?.log.origin === state.origin ? stored.log : undefined,
      onProgress: () => undefined,
    });
    if (!verdict) throw new Error('nothing to archive');
    return removeArchived({
      ...{ documents: store, files, signer, log: state, tree, verdict, place: PLACE, skipsSinks },
      audit: commandLineAuditLog(store, { ...clock }),
      issuer: 'https://id.example.com',
      nowMillis: clock.nowMillis,
      beforeMillis: before * 1000,
      sinks: async () => sinks,
    });
  };

  const verify = async (trusted: readonly TrustedHeads[] = []) =>
    verifyStore({
      records,
      key: await verificationKey(signer.key),
      trustedHeads: trusted,
      signedBeginning: (await beginningsOf(documents).get('current'))?.document.signed,
      verifyLog: (beginning, archived) => verifyLog({ documents, masterKey: key, records, beginning, archived }),
    });

  const verifyFiles = async (files: ArchiveFiles) => {
    const beginning = await storedBeginning(documents);
    if (!beginning) throw new Error('nothing was removed');
    return verifyArchive(files, { verifiers: [noteVerifier(beginning.log.verifierKey)] });
  };

  const count = async (): Promise<number> => {
    let found = 0;
    for (let after = ''; ; ) {
      const page = await records.find({ limit: 1000, ...(after === '' ? {} : { after: { id: after } }) });
      found += page.length;
      if (page.length < 1000) return found;
      after = page.at(-1)?.document.id ?? '';
    }
  };

  return { documents, clock, log, records, audit, day, event, catchUp, archive, verify, verifyFiles, count, current };
};
