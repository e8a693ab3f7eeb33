import { refuseField } from '../../vocabulary/errors.ts';

export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 7523 §2.1 */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** CIBA Core §10.1; for agents, whose single actions users approve. */
export const CIBA = 'urn:openid:params:grant-type:ciba';

/** The grant types that agents and other clients may register. */
export const GRANT_TYPES: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  DEVICE_CODE,
  // Only for assertions from and to other domains: plain token exchange is for agents.
  TOKEN_EXCHANGE,
  JWT_BEARER,
  CIBA,
];

/**
 * Checks that grant types fit each other and the redirect URIs: there are redirect URIs if and only if the
 * authorization endpoint is used (RFC 7591 §2). Throws 'invalid_field'.
 */
export const checkGrantTypes = (
  grantTypes: readonly string[],
  allowed: readonly string[],
  redirectUris: readonly string[],
): readonly string[] => {
  if (grantTypes.length === 0) refuseField('/grant_types', 'Name at least one grant type.');
  for (const [index, grantType] of grantTypes.entries()) {
    if (!allowed.includes(grantType)) {
      refuseField(`/grant_types/${index}`, `A grant type here is one of ${allowed.join(', ')}.`);
    }
    if (grantTypes.indexOf(grantType) !== index)
      refuseField(`/grant_types/${index}`, 'This grant type is there twice.');
  }
  const asksPeople = grantTypes.includes('authorization_code');
  if (asksPeople && redirectUris.length === 0) {
    refuseField('/redirect_uris', 'The grant type authorization_code needs a redirect URI.');
  }
  if (!asksPeople && redirectUris.length > 0) {
    refuseField(
      '/redirect_uris',
      'Redirect URIs are for the grant type authorization_code, which is not among the grant types.',
    );
  }
  if (grantTypes.includes('refresh_token') && !asksPeople && !grantTypes.includes(DEVICE_CODE)) {
    refuseField('/grant_types', 'Refresh tokens come with authorization_code or the device flow only.');
  }
  return grantTypes;
};
