/** Which of many tokens have ended, for status lists. Reads each token as introspection does. */
import { isDeclared } from '../../domain/authority/transactions/transaction.ts';
import type { DocumentStore } from '../../domain/ports/document-store.ts';
import type { EndedAmong, IssuedToken } from '../../domain/ports/issued-tokens.ts';
import { REVOKED_TOKENS, type RevokedToken } from '../seam/records.ts';
import type { TokenLiveness } from './token-liveness.ts';

/** Kinds that one pass remembers. Without a bound, a pass over a million tokens would hold them all. */
const MOST_KINDS = 50_000;

export const endedTokens = ({
  documents,
  liveness,
}: {
  readonly documents: DocumentStore;
  readonly liveness: Pick<TokenLiveness, 'endOf'>;
}): (() => EndedAmong) => {
  const revoked = documents.collection<RevokedToken>(REVOKED_TOKENS);

  return () => {
    /** Kind → when the oldest token of it was issued that is live. */
    const live = new Map<string, number>();
    return async (tokens) => {
      const ended = new Set((await revoked.getMany(tokens.map(({ id }) => id))).map(({ document }) => document.id));
      for (const token of tokens) {
        if (ended.has(token.id)) continue;
        const kind = kindOf(token);
        const since = live.get(kind);
        if (since !== undefined && since <= token.issuedAt) continue;
        if (await liveness.endOf(token)) ended.add(token.id);
        else if (since !== undefined || live.size < MOST_KINDS) live.set(kind, token.issuedAt);
      }
      return ended;
    };
  };
};

/**
 * Tokens of one kind differ in their id, their time and a transaction that is an id only. While an older one is live, so is each
 * newer one.
 */
const kindOf = ({ id: _, issuedAt, expiresAt, txn, decision: __, ...kind }: IssuedToken): string =>
  JSON.stringify([kind, expiresAt - issuedAt, isDeclared(txn) ? txn : null]);
