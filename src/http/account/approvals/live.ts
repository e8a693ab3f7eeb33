import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { LiveApprovals } from '../../interaction/approval-deps.ts';
import { accountPageRefusal } from '../account-page-refusals.ts';

/** Browsers open six connections to one server. The pages themselves need the others. */
const PER_SESSION = 4;
/** Most streams of one process. */
const IN_ALL = 5000;
/** Shorter than the idle timeout of proxies in between. */
const HEARTBEAT_MILLISECONDS = 15_000;
/** Heartbeats go out in this many parts, so that the process does not check all streams at once. */
const PARTS = 15;
/** Most unread bytes of a client before its stream ends. */
const MOST_WAITING = 16_384;

type Stream = {
  readonly session: string;
  readonly account: string;
  readonly out: Pick<ServerResponse, 'write' | 'end' | 'writableEnded' | 'writableLength'>;
  isLive(): Promise<boolean>;
};

/** An index of streams by a name that several streams share. */
const named = () => {
  const all = new Map<string, Set<Stream>>();
  return {
    of: (name: string): ReadonlySet<Stream> => all.get(name) ?? new Set(),
    add(name: string, stream: Stream): void {
      const some = all.get(name) ?? new Set();
      all.set(name, some.add(stream));
    },
    remove(name: string, stream: Stream): void {
      const some = all.get(name);
      some?.delete(stream);
      if (some?.size === 0) all.delete(name);
    },
  };
};

/**
 * Signals to open inboxes that something changed, never what. The browser then reads the page again, as the account that is
 * signed in at that time. A stream ends with its session, at the next heartbeat at the latest. A stream holds little more
 * than the bare response, because there may be thousands.
 */
export const liveApprovals = ({ heartbeatMilliseconds = HEARTBEAT_MILLISECONDS } = {}): LiveApprovals => {
  const parts = Array.from({ length: PARTS }, () => new Set<Stream>());
  const sessions = named();
  const accounts = named();
  let opened = 0;
  let beat = 0;

  const count = (): number => parts.reduce((sum, { size }) => sum + size, 0);

  const forget = (stream: Stream): void => {
    for (const part of parts) part.delete(stream);
    sessions.remove(stream.session, stream);
    accounts.remove(stream.account, stream);
  };

  const end = (stream: Stream): void => {
    forget(stream);
    stream.out.end();
  };

  const send = (stream: Stream, text: string): void => {
    // The session may end during the check of its liveness. A later write would be an error without a listener.
    if (stream.out.writableEnded) return;
    if (stream.out.writableLength > MOST_WAITING) end(stream);
    else stream.out.write(text);
  };

  const look = async (stream: Stream): Promise<void> => {
    // If liveness cannot be determined, the browser has to connect again.
    if (await stream.isLive().catch(() => false)) send(stream, ': still here\n\n');
    else end(stream);
  };

  // Outside of any request, so that each heartbeat reads the current state.
  const beating = setInterval(
    () => {
      for (const stream of parts[beat++ % PARTS] ?? []) void look(stream);
    },
    Math.ceil(heartbeatMilliseconds / PARTS),
  ).unref();

  return {
    open(
      ctx: Context,
      { session, account }: Pick<Stream, 'session' | 'account'>,
      isLive: () => Promise<boolean>,
    ): void {
      if (sessions.of(session).size >= PER_SESSION) {
        throw accountPageRefusal('live_page_repeated', { retryAfterSeconds: 60 });
      }
      if (count() >= IN_ALL) {
        throw accountPageRefusal('live_pages_exceeded', { retryAfterSeconds: 60 });
      }
      ctx.status = 200;
      ctx.type = 'text/event-stream; charset=utf-8';
      // nginx would buffer the stream without it.
      ctx.set('X-Accel-Buffering', 'no');
      // A HEAD request opens no stream.
      if (ctx.method === 'HEAD') return;
      const stream: Stream = { session, account, out: ctx.res, isLive };
      parts[opened++ % PARTS]?.add(stream);
      sessions.add(session, stream);
      accounts.add(account, stream);
      ctx.res.once('close', () => forget(stream));
      ctx.respond = false;
      ctx.res.write('retry: 3000\n\n');
    },

    tell(concerned: readonly string[]): void {
      for (const account of new Set(concerned)) {
        for (const stream of [...accounts.of(account)]) send(stream, 'event: changed\ndata: approvals\n\n');
      }
    },

    look(concerned: readonly string[]): void {
      for (const account of new Set(concerned)) for (const stream of [...accounts.of(account)]) void look(stream);
    },

    endSession(session: string): void {
      for (const stream of [...sessions.of(session)]) end(stream);
    },

    close(): void {
      clearInterval(beating);
      for (const stream of parts.flatMap((part) => [...part])) end(stream);
    },
  };
};
