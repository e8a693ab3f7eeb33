/**
 * Reads the revocation feed of the server, so that a JWT is verified offline until it may have ended, and then by introspection.
 * Never accepts a token because the feed cannot be read.
 */
import type { Access } from '../access.ts';
import type { Authenticate } from '../introspection.ts';
import type { IssuerMetadata } from '../issuer-metadata.ts';
import { Refusal, unavailable } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { readFeed } from './feed-reader.ts';
import type { FeedSettings } from './feed-settings.ts';
import { heardEnds } from './heard-ends.ts';

/** Seconds between two looks at the tokens of open streams. */
const LOOK_SECONDS = 1;
/** Introspections of open streams at a time. */
const AT_A_TIME = 16;

/** Introspects a token. Throws Refusal. */
export type AskLive = (token: string) => Promise<Access>;

export interface RevocationFeed {
  /**
   * The access of a token that was verified offline, if it has not ended. Introspects it if it may have. Throws Refusal:
   * `invalid_token`, or 503 if that cannot be known.
   */
  live(access: Access, scopes: readonly string[]): Promise<Access>;
  /** Calls `onEnded` once, when the token of an open stream has ended or expired, or that cannot be known. Returns what stops it. */
  watch(access: Access, scopes: readonly string[], onEnded: (why: Refusal) => void): () => void;
  /** Stops reading. Every token is introspected from then on, and each watch ends. Idempotent. */
  close(): void;
}

type Watched = {
  readonly access: Access;
  readonly scopes: readonly string[];
  readonly onEnded: (why: Refusal) => void;
};

export const revocationFeed = (
  { maxStaleness, mostEnds }: FeedSettings,
  { monotonic, fetch, clock, log }: Pick<Settings, 'monotonic' | 'fetch' | 'clock' | 'log'>,
  deps: { readonly metadata: IssuerMetadata; readonly authenticate: Authenticate; readonly ask: AskLive },
): RevocationFeed => {
  const heard = heardEnds({ mostEnds, maxStaleness }, monotonic);
  const watched = new Set<Watched>();
  let stopReading: (() => void) | undefined;
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;

  /** At the first use: some platforms allow no request before. */
  const start = (): void => {
    if (stopReading || isClosed) return;
    stopReading = readFeed({
      metadata: deps.metadata,
      authenticate: deps.authenticate,
      fetch,
      monotonic,
      async onMessage(message, sentAt) {
        await heard.apply(message, sentAt);
        if (message.isAll || message.ends.length > 0) void look();
      },
      onFailed: (detail) =>
        log({
          event: 'server_unreachable',
          reason: 'feed_interrupted',
          description: 'The feed was interrupted.',
          detail,
        }),
    });
  };

  const live = async (access: Access, scopes: readonly string[]): Promise<Access> => {
    start();
    if ((await heard.verdict(access, scopes)) === 'clear' && !isClosed) return access;
    const askedAt = monotonic();
    const now = await deps.ask(access.token);
    heard.confirm(access, askedAt);
    return now;
  };

  const end = (one: Watched, why: Refusal): void => {
    // Outside of the look: an error of the callback is one of the application.
    if (watched.delete(one)) queueMicrotask(() => one.onEnded(why));
  };

  const endAll = (): void => {
    for (const one of watched) end(one, unavailable('feed_closed', 'the feed is not read any more'));
  };

  const lookAt = async (one: Watched): Promise<void> => {
    try {
      if (one.access.expiresAt <= clock()) {
        throw new Refusal('invalid_token', { reason: 'token_expired', description: 'The token has expired.' });
      }
      await live(one.access, one.scopes);
    } catch (error) {
      end(one, error instanceof Refusal ? error : unavailable('check_failed', String(error)));
    }
  };

  /** One look at a time. */
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    clearTimeout(timer);
    const waiting = [...watched];
    const work = async (): Promise<void> => {
      for (let one = waiting.pop(); one; one = waiting.pop()) if (watched.has(one)) await lookAt(one);
    };
    try {
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
    } finally {
      isLooking = false;
      if (watched.size > 0) timer = setTimeout(() => void look(), LOOK_SECONDS * 1000);
    }
  };

  return {
    live,
    watch(access, scopes, onEnded) {
      const one = { access, scopes, onEnded };
      watched.add(one);
      start();
      if (isClosed) endAll();
      else void look();
      return () => void watched.delete(one);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      stopReading?.();
      endAll();
    },
  };
};
