import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: agents. */
export const AGENT_REFUSALS = {
  credentials_are_for_owner: {
    code: 'forbidden',
    text: 'Only the owner of an agent or an administrator gives it credentials, redirect URIs and endpoints, or has its tokens bound no more. An operator suspends and removes them.',
  },
  credentials_need_owner: {
    code: 'conflict',
    text: 'This agent has no owner. Its next owner gives it credentials, after accepting it.',
  },
  agent_changed: { code: 'conflict', text: 'This agent was changed in the meantime.' },
  agent_changed_before_acceptance: {
    code: 'precondition_failed',
    text: 'This agent was changed in the meantime; read it again before you accept it.',
  },
  credentials_need_kids: { code: 'invalid_field', text: 'When an agent has several keys each needs its own "kid".' },
  credentials_repeat_kid: { code: 'invalid_field', text: 'Another key of this agent has the same "kid".' },
  credentials_exceeded: { code: 'invalid_field', text: 'An agent has at most {most} credentials.' },
  agent_state_conflict: { code: 'conflict', text: 'An agent that is {state} cannot be {action}.' },
  agent_retired: { code: 'conflict', text: 'A retired agent cannot be changed.' },
  retired_agent_not_acceptable: { code: 'conflict', text: 'A retired agent cannot be accepted.' },
  acceptance_expired: { code: 'conflict', text: 'The time in which this agent could be accepted is over.' },
  agent_expired: { code: 'conflict', text: 'The time of this agent is over; give it a later end first.' },
  agent_suspended_for_security: {
    code: 'forbidden',
    text: 'This agent was suspended for security. An operator who does not own it, and has not owned it since, resumes it. If there is none, an administrator gives another person the role operator.',
  },
  agent_restricted: {
    code: 'forbidden',
    text: 'A response rule restricted this agent. An operator who does not own it, and has not owned it since, lifts that. If there is none, an administrator gives another person the role operator.',
  },
  credential_expired: { code: 'conflict', text: 'The time of this credential is over; add another one.' },
  credential_not_found: { code: 'not_found', text: 'This agent has no such credential.' },
  acceptance_not_asked: { code: 'forbidden', text: 'Only the proposed owner of an agent accepts it.' },
  decline_not_asked: { code: 'forbidden', text: 'Only the proposed owner of an agent declines it.' },
  next_owner_inactive: {
    code: 'conflict',
    text: 'The next owner is not active: name an active account, or a group with an active member.',
  },
  owner_inactive: { code: 'invalid_field', text: 'The owner is an active account, or a group with an active member.' },
  instance_agent_inactive: { code: 'conflict', text: 'This agent is not active.' },
  agent_changed_owner: {
    code: 'conflict',
    text: 'The owner of this agent has changed in the meantime; read it again.',
  },
  credential_issuer_unknown: { code: 'invalid_field', text: 'There is no active trusted issuer with this id.' },
  credential_kind_unknown: { code: 'invalid_field', text: 'There is no such kind of credential.' },
  credential_keys_unusable: {
    code: 'conflict',
    text: 'This credential is not usable, or holds no keys, so none are replaced. Add another credential.',
  },
  credential_key_unchanged: {
    code: 'invalid_field',
    text: 'A key is among the old ones, which the rotation ends. Create a new key.',
  },
  credential_overlap_too_long: {
    code: 'invalid_field',
    text: 'The old keys are good for at most {most} seconds more.',
  },
  agent_uses_exceeded: { code: 'invalid_field', text: 'At most 20 uses can be named.' },
  sponsor_inactive: { code: 'invalid_field', text: 'The sponsor is an active account.' },
  agent_resources_exceeded: { code: 'invalid_field', text: 'At most 20 resource servers can be named.' },
  agent_resource_repeated: { code: 'invalid_field', text: 'This resource server is there twice.' },
  agent_resource_unknown: { code: 'invalid_field', text: 'There is no resource server with this id.' },
  composition_digest_malformed: { code: 'invalid_field', text: 'This is "sha256:" and 64 hexadecimal digits.' },
  composition_empty: { code: 'invalid_field', text: 'Give a digest, or members from which the server computes it.' },
  composition_not_approved: {
    code: 'access_denied',
    text: 'The agent runs with another composition than its own, or does not say with which. Its owner has to approve it first.',
  },
  composition_suspends: {
    code: 'access_denied',
    text: 'The agent runs with another composition than its own, and was suspended for it.',
  },
  composition_not_shown: {
    code: 'access_denied',
    text: 'The agent has shown its composition before, and this request shows none. Add the claim composition to the client assertion or attestation, or let the owner declare the composition again.',
  },
  composition_not_waiting: {
    code: 'conflict',
    text: 'No such composition waits for a decision; read the agent again.',
  },
  composition_tools_exceeded: { code: 'invalid_field', text: 'At most 200 tools can be named.' },
  token_bound_twice: {
    code: 'invalid_field',
    text: 'A token is bound to a certificate or to a key (DPoP), not to both.',
  },
  agent_without_secret: { code: 'conflict', text: 'This agent has no secret.' },
  agent_secret_allowed_to_owned: {
    code: 'conflict',
    text: 'Only an agent with an owner may have a secret.',
  },
  agent_has_secret: { code: 'conflict', text: 'This agent has a secret already; rotate that one, or remove it.' },
  notification_endpoint_unused: {
    code: 'invalid_field',
    text: 'This is for the grant type {grantType}, which is not among the grant types.',
  },
  secret_of_new_agent: {
    code: 'invalid_field',
    text: 'A secret is allowed to an agent that is there already, by itself.',
  },
  secret_too_long_lived: { code: 'invalid_field', text: 'A secret ends at most 90 days from now.' },
  secret_overlap_too_long: { code: 'invalid_field', text: 'The old secret is good for at most {most} seconds more.' },
  secret_not_allowed: { code: 'conflict', text: 'This agent has no secret: none was allowed, or its time is over.' },
  secret_still_ending: {
    code: 'conflict',
    text: 'Another secret of this agent is still running out; wait, or remove it.',
  },
} as const satisfies RefusalTable;

export const agentRefusal = refusalsOf(AGENT_REFUSALS);
