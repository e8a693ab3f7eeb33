/**
 * Kills that the store or the audit log does not hold yet: kept on the data volume and in this process, told to the other
 * nodes again and again, and brought in as soon as that can be (decision D24). They only ever say no. Called by
 * kill-switch.ts.
 */
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KillLatch, LatchedKill } from '../../ports/kill-latch.ts';
import { DomainError } from '../../vocabulary/errors.ts';
import type { Kill } from '../../vocabulary/kill.ts';
import type { LatchedKills } from './kill.ts';
import type { KillBroadcast } from './kill-broadcast.ts';
import type { KillRegistry } from './kill-registry.ts';
import { succeeds, unlessOut } from './outage.ts';

/** A kill that another process ordered is left to it for so long. */
const PATIENCE_SECONDS = 10;

export const waitingKills = (deps: {
  readonly registry: KillRegistry;
  readonly clock: Clock;
  readonly latch: KillLatch;
  readonly latched: LatchedKills;
  readonly broadcast: KillBroadcast;
}) => {
  const { registry, clock, latch, latched, broadcast } = deps;
  /** Being written right now: the poll leaves them alone. */
  const underWay = new Set<string>();
  /** Ordered here and not done yet: this process need not wait for another. */
  const ours = new Set<string>();
  /** Kept in memory alone, because the volume took no writes either. */
  const unwritten = new Map<string, LatchedKill>();

  /** What is written of a kill on the volume, after a step. What ended for good and everywhere needs no copy. */
  const settleLatch = async (now: LatchedKill): Promise<void> => {
    // A copy too many says more than is so, never less; the next start finds out.
    if (now.missing.length === 0 && now.kill.state === 'final') await latch.remove(now.kill.id).catch(() => undefined);
    else await latch.write(now).catch(() => undefined);
  };

  const done = async (kill: Kill): Promise<void> => {
    latched.remove(kill.id);
    unwritten.delete(kill.id);
    ours.delete(kill.id);
    await settleLatch({ kill, missing: [] });
  };

  /** Brings a latched kill into audit log and store. Throws when one of them still takes no writes. */
  const reconcile = async ({ kill, missing }: LatchedKill): Promise<void> => {
    const by: By = { caller: kill.by };
    await registry.record('kill.reconciled', kill, by);
    if (missing.includes('store')) await registry.put(kill, by);
    await done(kill);
  };

  /** What a restored database, or a crash between two writes, may have lost of a kill that is done. */
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
      // Said again by whoever recorded it long ago, the kill may be in the store, and lifted. What cannot be known stands.
      if (await registry.holds(kill).catch(() => false)) return;
      latched.add(kill);
      const waiting: LatchedKill = { kill, missing: ['store'] };
      await latch.write(waiting).catch(() => unwritten.set(kill.id, waiting));
    } finally {
      underWay.delete(kill.id);
    }
  };

  return {
    /**
     * Event, latch, store, in this order. Answers what does not hold the kill yet; then the other nodes are told.
     * Throws 'unavailable' when neither store and audit log nor latch could be written; it counts in this process even then.
     */
    async enter(kill: Kill, by: By): Promise<LatchedKill['missing']> {
      underWay.add(kill.id);
      try {
        const audited = await succeeds(() => registry.record('kill.ordered', kill, by));
        latched.add(kill);
        const noted = await latch.write({ kill, missing: audited ? ['store'] : ['audit', 'store'] }).then(
          () => true,
          () => false,
        );
        // A store that cannot be written will hardly take more than the audit log in it.
        const told = audited ? undefined : broadcast.tell(kill);
        const stored = await succeeds(() => registry.put(kill, by));
        if (stored) latched.remove(kill.id);
        else await (told ?? broadcast.tell(kill));
        const missing = [...(audited ? [] : ['audit' as const]), ...(stored ? [] : ['store' as const])];
        if (missing.length > 0) ours.add(kill.id);
        if (missing.length > 0 && !noted) {
          unwritten.set(kill.id, { kill, missing });
          throw new DomainError(
            'unavailable',
            'The kill counts until the processes that know of it end, and is forgotten then: order it again.',
            { retryAfterSeconds: 1 },
          );
        }
        if (noted) await settleLatch({ kill, missing });
        return missing;
      } finally {
        underWay.delete(kill.id);
      }
    },

    /** Those that this process holds and the store does not. */
    all: latched.all,
    get: latched.get,

    /** The copy of a kill that was lifted. */
    forget: async (id: string): Promise<void> => latch.remove(id).catch(() => undefined),

    /** Takes up what another node tells. Never throws: what is not understood is said again. */
    listen(): void {
      broadcast.listen((kill) => void hear(kill).catch(() => undefined));
    },

    /** Before a node serves: what is latched counts, and copies that the store has lost are put back. */
    async start(): Promise<void> {
      // On a volume that is full already there may be room from before.
      await latch.prepare?.().catch(() => undefined);
      for (const found of await latch.read()) {
        if (found.missing.length > 0) latched.add(found.kill);
        await succeeds(() => (found.missing.length > 0 ? reconcile(found) : renew(found.kill)));
      }
    },

    /** Takes up what another process on this volume latched, tells the other nodes, and reconciles what can be. */
    async poll(): Promise<void> {
      const found = [...(await latch.read()), ...unwritten.values()].filter(
        ({ kill, missing }) => missing.length > 0 && !underWay.has(kill.id),
      );
      const known = new Set(latched.all().map(({ id }) => id));
      for (const { kill, missing } of found) if (missing.includes('store')) latched.add(kill);
      for (const id of known) {
        if (!underWay.has(id) && !found.some(({ kill }) => kill.id === id)) latched.remove(id);
      }
      // Again, for nodes that did not hear it or have started since.
      await Promise.all(found.map(({ kill, missing }) => missing.includes('store') && broadcast.tell(kill)));
      for (const one of found) {
        const { kill, missing } = one;
        // Its event is written, or is for another node to write, and the store may hold it by now.
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
