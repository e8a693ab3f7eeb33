import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: resource servers. */
export const RESOURCE_SERVER_REFUSALS = {
  target_accepted_by_proposer: {
    code: 'forbidden',
    text: 'The proposer does not accept their own pair, nor does a client that they own or whose credentials they set. Ask another operator or administrator.',
  },
  target_accepted_by_newer: {
    code: 'forbidden',
    text: 'Your account or client was created or changed after the proposal. Withdraw the pair, have it proposed again, and accept it then.',
  },
  target_unknown: { code: 'not_found', text: 'This resource server has no such pair. Its list shows those it has.' },
  target_proposed_again: {
    code: 'conflict',
    text: 'This pair was proposed again in the meantime. Look at it once more.',
  },
  resource_identifier_taken: { code: 'conflict', text: 'This identifier belongs to another resource server.' },
  management_api_fixed: {
    code: 'conflict',
    text: 'This resource server is the management API itself; it cannot be changed.',
  },
  scim_api_fixed: {
    code: 'conflict',
    text: 'This resource server is the SCIM endpoint of this server; it cannot be changed.',
  },
  ssf_api_fixed: {
    code: 'conflict',
    text: 'This resource server is the Shared Signals endpoint of this server; it cannot be changed.',
  },
  resource_unknown: { code: 'invalid_field', text: 'No resource server has this identifier.' },
  resource_identifier_is_own: { code: 'invalid_field', text: 'This identifier belongs to this server itself.' },
  resource_without_secret: { code: 'conflict', text: 'This resource server does not authenticate with a secret.' },
  resource_token_lifetime_wrong: { code: 'invalid_field', text: 'An access token lives 30 to 3600 seconds.' },
  resource_keys_unused: {
    code: 'invalid_field',
    text: 'Keys belong to the introspection method private_key_jwt only.',
  },
  scope_star_not_alone: { code: 'invalid_field', text: '"*" means all scopes and stands alone.' },
  scope_undeclared: { code: 'invalid_field', text: 'The resource server does not declare this scope.' },
  scope_repeated: { code: 'invalid_field', text: 'This scope is there twice.' },
  scope_declared_twice: { code: 'invalid_field', text: 'This scope is declared twice.' },
  scopes_count_wrong: { code: 'invalid_field', text: 'A resource server declares 1 to 200 scopes.' },
  scope_name_malformed: {
    code: 'invalid_field',
    text: 'A scope has 1 to 128 visible ASCII characters without quote and backslash (RFC 6749 §3.3).',
  },
  scope_name_is_star: { code: 'invalid_field', text: '"*" means all scopes and names none.' },
  scope_name_of_openid: { code: 'invalid_field', text: 'This scope has a meaning in OpenID Connect.' },
  target_is_self: { code: 'invalid_field', text: 'A resource server does not delegate to itself. Name another API.' },
  target_unregistered: { code: 'invalid_field', text: 'No resource server has this identifier. Register it first.' },
  target_disabled: { code: 'invalid_field', text: 'This resource server is disabled. Enable it first.' },
  target_scope_undeclared: {
    code: 'invalid_field',
    text: 'The other resource server does not declare this scope. Name one that it declares.',
  },
  targets_exceeded: {
    code: 'invalid_field',
    text: 'A resource server holds at most {most} pairs. Withdraw another pair first.',
  },
  target_is_management_api: {
    code: 'invalid_field',
    text: 'The management API takes no token of an agent that acts for a person.',
  },
  authority_resources_exceeded: { code: 'invalid_field', text: 'At most {most} resources can be named.' },
  target_exists: { code: 'conflict', text: 'This pair is {state} already.' },
  status_list_of_opaque: {
    code: 'invalid_field',
    text: 'A status list is for JWT access tokens. Set access_token_format to jwt, or status_list to false.',
  },
  resource_permission_unknown: {
    code: 'invalid_field',
    text: 'A permission of a resource server is one of {permissions}.',
  },
  environment_unknown: { code: 'invalid_field', text: 'An environment is one of {environments}.' },
} as const satisfies RefusalTable;

export const resourceServerRefusal = refusalsOf(RESOURCE_SERVER_REFUSALS);
