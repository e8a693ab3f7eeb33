/** `behalf audit verify --store`: verifies the audit log in the configured store. */
import { existsSync } from 'node:fs';
import { systemClock } from '../../adapters/node/clock.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { readPrivateFile } from '../../adapters/node/key-files.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../domain/audit/audit-record.ts';
import { type AuditSigner, auditSigner } from '../domain/audit/audit-signer.ts';
import { beginningsOf } from '../domain/audit/beginning.ts';
import { readTrustedHeads, type TrustedHeads, verificationKey } from '../domain/audit/signed-heads.ts';
import { verifyLog } from '../domain/audit/transparency-log/verify-log.ts';
import type { WitnessPolicy } from '../domain/audit/transparency-log/witness-policy.ts';
import { type StoreVerdict, verifyStore } from '../domain/audit/verify-store.ts';
import type { MasterKey } from '../domain/platform/crypto/master-key.ts';
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import { SIGNING_KEYS, signingKeys } from '../provider/tokens/signing-keys.ts';
import { existingMasterKey, movingStore } from './transfer-store.ts';

type Options = Pick<Parameters<typeof verifyStore>[0], 'trustedHeads' | 'unreadable'> & {
  /** A checkpoint of the transparency log that was kept outside the store: a signed note. */
  readonly keptCheckpoint?: string | undefined;
  /** Whose quorum must have cosigned the checkpoint that readers see. */
  readonly policy?: WitnessPolicy | undefined;
};

type Stored = { readonly documents: DocumentStore; readonly masterKey: MasterKey };

const keysIn = ({ prepublishSeconds, retireSeconds }: Configuration['keys'], { documents, masterKey }: Stored) =>
  signingKeys({
    ...{ documents, masterKey, prepublishSeconds, retireSeconds },
    ...{ clock: systemClock, identifiers: randomIdentifiers },
  });

/** The signer of the audit log of this store. */
export const storedAuditSigner = async ({ keys }: Configuration, stored: Stored): Promise<AuditSigner> =>
  auditSigner((await keysIn(keys, stored)).auditJwk());

/**
 * Verifies the log in `documents` with the audit key that the master key opens.
 */
export const storedAuditLog = async (
  { keys: settings }: Configuration,
  { documents, masterKey, keptCheckpoint, policy, ...options }: Options & Stored,
): Promise<StoreVerdict> => {
  const keys = await keysIn(settings, { documents, masterKey });
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  return verifyStore({
    records,
    key: await verificationKey(keys.auditJwk()),
    signedBeginning: (await beginningsOf(documents).get('current'))?.document.signed,
    verifyLog: (beginning, archived) =>
      verifyLog({ documents, masterKey, records, beginning, archived, kept: keptCheckpoint, policy }),
    ...options,
  });
};

/**
 * Verifies the log of this installation, including the heads that this node remembers. A server may run. Throws MovingRefused
 * without data, and StoreUnavailable when the store fails.
 */
export const verifyThisStore = async (
  configuration: Configuration,
  {
    trustedHeads,
    keptCheckpoint,
    policy,
  }: { readonly trustedHeads?: TrustedHeads } & Pick<Options, 'keptCheckpoint' | 'policy'>,
): Promise<StoreVerdict> => {
  const masterKey = existingMasterKey(configuration);
  const { database, trustedHeadsFile } = dataFolder(configuration.data.folder);
  if (configuration.stores.document === 'sqlite' && !existsSync(database)) {
    throw new MovingRefused(`There is no database ${database}.`, 'Name the settings the server runs with.');
  }
  // Reads both before the first record: a running server continues to write both.
  const remembered = rememberedHeads(trustedHeadsFile);
  let isDamaged = false;
  const documents = await movingStore(configuration, {
    isAlone: false,
    onUnreadable: (collection) => {
      if (collection === AUDIT_RECORDS.name) isDamaged = true;
    },
  });
  try {
    if ((await documents.collection(SIGNING_KEYS).find({ limit: 1 })).length === 0) {
      throw new MovingRefused('The store holds no data.', 'Name the settings the server runs with.');
    }
    const known = [...(remembered ? [remembered] : []), ...(trustedHeads ? [trustedHeads] : [])];
    return await storedAuditLog(configuration, {
      documents,
      masterKey,
      trustedHeads: known,
      keptCheckpoint,
      policy,
      unreadable: () => isDamaged,
    });
  } finally {
    await documents.close();
  }
};

const rememberedHeads = (file: string): TrustedHeads | undefined => {
  const text = readPrivateFile(file);
  if (text === undefined) return undefined;
  const heads = trustedHeadsIn(text);
  if (heads) return heads;
  throw new MovingRefused(
    `${file} holds no signed heads of the audit log: it was changed.`,
    'Put back the file that belongs to this database.',
  );
};

const trustedHeadsIn = (text: string): TrustedHeads | undefined => {
  try {
    return readTrustedHeads(text);
  } catch {
    return undefined;
  }
};
