/** The access tokens of polls: the static one of a transmitter, or short ones from its token endpoint (RFC 6749 §4.4). */
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { type ClientTokens, isNoToken } from '../../ports/client-tokens.ts';
import type { Clock } from '../../ports/clock.ts';
import { retryAfterOf } from '../../ports/retry-after.ts';
import { type FailedPoll, failureOfToken } from './poll-failures.ts';
import { pollTokenOf } from './poll-settings.ts';
import { tokenPartyOf } from './poll-token-client.ts';
import { MOST_POLLED, type Transmitter } from './transmitter.ts';

/** How long before its end a token is replaced, and the least and longest time for which one is used. */
const EARLY_SECONDS = 30;
const LEAST_SECONDS = 10;
const LONGEST_SECONDS = 86_400;
/** Of a token whose end is unknown. */
const UNKNOWN_SECONDS = 300;

/** `isHeld`: it was used before, and another one may help if it is refused. */
export type PollToken = { readonly token: string; readonly isHeld: boolean };

export interface PollTokens {
  /** The token of now, or why there is none. Requests one if none is held. Ends early when `signal` is aborted. */
  tokenOf(transmitter: Transmitter, signal: AbortSignal): Promise<PollToken | FailedPoll>;
  /** Forgets the held token: the transmitter refused it. */
  forget(transmitter: Transmitter): void;
}

/** `of`: the settings with which it was requested. With others it is not used. */
type Held = { readonly of: string; readonly token: string; readonly until: number };

/** Tokens are held in memory, by the process that polls. So a restart costs one request. */
export const pollTokens = (deps: {
  readonly masterKey: Pick<MasterKey, 'open'>;
  readonly clock: Clock;
  readonly endpoints: ClientTokens;
}): PollTokens => {
  const { masterKey, clock, endpoints } = deps;
  const held = new Map<string, Held>();

  const hold = (id: string, one: Held): void => {
    held.delete(id);
    held.set(id, one);
    for (const oldest of held.keys()) {
      if (held.size <= MOST_POLLED) break;
      held.delete(oldest);
    }
  };

  return {
    async tokenOf(transmitter, signal) {
      const { id, pollUrl, pollTokenClient: client } = transmitter;
      if (!client) {
        const token = pollTokenOf(masterKey, transmitter);
        return token === undefined ? { failure: 'token_unreadable' } : { token, isHeld: false };
      }
      const party = tokenPartyOf(masterKey, transmitter);
      if (!party) return { failure: 'token_unreadable' };
      const of = JSON.stringify([pollUrl, party]);
      const known = held.get(id);
      if (known?.of === of && clock.now() < known.until) return { token: known.token, isHeld: true };
      const answer = await endpoints.request(party, signal);
      if (isNoToken(answer)) {
        const retryAfterSeconds = retryAfterOf(answer.retryAfter, clock.now());
        return { ...failureOfToken(answer), ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
      }
      const { token, expiresInSeconds: seconds = UNKNOWN_SECONDS + EARLY_SECONDS } = answer;
      const lasts = Math.min(Math.max(LEAST_SECONDS, seconds - EARLY_SECONDS), LONGEST_SECONDS);
      hold(id, { of, token, until: clock.now() + lasts });
      return { token, isHeld: false };
    },

    forget: ({ id }) => void held.delete(id),
  };
};
