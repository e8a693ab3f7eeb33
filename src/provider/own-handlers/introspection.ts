/** Introspection (RFC 7662) of access tokens of this server, by a client that authenticates as at oidc-provider. */
import { requestState } from '../seam/request-state.ts';
import type { StructuredTokens } from '../tokens/structured-tokens.ts';
import type { OwnHandler } from './own-handlers.ts';

export const introspection = (structured: Pick<StructuredTokens, 'describe'>): OwnHandler => ({
  path: '/token/introspection',
  route: 'introspection',
  parameters: ['token', 'token_type_hint'],
  takes: ({ token }) => token !== undefined,
  isOurs: true,
  // Hidden from oidc-provider as soon as the client was known.
  answer: (context) =>
    structured.describe(String(context.oidc.client?.clientId), requestState(context).withheldToken ?? ''),
});
