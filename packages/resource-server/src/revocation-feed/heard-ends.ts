import type { Access } from '../access.ts';
import { type End, type EndSet, endSet } from './end-set.ts';
import type { FeedMessage, FeedStart, Risk } from './feed-message.ts';
import { type Digester, digester, idsOf } from './token-digests.ts';

/** Longest time without news in which a token is accepted offline, in seconds, by the risk of its scope. */
export type MaxStaleness = Readonly<Record<Risk, number>>;

/** `clear`: no end names the token. `named`: ask introspection. `stale`: nothing is known, ask introspection. */
export type Verdict = 'clear' | 'named' | 'stale';

/**
 * What this process has heard of ended tokens. Times are seconds of a clock that is never set back. Without a first message
 * every token is `stale`.
 */
export interface HeardEnds {
  /** `sentAt`: when the request was sent that the message answers. */
  apply(message: FeedMessage, sentAt: number): Promise<void>;
  verdict(access: Access, scopes: readonly string[]): Promise<Verdict>;
  /** Introspection, asked at `askedAt`, has said that the token is active. */
  confirm(access: Access, askedAt: number): void;
  readonly bytes: number;
}

/** Difference of the clocks of two nodes of the server. */
const CLOCKS_APART_SECONDS = 5;
/** Tokens whose digests and confirmations are remembered. */
const MOST_TOKENS = 100_000;
/** Between two sweeps of old ends. */
const SWEEP_SECONDS = 60;

type Known = { readonly digests: readonly Uint8Array[]; confirmedAt: number };

const STRICTEST: readonly Risk[] = ['critical', 'high', 'medium', 'low'];

export const heardEnds = (
  { mostEnds, maxStaleness }: { readonly mostEnds: number; readonly maxStaleness: MaxStaleness },
  monotonic: () => number,
): HeardEnds => {
  const ends: EndSet = endSet(mostEnds);
  /** By `jti`, which is unique to one token of the issuer. */
  const known = new Map<string, Known>();
  let start: FeedStart | undefined;
  let digest: Digester | undefined;
  let everything: End | undefined;
  let freshAt = Number.NEGATIVE_INFINITY;
  let sweptAt = monotonic();

  const begin = async (next: FeedStart, end: End): Promise<void> => {
    if (next.digestKey !== start?.digestKey) {
      const made = await digester(next.digestKey);
      known.clear();
      ends.clear();
      digest = made;
      everything = end;
    }
    if (!next.isResumed) {
      ends.clear();
      everything = end;
    }
    start = next;
  };

  const sweep = (now: number): void => {
    if (!start || now - sweptAt < SWEEP_SECONDS) return;
    sweptAt = now;
    ends.forget(now - start.retainSeconds);
  };

  const knownOf = async (access: Access, of: Digester): Promise<Known> => {
    const id = access.jti ?? access.token;
    const before = known.get(id);
    if (before) return before;
    const digests = await Promise.all(idsOf(access).map(of));
    const made = { digests, confirmedAt: Number.NEGATIVE_INFINITY };
    // The key may be another one by now.
    if (digest !== of) return made;
    const [oldest] = known.keys();
    if (known.size >= MOST_TOKENS && oldest !== undefined) known.delete(oldest);
    known.set(id, made);
    return made;
  };

  /** The seconds that the strictest of the scopes allows. A scope of unknown risk is as strict as any. */
  const allowedBy = (scopes: readonly string[]): number => {
    const risks = scopes.map((scope) => start?.risks.get(scope) ?? 'critical');
    return maxStaleness[STRICTEST.find((risk) => risks.includes(risk)) ?? 'critical'];
  };

  const isNamedBy = (end: End | undefined, access: Access, confirmedAt: number, now: number): boolean => {
    if (!end || !start || now - end.heardAt > start.retainSeconds) return false;
    const issuedAt = Number(access.claims['iat'] ?? 0);
    if (issuedAt > end.time + start.settleSeconds + CLOCKS_APART_SECONDS) return false;
    return confirmedAt < end.heardAt + start.settleSeconds;
  };

  return {
    async apply(message, sentAt) {
      const now = monotonic();
      const end: End = { heardAt: now, time: message.time };
      if (message.start) await begin(message.start, end);
      if (!start) throw new TypeError('the first message has no start');
      if (message.isAll) everything = end;
      sweep(now);
      for (const one of message.ends) {
        if (ends.add(one, end)) continue;
        // Overflow: from here on every token of before is asked about.
        ends.clear();
        everything = end;
        break;
      }
      freshAt = Math.max(freshAt, sentAt + message.asOf);
    },

    async verdict(access, scopes) {
      if (!digest || monotonic() - freshAt > allowedBy(scopes)) return 'stale';
      const { digests, confirmedAt } = await knownOf(access, digest);
      const now = monotonic();
      const named = [everything, ...digests.map((one) => ends.get(one))];
      return named.some((end) => isNamedBy(end, access, confirmedAt, now)) ? 'named' : 'clear';
    },

    confirm({ jti, token }, askedAt) {
      const one = known.get(jti ?? token);
      if (one) one.confirmedAt = Math.max(one.confirmedAt, askedAt);
    },

    get bytes() {
      return ends.bytes;
    },
  };
};
