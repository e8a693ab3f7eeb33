import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { boundedCounts } from './bounded-counts.ts';
import { networkCounts } from './network-counts.ts';
import { rateLimitRefusal } from './rate-limit-refusals.ts';

type Deps = {
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly masterKey: Pick<MasterKey, 'digest'>;
};
type Bound = { readonly name: string; readonly most: number; readonly windowSeconds: number };

export type Quota = {
  /** Counts one action. Throws 'too_many_requests' beyond the limit; a refused action counts as well. */
  take(key: string): Promise<void>;
};

/** Keys are stored as digests: they may be addresses of users. */
const keyOf =
  ({ masterKey }: Deps, { name }: Bound) =>
  (key: string): string =>
    `quota:${name}:${masterKey.digest('quota', name, key)}`;

const refuseBeyond = (over: number, { windowSeconds }: Bound): void => {
  if (over <= 0) return;
  throw rateLimitRefusal('quota_exceeded', { retryAfterSeconds: windowSeconds });
};

/** A limit on actions in a window, counted for all nodes together. `most` 0 switches it off. */
export const quota = (deps: Deps, bound: Bound): Quota => {
  const { most, windowSeconds } = bound;
  const counterOf = keyOf(deps, bound);
  return {
    async take(key) {
      if (most === 0) return;
      refuseBeyond((await deps.ephemeral.count(counterOf(key), windowSeconds)) - most, bound);
    },
  };
};

/** The same by client address, in each of its networks (`limitedNetworks`). `take(address)`. */
export const networkQuota = (deps: Deps & { readonly clock: Pick<Clock, 'now'> }, bound: Bound): Quota => {
  const { most, windowSeconds } = bound;
  const counts = networkCounts(boundedCounts(deps), keyOf(deps, bound), { limit: most, window: windowSeconds });
  return {
    async take(address) {
      if (most === 0) return;
      refuseBeyond(await counts.take(address), bound);
    },
  };
};
