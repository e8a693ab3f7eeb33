/** To which agents a person may let an agent re-delegate, and in which order a page offers them. */
import { expect, test } from '@jest/globals';
import { agentOfChoice, candidatesFor, choiceOf } from '../../../src/domain/authority/consent/re-delegation-choices.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { agent } from '../token-exchange/fakes.ts';

const registryOf = (all: readonly Agent[]) => {
  const reads: string[] = [];
  const documents = (some: readonly Agent[]) => some.map((document) => ({ document, version: 1 }));
  return {
    reads,
    getMany: async (ids: readonly string[]) => {
      reads.push(`${ids.length} by id`);
      return documents(all.filter(({ id }) => ids.includes(id)));
    },
    list: async ({ owner, limit }: { readonly owner?: string; readonly limit: number }) => {
      reads.push(owner ?? 'all');
      return { items: documents(all.filter((one) => owner === undefined || one.owner === owner).slice(0, limit)) };
    },
  };
};

const SELF = agent('agt_self', { name: 'Self', owner: 'acc_anna' });

test('offers the agents of the same owner before those of others, each by name, and never the agent itself', async () => {
  const registry = registryOf([
    agent('agt_1', { name: 'Aaron', owner: 'acc_bob' }),
    agent('agt_2', { name: 'Zoe', owner: 'acc_anna' }),
    agent('agt_3', { name: 'Cleo', owner: 'acc_bob' }),
    agent('agt_4', { name: 'Mia', owner: 'acc_anna' }),
    SELF,
  ]);
  expect((await candidatesFor(registry, SELF)).map(({ name }) => name)).toEqual(['Mia', 'Zoe', 'Aaron', 'Cleo']);
});

test('offers no agent that is suspended by the time it is read', async () => {
  const registry = registryOf([agent('agt_1', { state: 'suspended' }), agent('agt_2')]);
  expect((await candidatesFor(registry, SELF)).map(({ id }) => id)).toEqual(['agt_2']);
});

test('offers fifty at most; agents of others are not read where the owner has more', async () => {
  const own = (count: number) =>
    Array.from({ length: count }, (_, index) => agent(`agt_${index}`, { owner: 'acc_anna' }));
  const many = registryOf(own(51));
  expect(await candidatesFor(many, SELF)).toHaveLength(50);
  expect(many.reads).toEqual(['acc_anna', '50 by id']);
  const few = registryOf(own(50));
  expect(await candidatesFor(few, SELF)).toHaveLength(50);
  expect(few.reads).toEqual(['acc_anna', 'all', '50 by id']);
});

test('named agents are read as they are; where none is named nothing is read', async () => {
  const registry = registryOf([agent('agt_1'), agent('agt_2')]);
  expect((await candidatesFor(registry, SELF, ['agt_2'])).map(({ id }) => id)).toEqual(['agt_2']);
  expect(await candidatesFor(registry, SELF, [])).toEqual([]);
  expect(registry.reads).toEqual(['1 by id']);
});

test('a choice names the agent and how often it changed owner, so that a hand-over makes it another choice', () => {
  expect([choiceOf({ id: 'agt_1' }), choiceOf({ id: 'agt_1', ownership: 2 })]).toEqual(['agt_1', 'agt_1:2']);
  expect(['agt_1', 'agt_1:2'].map(agentOfChoice)).toEqual(['agt_1', 'agt_1']);
});
