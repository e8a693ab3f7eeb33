import { createHash } from 'node:crypto';
import type { IssuedToken } from '../../ports/issued-tokens.ts';
import { isDeclared } from '../transactions/transaction.ts';

/**
 * Tokens of one kind differ in their id, their time and a transaction that is an id only. While an older one is live, so is each
 * newer one that was not ended by its own id; when a newer one has ended for another reason than its id, so has each older one.
 */
const kindOf = ({ id: _, issuedAt, expiresAt, txn, decision: __, ...kind }: IssuedToken): string =>
  JSON.stringify([kind, expiresAt - issuedAt, isDeclared(txn) ? txn : null]);

/** Digits of an epoch second. */
const DIGITS = 12;

/** Sorts the tokens of a kind together, the oldest first: `digest/second`. */
export const kindAndTime = (token: IssuedToken): string => {
  const digest = createHash('sha256').update(kindOf(token)).digest('base64url').slice(0, 22);
  return `${digest}/${String(token.issuedAt).padStart(DIGITS, '0')}`;
};

/** The digest alone: the same for tokens of one kind. */
export const kindIn = (kindAndTime: string): string => kindAndTime.slice(0, -DIGITS - 1);

/** Sorts after each token of the kind, and before those of the next one. */
export const afterKind = (kindAndTime: string): string => `${kindIn(kindAndTime)}/~`;
