import { describe, expect, test } from '@jest/globals';
import type { Approval, Vote } from '../../../src/domain/approvals/approval.ts';
import type { Breaking } from '../../../src/domain/approvals/break-glass.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import { action, START, serviceScene, wanted } from './fakes.ts';

const REASON = 'The payment run stops at six and the approver does not answer.';
const byPasskey = (at: number): Vote['assurance'] => ({ acr: MULTI_FACTOR, amr: ['hwk', 'user', 'mfa'], authTime: at });

const scene = async (over: Parameters<ReturnType<typeof serviceScene>['ask']>[0] = {}) => {
  const made = serviceScene();
  for (const id of ['acc_first', 'acc_second']) made.hold(id);
  made.hold('acc_third', ['auditor']);
  const { approval, authReqId } = await made.ask({ channel: 'token_exchange', ...over });
  const { clock, one } = made;
  const say = (account: string, more: Partial<Breaking> = {}, id = approval.id) =>
    one.breakGlass.break(id, {
      account,
      seen: approval.digest,
      assurance: byPasskey(clock.now()),
      reason: REASON,
      request: 'req_1',
      source: '192.0.2.1',
      ...more,
    });
  const close = (account: string, more: { finding?: string; note?: string } = {}) =>
    one.breakGlass.close(approval.id, {
      account,
      finding: 'justified',
      note: 'Spoke with both of them; the run was real.',
      request: 'req_2',
      ...more,
    });
  const now = async (): Promise<Approval> => (await one.get(approval.id)) as Approval;
  return { ...made, approval, authReqId, say, close, now };
};

describe('two people', () => {
  test('let one open approval happen: the first says why, the second agrees, and both are in the audit log', async () => {
    const { say, now, audit, clock, one, approval } = await scene();
    expect(await say('acc_first')).toMatchObject({ state: 'pending', breakGlass: { reason: REASON } });
    clock.advance(60);
    const broken = await say('acc_second', { reason: undefined });
    expect(broken).toMatchObject({
      state: 'approved',
      review: 'open',
      redeemBy: clock.now() + 120,
      votes: [],
      breakGlass: { reason: REASON, votes: [{ account: 'acc_first' }, { account: 'acc_second' }] },
    });
    expect(audit.events.filter(({ type }) => type.startsWith('break_glass'))).toMatchObject([
      {
        type: 'break_glass.requested',
        caller: 'acc_first',
        outcome: 'done',
        inputs: { reason: REASON, amr: ['hwk', 'user', 'mfa'] },
      },
      {
        type: 'break_glass.activated',
        caller: 'acc_second',
        inputs: { reason: REASON, by: ['acc_first', 'acc_second'] },
      },
    ]);
    expect((await one.standingVotes(broken))?.map(({ account }) => account)).toEqual(['acc_first', 'acc_second']);
    clock.advance(120);
    expect(await one.redeem(approval.id)).toBe(false);
    expect((await now()).review).toBe('open');
  });

  test('never one of them twice', async () => {
    const { say, now } = await scene();
    await say('acc_first');
    await expect(say('acc_first')).rejects.toMatchObject({ code: 'conflict' });
    expect((await now()).state).toBe('pending');
  });

  test('the second within ten minutes: after that it is called for anew', async () => {
    const { say, clock, now } = await scene({ lifetimeSeconds: 600 });
    await say('acc_first');
    clock.advance(599);
    await say('acc_second');
    expect((await now()).state).toBe('approved');
  });

  test('of two who call at the same moment neither is lost: one calls, the other agrees', async () => {
    const { say, now } = await scene();
    await Promise.all([say('acc_first'), say('acc_second')]);
    expect(await now()).toMatchObject({ state: 'approved', review: 'open' });
  });

  test.each<[string, (made: Awaited<ReturnType<typeof scene>>) => void]>([
    ['has not the role', ({ hold }) => hold('acc_first', ['administrator', 'operator', 'auditor'])],
    ['has no account', ({ people }) => void people.delete('acc_first')],
    ['is disabled', ({ hold }) => hold('acc_first', ['break_glass'], { state: 'disabled' })],
    [
      'was given it, or changed, after it was asked for',
      ({ hold, clock }) => hold('acc_first', ['break_glass'], { updatedAt: clock.now() + 1 }),
    ],
    ['is left out by policy', ({ out }) => void out.add('acc_first')],
  ])('WB-11 of whom one %s it is as if there were nothing', async (_, change) => {
    const made = await scene();
    change(made);
    const before = made.audit.events.length;
    await expect(made.say('acc_first')).rejects.toMatchObject({ code: 'not_found' });
    expect(made.audit.events).toHaveLength(before);
  });

  test('AP-03 neither who it is for, nor who answers for an agent in the chain', async () => {
    const chain = {
      sub: 'agt_a',
      iss: 'https://id.example',
      sub_profile: 'ai_agent',
      act: { sub: 'agt_b', iss: 'https://id.example', sub_profile: 'ai_agent' },
    } as const;
    for (const [account, over] of [
      ['acc_anna', {}],
      ['acc_owner', {}],
      ['acc_owner', { action: action({ chain }) }],
      // The owner of that agent is unknown by now: it may have been her.
      ['acc_first', { action: action({ chain: { ...chain, act: { ...chain.act, sub: 'agt_gone' } } }) }],
    ] as const) {
      const made = await scene(over);
      made.hold(account);
      await expect(made.say(account)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});

describe('what it takes', () => {
  test.each<[string, Partial<Vote['assurance']>]>([
    ['a password', { acr: SINGLE_FACTOR, amr: ['pwd'] }],
    ['a code', { amr: ['pwd', 'otp'] }],
    ['a passkey that did not verify its person', { amr: ['hwk', 'user'] }],
    ['a recovery code', { amr: ['pwd', 'urn:behalf:amr:recovery-code', 'mfa'] }],
    ['a passkey of two minutes ago', { authTime: START - 121 }],
  ])('AP-14 AP-19 not %s', async (_, proof) => {
    const { say, audit } = await scene();
    const before = audit.events.length;
    await expect(say('acc_first', { assurance: { ...byPasskey(START), ...proof } })).rejects.toMatchObject({
      code: 'insufficient_user_authentication',
    });
    expect(audit.events).toHaveLength(before);
  });

  test.each([undefined, '', 'because', ' '.repeat(30), 'x'.repeat(501)])('a reason, and not %j', async (reason) => {
    const { say } = await scene();
    await expect(say('acc_first', { reason })).rejects.toMatchObject({ code: 'invalid_field', field: '/reason' });
  });

  test('AP-01 that both saw what is asked', async () => {
    const { say } = await scene();
    await expect(say('acc_first', { seen: 'x'.repeat(43) })).rejects.toMatchObject({ code: 'precondition_failed' });
    await say('acc_first');
    await expect(say('acc_second', { seen: 'x'.repeat(43) })).rejects.toMatchObject({ code: 'precondition_failed' });
  });

  test('one person calls five times in an hour, and no more', async () => {
    const made = await scene();
    const ask = async (scope: string) =>
      (
        await made.ask({
          channel: 'token_exchange',
          action: action({ scope: [scope], subject: scope }),
          mustAgree: null,
        })
      ).approval;
    for (const scope of ['a', 'b', 'c', 'd', 'e']) {
      const { id, digest } = await ask(scope);
      await made.say('acc_first', { seen: digest }, id);
    }
    const { id, digest } = await ask('f');
    await expect(made.say('acc_first', { seen: digest }, id)).rejects.toMatchObject({
      code: 'too_many_requests',
      retryAfterSeconds: 3600,
    });
    await made.say('acc_second', { seen: digest }, id);
  });
});

describe('what it does not do', () => {
  test('D1 stand in for consent: no holder of the role activates a request by CIBA', async () => {
    const { say, one, approval } = await scene({ channel: 'backchannel' });
    expect(one.breakGlass.isBreakable(approval)).toBe(false);
    await expect(say('acc_first')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('stand in for three people', async () => {
    const { say } = await scene({ requires: { quorum: 3, isProvenAnew: true } });
    await expect(say('acc_first')).rejects.toMatchObject({ code: 'conflict' });
  });

  test.each(['denied', 'cancelled', 'over', 'approved'])('touch what is %s', async (how) => {
    const made = await scene();
    await made.say('acc_first');
    if (how === 'denied') await made.deny(made.approval);
    if (how === 'cancelled') await made.one.cancel(made.authReqId, 'agt_a', 'req_1');
    if (how === 'approved') await made.approve(made.approval);
    if (how === 'over') made.clock.advance(600);
    await expect(made.say('acc_second')).rejects.toMatchObject({ code: 'conflict' });
    expect((await made.now()).review).toBeUndefined();
  });

  test('AP-02 win over a denial: an approver may deny until the token is fetched', async () => {
    const { say, deny, approval, one, now } = await scene();
    await say('acc_first');
    await say('acc_second');
    await deny(approval);
    expect(await one.redeem(approval.id)).toBe(false);
    // It was let happen all the same, and is looked at.
    expect(await now()).toMatchObject({ state: 'denied', review: 'open' });
  });

  test.each<[string, (made: Awaited<ReturnType<typeof scene>>) => void]>([
    ['lost the role', ({ hold }) => hold('acc_first', ['operator'])],
    ['was disabled', ({ hold }) => hold('acc_second', ['break_glass'], { state: 'disabled' })],
    [
      'LC-06 was disabled, and enabled again',
      ({ hold, clock }) => hold('acc_second', ['break_glass'], { tokensValidFrom: clock.now() + 1 }),
    ],
    ['came to be left out', ({ out }) => void out.add('acc_first')],
  ])('AP-21 stand on a person who %s since', async (_, change) => {
    const made = await scene();
    await made.say('acc_first');
    const broken = await made.say('acc_second');
    change(made);
    expect(await made.one.standingVotes(broken)).toBeUndefined();
  });

  test('the usual approval of one stays as it is, and the two count alone', async () => {
    const made = await scene({
      requires: { quorum: 2, isProvenAnew: true },
      approvers: ['acc_anna', 'acc_bob'],
      mustAgree: null,
    });
    await made.approve(made.approval);
    await made.say('acc_first');
    const broken = await made.say('acc_second');
    expect(broken.votes.map(({ account }) => account)).toEqual(['acc_anna']);
    expect((await made.one.standingVotes(broken))?.map(({ account }) => account)).toEqual(['acc_first', 'acc_second']);
  });
});

describe('a third person', () => {
  const broken = async () => {
    const made = await scene();
    await made.say('acc_first');
    await made.say('acc_second');
    return made;
  };

  test('closes it with a finding and a note, once; until then it is open, and not forgotten with the others', async () => {
    const { close, one, audit, clock, approval } = await broken();
    expect((await one.breakGlass.reviews('open')).map(({ id }) => id)).toEqual([approval.id]);
    expect((await one.forget(approval.expiresAt + 1, 100)).removed).toBe(0);
    expect(await one.countForgettable(approval.expiresAt + 1)).toBe(0);
    clock.advance(86_400 * 100);
    expect(await close('acc_third')).toMatchObject({
      review: 'closed',
      breakGlass: { closed: { by: 'acc_third', finding: 'justified', at: clock.now() } },
    });
    expect(audit.events.at(-1)).toMatchObject({
      type: 'break_glass.reviewed',
      caller: 'acc_third',
      inputs: { finding: 'justified', note: 'Spoke with both of them; the run was real.' },
    });
    await expect(close('acc_third')).rejects.toMatchObject({ code: 'conflict' });
    expect(await one.breakGlass.reviews('open')).toEqual([]);
    expect((await one.forget(approval.expiresAt + 1, 100)).removed).toBe(1);
  });

  test.each(['acc_first', 'acc_second'])('is not %s, with any roles', async (account) => {
    const made = await broken();
    made.hold(account, ['break_glass', 'administrator', 'auditor']);
    await expect(made.close(account)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('holds a role that looks at things', async () => {
    const made = await broken();
    made.hold('acc_op', ['operator', 'break_glass']);
    for (const account of ['acc_op', 'acc_anna']) {
      await expect(made.close(account)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  test('says something', async () => {
    const { close } = await broken();
    await expect(close('acc_third', { note: 'ok' })).rejects.toMatchObject({ field: '/note' });
    await expect(close('acc_third', { finding: 'fine' })).rejects.toMatchObject({ field: '/finding' });
  });

  test('has nothing to review where break-glass access was called for, and not activated', async () => {
    const made = await scene();
    await made.say('acc_first');
    await expect(made.close('acc_third')).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('a holder of the role finds approvals to break, except their own; other users find none', async () => {
  const made = await scene();
  const mine = (
    await made.ask({ channel: 'token_exchange', action: action({ subject: 'acc_first' }), mustAgree: null })
  ).approval;
  await made.one.ask(wanted({ action: action({ scope: ['by ciba'] }) }), 'req_1');
  const found = async (account: string) => (await made.one.breakGlass.breakableFor(account)).map(({ id }) => id).sort();
  expect(await found('acc_first')).toEqual([made.approval.id]);
  expect(await found('acc_second')).toEqual([made.approval.id, mine.id].sort());
  expect(await found('acc_third')).toEqual([]);
});
