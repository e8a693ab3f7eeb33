/**
 * What the Access Request and Approval Profile 1.0 has problems of its own for (Error Responses): status and title of each,
 * behind `urn:openid:authzen:access-request:error:`.
 */
export const ACCESS_REQUEST_PROBLEMS = {
  not_requestable: [400, 'Access is not requestable'],
  invalid_denial_binding: [400, 'The request is not bound to a denied evaluation'],
  expired_denial: [410, 'The denied evaluation is too old to ask about'],
  duplicate_request: [409, 'The Idempotency-Key was used for another request'],
  unknown_task: [404, 'There is no such task'],
  task_expired: [410, 'The task is over'],
  invalid_task_state: [409, 'The task is decided or over'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type AccessRequestProblemCode = keyof typeof ACCESS_REQUEST_PROBLEMS;

/** A refusal of an access request. `message` is safe to send. */
class AccessRequestProblem extends Error {
  override readonly name = 'AccessRequestProblem';
  readonly code: AccessRequestProblemCode;
  constructor(code: AccessRequestProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const accessRequestProblem = (code: AccessRequestProblemCode, message: string): Error =>
  new AccessRequestProblem(code, message);

export const isAccessRequestProblem = (error: unknown): error is AccessRequestProblem =>
  typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'AccessRequestProblem';
