/** Errors of SCIM (RFC 7644 §3.12). */
import type { Context } from 'koa';
import type { DirectoryReason } from '../../domain/identity/directories/directory-refusals.ts';
import type { ScimReason } from '../../domain/identity/scim/scim-refusals.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { type ProblemLog, problemOf } from '../problem.ts';
import { stateOf } from '../request-state.ts';

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const SCIM_TYPE = 'application/scim+json';

type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  // RFC 9865 §2.1
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

const BY_REASON: Readonly<Partial<Record<ScimReason | DirectoryReason, ScimType>>> = {
  scim_filter_malformed: 'invalidFilter',
  scim_filter_too_large: 'invalidFilter',
  scim_filter_attribute_unknown: 'invalidFilter',
  scim_filter_comparison_wrong: 'invalidFilter',
  scim_sort_attribute_unknown: 'invalidPath',
  scim_member_filter_wrong: 'invalidFilter',
  scim_path_malformed: 'invalidPath',
  scim_path_unknown: 'invalidPath',
  scim_path_missing: 'noTarget',
  scim_target_missing: 'noTarget',
  scim_attribute_fixed: 'mutability',
  scim_operation_unknown: 'invalidSyntax',
  scim_operations_exceeded: 'tooMany',
  directory_list_too_long: 'tooMany',
  directory_agent_fixed: 'mutability',
  scim_cursor_wrong: 'invalidCursor',
  scim_cursor_expired: 'expiredCursor',
  scim_count_other: 'invalidCount',
  scim_bulk_id_unresolved: 'invalidValue',
};

const typeOf = (error: unknown, status: number): ScimType | undefined => {
  const reason = isDomainError(error) ? error.reason : undefined;
  const named = new Map<string | undefined, ScimType>(Object.entries(BY_REASON)).get(reason);
  if (named) return named;
  if (status === 409) return 'uniqueness';
  if (status !== 400) return undefined;
  return isDomainError(error) && error.code === 'invalid_request' ? 'invalidSyntax' : 'invalidValue';
};

/** The answer to a failed request. Logs what must not be sent. */
export const scimErrorOf = (error: unknown, requestId: string, log: ProblemLog) => {
  const { status, title, detail, retryAfterSeconds } = problemOf(error, requestId);
  if (status >= 500) log(requestId, error);
  const scimType = typeOf(error, status);
  const body = {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: detail ?? title,
  };
  return { status, body, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
};

/** Sends the error. Keeps headers that were set before, such as a challenge. */
export const sendScimError = (ctx: Context, error: unknown, log: ProblemLog): void => {
  const { requestId } = stateOf(ctx);
  const { status, body, retryAfterSeconds } = scimErrorOf(error, requestId, log);
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  ctx.status = status;
  ctx.body = JSON.stringify(body);
  ctx.type = SCIM_TYPE;
};
