import { unavailable } from './refusal.ts';

/** The part of `fetch` that this package uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `fetch` of the platform. */
export const platformFetch: Fetch = (url, init) => fetch(url, init);

/** Documents of an authorization server are far smaller. */
const MOST_BYTES = 512 * 1024;

export interface HttpClient {
  /**
   * The JSON object at a URL. Of `statuses` only 200 has a body. Any other status, or a body that is no object, throws Refusal (503).
   */
  json(
    url: string,
    init?: RequestInit,
    statuses?: readonly number[],
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
  /** The text at a URL. Any status but 200 throws Refusal (503). */
  text(url: string, init: RequestInit): Promise<string>;
}

const bodyOf = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

/** Requests to the authorization server: no redirects, a time limit, a size limit. */
export const httpClient = (fetchIt: Fetch, timeoutSeconds: number): HttpClient => {
  const answerOf = async (url: string, init: RequestInit, statuses: readonly number[]) => {
    const response = await fetchIt(url, {
      ...init,
      // A redirect could lead a credential, or the trust in a key, to another host. workerd knows no `error`.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const text = await bodyOf(response);
    if (!statuses.includes(response.status)) throw new Error(`status ${response.status}`);
    return { status: response.status, text };
  };
  const failed = (url: string, error: unknown) =>
    unavailable('server_unreachable', `${url}: ${String((error as Error)?.message ?? error)}`);

  return {
    async json(url, init = {}, statuses = [200]) {
      try {
        const headers = { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) };
        const { status, text } = await answerOf(url, { ...init, headers }, statuses);
        // Refusals of some endpoints are texts for people.
        if (status !== 200) return { status, body: {} };
        const body: unknown = JSON.parse(text);
        if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error('no JSON object');
        return { status, body: body as Readonly<Record<string, unknown>> };
      } catch (error) {
        throw failed(url, error);
      }
    },

    async text(url, init) {
      try {
        return (await answerOf(url, init, [200])).text;
      } catch (error) {
        throw failed(url, error);
      }
    },
  };
};
