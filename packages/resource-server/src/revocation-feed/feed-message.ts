import { base64url } from 'jose';

/** The risk of a scope, as registered. */
export type Risk = 'critical' | 'high' | 'medium' | 'low';

const RISKS: readonly string[] = ['critical', 'high', 'medium', 'low'] satisfies readonly Risk[];

export type FeedStart = {
  readonly digestKey: string;
  readonly isResumed: boolean;
  readonly settleSeconds: number;
  readonly retainSeconds: number;
  readonly risks: ReadonlyMap<string, Risk>;
};

/** One message of the revocation feed. */
export type FeedMessage = {
  readonly start: FeedStart | undefined;
  readonly isAll: boolean;
  readonly ends: readonly Uint8Array[];
  readonly cursor: string;
  /** Seconds from the arrival of the request. */
  readonly asOf: number;
  /** Epoch seconds of the server. */
  readonly time: number;
};

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const numberIn = (value: Json, member: string): number => {
  const given = value[member];
  if (typeof given !== 'number' || !Number.isFinite(given)) throw new TypeError(`${member} is no number`);
  return given;
};

const startIn = (value: unknown): FeedStart | undefined => {
  if (value === undefined) return undefined;
  if (!isObject(value) || typeof value['digest_key'] !== 'string' || !isObject(value['risks'])) {
    throw new TypeError('start is malformed');
  }
  const risks = Object.entries(value['risks']).filter(([, risk]) => RISKS.includes(String(risk)));
  return {
    digestKey: value['digest_key'],
    isResumed: value['resumed'] === true,
    settleSeconds: numberIn(value, 'settle_seconds'),
    retainSeconds: numberIn(value, 'retain_seconds'),
    risks: new Map(risks as (readonly [string, Risk])[]),
  };
};

const digestIn = (text: unknown): Uint8Array => {
  const digest = base64url.decode(String(text));
  if (digest.byteLength !== 8) throw new TypeError('an end is malformed');
  return digest;
};

/** Reads a message. Throws TypeError: a message that is not understood may hold an end. */
export const feedMessageOf = (text: string): FeedMessage => {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || typeof value['cursor'] !== 'string') throw new TypeError('the message has no cursor');
  const ends = value['ends'] ?? [];
  if (!Array.isArray(ends)) throw new TypeError('ends is no list');
  return {
    start: startIn(value['start']),
    isAll: value['all'] === true,
    ends: ends.map(digestIn),
    cursor: value['cursor'],
    asOf: numberIn(value, 'as_of') / 1000,
    time: numberIn(value, 'time') / 1000,
  };
};

/** A message of 20,000 ends has less. */
const LONGEST_EVENT = 4 * 1024 * 1024;

/** The `data` of each Server-Sent Event of a stream. Throws Error for an event that is too long. */
export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const events = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    if (rest.length > LONGEST_EVENT) throw new Error('an event of the feed is too long');
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) yield data.slice('data: '.length);
    }
  }
}
