import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { latchedKills } from '../../../src/domain/authority/revocation/kill.ts';
import { killRegistry } from '../../../src/domain/authority/revocation/kill-registry.ts';
import { waitingKills } from '../../../src/domain/authority/revocation/waiting-kills.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import type { LatchedKill } from '../../../src/domain/ports/kill-latch.ts';
import type { Kill } from '../../../src/domain/vocabulary/kill.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';

const killOf = (agent: string, createdAt: number): Kill => ({
  id: `kil_${agent}`,
  scope: 'agent',
  target: `agt_${agent}`,
  key: `agent:agt_${agent}`,
  reason: 'a test',
  by: 'app_a',
  state: 'standing',
  signatures: [],
  createdAt,
});

/** Kills on the volume of a node whose store works; `audit.state.failing` stops the audit log. */
const scene = (...waiting: readonly Pick<LatchedKill, 'missing'>[]) => {
  const clock = standingClock();
  const documents = memoryDocumentStore('refused');
  const audit = recordingAudit();
  const volume = new Map<string, LatchedKill>(
    waiting.map(({ missing }, index) => {
      const kill = killOf(String(index), clock.now() - 60);
      return [kill.id, { kill, missing }];
    }),
  );
  const registry = killRegistry({
    documents,
    clock,
    audit,
    ends: { delegation: async () => undefined, token: async () => undefined },
    newestEvent: async () => 0,
  });
  const sent: string[] = [];
  const tried: string[] = [];
  /** `isDown`: the store takes no kill. `held`: a read of the volume ends with it. */
  const faults: { isDown: boolean; isFull: boolean; held: Promise<void> | undefined } = {
    ...{ isDown: false, isFull: false, held: undefined },
  };
  let hear: (kill: Kill) => void = () => undefined;
  const kills = waitingKills({
    registry: {
      ...registry,
      async record(type, kill, by) {
        tried.push(kill.id);
        await registry.record(type, kill, by);
      },
      async put(kill, by) {
        if (faults.isDown) throw new StoreUnavailable('the volume is full');
        await registry.put(kill, by);
      },
    },
    clock,
    latched: latchedKills(),
    latch: {
      async read() {
        const all = [...volume.values()];
        await faults.held;
        return all;
      },
      async write(latched) {
        if (faults.isFull) throw new Error('the volume is full');
        volume.set(latched.kill.id, latched);
      },
      remove: async (id) => void volume.delete(id),
    },
    broadcast: {
      async tell({ id }) {
        sent.push(id);
        return true;
      },
      listen(heard) {
        hear = heard;
      },
    },
  });
  kills.listen();
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const hears = async (kill: Kill): Promise<void> => {
    hear(kill);
    await settled();
  };
  return { clock, hears, kills, audit, registry, volume, sent, tried, faults };
};

test('a kill that is ordered while a poll reads the volume stays in effect (invariant 6)', async () => {
  const { kills, audit, faults } = scene();
  const { promise, resolve } = Promise.withResolvers<void>();
  faults.held = promise;
  const polling = kills.poll();
  audit.state.failing = true;
  faults.isDown = true;
  const kill = killOf('late', 1_800_000_000);
  expect(await kills.enter(kill, { caller: 'app_a' })).toEqual(['audit', 'store']);
  resolve();
  await polling;
  expect(kills.get(kill.id)).toEqual(kill);
});

test('a poll sends again each kill that the store does not hold, and no other', async () => {
  const { kills, audit, sent } = scene({ missing: ['store'] }, { missing: ['audit'] }, { missing: ['audit', 'store'] });
  audit.state.failing = true;
  await kills.poll();
  expect(sent).toEqual(['kil_0', 'kil_2']);
  expect(kills.all().map(({ id }) => id)).toEqual(['kil_0', 'kil_2']);
});

test('while the audit log takes no event, a poll stops at the first kill; the next one stores them in their order', async () => {
  const { kills, audit, registry, volume, tried } = scene({ missing: ['store'] }, { missing: ['audit', 'store'] });
  audit.state.failing = true;
  await kills.poll();
  expect(tried).toEqual(['kil_0']);
  expect([await registry.get('kil_0'), await registry.get('kil_1'), audit.events]).toEqual([undefined, undefined, []]);
  audit.state.failing = false;
  await kills.poll();
  expect(audit.of('kill.reconciled').map(({ target }) => target)).toHaveLength(2);
  expect(tried).toEqual(['kil_0', 'kil_0', 'kil_1']);
  expect(kills.all()).toEqual([]);
  expect([...volume.values()].map(({ kill, missing }) => [kill.id, missing])).toEqual([
    ['kil_0', []],
    ['kil_1', []],
  ]);
  expect((await registry.get('kil_1'))?.state).toBe('standing');
});

test('a kill that another node sends is in effect at once and on the volume, unless the store holds it', async () => {
  const { kills, hears, registry, volume, clock } = scene();
  const kill = killOf('a', clock.now());
  await hears(kill);
  await hears(kill);
  expect(kills.all()).toEqual([kill]);
  expect([...volume.values()]).toEqual([{ kill, missing: ['store'] }]);
  const stored = killOf('b', clock.now());
  await registry.put(stored, { caller: 'app_a' });
  await hears(stored);
  expect([kills.get(stored.id), volume.has(stored.id)]).toEqual([undefined, false]);
});

test('a kill from another node waits for that node, and is written here when it does not come', async () => {
  const { kills, hears, registry, clock, tried } = scene();
  const kill = killOf('a', clock.now());
  await hears(kill);
  await kills.poll();
  expect([tried, kills.all()]).toEqual([[], [kill]]);
  clock.move(600);
  await kills.poll();
  expect([tried, kills.all()]).toEqual([[kill.id], []]);
  expect((await registry.get(kill.id))?.state).toBe('standing');
});

test('a kill that neither store nor volume takes is refused, stays in effect, and is written later', async () => {
  const { kills, faults, registry, audit, clock } = scene();
  Object.assign(faults, { isDown: true, isFull: true });
  const kill = killOf('a', clock.now());
  await expect(kills.enter(kill, { caller: 'app_a' })).rejects.toMatchObject({ reason: 'kill_not_durable' });
  expect(kills.all()).toEqual([kill]);
  await kills.poll();
  expect(kills.all()).toEqual([kill]);
  Object.assign(faults, { isDown: false, isFull: false });
  await kills.poll();
  expect([kills.all(), (await registry.get(kill.id))?.state]).toEqual([[], 'standing']);
  expect(audit.events.map(({ type }) => type)).toEqual(['kill.ordered', 'kill.reconciled', 'kill.reconciled']);
});

test('a kill that the store takes waits nowhere; one that the volume alone does not take is no fault', async () => {
  const { kills, faults, volume, sent, clock } = scene();
  expect(await kills.enter(killOf('a', clock.now()), { caller: 'app_a' })).toEqual([]);
  expect(volume.get('kil_a')?.missing).toEqual([]);
  faults.isFull = true;
  expect(await kills.enter(killOf('b', clock.now()), { caller: 'app_a' })).toEqual([]);
  expect([kills.all(), sent, volume.has('kil_b')]).toEqual([[], [], false]);
  const final = { ...killOf('c', clock.now()), state: 'final' as const };
  faults.isFull = false;
  await kills.enter(final, { caller: 'app_a' });
  expect(volume.has('kil_c')).toBe(false);
});

test('a start writes what a restored store has lost, and removes the copy of a kill that was lifted', async () => {
  const { kills, registry, volume, audit, clock } = scene({ missing: [] }, { missing: ['store'] });
  const [lifted, standing] = [killOf('lifted', clock.now() - 60), killOf('stored', clock.now() - 60)];
  for (const kill of [lifted, standing]) {
    await registry.put(kill, { caller: 'app_a' });
    volume.set(kill.id, { kill, missing: [] });
  }
  await registry.sign(lifted.id, { caller: 'app_a' }, { changedAt: 0 });
  await kills.start();
  for (const id of ['kil_0', 'kil_1']) expect((await registry.get(id))?.state).toBe('standing');
  expect(audit.of('kill.reconciled')).toHaveLength(2);
  expect(kills.all()).toEqual([]);
  expect([volume.has(lifted.id), volume.has(standing.id)]).toEqual([false, true]);
});
