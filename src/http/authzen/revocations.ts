/**
 * The revocation feed below `/access/v1/revocations`, as Server-Sent Events or by long poll. Owns both forms and the bound
 * on what a slow reader has not read. domain/authority/revocation-feed owns what is sent. Mounted by router.ts.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { revocationFeedRefusal } from '../../domain/authority/revocation-feed/feed-refusals.ts';
import type { FeedMessage, RevocationFeed } from '../../domain/authority/revocation-feed/revocation-feed.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { httpProblem, type ProblemLog } from '../problem.ts';
import type { Answered, Answering, SendError } from './answering.ts';

export const REVOCATIONS = '/access/v1/revocations';

/** Below the deadline for a response. */
const MOST_WAIT_SECONDS = 4;
/** Most unread bytes of a reader before its stream ends. It resumes with its last cursor. */
const MOST_UNREAD = 262_144;
const RETRY_MILLISECONDS = 1000;

export const revocationRoutes = (
  router: Router,
  {
    feed,
    answering,
    sendError,
    issuer,
    log,
  }: {
    readonly feed: RevocationFeed;
    readonly answering: Answering;
    readonly sendError: SendError;
    readonly issuer: string;
    readonly log: ProblemLog;
  },
): void => {
  router.get(
    REVOCATIONS,
    answering(sendError, async (server, ctx) => {
      const asked = ctx.accepts('application/json', 'text/event-stream');
      // A HEAD request opens no stream.
      const isStream = asked === 'text/event-stream' && ctx.method === 'GET';
      return isStream ? stream(feed, server, ctx) : poll(feed, server, ctx);
    }),
  );
  router.all(REVOCATIONS, async (ctx) => {
    ctx.set('Allow', 'GET');
    sendError(ctx, httpProblem('method_not_allowed', 'This path has GET.'), issuer, log);
  });
};

/** A reader that reconnects sends its last cursor in `Last-Event-ID`. */
const cursorIn = (ctx: Context): { readonly cursor?: string } => {
  const cursor = ctx.get('last-event-id') || parameter(ctx, 'after');
  return cursor ? { cursor } : {};
};

const parameter = (ctx: Context, name: string): string | undefined => {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : undefined;
};

/** Also after the deadline for a response. */
const isGone = ({ writableEnded, destroyed }: Context['res']): boolean => writableEnded || destroyed;

const eventOf = (message: FeedMessage): string => `id: ${message.cursor}\ndata: ${JSON.stringify(message)}\n\n`;

const stream = async (feed: RevocationFeed, server: ResourceServer, ctx: Context): Promise<undefined> => {
  const { res } = ctx;
  const begin = (): void => {
    ctx.status = 200;
    ctx.type = 'text/event-stream; charset=utf-8';
    // nginx would buffer the stream without it.
    ctx.set('X-Accel-Buffering', 'no');
    ctx.respond = false;
    res.write(`retry: ${RETRY_MILLISECONDS}\n\n`);
  };
  const leave = await feed.open(
    server,
    { ...cursorIn(ctx), arrivedAt: feed.elapsed() },
    {
      send(message): void {
        if (isGone(res)) return;
        if (!res.headersSent) begin();
        // What it has not read is lost with the connection, and comes again after its last cursor.
        if (res.writableLength > MOST_UNREAD) res.destroy();
        else res.write(eventOf(message));
      },
      isGone: () => isGone(res),
      // Before its first message the refusal of the feed is the answer.
      end: () => void (res.headersSent && res.end()),
    },
  );
  res.once('close', leave);
  if (res.destroyed) leave();
};

/** One message: the first with ends, or the last when the time has passed. */
const poll = async (feed: RevocationFeed, server: ResourceServer, ctx: Context): Promise<Answered> => {
  const seconds = waitIn(ctx);
  const arrivedAt = feed.elapsed();
  let message: FeedMessage | undefined;
  let isDone = false;
  let done = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    done = () => {
      isDone = true;
      resolve();
    };
  });
  const leave = await feed.open(
    server,
    { ...cursorIn(ctx), arrivedAt },
    {
      send(next): void {
        // It stands after the cursor of the answer, so the next poll gets it.
        if (isDone) return;
        message = message?.start ? { ...next, start: message.start } : next;
        if (message.all || message.ends || (message.start && cursorIn(ctx).cursor === undefined)) done();
      },
      isGone: () => isGone(ctx.res),
      end: done,
    },
  );
  const timer = setTimeout(done, seconds * 1000);
  ctx.res.once('close', done);
  await ready;
  clearTimeout(timer);
  leave();
  if (!message) throw revocationFeedRefusal('feed_closing', { retryAfterSeconds: 1 });
  return { body: message };
};

const waitIn = (ctx: Context): number => {
  const given = parameter(ctx, 'wait') ?? '0';
  if (!/^\d{1,2}$/.test(given) || Number(given) > MOST_WAIT_SECONDS) {
    throw revocationFeedRefusal('feed_wait_malformed', { field: 'wait', params: { most: MOST_WAIT_SECONDS } });
  }
  return Number(given);
};
