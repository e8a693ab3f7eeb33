/**
 * Receives the answer to an authorization request on a loopback address (RFC 8252 §7.3), until one answer with the right `state`
 * arrives. Listens on the loopback interface only.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ConfigurationError } from './configuration-error.ts';

export interface Loopback {
  /** With the port that is listened on. */
  readonly redirectUri: string;
  /** The address of the answer, with its parameters. The browser waits for its page until `close`. */
  readonly answer: Promise<URL>;
  /** Sends the page that says whether the person is signed in, and stops to listen. Never rejects. */
  close(isSignedIn: boolean): Promise<void>;
}

const HOSTS: Readonly<Record<string, string>> = { '127.0.0.1': '127.0.0.1', '[::1]': '::1' };

/** A browser that does not read its page delays the program by so many milliseconds at most. */
const PAGE_MILLISECONDS = 2000;

/** A page of this process. It loads nothing, and nothing may frame it. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  connection: 'close',
} as const;

const send = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, HEADERS);
  response.end(`<!doctype html><html lang="en"><title>Sign-in</title><p>${text}</p></html>`);
};

const SIGNED_IN = 'The sign-in is complete. You can close this window and return to the program.';
const REFUSED = 'The sign-in was refused. You can close this window and return to the program.';
const FAILED = 'The sign-in failed. Return to the program. It says what went wrong.';

const isSame = (given: string | null, expected: string): boolean => {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
};

/** The answer in a request. A page of another site knows no `state`; a name that leads to loopback is another `Host`. */
const answerIn = ({ method, url = '', headers }: IncomingMessage, redirect: URL, state: string): URL | undefined => {
  if (method !== 'GET' || headers.host !== redirect.host || !URL.canParse(url, redirect.origin)) return undefined;
  const found = new URL(url, redirect.origin);
  if (found.origin !== redirect.origin || found.pathname !== redirect.pathname) return undefined;
  return isSame(found.searchParams.get('state'), state) ? found : undefined;
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
  const waiting = new Map<ServerResponse, URL>();
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const found = answerIn(request, url, state);
    if (!found) {
      send(response, 404, 'Nothing is here.');
      return;
    }
    waiting.set(response, found);
    answered(found);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(url.port), address, resolve);
  });
  url.port = String((server.address() as { readonly port: number }).port);
  return {
    redirectUri: url.href,
    answer,
    async close(isSignedIn) {
      server.close();
      const pages = [...waiting].map(([response, found]) => {
        if (response.closed) return undefined;
        const closed = new Promise((resolve) => response.once('close', resolve));
        send(response, 200, isSignedIn ? SIGNED_IN : found.searchParams.has('error') ? REFUSED : FAILED);
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
