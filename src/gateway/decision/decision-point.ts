/** Requests to the AuthZEN endpoints of the authorization server, with the credential of the resource server. */
import { type Fetch, httpClient } from '../../../packages/resource-server/src/http-client.ts';
import { authenticator } from '../../../packages/resource-server/src/introspection.ts';
import { type Endpoint, issuerMetadata } from '../../../packages/resource-server/src/issuer-metadata.ts';
import { unavailable } from '../../../packages/resource-server/src/refusal.ts';
import type { GatewayCredential } from '../configuration/configuration.ts';
import { isJsonObject, type JsonObject } from '../request/json-content.ts';

export type PointAnswer = {
  readonly status: number;
  /** Empty where the answer is no JSON object. */
  readonly body: JsonObject;
  /** Seconds of `Retry-After`. */
  readonly retryAfter: number | undefined;
};

export interface DecisionPoint {
  /** Sends JSON to a named endpoint. Throws Refusal (503) if there is no answer, or one of status 401, 403, 429 or 5xx. */
  post(endpoint: Endpoint, body: JsonObject, headers?: Readonly<Record<string, string>>): Promise<PointAnswer>;
  /** Reads the task of an access request. A URL of another origin than the server's throws Refusal (503). Any status but 5xx is answered. */
  read(url: string): Promise<PointAnswer>;
}

type Connection = {
  readonly issuer: string;
  readonly credential: GatewayCredential;
  readonly fetch: Fetch;
  readonly now: () => number;
};

const TIMEOUT_SECONDS = 5;
const MOST_BYTES = 512 * 1024;

const textOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const objectOf = (text: string): JsonObject => {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
};

export const decisionPoint = ({ issuer, credential, fetch: fetchIt, now }: Connection): DecisionPoint => {
  const metadata = issuerMetadata(issuer, {}, httpClient(fetchIt, TIMEOUT_SECONDS), now);
  const authenticate = authenticator(credential, { issuer, clock: now });
  const { origin } = new URL(issuer);

  const ask = async (url: string, init: RequestInit & { readonly headers: Record<string, string> }) => {
    const { authorization } = await authenticate();
    let answer: PointAnswer;
    try {
      const response = await fetchIt(url, {
        ...init,
        headers: { ...init.headers, authorization, accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
      });
      const seconds = response.headers.get('retry-after') ?? '';
      const retryAfter = /^\d{1,6}$/.test(seconds) ? Number(seconds) : undefined;
      answer = { status: response.status, body: objectOf(await textOf(response)), retryAfter };
    } catch (error) {
      throw unavailable('server_unreachable', `${url}: ${String((error as Error)?.message ?? error)}`);
    }
    if (answer.status >= 500) throw unavailable('server_unreachable', `${url}: status ${answer.status}`);
    return answer;
  };

  return {
    async post(name, body, headers = {}) {
      const url = await metadata.endpoint(name);
      const answer = await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      if (answer.status === 401 || answer.status === 403 || answer.status === 429) {
        throw unavailable('decision_unavailable', `${url}: status ${answer.status}`);
      }
      return answer;
    },
    read(url) {
      // It came from an answer, and gets a credential.
      if (!URL.canParse(url) || new URL(url).origin !== origin) {
        throw unavailable('task_elsewhere', 'the task of an access request is not at the authorization server');
      }
      return ask(url, { method: 'GET', headers: {} });
    },
  };
};
