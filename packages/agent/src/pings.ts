/** Receives the pings of the server about approvals (CIBA §10.2), so that the agent polls when there is an answer. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface PingReceiver {
  /** What the server has to send as Bearer. A new one for each receiver. */
  readonly token: string;
  /** A handler of the Fetch standard for the URL that is registered as `backchannel_client_notification_endpoint`. */
  readonly handle: (request: Request) => Promise<Response>;
  /** The same for `node:http`, Express and Koa's `callback()`. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Resolves when a ping about this request has come. Rejects with the reason of the signal. */
  arrived(authReqId: string, signal: AbortSignal): Promise<void>;
}

/** Longer than any ping. */
const MOST_BYTES = 4096;
/** Pings that are kept until the agent waits for them. */
const MOST_KEPT = 1000;

const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer' },
  405: { allow: 'POST' },
};
/** The body of a request without one. */
const NOTHING: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

const isBearer = (header: string | null, token: string): boolean => {
  const [given, expected] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** The id in a ping; undefined for anything else, also for a body that breaks off. */
const idIn = async (body: AsyncIterable<unknown>): Promise<string | undefined> => {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > MOST_BYTES) return undefined;
    }
    const { auth_req_id: id } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return typeof id === 'string' && id !== '' ? id : undefined;
  } catch {
    return undefined;
  }
};

export const pingReceiver = (): PingReceiver => {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const kept = new Set<string>();
  const waiting = new Map<string, Set<() => void>>();

  const arrive = (id: string): void => {
    const callers = waiting.get(id);
    if (callers) {
      for (const wake of callers) wake();
      return;
    }
    kept.add(id);
    const [oldest] = kept;
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  };

  const statusOf = async (
    method: string,
    authorization: string | null,
    body: AsyncIterable<unknown>,
  ): Promise<number> => {
    if (method !== 'POST') return 405;
    if (!isBearer(authorization, token)) return 401;
    const id = await idIn(body);
    if (id === undefined) return 400;
    arrive(id);
    return 204;
  };

  return {
    token,
    async handle({ method, headers, body }) {
      const status = await statusOf(method, headers.get('authorization'), body ?? NOTHING);
      return new Response(null, { status, headers: HEADERS[status] ?? {} });
    },
    async listener(request, response) {
      const status = await statusOf(String(request.method), request.headers.authorization ?? null, request);
      response.writeHead(status, HEADERS[status] ?? {}).end();
    },
    arrived(id, signal) {
      if (kept.delete(id)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const callers = waiting.get(id) ?? new Set();
        waiting.set(id, callers);
        const left = (): void => {
          callers.delete(wake);
          if (callers.size === 0) waiting.delete(id);
          signal.removeEventListener('abort', aborted);
        };
        const wake = (): void => {
          left();
          resolve();
        };
        const aborted = (): void => {
          left();
          reject(signal.reason);
        };
        callers.add(wake);
        signal.addEventListener('abort', aborted, { once: true });
      });
    },
  };
};
