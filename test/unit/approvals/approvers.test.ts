import { describe, expect, test } from '@jest/globals';
import type { Account } from '../../../src/domain/accounts/account.ts';
import { approversOf } from '../../../src/domain/approvals/approvers.ts';
import type { Group } from '../../../src/domain/groups/group.ts';
import { account } from '../token-exchange/fakes.ts';

const of = ({ inactive = [] as readonly string[], members = ['acc_bob', 'acc_cleo'] as readonly string[] } = {}) =>
  approversOf({
    accounts: {
      getMany: async (ids) =>
        ids
          .filter((id) => id !== 'acc_gone')
          .map((id): Account => ({ ...account(id), state: inactive.includes(id) ? 'disabled' : 'active' })),
    },
    groups: { get: async (id) => (id === 'grp_1' ? { document: { id, members } as unknown as Group } : undefined) },
  });

describe('AP-03 who is asked', () => {
  test('the person on whose behalf alone, where one is enough, whoever owns the agent', async () => {
    for (const owner of ['acc_bob', 'grp_1']) {
      expect(await of()({ owner }, 'acc_anna', 1)).toEqual({ accounts: ['acc_anna'], mustAgree: 'acc_anna' });
    }
  });

  test('she first, then who owns the agent; she has to agree', async () => {
    expect(await of()({ owner: 'acc_bob' }, 'acc_anna', 2)).toEqual({
      accounts: ['acc_anna', 'acc_bob'],
      mustAgree: 'acc_anna',
    });
  });

  test('she first, then those of the group that owns it', async () => {
    const { accounts } = await of()({ owner: 'grp_1' }, 'acc_anna', 2);
    expect(accounts).toEqual(['acc_anna', 'acc_bob', 'acc_cleo']);
  });

  test('nobody twice: the owner of an agent is not two people', async () => {
    expect((await of()({ owner: 'acc_anna' }, 'acc_anna', 2)).accounts).toEqual(['acc_anna']);
    const members = ['acc_bob', 'acc_anna'];
    expect((await of({ members })({ owner: 'grp_1' }, 'acc_anna', 2)).accounts).toEqual(['acc_anna', 'acc_bob']);
  });

  test('AP-07 nobody who is disabled or gone, she included', async () => {
    const inactive = ['acc_anna', 'acc_bob'];
    expect(await of({ inactive })({ owner: 'grp_1' }, 'acc_anna', 2)).toEqual({
      accounts: ['acc_cleo'],
      mustAgree: 'acc_anna',
    });
    expect((await of()({ owner: 'acc_gone' }, 'acc_anna', 2)).accounts).toEqual(['acc_anna']);
  });

  test('nobody but she of a group that is not there', async () => {
    expect((await of()({ owner: 'grp_2' }, 'acc_anna', 2)).accounts).toEqual(['acc_anna']);
  });

  test('64 at most, she among them', async () => {
    const members = Array.from({ length: 100 }, (_, index) => `acc_${index}`);
    const { accounts } = await of({ members })({ owner: 'grp_1' }, 'acc_anna', 2);
    expect(accounts).toHaveLength(64);
    expect(accounts[0]).toBe('acc_anna');
  });
});
