/** Sends a permitted request to the upstream and its answer to the client, as it comes. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';
import type { Limits } from '../configuration/configuration.ts';
import type { Permit } from '../decision/gateway-decision.ts';
import { SESSION_HEADER } from '../decision/sessions.ts';
import { MOST_LIST_BYTES } from '../decision/tool-lists.ts';
import { type OwnRefusal, ownAnswer } from '../request/own-refusals.ts';
import {
  type AnswerReading,
  eventReader,
  isHttp,
  isReadByEvents,
  isReadWhole,
  isRedirect,
  isSuccess,
  readBeside,
  TOO_MUCH,
  typeOf,
} from './answer-reading.ts';
import { byteBudget } from './byte-budget.ts';
import { eventScreen, pumpScreened } from './event-screen.ts';
import { lateWatch, type Watched } from './late.ts';
import { answeredHeaders, changedHeader, lengthIn } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

/** Calls `onEnded` once when an open stream has to close. Returns what stops it. */
export type WatchToken = (onEnded: () => void) => () => void;

export type Forwarded = {
  readonly method: string;
  readonly target: string;
  /** Flat list of names and values, complete. */
  readonly headers: readonly string[];
  /** The bytes that were decided on. */
  readonly body: Uint8Array;
  /** For the client, besides those of the upstream. */
  readonly more: RefusalAnswer['headers'];
  readonly session?: Permit['session'];
  /** How the gateway reads the answer. Absent: it does not. */
  readonly reading?: AnswerReading | undefined;
  /** Watches the token of an answer whose end is not known. Undefined on a public route. */
  readonly watch: WatchToken | undefined;
};

/** `failed`: the client or the upstream ended it too early. */
export type ForwardResult = {
  readonly status: number;
  readonly outcome: 'answered' | 'failed';
  readonly reason?: string;
};

export interface Forwarder {
  /** Resolves when the client has the answer, or cannot get it. Never rejects. */
  send(request: Forwarded, response: ServerResponse): Promise<ForwardResult>;
}

export const sendAnswer = (response: ServerResponse, { status, headers, body }: RefusalAnswer): void => {
  const flat = headers.flat();
  flat.push('content-length', String(Buffer.byteLength(body)));
  // What a client still sends is not read.
  if (!response.req.complete) flat.push('connection', 'close');
  response.writeHead(status, flat);
  response.end(response.req.method === 'HEAD' ? undefined : body);
};

const UNREACHABLE: OwnRefusal = {
  status: 502,
  reason: 'upstream_unreachable',
  description: 'The API behind the gateway did not answer.',
};
const TOO_SLOW: OwnRefusal = {
  status: 504,
  reason: 'upstream_timeout',
  description: 'The API behind the gateway did not answer in time.',
};

const ELSEWHERE = 'a redirect, which leads around the gateway';

/** They may be sent again, if a kept connection was closed by the upstream at that moment (RFC 9110 §9.2.2). */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** An answer that takes longer gets timers of its own. */
const SHORT_MILLISECONDS = 500;

/** Bytes that are sent as one text with the headers. A larger body is not copied. */
const SMALL_BYTES = 16_384;

/**
 * Ends a message with a body. Node joins headers and a text of the same encoding, so that one write sends both; with a buffer it takes
 * two pieces, which costs as much as the rest of a small request. Each byte is one character of Latin-1.
 */
const endWith = (message: ClientRequest | ServerResponse, body: Buffer): void => {
  if (body.byteLength > SMALL_BYTES) message.end(body);
  else message.end(body.toString('latin1'), 'latin1');
};

const NOTHING = (): void => undefined;

/** As `pipe` does, for one answer and one client. */
const pump = (answer: IncomingMessage, response: ServerResponse, length: number | undefined): void => {
  let isWaiting = false;
  answer.on('data', (chunk: Buffer) => {
    // The whole answer came in one piece.
    if (chunk.byteLength === length) {
      endWith(response, chunk);
      return;
    }
    if (response.write(chunk) || isWaiting) return;
    isWaiting = true;
    answer.pause();
    response.once('drain', () => {
      isWaiting = false;
      answer.resume();
    });
  });
  answer.on('end', () => {
    if (!response.writableEnded) response.end();
  });
};

export const forwarder = (
  upstream: Upstream,
  limits: Pick<Limits, 'upstreamSeconds' | 'idleSeconds' | 'bufferedBytes'>,
): Forwarder => {
  const idleMilliseconds = limits.idleSeconds * 1000;
  const late = lateWatch();
  /** Of answers that are read. */
  const budget = byteBudget(limits.bufferedBytes);

  /** Passes an answer on, and tells when it is over. Returns what the connection of the client calls at its end. */
  const passOn = (
    request: Forwarded,
    answer: IncomingMessage,
    response: ServerResponse,
    resolve: (result: ForwardResult) => void,
  ): (() => void) => {
    const status = Number(answer.statusCode);
    let reason: string | undefined;
    const end = (why: string): void => {
      reason ??= why;
      answer.destroy();
      response.destroy();
    };
    const passed = answeredHeaders(answer.rawHeaders);
    // A stream, or an answer without a length.
    const length = lengthIn(passed);
    const flat = request.session ? changedHeader(passed, SESSION_HEADER, request.session.sealed) : passed;
    for (const [name, value] of request.more) flat.push(name, value);
    response.writeHead(status, answer.statusMessage, flat);
    const stopWatch = length === undefined ? request.watch?.(() => end('token_ended')) : undefined;
    const lasting = late.watch(SHORT_MILLISECONDS, () => {
      answer.setTimeout(idleMilliseconds, () => end('upstream_idle'));
      response.setTimeout(idleMilliseconds, () => end('client_idle'));
    });
    answer.on('error', () => end('upstream_broken'));
    answer.on('aborted', () => end('upstream_broken'));
    response.on('error', () => end('client_gone'));
    // A stream begins with its head: the first event can be minutes away.
    if (length === undefined) response.flushHeaders();
    const { reading } = request;
    if (reading?.how === 'beside') readBeside(reading, answer, budget);
    if (reading && isReadByEvents(reading, answer)) {
      const mayPass = eventReader(reading, answer, (refusal) => end(refusal.reason));
      const events = eventScreen(mayPass, { most: MOST_LIST_BYTES, budget });
      answer.on('close', events.close);
      pumpScreened(events, answer, response, (why) => {
        const refusal = why === 'too_much' ? reading.unread(TOO_MUCH) : undefined;
        if (refusal) end(refusal.reason);
      });
    } else pump(answer, response, length);
    return () => {
      late.forget(lasting);
      stopWatch?.();
      if (!response.writableFinished) end('client_gone');
      resolve(reason === undefined ? { status, outcome: 'answered' } : { status, outcome: 'failed', reason });
    };
  };

  const refuseWith = (response: ServerResponse, refusal: OwnRefusal): ForwardResult => {
    if (!response.headersSent && !response.destroyed) sendAnswer(response, ownAnswer(refusal));
    return { status: refusal.status, outcome: 'failed', reason: refusal.reason };
  };

  /** Passes an answer on once it was read as a whole. Returns what the connection of the client calls at its end. */
  const readFirst = (
    { read, unread }: AnswerReading,
    request: Forwarded,
    answer: IncomingMessage,
    response: ServerResponse,
    resolve: (result: ForwardResult) => void,
  ): (() => void) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const over = (result: ForwardResult): void => {
      if (isOver) return;
      isOver = true;
      answer.destroy();
      resolve(result);
    };
    answer.on('close', () => budget.give(size));
    answer.setTimeout(idleMilliseconds, () => over(refuseWith(response, TOO_SLOW)));
    answer.on('error', () => over(refuseWith(response, UNREACHABLE)));
    answer.on('aborted', () => over(refuseWith(response, UNREACHABLE)));
    answer.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (size + chunk.byteLength <= MOST_LIST_BYTES && budget.take(chunk.byteLength)) {
        size += chunk.byteLength;
        chunks.push(chunk);
        return;
      }
      const refusal = unread(TOO_MUCH);
      if (refusal) over(refuseWith(response, refusal));
    });
    answer.on('end', () => {
      if (isOver) return;
      isOver = true;
      const body = Buffer.concat(chunks);
      const status = Number(answer.statusCode);
      // Clients read each status of success. An empty one has no list.
      const refusal = isSuccess(answer) && size > 0 ? read({ ...typeOf(answer), body }) : undefined;
      if (refusal) {
        resolve(refuseWith(response, refusal));
        return;
      }
      const passed = answeredHeaders(answer.rawHeaders);
      const flat = request.session ? changedHeader(passed, SESSION_HEADER, request.session.sealed) : [...passed];
      if (lengthIn(passed) === undefined) flat.push('content-length', String(size));
      for (const [name, value] of request.more) flat.push(name, value);
      response.writeHead(status, answer.statusMessage, flat);
      response.end(body);
      resolve({ status, outcome: 'answered' });
    });
    return () => over({ status: 499, outcome: 'failed', reason: 'client_gone' });
  };

  /** One attempt. `again`: the kept connection was closed before the upstream read anything. */
  const attempt = (request: Forwarded, response: ServerResponse, isLast: boolean): Promise<ForwardResult | 'again'> =>
    new Promise((resolve) => {
      const { method, body } = request;
      const sent: ClientRequest = upstream.begin(request);
      let isOver = false;
      const over = (result: ForwardResult | 'again'): void => {
        if (isOver) return;
        isOver = true;
        late.forget(timer);
        closed = NOTHING;
        resolve(result);
      };
      /** One listener for the whole exchange: to take one away and add another costs more than this. */
      let closed = (): void => {
        sent.destroy();
        over({ status: 499, outcome: 'failed', reason: 'client_gone' });
      };
      const timer: Watched = late.watch(limits.upstreamSeconds * 1000, () => {
        sent.destroy();
        over(refuseWith(response, TOO_SLOW));
      });
      response.on('close', () => closed());
      sent.on('response', (answer) => {
        if (isOver) return;
        late.forget(timer);
        const { reading } = request;
        const elsewhere = reading && isRedirect(answer) ? reading.unread(ELSEWHERE) : undefined;
        const refusal = isHttp(answer) ? elsewhere : UNREACHABLE;
        if (refusal) {
          answer.destroy();
          over(refuseWith(response, refusal));
          return;
        }
        isOver = true;
        closed =
          reading && isReadWhole(reading, answer)
            ? readFirst(reading, request, answer, response, resolve)
            : passOn(request, answer, response, resolve);
      });
      // The client asked for no other protocol.
      sent.on('upgrade', (_answer, socket) => {
        socket.destroy();
        over(refuseWith(response, UNREACHABLE));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        over(!isLast && isStale && REPEATABLE.has(method) ? 'again' : refuseWith(response, UNREACHABLE));
      });
      if (body.byteLength > 0) endWith(sent, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
      else sent.end();
    });

  return {
    async send(request, response) {
      const first = await attempt(request, response, false);
      if (first !== 'again') return first;
      const second = await attempt(request, response, true);
      return second === 'again' ? refuseWith(response, UNREACHABLE) : second;
    },
  };
};
