import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import { httpProblem } from '../problem.ts';
import { managementRefusal } from './management-refusals.ts';

/** Bytes of a body; default limit of a route. */
const MAXIMUM_BODY = 65_536;
/** Bytes to read and discard of a smaller limit, so that a sender of slightly too much gets a response and not a reset. */
const DRAINED_BODY = 1_048_576;
const TYPES = ['application/json', 'application/merge-patch+json'];

export type JsonObject = { readonly [member: string]: unknown };

/**
 * Reads the JSON object in the body of a request. Refuses input that two parsers could read differently: bytes that are no
 * UTF-8, and objects that name a member twice. Throws 'invalid_request' or the HTTP problems 413 and 415.
 */
export const readJsonBody = async (
  ctx: Context,
  maximum = MAXIMUM_BODY,
  types: readonly string[] = TYPES,
): Promise<JsonObject> => {
  const type = ctx.get('content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!types.includes(type)) {
    throw httpProblem('unsupported_media_type', `Send the body as ${types[0]}.`);
  }
  if (ctx.get('content-encoding') !== '') {
    throw httpProblem('unsupported_media_type', 'Send the body without a content encoding.');
  }
  // validation.ts refuses unknown members by name, together with all others.
  const value = strictJson(await readBytes(ctx, maximum), []);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw managementRefusal('body_not_object');
  }
  return value as JsonObject;
};

/** Reads a body of at most `maximum` bytes. Throws 'invalid_request' for a broken connection, and the HTTP problem 413. */
export const readBytes = async (ctx: Context, maximum: number): Promise<Buffer> => {
  const request: IncomingMessage = ctx.req;
  const declared = Number(ctx.get('content-length'));
  const drained = Math.max(maximum, DRAINED_BODY);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Keeps the stream open on an early exit, so that the response can still be sent.
    if (!(declared > drained)) {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        length += (chunk as Buffer).length;
        if (length <= maximum) chunks.push(chunk as Buffer);
        if (length > drained) break;
      }
    }
  } catch (cause) {
    throw managementRefusal('body_incomplete', { cause });
  }
  const isUnread = declared > drained || length > drained;
  if (isUnread) ctx.set('Connection', 'close');
  if (isUnread || length > maximum) {
    throw httpProblem('payload_too_large', `A body has at most ${maximum} bytes.`);
  }
  return Buffer.concat(chunks);
};
