import { describe, expect, test } from '@jest/globals';
import type { Account } from '../../../src/domain/accounts/account.ts';
import type { Door } from '../../../src/domain/approvals/approval.ts';
import { approversOf, whomToAsk } from '../../../src/domain/approvals/approvers.ts';
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

const asked = (quorum: number, named?: readonly string[], door: Door = 'token_exchange') =>
  whomToAsk(door, { quorum }, named);

describe('AP-03 who is asked', () => {
  test('the person on whose behalf alone, where one is enough, whoever owns the agent', async () => {
    expect(asked(1)).toEqual({ names: ['subject'], quorum: 1, mustAgree: true });
    for (const owner of ['acc_bob', 'grp_1']) expect(await of()({ owner }, 'acc_anna', asked(1))).toEqual(['acc_anna']);
  });

  test('she first, then who owns the agent; she has to agree', async () => {
    expect(asked(2)).toMatchObject({ quorum: 2, mustAgree: true });
    expect(await of()({ owner: 'acc_bob' }, 'acc_anna', asked(2))).toEqual(['acc_anna', 'acc_bob']);
  });

  test('she first, then those of the group that owns it', async () => {
    expect(await of()({ owner: 'grp_1' }, 'acc_anna', asked(2))).toEqual(['acc_anna', 'acc_bob', 'acc_cleo']);
  });

  test('nobody twice: the owner of an agent is not two people', async () => {
    expect(await of()({ owner: 'acc_anna' }, 'acc_anna', asked(2))).toEqual(['acc_anna']);
    const members = ['acc_bob', 'acc_anna'];
    expect(await of({ members })({ owner: 'grp_1' }, 'acc_anna', asked(2))).toEqual(['acc_anna', 'acc_bob']);
  });

  test('AP-07 nobody who is disabled or gone, she included', async () => {
    const inactive = ['acc_anna', 'acc_bob'];
    expect(await of({ inactive })({ owner: 'grp_1' }, 'acc_anna', asked(2))).toEqual(['acc_cleo']);
    expect(await of()({ owner: 'acc_gone' }, 'acc_anna', asked(2))).toEqual(['acc_anna']);
  });

  test('nobody but she of a group that is not there', async () => {
    expect(await of()({ owner: 'grp_2' }, 'acc_anna', asked(2))).toEqual(['acc_anna']);
  });

  test('64 at most, she among them', async () => {
    const members = Array.from({ length: 100 }, (_, index) => `acc_${index}`);
    const accounts = await of({ members })({ owner: 'grp_1' }, 'acc_anna', asked(2));
    expect(accounts).toHaveLength(64);
    expect(accounts[0]).toBe('acc_anna');
  });

  test('whom policies name, of what she allowed the agent before; else they and she (D1)', () => {
    expect(asked(1, ['grp_1'])).toEqual({ names: ['grp_1'], quorum: 1, mustAgree: false });
    expect(asked(1, ['grp_1'], 'backchannel')).toEqual({ names: ['subject', 'grp_1'], quorum: 2, mustAgree: true });
    expect(asked(1, ['subject'], 'backchannel')).toEqual({ names: ['subject'], quorum: 1, mustAgree: true });
  });
});
