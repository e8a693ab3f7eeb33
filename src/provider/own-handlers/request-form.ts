/**
 * The form of a request, if our own handlers understand every part of it. All else belongs to oidc-provider: it
 * gets the request as it came, because reading the form takes nothing from it.
 */
import type { IncomingMessage } from 'node:http';

/** Bytes. oidc-provider refuses more than 56 KiB. */
const MOST_BYTES = 32_768;
const MOST_PAIRS = 16;

const FORM = /^application\/x-www-form-urlencoded(?:; ?charset=utf-8)?$/i;
const LENGTH = /^[1-9]\d{0,4}$/;
const TEXT = /^[\x21-\x7e]*$/;

/** Of other origins, of an attested key, or with a body that is not a plain one: these have rules of their own. */
const NOT_UNDERSTOOD = [
  'origin',
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  'oauth-client-attestation',
  'oauth-client-attestation-pop',
];

/** The length of the form in bytes, if the head of the request announces one that is understood. */
export const announcedForm = ({ method, headers }: IncomingMessage): number | undefined => {
  const { 'content-type': type = '', 'content-length': length = '' } = headers;
  if (method !== 'POST' || !FORM.test(type) || !LENGTH.test(length) || Number(length) > MOST_BYTES) return undefined;
  return NOT_UNDERSTOOD.some((name) => headers[name] !== undefined) ? undefined : Number(length);
};

let waiting: (() => void)[] = [];

/**
 * Resolves when what has arrived in this phase of the event loop is parsed. All callers resolve in one callback: what is looked up once for each
 * callback, such as whether another process has written, is looked up once for all of them, and after they arrived.
 */
const endOfPhase = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length > 1) return;
    setImmediate(() => {
      const all = waiting;
      waiting = [];
      for (const goOn of all) goOn();
    });
  });

/**
 * Resolves with the bytes if all of them are there now, as they are for a form that came with its head. Undefined: leave the
 * request to oidc-provider, which waits for the rest.
 */
export const formBytes = async (request: IncomingMessage, length: number): Promise<Buffer | undefined> => {
  // A body in the packet of its head is parsed in this phase of the event loop. No listener waits for it: those cost more.
  if (!request.complete) await endOfPhase();
  if (!request.complete || request.readableLength !== length) return undefined;
  // Not without a length: that would end the stream, and nothing could be put back into it.
  return (request.read(length) as Buffer | null) ?? undefined;
};

/**
 * The values of a form, by name. Undefined if it has other names than these, a name without a value or twice, or text that
 * two parsers could read differently.
 */
export const formOf = (bytes: Buffer, names: ReadonlySet<string>): Record<string, string> | undefined => {
  const text = bytes.toString('latin1');
  if (!TEXT.test(text)) return undefined;
  const pairs = text.split('&', MOST_PAIRS + 1);
  if (pairs.length > MOST_PAIRS) return undefined;
  const form: Record<string, string> = {};
  for (const pair of pairs) {
    const end = pair.indexOf('=');
    const name = pair.slice(0, end);
    if (end < 1 || end === pair.length - 1 || !names.has(name) || form[name] !== undefined) return undefined;
    const value = decoded(pair.slice(end + 1));
    if (value === undefined) return undefined;
    form[name] = value;
  }
  return form;
};

const decoded = (value: string): string | undefined => {
  if (!/[%+]/.test(value)) return value;
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};
