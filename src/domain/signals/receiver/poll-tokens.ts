/** The access tokens of polls: the static one of a transmitter, or short ones from its token endpoint (RFC 6749 §4.4). */
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { type HeldToken, heldTokens } from '../../platform/outbound-tokens/held-tokens.ts';
import { type ClientTokens, isNoToken } from '../../ports/client-tokens.ts';
import type { Clock } from '../../ports/clock.ts';
import { retryAfterOf } from '../../ports/retry-after.ts';
import { type FailedPoll, failureOfToken } from './poll-failures.ts';
import { pollTokenOf } from './poll-settings.ts';
import { tokenPartyOf } from './poll-token-client.ts';
import { MOST_POLLED, type Transmitter } from './transmitter.ts';

export interface PollTokens {
  /** The token of now, or why there is none. Requests one if none is held. Ends early when `signal` is aborted. */
  tokenOf(transmitter: Transmitter, signal: AbortSignal): Promise<HeldToken | FailedPoll>;
  /** Forgets the held token: the transmitter refused it. */
  forget(transmitter: Transmitter): void;
}

export const pollTokens = (deps: {
  readonly masterKey: Pick<MasterKey, 'open'>;
  readonly clock: Clock;
  readonly endpoints: ClientTokens;
}): PollTokens => {
  const { masterKey, clock, endpoints } = deps;
  const held = heldTokens({ clock, endpoints, most: MOST_POLLED });

  return {
    async tokenOf(transmitter, signal) {
      const { id, pollUrl: url, pollTokenClient: client } = transmitter;
      if (!client) {
        const token = pollTokenOf(masterKey, transmitter);
        return token === undefined ? { failure: 'token_unreadable' } : { token, isHeld: false };
      }
      const party = tokenPartyOf(masterKey, transmitter);
      if (!party || url === undefined) return { failure: 'token_unreadable' };
      const answer = await held.tokenOf(id, { party, url }, signal);
      if (!isNoToken(answer)) return answer;
      const retryAfterSeconds = retryAfterOf(answer.retryAfter, clock.now());
      return { ...failureOfToken(answer), ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
    },

    forget: ({ id }) => held.forget(id),
  };
};
