import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type Answered,
  type AskPurpose,
  type CallPurpose,
  type FetchPurpose,
  type FetchReason,
  fetchFailed,
  type PostPurpose,
} from '../../src/domain/ports/trusted-fetch.ts';
import type { Place } from './url-rules.ts';

/** The response. */
export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  readonly mediaType: string;
  readonly cacheControl: string;
  readonly etag?: string;
  readonly retryAfter?: string;
};

/** What is sent besides the address of a document. Without a method it is a POST if it has a body. */
export type Message = {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly authorization?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Purpose = FetchPurpose | PostPurpose | AskPurpose | CallPurpose;

/** Sends a request on an open connection, and closes it. */
export type Exchange = (
  socket: Duplex,
  place: Pick<Place, 'path' | 'authority'>,
  purpose: Purpose,
  signal: AbortSignal,
  message?: Message,
) => Promise<Answer>;

const MAXIMUM_BODY = 65_536;
const MAXIMUM_METADATA = 5120;
const MAXIMUM_CHALLENGE = 1024;
const MAXIMUM_HEADER_BYTES = 16_384;
const MAXIMUM_HEADERS = 100;
/** Characters: a date has 29. */
const MAXIMUM_RETRY_AFTER = 40;

const JSON_TYPES = /^application\/(?:[a-z0-9.+-]+\+)?json$/;

type Rule = {
  readonly accept: string;
  readonly types: RegExp;
  readonly maximum: number;
  /** The content type of the body, if any. */
  readonly sends?: string;
  readonly statuses: readonly number[];
  /** The body is not read. */
  readonly isUnread?: true;
  /** A body of another type is not read. */
  readonly isReadByType?: true;
  /** A failure whose body is read: it says why. */
  readonly explained?: number;
};

/** Any success status. */
const SUCCESS: readonly number[] = Array.from({ length: 100 }, (_, index) => 200 + index);

/** Any status but that of a redirect, which is refused before. */
const ANSWERED: readonly number[] = Array.from({ length: 400 }, (_, index) => 200 + index);

/** Of an answer to a call: many resources or security events. */
const MAXIMUM_CALL = 1_048_576;

const DOCUMENT: Rule = { accept: 'application/json', types: JSON_TYPES, maximum: MAXIMUM_BODY, statuses: [200] };

/** RFC 6749 §5.2: errors of a request have status 400 or 401. */
const TOKENS: Rule = { ...DOCUMENT, sends: 'application/x-www-form-urlencoded', statuses: [200, 400, 401] };

const RULES: Readonly<Record<Purpose, Rule>> = {
  jwks: { ...DOCUMENT, accept: 'application/jwk-set+json, application/json' },
  issuer_metadata: DOCUMENT,
  client_metadata: { ...DOCUMENT, maximum: MAXIMUM_METADATA },
  resource_metadata: DOCUMENT,
  decision: { ...DOCUMENT, sends: 'application/json' },
  webhook: { ...DOCUMENT, accept: '*/*', sends: 'application/json', statuses: SUCCESS, isUnread: true },
  // CIBA Core §10.2: 204 or 200 is expected, and the body is ignored.
  approval_ping: { ...DOCUMENT, accept: '*/*', sends: 'application/json', statuses: SUCCESS, isUnread: true },
  // OpenID Connect Back-Channel Logout 1.0 §2.5: only the status of the response is read.
  app_logout: {
    ...DOCUMENT,
    accept: '*/*',
    sends: 'application/x-www-form-urlencoded',
    statuses: SUCCESS,
    isUnread: true,
  },
  push: { ...DOCUMENT, accept: '*/*', sends: 'application/octet-stream', statuses: SUCCESS, isUnread: true },
  // C2SP tlog-witness names no type of a cosignature; with 409 the body is the size that the witness knows.
  witness: {
    ...DOCUMENT,
    accept: '*/*',
    types: /^(?:text\/[a-z0-9.+-]+|application\/octet-stream|)$/,
    sends: 'text/plain',
    statuses: [200, 409],
  },
  audit_webhook: { ...DOCUMENT, accept: '*/*', sends: 'application/json', statuses: SUCCESS, isUnread: true },
  audit_otlp: { ...DOCUMENT, sends: 'application/json' },
  // RFC 8935 §2.2 and §2.3: 202 without a body, or 400 with an error in JSON.
  security_event: {
    ...DOCUMENT,
    sends: 'application/secevent+jwt',
    statuses: SUCCESS,
    maximum: MAXIMUM_CHALLENGE,
    isUnread: true,
    explained: 400,
  },
  // RFC 7644 §3.1, §3.12: errors and most answers have a body in JSON, others have none.
  scim: {
    ...DOCUMENT,
    accept: 'application/scim+json, application/json',
    sends: 'application/scim+json',
    statuses: ANSWERED,
    maximum: MAXIMUM_CALL,
    isReadByType: true,
  },
  // RFC 8936 §2.5.
  signal_poll: { ...DOCUMENT, sends: 'application/json', maximum: MAXIMUM_CALL },
  webhook_challenge: { ...DOCUMENT, sends: 'application/json', maximum: MAXIMUM_CHALLENGE },
  upstream_token: TOKENS,
  client_token: TOKENS,
  // OpenID Connect Core §5.3.2: signed claims come as JWT.
  upstream_userinfo: {
    ...DOCUMENT,
    accept: 'application/json, application/jwt',
    types: /^application\/(?:jwt|(?:[a-z0-9.+-]+\+)?json)$/,
  },
};

/** HTTP/1.1 with Node's strict parser. Anything unusual about the response ends it before the body is read. */
export const exchangeOver: Exchange = (socket, { path, authority }, purpose, signal, message) =>
  new Promise((resolve, reject) => {
    const rule = RULES[purpose];
    const { accept, maximum, sends = 'application/json' } = rule;
    const content = message?.body;
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      request.destroy();
      socket.destroy();
      settle();
    };
    const fail = (reason: FetchReason, detail: string, answered?: Answered): void =>
      end(() => reject(fetchFailed(reason, detail, answered)));
    const abort = (): void => fail('timed_out', 'the time is up');
    const request = httpRequest({
      createConnection: () => socket,
      method: message?.method ?? (content === undefined ? 'GET' : 'POST'),
      path,
      setHost: false,
      headers: {
        host: authority,
        accept,
        'accept-encoding': 'identity',
        'user-agent': 'behalf',
        connection: 'close',
        ...(content === undefined ? {} : { 'content-type': sends, 'content-length': Buffer.byteLength(content) }),
        ...(message?.authorization === undefined ? {} : { authorization: message.authorization }),
        ...message?.headers,
      },
      maxHeaderSize: MAXIMUM_HEADER_BYTES,
      insecureHTTPParser: false,
    });
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', (error: NodeJS.ErrnoException) => fail('answer_not_valid', error.code ?? 'unknown'));
    request.on('close', () => fail('answer_not_valid', 'closed'));
    request.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      const objection = objectionTo(response, rule);
      const isExplained = status === rule.explained && objection?.[0] === 'status_not_ok';
      if (objection && !isExplained) {
        fail(...objection);
        return;
      }
      const isOtherType = rule.isReadByType === true && !rule.types.test(mediaTypeOf(response));
      if ((rule.isUnread && !isExplained) || isOtherType) {
        end(() => resolve({ status, body: Buffer.alloc(0), mediaType: '', cacheControl: '', ...saidIn(response) }));
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= maximum) chunks.push(chunk);
        else if (isExplained) fail('status_not_ok', `status ${status}`, { status });
        else fail('too_large', `more than ${maximum} bytes`);
      });
      response.on('error', (error: NodeJS.ErrnoException) => fail('answer_not_valid', error.code ?? 'unknown'));
      response.on('end', () => {
        if (!response.complete) return fail('answer_not_valid', 'it ended too early');
        if (isExplained) return fail('status_not_ok', `status ${status}`, { status, body: Buffer.concat(chunks) });
        const answer = {
          status,
          body: Buffer.concat(chunks),
          mediaType: mediaTypeOf(response),
          cacheControl: response.headers['cache-control'] ?? '',
          ...saidIn(response),
        };
        end(() => resolve(answer));
      });
    });
    request.end(content);
  });

const saidIn = ({ headers }: IncomingMessage): Pick<Answer, 'etag' | 'retryAfter'> => {
  const retryAfter = headers['retry-after']?.slice(0, MAXIMUM_RETRY_AFTER);
  return {
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
};

const mediaTypeOf = ({ headers }: IncomingMessage): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

const objectionTo = (
  response: IncomingMessage,
  { types, maximum, statuses, isUnread, isReadByType }: Rule,
): readonly [FetchReason, string, Answered?] | undefined => {
  const { statusCode = 0, headers, rawHeaders } = response;
  if (rawHeaders.length > 2 * MAXIMUM_HEADERS) return ['answer_not_valid', `more than ${MAXIMUM_HEADERS} headers`];
  if (statusCode >= 300 && statusCode < 400) return ['redirected', `status ${statusCode}`];
  if (!statuses.includes(statusCode)) {
    const retryAfter = headers['retry-after']?.slice(0, MAXIMUM_RETRY_AFTER);
    const answered = { status: statusCode, ...(retryAfter === undefined ? {} : { retryAfter }) };
    return ['status_not_ok', `status ${statusCode}`, answered];
  }
  if (isUnread) return undefined;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') return ['encoding_not_accepted', 'content-encoding'];
  const transfer = headers['transfer-encoding']?.trim().toLowerCase() ?? '';
  if (transfer !== '' && transfer !== 'chunked') return ['encoding_not_accepted', 'transfer-encoding'];
  if (!types.test(mediaTypeOf(response))) return isReadByType ? undefined : ['type_not_accepted', 'content-type'];
  if (Number(headers['content-length'] ?? 0) > maximum) return ['too_large', `more than ${maximum} bytes`];
  return undefined;
};
