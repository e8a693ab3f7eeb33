/**
 * The transaction of the call in progress. The audit log adds it to every event of the call, so that all changes made with
 * one token are found together (decision D6). Set where the token is known; the registries need not pass it on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** Runs work in the transaction; without one, in that of the caller. */
export const inTransaction = <R>(txn: string | undefined, work: () => R): R =>
  txn === undefined ? work() : current.run(txn, work);

export const currentTransaction = (): string | undefined => current.getStore();
