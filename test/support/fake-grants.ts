/** Grants in memory, in place of the engine's. */
import { detailsWithout } from '../../src/domain/authorization-details/narrowed-details.ts';
import type { Lease, Leases } from '../../src/domain/ports/grants.ts';

export const fakeLeases = () => {
  const live = new Map<string, Lease>();
  const port: Leases = {
    get: async (id) => live.get(id),
    held: async (id) => live.get(id),
    ofAccount: async (account) => [...live.values()].filter((lease) => lease.account === account),
    async list({ account, clientId, after, limit }) {
      const all = [...live.values()]
        .filter((lease) => account === undefined || lease.account === account)
        .filter((lease) => clientId === undefined || lease.clientId === clientId);
      const from = after ? all.findIndex(({ id }) => id === after.id) + 1 : 0;
      const items = all.slice(from, from + limit);
      const last = items.at(-1);
      return from + limit < all.length && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },
    async narrow(id, { openidScopes, resources, details = {} }) {
      const lease = live.get(id);
      if (!lease) return undefined;
      const { details: held = {}, ...others } = lease;
      const kept = Object.entries(held).map(([at, all]) => [at, detailsWithout(all, details[at])] as const);
      const left = {
        ...others,
        ...(kept.length === 0 ? {} : { details: Object.fromEntries(kept) }),
        openidScopes: lease.openidScopes.filter((scope) => !openidScopes.includes(scope)),
        resources: Object.fromEntries(
          Object.entries(lease.resources).map(([resource, scopes]) => [
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
