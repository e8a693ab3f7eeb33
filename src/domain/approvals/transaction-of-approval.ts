import type { Approval } from './approval.ts';

/** The transaction of the request for an approval, if it has one. */
export const txnOf = ({ txn, origin }: Pick<Approval, 'txn' | 'origin'>): string | undefined => txn ?? origin?.txn;
