/**
 * The maximum size of each parameter of an endpoint for unauthenticated callers. Their sum limits what such a request stores
 * (RFC 6749 §10.10 leaves the sizes to the server). Checked before any look-up or write.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';

/** Routes of oidc-provider that unauthenticated clients may call, with their names in the documentation. */
export const BOUNDED_ROUTES: Readonly<Record<string, string>> = {
  authorization: '`/auth`',
  pushed_authorization_request: '`/request`',
  device_authorization: '`/device/auth`',
  code_verification: '`/device`',
  end_session: '`/session/end`',
  end_session_confirm: '`/session/end/confirm`',
  end_session_success: '`/session/end/success`',
};

/** Most bytes of a parameter, in UTF-8. */
export const PARAMETER_BYTES: Readonly<Record<string, number>> = {
  acr_values: 1024,
  authorization_details: 16_384,
  claims_locales: 256,
  client_assertion: 16_384,
  client_assertion_type: 128,
  client_id: 1024,
  client_secret: 1024,
  code_challenge: 256,
  code_challenge_method: 16,
  display: 32,
  dpop_jkt: 128,
  id_token_hint: 8192,
  login_hint: 512,
  logout_hint: 512,
  max_age: 16,
  nonce: 1024,
  post_logout_redirect_uri: 2048,
  prompt: 128,
  redirect_uri: 2048,
  // Only determines the target of its refusal; never stored.
  request: 8192,
  request_uri: 4096,
  requested_actor: 256,
  resource: 1024,
  response_mode: 32,
  response_type: 64,
  scope: 4096,
  state: 4096,
  transaction: 64,
  ui_locales: 256,
  user_code: 64,
};

/** Most bytes of a parameter that the table does not name. */
export const OTHER_PARAMETER_BYTES = 1024;

/** Most values of a repeatable parameter, which is `resource` only (RFC 8707 §2). */
export const MOST_VALUES = 16;

/**
 * Refuses parameters beyond their limits, and a pushed request of a client that never needs one. Call it each time
 * oidc-provider has read parameters. Throws InvalidRequest, which names the parameter, or UnauthorizedClient.
 */
export const checkParameters = (ctx: KoaContextWithOIDC, parameters: Readonly<Record<string, unknown>>): void => {
  const { route, client } = ctx.oidc;
  if (!Object.hasOwn(BOUNDED_ROUTES, route)) return;
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) checkParameter(name, value);
  }
  // Our own pages sign users in by a redirect of this server. A request pushed in their name comes from another party.
  if (route === 'pushed_authorization_request' && client?.clientId === ACCOUNT_PAGES_CLIENT.client_id) {
    throw new errors.UnauthorizedClient('this client does not push authorization requests; send the browser to /auth');
  }
};

const checkParameter = (name: string, value: unknown): void => {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MOST_VALUES) throw new errors.InvalidRequest(`${name} has more than ${MOST_VALUES} values`);
  const most = PARAMETER_BYTES[name] ?? OTHER_PARAMETER_BYTES;
  if (values.some((each) => Buffer.byteLength(String(each)) > most)) {
    throw new errors.InvalidRequest(`${name} is longer than ${most} bytes`);
  }
};
