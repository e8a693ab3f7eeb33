/** Schemas of clients. */
import { GRANT_TYPES } from '../../../../domain/clients/clients/grant-types.ts';
import { CERTIFICATE_METHODS } from '../../../../domain/platform/certificates/certificate-rule.ts';
import { CERTIFICATE, CERTIFICATE_GIVEN } from '../../certificates.ts';
import { DELIVERY_MODE, SECURITY_SUSPENSION } from '../../registered-parties.ts';
import { named, ref } from '../../schema.ts';
import {
  change,
  flag,
  identified,
  input,
  list,
  nullable,
  oneOf,
  output,
  page,
  RECORD,
  SECRET,
  seconds,
  string,
  strings,
  text,
  WARNINGS,
} from '../../schema-parts.ts';
import { JSON_WEB_KEY_SET, JWKS_URI, ROLES, SCOPES_BY_RESOURCE } from '../../shared-schemas.ts';

const CLIENT_KIND = {
  application_type: oneOf('Kind of application. Cannot be changed.', ['web', 'native']),
  token_endpoint_auth_method: oneOf('Authentication method. Cannot be changed.', [
    'private_key_jwt',
    'client_secret_basic',
    'client_secret_post',
    ...CERTIFICATE_METHODS,
    'none',
  ]),
};

const CLIENT_MEMBERS = {
  name: text('Name to show, one line.', 100),
  owner: text('Account that owns the client.', 64),
  purpose: text(
    'What the client is for, one line. A confidential client without owner or purpose is a finding, and works all the same.',
    500,
  ),
  jwks: ref(JSON_WEB_KEY_SET),
  jwks_uri: JWKS_URI,
  grant_types: list(
    'Default: authorization_code and refresh_token. CIBA is for agents.',
    10,
    oneOf('A grant type.', GRANT_TYPES),
  ),
  redirect_uris: strings('Redirect URIs; required for authorization_code.', 20, 2000),
  post_logout_redirect_uris: strings('Redirect URIs after sign-out.', 20, 2000),
  backchannel_logout_session_required: flag(
    'Whether ID tokens and logout tokens name the session in `sid`. Default false: a logout token then covers all sessions of the person at this client.',
  ),
  cors_origins: strings('Origins of browser apps that may call the token endpoint.', 20, 2000),
  skip_consent: flag('First party: no consent page.'),
  dpop_bound_access_tokens: flag('Whether all access tokens of the client are bound to a key (RFC 9449 §5.2).'),
  certificate_bound_access_tokens: flag(
    'Whether all access tokens of the client are bound to the client certificate of the token request (RFC 8705 §3).',
  ),
  require_pushed_authorization_requests: flag(
    'Whether the client must push its authorization requests (RFC 9126 §6). Default false.',
  ),
  require_pkce: flag(
    'False: code requests with `openid` and a `nonce` may omit PKCE (RFC 7636). For a confidential client whose software does not support PKCE. An administrator decides. Default true.',
  ),
  legacy_assertion_audience: flag(
    'Whether client assertions may name the token endpoint as `aud`, as one string, instead of the issuer (RFC 10070). For software that cannot be changed. An administrator decides. Default false.',
  ),
  id_token_signed_response_alg: oneOf('Signature algorithm of ID tokens.', ['RS256', 'ES256', 'PS256', 'EdDSA']),
  roles: list(
    'Roles in this API when the client acts for itself. Only an administrator gives the role administrator.',
    3,
    oneOf('A role.', ROLES),
  ),
};

const CLIENT_LOGOUT = text(
  'https URL that receives a logout token when a session ends in which a person signed in to the client (OpenID Connect Back-Channel Logout 1.0).',
  2000,
);

const CLIENT_AUTHORITY = {
  ...ref(SCOPES_BY_RESOURCE),
  description:
    'Rights of the client when it acts for itself. It does not limit what people allow, except where consent is skipped (skip_consent).',
};

export const NEW_CLIENT = named(
  'NewClient',
  input(
    {
      ...CLIENT_KIND,
      ...CLIENT_MEMBERS,
      ...CERTIFICATE_GIVEN,
      backchannel_logout_uri: CLIENT_LOGOUT,
      authority: CLIENT_AUTHORITY,
    },
    ['name'],
  ),
);

export const CLIENT_CHANGE = named(
  'ClientChange',
  change({
    ...CLIENT_MEMBERS,
    ...CERTIFICATE_GIVEN,
    backchannel_logout_uri: nullable(CLIENT_LOGOUT),
    authority: nullable(CLIENT_AUTHORITY),
  }),
);

const CERTIFICATE_MEMBERS = { certificate: ref(CERTIFICATE) };

export const CLIENT = named(
  'Client',
  output(
    {
      ...identified('The client_id. Begins with app_.'),
      ...CLIENT_KIND,
      ...CLIENT_MEMBERS,
      ...CERTIFICATE_MEMBERS,
      backchannel_logout_uri: CLIENT_LOGOUT,
      authority: CLIENT_AUTHORITY,
      backchannel_token_delivery_mode: DELIVERY_MODE,
      state: oneOf('Whether it is active; retired is final.', ['active', 'disabled', 'retired']),
      security_suspension: {
        ...SECURITY_SUSPENSION,
        description:
          'It was disabled for security. Only an operator who does not own it, and has not owned it, can enable it.',
      },
      verified_at: seconds('When the name was verified. Other clients cannot register a similar name.'),
      expires_at: seconds('When it expires unless an account adopts it.'),
      credentials_set_by: {
        ...output({ caller: string(), at: seconds('When.') }),
        description: 'Account or client that last set the keys, certificate or secret.',
      },
      redirect_uris_set_by: {
        ...output({ caller: string(), at: seconds('When.') }),
        description: 'Account or client that last set the redirect URIs.',
      },
      ...RECORD,
      ...WARNINGS,
      ...SECRET,
    },
    [
      'owner',
      'purpose',
      'jwks',
      'jwks_uri',
      'certificate',
      'certificate_bound_access_tokens',
      'authority',
      'require_pushed_authorization_requests',
      'backchannel_logout_uri',
      'backchannel_logout_session_required',
      'backchannel_token_delivery_mode',
      'security_suspension',
      'verified_at',
      'expires_at',
      'credentials_set_by',
      'redirect_uris_set_by',
      'warnings',
      'client_secret',
    ],
  ),
);

export const CLIENT_PAGE = page(CLIENT);
