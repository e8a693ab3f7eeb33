/** Access tokens of other authorization servers that this process holds until shortly before their end. So a restart costs one request. */
import { type ClientTokens, isNoToken, type NoToken, type TokenParty } from '../../ports/client-tokens.ts';
import type { Clock } from '../../ports/clock.ts';

/** How long before its end a token is replaced, and the least and longest time for which one is used. */
const EARLY_SECONDS = 30;
const LEAST_SECONDS = 10;
const LONGEST_SECONDS = 86_400;
/** Of a token whose end is unknown. */
const UNKNOWN_SECONDS = 300;

/** `isHeld`: it was used before, and another one may help if it is refused. */
export type HeldToken = { readonly token: string; readonly isHeld: boolean };

export interface HeldTokens {
  /**
   * The token that `party` gives for `url`, or why there is none. Requests one if none is held for the same settings. Ends early when
   * `signal` is aborted.
   */
  tokenOf(
    id: string,
    asked: { readonly party: TokenParty; readonly url: string },
    signal: AbortSignal,
  ): Promise<HeldToken | NoToken>;
  /** Forgets the held token: the other side refused it. */
  forget(id: string): void;
}

/** `of`: the settings with which it was requested. With others it is not used. */
type Held = { readonly of: string; readonly token: string; readonly until: number };

/** `most`: number of tokens that are held at most. */
export const heldTokens = (deps: {
  readonly clock: Pick<Clock, 'now'>;
  readonly endpoints: ClientTokens;
  readonly most: number;
}): HeldTokens => {
  const { clock, endpoints, most } = deps;
  const held = new Map<string, Held>();

  const hold = (id: string, one: Held): void => {
    held.delete(id);
    held.set(id, one);
    for (const oldest of held.keys()) {
      if (held.size <= most) break;
      held.delete(oldest);
    }
  };

  return {
    async tokenOf(id, { party, url }, signal) {
      const of = JSON.stringify([url, party]);
      const known = held.get(id);
      if (known?.of === of && clock.now() < known.until) return { token: known.token, isHeld: true };
      const answer = await endpoints.request(party, signal);
      if (isNoToken(answer)) return answer;
      const { token, expiresInSeconds: seconds = UNKNOWN_SECONDS + EARLY_SECONDS } = answer;
      const lasts = Math.min(Math.max(LEAST_SECONDS, seconds - EARLY_SECONDS), LONGEST_SECONDS);
      hold(id, { of, token, until: clock.now() + lasts });
      return { token, isHeld: false };
    },

    forget: (id) => void held.delete(id),
  };
};
