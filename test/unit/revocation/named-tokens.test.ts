/** The ids of tokens that an ending names, found in the store. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { DELEGATIONS, type Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { namingTokens } from '../../../src/domain/authority/revocation-feed/named-tokens.ts';
import { TRANSACTIONS, type Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { GROUPS, type Group } from '../../../src/domain/identity/groups/group.ts';

const newWorld = () => {
  const documents = memoryDocumentStore('refused');
  const grants: string[] = [];
  let seconds = 0;
  const agent = (id: string, owner: string): Promise<void> =>
    documents.collection<Agent>(AGENTS).insert({
      ...{ id, owner, name: id, purpose: 'p', state: 'active', redirectUris: [], grantTypes: [], resourceServers: [] },
      createdAt: 1,
    } as unknown as Agent);
  /** A delegation of acc_1 to agt_1, and so many open transactions of this agent with acc_1. */
  const takesPart = async (open: number): Promise<void> => {
    const given = { id: 'dlg_1', subject: 'acc_1', actor: 'agt_1', parent: null };
    await documents.collection<Delegation>(DELEGATIONS).insert({ ...given, createdAt: 1 } as unknown as Delegation);
    for (let number = 0; number < open; number += 1) {
      const id = `trn_${number}`;
      const one = { id, slot: id, agent: 'agt_1', state: 'open', participants: ['acc_1'], createdAt: 1, expiresAt: 2 };
      await documents.collection<Transaction>(TRANSACTIONS).insert(one as unknown as Transaction);
    }
  };
  return {
    agent,
    takesPart,
    grants,
    group: (id: string, members: readonly string[]): Promise<void> =>
      documents.collection<Group>(GROUPS).insert({ id, name: id, members, createdAt: 1 } as unknown as Group),
    later: (more: number): number => {
      seconds += more;
      return seconds;
    },
    naming: namingTokens({ documents, grantsOf: async (_, limit) => grants.slice(0, limit), elapsed: () => seconds }),
  };
};

describe('an owner', () => {
  test('that is an account: its agents, and those of the groups that it is in', async () => {
    const { agent, group, naming } = newWorld();
    await group('grp_1', ['acc_1', 'acc_2']);
    for (const [id, owner] of [
      ['agt_1', 'acc_1'],
      ['agt_2', 'grp_1'],
      ['agt_3', 'acc_2'],
    ] as const)
      await agent(id, owner);
    expect(await naming.of({ kind: 'owned_by', id: 'acc_1' })).toEqual([
      { kind: 'party', id: 'agt_1' },
      { kind: 'party', id: 'agt_2' },
    ]);
    expect(await naming.of({ kind: 'owned_by', id: 'grp_1' })).toEqual([{ kind: 'party', id: 'agt_2' }]);
  });

  test('is looked up again once the change must have come, and not a third time', async () => {
    const { agent, naming, later } = newWorld();
    expect(await naming.of({ kind: 'owned_by', id: 'acc_1' })).toEqual([]);
    await agent('agt_1', 'acc_1');
    later(29);
    expect(await naming.again()).toEqual([]);
    later(1);
    expect(await naming.again()).toEqual([{ kind: 'party', id: 'agt_1' }]);
    expect(await naming.again()).toEqual([]);
  });
});

test('a person: the transactions in which they take part, also more than an agent opens itself', async () => {
  const { takesPart, naming } = newWorld();
  await takesPart(150);
  const named = await naming.of({ kind: 'subject', id: 'acc_1' });
  expect(named.filter(({ kind }) => kind === 'transaction')).toHaveLength(150);
});

test('a person in 1000 open transactions or more: every token', async () => {
  const { takesPart, naming } = newWorld();
  await takesPart(1000);
  expect(await naming.of({ kind: 'subject', id: 'acc_1' })).toEqual([{ kind: 'all' }]);
});

test('a client with 1000 grants or more: every token', async () => {
  const { grants, naming } = newWorld();
  for (let number = 0; number < 999; number += 1) grants.push(`grt_${number}`);
  expect(await naming.of({ kind: 'grants_of', id: 'app_1' })).toHaveLength(999);
  grants.push('grt_999');
  expect(await naming.of({ kind: 'grants_of', id: 'app_1' })).toEqual([{ kind: 'all' }]);
});
