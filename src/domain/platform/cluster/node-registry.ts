/**
 * The nodes that serve from one store, with one heartbeat document each. Owns which process holds a node's name, and
 * whether clocks agree. Does not own the file that keeps the name (src/node-state.ts) or the audit stream of that name
 * (../audit). Called by src/compose and src/housekeeping.ts.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { withPriority } from '../../ports/write-priority.ts';

/** Identifies a process on its machine, to distinguish a live process from one that was killed. */
export type Machine = {
  readonly host: string;
  readonly process: number;
  isAlive(process: number): boolean;
};

export type NodeRecord = {
  /** `nod_…` */
  readonly id: string;
  /** Of the process that holds the name now. */
  readonly instance: string;
  readonly host: string;
  readonly process: number;
  /** Milliseconds since the epoch by that node's own clock, when it wrote this. */
  readonly at: number;
  /** Epoch second from which the node is treated as silent, unless it sends another heartbeat. */
  readonly expiresAt: number;
  /** Epoch second at which the record is removed. Absent in older records: they stay until their name is taken up. */
  readonly keptUntil?: number;
};

export const NODES = {
  name: 'nodes',
  holds: 'the heartbeat of one node',
  prefixes: ['nod'],
  events: ['node'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'a day has passed without a heartbeat; a node that stops removes its own' },
  transfer: { no: 'it is about the processes on one store' },
  indexes: [],
  expiresAt: 'keptUntil',
} as const satisfies OwnedCollection;

/** A node without a heartbeat for this long is gone. */
const SILENCE_SECONDS = 15;
/**
 * How long the record of a silent node is kept. A live process of this machine cannot send heartbeats while the volume
 * is full, and its name must not go to another process during that time.
 */
const KEPT_SECONDS = 86_400;
/** Maximum difference between two clocks. Beyond it, times of one node have another meaning on the other. */
const MOST_APART_MILLISECONDS = 2_000;
/**
 * Number of consecutive heartbeats with a wrong clock before the clock is treated as wrong. A single one may have been
 * written late.
 */
const BELIEVED_AFTER = 2;

/** The observations of another node's clock. */
type Sighting = {
  version: number;
  /** When the store was last read while this was still its newest heartbeat. */
  askedAt: number;
  changedAt: number;
  /** The least difference between the two clocks. */
  apartMillis: number;
  timesApart: number;
};

/** The nodes that use one store: each claims an id, sends heartbeats and compares clocks. */
export interface NodeRegistry {
  /** Claims the name for this process unless another one holds it; returns whether it did. */
  claim(id: string): Promise<boolean>;
  /** Writes the heartbeat of this node. Must be called every few seconds. */
  beat(): Promise<void>;
  /** Reads the heartbeats of the others. Must be called every second. */
  observe(): Promise<void>;
  /**
   * Why this node should not serve, or undefined. If two nodes disagree, neither can be trusted. Of three nodes, the
   * two that agree can.
   */
  problem(): string | undefined;
  /**
   * Number of serving nodes, including this one, as last observed. 2 before the first look, since there may be another
   * node.
   */
  count(): number;
  /** Releases the name, so that the next process can claim it. */
  leave(): Promise<void>;
}

export const nodeRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly machine: Machine;
}): NodeRegistry => {
  const { clock, machine } = deps;
  const nodes = deps.documents.collection<NodeRecord>(NODES);
  const instance = randomUUID();
  const sightings = new Map<string, Sighting>();
  /** Silent nodes, with the version of their last heartbeat. A new heartbeat has another version. */
  const silent = new Map<string, number>();
  let held: string | undefined;
  let isLost = false;
  let hasLooked = false;

  const recordOf = (id: string): NodeRecord => ({
    id,
    instance,
    host: machine.host,
    process: machine.process,
    at: clock.nowMillis(),
    expiresAt: clock.now() + SILENCE_SECONDS,
    keptUntil: clock.now() + KEPT_SECONDS,
  });

  /**
   * Whether the process has ended. A process of this machine has ended when it no longer runs, regardless of its
   * heartbeat; one of another machine, when it is silent. A record with our own process number is from an earlier
   * process.
   */
  const isOver = ({ host, process, expiresAt }: NodeRecord): boolean =>
    host === machine.host ? process === machine.process || !machine.isAlive(process) : expiresAt <= clock.now();

  const look = (id: string, version: number, at: number, asked: { readonly from: number; readonly to: number }) => {
    const before = sightings.get(id);
    if (before === undefined) {
      const first = { version, askedAt: asked.from, changedAt: asked.to, apartMillis: 0, timesApart: 0 };
      sightings.set(id, first);
      return;
    }
    if (before.version === version) {
      before.askedAt = asked.from;
      return;
    }
    // The heartbeat was written after we last saw the previous one, and before we saw this one.
    const apartMillis = Math.max(at - asked.to, before.askedAt - at);
    const isApart = apartMillis > MOST_APART_MILLISECONDS;
    sightings.set(id, {
      version,
      askedAt: asked.from,
      changedAt: asked.to,
      apartMillis,
      timesApart: isApart ? before.timesApart + 1 : 0,
    });
  };

  return {
    async claim(id): Promise<boolean> {
      const found = await nodes.get(id);
      if (found && !isOver(found.document)) return false;
      const isOurs = await withPriority('essential', () =>
        found ? nodes.replace(recordOf(id), found.version) : tryInsert(nodes, recordOf(id)),
      );
      if (isOurs) held = id;
      return isOurs;
    },

    async beat(): Promise<void> {
      if (held === undefined) return;
      const found = await nodes.get(held);
      isLost = found !== undefined && found.document.instance !== instance;
      if (isLost) return;
      const record = recordOf(held);
      await withPriority('essential', () => (found ? nodes.replace(record, found.version) : tryInsert(nodes, record)));
    },

    async observe(): Promise<void> {
      const from = clock.nowMillis();
      const found = await nodes.find({ limit: 1000 });
      const asked = { from, to: clock.nowMillis() };
      hasLooked = true;
      const others = found.filter(({ document }) => document.id !== held);
      for (const { document, version } of others) {
        const { id, at, expiresAt } = document;
        const isFirst = !sightings.has(id) && !silent.has(id);
        if (isFirst && expiresAt <= clock.now()) silent.set(id, version);
        if (silent.get(id) === version) continue;
        silent.delete(id);
        look(id, version, at, asked);
      }
      const present = new Set(others.map(({ document }) => document.id));
      for (const id of silent.keys()) if (!present.has(id)) silent.delete(id);
      for (const [id, { changedAt, version }] of sightings) {
        const isSilent = changedAt + SILENCE_SECONDS * 1000 < asked.to;
        if (isSilent && present.has(id)) silent.set(id, version);
        if (isSilent || !present.has(id)) sightings.delete(id);
      }
    },

    problem(): string | undefined {
      if (isLost) return 'another process serves under the name of this node';
      const others = [...sightings.values()];
      const apart = others.filter(({ timesApart }) => timesApart >= BELIEVED_AFTER);
      if (apart.length * 2 <= others.length) return undefined;
      const seconds = Math.max(...apart.map(({ apartMillis }) => apartMillis)) / 1000;
      return `the clock is ${seconds.toFixed(1)} s or more apart from ${apart.length} of ${others.length} other nodes`;
    },

    count: (): number => (hasLooked ? sightings.size + 1 : 2),

    async leave(): Promise<void> {
      if (held === undefined) return;
      const found = await nodes.get(held);
      const id = held;
      if (found?.document.instance === instance) await withPriority('essential', () => nodes.take(id));
      held = undefined;
    },
  };
};
