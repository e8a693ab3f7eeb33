/** `behalf import`: writes all data of a file into the configured store. */
import { existsSync } from 'node:fs';
import { systemClock, until } from '../../adapters/node/clock.ts';
import { snapshotOf } from '../../adapters/node/snapshot.ts';
import type { Configuration } from '../../config/configuration.ts';
import { commandLineAuditLog } from '../domain/audit/command-line-log.ts';
import { linesOf } from '../domain/audit/export-lines.ts';
import { endLog } from '../domain/audit/transparency-log/log-life.ts';
import type { MasterKey } from '../domain/platform/crypto/master-key.ts';
import { checkPlaced, type Placed, placeLines, type ShowStep } from '../domain/platform/data-transfer/copy.ts';
import { checkDataFile, type DataFile, MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import { importMarks } from '../domain/platform/data-transfer/import-mark.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../domain/platform/epochs/epoch.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import { COLLECTIONS, TRANSFERRED } from './collections.ts';
import { existingMasterKey, movingStore } from './transfer-store.ts';
import { setTrustedAside } from './trusted-checkpoints.ts';
import { storedAuditLog } from './verify-store.ts';

export type Imported = Placed & {
  /** Whether an earlier call had imported the file, so that this call did nothing. */
  readonly wasDone: boolean;
  /** Whether the import ended every earlier token. */
  readonly endsTokens: boolean;
  /** Number of verified audit records. */
  readonly records: number;
};

/**
 * Imports the file and verifies the result. Throws MovingRefused, before any write, when the file, the store or the key does
 * not fit. Throws StoreUnavailable when the store fails or is in use.
 */
export const importData = async (
  configuration: Configuration,
  options: { readonly from: string; readonly resume: boolean; readonly endTokens: boolean; readonly show: ShowStep },
): Promise<Imported> => {
  const { from } = options;
  const masterKey = existingMasterKey(configuration);
  if (!existsSync(from)) throw new MovingRefused(`There is no file ${from}.`, 'Name one that `behalf export` wrote.');
  // Reads the file once, so that the checked bytes are the imported ones, even for a pipe or a file that another process
  // changes.
  const snapshot = await snapshotOf(from, configuration.data.folder).catch((error: unknown): never => {
    throw new MovingRefused(
      `${from} could not be read: ${(error as Error).message}.`,
      'Name a file that `behalf export` wrote. The data folder needs room for a copy while the import runs.',
    );
  });
  try {
    return await importLines(configuration, { ...options, masterKey, lines: () => linesOf(snapshot.chunks()) });
  } finally {
    await snapshot.close();
  }
};

const importLines = async (
  configuration: Configuration,
  options: {
    readonly resume: boolean;
    readonly endTokens: boolean;
    readonly show: ShowStep;
    readonly masterKey: MasterKey;
    readonly lines: () => AsyncIterable<string>;
  },
): Promise<Imported> => {
  const { resume, show, masterKey, lines } = options;
  const expected = { masterKey, issuer: configuration.issuer, collections: TRANSFERRED.map(({ name }) => name) };
  const file = await checkDataFile(lines(), expected, show('Checking the file'));
  const total = Object.values(file.trailer.collections).reduce((sum, count) => sum + count, 0);
  const endsTokens = options.endTokens || file.trailer.served;

  const documents = await movingStore(configuration, { isAlone: true });
  try {
    const marks = importMarks(documents);
    const id = file.trailer.sha256;
    const mark = await marks.find(id, { resume, isEmpty: () => isEmpty(documents) });
    if (mark?.state === 'done') return { placed: 0, present: total, wasDone: true, endsTokens, records: 0 };
    if (!mark) await marks.begin(id);
    let placed: Placed = { placed: 0, present: total };
    if (mark?.state !== 'copied') {
      const deps = { documents, collections: TRANSFERRED, total };
      placed = await placeLines(lines(), { ...deps, onProgress: show('Writing') });
      await checkPlaced(lines(), { ...deps, onProgress: show('Reading back'), now: systemClock.now() });
      await marks.advance(id, 'copied', systemClock.now());
    }
    await settle(configuration, documents, file, endsTokens);
    const records = await verifiedRecords(configuration, documents, masterKey);
    await marks.advance(id, 'done', systemClock.now());
    return { ...placed, wasDone: false, endsTokens, records };
  } finally {
    await documents.close();
  }
};

const isEmpty = async (documents: DocumentStore): Promise<boolean> => {
  for (const declaration of COLLECTIONS) {
    if ((await documents.collection(declaration).find({ limit: 1 })).length > 0) return false;
  }
  return true;
};

/**
 * If the source continued to serve after the export, later revocations are unknown. Then the import ends all tokens, as a
 * restore does.
 */
const settle = async (
  { data }: Configuration,
  documents: DocumentStore,
  { header, trailer }: DataFile,
  endsTokens: boolean,
): Promise<void> => {
  const { source, exportedAt } = header;
  // One second later, so that the epoch also ends what was created in the present second.
  const notBefore = systemClock.now() + 1;
  await commandLineAuditLog(documents, systemClock).append({
    type: 'store.imported',
    outcome: 'done',
    caller: 'system',
    inputs: { source, exportedAt, sha256: trailer.sha256, ...(endsTokens ? { notBefore } : {}) },
  });
  if (!endsTokens) return;
  await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', notBefore);
  // Of a store that was served before: its checkpoints may name records that the file does not have.
  await endLog(documents, commandLineAuditLog(documents, systemClock), systemClock.now());
  // The trusted heads may be ahead of the file.
  setTrustedAside(data.folder, notBefore);
  // Waits, so that the epoch does not end a token of the next server start.
  await until(notBefore);
};

/** Verifies the audit log in the store and returns the number of its records. */
const verifiedRecords = async (
  configuration: Configuration,
  documents: DocumentStore,
  masterKey: MasterKey,
): Promise<number> => {
  const verdict = await storedAuditLog(configuration, { documents, masterKey });
  if (verdict.ok) return verdict.records;
  throw new MovingRefused(
    `The audit log does not verify: ${verdict.problems.join(' ')}`,
    'It was changed where it comes from: compare it with an earlier export of the audit log. Nothing is served from this store.',
  );
};
