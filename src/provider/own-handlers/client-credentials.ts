/** The client credentials grant (RFC 6749 §4.4) for one resource or none that is named. */
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { detailsMember } from '../requests/request-details.ts';
import type { ResourceAuthority } from '../requests/resource-authority.ts';
import { clientCredentials as grant, grantHelpers } from '../seam/internals.ts';
import type { OwnHandler } from './own-handlers.ts';

const GRANT_TYPE = 'client_credentials';
/** Scopes with one space between them (RFC 6749 §3.3). */
const isScope = (scope: string): boolean => /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(scope) && !/^ | {2}| $/.test(scope);

export const clientCredentials = (
  provider: Provider,
  { authority }: { readonly authority: Pick<ResourceAuthority, 'decisionOf'> },
): OwnHandler => {
  const helpers = Object.fromEntries(
    Object.entries(grantHelpers).map(([name, helper]) => [name, (helper as Callable).bind(undefined, provider)]),
  );
  return {
    path: '/token',
    route: 'token',
    parameters: ['grant_type', 'scope', 'resource'],
    takes: ({ grant_type: type, scope }) => type === GRANT_TYPE && (scope === undefined || isScope(scope)),
    async answer(context) {
      if (!context.oidc.client?.grantTypeAllowed(GRANT_TYPE)) {
        throw new errors.InvalidRequest('requested grant type is not allowed for this client');
      }
      await grant(provider, helpers, context);
      return { ...(context.body as object), ...detailsMember(authority.decisionOf(context)?.details) };
    },
  };
};

type Callable = (...given: unknown[]) => unknown;
