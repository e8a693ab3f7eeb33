import { isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;
/** Extended: the shared index of the log could not grow. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** The primary result code: the low byte of the extended one. */
const primaryCode = (error: unknown): number | undefined => {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
};

/** Another connection holds a lock. */
export const isBusy = (error: unknown): boolean => {
  const code = primaryCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
};

export const isConstraint = (error: unknown): boolean => primaryCode(error) === SQLITE_CONSTRAINT;

export const isDamaged = (error: unknown): boolean => {
  const code = primaryCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
};

/** The volume has no room for what was to be written. */
export const isFull = (error: unknown): boolean =>
  primaryCode(error) === SQLITE_FULL || (error as { errcode?: unknown } | undefined)?.errcode === SQLITE_IOERR_SHMSIZE;

/** What a failed work left in its transaction could not be undone, so nothing of the transaction may be kept. */
export class BrokenTransaction extends Error {
  override readonly name = 'BrokenTransaction';
}

/** Any failure of the backend as the port names it. The driver's own message is in `cause`. */
export const unavailable = (error: unknown): StoreUnavailable =>
  isStoreUnavailable(error)
    ? error
    : new StoreUnavailable('the database failed', { cause: error, ...(isFull(error) ? { reason: 'no_space' } : {}) });
