import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Each call to a store has a deadline, but a request makes several calls. After this time the caller gets an answer to try
 * again. The work under way goes on as after a broken connection. Does not interrupt a response that has begun.
 */
const DEADLINE_MILLISECONDS = 5_000;

/** Answers requests within the deadline. It does not include the time in which the client sends the request. */
export const answerInTime = (
  request: IncomingMessage,
  response: ServerResponse,
  milliseconds: number = DEADLINE_MILLISECONDS,
): void => {
  const always = response.getHeaderNames();
  const look = (): void => {
    if (response.headersSent || response.writableEnded || response.destroyed) return;
    if (!request.complete) {
      timer = setTimeout(look, milliseconds).unref();
      return;
    }
    answerUnavailable(response, { always, description: 'the server could not answer in time; try again' });
  };
  let timer = setTimeout(look, milliseconds).unref();
  response.once('close', () => clearTimeout(timer));
};

/**
 * Answers 503, and ignores what comes later. `always`: names of the headers to keep. Others belong to the response that did not come: a
 * redirect, a cookie.
 */
export const answerUnavailable = (
  response: ServerResponse,
  { always, description }: { readonly always: readonly string[]; readonly description: string },
): void => {
  for (const name of response.getHeaderNames()) if (!always.includes(name)) response.removeHeader(name);
  response.writeHead(503, {
    'Retry-After': '1',
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify({ error: 'temporarily_unavailable', error_description: description }));
  ignoreHeaders(response);
};

/**
 * Node throws for a header that comes after the headers were sent, and takes it without an error when the connection is broken.
 * oidc-provider and the cookies of Koa set headers without asking first: an error there would end the work half-done, and report a
 * failure in place of a deadline.
 */
const ignoreHeaders = (response: ServerResponse): void => {
  const ignored = (): ServerResponse => response;
  Object.assign(response, { setHeader: ignored, setHeaders: ignored, appendHeader: ignored, removeHeader: ignored });
};
