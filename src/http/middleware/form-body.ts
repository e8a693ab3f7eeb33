import type { IncomingMessage } from 'node:http';
import { isTime } from '../../domain/resources/authorization-details/member-rules.ts';
import { formRefusal } from './form-refusals.ts';

/** Longest form a page of ours can send. */
const FORM_MAX_BYTES = 16 * 1024;

/** Whether a request declares a form body. No other body is ever read (WB-02). */
export const isForm = (request: IncomingMessage): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');

/** Reads a form of at most `most` bytes. Throws DomainError 'invalid_request' for a longer one or a broken connection. */
export const readForm = async (request: IncomingMessage, most: number = FORM_MAX_BYTES): Promise<URLSearchParams> => {
  const tooLong = formRefusal('form_too_large', { params: { most } });
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The stream is kept open on an early exit, so that the answer can still be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) throw tooLong;
      chunks.push(chunk);
    }
  } catch (error) {
    throw error === tooLong ? error : formRefusal('form_unreadable', { cause: error });
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};

/** The value of a field that may be given once; undefined when absent. Throws DomainError 'invalid_request' when given twice. */
export const single = (form: URLSearchParams, field: string): string | undefined => {
  const [value, ...more] = form.getAll(field);
  if (more.length > 0) throw formRefusal('form_field_repeated', { field });
  return value;
};

/** Midnight UTC of a day as a field for days sends it (RFC 3339 `full-date`), in epoch seconds; undefined for what is none. */
export const dayOf = (text: string): number | undefined => (isTime(text, 'date') ? Date.parse(text) / 1000 : undefined);
