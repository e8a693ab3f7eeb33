/** The requests of a poll for security events (RFC 8936 §2.4), and its answers. What a transmitter answers is foreign. */
import type { Clock } from '../../ports/clock.ts';
import { retryAfterOf } from '../../ports/retry-after.ts';
import { answeredOf, fetchReasonOf, type TrustedCall } from '../../ports/trusted-fetch.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import { isObject } from '../subject-identifiers.ts';
import { type FailedPoll, failureOfStatus } from './poll-failures.ts';
import type { PollTokens } from './poll-tokens.ts';
import type { SetError } from './received-set.ts';
import type { Transmitter } from './transmitter.ts';

/** Longest time of a poll that the transmitter may hold, and of one that it answers at once. */
const WAITING_MILLISECONDS = 30_000;
const IMMEDIATE_MILLISECONDS = 10_000;
/** Characters of a key in `sets`. A `jti` has at most 255; a longer key of these is refused by its name. */
const LONGEST_KEY = 1024;

/** `errors`: by the key in `sets`, with the codes of RFC 8935 §2.4. */
export type PollQuestion = {
  /** `maxEvents`. 0: nothing is requested. */
  readonly most: number;
  /** Whether the transmitter may hold the request until it has an event. */
  readonly waits: boolean;
  readonly acknowledged: readonly string[];
  readonly errors: ReadonlyMap<string, { readonly err: SetError; readonly description: string }>;
};

/** `sets`: by their keys. The values may be anything. */
export type PollAnswer = {
  readonly sets: readonly (readonly [string, unknown])[];
  readonly isMore: boolean;
};

export const isFailedPoll = (answer: object): answer is FailedPoll => 'failure' in answer;

export interface PollClient {
  /** Makes one request. It ends early with 'timed_out' when `signal` is aborted. Throws only unexpected errors. */
  ask(transmitter: Transmitter, question: PollQuestion, signal: AbortSignal): Promise<PollAnswer | FailedPoll>;
}

export const pollClient = (deps: {
  readonly clock: Clock;
  readonly call: TrustedCall['call'];
  readonly tokens: PollTokens;
}): PollClient => {
  const asked = async (
    url: string,
    token: string,
    question: PollQuestion,
    signal: AbortSignal,
  ): Promise<PollAnswer | FailedPoll> => {
    try {
      const { body } = await deps.call({
        ...{ method: 'POST', url, purpose: 'signal_poll', internal: 'upstreamProviders' },
        body: JSON.stringify(bodyOf(question)),
        authorization: `Bearer ${token}`,
        // RFC 8936 §2.4.4: the language of the descriptions.
        ...(question.errors.size === 0 ? {} : { headers: { 'content-language': 'en' } }),
        timeoutMilliseconds: question.waits ? WAITING_MILLISECONDS : IMMEDIATE_MILLISECONDS,
        signal,
      });
      return answerIn(body);
    } catch (error) {
      return failedPollOf(error, deps.clock.now());
    }
  };

  type Tried = { readonly answer: PollAnswer | FailedPoll; readonly isOld: boolean };
  /** `isOld`: the transmitter refused a token that had been held. */
  const once = async (transmitter: Transmitter, question: PollQuestion, signal: AbortSignal): Promise<Tried> => {
    const { pollUrl: url } = transmitter;
    if (url === undefined) return { answer: { failure: 'token_unreadable' }, isOld: false };
    const found = await deps.tokens.tokenOf(transmitter, signal);
    if (isFailedPoll(found)) return { answer: found, isOld: false };
    const answer = await asked(url, found.token, question, signal);
    const isRefused = isFailedPoll(answer) && answer.failure === 'unauthorized';
    if (isRefused) deps.tokens.forget(transmitter);
    return { answer, isOld: isRefused && found.isHeld };
  };

  return {
    async ask(transmitter, question, signal) {
      const first = await once(transmitter, question, signal);
      // The token may have ended early, there or here: another one is tried once. It waits no second time, because of the lock.
      if (!first.isOld || signal.aborted) return first.answer;
      return (await once(transmitter, { ...question, waits: false }, signal)).answer;
    },
  };
};

const bodyOf = ({ most, waits, acknowledged, errors }: PollQuestion): object => ({
  maxEvents: most,
  returnImmediately: !waits,
  ...(acknowledged.length === 0 ? {} : { ack: acknowledged }),
  ...(errors.size === 0 ? {} : { setErrs: Object.fromEntries(errors) }),
});

/** RFC 8936 §2.5. DIVERGENCE: an absent `sets` is read as an empty one. */
const answerIn = (body: Uint8Array): PollAnswer | FailedPoll => {
  const value = jsonIn(body);
  if (!isObject(value)) return { failure: 'answer_not_valid' };
  const { sets = {}, moreAvailable = false } = value;
  if (!isObject(sets) || typeof moreAvailable !== 'boolean') return { failure: 'answer_not_valid' };
  const entries = Object.entries(sets);
  const isUsable = entries.every(([key]) => key !== '' && key.length <= LONGEST_KEY && key.isWellFormed());
  return isUsable ? { sets: entries, isMore: moreAvailable } : { failure: 'answer_not_valid' };
};

const jsonIn = (body: Uint8Array): unknown => {
  try {
    return strictJson(body);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return undefined;
  }
};

/** DIVERGENCE: statuses of success without a body. Some transmitters answer a poll so when they have no event. */
const EMPTY: readonly (number | undefined)[] = [202, 204];

const failedPollOf = (error: unknown, now: number): PollAnswer | FailedPoll => {
  const failure = fetchReasonOf(error);
  if (failure === undefined) throw error;
  const { status, retryAfter } = answeredOf(error) ?? {};
  if (status === undefined) return { failure };
  if (EMPTY.includes(status)) return { sets: [], isMore: false };
  const seconds = retryAfterOf(retryAfter, now);
  return {
    ...{ failure: failureOfStatus(status), status },
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
};
