/** Translates errors of the domain and the stores to errors of the protocol. */
import { errors } from 'oidc-provider';
import { isOutOfSpace, isStoreUnavailable, NO_SPACE } from '../../domain/ports/document-store.ts';
import type { Denial, DomainErrorCode } from '../../domain/vocabulary/errors.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';

/**
 * OAuth error code and HTTP status for each refusal of the domain. A new code does not compile until this table has it.
 * DIVERGENCE: `consent_required` and `temporarily_unavailable` are registered for the authorization endpoint only, and
 * `insufficient_user_authentication` for resource servers (RFC 9470 §3).
 */
const TABLE = {
  invalid_request: ['invalid_request', 400],
  invalid_field: ['invalid_request', 400],
  not_found: ['invalid_request', 400],
  conflict: ['invalid_request', 400],
  precondition_failed: ['invalid_request', 400],
  unauthenticated: ['access_denied', 403],
  forbidden: ['access_denied', 403],
  too_many_requests: ['temporarily_unavailable', 429],
  unavailable: ['temporarily_unavailable', 503],
  invalid_client: ['invalid_client', 401],
  unauthorized_client: ['unauthorized_client', 400],
  invalid_grant: ['invalid_grant', 400],
  invalid_scope: ['invalid_scope', 400],
  invalid_target: ['invalid_target', 400],
  invalid_authorization_details: ['invalid_authorization_details', 400],
  unsupported_token_type: ['unsupported_token_type', 400],
  consent_required: ['consent_required', 400],
  insufficient_user_authentication: ['insufficient_user_authentication', 400],
  access_denied: ['access_denied', 400],
  authorization_pending: ['authorization_pending', 400],
  slow_down: ['slow_down', 400],
  expired_token: ['expired_token', 400],
} as const satisfies Record<DomainErrorCode, readonly [string, number]>;

export type ProtocolError = InstanceType<typeof errors.OIDCProviderError> & {
  denial?: Denial;
  retryAfterSeconds?: number;
};

const make = (status: number, error: string, description: string, cause: unknown): ProtocolError => {
  const made = new errors.CustomOIDCProviderError(error, description) as ProtocolError;
  Object.assign(made, { status, statusCode: status, expose: true, cause });
  return made;
};

/** Returns an error that oidc-provider can send. Leaves errors of oidc-provider and unknown errors unchanged. */
export const protocolError = (error: unknown): unknown => {
  if (isStoreUnavailable(error)) {
    const { message, retryAfterSeconds } = isOutOfSpace(error)
      ? NO_SPACE
      : { message: 'the server cannot reach its storage; try again', retryAfterSeconds: 1 };
    return Object.assign(make(503, 'temporarily_unavailable', message, error), { retryAfterSeconds });
  }
  if (!isDomainError(error)) return error;
  const [code, status] = TABLE[error.code];
  const made = make(status, code, error.message, error);
  if (error.denial) made.denial = error.denial;
  if (error.retryAfterSeconds !== undefined) made.retryAfterSeconds = error.retryAfterSeconds;
  return made;
};

/** Runs a hook of oidc-provider and turns each error that it throws into an error of the protocol. */
export const asProtocol = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw protocolError(error);
  }
};

/** Wraps a port for callers that are no client: rethrows the adapter's own errors in place of oidc-provider's. */
export const outOfProvider = <P extends object>(port: P): P => {
  const methods = Object.entries(port).map(([name, method]: [string, (...given: unknown[]) => Promise<unknown>]) => {
    const call = async (...given: unknown[]): Promise<unknown> => {
      try {
        return await method(...given);
      } catch (error) {
        const { cause } = error as { readonly cause?: unknown };
        throw isStoreUnavailable(cause) || isDomainError(cause) ? cause : error;
      }
    };
    return [name, call] as const;
  });
  return Object.fromEntries(methods) as P;
};
