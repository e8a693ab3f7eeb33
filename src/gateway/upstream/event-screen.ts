/** Holds each event of a stream (text/event-stream) until it is whole, and lets it pass only if it may. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';

/** The empty line after an event. Lines end with CRLF, LF or CR, also mixed. */
const BOUNDARY = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/g;
/** Bytes before a chunk in which a boundary may have begun. */
const OVERLAP = 3;

/** The events that may be sent now; `refused`: one may not pass; `too_much`: one is too large, or all streams hold too much. */
export type Screened = Buffer | 'refused' | 'too_much';

export interface EventScreen {
  add(chunk: Buffer): Screened;
  /** What is left when the stream ends. */
  rest(): Screened;
  /** Nothing is held any more. Idempotent. */
  close(): void;
}

const NOTHING = Buffer.alloc(0);

/** `most`: bytes of an event. `budget`: of what all streams hold. Each byte is searched once. */
export const eventScreen = (
  mayPass: (events: Buffer) => boolean,
  { most, budget }: { readonly most: number; readonly budget: ByteBudget },
): EventScreen => {
  let held: Buffer[] = [];
  let size = 0;
  let tail = '';

  const hold = (chunk: Buffer): boolean => {
    if (!budget.take(chunk.byteLength)) return false;
    held.push(chunk);
    size += chunk.byteLength;
    tail = (tail + chunk.subarray(-OVERLAP).toString('latin1')).slice(-OVERLAP);
    return true;
  };
  const close = (): void => {
    budget.give(size);
    [held, size, tail] = [[], 0, ''];
  };
  const taken = (): Screened => {
    const events = Buffer.concat(held);
    close();
    return events.byteLength === 0 || mayPass(events) ? events : 'refused';
  };

  return {
    close,
    rest: taken,
    add(chunk) {
      const found = [...`${tail}${chunk.toString('latin1')}`.matchAll(BOUNDARY)].at(-1);
      if (!found) return hold(chunk) && size <= most ? NOTHING : 'too_much';
      const end = found.index + found[0].length - tail.length;
      if (!hold(chunk.subarray(0, end)) || size > most + chunk.byteLength) return 'too_much';
      const events = taken();
      if (typeof events === 'string') return events;
      return hold(chunk.subarray(end)) ? events : 'too_much';
    },
  };
};

/** Passes the events of an answer on as they are whole. Calls `onRefused` at the first that may not pass. */
export const pumpScreened = (
  screen: EventScreen,
  answer: IncomingMessage,
  response: ServerResponse,
  onRefused: (why: 'refused' | 'too_much') => void,
): void => {
  let isWaiting = false;
  const send = (events: Screened): void => {
    if (typeof events === 'string') onRefused(events);
    else if (events.byteLength > 0 && !response.write(events) && !isWaiting) {
      isWaiting = true;
      answer.pause();
      response.once('drain', () => {
        isWaiting = false;
        answer.resume();
      });
    }
  };
  answer.on('data', (chunk: Buffer) => send(screen.add(chunk)));
  answer.on('end', () => {
    send(screen.rest());
    if (!response.writableEnded && !response.destroyed) response.end();
  });
};
