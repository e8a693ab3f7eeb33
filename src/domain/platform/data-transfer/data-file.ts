/**
 * Transfer of all data of an installation from one store to another, as one file of lines. Owns the format of that
 * file, the copying of documents, and the mark of an unfinished import. Does not open stores or files, and does not
 * know which collections there are: src/compose passes them in.
 *
 * This file: the content of the data file, and whether it is complete and ours.
 */
import { createHash } from 'node:crypto';
import type { MasterKey } from '../crypto/master-key.ts';

/** The reason why a transfer is refused; `hint` says what to do. */
export class MovingRefused extends Error {
  override readonly name = 'MovingRefused';
  readonly code = 'moving_refused';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

export const isMovingRefused = (error: unknown): error is MovingRefused =>
  (error as { code?: unknown } | undefined)?.code === 'moving_refused';

/** The first line. */
export type DataHeader = {
  readonly behalf_data: 2;
  readonly notice: string;
  readonly issuer: string;
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly exportedAt: number;
  /** Sealed with the master key: a server that cannot open it cannot use the rest. */
  readonly probe: string;
  /** Number of documents of each collection when the export began. */
  readonly collections: Readonly<Record<string, number>>;
};

/** The last line without its `seal`, which is a digest of this under the master key. */
export type DataTrailer = {
  readonly end: true;
  /** Whether nodes served from the store while it was read. Then revocations from that time may be missing. */
  readonly served: boolean;
  /** Number of documents of each collection. */
  readonly collections: Readonly<Record<string, number>>;
  /** Number of lines before this one. */
  readonly lines: number;
  /** Digest of all those lines, each with its line end; base64url. */
  readonly sha256: string;
};

export type DataFile = { readonly header: DataHeader; readonly trailer: DataTrailer };

/** In files of format 1 collections, members and ids have other names. */
const FORMAT = 2;
const PROBE = 'data-file';
const NOTICE =
  'Holds sealed secrets, digests of passwords and tokens, and personal data: keep it as you keep the database, and remove it after the move.';
const TRAILER = '{"end":true,';
const DAMAGED = 'Export again; an interrupted export leaves no file that can be imported.';

export const dataHeader = (
  masterKey: MasterKey,
  facts: Pick<DataHeader, 'issuer' | 'source' | 'exportedAt' | 'collections'>,
): DataHeader => {
  const { issuer, source, exportedAt, collections } = facts;
  const probe = masterKey.seal(PROBE, issuer);
  return { behalf_data: FORMAT, notice: NOTICE, issuer, source, exportedAt, probe, collections };
};

export const trailerLine = (masterKey: MasterKey, trailer: DataTrailer): string =>
  JSON.stringify({ ...trailer, seal: masterKey.digest('data-file', JSON.stringify(trailer)) });

export const documentLine = (collection: string, document: object): string => JSON.stringify({ collection, document });

/** The collection and document of a line; undefined for the header and the last line. */
export const lineDocument = (
  line: string,
): { readonly collection: string; readonly document: { readonly id: string } } | undefined => {
  if (!line.startsWith('{"collection":')) return undefined;
  return JSON.parse(line);
};

/** What a file must match. */
type ExpectedData = {
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly collections: readonly string[];
};

/**
 * Reads the whole file and returns what it is. Throws MovingRefused when it is of another issuer or master key, of a
 * newer version, cut off, or changed since it was written.
 */
export const checkDataFile = async (
  lines: AsyncIterable<string>,
  expected: ExpectedData,
  onLine: (done: number, total: number) => void,
): Promise<DataFile> => {
  const { masterKey } = expected;
  const digest = createHash('sha256');
  let header: DataHeader | undefined;
  let trailer: DataTrailer | undefined;
  let read = 0;
  let total = 0;
  for await (const line of lines) {
    if (trailer) throw new MovingRefused('The file goes on behind its end.', DAMAGED);
    if (header && line.startsWith(TRAILER)) {
      trailer = trailerOf(masterKey, line, { lines: read, sha256: digest.digest('base64url') });
      continue;
    }
    if (!header) {
      header = headerOf(line, expected);
      total = Object.values(header.collections).reduce((sum, count) => sum + count, 0);
    }
    digest.update(line).update('\n');
    read += 1;
    onLine(Math.min(read - 1, total), total);
  }
  if (!header || !trailer) throw new MovingRefused('The file is cut off: its last line is missing.', DAMAGED);
  return { header, trailer };
};

const headerOf = (line: string, expected: ExpectedData): DataHeader => {
  const header = parsed(line) as Partial<DataHeader> | undefined;
  if (typeof header?.behalf_data !== 'number' || typeof header.probe !== 'string' || !isCounts(header.collections)) {
    throw new MovingRefused('This is no file of `behalf export`.', 'Name a file that `behalf export --to FILE` wrote.');
  }
  if (header.behalf_data < FORMAT) {
    throw new MovingRefused(
      'The file was written before collections and ids got the names they have.',
      'No release wrote such a file: start with an empty store.',
    );
  }
  const unknown = Object.keys(header.collections).find((name) => !expected.collections.includes(name));
  if (header.behalf_data !== FORMAT || unknown !== undefined) {
    throw new MovingRefused('The file was written by another version of Behalf.', 'Import it with that version.');
  }
  try {
    expected.masterKey.open(PROBE, header.probe);
  } catch {
    throw new MovingRefused(
      'The file was sealed with another master key: nothing in it could be read.',
      'Give this installation the master key of the one the file came from: keys.masterKey, or master.key in the data folder.',
    );
  }
  if (header.issuer !== expected.issuer) {
    throw new MovingRefused(
      `The file is of the issuer ${header.issuer}, and the settings say ${expected.issuer}.`,
      'Tokens and registrations are bound to the issuer: use the same one.',
    );
  }
  return header as DataHeader;
};

const trailerOf = (
  masterKey: MasterKey,
  line: string,
  seen: { readonly lines: number; readonly sha256: string },
): DataTrailer => {
  const { seal, ...trailer } = (parsed(line) ?? {}) as DataTrailer & { readonly seal?: unknown };
  if (!masterKey.digests('data-file', JSON.stringify(trailer)).some((one) => one === seal))
    throw new MovingRefused('The last line of the file was changed.', DAMAGED);
  if (trailer.lines !== seen.lines || trailer.sha256 !== seen.sha256) {
    throw new MovingRefused('The file was changed or damaged: its checksum is another.', DAMAGED);
  }
  return trailer;
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const isCounts = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' && value !== null && Object.values(value).every(Number.isSafeInteger);
