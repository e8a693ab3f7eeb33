/**
 * An API of the Fetch standard behind the packed package, which each runtime of the tests serves. `settings` are texts: addresses
 * and the credential of the API.
 */

import { resourceServer } from '@behalf/resource-server';
import { protect } from '@behalf/resource-server/fetch';

/** `more`: options of the package. */
export const newApi = ({ ISSUER, RESOURCE, API_ID, API_SECRET }, more = {}) => {
  const server = resourceServer({
    issuer: ISSUER,
    resource: RESOURCE,
    introspection: { clientId: API_ID, clientSecret: API_SECRET },
    ...more,
  });
  const notes = protect(server, (_request, { subject, actor }) => Response.json({ subject, actor }), {
    scopes: ['notes.read'],
  });
  return { server, fetch: notes };
};

/** Options of each API that a runtime serves, by the header `x-api`. */
export const APIS = {
  plain: {},
  nonces: { dpop: { use: 'required', nonces: true } },
  feed: { revocationFeed: true },
};
