/** oidc-provider's names for its routes, by caller. */

/** Routes for clients, which authenticate in the request itself. */
const BY_CLIENTS = new Set([
  'token',
  'introspection',
  'revocation',
  'pushed_authorization_request',
  'device_authorization',
  'backchannel_authentication',
]);
/** Public documents, which are the same for every caller. */
const DOCUMENTS = new Set(['discovery', 'jwks']);

export const isByClients = (route: string | undefined): boolean => route !== undefined && BY_CLIENTS.has(route);

export const isPublicDocument = (route: string | undefined): boolean => route !== undefined && DOCUMENTS.has(route);

/** Routes for programs: the response is always JSON, regardless of `Accept` (IN-10). */
export const isForPrograms = (route: string | undefined): boolean =>
  isByClients(route) || isPublicDocument(route) || route === 'userinfo' || route === 'challenge';
