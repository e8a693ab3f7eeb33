import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { latchedKills } from '../../../src/domain/authority/revocation/kill.ts';
import { killSwitch } from '../../../src/domain/authority/revocation/kill-switch.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import type { LatchedKill } from '../../../src/domain/ports/kill-latch.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';

const BY = { caller: 'app_a', request: 'req_1' };

/** A store that takes no writes while `outage.isNow`. */
const failingStore = (outage: { readonly isNow: boolean }): DocumentStore => {
  const documents = memoryDocumentStore('refused');
  return {
    ...documents,
    collection(name) {
      const { insert, replace, ...collection } = documents.collection<never>(name);
      const unlessOut = async <R>(work: () => Promise<R>): Promise<R> => {
        if (outage.isNow) throw new StoreUnavailable('the store takes no writes in this test');
        return work();
      };
      return {
        ...collection,
        insert: (document: never) => unlessOut(() => insert(document)),
        replace: (document: never, expected: number) => unlessOut(() => replace(document, expected)),
      } as never;
    },
  };
};

/** A switch whose store can fail: a kill then waits on the volume. */
const scene = () => {
  const outage = { isNow: false };
  const audit = recordingAudit();
  const volume = new Map<string, LatchedKill>();
  let ids = 0;
  const kills = killSwitch({
    documents: failingStore(outage),
    clock: standingClock(),
    identifiers: { newId: (prefix: string) => `${prefix}_${++ids}`, newSecret: () => 'secret' },
    audit,
    latch: {
      read: async () => [...volume.values()],
      write: async (latched) => void volume.set(latched.kill.id, latched),
      remove: async (id) => void volume.delete(id),
    },
    latched: latchedKills(),
    ends: { delegation: async () => undefined, token: async () => undefined },
    newestEvent: async () => 0,
  });
  const order = async (target: string, owner?: string): Promise<string> => {
    const ordered = { scope: 'agent' as const, target, reason: 'a test', ...(owner === undefined ? {} : { owner }) };
    return (await kills.order(ordered, BY)).kill.id;
  };
  const listed = async (query: Parameters<typeof kills.list>[0]) => (await kills.list(query)).items.map(({ id }) => id);
  return { outage, kills, order, listed };
};

test('LC-02 the list begins with kills that the store could not take, each of them once', async () => {
  const { outage, order, listed } = scene();
  const stored = await order('agt_a', 'acc_a');
  outage.isNow = true;
  const waiting = await order('agt_b', 'acc_b');
  expect(await listed({ limit: 10 })).toEqual([waiting, stored]);
  expect(await listed({ limit: 10, key: 'agent:agt_a' })).toEqual([stored]);
  expect(await listed({ limit: 10, key: 'agent:agt_b' })).toEqual([waiting]);
  expect(await listed({ limit: 10, owner: 'acc_a' })).toEqual([stored]);
  expect(await listed({ limit: 10, state: 'lifted' })).toEqual([]);
});

test('LC-02 a kill that waits and is in the store is listed once', async () => {
  const { outage, kills, order, listed } = scene();
  const first = await order('agt_a');
  outage.isNow = true;
  // The repeated order is the standing kill, whose epoch waits.
  expect(await order('agt_a')).toBe(first);
  expect(await listed({ limit: 10 })).toEqual([first]);
  expect((await kills.get(first))?.target).toBe('agt_a');
});
