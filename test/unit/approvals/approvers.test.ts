import { describe, expect, test } from '@jest/globals';
import type { ApprovalChannel } from '../../../src/domain/approvals/approval.ts';
import { approversOf, type Names, namesAt, whomToAsk } from '../../../src/domain/approvals/approvers.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { Group } from '../../../src/domain/identity/groups/group.ts';
import { account } from '../token-exchange/fakes.ts';

const resolveIn = ({
  inactive = [] as readonly string[],
  members = ['acc_bob', 'acc_cleo'] as readonly string[],
} = {}) =>
  approversOf({
    accounts: {
      getMany: async (ids) =>
        ids
          .filter((id) => id !== 'acc_gone')
          .map((id): Account => ({ ...account(id), state: inactive.includes(id) ? 'disabled' : 'active' })),
    },
    groups: { get: async (id) => (id === 'grp_1' ? { document: { id, members } as unknown as Group } : undefined) },
  });

/** As accounts, of an agent that acts for itself: the owner is the only one in the chain. */
const of =
  (more: Parameters<typeof resolveIn>[0] = {}) =>
  ({ owner }: { owner: string }, subject: string, names: Names, owners: readonly string[] = [owner]) =>
    resolveIn(more).approversOf({ subject, owner, owners }, names);

const asked = (
  quorum: number,
  names: readonly string[] = [],
  channel: ApprovalChannel = 'token_exchange',
  { except = [] as readonly string[], isLeftOut = false } = {},
) => whomToAsk(channel, { quorum }, { names, except }, isLeftOut);
const usual = { except: [], isBesides: false };

describe('AP-03 who is asked', () => {
  test('only the subject, where one is enough, for an agent of any owner', async () => {
    expect(asked(1)).toEqual({ ...usual, names: ['subject'], quorum: 1, mustAgree: true });
    for (const owner of ['acc_bob', 'grp_1']) expect(await of()({ owner }, 'acc_anna', asked(1))).toEqual(['acc_anna']);
  });

  test('the subject first, then the owner of the agent; the subject has to agree', async () => {
    expect(asked(2)).toMatchObject({ quorum: 2, mustAgree: true });
    expect(await of()({ owner: 'acc_bob' }, 'acc_anna', asked(2))).toEqual(['acc_anna', 'acc_bob']);
  });

  test('the subject first, then the members of the group that owns it', async () => {
    expect(await of()({ owner: 'grp_1' }, 'acc_anna', asked(2))).toEqual(['acc_anna', 'acc_bob', 'acc_cleo']);
  });

  test('no person twice: the owner of an agent is not two people', async () => {
    expect(await of()({ owner: 'acc_anna' }, 'acc_anna', asked(2))).toEqual(['acc_anna']);
    const members = ['acc_bob', 'acc_anna'];
    expect(await of({ members })({ owner: 'grp_1' }, 'acc_anna', asked(2))).toEqual(['acc_anna', 'acc_bob']);
  });

  test('AP-07 no disabled or deleted account, the subject included', async () => {
    const inactive = ['acc_anna', 'acc_bob'];
    expect(await of({ inactive })({ owner: 'grp_1' }, 'acc_anna', asked(2))).toEqual(['acc_cleo']);
    expect(await of()({ owner: 'acc_gone' }, 'acc_anna', asked(2))).toEqual(['acc_anna']);
  });

  test('only the subject, for a group that does not exist', async () => {
    expect(await of()({ owner: 'grp_2' }, 'acc_anna', asked(2))).toEqual(['acc_anna']);
  });

  test('64 at most, the subject among them', async () => {
    const members = Array.from({ length: 100 }, (_, index) => `acc_${index}`);
    const accounts = await of({ members })({ owner: 'grp_1' }, 'acc_anna', asked(2));
    expect(accounts).toHaveLength(64);
    expect(accounts[0]).toBe('acc_anna');
  });

  test('those whom policies name, for what the subject allowed the agent before; else they and the subject (D1)', () => {
    expect(asked(1, ['grp_1'])).toEqual({ ...usual, names: ['grp_1'], quorum: 1, mustAgree: false });
    const both = { ...usual, names: ['subject', 'grp_1'], quorum: 2, mustAgree: true, isBesides: true };
    expect(asked(1, ['grp_1'], 'backchannel')).toEqual(both);
    expect(asked(1, ['subject'], 'backchannel')).toEqual({ ...usual, names: ['subject'], quorum: 1, mustAgree: true });
  });
});

describe('AP-03 who is left out', () => {
  const except = ['owner'];

  test('decides nothing, even as one of the named approvers', async () => {
    const whom = asked(1, ['grp_1'], 'token_exchange', { except });
    expect(await of()({ owner: 'acc_bob' }, 'acc_anna', whom)).toEqual(['acc_cleo']);
    expect(await of()({ owner: 'grp_1' }, 'acc_anna', whom)).toEqual([]);
  });

  test('by CIBA the subject consents all the same, for themselves alone: their consent is no approval (D1)', async () => {
    const whom = asked(1, ['grp_1'], 'backchannel', { except: ['subject'], isLeftOut: true });
    expect(whom).toMatchObject({ quorum: 2, mustAgree: true, isBesides: true });
    const members = ['acc_anna', 'acc_cleo'];
    expect(await of({ members })({ owner: 'acc_bob' }, 'acc_anna', whom)).toEqual(['acc_anna', 'acc_cleo']);
  });

  test('who would decide alone and is left out leaves it to those who answer for the agent', () => {
    const out = { except: ['subject'], isLeftOut: true };
    expect(asked(1, [], 'token_exchange', out)).toMatchObject({ names: ['owner'], quorum: 1, mustAgree: false });
    const besides = { names: ['subject', 'owner'], quorum: 2, mustAgree: true, isBesides: true };
    expect(asked(1, [], 'backchannel', out)).toMatchObject(besides);
    expect(asked(1, ['subject'], 'backchannel', out)).toMatchObject({ names: ['subject'], quorum: 2 });
  });
});

describe('who is asked later, too', () => {
  const approval = {
    approverNames: ['subject'],
    approversExcept: ['owner'],
    escalation: { at: 1000, names: ['grp_1'] },
  };

  test('may decide from that second on, and not before; who is left out stays so', async () => {
    expect(namesAt(approval, 999)).toEqual({ names: ['subject'], except: ['owner'], isBesides: false });
    expect(namesAt(approval, 1000).names).toEqual(['subject', 'grp_1']);
    expect(await of()({ owner: 'acc_bob' }, 'acc_anna', namesAt(approval, 1000))).toEqual(['acc_anna', 'acc_cleo']);
  });
});
