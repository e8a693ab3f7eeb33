/**
 * Client of the management API, with a key file (key-file-access.ts) or as the account that signed in (sign-in/). Turns refusals into texts that say what to do next.
 */
import { managementApiOf } from '../domain/vocabulary/management-api.ts';
import { type Access, type Json, jsonOf } from './access.ts';
import { CommandError } from './command.ts';
import type { KeyFile } from './key-file.ts';
import { keyFileAccess } from './key-file-access.ts';
import {
  addressOf,
  type ChangeOperation,
  type GetOperation,
  type Given,
  type OperationId,
  type OperationsWith,
  type Query,
  type Target,
} from './operations.ts';

export type { Json } from './access.ts';
export type Reply = { readonly body: Json; readonly etag: string | undefined };

const PATIENCE_MILLISECONDS = 60_000;

export interface ManagementClient {
  /** Of the key file, or of the context. */
  readonly issuer: string;

  /** The client that calls: of the key file, or the command line's. */
  readonly clientId: string;

  /**
   * Calls an operation: a POST sends `body`, or an empty one. `etag` becomes `If-Match`. Like every method here, throws
   * CommandError for a refusal.
   */
  run<Id extends OperationId>(
    operation: Id,
    ...given: Given<Target<Id> & { readonly body?: unknown; readonly etag?: string | undefined }>
  ): Promise<Reply>;

  /** Reads the object and changes it. The server refuses the change if another caller changed the object in between. */
  change<Id extends ChangeOperation>(operation: Id, target: Target<Id>, body: unknown): Promise<Reply>;

  /** Items of a list over as many pages as needed, at most `limit`. `onPage` gets each page before its items. */
  items<Id extends GetOperation>(
    operation: Id,
    target: Target<Id>,
    limit?: number,
    onPage?: (page: Json) => void,
  ): AsyncGenerator<Json, void, unknown>;

  /** Posts lines of NDJSON under an idempotency key, and returns the lines of the response. */
  lines(operation: OperationsWith<'POST', never>, lines: readonly string[], key: string): Promise<readonly Json[]>;

  /** The response body as a stream: of a GET, or of a POST with a body. */
  stream(
    operation: OperationsWith<string, never> | 'getTransactionEvidence' | 'getReviewEvidence',
    given: { readonly id?: string; readonly query?: Query; readonly body?: unknown },
  ): Promise<ReadableStream<Uint8Array>>;
}

type Options = {
  readonly request?: typeof fetch;
  /** Returns the secret of a new proof, for each call that changes something. */
  readonly localProof?: (() => string) | undefined;
};

export const managementClient = (keyFile: KeyFile, options: Options = {}): ManagementClient =>
  managementClientOf(keyFileAccess(keyFile), options);

export const managementClientOf = (access: Access, { request = fetch, localProof }: Options = {}): ManagementClient => {
  const { issuer, clientId } = access;
  const resource = managementApiOf(issuer);

  const send = async (url: string, init: RequestInit, isStream = false): Promise<Response> => {
    // The deadline covers the beginning of a stream only: a stream lasts as long as it needs.
    const late = new AbortController();
    const timer = isStream ? setTimeout(() => late.abort(), PATIENCE_MILLISECONDS) : undefined;
    const signal = isStream ? late.signal : AbortSignal.timeout(PATIENCE_MILLISECONDS);
    try {
      // Follows no redirect: it would send the token or the assertion to a host that another party chooses.
      return await request(url, { ...init, redirect: 'error', signal });
    } catch (error) {
      throw unreachable(issuer, error);
    } finally {
      clearTimeout(timer);
    }
  };

  const call = async (
    method: string,
    path: string,
    options: {
      readonly body?: unknown;
      readonly etag?: string | undefined;
      readonly lines?: readonly string[];
      readonly key?: string;
      readonly isStream?: boolean;
    } = {},
  ): Promise<Response> => {
    const url = `${resource}${path}`;
    const initOf = async (): Promise<RequestInit> => ({
      method,
      headers: {
        ...(await access.headers(method, url, send)),
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.lines === undefined ? {} : { 'content-type': 'application/x-ndjson' }),
        ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
        ...(options.etag === undefined ? {} : { 'if-match': options.etag }),
        ...(method === 'GET' || localProof === undefined ? {} : { 'behalf-local-proof': localProof() }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.lines === undefined ? {} : { body: `${options.lines.join('\n')}\n` }),
    });
    let response = await send(url, await initOf(), options.isStream);
    if (access.repeats?.(response)) response = await send(url, await initOf(), options.isStream);
    if (response.ok) return response;
    throw refusal(response, await jsonOf(response), access);
  };

  const ask = async (
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly etag?: string | undefined },
  ): Promise<Reply> => {
    const response = await call(method, path, options);
    return { body: await jsonOf(response), etag: response.headers.get('etag') ?? undefined };
  };

  const run: ManagementClient['run'] = (operation, ...[given]) => {
    const { body, etag, ...target } = { body: undefined, etag: undefined, ...given };
    const { method, path } = addressOf(operation, target);
    return ask(method, path, { body: method === 'POST' ? (body ?? {}) : body, etag });
  };

  return {
    issuer,
    clientId,
    run,

    change: async (operation, target, body) => {
      const { path } = addressOf(operation, target);
      const { etag } = await ask('GET', path);
      return ask('PATCH', path, { body, etag });
    },

    async *items(operation, target, limit = Number.POSITIVE_INFINITY, onPage) {
      let cursor: string | undefined;
      let left = limit;
      do {
        const query = { ...target.query, limit: String(Math.min(left, 100)), cursor };
        const { body } = await run(operation, { ...target, query });
        onPage?.(body);
        for (const item of Array.isArray(body['items']) ? (body['items'] as Json[]) : []) {
          if (left <= 0) return;
          left -= 1;
          yield item;
        }
        cursor = typeof body['next'] === 'string' ? body['next'] : undefined;
      } while (cursor !== undefined && left > 0);
    },

    lines: async (operation, lines, key) => {
      const response = await call('POST', addressOf(operation, {}).path, { lines, key });
      const answered = (await response.text()).split('\n').filter((line) => line !== '');
      return answered.map((line) => JSON.parse(line) as Json);
    },

    stream: async (operation, { id, query = {}, body: sent }) => {
      const { method, path } = addressOf(operation, { ...(id === undefined ? {} : { id }), query });
      const { body } = await call(method, path, { isStream: true, body: sent });
      if (!body) throw new CommandError('The server sent nothing.', { hint: 'Try again.' });
      return body;
    },
  };
};

const ABSENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Why there is no response: no server is reachable, or the connection is not trustworthy. */
const unreachable = (issuer: string, error: unknown): CommandError => {
  const { cause } = error as { readonly cause?: { readonly code?: unknown; readonly message?: unknown } };
  const reason = cause?.message ?? (error as { readonly message?: unknown }).message;
  if (cause === undefined || ABSENT.includes(String(cause.code))) {
    return new CommandError(`No server answers at ${issuer}.`, {
      hint: 'Start it with `npm start`, or name the key file of another server with --key-file FILE.',
      cause: error,
    });
  }
  return new CommandError(`The connection to ${issuer} failed: ${reason}.`, {
    hint: /CERT|SIGNED|ISSUER/.test(String(cause.code))
      ? 'If the certificate is from an authority of your own, name that in a file with NODE_EXTRA_CA_CERTS.'
      : 'Check that the issuer leads to this server from here, proxies included.',
    cause: error,
  });
};

/** A problem (RFC 9457) as text: the invalid members first, then what to do. */
const refusal = (response: Response, problem: Json, access: Access): CommandError => {
  const said = (name: string): string | undefined => (typeof problem[name] === 'string' ? problem[name] : undefined);
  const errors = Array.isArray(problem['errors']) ? (problem['errors'] as Json[]) : [];
  const faults = errors.map(({ pointer, parameter, detail }) => ({
    member: String(pointer ?? parameter),
    detail: String(detail),
  }));
  const text = said('detail') ?? said('title') ?? `The server answered HTTP ${response.status}.`;
  const fields = faults.map(({ member, detail }) => `${member}: ${detail}`);
  return new CommandError(fields.length === 0 ? text : fields.join('\n'), {
    faults,
    isGeneral: true,
    hint: hintFor(response, access, said('instance')?.replace('urn:behalf:request:', '')),
    status: response.status,
  });
};

const STEP_UP =
  'Run it on the server’s machine, as the user the server runs as, with --local and the administrator’s key file; or call the API with a token of an administrator who just signed in with a second factor (acr_values=urn:behalf:acr:multi-factor, max_age=300).';

const hintFor = (response: Response, { who }: Access, request: string | undefined): string => {
  const challenge = response.headers.get('www-authenticate') ?? '';
  switch (response.status) {
    case 400:
    case 422:
      return 'Correct the value and try again; --help says what each option takes.';
    case 401:
      if (challenge.includes('insufficient_user_authentication')) {
        return who === undefined ? STEP_UP : 'Sign in with a second factor: behalf login --write --step-up';
      }
      if (who !== undefined) return 'Sign in again: behalf login';
      return 'The token was not accepted: check that the key file belongs to this server.';
    case 403:
      if (who !== undefined) {
        return challenge.includes('insufficient_scope')
          ? 'This sign-in only has the scopes that you allowed. Ask for more: behalf login --write'
          : `${who} may not do that. An account with the role can: behalf login`;
      }
      return 'This client may not do that. Use the administrator’s key file: --key-file DATA/administrator.json.';
    case 404:
      return 'Check the id with the `list` command.';
    case 409:
      return 'Look at it with the `show` command, then decide.';
    case 412:
      return 'Another caller changed it at the same time. Look at it with the `show` command and try again.';
    case 429:
    case 503:
      return `Try again${response.headers.get('retry-after') ? ` in ${response.headers.get('retry-after')} seconds` : ' later'}.`;
    default:
      return `See the server’s log${request === undefined ? '' : ` for request ${request}`}.`;
  }
};
