import type { Decision } from '../../domain/authority/decision/decision.ts';
import { type Refusal, type RefusalDetails, refuser } from '../../domain/authority/decision/refuser.ts';
import { nothingLeft, refusedDetails } from '../../domain/authority/decision/remedies.ts';
import { NAMED_TRANSACTION_REFUSALS } from '../../domain/authority/transactions/named-transaction.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';

/** Every reason for which an approval gives no token. docs/reference/approvals.md explains them for developers. */
export const REFUSALS = {
  caller_not_an_agent: {
    code: 'unauthorized_client',
    layer: 'client',
    text: 'only a registered agent asks for approvals',
  },
  agent_not_active: { code: 'unauthorized_client', layer: 'agent', text: 'the agent is not active' },
  parameter_missing: {
    code: 'invalid_request',
    layer: 'request',
    field: 'auth_req_id',
    text: 'auth_req_id is missing',
  },
  request_unknown: {
    code: 'invalid_grant',
    layer: 'approval',
    field: 'auth_req_id',
    text: 'auth_req_id is not one of this agent',
  },
  approval_used: {
    code: 'invalid_grant',
    layer: 'approval',
    field: 'auth_req_id',
    text: 'the token of this approval was fetched already',
  },
  approval_cancelled: {
    code: 'invalid_grant',
    layer: 'approval',
    field: 'auth_req_id',
    text: 'the agent cancelled this request',
  },
  approval_denied: { code: 'access_denied', layer: 'approval', text: 'a person denied this action' },
  approval_expired: {
    code: 'expired_token',
    layer: 'approval',
    text: 'no approver decided in time, or the client did not fetch the token in time',
  },
  approval_ended: {
    code: 'access_denied',
    layer: 'approval',
    text: 'what this was asked for with was ended since, or stopped in an emergency; ask again',
  },
  ...NAMED_TRANSACTION_REFUSALS,
  transaction_other: {
    code: 'invalid_request',
    layer: 'transaction',
    text: 'the approval belongs to another transaction',
  },
  approver_left: {
    code: 'access_denied',
    layer: 'approval',
    text: 'an approver of this action is no longer an approver; ask again',
  },
  action_changed: {
    code: 'access_denied',
    layer: 'approval',
    text: 'this is not what was approved any more; ask again',
  },
  subject_not_active: { code: 'invalid_grant', layer: 'subject', text: 'the account it is for is not active' },
  target_unknown: { code: 'invalid_target', layer: 'resource_server', text: 'there is no such resource server' },
  scope_not_available: { code: 'invalid_scope', layer: 'delegation', text: 'nothing of this scope is available here' },
  details_not_available: {
    code: 'invalid_authorization_details',
    layer: 'delegation',
    field: 'authorization_details',
    text: 'these authorization_details are not inside what is held',
  },
  policy_forbids: {
    code: 'access_denied',
    layer: 'policy',
    text: 'no policy of this server permits this here and now',
  },
  narrowed_by_response: {
    code: 'access_denied',
    layer: 'response',
    text: 'a response rule narrowed what an agent of the chain may do',
  },
  external_denies: {
    code: 'access_denied',
    layer: 'external',
    text: 'the decision point that this server asks besides does not permit this here and now',
  },
  step_up_required: {
    code: 'access_denied',
    layer: 'policy',
    text: 'the people who approved it have to prove themselves more surely; ask again',
  },
  step_up_unavailable: {
    code: 'access_denied',
    layer: 'policy',
    text: 'a policy wants a stronger sign-in than this server has',
  },
  approval_required: { code: 'access_denied', layer: 'approval', text: 'more people have to approve this; ask again' },
} as const satisfies Record<string, Refusal>;

export type Reason = keyof typeof REFUSALS;

export type Refuse = (reason: Reason, details?: RefusalDetails) => DomainError;

export const refusals = (identifiers: Identifiers): Refuse => refuser(REFUSALS, identifiers);

/** Why the decision gives less than approvers approved: then the agent gets no part of it. */
export const notWhole = (decision: Decision): readonly [Reason, RefusalDetails] => {
  if (decision.removedDetails.length > 0) {
    const { reason, layer, text } = refusedDetails(decision);
    return [reason, { layer, text }];
  }
  const { reason, layer, text } = nothingLeft({ ...decision, scope: [] });
  return [reason, { layer, ...(text === undefined ? {} : { text }) }];
};
