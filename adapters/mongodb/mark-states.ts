/** What change marks say, and what follows for a cached document. change-marks.ts reads and writes them. */

/** Fixed for a database: nodes that count differently would miss each other's changes. */
export const PARTITIONS = 4096;
/** Changes that the mark of a partition keeps in `recent`. What was read before them is read again. */
export const MOST_RECENT = 16;
/** Hexadecimal digits of the name of a change. The hash of its document follows. */
export const NAME_LENGTH = 24;
/** In place of the hash: a change of any document of the partition, or of all. */
export const EVERY_DOCUMENT = '********';

/** `partition` from 1 to PARTITIONS. Equal hashes of two documents cost a read. */
export type MarkedDocument = { readonly partition: number; readonly hash: string };

/** FNV-1a, 32 bits: spreads names, and need not resist those who choose them. */
const fnv = (text: string, from: number): number => {
  let hash = from;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};

export const markedDocument = (collection: string, id: string): MarkedDocument => {
  const name = `${collection} ${id}`;
  return {
    partition: 1 + (fnv(name, 0x811c9dc5) % PARTITIONS),
    hash: fnv(name, 0x9e3779b9).toString(16).padStart(8, '0'),
  };
};

/** `open`: changes under way. `recent`: the last changes that were announced, in their order. */
export type MarkState = { readonly open: readonly string[]; readonly recent: readonly string[] };

/**
 * `common`: the common mark shows every change. `collecting`: it is told of every change again, but one that was announced before may
 * still be under way. `partitions`: only the marks of partitions show changes.
 */
export type MarkMode = 'common' | 'collecting' | 'partitions';

export type CommonMark = MarkState & {
  /** Another text: all that was read before may have changed. Operators set it after a change by hand. */
  readonly generation: string;
  readonly mode: MarkMode;
  /** Name of the last change of `mode`. */
  readonly since: string;
};

/** Of a partition in which nothing was changed since the database was made. */
const NEVER_CHANGED = 'none';
export const UNCHANGED: MarkState = { open: [], recent: [NEVER_CHANGED] };

const isOf = (change: string, hash: string): boolean => {
  const of = change.slice(NAME_LENGTH);
  return of === hash || of === EVERY_DOCUMENT;
};

/** The newest change that `mark` shows, unless the document is being changed. What is read after `mark` is as new as that. */
export const positionIn = (mark: MarkState, { hash }: MarkedDocument): string | undefined =>
  mark.open.some((change) => isOf(change, hash)) ? undefined : mark.recent.at(-1);

/**
 * Whether the document is as it was at `position`, according to a mark that was read later. A change that is open there was announced
 * after `position`, since it was not open at `position`.
 */
export const isUnchanged = (mark: MarkState, { hash }: MarkedDocument, position: string): boolean => {
  const at = mark.recent.lastIndexOf(position);
  // A mark with few changes holds all that there ever were.
  const holdsAll = position === NEVER_CHANGED && mark.recent.length < MOST_RECENT;
  return (at >= 0 || holdsAll) && !mark.recent.some((change, index) => index > at && isOf(change, hash));
};
