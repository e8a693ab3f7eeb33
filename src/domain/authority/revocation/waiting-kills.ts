/**
 * Kills that the store or the audit log does not hold yet. They are kept on the data volume and in this process, sent
 * to the other nodes repeatedly, and stored as soon as possible (decision D24). They can only deny. Called by
 * kill-switch.ts.
 */
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KillLatch, LatchedKill } from '../../ports/kill-latch.ts';
import type { Kill } from '../../vocabulary/kill.ts';
import type { LatchedKills } from './kill.ts';
import type { KillBroadcast } from './kill-broadcast.ts';
import { killRefusal } from './kill-refusals.ts';
import type { KillRegistry } from './kill-registry.ts';
import { succeeds, unlessOut } from './outage.ts';

/** Seconds for which this process leaves a kill to the process that ordered it. */
const PATIENCE_SECONDS = 10;

/** Kills that a store does not hold durably yet. They are effective all the same (decision D24). */
export interface WaitingKills {
  /**
   * Writes the kill to audit log, latch and store, in this order, and notifies the other nodes. Returns which of audit
   * log and store do not hold the kill yet. Throws 'unavailable' when neither store and audit log nor latch could be
   * written; the kill is effective in this process even then.
   */
  enter(kill: Kill, by: By): Promise<LatchedKill['missing']>;
  /** Kills that this process holds and the store does not. */
  all(): readonly Kill[];
  /** The kill of this id; undefined when it does not wait. */
  get(id: string): Kill | undefined;
  /** Removes the copy of a kill that was lifted. */
  forget(id: string): Promise<void>;
  /** Adds kills that other nodes send. Never throws: the sender repeats what could not be read. */
  listen(): void;
  /** Called before a node serves. Makes latched kills effective, and writes lost documents to the store again. */
  start(): Promise<void>;
  /**
   * Adds kills that another process on this volume latched, notifies the other nodes, and writes what can be written.
   */
  poll(): Promise<void>;
}

export const waitingKills = (deps: {
  readonly registry: KillRegistry;
  readonly clock: Clock;
  readonly latch: KillLatch;
  readonly latched: LatchedKills;
  readonly broadcast: KillBroadcast;
}): WaitingKills => {
  const { registry, clock, latch, latched, broadcast } = deps;
  /** Being written right now: the poll skips them. */
  const underWay = new Set<string>();
  /** Ordered here and not stored yet: this process does not wait for another one. */
  const ours = new Set<string>();
  /** Held in memory only, because the volume took no writes either. */
  const unwritten = new Map<string, LatchedKill>();

  /**
   * Writes the state of a kill to the volume after a step. A completed kill that ended its target for good needs no
   * copy.
   */
  const settleLatch = async (now: LatchedKill): Promise<void> => {
    // A superfluous copy denies too much, never too little; the next start removes it.
    if (now.missing.length === 0 && now.kill.state === 'final') await latch.remove(now.kill.id).catch(() => undefined);
    else await latch.write(now).catch(() => undefined);
  };

  const done = async (kill: Kill): Promise<void> => {
    latched.remove(kill.id);
    unwritten.delete(kill.id);
    ours.delete(kill.id);
    await settleLatch({ kill, missing: [] });
  };

  /** Writes a latched kill to audit log and store. Throws when one of them still takes no writes. */
  const reconcile = async ({ kill, missing }: LatchedKill): Promise<void> => {
    const by: By = { caller: kill.by };
    await registry.record('kill.reconciled', kill, by);
    if (missing.includes('store')) await registry.put(kill, by);
    await done(kill);
  };

  /** Writes the documents of a completed kill again that a restored database, or a crash between two writes, has lost. */
  const renew = async (copy: Kill): Promise<void> => {
    if (!(await registry.holds(copy))) {
      const waiting: LatchedKill = { kill: copy, missing: ['store'] };
      latched.add(copy);
      await latch.write(waiting).catch(() => unwritten.set(copy.id, waiting));
      await reconcile(waiting);
    } else if ((await registry.get(copy.id))?.state === 'lifted') await latch.remove(copy.id).catch(() => undefined);
  };

  const hear = async (kill: Kill): Promise<void> => {
    if (latched.get(kill.id) || underWay.has(kill.id)) return;
    underWay.add(kill.id);
    try {
      // A node may repeat an old kill that the store holds, or that was lifted. If the store cannot be read, the kill
      // applies.
      if (await registry.holds(kill).catch(() => false)) return;
      latched.add(kill);
      const waiting: LatchedKill = { kill, missing: ['store'] };
      await latch.write(waiting).catch(() => unwritten.set(kill.id, waiting));
    } finally {
      underWay.delete(kill.id);
    }
  };

  return {
    async enter(kill, by): Promise<LatchedKill['missing']> {
      underWay.add(kill.id);
      try {
        const audited = await succeeds(() => registry.record('kill.ordered', kill, by));
        latched.add(kill);
        const noted = await latch.write({ kill, missing: audited ? ['store'] : ['audit', 'store'] }).then(
          () => true,
          () => false,
        );
        // The audit log is in the store. If it takes no event, the store is unlikely to take the kill.
        const told = audited ? undefined : broadcast.tell(kill);
        const stored = await succeeds(() => registry.put(kill, by));
        if (stored) latched.remove(kill.id);
        else await (told ?? broadcast.tell(kill));
        const missing = [...(audited ? [] : ['audit' as const]), ...(stored ? [] : ['store' as const])];
        if (missing.length > 0) ours.add(kill.id);
        if (missing.length > 0 && !noted) {
          unwritten.set(kill.id, { kill, missing });
          throw killRefusal('kill_not_durable', { retryAfterSeconds: 1 });
        }
        if (noted) await settleLatch({ kill, missing });
        return missing;
      } finally {
        underWay.delete(kill.id);
      }
    },

    all: latched.all,
    get: latched.get,

    forget: async (id): Promise<void> => latch.remove(id).catch(() => undefined),

    listen(): void {
      broadcast.listen((kill) => void hear(kill).catch(() => undefined));
    },

    async start(): Promise<void> {
      // A volume that is full now may have room that was reserved before.
      await latch.prepare?.().catch(() => undefined);
      for (const found of await latch.read()) {
        if (found.missing.length > 0) latched.add(found.kill);
        await succeeds(() => (found.missing.length > 0 ? reconcile(found) : renew(found.kill)));
      }
    },

    async poll(): Promise<void> {
      // Before the volume is read: a kill that is ordered during the read may be missing from it.
      const known = latched.all().flatMap(({ id }) => (underWay.has(id) ? [] : [id]));
      const found = [...(await latch.read()), ...unwritten.values()].filter(
        ({ kill, missing }) => missing.length > 0 && !underWay.has(kill.id),
      );
      for (const { kill, missing } of found) if (missing.includes('store')) latched.add(kill);
      for (const id of known) {
        if (!underWay.has(id) && !found.some(({ kill }) => kill.id === id)) latched.remove(id);
      }
      // Sends them again, for nodes that missed them or have started since.
      await Promise.all(found.map(({ kill, missing }) => missing.includes('store') && broadcast.tell(kill)));
      for (const one of found) {
        const { kill, missing } = one;
        // This node has written its event, or another node does. The store may hold the kill by now.
        if (!missing.includes('audit') && (await unlessOut(() => registry.holds(kill)))) {
          await done(kill);
          continue;
        }
        if (!ours.has(kill.id) && clock.now() < kill.createdAt + PATIENCE_SECONDS) continue;
        if (!(await succeeds(() => reconcile(one)))) return;
      }
    },
  };
};
