import type { IncomingMessage } from 'node:http';
import { isTime } from '../../domain/resources/authorization-details/member-rules.ts';
import { formRefusal } from './form-refusals.ts';
import { isMultipart, type PostedForm, readMultipart } from './multipart-form.ts';

/** Longest form that a page of ours sends. */
const FORM_MAX_BYTES = 16 * 1024;

/** Whether a request declares a form body. The server never reads any other body (WB-02). */
export const isForm = (request: IncomingMessage): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');

/** Whether a request declares a form that may have files. Only pages that ask for files read one. */
export const isFormWithFiles = (request: IncomingMessage): boolean =>
  isForm(request) || isMultipart(request.headers['content-type'] ?? '');

/** Reads a form of at most `most` bytes. Throws DomainError 'invalid_request' for a longer one or a broken connection. */
export const readForm = async (request: IncomingMessage, most: number = FORM_MAX_BYTES): Promise<URLSearchParams> =>
  new URLSearchParams((await readBody(request, most)).toString('utf8'));

/** Reads a form with files of at most `most` bytes together. Throws as `readForm`, and for a malformed body. */
export const readFormWithFiles = async (request: IncomingMessage, most: number): Promise<PostedForm> => {
  const body = await readBody(request, most);
  return isForm(request)
    ? { form: new URLSearchParams(body.toString('utf8')), files: [] }
    : readMultipart(body, request.headers['content-type'] ?? '');
};

const readBody = async (request: IncomingMessage, most: number): Promise<Buffer> => {
  const tooLong = formRefusal('form_too_large', { params: { most } });
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Keeps the stream open on an early exit, so that the response can still be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) throw tooLong;
      chunks.push(chunk);
    }
  } catch (error) {
    throw error === tooLong ? error : formRefusal('form_unreadable', { cause: error });
  }
  return Buffer.concat(chunks);
};

/** The value of a field that may occur once; undefined if absent. Throws DomainError 'invalid_request' for a repeated field. */
export const single = (form: URLSearchParams, field: string): string | undefined => {
  const [value, ...more] = form.getAll(field);
  if (more.length > 0) throw formRefusal('form_field_repeated', { field });
  return value;
};

/** Midnight UTC of a day from a date field (RFC 3339 `full-date`), in epoch seconds; undefined for any other text. */
export const dayOf = (text: string): number | undefined => (isTime(text, 'date') ? Date.parse(text) / 1000 : undefined);

const HOUR = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3])$/;

/** The beginning of an hour in UTC, `2026-11-25T14`, in epoch seconds; undefined for any other text. */
export const hourOf = (text: string): number | undefined => {
  const day = HOUR.test(text) ? dayOf(text.slice(0, 10)) : undefined;
  return day === undefined ? undefined : day + Number(text.slice(11)) * 3600;
};
