import type { Clock } from '../../ports/clock.ts';
import { retryAfterOf } from '../../ports/retry-after.ts';
import { answeredOf, fetchReasonOf, type TrustedPost } from '../../ports/trusted-fetch.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import type { SignalStream } from './signal-stream.ts';
import { refusalIn, type SaidRefusal } from './stream-settling.ts';

const TIMEOUT_MILLISECONDS = 10_000;

/** `failure`: one of our own codes, or the error of the receiver. `refusal`: what it said with status 400 (RFC 8935 §2.4). */
export type PushOutcome =
  | { readonly isAcknowledged: true }
  | {
      readonly isAcknowledged: false;
      readonly failure: string;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
      readonly refusal?: SaidRefusal;
    };

export interface PushSender {
  /** Makes one attempt, of at most ten seconds. Throws only unexpected errors. */
  send(stream: SignalStream, token: string): Promise<PushOutcome>;
}

export const pushSender = (deps: {
  readonly clock: Clock;
  readonly post: TrustedPost['post'];
  /** The opened authorization of a stream; throws when it cannot be read. */
  readonly authorizationOf: (stream: SignalStream) => string | undefined;
}): PushSender => ({
  async send(stream, token) {
    const { delivery } = stream;
    if (delivery.method === 'poll') return { isAcknowledged: false, failure: 'not_pushed' };
    const authorization = deps.authorizationOf(stream);
    try {
      await deps.post({
        url: delivery.url,
        purpose: 'security_event',
        internal: 'signalReceivers',
        body: token,
        ...(authorization === undefined ? {} : { authorization }),
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      });
      return { isAcknowledged: true };
    } catch (error) {
      const failure = fetchReasonOf(error);
      if (failure === undefined) throw error;
      const { status, retryAfter, body } = answeredOf(error) ?? {};
      const refusal = body === undefined ? undefined : refusalOfBody(body);
      const seconds = retryAfterOf(retryAfter, deps.clock.now());
      return {
        isAcknowledged: false,
        failure: refusal?.error ?? failure,
        ...(refusal === undefined ? {} : { refusal }),
        ...(status === undefined ? {} : { status }),
        ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
      };
    }
  },
});

const refusalOfBody = (body: Uint8Array): SaidRefusal | undefined => {
  try {
    return refusalIn(strictJson(body));
  } catch {
    return undefined;
  }
};
