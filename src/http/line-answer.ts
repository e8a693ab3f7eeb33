import { Readable } from 'node:stream';
import type { Context } from 'koa';

/**
 * Sends lines as they are made, each with `end`. Makes the first line before it sends anything: if the list cannot be read,
 * it throws a refusal. If a later line fails, calls `failed` and breaks the connection: half a list must not look like a
 * whole one.
 */
export const sendLines = async (
  ctx: Context,
  lines: AsyncIterable<string>,
  { end, type, failed }: { readonly end: string; readonly type: string; readonly failed: (error: unknown) => void },
): Promise<void> => {
  const iterator = lines[Symbol.asyncIterator]();
  let next = await iterator.next();
  const text = async function* () {
    try {
      for (; !next.done; next = await iterator.next()) yield `${next.value}${end}`;
    } finally {
      await iterator.return?.();
    }
  };
  const stream = Readable.from(text());
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
