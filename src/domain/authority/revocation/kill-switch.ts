/**
 * Orders and lifts kills, and ensures that none is lost. A kill is effective even where the audit log or the store
 * takes no writes. It takes effect at once in this process, and in every node that receives it (waiting-kills.ts). The
 * caller checks who may order or lift.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { KillLatch, LatchedKill } from '../../ports/kill-latch.ts';
import { withPriority } from '../../ports/write-priority.ts';
import { isFinal, type Kill, type KillScope, killKey } from '../../vocabulary/kill.ts';
import type { LatchedKills } from './kill.ts';
import { type KillBroadcast, noBroadcast } from './kill-broadcast.ts';
import { killRefusal } from './kill-refusals.ts';
import { type FinalEnds, type KillQuery, killRegistry, type Signer } from './kill-registry.ts';
import { succeeds, unlessOut } from './outage.ts';
import { waitingKills } from './waiting-kills.ts';

export type KillOrder = {
  readonly scope: KillScope;
  readonly target: string;
  readonly reason: string;
  readonly owner?: string;
};

/** `missing`: stores that do not hold the kill durably yet; empty once all do. */
export type OrderedKill = { readonly kill: Kill; readonly missing: LatchedKill['missing'] };

/** Blocks a target at once, on all nodes, even while the stores take no writes (decision D24). */
export interface KillSwitch {
  /**
   * Blocks the target and ends everything that depends on it. Throws 'unavailable' when neither store and audit log nor
   * latch could be written; the kill is effective in this process even then.
   */
  order(order: KillOrder, by: By): Promise<OrderedKill>;
  /** The kill, or undefined. */
  get(id: string): Promise<Kill | undefined>;
  /** Newest first. The first page begins with kills that the store does not hold yet. */
  list(query: KillQuery): Promise<{ readonly items: readonly Kill[]; readonly next?: Cursor }>;
  /** As `sign` of the registry. Also throws 'unavailable' while the store does not hold the kill. */
  lift(id: string, by: By, signer: Signer): Promise<Kill>;
  /**
   * Called before a node serves. Makes latched kills effective, writes lost documents to the store again, and ensures
   * that every standing kill has its epoch. If the store takes no writes now, `poll` repeats it.
   */
  start(): Promise<void>;
  /** Call it regularly. */
  poll(): Promise<void>;
}

export const killSwitch = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly latch: KillLatch;
  readonly latched: LatchedKills;
  readonly ends: FinalEnds;
  /** Second of the newest event of the audit log. Nothing was issued later, even if the clock shows an earlier time now. */
  readonly newestEvent: () => Promise<number>;
  /** The other nodes; absent: none. */
  readonly broadcast?: KillBroadcast;
}): KillSwitch => {
  const { clock, identifiers, latch, latched, broadcast = noBroadcast } = deps;
  const registry = killRegistry(deps);
  const waiting = waitingKills({ registry, clock, latch, latched, broadcast });

  return {
    async order({ scope, target, reason, owner }, by): Promise<OrderedKill> {
      const key = killKey(scope, target);
      // A repeated order of the same caller returns the standing kill, and raises its epoch again.
      const kill: Kill = (await unlessOut(() => registry.standingOf(key, by.caller))) ?? {
        id: identifiers.newId('kil'),
        scope,
        target,
        key,
        reason,
        by: by.caller,
        ...(owner === undefined ? {} : { owner }),
        state: isFinal(scope) ? 'final' : 'standing',
        signatures: [],
        createdAt: clock.now(),
      };
      return { kill, missing: await withPriority('essential', () => waiting.enter(kill, by)) };
    },

    async get(id): Promise<Kill | undefined> {
      return (await registry.get(id)) ?? waiting.get(id);
    },

    async list(query): Promise<{ readonly items: readonly Kill[]; readonly next?: Cursor }> {
      const { items, ...next } = await registry.list(query);
      if (query.after) return { items, ...next };
      const isMeant = (kill: Kill): boolean =>
        (['key', 'owner', 'state'] as const).every((name) => !query[name] || kill[name] === query[name]);
      const early = waiting.all().filter((kill) => isMeant(kill) && !items.some(({ id }) => id === kill.id));
      return { items: [...early, ...items], ...next };
    },

    async lift(id, by, signer): Promise<Kill> {
      if (waiting.get(id)) {
        throw killRefusal('kill_not_stored', { retryAfterSeconds: 1 });
      }
      const kill = await withPriority('essential', () => registry.sign(id, by, signer));
      if (kill.state === 'lifted') await waiting.forget(id);
      return kill;
    },

    async start(): Promise<void> {
      waiting.listen();
      await withPriority('essential', async () => {
        await waiting.start();
        for await (const kill of registry.standing()) await succeeds(() => registry.holds(kill));
      });
    },

    poll: () => withPriority('essential', waiting.poll),
  };
};
