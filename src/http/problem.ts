/**
 * Refusals as problem documents (RFC 9457). Owns the status and title of every DomainError code and of HTTP's own refusals.
 * For an unknown error, the response has status 500 and the request id only, and the error goes to the log. Called by the
 * management API; the OAuth endpoints have their own table in src/provider.
 */
import type { Context } from 'koa';
import { isOutOfSpace, isStoreUnavailable, NO_SPACE } from '../domain/ports/document-store.ts';
import { DomainError, type DomainErrorCode, isDomainError } from '../domain/vocabulary/errors.ts';
import { fieldRefusal } from '../domain/vocabulary/field-refusals.ts';
import type { RefusalParams } from '../domain/vocabulary/refusals.ts';
import { stateOf } from './request-state.ts';

/** One member at fault: a JSON pointer into the body (RFC 6901), or the name of a query parameter. */
export type FieldError = {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
  /** For pages only: the problem document leaves both out. */
  readonly reason?: string | undefined;
  readonly params?: RefusalParams;
};

/** One member at fault, with the text and the reason of a refusal. */
export const fieldError = (
  place: Pick<FieldError, 'pointer' | 'parameter'>,
  { message: detail, reason, params }: DomainError,
): FieldError => ({ ...place, detail, reason, params });

type Problem = {
  /** `urn:behalf:problem:` and a code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** `urn:behalf:request:` and the request id, as in the access log and the audit log. */
  readonly instance: string;
  /** Reason code of the refusal (docs/reference/refusals.md). */
  readonly reason?: string;
  readonly errors?: readonly FieldError[];
  readonly denial?: DomainError['denial'];
};

/** Receives what must not be sent: the cause of a 500 or 503. */
export type ProblemLog = (requestId: string, error: unknown) => void;

const DOMAIN_PROBLEMS: Readonly<Record<DomainErrorCode, readonly [status: number, title: string]>> = {
  invalid_request: [400, 'The request cannot be understood'],
  invalid_field: [400, 'A member of the request is not valid'],
  not_found: [404, 'There is no such thing here'],
  conflict: [409, 'The request does not fit the present state'],
  precondition_failed: [412, 'The object was changed in the meantime'],
  unauthenticated: [401, 'An access token is needed'],
  forbidden: [403, 'This is not allowed'],
  too_many_requests: [429, 'Too many requests'],
  unavailable: [503, 'Not possible at the moment'],
  invalid_client: [401, 'The client could not be authenticated'],
  unauthorized_client: [403, 'The client may not do this'],
  invalid_grant: [400, 'The grant is not valid'],
  invalid_scope: [400, 'The scope is not valid'],
  invalid_target: [400, 'The resource is not valid'],
  invalid_authorization_details: [400, 'The authorization details are not valid'],
  unsupported_token_type: [400, 'This type of token is not supported'],
  consent_required: [403, 'A person has to allow this first'],
  insufficient_user_authentication: [401, 'The person has to sign in again, or in a stronger way'],
  access_denied: [403, 'A person or policy refused this'],
  authorization_pending: [400, 'People have not decided yet'],
  slow_down: [429, 'This was asked too soon again'],
  expired_token: [400, 'The time for this is over'],
};

const HTTP_PROBLEMS = {
  unknown_path: [404, 'There is nothing at this path'],
  method_not_allowed: [405, 'This path has no such method'],
  not_acceptable: [406, 'This path has no such type'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body is of a type that is not read here'],
  precondition_required: [428, 'If-Match is needed'],
  not_implemented: [501, 'This server does not do that'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type HttpProblemCode = keyof typeof HTTP_PROBLEMS;

/** A refusal of HTTP, not of the domain. */
class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: HttpProblemCode;
  constructor(code: HttpProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const httpProblem = (code: HttpProblemCode, message: string): Error => new HttpProblem(code, message);

/** A refusal that names every member at fault. */
export const invalidFields = (errors: readonly FieldError[]): DomainError => {
  const [first] = errors;
  const field = first?.pointer ?? first?.parameter;
  const { detail, reason, params } = first ?? fieldError({}, fieldRefusal('request_invalid'));
  const error = new DomainError('invalid_field', detail, {
    ...(field ? { field } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(params === undefined ? {} : { params }),
  });
  return Object.assign(error, { errors });
};

/** Code of a refusal for the audit log; undefined for a failure of this server. */
export const refusalCode = (error: unknown): string | undefined =>
  isDomainError(error) || isHttpProblem(error) ? (error.code === 'unavailable' ? undefined : error.code) : undefined;

/** The problem of a caught error. For other forms of errors than problem documents, too. */
export const problemOf = (error: unknown, requestId: string): Problem & { readonly retryAfterSeconds?: number } => {
  const instance = `urn:behalf:request:${requestId}`;
  if (isHttpProblem(error)) {
    const [status, title] = HTTP_PROBLEMS[error.code];
    return { type: typeOf(error.code), title, status, detail: error.message, instance };
  }
  if (isDomainError(error)) {
    const [status, title] = DOMAIN_PROBLEMS[error.code];
    const errors = fieldErrors(error);
    const retryAfterSeconds = error.retryAfterSeconds ?? (error.code === 'unavailable' ? 5 : undefined);
    return {
      type: typeOf(error.code),
      title,
      status,
      detail: error.message,
      instance,
      ...(error.reason === undefined ? {} : { reason: error.reason }),
      ...(errors ? { errors } : {}),
      ...(error.denial ? { denial: error.denial } : {}),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  }
  if (isStoreUnavailable(error)) {
    const [status, title] = DOMAIN_PROBLEMS.unavailable;
    return isOutOfSpace(error)
      ? {
          type: typeOf('unavailable'),
          title,
          status,
          detail: NO_SPACE.message,
          instance,
          retryAfterSeconds: NO_SPACE.retryAfterSeconds,
        }
      : { type: typeOf('unavailable'), title, status, instance, retryAfterSeconds: 5 };
  }
  return { type: typeOf('server_error'), title: 'Something failed here', status: 500, instance };
};

/** A refusal as one line of an NDJSON response. Rethrows errors that are not ours. */
export const refusalOf = (error: unknown): Pick<Problem, 'type' | 'status' | 'detail' | 'errors' | 'denial'> => {
  if (refusalCode(error) === undefined) throw error;
  const { type, status, detail, errors, denial } = problemOf(error, '');
  return {
    type,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(errors ? { errors } : {}),
    ...(denial ? { denial } : {}),
  };
};

/** Sends the problem of a caught error. Keeps headers that were set before, such as a challenge. */
export const sendProblem = (ctx: Context, error: unknown, log: ProblemLog): void => {
  const { requestId } = stateOf(ctx);
  const { retryAfterSeconds, ...problem } = problemOf(error, requestId);
  if (problem.status >= 500) log(requestId, error);
  ctx.status = problem.status;
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  ctx.body = JSON.stringify(problem);
  ctx.type = 'application/problem+json';
};

const typeOf = (code: string): string => `urn:behalf:problem:${code}`;

const isHttpProblem = (error: unknown): error is HttpProblem =>
  typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'HttpProblem';

const fieldErrors = (error: DomainError): readonly FieldError[] | undefined => {
  const { errors } = error as { readonly errors?: readonly FieldError[] };
  if (errors) return errors.map(({ reason: _reason, params: _params, ...told }) => told);
  if (error.field === undefined) return undefined;
  const pointer = error.field.startsWith('/') ? error.field : `/${error.field}`;
  return [{ pointer, detail: error.message }];
};
