import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Stores answer within a deadline of their own, but a request makes several calls. A caller that waited this long is asked to
 * try again; the work under way ends as if the connection had broken. A response that has begun is left alone.
 */
const DEADLINE_MILLISECONDS = 5_000;

/** Answers requests within the deadline. The time a client takes to send a request is not included. */
export const answerInTime = (
  request: IncomingMessage,
  response: ServerResponse,
  milliseconds: number = DEADLINE_MILLISECONDS,
): void => {
  // Headers of the front guard; later ones belong to the answer that did not come: a redirect, a cookie.
  const always = new Set(response.getHeaderNames());
  const look = (): void => {
    if (response.headersSent || response.writableEnded || response.destroyed) return;
    if (!request.complete) {
      timer = setTimeout(look, milliseconds).unref();
      return;
    }
    for (const name of response.getHeaderNames()) if (!always.has(name)) response.removeHeader(name);
    response.writeHead(503, {
      'Retry-After': '1',
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
    response.end(
      JSON.stringify({
        error: 'temporarily_unavailable',
        error_description: 'the server could not answer in time; try again',
      }),
    );
  };
  let timer = setTimeout(look, milliseconds).unref();
  response.once('close', () => clearTimeout(timer));
};
