/** Tokens until shortly before they expire, and one request for callers that want the same token at the same time. */
import { abortable, type Clock } from './clock.ts';
import type { Token } from './token.ts';

export type Obtained = { readonly key: string; readonly token: Token };

export interface TokenCache {
  /**
   * The token under a key: from the cache, from a request of another caller that is under way, or from `obtain`, which says under
   * which key it is kept. A token of one approved action goes to one caller, and the others ask for their own. The request ends when all its callers have aborted.
   * Rejects as `obtain` does, or with the reason of `signal`.
   */
  get(key: string, signal: AbortSignal, obtain: (signal: AbortSignal) => Promise<Obtained>): Promise<Token>;
  /** Forgets a token, if it is the one that is kept. */
  forget(accessToken: string): void;
}

type Flight = { readonly token: Promise<Token>; readonly abort: AbortController; waiting: number; isTaken: boolean };
type Kept = { readonly token: Token; readonly until: number };

/** Seconds before its end at which a token is not used any more; of a short-lived one a tenth of its time. */
const MARGIN = 30;

export const tokenCache = (most: number, clock: Clock): TokenCache => {
  const kept = new Map<string, Kept>();
  const flights = new Map<string, Flight>();

  const keep = ({ key, token }: Obtained): void => {
    const { expiresAt } = token;
    if (most === 0 || token.isForOneAction || expiresAt === undefined) return;
    const until = expiresAt - Math.min(MARGIN, (expiresAt - clock.now()) / 10);
    kept.delete(key);
    kept.set(key, { token, until });
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  };

  const launch = (key: string, obtain: (signal: AbortSignal) => Promise<Obtained>): Flight => {
    const abort = new AbortController();
    const token = obtain(abort.signal).then((obtained) => {
      keep(obtained);
      return obtained.token;
    });
    const flight: Flight = { token, abort, waiting: 0, isTaken: false };
    flights.set(key, flight);
    const landed = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    token.then(landed, landed);
    return flight;
  };

  const get: TokenCache['get'] = async (key, signal, obtain) => {
    const known = kept.get(key);
    if (known && clock.now() < known.until) return known.token;
    kept.delete(key);
    const flight = flights.get(key) ?? launch(key, obtain);
    flight.waiting += 1;
    try {
      const token = await abortable(flight.token, signal);
      if (!token.isForOneAction) return token;
      if (!flight.isTaken) {
        flight.isTaken = true;
        return token;
      }
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && signal.aborted) {
        // A caller that comes now starts a request of its own.
        if (flights.get(key) === flight) flights.delete(key);
        flight.abort.abort(signal.reason);
      }
    }
    return get(key, signal, obtain);
  };

  return {
    get,
    forget(accessToken) {
      for (const [key, { token }] of kept) if (token.accessToken === accessToken) kept.delete(key);
    },
  };
};
