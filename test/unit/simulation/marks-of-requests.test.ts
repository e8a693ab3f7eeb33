import { expect, test } from '@jest/globals';
import { newCluster } from '../../simulation/cluster.ts';
import type { SimulatedNode } from '../../simulation/node.ts';

const NEAR = { delay: () => 1, isCutOff: () => false, runsFrom: () => 0 };

/** Runs `work` at a node that has to read the marks of partitions. */
const within = async (work: (node: SimulatedNode, other: SimulatedNode) => Promise<void>): Promise<void> => {
  const cluster = newCluster(1000, () => 1, 'partitions');
  const [node, other] = [cluster.newNode(NEAR, 0), cluster.newNode(NEAR, 0)];
  await cluster.time.run(() => work(node, other));
};

test('a request that reads and writes many objects reads as many marks for each, however many they are', () =>
  within(async (node) => {
    const marksOf = async (from: number, objects: number): Promise<number> => {
      const { tokens, grants, delegations } = node.collections;
      const before = node.marksRead();
      await node.request(async () => {
        for (let at = from; at < from + objects; at += 1) {
          await tokens.get(`AccessToken:${at}`);
          await grants.get(`grt_${at}`);
          const held = await delegations.get(`dlg_${at}`);
          await delegations.replace({ id: `dlg_${at}`, value: 2 }, held?.version ?? 0);
        }
      });
      return (node.marksRead() - before) / objects;
    };
    const ofFew = await marksOf(0, 20);
    expect(ofFew).toBeGreaterThan(3);
    expect(await marksOf(100, 200)).toBeLessThan(1.5 * ofFew);
  }));

test('documents with more than 32 marks that the request has not read are read from the store without them', () =>
  within(async (node, other) => {
    const ids = Array.from({ length: 500 }, (_, at) => `dlg_${at}`);
    const values = async () => {
      const found = await node.request(() => node.collections.delegations.getMany(ids));
      return new Set(found.result.map(({ document }) => document.value));
    };
    expect([...(await values())]).toEqual([1]);
    const held = await other.collections.delegations.get('dlg_7');
    await other.collections.delegations.replace({ id: 'dlg_7', value: 2 }, held?.version ?? 0);
    expect([...(await values())]).toEqual([1, 2]);
    // The common mark alone.
    expect(node.marksRead()).toBe(2);
  }));
