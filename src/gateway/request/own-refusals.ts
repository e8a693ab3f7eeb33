/** Refusals of the gateway itself, before or beside those of the token. */
import type { RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';

const RETRY_SECONDS = 5;

/** Error codes of the statuses that the gateway answers by itself. */
const ERRORS: Readonly<Record<number, string>> = {
  403: 'access_denied',
  404: 'not_found',
  408: 'request_timeout',
  500: 'server_error',
  502: 'bad_gateway',
  503: 'temporarily_unavailable',
  504: 'gateway_timeout',
};

export type OwnRefusal = {
  readonly status: number;
  /** Stable code. */
  readonly reason: string;
  /** One sentence for the developer of the client. */
  readonly description: string;
  readonly headers?: RefusalAnswer['headers'];
};

/** The answer, in the form of the denial profile. */
export const ownAnswer = ({ status, reason, description, headers = [] }: OwnRefusal): RefusalAnswer => ({
  status,
  headers: [
    ['content-type', 'application/json'],
    ['cache-control', 'no-store'],
    ...(status === 503 ? ([['retry-after', String(RETRY_SECONDS)]] as const) : []),
    ...headers,
  ],
  body: JSON.stringify({
    error: ERRORS[status] ?? 'invalid_request',
    error_description: description,
    denial: { layer: 'gateway', reason },
  }),
});
