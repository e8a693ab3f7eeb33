import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import {
  BY_CLIENT,
  BY_DOMAIN,
  type OpenRequests,
  type OpenRequestsDeps,
  openRequests,
  UNIT_BYTES,
} from './open-requests.ts';

/** Kinds of records that requests leave in the ephemeral store. Each kind has its own budget. */
export const OPEN_KINDS = ['prompt', 'pushed_request', 'device_code', 'provider_flow'] as const;
/** Kinds for authenticated clients, whose budgets count by client, not by network. */
export const OPEN_KINDS_OF_CLIENTS = ['client_pushed_request', 'client_device_code'] as const;

export type OpenKind = (typeof OPEN_KINDS)[number] | (typeof OPEN_KINDS_OF_CLIENTS)[number] | 'client_document';

/** Number of parts of the volume; each budget has one part. */
const VOLUME_PARTS = 4 * (OPEN_KINDS.length + OPEN_KINDS_OF_CLIENTS.length + 1);

/** Stores the records that requests leave open, within budgets (open-requests.ts). Removes evicted records first. */
export interface OpenRecords {
  /**
   * Stores values that belong together, by key. `from`: the client address, the client id of a kind of clients, or
   * the URL of a document. Throws StoreUnavailable.
   */
  set(kind: OpenKind, values: Readonly<Record<string, string>>, from: string, ttlSeconds: number): Promise<void>;
  /** Removes a value of any kind that was consumed. Throws StoreUnavailable. */
  forget(key: string): Promise<void>;
  /** Removes a value that is no longer needed, and returns it. */
  drop(kind: OpenKind, key: string): Promise<string | undefined>;
}

export const openRecords = (deps: {
  readonly ephemeral: Pick<EphemeralStore, 'set' | 'take'>;
  readonly clock: Clock;
  readonly limits: {
    readonly openRequestsPerNetwork: number;
    readonly openRequestsPerClient: number;
    /** Of each kind in total, over all processes. */
    readonly openRequests: number;
  };
  /**
   * The volume of the store, `size` in bytes, where it is on a local disk: all budgets together take at most a
   * quarter of it.
   */
  readonly room?: { measure(): { readonly size: number } } | undefined;
  /** Processes that store, including this one: each has an equal part of the total. */
  readonly processes: () => number;
  readonly onEvicted: (kind: OpenKind, count: number) => void;
}): OpenRecords => {
  const { ephemeral, clock, limits } = deps;
  const total = (): number => {
    const fitting = Math.floor((deps.room?.measure().size ?? Number.POSITIVE_INFINITY) / VOLUME_PARTS / UNIT_BYTES);
    return Math.max(1, Math.floor(Math.min(limits.openRequests, fitting) / Math.max(1, deps.processes())));
  };
  const budgetOf = (kind: OpenKind, by: Pick<OpenRequestsDeps, 'perNetwork' | 'groups'>) =>
    [kind, openRequests({ ...by, clock, total, onEvicted: (count) => deps.onEvicted(kind, count) })] as const;
  const ofClients = { perNetwork: limits.openRequestsPerClient, groups: BY_CLIENT };
  const budgets = Object.fromEntries([
    ...OPEN_KINDS.map((kind) => budgetOf(kind, { perNetwork: limits.openRequestsPerNetwork })),
    ...OPEN_KINDS_OF_CLIENTS.map((kind) => budgetOf(kind, ofClients)),
    // Counts by the document's own address. If it counted by the requester's address, an attacker could evict the
    // document of another app.
    budgetOf('client_document', { perNetwork: limits.openRequestsPerNetwork, groups: BY_DOMAIN }),
  ]) as Readonly<Record<OpenKind, OpenRequests>>;

  return {
    async set(kind, values, from, ttlSeconds): Promise<void> {
      const keys = Object.keys(values);
      const bytes = Object.entries(values).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
      for (const key of budgets[kind].admit(keys, from, bytes, ttlSeconds)) await ephemeral.take(key);
      for (const [key, value] of Object.entries(values)) await ephemeral.set(key, value, ttlSeconds);
      // No budget would count a record that was evicted before it was stored.
      if (!budgets[kind].holds(keys)) for (const key of keys) await ephemeral.take(key);
    },

    async forget(key): Promise<void> {
      for (const budget of Object.values(budgets)) budget.release(key);
      await ephemeral.take(key);
    },

    drop(kind, key): Promise<string | undefined> {
      budgets[kind].release(key);
      return ephemeral.take(key);
    },
  };
};
