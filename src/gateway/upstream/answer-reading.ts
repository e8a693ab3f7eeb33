/** Reads what an MCP server answers: before it passes, or beside that. Owns which answers have messages, and the bound of what is read. */
import type { IncomingMessage } from 'node:http';
import { type ListAnswer, MOST_LIST_BYTES, type ToolLists, type Unread } from '../decision/tool-lists.ts';
import type { OwnRefusal } from '../request/own-refusals.ts';
import type { ByteBudget } from './byte-budget.ts';
import { eventScreen } from './event-screen.ts';

export type AnswerReading = {
  /**
   * `whole`: before any of it passes. `events`: the same, and each event of a stream, which may be endless, by itself. `beside`: it
   * passes as it comes.
   */
  readonly how: 'whole' | 'events' | 'beside';
  /** Why it may not pass. */
  readonly read: (answer: ListAnswer) => OwnRefusal | undefined;
  readonly unread: (why: Unread) => OwnRefusal | undefined;
};

/** How the answer to a request is read. `isList`: the request asks for the tools. */
export const readingOf = (lists: ToolLists, isList: boolean): AnswerReading => ({
  how: lists.isHeld ? (isList ? 'whole' : 'events') : 'beside',
  read: isList ? lists.refusalOf : lists.refusalOfOther,
  unread: lists.refusalOfUnread,
});

export const typeOf = ({ headersDistinct }: IncomingMessage): Omit<ListAnswer, 'body'> => ({
  contentType: (headersDistinct['content-type'] ?? []).join(', '),
  encoding: (headersDistinct['content-encoding'] ?? []).join(', '),
});

/** Whether a client reads events from an answer. With a second type, it is read as a whole, and does not pass. */
const isStream = (answer: IncomingMessage): boolean =>
  /^text\/event-stream\s*(?:;[^,]*)?$/i.test(typeOf(answer).contentType);

export const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300;

/** Whether a client reads messages from the content of an answer. */
const hasMessages = (answer: IncomingMessage): boolean =>
  isSuccess(answer) && /json|event-stream/i.test(typeOf(answer).contentType);

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Text of a status line (RFC 9112 §4). */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether its status line can be sent on. Node reads others, too, and throws when it has to write one. */
export const isHttp = ({ statusCode = 0, statusMessage = '' }: IncomingMessage): boolean =>
  statusCode >= 200 && REASON.test(statusMessage);

/** Whether a client may follow an answer to another server. */
export const isRedirect = ({ statusCode = 0, headers }: IncomingMessage): boolean =>
  REDIRECTS.has(statusCode) && headers.location !== undefined;

/** Whether an answer is read as a whole before any of it passes. */
export const isReadWhole = ({ how }: AnswerReading, answer: IncomingMessage): boolean =>
  how === 'whole' || (how === 'events' && hasMessages(answer) && !isStream(answer));

/** Whether each event of an answer is read before it passes. */
export const isReadByEvents = ({ how }: AnswerReading, answer: IncomingMessage): boolean =>
  how === 'events' && isStream(answer);

/** Reads some events after others. Returns whether they may pass, and calls `onRefused` if not. */
export const eventReader = (
  { read }: AnswerReading,
  answer: IncomingMessage,
  onRefused: (refusal: OwnRefusal) => void,
): ((events: Buffer) => boolean) => {
  let isContinued = false;
  return (body) => {
    const refusal = read({ ...typeOf(answer), body, isContinued });
    isContinued = true;
    if (refusal) onRefused(refusal);
    return refusal === undefined;
  };
};

export const TOO_MUCH: Unread = 'more than the gateway reads';

/** Holds what was read of an answer that is no stream. */
const wholeReader = (reading: AnswerReading, answer: IncomingMessage, budget: ByteBudget) => {
  let chunks: Buffer[] = [];
  let size = 0;
  const close = (): void => {
    budget.give(size);
    [chunks, size] = [[], 0];
  };
  return {
    close,
    /** False: it is too much. */
    add(chunk: Buffer): boolean {
      if (size + chunk.byteLength > MOST_LIST_BYTES || !budget.take(chunk.byteLength)) return false;
      size += chunk.byteLength;
      chunks.push(chunk);
      return true;
    },
    rest(): void {
      const body = Buffer.concat(chunks);
      close();
      if (body.byteLength > 0) reading.read({ ...typeOf(answer), body });
    },
  };
};

/** Reads an answer that passes in any case. What is more than the gateway reads is logged instead. */
export const readBeside = (reading: AnswerReading, answer: IncomingMessage, budget: ByteBudget): void => {
  if (!hasMessages(answer)) return;
  const events =
    isStream(answer) &&
    eventScreen(
      eventReader(reading, answer, () => undefined),
      { most: MOST_LIST_BYTES, budget },
    );
  const held = events || wholeReader(reading, answer, budget);
  let isOver = false;
  answer.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const added = held.add(chunk);
    if (added !== false && added !== 'too_much') return;
    isOver = true;
    held.close();
    reading.unread(TOO_MUCH);
  });
  answer.on('end', () => {
    if (!isOver) held.rest();
  });
  answer.on('close', held.close);
};
