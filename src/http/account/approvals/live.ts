import { PassThrough } from 'node:stream';
import type { Context } from 'koa';
import { DomainError } from '../../../domain/errors.ts';

/** Browsers open six connections to one server; the others are for the pages themselves. */
const PER_SESSION = 4;
/** Of one process. */
const IN_ALL = 2000;
/** Shorter than what stands between is patient for. */
const HEARTBEAT_MILLISECONDS = 15_000;
/** Bytes that nobody takes. */
const MOST_WAITING = 16_384;

type Stream = {
  readonly session: string;
  readonly account: string;
  readonly out: PassThrough;
  isLive(): Promise<boolean>;
};

export type LiveApprovals = ReturnType<typeof liveApprovals>;

/**
 * Tells open inboxes that something changed, and never what: a page is read again, by whoever is signed in then. A stream
 * ends with its session, at the latest at the next heartbeat.
 */
export const liveApprovals = ({ heartbeatMilliseconds = HEARTBEAT_MILLISECONDS } = {}) => {
  const streams = new Set<Stream>();

  const end = (stream: Stream): void => {
    streams.delete(stream);
    stream.out.end();
  };

  const send = (stream: Stream, text: string): void => {
    if (stream.out.writableLength + stream.out.readableLength > MOST_WAITING) end(stream);
    else stream.out.write(text);
  };

  const look = async (stream: Stream): Promise<void> => {
    // Where that cannot be found out the browser has to ask again.
    if (await stream.isLive().catch(() => false)) send(stream, ': still here\n\n');
    else end(stream);
  };

  // Made here and not in a request: what is asked at a heartbeat is read anew.
  const beating = setInterval(() => {
    for (const stream of streams) void look(stream);
  }, heartbeatMilliseconds).unref();

  return {
    /**
     * Answers with a stream for a session. `isLive` says whether that goes on. Throws 'too_many_requests' for one more
     * than a session may have, and 'unavailable' where the process has enough.
     */
    open(
      ctx: Context,
      { session, account }: Pick<Stream, 'session' | 'account'>,
      isLive: () => Promise<boolean>,
    ): void {
      if ([...streams].filter((one) => one.session === session).length >= PER_SESSION) {
        throw new DomainError('too_many_requests', 'This page is open too often.', { retryAfterSeconds: 60 });
      }
      if (streams.size >= IN_ALL) {
        throw new DomainError('unavailable', 'Too many pages are open.', { retryAfterSeconds: 60 });
      }
      const out = new PassThrough();
      const stream: Stream = { session, account, out, isLive };
      streams.add(stream);
      const gone = (): void => void streams.delete(stream);
      out.once('close', gone);
      ctx.res.once('close', () => {
        gone();
        out.destroy();
      });
      ctx.status = 200;
      ctx.type = 'text/event-stream; charset=utf-8';
      // For nginx, which would keep it back.
      ctx.set('X-Accel-Buffering', 'no');
      ctx.body = out;
      out.write('retry: 3000\n\n');
    },

    /** Something changed for these accounts. */
    tell(accounts: readonly string[]): void {
      for (const stream of streams) {
        if (accounts.includes(stream.account)) send(stream, 'event: changed\ndata: approvals\n\n');
      }
    },

    /** Sessions of these accounts may be over: their streams end then. */
    look(accounts: readonly string[]): void {
      for (const stream of streams) if (accounts.includes(stream.account)) void look(stream);
    },

    endSession(session: string): void {
      for (const stream of streams) if (stream.session === session) end(stream);
    },

    /** Ends all of them; idempotent. */
    close(): void {
      clearInterval(beating);
      for (const stream of streams) end(stream);
    },
  };
};
