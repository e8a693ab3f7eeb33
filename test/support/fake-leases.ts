/** Grants in memory, in place of the engine's. */
import type { Lease, Leases } from '../../src/domain/ports/leases.ts';

export const fakeLeases = () => {
  const live = new Map<string, Lease>();
  const port: Leases = {
    get: async (id) => live.get(id),
    ofAccount: async (account) => [...live.values()].filter((lease) => lease.account === account),
    list: async ({ account, clientId, limit }) => ({
      items: [...live.values()]
        .filter((lease) => account === undefined || lease.account === account)
        .filter((lease) => clientId === undefined || lease.clientId === clientId)
        .slice(0, limit),
    }),
    async narrow(id, { openidScopes, resources }) {
      const lease = live.get(id);
      if (!lease) return undefined;
      const left = {
        ...lease,
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
