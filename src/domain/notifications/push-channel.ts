import type { Clock } from '../ports/clock.ts';
import { answeredOf, fetchReasonOf } from '../ports/trusted-fetch.ts';
import type { Outcome, Sender } from './delivery-worker.ts';
import type { NotificationKind } from './notification-kinds.ts';
import type { PushMessage, PushRegistry } from './push-registry.ts';

/** What a browser is to be told of: ids and moments; no name and no text that anybody chose. */
export type PushFacts = {
  /** Whose browser it was when it was decided to tell it. */
  readonly account: string;
  /** Approval that waits for a decision. */
  readonly approval?: string;
  /** Past this second there is nothing to tell. */
  readonly until?: number;
};

/** How a browser shows it: words of ours, and which page of ours a click opens. */
export type PushWords = {
  readonly title: string;
  readonly text: string;
  /** Page: the worker knows its address (views/assets/push-worker.js). */
  readonly page: 'approvals' | 'security' | 'account' | 'console';
  /** Of two with the same word the later one takes the place of the first. */
  readonly topic: string;
};

/** How long a push service keeps what does not end earlier. */
const LONGEST_SECONDS = 3 * 86_400;
/** How long it is believed when it says that it wants to be left alone. */
const LONGEST_PAUSE_SECONDS = 6 * 3600;
/** What is wrong with the message itself (RFC 8030 §7.2, RFC 9110 §15.5). */
const REFUSED: readonly (number | undefined)[] = [400, 413];

/** The message itself, as the worker of the browser reads it. */
export const pushMessage = (
  words: PushWords,
  { urgency, ttlSeconds }: Pick<PushMessage, 'urgency' | 'ttlSeconds'>,
): PushMessage => ({ text: JSON.stringify(words), topic: words.topic, urgency, ttlSeconds });

/** Sends what is for browsers. Where that goes is checked at each try, by the way out itself (SF-12). */
export const pushChannel = (deps: {
  readonly registry: Pick<PushRegistry, 'deliver' | 'drop'>;
  readonly clock: Clock;
  readonly isWaiting: (approval: string) => Promise<boolean>;
  readonly words: (kind: NotificationKind, language: string) => PushWords;
}): Sender => {
  const { registry, clock, isWaiting, words } = deps;

  const send = async (
    id: string,
    kind: NotificationKind,
    { account, approval, until }: PushFacts,
  ): Promise<Outcome> => {
    const left = until === undefined ? LONGEST_SECONDS : Math.min(LONGEST_SECONDS, until - clock.now());
    if (left <= 0 || (approval !== undefined && !(await isWaiting(approval)))) return 'over';
    // Whoever asks waits for an answer; the rest may come when the device is awake (RFC 8030 §5.3).
    const urgency = approval === undefined ? 'normal' : 'high';
    const sending = { urgency, ttlSeconds: left } as const;
    return registry.deliver(id, account, (language) => pushMessage(words(kind, language), sending));
  };

  return {
    async send({ to, kind, body }) {
      try {
        return await send(to, kind as NotificationKind, JSON.parse(body) as PushFacts);
      } catch (error) {
        const reason = fetchReasonOf(error);
        if (reason === undefined) throw error;
        const answered = answeredOf(error);
        const retryAfterSeconds = retryAfter(answered?.retryAfter, clock);
        return { failure: reason, isFinal: REFUSED.includes(answered?.status), retryAfterSeconds };
      }
    },
    giveUp: registry.drop,
  };
};

/** Seconds, of a number of them or a date (RFC 9110 §10.2.3); 0 for anything else, and never longer than we wait. */
const retryAfter = (header: string | undefined, clock: Clock): number => {
  if (header === undefined) return 0;
  const seconds = /^\d{1,10}$/.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - clock.nowMillis()) / 1000);
  return Number.isFinite(seconds) ? Math.min(LONGEST_PAUSE_SECONDS, Math.max(0, seconds)) : 0;
};
