import { Readable } from 'node:stream';
import type { Context } from 'koa';

/** Sends lines as they are made, each with `end`, as `sendChunks` does. */
export const sendLines = (
  ctx: Context,
  lines: AsyncIterable<string>,
  { end, ...more }: { readonly end: string; readonly type: string; readonly failed: (error: unknown) => void },
): Promise<void> => {
  const ended = async function* () {
    for await (const line of lines) yield `${line}${end}`;
  };
  return sendChunks(ctx, ended(), more);
};

/**
 * Sends chunks as they are made. Makes the first before it sends anything: if the source cannot be read, it throws a refusal.
 * If a later one fails, calls `failed` and breaks the connection: half an answer must not look like a whole one.
 */
export const sendChunks = async (
  ctx: Context,
  chunks: AsyncIterable<string | Buffer>,
  { type, failed }: { readonly type: string; readonly failed: (error: unknown) => void },
): Promise<void> => {
  const iterator = chunks[Symbol.asyncIterator]();
  let next = await iterator.next();
  const sent = async function* () {
    try {
      for (; !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  const stream = Readable.from(sent(), { objectMode: false });
  stream.on('error', (error) => {
    failed(error);
    ctx.res.destroy();
  });
  // Also for a client that never began to read: the source of the lines holds resources until it ends.
  stream.once('close', () => void iterator.return?.().catch(() => undefined));
  ctx.status = 200;
  ctx.body = stream;
  ctx.type = type;
};
