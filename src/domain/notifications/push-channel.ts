import type { Clock } from '../ports/clock.ts';
import { answeredOf, fetchReasonOf } from '../ports/trusted-fetch.ts';
import type { Outcome, Sender } from './delivery-worker.ts';
import type { NotificationKind } from './notification-kinds.ts';
import type { PushMessage } from './push-message.ts';
import type { PushRegistry } from './push-registry.ts';

/** The content of a push message: ids and times; no name and no text that a user or client chose. */
export type PushFacts = {
  /** The account of the browser when the notification was routed to it. */
  readonly account: string;
  /** The approval that waits for a decision. */
  readonly approval?: string;
  /** After this second the message is out of date. */
  readonly until?: number;
};

/** What a browser shows: our own text, and our page that a click opens. */
export type PushWords = {
  readonly title: string;
  readonly text: string;
  /** The page; the worker knows its address (views/assets/push-worker.js). */
  readonly page: 'approvals' | 'security' | 'account' | 'console';
  /** A later message with the same topic replaces an earlier one. */
  readonly topic: string;
};

/** Seconds for which a push service keeps a message that does not expire earlier. */
const LONGEST_SECONDS = 3 * 86_400;
/** The longest pause that a push service can ask for. */
const LONGEST_PAUSE_SECONDS = 6 * 3600;
/** Status codes that refuse the message itself (RFC 8030 §7.2, RFC 9110 §15.5). */
const REFUSED: readonly (number | undefined)[] = [400, 413];

/** The message in the form that the browser's worker reads. */
export const pushMessage = (
  words: PushWords,
  { urgency, ttlSeconds }: Pick<PushMessage, 'urgency' | 'ttlSeconds'>,
): PushMessage => ({ text: JSON.stringify(words), topic: words.topic, urgency, ttlSeconds });

/** Sends push messages to browsers. The guarded fetch checks the address at each attempt (SF-12). */
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
    // A request for approval waits for an answer. Other messages may arrive when the device is awake (RFC 8030
    // §5.3).
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
        return {
          ...{ failure: reason, status: answered?.status, retryAfterSeconds },
          isFinal: REFUSED.includes(answered?.status),
        };
      }
    },
    giveUp: registry.drop,
  };
};

/**
 * Seconds, from a number of them or a date (RFC 9110 §10.2.3). 0 for anything else, and never longer than our own
 * limit.
 */
const retryAfter = (header: string | undefined, clock: Clock): number => {
  if (header === undefined) return 0;
  const seconds = /^\d{1,10}$/.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - clock.nowMillis()) / 1000);
  return Number.isFinite(seconds) ? Math.min(LONGEST_PAUSE_SECONDS, Math.max(0, seconds)) : 0;
};
