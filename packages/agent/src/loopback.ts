/**
 * Receives the answer to an authorization request on a loopback address (RFC 8252 §7.3), until one answer with the right `state`
 * arrives. Listens on the loopback interface only. Other requests change nothing: each gets 404, and has bounds of size and time.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ConfigurationError } from './configuration-error.ts';
import { type Ending, languageOf, sendPage } from './loopback-page.ts';

export interface Loopback {
  /** With the port that is listened on. */
  readonly redirectUri: string;
  /** The address of the answer, with its parameters. The browser waits for its page until `close`. */
  readonly answer: Promise<URL>;
  /** Sends the page that says how the sign-in ended, and stops to listen. Never rejects. */
  close(ending: Ending): Promise<void>;
}

const HOSTS: Readonly<Record<string, string>> = { '127.0.0.1': '127.0.0.1', '[::1]': '::1' };

/** A browser that does not read its page delays the program by so many milliseconds at most. */
const PAGE_MILLISECONDS = 2000;
/** In which a request has to arrive whole. */
const REQUEST_MILLISECONDS = 10_000;
/** Browsers send the cookies of all programs on 127.0.0.1. */
const MOST_HEADER_BYTES = 64 * 1024;
/** Connections at the same time. The oldest that has sent nothing ends for one more, so that slow ones never keep the browser out. */
const MOST_CONNECTIONS = 32;

const isSame = (given: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
};

/** The answer in a request. A page of another site knows no `state`; a name that leads to loopback is another `Host`. */
const answerIn = (
  { method, url = '', headersDistinct }: IncomingMessage,
  redirect: URL,
  state: string,
): URL | undefined => {
  const { host = [] } = headersDistinct;
  // A browser leaves out the port of the scheme.
  const hosts = redirect.port === '' ? [redirect.host, `${redirect.host}:80`] : [redirect.host];
  // An address of two slashes or a whole URL is another path than the registered one.
  if (method !== 'GET' || host.length !== 1 || !hosts.includes(host[0] ?? '') || !url.startsWith('/')) return undefined;
  const [path = ''] = url.split('?', 1);
  const found = new URL(redirect.origin);
  if (path !== redirect.pathname) return undefined;
  found.pathname = path;
  found.search = url.slice(path.length);
  const given = found.searchParams.getAll('state');
  return given.length === 1 && isSame(given[0] ?? '', state) ? found : undefined;
};

/** Throws ConfigurationError for a redirect URI that is not on a literal loopback address. */
const checkedRedirect = (registered: string): { readonly url: URL; readonly address: string } => {
  const url = URL.canParse(registered) ? new URL(registered) : undefined;
  const address = url && HOSTS[url.hostname];
  if (url?.protocol === 'http:' && address !== undefined && url.search === '' && url.hash === '')
    return { url, address };
  throw new ConfigurationError(
    'redirectUri',
    'give an address like http://127.0.0.1/callback, as registered (RFC 8252 §7.3)',
  );
};

/** Listens on the port of the redirect URI, or on one that the system chooses if it names none. */
export const openLoopback = async (registered: string, state: string): Promise<Loopback> => {
  const { url, address } = checkedRedirect(registered);
  let answered: (answer: URL) => void = () => undefined;
  const answer = new Promise<URL>((resolve) => {
    answered = resolve;
  });
  const waiting = new Map<ServerResponse, IncomingMessage>();
  const limits = { requestTimeout: REQUEST_MILLISECONDS, headersTimeout: REQUEST_MILLISECONDS };
  const server = createServer({ ...limits, maxHeaderSize: MOST_HEADER_BYTES }, (request, response) => {
    idle.delete(request.socket);
    const found = answerIn(request, url, state);
    if (!found) {
      sendPage(response, 'nothing', languageOf(request.headers['accept-language']));
      return;
    }
    // A browser that sends the same again gets the same page. Its parameters are not read.
    waiting.set(response, request);
    answered(found);
  });
  const idle = new Set<Socket>();
  server.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
    if (idle.size > MOST_CONNECTIONS) idle.values().next().value?.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(url.port), address, resolve);
  });
  url.port = String((server.address() as { readonly port: number }).port);
  return {
    redirectUri: url.href,
    answer,
    async close(ending) {
      server.close();
      const pages = [...waiting].map(([response, { headers }]) => {
        if (response.closed) return undefined;
        const closed = new Promise((resolve) => response.once('close', resolve));
        sendPage(response, ending, languageOf(headers['accept-language']));
        return closed;
      });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PAGE_MILLISECONDS);
      });
      await Promise.race([Promise.all(pages), late]);
      clearTimeout(timer);
      server.closeAllConnections();
    },
  };
};
