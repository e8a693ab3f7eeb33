import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { nodeRegistry } from '../../../src/domain/platform/cluster/node-registry.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';

const START = 1_790_000_000_000;

/** Nodes over one store, each with a clock of its own that runs `offset` milliseconds ahead of the true time. */
const newWorld = (documents: DocumentStore = memoryDocumentStore()) => {
  let now = START;
  const dead = new Set<number>();
  let processes = 100;
  return {
    pass(milliseconds: number): void {
      now += milliseconds;
    },
    kill: (process: number) => void dead.add(process),
    node(offset = 0, { host = 'one', process = ++processes } = {}) {
      const clock = { nowMillis: () => now + offset, now: () => Math.floor((now + offset) / 1000) };
      const registry = nodeRegistry({ documents, clock, machine: { host, process, isAlive: (id) => !dead.has(id) } });
      return { ...registry, process };
    },
  };
};

describe('a name', () => {
  test('is borne by one process at a time, and free again when that one leaves', async () => {
    const world = newWorld();
    const [one, other] = [world.node(), world.node()];
    expect(await one.claim('nod_a')).toBe(true);
    expect(await other.claim('nod_a')).toBe(false);
    expect(await other.claim('nod_b')).toBe(true);
    await one.leave();
    expect(await world.node().claim('nod_a')).toBe(true);
  });

  test('goes to one of many who want it at once', async () => {
    const world = newWorld();
    const claims = await Promise.all(Array.from({ length: 16 }, () => world.node().claim('nod_a')));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  test('of a killed process is free at once on its machine, and elsewhere once it has been silent', async () => {
    const world = newWorld();
    const killed = world.node();
    await killed.claim('nod_a');
    world.kill(killed.process);
    expect(await world.node(0, { host: 'two' }).claim('nod_a')).toBe(false);
    world.pass(15_000);
    expect(await world.node(0, { host: 'two' }).claim('nod_a')).toBe(true);
    // In a container every process has the same number: the one that has ours was before us.
    await world.node(0, { process: 1 }).claim('nod_b');
    expect(await world.node(0, { process: 1 }).claim('nod_b')).toBe(true);
  });

  test('FT-06 stays with a living process of its machine that cannot show itself, as on a full volume', async () => {
    const world = newWorld();
    const silent = world.node();
    await silent.claim('nod_a');
    world.pass(3_600_000);
    expect(await world.node().claim('nod_a')).toBe(false);
    await silent.beat();
    expect(silent.problem()).toBeUndefined();
    world.kill(silent.process);
    expect(await world.node().claim('nod_a')).toBe(true);
  });

  test('stays with a process that beats, and one that stood still too long says that it lost it', async () => {
    const world = newWorld();
    const [beating, still] = [world.node(), world.node()];
    await beating.claim('nod_a');
    await still.claim('nod_b');
    for (let seconds = 0; seconds < 20; seconds += 2) {
      world.pass(2_000);
      await beating.beat();
    }
    expect(await world.node(0, { host: 'two' }).claim('nod_a')).toBe(false);
    expect(await world.node(0, { host: 'two' }).claim('nod_b')).toBe(true);
    await still.beat();
    expect(still.problem()).toMatch(/name/);
    expect(beating.problem()).toBeUndefined();
  });
});

describe('clocks', () => {
  /** A heartbeat of each every two seconds, and a look every second, as in a server. */
  const run = async (
    world: ReturnType<typeof newWorld>,
    nodes: readonly ReturnType<typeof world.node>[],
    beats: number,
  ) => {
    for (let beat = 0; beat < beats; beat += 1) {
      for (const node of nodes) await node.beat();
      for (let look = 0; look < 2; look += 1) {
        for (const node of nodes) await node.observe();
        world.pass(1_000);
      }
    }
  };
  const nodesWith = async (world: ReturnType<typeof newWorld>, ...offsets: readonly number[]) => {
    const nodes = offsets.map((offset) => world.node(offset));
    for (const [index, node] of nodes.entries()) await node.claim(`nod_${index}`);
    return nodes;
  };
  const troubled = (nodes: readonly { problem(): string | undefined }[]): readonly boolean[] =>
    nodes.map((node) => node.problem() !== undefined);

  test('that agree to a second are no problem', async () => {
    const world = newWorld();
    const nodes = await nodesWith(world, 0, 900, -900);
    await run(world, nodes, 6);
    expect(troubled(nodes)).toEqual([false, false, false]);
  });

  test.each([5_000, -5_000, 3_600_000, -3_600_000])(
    'FT-10 of three, the one that is %i ms apart is not ready',
    async (offset) => {
      const world = newWorld();
      const nodes = await nodesWith(world, 0, 100, offset);
      await run(world, nodes, 4);
      expect(troubled(nodes)).toEqual([false, false, true]);
      expect(nodes[2]?.problem()).toMatch(/2 of 2/);
    },
  );

  test('FT-10 of two that are apart neither can be believed', async () => {
    const world = newWorld();
    const nodes = await nodesWith(world, 0, 6_000);
    await run(world, nodes, 4);
    expect(troubled(nodes)).toEqual([true, true]);
  });

  test('a node that is silent does not count as one that serves, and does again when it shows itself', async () => {
    const world = newWorld();
    const [one, silent] = [world.node(), world.node()];
    await one.claim('nod_a');
    await silent.claim('nod_b');
    await run(world, [one, silent], 2);
    expect(one.count()).toBe(2);
    await run(world, [one], 10);
    expect(one.count()).toBe(1);
    const late = world.node();
    await late.claim('nod_c');
    await late.observe();
    expect(late.count()).toBe(2);
    await run(world, [one, late, silent], 2);
    expect([one.count(), late.count()]).toEqual([3, 3]);
  });

  test('one late heartbeat is no finding, and a node that has gone is forgotten', async () => {
    const world = newWorld();
    const [one, late] = [world.node(), world.node(-4_000)];
    const punctual = world.node();
    await one.claim('nod_a');
    await punctual.claim('nod_b');
    await run(world, [one, punctual], 2);
    // As if it had been under way for four seconds.
    await punctual.leave();
    await late.claim('nod_b');
    await one.observe();
    expect(one.problem()).toBeUndefined();
    await run(world, [one, late], 4);
    expect(one.problem()).toBeDefined();
    await late.leave();
    await one.observe();
    expect(one.problem()).toBeUndefined();
  });
});
