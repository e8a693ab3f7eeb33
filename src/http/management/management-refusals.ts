import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of the management API. */
export const MANAGEMENT_REFUSALS = {
  role_missing: { code: 'forbidden', text: 'This needs the role {role}.' },
  agent_needed: {
    code: 'forbidden',
    text: 'An agent makes this call, or an app without a role, with an access token that it got for itself by client credentials.',
  },
  administrator_needed: { code: 'forbidden', text: 'Only an administrator {action}.' },
  precondition_stale: { code: 'precondition_failed', text: 'The object was changed in the meantime; read it again.' },
  cursor_of_other_list: { code: 'invalid_field', text: 'This cursor was not made for this list.' },
  body_incomplete: { code: 'invalid_request', text: 'The body ended before it was complete.' },
  body_not_object: { code: 'invalid_request', text: 'The body is a JSON object.' },
  account_of_token_inactive: { code: 'forbidden', text: 'The account of this token is not active.' },
  member_for_operators: { code: 'forbidden', text: 'This member is set by an operator or administrator.' },
  owner_needed: { code: 'invalid_field', text: 'A client that acts for itself names the owner.' },
  registration_for_others_forbidden: {
    code: 'forbidden',
    text: 'An operator or administrator registers agents for others.',
  },
  leaving_blueprint_forbidden: {
    code: 'forbidden',
    text: 'An operator or administrator takes an agent out of its blueprint.',
  },
  moving_environment_forbidden: {
    code: 'forbidden',
    text: 'An operator or administrator moves an agent to another environment.',
  },
  line_not_object: { code: 'invalid_request', text: 'A line is a JSON object.' },
  idempotency_key_missing: {
    code: 'invalid_request',
    text: 'Send an Idempotency-Key, so that what breaks can be sent again.',
  },
  bulk_registrations_exceeded: { code: 'unavailable', text: 'Too many are being registered at once.' },
  client_without_reviewer: { code: 'forbidden', text: 'This client has no owner who can review.' },
  personal_value_gone: { code: 'not_found', text: 'This event holds no such value, or none any more.' },
  self_registered_not_excepted: {
    code: 'invalid_field',
    text: 'This client registered itself. Register it with `behalf clients create` to lift a rule for it.',
  },
  adoption_needs_account: {
    code: 'forbidden',
    text: 'A client is adopted by an account, or by a client that stands for one.',
  },
  tokens_for_others_forbidden: { code: 'forbidden', text: 'An operator or administrator makes tokens for others.' },
  tokens_for_clients_forbidden: {
    code: 'forbidden',
    text: 'An operator or administrator lets clients that are no agents register.',
  },
  owner_search_empty: { code: 'invalid_field', text: 'Say which name is looked for.' },
  owner_not_found: { code: 'not_found', text: 'There is no {kind} with this name or id.' },
  idempotency_key_not_visible: { code: 'invalid_request', text: 'An Idempotency-Key has 1 to 128 visible characters.' },
  etag_unknown: { code: 'precondition_failed', text: 'If-Match is not an ETag this server gave.' },
  server_sends_own_keys: {
    code: 'invalid_field',
    text: 'A resource server sends its public keys themselves, as "jwks".',
  },
  secret_is_made_here: { code: 'invalid_field', text: 'Secrets are made by this server and shown once.' },
  pair_is_proposed: {
    code: 'invalid_field',
    text: 'Propose each pair with propose-delegation. Another operator or administrator accepts it.',
  },
  state_has_routes: { code: 'invalid_field', text: 'The state changes by the routes made for it.' },
  id_is_made_here: { code: 'invalid_field', text: 'Ids are made by this server.' },
  member_not_settable: { code: 'invalid_field', text: 'This member cannot be set.' },
} as const satisfies RefusalTable;

export const managementRefusal = refusalsOf(MANAGEMENT_REFUSALS);
