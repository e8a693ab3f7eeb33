import { DomainError } from '../vocabulary/errors.ts';
import type { EpochSeconds } from './clock.ts';

/**
 * What a document is fetched for. Each purpose has its own connections, media types and size: 64 KiB, of
 * client metadata 5 KiB (Client ID Metadata Document draft-02).
 */
export type FetchPurpose = 'jwks' | 'issuer_metadata' | 'client_metadata';

/**
 * What is posted: a question to a decision point that the configuration names, a message to an endpoint that operators
 * registered, of whose answer nothing but the status is read, the proof that such an endpoint wants them, to an agent that
 * there is an answer for it, to a push service that the configuration names a message for a browser,
 * and to an app that a session is over (OpenID Connect Back-Channel Logout 1.0).
 */
export type PostPurpose = 'decision' | 'webhook' | 'webhook_challenge' | 'approval_ping' | 'push' | 'app_logout';

/** What is asked of a registered provider in the name of somebody who signs in there: answered anew each time. */
export type AskPurpose = 'upstream_token' | 'upstream_userinfo';

/**
 * What a host of `egress.internalHosts` is opened for: its lists have these names. A host that is open for one purpose is
 * closed for all others.
 */
export const INTERNAL_PURPOSES = [
  'upstreamProviders',
  'trustedIssuers',
  'clientKeys',
  'clientMetadata',
  'webhooks',
  'approvalPings',
  'appLogout',
  'decisionPoint',
  'pushServices',
] as const;

export type InternalPurpose = (typeof INTERNAL_PURPOSES)[number];

/** Why a document was not had. For the audit log, the log and the owner; a caller that is not authenticated is told none of it. */
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
  /** Which list of internal hosts counts; absent: the URL reaches public hosts only. */
  readonly internal?: InternalPurpose | undefined;
  /** URL of the document that named this one: the list counts only where that one is at a host of it, too. */
  readonly namedBy?: string | undefined;
  /** Address on whose behalf it is fetched: counts against the budget of that source. */
  readonly source?: string;
  /**
   * Fetches anew although a copy is fresh: an unknown `kid`, a look for drift. A copy younger than 30 seconds is
   * answered all the same, and so is a fresh one when the new fetch fails.
   */
  readonly again?: boolean;
  /** No copy that was fetched up to this second is answered, however fresh it is. */
  readonly after?: EpochSeconds;
};

/** What was served at a URL with status 200. The same object as long as the copy is kept: what is made of it can be kept with it. */
export type FetchedDocument = {
  readonly url: string;
  readonly body: Uint8Array;
  /** Media type in lower case, without parameters. */
  readonly mediaType: string;
  /** SHA-256 of the body, base64url: differs when the document has changed. */
  readonly digest: string;
  readonly fetchedAt: EpochSeconds;
  /** `max-age`, held between 60 and 3600 seconds; 300 when nothing is said. */
  readonly freshUntil: EpochSeconds;
};

/**
 * The only way out of this process to a URL that somebody else chose. https only, to public addresses and to
 * hosts that the configuration names for this purpose; one connection to an address that was checked, no redirects, at most 64 KiB,
 * 2.5 seconds from the name to the last byte.
 */
export interface TrustedFetch {
  /**
   * Whether a URL could be fetched at all, by its spelling: https, a host that is no forbidden address, no user
   * name, fragment or dot segment, port 443; and no internal host of another purpose. Without `internal` that is every
   * listed host. Asks nobody. Use it where a URL is registered.
   */
  check(url: string, internal?: InternalPurpose): FetchReason | undefined;
  /**
   * The document at a URL; from memory while it is fresh, and one fetch for all who ask at once. Throws a
   * DomainError, see `fetchFailed`. A failure is remembered for 60 seconds.
   */
  get(request: FetchRequest): Promise<FetchedDocument>;
}

export type PostRequest = {
  readonly url: string;
  readonly purpose: PostPurpose;
  readonly internal?: InternalPurpose | undefined;
  /** JSON; for a browser bytes that only it can read; for an app a form. */
  readonly body: string | Uint8Array;
  /** The header of this name. */
  readonly authorization?: string;
  /** More headers: of a webhook those whose names begin with `webhook-`, of a push those of RFC 8030 and RFC 8188. */
  readonly headers?: Readonly<Record<string, string>>;
  /** From the name to the last byte; at most the 2.5 seconds of a document. */
  readonly timeoutMilliseconds: number;
};

/**
 * The same way out for what is sent to a server that the operator chose: the same URLs, addresses, connections and
 * bounds as for documents, but no memory and no budget, since nobody else has a hand in whether it is asked.
 */
export interface TrustedPost {
  /**
   * The JSON that is answered with status 200, at most 64 KiB; of a webhook and a ping nothing, with any status of success.
   * Throws a DomainError, see `fetchFailed`.
   */
  post(request: PostRequest): Promise<Uint8Array>;
}

export type AskRequest = {
  readonly url: string;
  readonly purpose: AskPurpose;
  readonly internal?: InternalPurpose | undefined;
  /** As in `FetchRequest`. */
  readonly namedBy?: string | undefined;
  /** `application/x-www-form-urlencoded`; with it the request is a POST. */
  readonly form?: string;
  /** The header of this name. */
  readonly authorization?: string;
};

/** Of a token endpoint also 400 and 401, whose JSON says what is wrong (RFC 6749 §5.2); else 200. */
export type AskAnswer = { readonly status: number; readonly mediaType: string; readonly body: Uint8Array };

/**
 * The same way out for what is said once and must not be remembered: a code for tokens, a token for claims. The same
 * URLs, addresses, connections, bounds and budgets as for documents, no memory, and no second attempt.
 */
export interface TrustedAsk {
  /** Throws a DomainError, see `fetchFailed`. */
  ask(request: AskRequest): Promise<AskAnswer>;
}

/** Seconds after which a budget has room again, for `Retry-After`. */
const RETRY_AFTER_SECONDS = 10;

type Failure = {
  readonly fetchReason: FetchReason;
  readonly fetchStatus?: number;
  readonly fetchRetryAfter?: string;
};

/** What was answered, where that is why a fetch failed. `retryAfter` is the header as it came, cut short. */
export type Answered = { readonly status: number; readonly retryAfter?: string };

/**
 * Made for every fetch that failed. 'unavailable' when a budget of ours was used up, else 'invalid_request';
 * the message is the same for all, so that nothing is learnt of the network the server stands in.
 */
export const fetchFailed = (reason: FetchReason, detail: string, answered?: Answered): DomainError => {
  const cause: Failure = {
    fetchReason: reason,
    ...(answered === undefined ? {} : { fetchStatus: answered.status }),
    ...(answered?.retryAfter === undefined ? {} : { fetchRetryAfter: answered.retryAfter }),
  };
  return reason === 'over_budget'
    ? new DomainError('unavailable', 'the server fetches too much at the moment; try again', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        detail: `over_budget: ${detail}`,
        cause,
      })
    : new DomainError('invalid_request', 'a document could not be fetched', { detail: `${reason}: ${detail}`, cause });
};

/** Why a fetch failed, if this is what was thrown. */
export const fetchReasonOf = (error: unknown): FetchReason | undefined => failureIn(error)?.fetchReason;

/** The status that was answered, where that is why. */
export const fetchStatusOf = (error: unknown): number | undefined => failureIn(error)?.fetchStatus;

/** The same with the header Retry-After (RFC 9110 §10.2.3), if there was one. */
export const answeredOf = (error: unknown): Answered | undefined => {
  const { fetchStatus: status, fetchRetryAfter: retryAfter } = failureIn(error) ?? {};
  return status === undefined ? undefined : { status, ...(retryAfter === undefined ? {} : { retryAfter }) };
};

const failureIn = (error: unknown): Partial<Failure> | undefined =>
  (error as { readonly cause?: unknown } | undefined)?.cause as Partial<Failure> | undefined;
