import { isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

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

/** Any failure of the backend as the port names it. The driver's own words are in `cause`. */
export const unavailable = (error: unknown): StoreUnavailable =>
  isStoreUnavailable(error) ? error : new StoreUnavailable('the database failed', { cause: error });
