import type { Refusal } from '../../domain/authority/decision/refuser.ts';
import { NAMED_TRANSACTION_REFUSALS } from '../../domain/authority/transactions/named-transaction.ts';

/** Every reason for refusing an assertion. Only the audit log says which check failed (`inputs.assertion`). */
export const REFUSALS = {
  parameter_missing: { code: 'invalid_request', layer: 'request', text: 'a required parameter is missing' },
  parameter_repeated: { code: 'invalid_request', layer: 'request', text: 'a parameter is given more than once' },
  scope_malformed: { code: 'invalid_scope', layer: 'request', field: 'scope', text: 'scope is malformed' },
  caller_not_active: {
    code: 'unauthorized_client',
    layer: 'client',
    text: 'this client or agent is not active, or not registered for this grant type',
  },
  assertion_not_valid: {
    code: 'invalid_grant',
    layer: 'subject_token',
    field: 'assertion',
    text: 'the assertion is not good here; the audit log says why',
  },
  assertion_used: {
    code: 'invalid_grant',
    layer: 'subject_token',
    field: 'assertion',
    text: 'the assertion was redeemed before; get another one',
  },
  assertion_proof_missing: {
    code: 'invalid_grant',
    layer: 'subject_token',
    field: 'assertion',
    text: 'the assertion is bound to a key: prove that key in this request (RFC 9449, RFC 8705)',
  },
  subject_not_known: {
    code: 'invalid_grant',
    layer: 'subject',
    field: 'assertion',
    text: 'the person the assertion is about has no active account here that others may speak for',
  },
  ...NAMED_TRANSACTION_REFUSALS,
  target_missing: {
    code: 'invalid_target',
    layer: 'request',
    field: 'resource',
    text: 'name one resource; the assertion leaves several open',
  },
  target_unknown: {
    code: 'invalid_target',
    layer: 'resource_server',
    field: 'resource',
    text: 'the assertion is not good at this resource',
  },
  scope_not_available: {
    code: 'invalid_scope',
    layer: 'grant',
    field: 'scope',
    text: 'nothing of this scope is available here',
  },
  narrowed_by_response: {
    code: 'access_denied',
    layer: 'response',
    text: 'a response rule narrowed what an agent of the chain may do',
  },
  external_denies: {
    code: 'access_denied',
    layer: 'external',
    field: 'scope',
    text: 'the decision point that this server asks besides permits nothing of this scope here and now',
  },
  policy_forbids: {
    code: 'access_denied',
    layer: 'policy',
    field: 'scope',
    text: 'no policy of this server permits anything of this scope here and now',
  },
  approval_required: {
    code: 'access_denied',
    layer: 'approval',
    field: 'scope',
    text: 'all that is left of this scope needs an approval each time, and this server cannot ask for one yet',
  },
  step_up_required: {
    code: 'access_denied',
    layer: 'policy',
    field: 'scope',
    text: 'a policy wants to know how the person signed in, and an assertion of a peer does not say that here',
  },
  step_up_unavailable: {
    code: 'access_denied',
    layer: 'policy',
    field: 'scope',
    text: 'a policy wants a stronger sign-in than this server has',
  },
} as const satisfies Record<string, Refusal>;
