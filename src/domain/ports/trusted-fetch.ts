import type { DomainError } from '../vocabulary/errors.ts';
import type { EpochSeconds } from './clock.ts';
import { fetchRefusal } from './fetch-refusals.ts';

/**
 * Purpose of a fetched document. Each purpose has its own connections, media types and size: 64 KiB, for client metadata 5
 * KiB (Client ID Metadata Document draft-02).
 */
export type FetchPurpose = 'jwks' | 'issuer_metadata' | 'client_metadata' | 'resource_metadata';

/**
 * Purpose of a POST:
 * - `decision`: a question to a decision point that the configuration names;
 * - `webhook`: a message to an endpoint that operators registered; only the status of its answer is read;
 * - `webhook_challenge`: the verification that such an endpoint wants messages;
 * - `approval_ping`: a notification to an agent that a decision is ready for it;
 * - `push`: a message for a browser, to a push service that the configuration names;
 * - `witness`: a checkpoint of the transparency log, to a witness that the configuration names; its answer is text;
 * - `app_logout`: a notification to an app that a session has ended (OpenID Connect Back-Channel Logout 1.0);
 * - `audit_webhook`, `audit_otlp`: audit events for an audit sink; of OTLP the answer is read;
 * - `security_event`: a security event token, to a receiver (RFC 8935); of an answer with status 400 the error is read.
 */
export type PostPurpose =
  | 'decision'
  | 'webhook'
  | 'webhook_challenge'
  | 'approval_ping'
  | 'push'
  | 'app_logout'
  | 'witness'
  | 'audit_webhook'
  | 'audit_otlp'
  | 'security_event';

/**
 * Purpose of a call to a system that an administrator registered: `scim` of the SCIM client to a directory, `signal_poll` of a poll
 * for security events to a transmitter (RFC 8936), `client_token` of a request for an access token of this server as a client (RFC 6749 §4.4).
 */
export type CallPurpose = 'scim' | 'signal_poll' | 'client_token';

/** Requests to a registered provider for a person who signs in there. Never answered from memory. */
export type AskPurpose = 'upstream_token' | 'upstream_userinfo';

/**
 * Purposes for which `egress.internalHosts` allows a host: its lists have these names. A host that is allowed for one
 * purpose is not allowed for the others.
 */
export const INTERNAL_PURPOSES = [
  'upstreamProviders',
  'trustedIssuers',
  'clientKeys',
  'clientMetadata',
  'mcpServers',
  'webhooks',
  'approvalPings',
  'appLogout',
  'decisionPoint',
  'pushServices',
  'witnesses',
  'auditSinks',
  'signalReceivers',
  'provisioningTargets',
] as const;

export type InternalPurpose = (typeof INTERNAL_PURPOSES)[number];

/**
 * Why a document could not be fetched. For the audit log, the log and the owner; an unauthenticated caller learns none of
 * it.
 */
export type FetchReason =
  | 'url_not_allowed'
  | 'address_not_allowed'
  | 'name_not_resolved'
  | 'not_reachable'
  | 'certificate_not_valid'
  | 'timed_out'
  | 'redirected'
  | 'status_not_ok'
  | 'type_not_accepted'
  | 'encoding_not_accepted'
  | 'too_large'
  | 'answer_not_valid'
  | 'over_budget';

export type FetchRequest = {
  readonly url: string;
  readonly purpose: FetchPurpose;
  /** The list of internal hosts that applies; absent: the URL reaches public hosts only. */
  readonly internal?: InternalPurpose | undefined;
  /** URL of the document that named this one. The list applies only if that document is at a host of the list as well. */
  readonly namedBy?: string | undefined;
  /** Address of the caller: the fetch uses the budget of that source. */
  readonly source?: string;
  /**
   * Fetches again although a copy is fresh: for an unknown `kid`, or to detect drift. Still returns a copy younger than
   * 30 seconds, and a fresh copy when the new fetch fails.
   */
  readonly again?: boolean;
  /** Returns no copy that was fetched up to this second, even a fresh one. */
  readonly after?: EpochSeconds;
};

/**
 * A document served with status 200. It is the same object as long as the copy is kept, so that derived results can be
 * kept with it.
 */
export type FetchedDocument = {
  readonly url: string;
  readonly body: Uint8Array;
  /** Media type in lower case, without parameters. */
  readonly mediaType: string;
  /** SHA-256 of the body, base64url: differs when the document has changed. */
  readonly digest: string;
  readonly fetchedAt: EpochSeconds;
  /** `max-age`, limited to 60 to 3600 seconds; 300 when it is missing. */
  readonly freshUntil: EpochSeconds;
};

/**
 * The only way out of this process to a URL that another party chose. Connects by https only, to public addresses and
 * to hosts that the configuration names for this purpose. Makes one connection to a checked address, without redirects.
 * Reads at most 64 KiB, within 2.5 seconds from the name to the last byte.
 */
export interface TrustedFetch {
  /**
   * Checks by the form of a URL whether it could be fetched. It needs https, port 443 and a host that is not a
   * forbidden address. It must have no user name, fragment or dot segment, and no internal host of another purpose.
   * Without `internal` that is every listed host. Sends nothing. Use it where a URL is registered.
   */
  check(url: string, internal?: InternalPurpose): FetchReason | undefined;
  /**
   * The document at a URL: from memory while it is fresh. Concurrent callers share one fetch. Throws a DomainError, see
   * `fetchFailed`. A failure is remembered for 60 seconds.
   */
  get(request: FetchRequest): Promise<FetchedDocument>;
}

export type PostRequest = {
  readonly url: string;
  readonly purpose: PostPurpose;
  readonly internal?: InternalPurpose | undefined;
  /** JSON. For a browser: bytes that only it can decrypt. For an app: a form. For a witness: text. For a security event: a compact JWS. */
  readonly body: string | Uint8Array;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
  /** Further headers. For a webhook: those whose names begin with `webhook-`. For a push: those of RFC 8030 and RFC 8188. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Time limit from the name to the last byte; at most the 2.5 seconds of a document, or 10 seconds for audit events and security events. */
  readonly timeoutMilliseconds: number;
};

/**
 * Sends messages to a server that the operator chose. Uses the same URLs, addresses, connections and limits as for
 * documents, but no memory and no budget, since no other party causes the request.
 */
export interface TrustedPost {
  /**
   * Returns the JSON of an answer with status 200, at most 64 KiB. For a webhook, a ping and a security event: returns nothing, and
   * accepts any status of success. For a witness: returns the text of an answer with status 200 or 409. Throws a DomainError, see `fetchFailed`.
   */
  post(request: PostRequest): Promise<Uint8Array>;
}

export type StreamRequest = {
  /** `host:port`. */
  readonly address: string;
  readonly internal?: InternalPurpose | undefined;
  readonly body: string;
  /** Time limit from the name to the close of the connection; at most 10 seconds. */
  readonly timeoutMilliseconds: number;
};

/**
 * Sends bytes to a server that the operator chose, over TLS without HTTP. Uses the same addresses, connections and limits as
 * for documents.
 */
export interface TrustedStream {
  /** Checks by its form whether an address could be reached, as `TrustedFetch.check` does. */
  checkAddress(address: string, internal?: InternalPurpose): FetchReason | undefined;
  /**
   * Sends the body and ends the connection. Resolves when the receiver ends it too: it has then read everything (RFC 5425
   * §4.4). Ignores what the receiver sends. Throws a DomainError, see `fetchFailed`.
   */
  stream(request: StreamRequest): Promise<void>;
}

export type AskRequest = {
  readonly url: string;
  readonly purpose: AskPurpose;
  readonly internal?: InternalPurpose | undefined;
  /** As in `FetchRequest`. */
  readonly namedBy?: string | undefined;
  /** `application/x-www-form-urlencoded`; with it the request is a POST. */
  readonly form?: string;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
};

/** The answer with status 200. From a token endpoint also 400 and 401, whose JSON states the error (RFC 6749 §5.2). */
export type AskAnswer = { readonly status: number; readonly mediaType: string; readonly body: Uint8Array };

/**
 * Sends one-time requests that must not be remembered: a code for tokens, a token for claims. Uses the same URLs,
 * addresses, connections, limits and budgets as for documents, but no memory and no second attempt.
 */
export interface TrustedAsk {
  /** Throws a DomainError, see `fetchFailed`. */
  ask(request: AskRequest): Promise<AskAnswer>;
}

export type CallRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly purpose: CallPurpose;
  readonly internal?: InternalPurpose | undefined;
  /** `application/scim+json`; of a poll `application/json`; of a request for a token a form. */
  readonly body?: string;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
  /** Of SCIM only `if-match`, of a poll only `content-language`, of a request for a token none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Time limit from the name to the last byte; at most ten seconds, of a token five, of a poll 30, because it may wait for events. */
  readonly timeoutMilliseconds: number;
  /** Ends the request early, with the reason `timed_out`. */
  readonly signal?: AbortSignal;
};

/** Of SCIM any answer but a redirect; `body` is empty where it is not JSON. Of a poll: JSON with status 200; of a token also 400 and 401. */
export type CallAnswer = {
  readonly status: number;
  readonly body: Uint8Array;
  readonly etag?: string;
  /** The header as sent, truncated. */
  readonly retryAfter?: string;
};

/**
 * Calls a server that an administrator registered. Uses the same URLs, addresses, connections and limits as for documents, but no
 * memory and no budget, since no other party causes the request. An answer has at most 1 MiB, with a token 64 KiB.
 */
export interface TrustedCall {
  /** Throws a DomainError, see `fetchFailed`, when there is no answer. */
  call(request: CallRequest): Promise<CallAnswer>;
}

/** Seconds until a budget has room again, for `Retry-After`. */
const RETRY_AFTER_SECONDS = 10;

type Failure = {
  readonly fetchReason: FetchReason;
  readonly fetchStatus?: number;
  readonly fetchRetryAfter?: string;
  readonly fetchBody?: Uint8Array;
};

/** The answer that made a fetch fail. `retryAfter` is the header as sent, truncated. `body`: of a refused security event. */
export type Answered = { readonly status: number; readonly retryAfter?: string; readonly body?: Uint8Array };

/**
 * The error of every failed fetch. Its code is 'unavailable' when a budget of this server is used up, otherwise
 * 'invalid_request'. The message is always the same, so that a caller learns nothing about the server's network.
 */
export const fetchFailed = (reason: FetchReason, detail: string, answered?: Answered): DomainError => {
  const cause: Failure = {
    fetchReason: reason,
    ...(answered === undefined ? {} : { fetchStatus: answered.status }),
    ...(answered?.retryAfter === undefined ? {} : { fetchRetryAfter: answered.retryAfter }),
    ...(answered?.body === undefined ? {} : { fetchBody: answered.body }),
  };
  return reason === 'over_budget'
    ? fetchRefusal('fetches_exceeded', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        detail: `over_budget: ${detail}`,
        cause,
      })
    : fetchRefusal('fetch_failed', { detail: `${reason}: ${detail}`, cause });
};

/** Why a fetch failed, if this is the error of a failed fetch. */
export const fetchReasonOf = (error: unknown): FetchReason | undefined => failureIn(error)?.fetchReason;

/** The response status, if it made the fetch fail. */
export const fetchStatusOf = (error: unknown): number | undefined => failureIn(error)?.fetchStatus;

/** The response status with the header Retry-After (RFC 9110 §10.2.3), if there was one. */
export const answeredOf = (error: unknown): Answered | undefined => {
  const { fetchStatus: status, fetchRetryAfter: retryAfter, fetchBody: body } = failureIn(error) ?? {};
  if (status === undefined) return undefined;
  return { status, ...(retryAfter === undefined ? {} : { retryAfter }), ...(body === undefined ? {} : { body }) };
};

const failureIn = (error: unknown): Partial<Failure> | undefined =>
  (error as { readonly cause?: unknown } | undefined)?.cause as Partial<Failure> | undefined;
