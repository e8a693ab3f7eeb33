import { describe, expect, test } from '@jest/globals';
import type { Absence } from '../../../src/domain/approvals/absence.ts';
import type { Approval, Vote } from '../../../src/domain/approvals/approval.ts';
import { approversOf } from '../../../src/domain/approvals/approvers.ts';
import { effectiveVotes } from '../../../src/domain/approvals/effective-votes.ts';
import { ownersOfChain } from '../../../src/domain/approvals/owners-of-chain.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { account } from '../token-exchange/fakes.ts';
import { START, strong } from './fakes.ts';

const GROUPS: Record<string, readonly string[]> = { grp_1: ['acc_bob', 'acc_cleo'], grp_2: ['acc_dora', 'acc_eve'] };

const scene = ({
  absent = [] as readonly (readonly [away: string, deputy: string])[],
  owner = 'acc_owner',
  owners = {} as Record<string, string>,
  groups = GROUPS,
  disabled = [] as readonly string[],
} = {}) => {
  const now = { at: START };
  const person = (id: string): Account => ({ ...account(id), state: disabled.includes(id) ? 'disabled' : 'active' });
  const all = absent.map(
    ([away, deputy]) => ({ id: `abs_${away}_${deputy}`, account: away, deputy, until: START + 99 }) as Absence,
  );
  const inGroups = {
    get: async (id: string) => (groups[id] ? { document: { id, members: groups[id] } as never } : undefined),
  };
  const agents = {
    get: async (id: string) =>
      id === 'agt_gone' ? undefined : { document: { owner: owners[id] ?? owner, createdAt: 0 } },
  };
  return {
    now,
    votes: effectiveVotes({
      accounts: { get: async (id) => ({ document: person(id) }) },
      agents,
      chainOwners: ownersOfChain({ agents, groups: inGroups }),
      resolve: approversOf({ accounts: { getMany: async (ids) => ids.map(person) }, groups: inGroups }),
      absences: {
        ofDeputy: async (deputy) => all.filter((one) => one.deputy === deputy),
        ofAway: async (away) => all.filter((one) => away.includes(one.account)),
        counts: async ({ id, account: away, deputy }) =>
          all.some((one) => one.id === id && one.account === away && one.deputy === deputy),
      },
      clock: { now: () => now.at },
    }),
  };
};

const approval = (more: Partial<Approval> = {}): Approval =>
  ({
    id: 'apv_1',
    agent: 'agt_a',
    action: { chain: { sub: 'agt_a', act: { sub: 'agt_b' } } },
    owner: 'acc_owner',
    subject: 'acc_anna',
    approverNames: ['grp_1'],
    mustAgree: null,
    approvers: ['acc_bob', 'acc_cleo'],
    votes: [],
    ...more,
  }) as unknown as Approval;

const vote = (who: string, away?: string): Vote => ({
  account: who,
  at: START,
  assurance: strong(START),
  ...(away === undefined ? {} : { for: away, absence: `abs_${away}_${who}` }),
});

describe('for whom an approver decides', () => {
  const slots = async (made: ReturnType<typeof scene>, who: string, more: Partial<Approval> = {}) =>
    (await made.votes.slotsOf(approval(more), who)).map(({ of }) => of);

  test('as who was asked, and for those of them who are away', async () => {
    const made = scene({
      absent: [
        ['acc_bob', 'acc_dora'],
        ['acc_cleo', 'acc_dora'],
        ['acc_eve', 'acc_dora'],
      ],
    });
    expect(await slots(made, 'acc_bob')).toEqual(['acc_bob']);
    expect(await slots(made, 'acc_dora')).toEqual(['acc_bob', 'acc_cleo']);
    expect(await slots(made, 'acc_eve')).toEqual([]);
  });

  test('for oneself first, then for the person who has to agree', async () => {
    const made = scene({
      absent: [
        ['acc_cleo', 'acc_bob'],
        ['acc_anna', 'acc_bob'],
      ],
    });
    const more = { approverNames: ['subject', 'grp_1'], mustAgree: 'acc_anna' };
    expect(await slots(made, 'acc_bob', more)).toEqual(['acc_bob', 'acc_anna', 'acc_cleo']);
  });

  test('a deputy has no deputy in this', async () => {
    const made = scene({
      absent: [
        ['acc_bob', 'acc_dora'],
        ['acc_dora', 'acc_fay'],
      ],
    });
    expect(await slots(made, 'acc_fay')).toEqual([]);
    expect(await made.votes.deputiesOf(approval(), ['acc_bob'])).toEqual(['acc_dora']);
  });

  test('AP-03 an excluded approver decides for no other person, either', async () => {
    const made = scene({
      absent: [
        ['acc_bob', 'acc_owner'],
        ['acc_bob', 'acc_anna'],
      ],
      owner: 'acc_owner',
    });
    const more = { approversExcept: ['owner', 'subject'] };
    expect(await slots(made, 'acc_owner', more)).toEqual([]);
    expect(await slots(made, 'acc_anna', more)).toEqual([]);
    expect(await made.votes.deputiesOf(approval(more), ['acc_bob'])).toEqual([]);
  });

  test.each<[string, Parameters<typeof scene>[0], Partial<Approval>]>([
    ['of the agent that asks', { owner: 'acc_dora' }, {}],
    ['of another actor in the chain', { owners: { agt_b: 'acc_dora' } }, {}],
    ['in a group', { owners: { agt_b: 'grp_2' } }, {}],
    ['of an actor when it was asked', {}, { ownersWhenAsked: ['acc_dora'] }],
    ['when it was asked, of one from before owners were kept', {}, { owner: 'acc_dora' }],
  ])('AP-03 an owner %s decides as deputy of no other person', async (_, world, more) => {
    const absent = [
      ['acc_anna', 'acc_dora'],
      ['acc_bob', 'acc_dora'],
    ] as const;
    const made = scene({ absent, ...world });
    const asked = { approverNames: ['subject', 'grp_1'], ...more };
    expect(await slots(made, 'acc_dora', asked)).toEqual([]);
    expect(await made.votes.deputiesOf(approval(asked), ['acc_anna', 'acc_bob'])).toEqual([]);
  });

  test('AP-03 where an actor of the chain is not registered, no account decides', async () => {
    const chain = { sub: 'agt_a', act: { sub: 'agt_gone' } };
    expect(await slots(scene(), 'acc_bob', { action: { chain } as Approval['action'] })).toEqual([]);
  });

  test('an excluded subject who is asked for consent gives it for themselves alone', async () => {
    const made = scene({
      absent: [
        ['acc_bob', 'acc_anna'],
        ['acc_anna', 'acc_owner'],
      ],
    });
    const more = {
      approverNames: ['subject', 'grp_1'],
      approversExcept: ['subject', 'owner'],
      isConsentBesides: true as const,
      mustAgree: 'acc_anna',
    };
    expect(await slots(made, 'acc_anna', more)).toEqual(['acc_anna']);
    expect(await slots(made, 'acc_owner', more)).toEqual([]);
  });

  test('for a further approver, from the time at which that one is asked', async () => {
    const made = scene({ absent: [['acc_dora', 'acc_fay']] });
    const more = { escalation: { at: START + 60, names: ['grp_2'] } };
    expect(await slots(made, 'acc_fay', more)).toEqual([]);
    made.now.at += 60;
    expect(await slots(made, 'acc_fay', more)).toEqual(['acc_dora']);
  });
});

describe('AP-21 what an approval by a deputy stands on when the token is fetched', () => {
  const counting = async (made: ReturnType<typeof scene>, votes: readonly Vote[], more: Partial<Approval> = {}) =>
    (await made.votes.of(approval({ votes, ...more }))).map(({ account: who }) => who);
  const absent = [['acc_bob', 'acc_dora']] as const;

  test('counts while everything does', async () => {
    const made = scene({ absent });
    expect(await counting(made, [vote('acc_dora', 'acc_bob'), vote('acc_cleo')])).toEqual(['acc_dora', 'acc_cleo']);
  });

  test.each<[string, Parameters<typeof scene>[0], Partial<Approval>]>([
    ['the absence was ended', {}, {}],
    ['who is away is not one of those who are asked any more', { absent, groups: { grp_1: ['acc_cleo'] } }, {}],
    ['who is away is disabled', { absent, disabled: ['acc_bob'] }, {}],
    ['the deputy is disabled', { absent, disabled: ['acc_dora'] }, {}],
    ['the deputy is left out', { absent, owner: 'acc_dora' }, { approversExcept: ['owner'] }],
    ['who is away is left out', { absent, owner: 'acc_bob' }, { approversExcept: ['owner'] }],
  ])('not when %s', async (_, world, more) => {
    expect(await counting(scene(world), [vote('acc_dora', 'acc_bob')], more)).toEqual([]);
  });
});
