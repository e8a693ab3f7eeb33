import { describe, expect, test } from '@jest/globals';
import type { ApprovalChannel } from '../../../src/domain/approvals/approval.ts';
import { approversOf, type Names, namesAt, whomToAsk, whomToAskNow } from '../../../src/domain/approvals/approvers.ts';
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
) => whomToAsk(channel, { quorum }, { names, except }, { isLeftOut });
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

describe('who is asked where a response rule has people approve', () => {
  const both = { names: ['subject', 'owner'], quorum: 2, mustAgree: true, isBesides: false };
  const person = { names: ['subject'], quorum: 1, mustAgree: true, isBesides: false };
  const OWNER = { subject: 'acc_anna', owner: 'acc_bob', owners: ['acc_bob'] };
  const GROUP = { subject: 'acc_anna', owner: 'grp_1', owners: ['acc_anna', 'acc_cleo'] };
  const now = async (
    concerned: typeof OWNER,
    { quorum = 1, names = [] as string[], except = [] as string[], channel = 'token_exchange' as ApprovalChannel } = {},
    world: Parameters<typeof resolveIn>[0] = {},
  ) => {
    const resolve = resolveIn(world);
    const request = { channel, requires: { quorum }, rule: { names, except }, isRestricted: true };
    const whom = await whomToAskNow(resolve, concerned, request);
    return { whom, people: await resolve.approversOf(concerned, whom) };
  };

  test.each(['token_exchange', 'access_request', 'backchannel'] as const)(
    'the person and the owner, by %s, and both have to agree',
    async (channel) => {
      for (const quorum of [1, 2]) {
        const { whom, people } = await now(OWNER, { channel, quorum });
        expect(whom).toEqual({ ...both, except: [] });
        expect(people).toEqual(['acc_anna', 'acc_bob']);
      }
      expect((await now(OWNER, { channel, quorum: 3 })).whom).toMatchObject({ ...both, quorum: 3 });
    },
  );

  test('the person alone, who is the owner, or the only member of the group that owns the agent', async () => {
    expect((await now({ ...OWNER, owner: 'acc_anna', owners: ['acc_anna'] })).whom).toMatchObject(person);
    expect((await now(GROUP, {}, { members: ['acc_anna'] })).whom).toMatchObject(person);
    const { whom, people } = await now(GROUP, {}, { members: ['acc_anna', 'acc_cleo'] });
    expect([whom, people]).toMatchObject([both, ['acc_anna', 'acc_cleo']]);
  });

  test.each([['owner'], ['acc_bob']])(
    'the person alone, where policies leave out %s: an approver is left',
    async (out) => {
      const { whom, people } = await now(OWNER, { except: [out] });
      expect([whom, people]).toMatchObject([person, ['acc_anna']]);
    },
  );

  test('the owner alone, where policies leave out the person, as without the rule', async () => {
    const { whom, people } = await now(OWNER, { except: ['subject'] });
    expect([whom, people]).toMatchObject([{ names: ['owner'], quorum: 1, mustAgree: false }, ['acc_bob']]);
  });

  test('those whom policies name, as without the rule', async () => {
    const { whom } = await now(OWNER, { names: ['grp_1'] });
    expect(whom).toMatchObject({ names: ['grp_1'], quorum: 1, mustAgree: false });
  });

  test('too few, where no owner is active: the person does not decide alone', async () => {
    const { whom, people } = await now(OWNER, {}, { inactive: ['acc_bob'] });
    expect([whom, people]).toMatchObject([both, ['acc_anna']]);
  });

  test('the person alone, where no rule restricts the agent', async () => {
    const request = { channel: 'token_exchange', requires: { quorum: 1 }, isRestricted: false } as const;
    expect(await whomToAskNow(resolveIn(), OWNER, { ...request, rule: { names: [], except: [] } })).toMatchObject(
      person,
    );
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
