/** Grants in memory, in place of oidc-provider's. */

import type { Grant, Grants } from '../../src/domain/ports/grants.ts';
import { detailsWithout } from '../../src/domain/resources/authorization-details/narrowed-details.ts';

export const fakeGrants = () => {
  const live = new Map<string, Grant>();
  const port: Grants = {
    get: async (id) => live.get(id),
    held: async (id) => live.get(id),
    ofAccount: async (account) => [...live.values()].filter((grant) => grant.account === account),
    async list({ account, clientId, after, limit }) {
      const all = [...live.values()]
        .filter((grant) => account === undefined || grant.account === account)
        .filter((grant) => clientId === undefined || grant.clientId === clientId);
      const from = after ? all.findIndex(({ id }) => id === after.id) + 1 : 0;
      const items = all.slice(from, from + limit);
      const last = items.at(-1);
      return from + limit < all.length && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },
    async narrow(id, { openidScopes, resources, details = {} }) {
      const grant = live.get(id);
      if (!grant) return undefined;
      const { details: held = {}, ...others } = grant;
      const kept = Object.entries(held).map(([at, all]) => [at, detailsWithout(all, details[at])] as const);
      const left = {
        ...others,
        ...(kept.length === 0 ? {} : { details: Object.fromEntries(kept) }),
        openidScopes: grant.openidScopes.filter((scope) => !openidScopes.includes(scope)),
        resources: Object.fromEntries(
          Object.entries(grant.resources).map(([resource, scopes]) => [
            resource,
            scopes.filter((scope) => !resources[resource]?.includes(scope)),
          ]),
        ),
      };
      live.set(id, left);
      return left;
    },
    revoke: async (id) => live.delete(id),
  };
  return { port, live };
};
