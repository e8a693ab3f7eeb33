/** What a server answers to a request and records of it, in a form in which two servers can be compared. */
import { connect } from 'node:net';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { isHandle } from '../../src/provider/seam/token-handles.ts';
import { PROXY, type Side } from './handlers-world.ts';

type Sent = { readonly head: string; readonly body: string };

const HANG_MILLISECONDS = 10_000;

/** Sends the parts one after the other, and reads until the server closes. */
const send = (port: number, parts: readonly Buffer[], isFromProxy: boolean): Promise<Sent> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ...(isFromProxy ? { localAddress: PROXY } : {}) });
    const chunks: Buffer[] = [];
    socket.setTimeout(HANG_MILLISECONDS, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    // A reset after an early answer is no failure: what was read counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const text = Buffer.concat(chunks)
        .toString('utf8')
        .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
      const end = text.indexOf('\r\n\r\n');
      resolve(end === -1 ? { head: text, body: '' } : { head: text.slice(0, end), body: text.slice(end + 4) });
    });
    const [first, ...rest] = parts;
    socket.write(first ?? '');
    const more = (): void => {
      const next = rest.shift();
      if (next === undefined) return;
      setTimeout(() => {
        socket.write(next);
        more();
      }, 3);
    };
    more();
  });

const ID = /\b(req|tok|txn|dny|dec|grt)_[a-z0-9]{10,}\b/g;
const TIMES = new Set(['iat', 'exp', 'expiresAt', 'at', 'since', 'now', 'auth_time']);

/** Most seconds between the lives in two answers. Some time passes between the requests, and a second can end in between. */
const BETWEEN_SECONDS = 10;

/**
 * Without what differs between two answers to one question: ids, times, signatures, random values. `lives`: gets the seconds
 * that something is still valid, in their order.
 */
const plainer = (lives: number[]) => {
  const life = (seconds: number): string => {
    lives.push(seconds);
    return 'a life';
  };
  const plain = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return plainText(value, name);
    if (name === 'age') return 'an age';
    if (name === 'expires_in') return life(Number(value));
    if (typeof value === 'number') return TIMES.has(name) && value > 1e9 ? 'a time' : value;
    if (Array.isArray(value)) return value.map((one) => plain(one));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]): [string, unknown] => [key, plain(member, key)]));
  };
  const plainText = (text: string, name: string): unknown => {
    if (/^(access|refresh)_token$/.test(name) && isHandle(text)) return 'an opaque token';
    if (name === 'access_token' || name === 'id_token') {
      try {
        const claims = decodeJwt(text);
        return {
          header: decodeProtectedHeader(text),
          claims: plain(claims),
          life: life(Number(claims.exp) - Number(claims.iat)),
        };
      } catch {
        return text;
      }
    }
    return text.replaceAll(ID, '$1');
  };
  return plain;
};

/** Values that no two answers share; of a nonce only that it is there. */
const LEFT_OUT = new Set(['date', 'x-request-id']);

const plainHeaders = (lines: readonly string[]): readonly string[] =>
  lines
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${name}: ${name === 'dpop-nonce' ? 'a nonce' : value}`)
    .toSorted();

const jsonOf = (text: string, plain: (value: unknown) => unknown): unknown => {
  try {
    return plain(JSON.parse(text));
  } catch {
    return text.replaceAll(ID, '$1');
  }
};

/** The id of an opaque token is its digest. */
const withoutDigest = ({ token, ...rest }: AuditEvent): object => ({
  ...rest,
  ...(token ? { token: { ...token, id: token.id.startsWith('tok_') ? token.id : 'a digest' } } : {}),
});

export type Outcome = { readonly status: string; readonly compared: string; readonly lives: readonly number[] };

export const areAlike = (one: Outcome, other: Outcome): boolean =>
  one.compared === other.compared &&
  one.lives.length === other.lives.length &&
  one.lives.every((life, index) => Math.abs(life - (other.lives[index] ?? 0)) <= BETWEEN_SECONDS);

/**
 * Sends a request to one server. The outcome includes the audit events of the request, apart from those that count several: they
 * name one request of them, and come later.
 */
export const outcomeAt = async (side: Side, parts: readonly Buffer[], isFromProxy: boolean): Promise<Outcome> => {
  const { head, body } = await send(side.port, parts, isFromProxy);
  const [start = '', ...lines] = head.split('\r\n');
  const id = /^x-request-id: (.*)$/im.exec(head)?.[1]?.trim();
  const events = side.events.filter(({ request, count }) => id !== undefined && request === id && count === undefined);
  const lives: number[] = [];
  const plain = plainer(lives);
  const compared = {
    ...{ start, headers: plainHeaders(lines), body: jsonOf(body, plain) },
    events: events.map((event) => plain(withoutDigest(event))),
  };
  return { status: start.split(' ')[1] ?? 'none', compared: JSON.stringify(compared, undefined, 1), lives };
};

/** How often each reason was counted, of the refusals without an event of their own. */
export const countsOf = (side: Side): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { type, error, note, target, count } of side.events) {
    if (count === undefined) continue;
    const name = [type, error, note, target?.id].filter((one) => one !== undefined).join(' ');
    counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
};
