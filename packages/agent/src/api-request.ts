/** A request to an API that can be sent again, and what a refusal of the API says in its headers. */
import { type Challenge, challengesIn } from './challenges.ts';
import { ConfigurationError } from './configuration-error.ts';
import { isSafeUrl } from './safe-url.ts';

/** A request that can be sent again. */
export type Sendable = {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | null;
};

/** Methods that have the same effect twice as once (RFC 9110 §9.2.2). */
export const REPEATABLE = /^(?:GET|HEAD|OPTIONS|PUT|DELETE)$/;

export const sendableOf = async (url: string | URL, init: RequestInit): Promise<Sendable> => {
  if (!isSafeUrl(String(url))) throw new ConfigurationError('url', 'give a URL with https, or with http on loopback');
  const request = new Request(url, { ...init, ...(init.body instanceof ReadableStream ? { duplex: 'half' } : {}) });
  const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const headers = new Headers(request.headers);
  // Of the agent alone: a token of the program would be sent beside it, or in its place.
  headers.delete('authorization');
  headers.delete('dpop');
  return { url: new URL(url), method: request.method, headers, body: bytes };
};

export const isWithin = (scopes: readonly string[], most: readonly string[]): boolean =>
  scopes.every((one) => most.includes(one));

/** What an API says, whether in a challenge or in the body (denial profile). */
export type Said = {
  readonly error: string | undefined;
  readonly challenge: Challenge | undefined;
  readonly challenges: readonly Challenge[];
};

export const saidBy = (response: Response): Said => {
  const challenges = challengesIn(response.headers.get('www-authenticate'));
  const challenge = challenges.find(({ parameters }) => parameters['error'] !== undefined);
  return { error: challenge?.parameters['error'], challenge, challenges };
};

/** Frees the connection. A body that does not end is not waited for. */
export const discard = ({ body }: Response): void => {
  body?.cancel().catch(() => undefined);
};
