/** Lists of a register in which most agents are not what is looked for. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { type AgentQuery, agentLists } from '../../../src/domain/clients/agents/agent-lists.ts';
import { searchable } from '../../../src/domain/clients/agents/agent-search-terms.ts';
import type { Collection } from '../../../src/domain/ports/document-store.ts';

const MANY = 5000;

const world = async (of: (index: number) => Partial<Agent> & { readonly name: string }) => {
  const collection = memoryDocumentStore().collection<Agent>(AGENTS);
  const made = Array.from({ length: MANY }, (_, index) => {
    const about = { provider: 'Example', purpose: 'Keeps things in order', ...of(index) };
    return {
      id: `agt_${String(index).padStart(5, '0')}`,
      owner: 'acc_many',
      environment: 'test',
      state: 'active',
      redirectUris: [],
      grantTypes: [],
      resourceServers: [],
      ...about,
      ...searchable(about),
      createdAt: index,
      updatedAt: index,
    } as unknown as Agent;
  });
  for (let at = 0; at < MANY; at += 500) await collection.insertMany(made.slice(at, at + 500));
  let read = 0;
  const counted: Collection<Agent> = {
    ...collection,
    async find(query) {
      const found = await collection.find(query);
      read += found.length;
      return found;
    },
  };
  const list = agentLists({ collection: counted, uses: { walk: async () => [] } });
  /** Of the first page. */
  return async (query: AgentQuery) => {
    read = 0;
    const { items, next } = await list(query);
    return { ids: items.map(({ document }) => document.id), read, isMore: next !== undefined };
  };
};

describe('the first page costs what is rare, not what is frequent', () => {
  test('an agent is found by its whole name, however many share all its words but one', async () => {
    const first = await world((index) => ({ name: `Extraordinary reporter n${index}` }));
    const found = await first({ search: 'extraordinary reporter n7' });
    expect(found).toMatchObject({ ids: ['agt_00007'], isMore: false });
    expect(found.read).toBeLessThan(100);
  });

  test.each<[string, AgentQuery]>([
    ['a rare owner', { owner: 'acc_few', search: 'reporter' }],
    ['one of several owners', { owners: ['acc_few', 'acc_none'], search: 'reporter' }],
    ['a rare state', { state: 'orphaned', search: 'reporter' }],
    ['a rare state in an environment', { state: 'orphaned', environment: 'test' }],
    ['a rare environment in a state', { state: 'active', environment: 'development' }],
    ['a rare state under a blueprint', { state: 'orphaned', blueprint: 'bpt_many' }],
    ['a rare blueprint in a state', { state: 'active', blueprint: 'bpt_few' }],
    ['a resource server that few are registered as', { state: 'active', resourceServer: 'rs_few' }],
  ])('%s', async (_, query) => {
    const few = {
      owner: 'acc_few',
      blueprint: 'bpt_few',
      environment: 'development',
      resourceServers: ['rs_few'],
    } as const;
    const first = await world((index) => ({
      name: `Reporter n${index}`,
      blueprint: 'bpt_many',
      ...(index % 1000 === 1 ? few : {}),
      ...(index % 1000 === 2 ? { state: 'orphaned' } : {}),
    }));
    const found = await first(query);
    expect(found).toMatchObject({ ids: { length: 5 }, isMore: false });
    expect(found.read).toBeLessThan(100);
  });

  test('where all are frequent and seldom come together, a page ends after a thousand, and goes on', async () => {
    const first = await world((index) => ({ name: index % 2 === 0 ? `Reporter n${index}` : `Booker n${index}` }));
    const found = await first({ search: 'reporter booker' });
    expect(found).toMatchObject({ ids: [], isMore: true });
    expect(found.read).toBeLessThan(1500);
  });
});
