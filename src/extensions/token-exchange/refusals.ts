import { TOO_MANY_APPROVALS } from '../../domain/approvals/request-token-approval.ts';
import type { Decision } from '../../domain/authority/decision/decision.ts';
import { denialOf } from '../../domain/authority/decision/layers.ts';
import { type Refusal, type RefusalDetails, refuser } from '../../domain/authority/decision/refuser.ts';
import { nothingLeft, refusedDetails } from '../../domain/authority/decision/remedies.ts';
import { NAMED_TRANSACTION_REFUSALS } from '../../domain/authority/transactions/named-transaction.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';

/**
 * Every reason for refusing an exchange: `denial.reason`, its OAuth error and its text. docs/reference/token-exchange.md
 * explains them for developers, and a test compares the two. A bad subject or actor token is `invalid_request` (RFC 8693
 * §2.2.2), not `invalid_grant`.
 */
export const REFUSALS = {
  caller_not_an_agent: {
    code: 'unauthorized_client',
    layer: 'client',
    text: 'only a registered agent may exchange tokens',
  },
  agent_not_active: { code: 'unauthorized_client', layer: 'agent', text: 'the agent is not active' },
  grant_type_not_registered: {
    code: 'unauthorized_client',
    layer: 'agent',
    text: 'the agent is not registered for this grant type',
  },
  owner_not_active: { code: 'unauthorized_client', layer: 'agent', text: 'the owner of the agent is not active' },
  parameter_missing: { code: 'invalid_request', layer: 'request', text: 'a required parameter is missing' },
  parameter_repeated: { code: 'invalid_request', layer: 'request', text: 'a parameter is given more than once' },
  parameter_too_long: { code: 'invalid_request', layer: 'request', text: 'a parameter is too long' },
  token_type_unsupported: { code: 'invalid_request', layer: 'request', text: 'this token type is not supported here' },
  instance_not_proven: {
    code: 'invalid_request',
    layer: 'agent',
    text: 'a refresh token is given to an instance: sign the client assertion with its key, or send a DPoP proof by it',
  },
  instance_not_startable: {
    code: 'access_denied',
    layer: 'agent',
    text: 'no instance can be started with this key',
  },
  authorization_not_own: {
    code: 'invalid_request',
    layer: 'subject_token',
    field: 'subject_token',
    text: 'subject_token comes from no authorization of this agent itself',
  },
  transaction_without_refresh: {
    code: 'invalid_request',
    layer: 'transaction',
    field: 'subject_token',
    text: 'subject_token belongs to a transaction, which a refresh token would outlive; present a token of the authorization itself',
  },
  scope_malformed: { code: 'invalid_scope', layer: 'request', field: 'scope', text: 'scope is malformed' },
  proof_required: {
    code: 'invalid_request',
    layer: 'request',
    text: 'a DPoP proof is required in this request (RFC 9449)',
  },
  target_missing: {
    code: 'invalid_target',
    layer: 'request',
    field: 'resource',
    text: 'name one resource, or one audience',
  },
  target_ambiguous: {
    code: 'invalid_target',
    layer: 'request',
    field: 'resource',
    text: 'resource and audience must name one and the same resource server',
  },
  target_unknown: {
    code: 'invalid_target',
    layer: 'resource_server',
    field: 'resource',
    text: 'there is no such resource server',
  },
  peer_unknown: {
    code: 'invalid_target',
    layer: 'resource_server',
    field: 'audience',
    text: 'this server vouches for no account at this audience, or this client may not ask for it',
  },
  trust_domain_unknown: {
    code: 'invalid_target',
    layer: 'request',
    field: 'audience',
    text: 'audience must be the trust domain of this server, if it has one',
  },
  context_malformed: {
    code: 'invalid_request',
    layer: 'request',
    text: 'a context is a JSON object of at most 4096 bytes',
  },
  target_not_for_agents: {
    code: 'invalid_target',
    layer: 'resource_server',
    field: 'resource',
    text: 'tokens for this server itself are not exchanged',
  },
  subject_token_not_live: {
    code: 'invalid_request',
    layer: 'subject_token',
    field: 'subject_token',
    text: 'subject_token is not a live access token of this server',
  },
  subject_token_type_mismatch: {
    code: 'invalid_request',
    layer: 'subject_token',
    field: 'subject_token_type',
    text: 'subject_token is not of the declared type',
  },
  subject_token_without_person: {
    code: 'invalid_request',
    layer: 'subject_token',
    field: 'subject_token',
    text: 'subject_token names no person; a token that a client got for itself cannot be exchanged',
  },
  subject_token_of_approval: {
    code: 'invalid_request',
    layer: 'approval',
    field: 'subject_token',
    text: 'subject_token is good for the one action that was approved, and for no further token',
  },
  subject_token_not_for_caller: {
    code: 'invalid_request',
    layer: 'subject_token',
    field: 'subject_token',
    text: 'subject_token was neither issued to this agent nor for a resource server it is registered as',
  },
  subject_token_proof_missing: {
    code: 'invalid_request',
    layer: 'subject_token',
    field: 'subject_token',
    text: 'subject_token is bound to a key: prove that key with DPoP in this request (RFC 9449)',
  },
  subject_not_active: {
    code: 'invalid_request',
    layer: 'subject',
    field: 'subject_token',
    text: 'the account subject_token speaks for is not active',
  },
  actor_token_not_live: {
    code: 'invalid_request',
    layer: 'request',
    field: 'actor_token',
    text: 'actor_token is not a live access token of this server',
  },
  actor_token_not_of_caller: {
    code: 'invalid_request',
    layer: 'request',
    field: 'actor_token',
    text: 'actor_token must be a token that the authenticated agent got for itself',
  },
  actor_token_proof_missing: {
    code: 'invalid_request',
    layer: 'request',
    field: 'actor_token',
    text: 'actor_token is bound to a key: prove that key with DPoP in this request (RFC 9449)',
  },
  consent_missing: {
    code: 'consent_required',
    layer: 'delegation',
    text: 'the person has not allowed this agent anything at this resource',
  },
  owner_not_confirmed: {
    code: 'consent_required',
    layer: 'delegation',
    text: 'the agent has a new owner, whom the person has not confirmed; what it was allowed is suspended until then',
  },
  delegation_not_at_target: {
    code: 'invalid_target',
    layer: 'delegation',
    field: 'resource',
    text: 'the delegation behind subject_token does not reach this resource',
  },
  not_delegable_to_agent: {
    code: 'access_denied',
    layer: 'delegation',
    text: 'the delegation behind subject_token may not be re-delegated to this agent',
  },
  hop_ended: {
    code: 'access_denied',
    layer: 'delegation',
    text: 'the delegation to this agent was ended; the person must consent again',
  },
  chain_too_long: {
    code: 'invalid_request',
    layer: 'delegation',
    field: 'subject_token',
    text: 'the actor chain would be longer than this server allows',
  },
  delegation_ended: {
    code: 'invalid_request',
    layer: 'delegation',
    field: 'subject_token',
    text: 'the delegation behind subject_token has ended',
  },
  ...NAMED_TRANSACTION_REFUSALS,
  transaction_other: {
    code: 'invalid_request',
    layer: 'transaction',
    field: 'transaction',
    text: 'subject_token belongs to another transaction; leave transaction out, or name that one',
  },
  scope_not_available: {
    code: 'invalid_scope',
    layer: 'delegation',
    field: 'scope',
    text: 'nothing of this scope is available here',
  },
  details_malformed: {
    code: 'invalid_authorization_details',
    layer: 'request',
    field: 'authorization_details',
    text: 'authorization_details are not as their types declare them',
  },
  details_not_available: {
    code: 'invalid_authorization_details',
    layer: 'delegation',
    field: 'authorization_details',
    text: 'these authorization_details are not inside what is held',
  },
  policy_forbids: {
    code: 'access_denied',
    layer: 'policy',
    field: 'scope',
    text: 'no policy of this server permits this agent anything of this scope here and now',
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
  step_up_unavailable: {
    code: 'access_denied',
    layer: 'policy',
    field: 'scope',
    text: 'a policy wants a stronger sign-in than this server has',
  },
  step_up_required: {
    code: 'insufficient_user_authentication',
    layer: 'policy',
    field: 'scope',
    text: 'the person has to sign in again, or in a stronger way, before this is given',
  },
  approval_required: {
    code: 'access_denied',
    layer: 'approval',
    field: 'scope',
    text: 'all that is left of this scope needs an approval each time',
  },
  too_many_approvals: TOO_MANY_APPROVALS,
  too_many_consent_requests: {
    code: 'too_many_requests',
    layer: 'limits',
    text: 'this agent has asked this person too often; wait',
  },
} as const satisfies Record<string, Refusal>;

export type Reason = keyof typeof REFUSALS;

export type Refuse = (reason: Reason, details?: RefusalDetails) => DomainError;

/** The text of `consent_missing` if the consent would be limited to calls of the app that holds the token (decision 21). */
export const NOT_ALLOWED_FOR_CALLS =
  'the app the token was issued to holds nothing at this resource, and the person has not allowed this agent anything there when that app calls it';

/** Why no scope is left: the layer that removed the last scope, also as text. */
export const nothingIsLeft = (decision: Pick<Decision, 'removed' | 'scope'>): readonly [Reason, RefusalDetails] => {
  const { reason, layer, remedies, text = denialOf(layer)?.refusal } = nothingLeft(decision);
  return [reason, { layer, remedies, ...(text === undefined ? {} : { text }) }];
};

/** Why the requested authorization details are not given. */
export const detailsAreRefused = (decision: Pick<Decision, 'removedDetails'>): readonly [Reason, RefusalDetails] => {
  const { reason, layer, text, remedies } = refusedDetails(decision);
  return [reason, { layer, text, remedies, field: 'authorization_details' }];
};

/** Creates a refusal with a denial that has an id of its own (decision D6). The caller throws it. */
export const refusals = (identifiers: Identifiers): Refuse => refuser(REFUSALS, identifiers);
