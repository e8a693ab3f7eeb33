/** The names under which our code reads what comes with a request, read off the code: a new one is in here by itself. */
import { deliveredFiles } from '../architecture/source-files.ts';

const READING = [
  /\b(?:queryOf\(ctx\)|query|params|form)\.get\('([a-z_]+)'\)/g,
  /\bsingle\(\w+, '([a-z_]+)'\)/g,
  // Of helpers that read one after the other.
  /\b(?:of|given)\('([a-z0-9_]+)'\)/g,
];

export const readParameters = (): readonly string[] => {
  const texts = deliveredFiles()
    .filter(({ path }) => path.startsWith('src/http/'))
    .map(({ text }) => text);
  const names = texts.flatMap((text) => READING.flatMap((one) => [...text.matchAll(one)].map(([, name = '']) => name)));
  return [...new Set(names)].toSorted();
};

/** Those of oidc-provider that a person's browser may bring (RFC 6749, OpenID Connect Core and RP-Initiated Logout, RFC 8628, RFC 9396). */
export const PROVIDER_PARAMETERS: readonly string[] = [
  ...['acr_values', 'authorization_details', 'claims', 'client_id', 'code_challenge', 'display', 'error'],
  ...['error_description', 'id_token_hint', 'iss', 'login_hint', 'logout_hint', 'nonce', 'post_logout_redirect_uri'],
  ...['prompt', 'redirect_uri', 'request', 'request_uri', 'resource', 'response_mode', 'response_type', 'scope'],
  ...['state', 'ui_locales', 'user_code', 'xsrf'],
];
