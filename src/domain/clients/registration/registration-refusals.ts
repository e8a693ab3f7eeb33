import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: registration of clients. */
export const REGISTRATION_REFUSALS = {
  certificate_named_twice: {
    code: 'invalid_field',
    text: 'A certificate is known by exactly one name (RFC 8705 §2.1.2).',
  },
  certificate_name_unused: { code: 'invalid_field', text: 'This goes with the method tls_client_auth.' },
  certificate_name_needed: { code: 'invalid_field', text: 'One of {members} is needed.' },
  certificate_keys_beside: {
    code: 'invalid_field',
    text: 'An agent with tls_client_auth registers no keys beside it.',
  },
  credentials_changed_by_owner: { code: 'invalid_field', text: 'These credentials are changed by the owner.' },
  metadata_text_too_long: { code: 'invalid_field', text: 'This is a text of at most {most} characters.' },
  jwks_malformed: { code: 'invalid_field', text: 'This is a JWK Set (RFC 7517 §5).' },
  response_type_unknown: { code: 'invalid_field', text: 'The response type is "code".' },
  scope_list_malformed: {
    code: 'invalid_field',
    text: 'These are scope names with one space between them (RFC 6749 §3.3).',
  },
  notification_endpoint_missing: {
    code: 'invalid_field',
    text: 'The delivery mode "ping" needs the URL that is pinged; without one, use "poll".',
  },
  token_owner_is_group: { code: 'invalid_field', text: 'A group owns agents only: name a blueprint, or an account.' },
  logout_uri_on_other_host: { code: 'invalid_field', text: 'This is on the host of a redirect URI of this client.' },
  open_registration_for_public: {
    code: 'invalid_field',
    text: 'Open registration takes no keys or certificates. Use an initial access token.',
  },
  agent_owner_missing: { code: 'invalid_field', text: 'Name the account or group that is asked.' },
  agent_owner_differs: { code: 'invalid_field', text: 'This is not the owner of the initial access token.' },
  agent_blueprint_differs: { code: 'invalid_field', text: 'This is not the blueprint of the initial access token.' },
  agent_method_unknown: {
    code: 'invalid_field',
    text: 'An agent authenticates by its key, "private_key_jwt", or by its certificate, "tls_client_auth".',
  },
  registration_token_used: { code: 'unauthenticated', text: 'This registration access token was used already.' },
  idempotency_key_reused: { code: 'conflict', text: 'This idempotency key was used for something else.' },
  replaced_id_differs: { code: 'invalid_field', text: 'This is the id of the client that is replaced.' },
  replaced_member_fixed: { code: 'invalid_field', text: 'This member cannot be set (RFC 7592 §2.2).' },
  replaced_secret_differs: { code: 'invalid_field', text: 'The secret is the one it has, or left out.' },
  replaced_statement_differs: {
    code: 'invalid_field',
    text: 'The software statement is the one it was registered with, or left out.',
  },
  redirect_uri_on_other_host: {
    code: 'invalid_field',
    text: 'No redirect URI of this client is on this host; register another client.',
  },
  pushed_requests_not_loosened: { code: 'invalid_field', text: 'This is not taken away this way.' },
  statement_issuer_not_accepted: { code: 'access_denied', text: 'Statements of this issuer are not accepted here.' },
  registration_token_not_for_agents: {
    code: 'invalid_field',
    text: 'This initial access token registers clients that are no agents.',
  },
  statement_without_blueprint: {
    code: 'invalid_field',
    text: 'The software statement names no blueprint, so this is no agent.',
  },
  agent_needs_initial_access_token: {
    code: 'invalid_field',
    text: 'An agent needs an initial access token of its owner.',
  },
  registration_stopped: { code: 'unauthenticated', text: 'Nothing is registered at the moment.' },
  initial_access_token_invalid: {
    code: 'unauthenticated',
    text: 'This initial access token is not good, or not any more.',
  },
  initial_access_token_used_up: { code: 'unauthenticated', text: 'All uses of this initial access token are taken.' },
  registration_access_token_invalid: {
    code: 'unauthenticated',
    text: 'This registration access token is not good here, or not any more.',
  },
  initial_access_token_missing: { code: 'unauthenticated', text: 'Registration here needs an initial access token.' },
  replaced_value_fixed: { code: 'invalid_field', text: 'This cannot be changed.' },
  replaced_value_accepted: {
    code: 'invalid_field',
    text: 'The owner has accepted this, and only the owner changes it.',
  },
  replaced_value_of_trusted_client: {
    code: 'invalid_field',
    text: 'This client has a role or skips consent: its owner or an administrator changes this.',
  },
  binding_not_loosened: { code: 'invalid_field', text: 'A binding is not taken away this way.' },
  statement_malformed: { code: 'invalid_field', text: 'This is a JWT of at most {most} characters.' },
  statement_without_claims: { code: 'invalid_field', text: 'This is no JWT whose claims are a JSON object.' },
  statement_without_issuer: { code: 'invalid_field', text: 'It names no issuer (RFC 7591 §2.3).' },
  statement_keys_unavailable: { code: 'invalid_field', text: 'The keys of its issuer cannot be had.' },
  statement_signature_wrong: { code: 'invalid_field', text: 'The signature is not that of its issuer.' },
  statement_times_malformed: { code: 'invalid_field', text: 'Times in it are whole numbers.' },
  statement_expired: { code: 'invalid_field', text: 'It has expired.' },
  statement_not_yet_valid: { code: 'invalid_field', text: 'It does not count yet.' },
  statement_of_other_audience: { code: 'invalid_field', text: 'It is for another audience.' },
} as const satisfies RefusalTable;

export const registrationRefusal = refusalsOf(REGISTRATION_REFUSALS);
