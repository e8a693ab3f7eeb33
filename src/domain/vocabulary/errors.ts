/**
 * Every error that the domain can return. The set is closed. Two tables are exhaustive over it: OAuth errors in
 * `src/provider` and problems in `src/http`. So a new code does not compile until both handle it.
 */
export type DomainErrorCode =
  | 'invalid_request'
  | 'invalid_field'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'unauthenticated'
  | 'forbidden'
  | 'too_many_requests'
  | 'unavailable'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_authorization_details'
  | 'unsupported_token_type'
  | 'consent_required'
  | 'insufficient_user_authentication'
  | 'access_denied'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token';

/** The part of the decision that denied. Refusals, the audit log and the docs name it. */
export type Layer =
  | 'request'
  | 'client'
  | 'agent'
  | 'composition'
  | 'blueprint'
  | 'environment'
  | 'approval'
  | 'policy'
  | 'external'
  | 'resource_server'
  | 'subject'
  | 'subject_token'
  | 'grant'
  | 'delegation'
  | 'transaction'
  | 'participants'
  | 'response'
  | 'budget'
  | 'limits';

/**
 * Why a token request was refused, machine-readable (decision D6). `id` is also the id in the audit event; `reason` is
 * a stable snake_case code; `remedies` state what the client can request next.
 */
export type Denial = {
  readonly id: string;
  readonly layer: Layer;
  readonly reason: string;
  readonly remedies?: readonly Remedy[];
};

/**
 * `consent`: give `url` to the person named by the subject token; it works once. If it asks about a new owner of the
 * agent, it works until the person has decided. `narrow`: ask again with this scope, which is allowed now. `step_up`:
 * have the person sign in again with these `acr_values` or this `max_age` (RFC 9470). Or give the page at `url`, if there
 * is one, to the person, and ask again with the same token. `approval`: people are being
 * asked; poll the token endpoint with this `grant_type` and `auth_req_id`, every `interval` seconds, until there is an
 * answer (CIBA §10.1). Show `number` to the user who started the action. `attestation`: authenticate
 * with a client attestation that has this `claim`. `transaction`: open another transaction at `endpoint`. `wait`: there is room again from `until`, in
 * epoch seconds, unless other requests take it. `contact`: only the owner of the agent, or the operator of this server,
 * can lift the denial; `page` is the path of the page where an operator does so.
 */
export type Remedy =
  | { readonly kind: 'consent'; readonly url: string; readonly expires_in: number }
  | { readonly kind: 'narrow'; readonly scope: string }
  | {
      readonly kind: 'step_up';
      readonly acr_values?: string;
      readonly max_age?: number;
      readonly url?: string;
      readonly expires_in?: number;
    }
  | {
      readonly kind: 'approval';
      readonly grant_type: string;
      readonly auth_req_id: string;
      readonly endpoint: string;
      readonly expires_in: number;
      readonly interval: number;
      readonly number?: string;
    }
  | { readonly kind: 'attestation'; readonly claim: 'composition' }
  | { readonly kind: 'transaction'; readonly endpoint: string }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'contact'; readonly whom: 'owner' | 'operator'; readonly page?: string };

/** The decision behind a refusal. For the audit log only; never sent. */
export type RefusedDecision = {
  readonly decision: string;
  /** Version of the evaluated policy set. */
  readonly policy?: number;
  readonly resource: string;
  readonly inputs: { readonly [name: string]: unknown };
};

export type DomainErrorOptions = {
  /** The request member at fault: a parameter name or a JSON pointer. */
  readonly field?: string;
  /** Reason code from a table of refusals. Pages look up their text by it. */
  readonly reason?: string;
  /** Parameters of the text of the reason. */
  readonly params?: { readonly [name: string]: string | number };
  /** Whole seconds after which a retry may succeed; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly denial?: Denial;
  readonly refused?: RefusedDecision;
  /** For the log only. Never sent. */
  readonly detail?: string;
  readonly cause?: unknown;
};

/**
 * An error with a text that is safe to show to the caller (`message`). Compare `code`, never `instanceof`: duplicate
 * classes from other packages or test realms do not match.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;
  readonly field: string | undefined;
  readonly reason: string | undefined;
  readonly params: { readonly [name: string]: string | number };
  readonly retryAfterSeconds: number | undefined;
  readonly denial: Denial | undefined;
  readonly refused: RefusedDecision | undefined;
  readonly detail: string | undefined;

  constructor(code: DomainErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.reason = options.reason;
    this.params = options.params ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.denial = options.denial;
    this.refused = options.refused;
    this.detail = options.detail;
  }
}

/** Whether a thrown value is a DomainError, without `instanceof`. */
export const isDomainError = (error: unknown): error is DomainError =>
  typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'DomainError';
