import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: this server as a client of other authorization servers. */
export const TOKEN_CLIENT_REFUSALS = {
  token_endpoint_missing: {
    code: 'invalid_field',
    text: 'A client for short access tokens belongs to a token endpoint.',
  },
  token_client_id_missing: {
    code: 'invalid_field',
    text: 'A token endpoint needs the client_id that this server has there.',
  },
  token_client_is_issuer: {
    code: 'invalid_field',
    text: 'The client_id there is not the issuer of this server: its assertions would look like own tokens.',
  },
  token_client_secret_missing: {
    code: 'invalid_field',
    text: 'client_secret_basic needs the client secret; so does another URL, token endpoint or client, in the same change.',
  },
  token_client_secret_malformed: {
    code: 'invalid_field',
    text: 'A client secret has 1 to 1,024 visible ASCII characters.',
  },
  token_client_secret_unused: {
    code: 'invalid_field',
    text: 'With private_key_jwt there is no secret: the server signs with its own keys.',
  },
  token_client_audience_unused: {
    code: 'invalid_field',
    text: 'An audience belongs to the assertions of private_key_jwt.',
  },
  token_client_scope_malformed: {
    code: 'invalid_field',
    text: 'Scopes are separated by single spaces, and have no quotes or backslashes (RFC 6749 §3.3).',
  },
  token_client_resource_malformed: {
    code: 'invalid_field',
    text: 'A resource is an absolute URI without fragment (RFC 8707 §2).',
  },
} as const satisfies RefusalTable;

export const tokenClientRefusal = refusalsOf(TOKEN_CLIENT_REFUSALS);
