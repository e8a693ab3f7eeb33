import { createHash } from 'node:crypto';
import {
  type Collection,
  type CollectionDeclaration,
  type Cursor,
  type Document,
  type DocumentStore,
  isDocumentConflict,
  tryInsert,
} from '../../ports/document-store.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { type DataTrailer, dataHeader, documentLine, lineDocument, MovingRefused, trailerLine } from './data-file.ts';

/** The progress of a step, in documents. */
export type OnProgress = (done: number, total: number) => void;

/** The output of a command for each step while it works. */
export type ShowStep = (step: string) => OnProgress;

const PAGE = 500;
/** Maximum number of documents, and of characters of their lines, in one write. */
const MOST_AT_ONCE = 200;
const MOST_CHARACTERS = 2_000_000;

/**
 * All documents by id, a page at a time. A page may be short before the end: some backends limit a response in
 * bytes.
 */
async function* pagesOf(collection: Pick<Collection<Document>, 'find'>): AsyncGenerator<readonly Document[]> {
  for (let after: Cursor | undefined; ; ) {
    const page = await collection.find({ limit: PAGE, ...(after ? { after } : {}) });
    const end = page.at(-1);
    if (!end) return;
    yield page.map(({ document }) => document);
    after = { id: end.document.id };
  }
}

export const countOf = async (collection: Pick<Collection<Document>, 'find'>): Promise<number> => {
  let count = 0;
  for await (const page of pagesOf(collection)) count += page.length;
  return count;
};

/** The lines of a data file: everything in `collections`, in their order, by id. Constant memory. */
export async function* dataLines(deps: {
  readonly documents: DocumentStore;
  readonly collections: readonly CollectionDeclaration[];
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly source: string;
  readonly exportedAt: number;
  /** Called at the beginning and at the end. Reports the progress. */
  readonly isServed: () => Promise<boolean>;
  readonly onProgress: OnProgress;
}): AsyncGenerator<string, void, undefined> {
  const { documents, masterKey, issuer, source, exportedAt, isServed, onProgress } = deps;
  const servedBefore = await isServed();
  const counts: Record<string, number> = {};
  for (const declaration of deps.collections) {
    counts[declaration.name] = await countOf(documents.collection(declaration));
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const whole = createHash('sha256');
  const collections: Record<string, number> = {};
  let lines = 0;
  const counted = (line: string): string => {
    whole.update(line).update('\n');
    lines += 1;
    return line;
  };

  yield counted(JSON.stringify(dataHeader(masterKey, { issuer, source, exportedAt, collections: counts })));
  for (const declaration of deps.collections) {
    const { name } = declaration;
    const before = lines;
    for await (const page of pagesOf(documents.collection(declaration))) {
      for (const document of page) yield counted(documentLine(name, document));
      onProgress(Math.min(lines - 1, total), total);
    }
    collections[name] = lines - before;
  }
  const served = servedBefore || (await isServed());
  const trailer: DataTrailer = { end: true, served, collections, lines, sha256: whole.digest('base64url') };
  yield trailerLine(masterKey, trailer);
}

/** The target of the documents, and their number. */
type Placing = {
  readonly documents: DocumentStore;
  readonly collections: readonly CollectionDeclaration[];
  readonly onProgress: OnProgress;
  readonly total: number;
};

export type Placed = { readonly placed: number; readonly present: number };

/**
 * Stores the documents of the lines. An equal document that is already there stays. Throws MovingRefused, which
 * names the document, when a different one is there. Never changes a document.
 */
export const placeLines = async (lines: AsyncIterable<string>, deps: Placing): Promise<Placed> => {
  let placed = 0;
  let present = 0;
  for await (const { declaration, documents } of batchesOf(lines, deps.collections)) {
    const missing = await place(deps.documents.collection(declaration), declaration.name, documents);
    placed += missing;
    present += documents.length - missing;
    deps.onProgress(placed + present, deps.total);
  }
  return { placed, present };
};

/** Returns how many of the documents were new. */
const place = async (collection: Collection<Document>, name: string, given: readonly Document[]): Promise<number> => {
  const missing = await missingOf(collection, name, given);
  if (missing.length === 0) return 0;
  try {
    await collection.insertMany(missing);
  } catch (error) {
    if (!isDocumentConflict(error)) throw error;
    // Some documents may have been stored before the one that conflicts by its id or by a unique key.
    for (const document of await missingOf(collection, name, missing)) await insertOne(collection, name, document);
  }
  return missing.length;
};

const insertOne = async (collection: Collection<Document>, name: string, document: Document): Promise<void> => {
  if (!(await tryInsert(collection, document))) throw different(name, document.id);
};

const missingOf = async (
  collection: Collection<Document>,
  name: string,
  given: readonly Document[],
): Promise<readonly Document[]> => {
  const found = await collection.getMany(given.map(({ id }) => id));
  const stored = new Map(found.map(({ document }) => [document.id, document]));
  return given.filter((document) => {
    const there = stored.get(document.id);
    if (there && documentLine(name, there) !== documentLine(name, document)) throw different(name, document.id);
    return !there;
  });
};

const different = (name: string, id: string): MovingRefused =>
  new MovingRefused(
    `${name}: another document is in the place of ${id}; nothing was overwritten.`,
    'Import into a store that holds nothing, or go on with the file the import began with.',
  );

/**
 * Compares the store with the lines. Throws MovingRefused unless the store holds exactly the documents of the lines.
 * Expired documents may be missing: a database may remove them by itself.
 */
export const checkPlaced = async (
  lines: AsyncIterable<string>,
  deps: Placing & { readonly now: number },
): Promise<void> => {
  const found = new Map<string, number>();
  let read = 0;
  for await (const { declaration, documents } of batchesOf(lines, deps.collections)) {
    const { name, expiresAt } = declaration;
    const missing = await missingOf(deps.documents.collection(declaration), name, documents);
    const lost = missing.find((document) => !isExpired(document, expiresAt, deps.now));
    if (lost) throw new MovingRefused(`${name}: the store has not kept ${lost.id}.`, AGAIN);
    found.set(name, (found.get(name) ?? 0) + documents.length - missing.length);
    read += documents.length;
    deps.onProgress(read, deps.total);
  }
  for (const declaration of deps.collections) {
    const { name } = declaration;
    const [held, expected] = [await countOf(deps.documents.collection(declaration)), found.get(name) ?? 0];
    if (held > expected) {
      throw new MovingRefused(`${name}: the store holds ${held} documents, and ${expected} are from the file.`, AGAIN);
    }
  }
};

const isExpired = (document: Document, field: string | undefined, now: number): boolean => {
  const end = field === undefined ? undefined : (document as Readonly<Record<string, unknown>>)[field];
  return typeof end === 'number' && end < now;
};

const AGAIN =
  'Another process writes to the store, or the store lost data that it had acknowledged. Import into an empty one.';

type Batch = { readonly declaration: CollectionDeclaration; readonly documents: readonly Document[] };

/** Documents of the lines in batches that may be written together: of one collection, limited in number and size. */
async function* batchesOf(
  lines: AsyncIterable<string>,
  collections: readonly CollectionDeclaration[],
): AsyncGenerator<Batch, void, undefined> {
  const declared = new Map(collections.map((declaration) => [declaration.name, declaration]));
  let name = '';
  let documents: Document[] = [];
  let characters = 0;
  const batch = (): readonly Batch[] => {
    const declaration = declared.get(name);
    if (documents.length === 0) return [];
    if (!declaration)
      throw new MovingRefused(`The file holds a collection ${name}, which nothing here knows.`, AS_IT_WAS);
    return [{ declaration, documents }];
  };
  for await (const line of lines) {
    const found = lineDocument(line);
    if (!found) continue;
    if (found.collection !== name || documents.length >= MOST_AT_ONCE || characters > MOST_CHARACTERS) {
      yield* batch();
      documents = [];
      characters = 0;
    }
    name = found.collection;
    documents.push(found.document);
    characters += line.length;
  }
  yield* batch();
}

const AS_IT_WAS = 'Import it with the version of Behalf that wrote it.';
