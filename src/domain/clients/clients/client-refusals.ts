import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: clients. */
export const CLIENT_REFUSALS = {
  redirect_uri_missing: { code: 'invalid_field', text: 'The grant type authorization_code needs a redirect URI.' },
  redirect_uri_unused: {
    code: 'invalid_field',
    text: 'Redirect URIs are for the grant type authorization_code, which is not among the grant types.',
  },
  client_not_adoptable: { code: 'conflict', text: 'Only a client that registered itself and has no owner is adopted.' },
  client_suspended_for_security: {
    code: 'forbidden',
    text: 'This client was disabled for security. An operator who does not own it, and has not owned it, enables it. If there is none, an administrator gives another person the role operator.',
  },
  client_owners_too_many: {
    code: 'conflict',
    text: 'This client has had {most} owners, and each may still hold its credentials. Register another client for the new owner.',
  },
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
  pkce_needed_by_public_client: {
    code: 'invalid_field',
    text: 'A public client has nothing but PKCE to protect its codes (RFC 9700 §2.1.1).',
  },
  pkce_without_codes: {
    code: 'invalid_field',
    text: 'PKCE concerns clients with the grant type authorization_code only.',
  },
  assertion_audience_without_assertion: {
    code: 'invalid_field',
    text: 'The audience of assertions concerns clients that use private_key_jwt only.',
  },
  assertion_audience_fixed_by_fapi: {
    code: 'invalid_field',
    text: 'FAPI 2.0 takes the issuer as audience only (Security Profile §5.3.2.1).',
  },
  name_reserved: {
    code: 'invalid_field',
    text: 'The name "{name}" is reserved on this server. Use a name without it, or ask an operator to register it.',
  },
  name_vouches_for_itself: {
    code: 'invalid_field',
    text: 'A name does not vouch for itself: use one without "{word}".',
  },
  name_has_pictures: {
    code: 'invalid_field',
    text: 'A name has letters and digits, and no pictures, check marks or seals.',
  },
  grant_type_for_agents: {
    code: 'invalid_field',
    text: 'CIBA is for agents: people approve their single actions. Register an agent, or leave this grant type out.',
  },
  client_credentials_of_public_client: {
    code: 'invalid_field',
    text: 'A public client cannot use client_credentials (RFC 6749 §4.4).',
  },
  exchange_of_public_client: {
    code: 'invalid_field',
    text: 'A public client neither exchanges tokens nor redeems assertions.',
  },
  address_served_here: {
    code: 'invalid_field',
    text: 'This address is one of this server. Name one of the application.',
  },
  address_on_own_host: {
    code: 'invalid_field',
    text: 'This host is the one of this server. Name one of the application.',
  },
  credentials_set_by_other: {
    code: 'conflict',
    text: 'The credentials of this client were set by {setter}. Send jwks, jwks_uri or certificate in the same call, or rotate the secret first.',
  },
  redirect_uris_set_by_other: {
    code: 'conflict',
    text: 'The redirect URIs of this client were set by {setter}. Read them, and send redirect_uris in the same call.',
  },
  client_without_account: {
    code: 'forbidden',
    text: 'This client stands for no account. Use the console, or a client that an operator owns.',
  },
  credentials_setter_unknown: {
    code: 'forbidden',
    text: 'It is not known who set the credentials of this client. Use the console, or replace them first.',
  },
  caller_account_without_role: {
    code: 'forbidden',
    text: 'The account behind this call needs the role {roles}, and to be active.',
  },
} as const satisfies RefusalTable;

export const clientRefusal = refusalsOf(CLIENT_REFUSALS);
