/**
 * Where the streams of the audit log begin, after records went into an archive (decision 39). The statement is signed with the
 * audit key, so that an editor of the database cannot pass a removal of their own for one.
 */
import { hash } from 'node:crypto';
import type { Collection, DocumentStore } from '../ports/document-store.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { Heads } from './audit-record.ts';
import type { AuditSigner } from './audit-signer.ts';
import { canonicalText } from './canonical-text.ts';
import { isStreamName, type VerificationKey } from './signed-heads.ts';

/** The first entries of a transparency log, and the archive that has their records. */
export type ArchivedLog = {
  readonly origin: string;
  readonly verifierKey: string;
  /** Number of entries: those of whole bundles. */
  readonly size: number;
  /** Root of the tree of these entries, base64. */
  readonly root: string;
  /** Folder or S3 address of the archive, as the command named it. */
  readonly place: string;
};

/** What is signed. */
export type Beginning = {
  readonly behalf_audit: 2;
  readonly kind: 'beginning';
  readonly issuer: string;
  /** When it was signed, milliseconds since the epoch. */
  readonly at: number;
  /** Every removed record is from before this time; milliseconds since the epoch. */
  readonly before: number;
  /**
   * Of each stream, the last record that was removed. Its records 2 to this one are in an archive. The first record of a stream
   * stays, and so does the last one.
   */
  readonly heads: Heads;
  readonly log: ArchivedLog;
  /** Logs that ended before, for example by a restore. */
  readonly former?: readonly ArchivedLog[];
};

/** What readers are told of it. */
export type Archived = {
  /** Every record in the archive is from before this time; milliseconds since the epoch. */
  readonly before: number;
  /** Folder or S3 address, for each archive; the last one first. */
  readonly places: readonly string[];
};

export const archivedOf = ({ before, log, former = [] }: Beginning): Archived => ({
  before,
  places: [...new Set([log, ...former.toReversed()].map(({ place }) => place))],
});

export type BeginningDocument = {
  readonly id: 'current';
  /** How many legal holds were created: a removal that read the holds before one of them loses its swap. */
  readonly holds: number;
  /** Compact JWS over a Beginning. Absent: nothing was removed yet. */
  readonly signed?: string;
};

export const AUDIT_BEGINNING = {
  name: 'audit_beginning',
  holds: 'the signed statement of where the streams of the audit log begin, once records were removed into an archive',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'the chain of each stream verifies with it' },
  transfer: 'log',
  indexes: [],
} as const satisfies OwnedCollection;

export const beginningsOf = (documents: DocumentStore): Collection<BeginningDocument> =>
  documents.collection<BeginningDocument>(AUDIT_BEGINNING);

export const signBeginning = (signer: AuditSigner, beginning: Beginning): Promise<string> =>
  signer.sign(canonicalText(beginning));

/** The statement that one of the keys signed. Undefined when none did, or when the text is none. */
export const openBeginning = async (
  signed: unknown,
  keys: readonly VerificationKey[],
): Promise<Beginning | undefined> => {
  if (typeof signed !== 'string') return undefined;
  for (const key of keys) {
    const payload = await key.open(signed);
    if (payload) return asBeginning(Buffer.from(payload).toString('utf8'));
  }
  return undefined;
};

/**
 * The stored statement, without a check of its signature: for readers that it only tells where records are, or which the same
 * editor of the database could mislead without it. Undefined while nothing was removed. Throws StoreUnavailable.
 */
export const storedBeginning = async (documents: DocumentStore): Promise<Beginning | undefined> => {
  const signed = (await beginningsOf(documents).get('current'))?.document.signed;
  return signed === undefined
    ? undefined
    : asBeginning(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString('utf8'));
};

export const digestOfBeginning = (signed: string): string => hash('sha256', signed, 'base64url');

/** Whether a record was removed, or is to be. */
export const isBefore = (
  heads: Heads,
  { stream, sequence }: { readonly stream: string; readonly sequence: number },
): boolean => sequence > 1 && sequence <= (heads.find((one) => one.stream === stream)?.sequence ?? 0);

const isArchivedLog = (value: unknown): value is ArchivedLog => {
  const { origin, verifierKey, size, root, place } = (value ?? {}) as Partial<ArchivedLog>;
  const texts = [origin, verifierKey, root, place];
  return texts.every((one) => typeof one === 'string') && Number.isSafeInteger(size);
};

const asBeginning = (text: string): Beginning | undefined => {
  try {
    const value = JSON.parse(text) as Beginning;
    const { behalf_audit: version, kind, issuer, at, before, heads, log, former = [] } = value;
    const isWhole =
      version === 2 &&
      kind === 'beginning' &&
      typeof issuer === 'string' &&
      Number.isSafeInteger(at) &&
      Number.isSafeInteger(before) &&
      heads.every(
        ({ stream, sequence, hash: digest }) =>
          isStreamName(stream) && Number.isSafeInteger(sequence) && sequence > 1 && typeof digest === 'string',
      ) &&
      isArchivedLog(log) &&
      former.every(isArchivedLog);
    return isWhole ? value : undefined;
  } catch {
    return undefined;
  }
};
