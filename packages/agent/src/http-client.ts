import { abortable, NEVER } from './clock.ts';
import { isSafeUrl } from './safe-url.ts';

/** The part of `fetch` that this package uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `fetch` of the platform. */
export const platformFetch: Fetch = (url, init) => fetch(url, init);

/** Documents and answers of an authorization server are far smaller. */
const MOST_BYTES = 512 * 1024;

const chunksOf = async ({ body }: Response, signal: AbortSignal): Promise<readonly Uint8Array[]> => {
  const chunks: Uint8Array[] = [];
  if (body === null) return chunks;
  const reader = body.getReader();
  try {
    for (let size = 0; ; ) {
      const { done, value } = await abortable(reader.read(), signal);
      if (done) return chunks;
      size += value.byteLength;
      if (size > MOST_BYTES) throw new TypeError(`the answer has more than ${MOST_BYTES} bytes`);
      chunks.push(value);
    }
  } catch (error) {
    // Frees the connection of an answer that is too long, or too slow.
    reader.cancel().catch(() => undefined);
    throw error;
  }
};

const bytesOf = async (response: Response, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks = await chunksOf(response, signal);
  const size = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
};

/**
 * The JSON of an answer; undefined for anything else, for more than a document of an authorization server has, and for a body that
 * has not ended when the signal aborts.
 */
export const smallJson = async (response: Response, signal: AbortSignal): Promise<unknown> => {
  try {
    return JSON.parse(new TextDecoder().decode(await bytesOf(response, signal)));
  } catch {
    return undefined;
  }
};

/** Requests to the authorization server: https or loopback only, a size limit, and no redirect that could lead a credential away. */
export const guardedFetch = (fetchIt: Fetch): Fetch => {
  return async (url, init) => {
    if (!isSafeUrl(url)) throw new TypeError(`${new URL(url).origin} is not https, nor http on loopback`);
    const response = await fetchIt(url, { ...init, redirect: 'manual' });
    const { status, headers } = response;
    const body = await bytesOf(response, init.signal ?? NEVER);
    return new Response(body.byteLength === 0 ? null : body, { status, headers });
  };
};
