/** How many requests an agent may have open, with one person and with the approver of many people. */
import { describe, expect, test } from '@jest/globals';
import type { Origin } from '../../../src/domain/approvals/approval.ts';
import type { ApprovalDraft } from '../../../src/domain/approvals/approval-draft.ts';
import { action, START, serviceScene, strong, sum, wanted } from './fakes.ts';

const origin = (grant: string): Origin => ({
  id: 'tok_1',
  clientId: 'app_1',
  scope: [],
  issuedAt: START,
  subject: 'acc_anna',
  grant,
});

describe('AP-05 only so many stand before one person', () => {
  test('of one agent no more than may be open; others are not in its way', async () => {
    const { ask } = serviceScene();
    for (const amount of [1, 2, 3]) await ask(sum(amount));
    await expect(ask(sum(4))).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 600 });
    await ask({ action: action({ agent: 'agt_b', client: 'agt_b' }) });
    await ask({ action: action({ subject: 'acc_bob' }) });
  });

  test('of several at once no more, either', async () => {
    const { ask, one } = serviceScene();
    const answers = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((amount) => ask(sum(amount))));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await one.ofAgent('agt_a')).toHaveLength(3);
  });

  test('a place is free again at the second its question expires, and when it is decided or cancelled', async () => {
    const { ask, approve, deny, one, clock } = serviceScene();
    const [first, second, third] = [await ask(sum(1)), await ask(sum(2)), await ask(sum(3))];
    await approve(first.approval);
    const four = await ask(sum(4));
    await deny(second.approval);
    await ask(sum(5));
    await one.cancel(third.authReqId, 'agt_a', 'req_1');
    await ask(sum(6));
    await expect(ask(sum(7))).rejects.toMatchObject({ code: 'too_many_requests' });
    clock.advance(599);
    await expect(ask(sum(7))).rejects.toMatchObject({ code: 'too_many_requests' });
    clock.advance(1);
    expect(four.approval.expiresAt).toBe(clock.now());
    await ask(sum(7));
    // The one that was over is still told of, as it is.
    expect(await one.find(four.authReqId, 'agt_a')).toMatchObject({ id: four.approval.id, state: 'pending' });
  });

  test('no more than so many within an hour, though none is open', async () => {
    const { ask, one, clock } = serviceScene({ perHour: 4 });
    for (const amount of [1, 2, 3, 4]) await one.cancel((await ask(sum(amount))).authReqId, 'agt_a', 'req_1');
    await expect(ask(sum(5))).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 3600 });
    clock.advance(3600);
    await ask(sum(5));
  });

  test('after three denials in a day an agent may not ask this person for a day, with one notification', async () => {
    const { ask, deny, audit, clock } = serviceScene();
    for (const amount of [1, 2]) await deny((await ask(sum(amount))).approval);
    expect(audit.types()).not.toContain('approval.muted');
    await deny((await ask(sum(3))).approval);
    expect(audit.events.filter(({ type }) => type === 'approval.muted')).toMatchObject([
      { agent: 'agt_a', subject: 'acc_anna', caller: 'acc_anna' },
    ]);
    await expect(ask(sum(4))).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 86_400 });
    await ask({ action: action({ subject: 'acc_bob' }), approvers: ['acc_bob'] });
    clock.advance(86_399);
    await expect(ask(sum(4))).rejects.toMatchObject({ code: 'too_many_requests' });
    clock.advance(1);
    await ask(sum(4));
  });

  test('a denial of one approver of several counts only if they are the person it is about', async () => {
    const several = { approvers: ['acc_anna', 'acc_bob'] };
    const { ask, deny, audit } = serviceScene();
    for (const amount of [1, 2, 3, 4]) await deny((await ask({ ...sum(amount), ...several })).approval, 'acc_bob');
    expect(audit.types()).not.toContain('approval.muted');
    for (const amount of [5, 6, 7]) await deny((await ask({ ...sum(amount), ...several })).approval, 'acc_anna');
    expect(audit.types()).toContain('approval.muted');
  });

  test('a denial of the only approver counts, also if it is about another person', async () => {
    const { ask, deny, audit } = serviceScene();
    for (const amount of [1, 2, 3])
      await deny((await ask({ ...sum(amount), approvers: ['acc_bob'] })).approval, 'acc_bob');
    expect(audit.types()).toContain('approval.muted');
  });

  test('the same question is the same one while it is open, and a new one afterwards', async () => {
    const { ask, deny, clock } = serviceScene();
    const first = await ask();
    expect(await ask()).toMatchObject({ authReqId: first.authReqId, isJoined: true });
    // Another description by the agent changes nothing: it is the same request, with the text that approvers saw (AP-06).
    const other = await ask({ action: action({ message: 'Another invoice' }) });
    expect(other).toMatchObject({ authReqId: first.authReqId, isJoined: true });
    expect(other.approval.action.message).toBe('Invoice 7731');
    expect((await ask({ origin: origin('grt_2') })).authReqId).not.toBe(first.authReqId);
    await deny(first.approval);
    const second = await ask();
    expect(second).toMatchObject({ isJoined: false });
    clock.advance(600);
    expect((await ask()).authReqId).not.toBe(second.authReqId);
  });
});

describe('AP-05 a use of a standing approval', () => {
  const counted = () => {
    const uses: string[] = [];
    const standing = async () => {
      uses.push('sap_1');
      return { id: 'sap_1', vote: { account: 'acc_anna', at: START, assurance: strong(START) } };
    };
    return { uses, standing };
  };

  test('approves a new request, and is in its event', async () => {
    const { ask, audit } = serviceScene();
    const { uses, standing } = counted();
    expect((await ask({ standing })).approval).toMatchObject({ state: 'approved', standing: 'sap_1' });
    expect(uses).toEqual(['sap_1']);
    expect(audit.events).toMatchObject([{ type: 'approval.requested', inputs: { standing: 'sap_1' } }]);
  });

  test('is looked for once, also when another request takes the place of the first attempt', async () => {
    const { ask, faults } = serviceScene();
    let looked = 0;
    const standing = async () => {
      looked += 1;
      return undefined;
    };
    // Another request is stored, and removed again, while this one is.
    faults.insert.push('taken');
    expect((await ask({ standing })).approval).toMatchObject({ state: 'pending' });
    expect(looked).toBe(1);
  });

  test('is not counted for a request that joins an open one', async () => {
    const { ask } = serviceScene();
    const { uses, standing } = counted();
    const open = await ask();
    expect(await ask({ standing })).toMatchObject({ authReqId: open.authReqId, isJoined: true });
    expect(uses).toEqual([]);
  });

  test('is not counted for a request that is refused: too many in an hour', async () => {
    const { ask } = serviceScene({ perHour: 1 });
    const { uses, standing } = counted();
    await ask(sum(1));
    await expect(ask({ ...sum(2), standing })).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(uses).toEqual([]);
  });

  test.each([
    ['of the agent', { mostOpen: 1 }],
    ['with an approver', { mostOpenPerApprover: 1 }],
  ])('takes no slot: it approves while all are taken %s, and a request without it is refused', async (_, settings) => {
    const { ask, one } = serviceScene(settings);
    const { uses, standing } = counted();
    await ask(sum(1));
    const covered = { ...sum(2), standing };
    await one.checkRoom([{ wanted: wanted(covered), isCovered: true }]);
    expect((await ask(covered)).approval).toMatchObject({ state: 'approved', standing: 'sap_1' });
    await expect(ask(sum(3))).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(uses).toEqual(['sap_1']);
  });
});

describe('AP-05 several that belong together', () => {
  const all = (amounts: readonly number[], over: Partial<ApprovalDraft> = {}, isCovered = false) =>
    amounts.map((amount) => ({ wanted: wanted({ ...sum(amount), ...over }), isCovered }));
  const tooMany = { code: 'too_many_requests' };

  test('are checked before any approver is asked: places of the agent, and before each person', async () => {
    const { one, ask, audit } = serviceScene({ mostOpen: 3, mostOpenPerApprover: 4, perHour: 100 });
    await one.checkRoom(all([1, 2, 3]));
    await expect(one.checkRoom(all([1, 2, 3, 4]))).rejects.toMatchObject(tooMany);
    await ask(sum(9));
    // What is open already takes no place, nor does the same twice, nor what a standing approval covers.
    await one.checkRoom(all([9, 1, 2, 2]));
    await one.checkRoom([...all([1, 2]), ...all([3, 4], {}, true)]);
    await expect(one.checkRoom(all([1, 2, 3]))).rejects.toMatchObject(tooMany);
    // Of one owner before one person, on whosoever’s behalf.
    const each = ['acc_bob', 'acc_cleo', 'acc_dora', 'acc_eve'].map((subject) => ({
      wanted: wanted({ action: action({ subject }), mustAgree: null }),
      isCovered: false,
    }));
    await one.checkRoom(each.slice(0, 3));
    await expect(one.checkRoom(each)).rejects.toMatchObject({
      message: expect.stringContaining('requests open with an approver'),
    });
    expect(audit.types()).toEqual(['approval.requested']);
  });

  test('are counted once, and an agent that is muted asks none', async () => {
    const { one, ask } = serviceScene({ perHour: 4 });
    const two = all([1, 2]);
    await one.checkRoom(two);
    for (const { wanted: each } of two) await one.ask(each, 'req_1', { isCounted: true });
    await one.checkRoom(all([3]));
    await one.cancel((await ask(sum(4))).authReqId, 'agt_a', 'req_1');
    await expect(one.checkRoom(all([5]))).rejects.toMatchObject({ ...tooMany, retryAfterSeconds: 3600 });

    const muted = serviceScene();
    for (const amount of [1, 2, 3]) await muted.deny((await muted.ask(sum(amount))).approval);
    await expect(muted.one.checkRoom(all([4]))).rejects.toMatchObject({ ...tooMany, retryAfterSeconds: 86_400 });
  });
});

describe('AP-05 only so many stand before one who is asked about many people', () => {
  const of = (subject: string, more = {}) => ({
    action: action({ subject }),
    mustAgree: null,
    approvers: ['acc_clerk', `${subject}_boss`],
    approverNames: ['grp_1'],
    ...more,
  });

  test('of all agents of one owner no more than so many; those of others, and others who are asked, are not in its way', async () => {
    const { ask, one, clock, audit } = serviceScene({ mostOpenPerApprover: 3 });
    const asked = [];
    for (const subject of ['acc_a', 'acc_b', 'acc_c']) asked.push(await ask(of(subject)));
    const before = audit.events.length;
    await expect(ask(of('acc_d'))).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 600 });
    const otherAgent = { action: action({ subject: 'acc_d', agent: 'agt_b', client: 'agt_b' }) };
    await expect(ask(of('acc_d', otherAgent))).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(audit.events).toHaveLength(before);
    await ask(of('acc_d', { owner: 'acc_other' }));
    await ask(of('acc_e', { approvers: ['acc_chief'] }));
    await one.cancel(String(asked[0]?.authReqId), 'agt_a', 'req_1');
    await ask(of('acc_g'));
    await expect(ask(of('acc_f'))).rejects.toMatchObject({ code: 'too_many_requests' });
    clock.advance(600);
    await ask(of('acc_f'));
  });

  test('of many at the same moment no more are left, and the audit log holds each that is withdrawn', async () => {
    const { ask, one, audit } = serviceScene({ mostOpenPerApprover: 3 });
    const answers = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => ask(of(`acc_${index}`))));
    const given = answers.filter(({ status }) => status === 'fulfilled').length;
    const stored = await one.ofAgent('agt_a');
    expect(stored.filter(({ state }) => state === 'pending')).toHaveLength(given);
    expect(given).toBeLessThanOrEqual(3);
    const taken = stored.filter(({ state }) => state === 'cancelled');
    expect(audit.events.filter(({ type }) => type === 'approval.cancelled')).toHaveLength(taken.length);
    expect(taken.every(({ decidedBy }) => decidedBy === 'system')).toBe(true);
  });
});
