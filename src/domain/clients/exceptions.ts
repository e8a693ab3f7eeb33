/**
 * Rules of this server that an administrator lifted for one client, because existing software cannot follow them. Each is
 * off by default, and a finding as long as it is on.
 */
import { refuseField } from '../errors.ts';
import type { Client } from './client.ts';

/** `no_pkce`: code requests with a nonce in place of a code challenge. */
export const CLIENT_EXCEPTIONS = ['no_pkce'] as const;
export type ClientException = (typeof CLIENT_EXCEPTIONS)[number];

export const exceptionsOf = ({ requirePkce }: Pick<Client, 'requirePkce'>): readonly ClientException[] =>
  requirePkce === false ? ['no_pkce'] : [];

/** Members of a change that lift a rule which `before` still follows, as the API spells them. */
export const liftedBy = (change: Pick<Partial<Client>, 'requirePkce'>, before?: Client): readonly string[] =>
  change.requirePkce === false && before?.requirePkce !== false ? ['/require_pkce'] : [];

/** What a client must be so that a rule can be lifted for it. Throws 'invalid_field'. */
export const checkExceptions = (client: Client): void => {
  const { requirePkce, tokenEndpointAuthMethod: method, grantTypes } = client;
  if (requirePkce !== false) return;
  if (method === 'none') {
    refuseField('/require_pkce', 'A public client has nothing but PKCE to protect its codes (RFC 9700 §2.1.1).');
  }
  if (!grantTypes.includes('authorization_code')) {
    refuseField('/require_pkce', 'PKCE concerns clients with the grant type authorization_code only.');
  }
};

/** Its place in lists of clients with exceptions. */
export const markedException = (client: Client): Client => {
  const { hasException: _, ...rest } = client;
  return exceptionsOf(client).length === 0 ? rest : { ...rest, hasException: true };
};
