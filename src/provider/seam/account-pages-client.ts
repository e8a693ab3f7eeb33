/** Our own pages sign users in through the authorization endpoint like any other client; they never request a token. */
export const ACCOUNT_PAGES_CLIENT = {
  client_id: 'account-pages',
  client_name: 'Account pages',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  behalf_kind: 'account_pages',
  behalf_skip_consent: true,
  behalf_cors_origins: [],
} as const;
