import type { Fetch } from '../http-client.ts';
import type { Authenticate } from '../introspection.ts';
import type { IssuerMetadata } from '../issuer-metadata.ts';
import { eventsIn, type FeedMessage, feedMessageOf } from './feed-message.ts';

/** The server sends one at least each second. Without one for this long the connection is taken as broken. */
const SILENCE_SECONDS = 5;
const FIRST_PAUSE_SECONDS = 0.1;
const LONGEST_PAUSE_SECONDS = 10;
/** A connection that lasted so long begins with the first pause again. */
const STEADY_SECONDS = 10;

export type ReaderDeps = {
  readonly metadata: IssuerMetadata;
  readonly authenticate: Authenticate;
  readonly fetch: Fetch;
  readonly monotonic: () => number;
  /** Gets each message in order. A rejection ends the connection; the reader then starts anew, without a cursor. */
  readonly onMessage: (message: FeedMessage, sentAt: number) => Promise<void>;
  readonly onFailed: (detail: string) => void;
};

/** Half of the time up to all of it, so that many processes do not come back at once. */
const jittered = (seconds: number): number => {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return (seconds * (1 + random / 2 ** 32)) / 2;
};

/** Reads the feed until it is closed, and connects again after each end, with the last cursor. Returns what closes it. */
export const readFeed = ({ metadata, authenticate, onMessage, onFailed, ...deps }: ReaderDeps): (() => void) => {
  const { monotonic } = deps;
  const closing = new AbortController();
  let cursor: string | undefined;

  const connection = async (): Promise<void> => {
    const ending = new AbortController();
    const close = (): void => ending.abort();
    closing.signal.addEventListener('abort', close);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => ending.abort(new Error('the feed is silent')), SILENCE_SECONDS * 1000);
    };
    listen();
    try {
      const url = await metadata.endpoint('revocation_feed_endpoint');
      const headers = {
        authorization: (await authenticate()).authorization,
        accept: 'text/event-stream',
        ...(cursor === undefined ? {} : { 'last-event-id': cursor }),
      };
      const sentAt = monotonic();
      const response = await deps.fetch(url, { headers, redirect: 'manual', signal: ending.signal });
      if (response.status !== 200 || !response.body) throw new Error(`status ${response.status}`);
      for await (const data of eventsIn(response.body as unknown as AsyncIterable<Uint8Array>)) {
        listen();
        // Until it is applied, what it holds is not heard.
        cursor = undefined;
        const message = feedMessageOf(data);
        await onMessage(message, sentAt);
        cursor = message.cursor;
      }
    } finally {
      clearTimeout(timer);
      // The body of a refusal is not read: it would hold the connection.
      ending.abort();
      closing.signal.removeEventListener('abort', close);
    }
  };

  const pause = (seconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, jittered(seconds) * 1000);
      function done(): void {
        clearTimeout(timer);
        closing.signal.removeEventListener('abort', done);
        resolve();
      }
      closing.signal.addEventListener('abort', done);
    });

  const run = async (): Promise<void> => {
    for (let wait = FIRST_PAUSE_SECONDS; !closing.signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE_SECONDS)) {
      const began = monotonic();
      const failure = await connection().then(
        () => 'the server ended the feed',
        (error: unknown) => String((error as { message?: unknown })?.message ?? error),
      );
      if (closing.signal.aborted) return;
      onFailed(failure);
      if (monotonic() - began > STEADY_SECONDS) wait = FIRST_PAUSE_SECONDS;
      await pause(wait);
    }
  };
  void run();
  return () => closing.abort();
};
