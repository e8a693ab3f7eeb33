/**
 * What the receipt of a transaction has to say about each token, by the documentation alone (docs/how-to/transactions.md), and what
 * each transaction of the campaign does. Imports nothing of the server.
 */
import type { Random } from './campaign.ts';

/** What resource servers say about a token, and when. `late`: of a call after its end, with a report that comes then. */
export const STORIES = ['missing', 'said', 'doubled', 'refused', 'early', 'afterwards', 'late', 'forged'] as const;
export type Story = (typeof STORIES)[number];

export type TokenPlan = {
  readonly story: Story;
  /** Exchanged once more, by the sub-agent. */
  readonly isOfSub: boolean;
  /** Index of the person whom it is for. */
  readonly person: number;
  /** The agent revokes it before the close. */
  readonly isRevoked: boolean;
};

export type TransactionPlan = {
  readonly people: number;
  readonly tokens: readonly TokenPlan[];
  readonly isMeasured: boolean;
};

/** One transaction in so many has as many credentials as there may be, and of one in so many the APIs are asked. */
const [LARGE_EVERY, MEASURED_EVERY] = [50, 5];
const MOST_USUALLY = 6;

export const planOf = (random: Random, number: number, most: number): TransactionPlan => {
  const people = random.chance(0.4) ? 2 : 1;
  const isLarge = number % LARGE_EVERY === LARGE_EVERY - 1;
  const count = isLarge ? most : 1 + random.integer(Math.min(MOST_USUALLY, most));
  const tokens = Array.from({ length: count }, (_, index) => ({
    story: isLarge && random.chance(0.8) ? ('missing' as const) : random.pick(STORIES),
    isOfSub: index > 0 && random.chance(0.3),
    person: random.integer(people),
    isRevoked: random.chance(0.1),
  }));
  return { people, tokens, isMeasured: number % MEASURED_EVERY === 0 };
};

/** A report that the server took, once for each id. Times are epoch seconds. */
export type StatedCall = { readonly time: number; readonly isRefused: boolean };

export type KnownToken = {
  readonly jti: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly revokedAt?: number;
  readonly calls: readonly StatedCall[];
};

type Expected = { readonly grade: string; readonly reports: number };

/** Clocks may differ by a minute, either way. */
const MINUTE = 60;

export const expectedOf = ({ issuedAt, expiresAt, revokedAt, calls }: KnownToken, closedAt: number): Expected => {
  const reports = calls.length;
  if (reports === 0) return { grade: 'unreported', reports };
  const carriedOut = calls.filter(({ isRefused }) => !isRefused);
  const end = Math.min(expiresAt, closedAt, revokedAt ?? closedAt);
  if (carriedOut.some(({ time }) => time - end > MINUTE)) return { grade: 'unauthorized', reports };
  if (carriedOut.some(({ time }) => issuedAt - time > MINUTE)) return { grade: 'contradicted', reports };
  return { grade: 'confirmed', reports };
};
