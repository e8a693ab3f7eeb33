import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import { limitedNetworks } from '../../vocabulary/client-network.ts';

/** A limit within a window of seconds. */
export type Window = { readonly limit: number; readonly window: number };

/**
 * Counts attempts in the ephemeral store by client address, in each of its networks (`limitedNetworks`). One narrow
 * network cannot use up the limit of a wide one. A wide network that is full creates no counters for the narrow ones in
 * it. A site therefore creates no more counters than its limit has attempts, apart from the counters of networks that
 * it used before. This holds for any number of networks. `bounded` limits the counters of any number of sites
 * (bounded-counts.ts); `keyOf` returns `kind:digest`.
 */
export interface NetworkCounts {
  /**
   * Counts an attempt before anything is checked, which keeps parallel attempts within the limit. Returns 0 within the
   * limit, otherwise by how many the first network is beyond its own. Throws StoreUnavailable.
   */
  take(address: string): Promise<number>;
  /** Undoes the count of one `take`. Never throws: on failure the count is only too high. */
  giveBack(address: string): Promise<void>;
}

export const networkCounts = (
  bounded: Pick<EphemeralStore, 'count'>,
  keyOf: (network: string) => string,
  { limit, window }: Window,
): NetworkCounts => {
  /** Only networks of one width share counters, so that a wide network does not use up the limit of a narrow one. */
  const counterOf = (network: string, times: number): string => `${times}x:${keyOf(network)}`;

  return {
    async take(address): Promise<number> {
      const networks = limitedNetworks(address);
      const isFull = async (network: string, times: number): Promise<boolean> =>
        (await bounded.count(counterOf(network, times), window, 0)) >= limit * times;
      const countIn = async (network: string, times: number): Promise<number> =>
        Math.max(0, (await bounded.count(counterOf(network, times), window)) - limit * times);

      for (const { network, times } of networks.slice(1).reverse()) {
        const over = (await isFull(network, times)) ? await countIn(network, times) : 0;
        if (over > 0) return over;
      }
      for (const { network, times } of networks) {
        const over = await countIn(network, times);
        if (over > 0) return over;
      }
      return 0;
    },

    async giveBack(address): Promise<void> {
      await Promise.allSettled(
        limitedNetworks(address).map(({ network, times }) => bounded.count(counterOf(network, times), window, -1)),
      );
    },
  };
};
