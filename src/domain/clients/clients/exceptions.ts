/**
 * Rules of this server that an administrator lifted for one client, because existing software cannot follow
 * them. Each exception is off by default, and is a finding while it is on.
 */
import type { Client } from './client.ts';
import { clientRefusal } from './client-refusals.ts';

/**
 * `no_pkce`: code requests with a nonce in place of a code challenge. `token_endpoint_audience`: client
 * assertions for the token endpoint (RFC 7523 §3) in place of the issuer (RFC 10070).
 */
export const CLIENT_EXCEPTIONS = ['no_pkce', 'token_endpoint_audience'] as const;
export type ClientException = (typeof CLIENT_EXCEPTIONS)[number];

type Rules = Pick<Client, 'requirePkce' | 'legacyAssertionAudience'>;

/** For each exception: the API member that sets it, and whether it is set. */
const EXCEPTIONS: Readonly<
  Record<ClientException, { readonly member: string; readonly isOn: (rules: Rules) => boolean }>
> = {
  no_pkce: { member: '/require_pkce', isOn: ({ requirePkce }) => requirePkce === false },
  token_endpoint_audience: {
    member: '/legacy_assertion_audience',
    isOn: ({ legacyAssertionAudience }) => legacyAssertionAudience === true,
  },
};

export const exceptionsOf = (client: Rules): readonly ClientException[] =>
  CLIENT_EXCEPTIONS.filter((exception) => EXCEPTIONS[exception].isOn(client));

/** Members of a change that lift a rule which `before` still follows, in the spelling of the API. */
export const liftedBy = (change: Rules, before: Rules = {}): readonly string[] =>
  exceptionsOf(change)
    .filter((exception) => !EXCEPTIONS[exception].isOn(before))
    .map((exception) => EXCEPTIONS[exception].member);

/** Requirements on a client before a rule can be lifted for it. Throws 'invalid_field'. */
export const checkExceptions = (client: Client): void => {
  const { tokenEndpointAuthMethod: method, grantTypes } = client;
  const lifted = exceptionsOf(client);
  if (lifted.includes('no_pkce')) {
    const { member } = EXCEPTIONS.no_pkce;
    if (method === 'none') {
      throw clientRefusal('pkce_needed_by_public_client', { field: member });
    }
    if (!grantTypes.includes('authorization_code')) {
      throw clientRefusal('pkce_without_codes', { field: member });
    }
  }
  if (lifted.includes('token_endpoint_audience')) {
    const { member } = EXCEPTIONS.token_endpoint_audience;
    if (method !== 'private_key_jwt') {
      throw clientRefusal('assertion_audience_without_assertion', { field: member });
    }
    if (isFapi(client)) {
      throw clientRefusal('assertion_audience_fixed_by_fapi', { field: member });
    }
  }
};

/**
 * The requirements of FAPI 2.0 on a client (Security Profile §5.3.2): pushed requests, and tokens bound to a
 * key or certificate.
 */
const isFapi = (client: Client): boolean =>
  client.requirePushedAuthorizationRequests === true &&
  (client.dpopBoundAccessTokens || client.certificateBoundAccessTokens === true);

/** The client, marked for lists if it has an exception. */
export const markedException = (client: Client): Client => {
  const { hasException: _, ...rest } = client;
  return exceptionsOf(client).length === 0 ? rest : { ...rest, hasException: true };
};
