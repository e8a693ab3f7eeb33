/**
 * Receives the answer to an authorization request on a loopback address (RFC 8252 §7.3). Listens on 127.0.0.1 only, at a port
 * that the system chooses, until one answer with the right `state` arrives. Keeps nothing of the answer.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CommandError } from '../command.ts';

export interface Loopback {
  readonly redirectUri: string;
  /** The address of the answer, with its parameters. Throws CommandError when none arrives in time. */
  answer(): Promise<URL>;
  close(): void;
}

const PATH = '/callback';
const PATIENCE_MILLISECONDS = 300_000;

/** Only our own page, with nothing in it that a browser would load or send on. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  Connection: 'close',
} as const;

export const openLoopback = async (state: string, patience: number = PATIENCE_MILLISECONDS): Promise<Loopback> => {
  let settle: ((answer: URL | undefined) => void) | undefined;
  const answered = new Promise<URL | undefined>((resolve) => {
    settle = resolve;
  });
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const { port } = server.address() as { readonly port: number };
    const url = answerIn(request, port, state);
    if (!url) {
      send(response, 404, 'Nothing is here.');
      return;
    }
    const isRefused = url.searchParams.has('error');
    const text = isRefused ? 'The sign-in was refused.' : 'The sign-in is complete.';
    // Ends the wait only once the browser has its page.
    response.once('close', () => settle?.(url));
    send(response, 200, `${text} You can close this window and return to the command line.`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { readonly port: number };
  const timer = setTimeout(() => settle?.(undefined), patience);
  return {
    redirectUri: `http://127.0.0.1:${port}${PATH}`,
    async answer() {
      const url = await answered;
      if (url) return url;
      throw new CommandError('No answer came from the browser.', { hint: 'Run the command again.' });
    },
    close() {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
    },
  };
};

/** The answer in a request. A page of another site knows neither `state` nor can it send our `Host` by a name of its own. */
const answerIn = ({ method, url = '', headers }: IncomingMessage, port: number, state: string): URL | undefined => {
  const host = `127.0.0.1:${port}`;
  if (method !== 'GET' || headers.host !== host) return undefined;
  const found = URL.parse(url, `http://${host}`);
  if (found?.pathname !== PATH || found.host !== host) return undefined;
  const [given, wanted] = [Buffer.from(found.searchParams.get('state') ?? ''), Buffer.from(state)];
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? found : undefined;
};

const send = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, HEADERS);
  response.end(`<!doctype html><html lang="en"><title>Behalf</title><p>${text}</p></html>`);
};
