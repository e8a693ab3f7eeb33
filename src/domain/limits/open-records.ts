import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import { type OpenRequests, openRequests } from './open-requests.ts';

/** What strangers may leave in the ephemeral store; each kind has a budget of its own. */
export const OPEN_KINDS = ['prompt', 'pushed_request', 'device_code', 'provider_flow'] as const;

export type OpenKind = (typeof OPEN_KINDS)[number];

export type OpenRecords = ReturnType<typeof openRecords>;

/** Stores what strangers leave open, within budgets (open-requests.ts). What has to go for it is removed first. */
export const openRecords = (deps: {
  readonly ephemeral: Pick<EphemeralStore, 'set' | 'take'>;
  readonly clock: Clock;
  readonly limits: { readonly openRequestsPerNetwork: number; readonly openRequests: number };
  readonly onEvicted: (kind: OpenKind, count: number) => void;
}) => {
  const { ephemeral, clock, limits } = deps;
  const budgetOf = (kind: OpenKind): OpenRequests =>
    openRequests({
      clock,
      perNetwork: limits.openRequestsPerNetwork,
      total: limits.openRequests,
      onEvicted: (count) => deps.onEvicted(kind, count),
    });
  const budgets = Object.fromEntries(OPEN_KINDS.map((kind) => [kind, budgetOf(kind)])) as Readonly<
    Record<OpenKind, OpenRequests>
  >;

  return {
    /** Stores values that belong together, by key, on behalf of a client address. Throws StoreUnavailable. */
    async set(
      kind: OpenKind,
      values: Readonly<Record<string, string>>,
      source: string,
      ttlSeconds: number,
    ): Promise<void> {
      const keys = Object.keys(values);
      const bytes = Object.entries(values).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
      for (const key of budgets[kind].admit(keys, source, bytes, ttlSeconds)) await ephemeral.take(key);
      for (const [key, value] of Object.entries(values)) await ephemeral.set(key, value, ttlSeconds);
    },

    /** Removes a value that is not needed any more, and answers it. */
    drop(kind: OpenKind, key: string): Promise<string | undefined> {
      budgets[kind].release(key);
      return ephemeral.take(key);
    },
  };
};
