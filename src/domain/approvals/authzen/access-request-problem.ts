/** Error codes of the Access Request and Approval Profile 1.0 (Error Responses); other channels do not use them. */
export type AccessRequestProblemCode =
  | 'not_requestable'
  | 'invalid_denial_binding'
  | 'expired_denial'
  | 'duplicate_request'
  | 'unknown_task'
  | 'task_expired'
  | 'invalid_task_state';

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
