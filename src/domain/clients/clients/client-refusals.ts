import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: clients. */
export const CLIENT_REFUSALS = {
  redirect_uri_missing: { code: 'invalid_field', text: 'The grant type authorization_code needs a redirect URI.' },
  redirect_uri_unused: {
    code: 'invalid_field',
    text: 'Redirect URIs are for the grant type authorization_code, which is not among the grant types.',
  },
  client_not_adoptable: { code: 'conflict', text: 'Only a client that registered itself and has no owner is adopted.' },
  client_retired: { code: 'conflict', text: 'A retired client cannot be changed.' },
  grant_types_missing: { code: 'invalid_field', text: 'Name at least one grant type.' },
  grant_type_unknown: { code: 'invalid_field', text: 'A grant type here is one of {allowed}.' },
  grant_type_repeated: { code: 'invalid_field', text: 'This grant type is there twice.' },
  refresh_tokens_not_possible: {
    code: 'invalid_field',
    text: 'Refresh tokens come with authorization_code or the device flow only.',
  },
  owner_not_active_account: { code: 'invalid_field', text: 'The owner is an active account.' },
  client_without_secret: { code: 'conflict', text: 'This client does not authenticate with a secret.' },
  logout_without_redirect_uri: { code: 'invalid_field', text: 'No user signs in to a client without redirect URIs.' },
  tokens_bound_twice: { code: 'invalid_field', text: 'Tokens are bound to a certificate or to a DPoP key, not both.' },
  client_roles_unused: {
    code: 'invalid_field',
    text: 'Roles are for a client that acts for itself with client_credentials.',
  },
  consent_not_skippable: {
    code: 'invalid_field',
    text: 'A public client goes without consent only if all its redirect URIs are https.',
  },
} as const satisfies RefusalTable;

export const clientRefusal = refusalsOf(CLIENT_REFUSALS);
