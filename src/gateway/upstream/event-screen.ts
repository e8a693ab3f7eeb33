/** Holds each event of a stream (text/event-stream) until it is whole, and lets it pass only if it may. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The empty line after an event. Lines end with CRLF, LF or CR, also mixed. */
const BOUNDARY = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/g;
/** Bytes before a chunk in which a boundary may have begun. */
const OVERLAP = 3;

export interface EventScreen {
  /** The whole events that may be sent now. Undefined: one may not pass, or is too large. */
  add(chunk: Buffer): Buffer | undefined;
  /** What is left when the stream ends. Undefined: it may not pass. */
  rest(): Buffer | undefined;
}

/** `most`: bytes of an event. Each byte is searched once. */
export const eventScreen = (mayPass: (events: Buffer) => boolean, most: number): EventScreen => {
  let held: Buffer[] = [];
  let size = 0;
  let tail = '';

  const hold = (chunk: Buffer): void => {
    held.push(chunk);
    size += chunk.byteLength;
    tail = (tail + chunk.subarray(-OVERLAP).toString('latin1')).slice(-OVERLAP);
  };
  const taken = (): Buffer | undefined => {
    const events = Buffer.concat(held);
    [held, size, tail] = [[], 0, ''];
    return events.byteLength === 0 || mayPass(events) ? events : undefined;
  };

  return {
    add(chunk) {
      const found = [...`${tail}${chunk.toString('latin1')}`.matchAll(BOUNDARY)].at(-1);
      if (!found) {
        hold(chunk);
        return size > most ? undefined : Buffer.alloc(0);
      }
      const end = found.index + found[0].length - tail.length;
      hold(chunk.subarray(0, end));
      const events = size > most + chunk.byteLength ? undefined : taken();
      if (events) hold(chunk.subarray(end));
      return events;
    },
    rest: taken,
  };
};

/** Passes the events of an answer on as they are whole. Calls `onRefused` at the first that may not pass. */
export const pumpScreened = (
  screen: EventScreen,
  answer: IncomingMessage,
  response: ServerResponse,
  onRefused: () => void,
): void => {
  let isWaiting = false;
  const send = (events: Buffer | undefined): void => {
    if (events === undefined) onRefused();
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
