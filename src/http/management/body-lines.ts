import type { Context } from 'koa';
import { httpProblem } from '../problem.ts';
import { managementRefusal } from './management-refusals.ts';

/** Bytes of one line, as of any other body. */
const LONGEST_LINE = 65_536;
/** Lines of one request. */
const MOST_LINES = 100_000;
const NEWLINE = 0x0a;

/** Throws the HTTP problem 415 unless the request announces lines of JSON. */
export const checkLinesType = (ctx: Context): void => {
  const type = ctx.get('content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/x-ndjson' || ctx.get('content-encoding') !== '') {
    throw httpProblem('unsupported_media_type', 'Send the body as application/x-ndjson, without a content encoding.');
  }
};

/**
 * The lines of a body in order of arrival, without empty ones. Holds one line at most, and reads only as much as the consumer
 * asks for. Throws the HTTP problem 413 for a line that is too long and for too many lines, and 'invalid_request' when the
 * body ends early.
 */
export const bodyLines = async function* (ctx: Context): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  let count = 0;
  const complete = (last: Buffer): Buffer | undefined => {
    const line = Buffer.concat([...parts, last]);
    parts = [];
    length = 0;
    const text = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
    if (text.length === 0) return undefined;
    count += 1;
    if (count > MOST_LINES) throw tooLarge(ctx, `A body has at most ${MOST_LINES} lines.`);
    return text;
  };
  const take = (part: Buffer): void => {
    length += part.length;
    if (length > LONGEST_LINE) throw tooLarge(ctx, `A line has at most ${LONGEST_LINE} bytes.`);
  };
  try {
    for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
      let rest = chunk as Buffer;
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
        take(rest.subarray(0, end));
        const line = complete(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        if (line) yield line;
      }
      take(rest);
      if (rest.length > 0) parts.push(rest);
    }
  } catch (cause) {
    if ((cause as { readonly name?: unknown }).name === 'HttpProblem') throw cause;
    throw managementRefusal('body_incomplete', { cause });
  }
  const last = complete(Buffer.alloc(0));
  if (last) yield last;
};

const tooLarge = (ctx: Context, message: string): Error => {
  if (!ctx.res.headersSent) ctx.set('Connection', 'close');
  return httpProblem('payload_too_large', message);
};
