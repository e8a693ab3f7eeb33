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
  const faults: { isDown: boolean; held: Promise<void> | undefined } = { isDown: false, held: undefined };
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
      write: async (latched) => void volume.set(latched.kill.id, latched),
      remove: async (id) => void volume.delete(id),
    },
    broadcast: {
      async tell({ id }) {
        sent.push(id);
        return true;
      },
      listen: () => undefined,
    },
  });
  return { kills, audit, registry, volume, sent, tried, faults };
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
