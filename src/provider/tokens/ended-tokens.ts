/** Which of many tokens have ended, for status lists. Reads each kind of token as introspection does. */
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

  /** Whether it has ended for another reason than its own id: so have the older ones of its kind. */
  const hasKindEnded = async ({ id: _, ...token }: IssuedToken): Promise<boolean> =>
    (await liveness.endOf(token)) !== undefined;

  /** The first place, `from` or later, of a token whose kind has not ended. By bisection, the newest first. */
  const firstLive = async (group: readonly IssuedToken[], from: number): Promise<number> => {
    let [low, high] = [from, group.length];
    for (let at = high - 1; low < high; at = Math.floor((low + high) / 2)) {
      if (await hasKindEnded(group[at] as IssuedToken)) low = at + 1;
      else high = at;
    }
    return low;
  };

  return () => {
    /** Kind → when the oldest token of it was issued that is live. */
    const live = new Map<string, number>();

    /** Adds the ended ones of one kind, which are in the order of their issue. */
    const addEnded = async (kind: string, group: readonly IssuedToken[], ended: Set<string>): Promise<void> => {
      for (let at = 0; at < group.length; ) {
        const token = group[at] as IssuedToken;
        const since = live.get(kind);
        if (since !== undefined && since <= token.issuedAt) return;
        if (!(await liveness.endOf(token))) {
          if (since !== undefined || live.size < MOST_KINDS) live.set(kind, token.issuedAt);
          return;
        }
        const next = at + 1;
        const end = next < group.length && (await hasKindEnded(token)) ? await firstLive(group, next) : next;
        for (; at < end; at += 1) ended.add((group[at] as IssuedToken).id);
      }
    };

    return async (tokens) => {
      const found = await revoked.getMany(tokens.map(({ token }) => token.id));
      const ended = new Set(found.map(({ document }) => document.id));
      const open = tokens.filter(({ token }) => !ended.has(token.id));
      for (const [kind, those] of Map.groupBy(open, (one) => one.kind)) {
        const group = those.map(({ token }) => token);
        await addEnded(
          kind,
          group.toSorted((one, other) => one.issuedAt - other.issuedAt),
          ended,
        );
      }
      return ended;
    };
  };
};
