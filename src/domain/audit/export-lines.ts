import { type Erasable, isCommittedTo, type Link } from './audit-record.ts';
import { isCanonical } from './canonical-text.ts';
import { broken } from './findings.ts';
import { type Disclosure, isDigest, isSalt } from './record-digest.ts';
import { isStreamName } from './signed-heads.ts';

/** `salts` and `hidden`: of a record that is exported in part, see `Disclosure`. */
export type ExportedRecord = Link &
  Pick<Disclosure, 'salts' | 'hidden'> & {
    readonly hash: string;
    readonly erasable?: Readonly<Record<string, Erasable>>;
  };

/** Accepts only the exact canonical text of a value: no second spelling of a line, no member twice. */
export const parseLine = (text: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken('unreadable', 'this is not JSON: it was changed or cut off');
  }
  if (typeof value !== 'object' || value === null || !isCanonical(value, text)) {
    return broken('unreadable', 'this is not in canonical form: it was changed');
  }
  return value as Record<string, unknown>;
};

const MEMBERS = new Set(['at', 'erasable', 'event', 'hash', 'hidden', 'prev', 'salt', 'salts', 'sequence', 'stream']);

/** Whether there are salts of the whole event, or of each disclosed member, or none (the first form). */
const hasSalts = (event: object, { salt, salts, hidden }: Record<string, unknown>): boolean => {
  if (salt !== undefined) return isSalt(salt) && salts === undefined && hidden === undefined;
  if (salts === undefined && hidden === undefined) return true;
  if (!isObject(salts) || !isObject(hidden)) return false;
  const names = Object.keys(event);
  return (
    names.length === Object.keys(salts).length &&
    names.every((name) => Object.hasOwn(salts, name) && !Object.hasOwn(hidden, name)) &&
    Object.values(salts).every(isSalt) &&
    Object.values(hidden).every(isDigest)
  );
};

/** Throws a Fault on anything else, and on a member that the digest does not cover. */
export const asRecord = (value: Record<string, unknown>): ExportedRecord => {
  const { stream, sequence, at, prev, hash, event, erasable } = value;
  const isRecord =
    Object.keys(value).every((member) => MEMBERS.has(member)) &&
    isStreamName(stream) &&
    Number.isSafeInteger(sequence) &&
    Number.isSafeInteger(at) &&
    typeof prev === 'string' &&
    typeof hash === 'string' &&
    isObject(event) &&
    hasSalts(event, value) &&
    (erasable === undefined || (isObject(erasable) && Object.values(erasable).every(isErasable)));
  return isRecord ? (value as ExportedRecord) : broken('unreadable', 'this is not a record of the audit log');
};

/** Throws a Fault when a personal value does not match its commitment in the chain. */
export const checkValues = (record: ExportedRecord): void => {
  for (const [field, erasable] of Object.entries(record.erasable ?? {})) {
    const commitments = record.event.personal ?? {};
    if (!Object.hasOwn(commitments, field) || !isCommittedTo(erasable, commitments[field])) {
      const place = `record ${record.sequence} of stream ${record.stream}`;
      broken(
        'personal_value_changed',
        `a personal value of ${place} was changed: it does not give its commitment`,
        record,
      );
    }
  }
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A personal value with its salt, and nothing besides. */
export const isErasable = (value: unknown): value is Erasable =>
  isObject(value) &&
  typeof (value as Erasable).salt === 'string' &&
  typeof (value as Erasable).value === 'string' &&
  Object.keys(value).length === 2;

/**
 * Lines of a text that arrives in chunks, split at U+000A only. `node:readline` also splits at U+2028, which canonical
 * JSON leaves as it is, and would break such a record in two.
 */
export async function* linesOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
