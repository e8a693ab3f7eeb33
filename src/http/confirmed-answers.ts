/**
 * Answers from the store only while the store is confirmed: asked before a request begins, and again when its response is sent. So
 * a process that was stopped in between sends no answer from before. Waits for a confirmation that is a little late.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { lastingProblem, type StoreConfirmation } from '../domain/ports/store-confirmation.ts';
import { answerUnavailable } from './request-deadline.ts';

/** Paths whose answer no store decides. */
const WITHOUT_STORE = /^\/(?:assets\/|\.well-known\/)/;
/** A kill only takes authority away, and is latched here while the store takes no writes (decision D24). So it needs less. */
const KILLS = /^\/api\/v1\/kills(?:\?|$)/;
const PROMOTED = 'PostgreSQL was promoted while this was answered: try again';

type Refused = (when: 'before' | 'after') => void;

/** Calls `handle`, or answers 503. `refused`: called for each response with 503. */
export const answerConfirmed = (
  request: IncomingMessage,
  response: ServerResponse,
  confirmation: StoreConfirmation,
  { handle, refused }: { readonly handle: () => void; readonly refused: Refused },
): void => {
  const target = request.url ?? '';
  if (WITHOUT_STORE.test(target)) {
    handle();
    return;
  }
  const isKill = request.method === 'POST' && KILLS.test(target);
  const problem = (): string | undefined => (isKill ? confirmation.changeProblem() : confirmation.problem());
  const begin = (): void => {
    guardResponse(response, confirmation, { problem, isAnyEpoch: isKill, refused });
    handle();
  };
  const beginLater = async (): Promise<void> => {
    const description = await lastingProblem({ problem, retry: () => confirmation.retry() });
    if (response.destroyed || response.writableEnded) return;
    if (description === undefined) begin();
    else {
      refused('before');
      answerUnavailable(response, { always: response.getHeaderNames(), description });
    }
  };
  if (problem() === undefined) begin();
  else void beginLater();
};

/**
 * Sends the response only if it may still go. What is written while a confirmation is late waits for it, in its order, so that a stream is
 * not broken off. `isAnyEpoch`: also when another server took over since.
 */
const guardResponse = (
  response: ServerResponse,
  confirmation: StoreConfirmation,
  rules: { readonly problem: () => string | undefined; readonly isAnyEpoch: boolean; readonly refused: Refused },
): void => {
  const { problem, isAnyEpoch, refused } = rules;
  const always = response.getHeaderNames();
  const epoch = confirmation.epoch();
  const { write, end } = response;
  const isOfEpoch = (): boolean => isAnyEpoch || confirmation.epoch() === epoch;
  /** A response with 5xx says nothing from the store. */
  const mayGo = (): boolean => response.statusCode >= 500 || (isOfEpoch() && problem() === undefined);
  const refuse = (): void => {
    if (response.writableEnded || response.destroyed) return;
    refused('after');
    Object.assign(response, { write, end });
    if (response.headersSent) response.destroy();
    else {
      answerUnavailable(response, { always, description: problem() ?? PROMOTED });
      // The handler goes on, and its response is complete.
      Object.assign(response, { write: () => true, end: () => response });
    }
  };
  const waiting: (readonly [send: typeof write | typeof end, given: readonly unknown[]])[] = [];
  const sendLater = async (): Promise<void> => {
    if (isOfEpoch()) await confirmation.retry();
    const waited = waiting.splice(0);
    if (response.writableEnded || response.destroyed) return;
    if (!mayGo()) return refuse();
    for (const [send, given] of waited) Reflect.apply(send, response, given);
    if (!response.writableEnded && !response.writableNeedDrain) response.emit('drain');
  };
  const sending =
    (send: typeof write | typeof end, meanwhile: unknown) =>
    (...given: readonly unknown[]): unknown => {
      const isError = response.statusCode >= 500;
      if (isError || (waiting.length === 0 && mayGo())) return Reflect.apply(send, response, given);
      waiting.push([send, given]);
      if (waiting.length === 1) void sendLater();
      return meanwhile;
    };
  Object.assign(response, { write: sending(write, false), end: sending(end, response) });
};
