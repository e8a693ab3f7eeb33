import { describe, expect, test } from '@jest/globals';
import type { Origin } from '../../../src/domain/approvals/approval.ts';
import type { ApprovalDraft } from '../../../src/domain/approvals/approval-draft.ts';
import { isRememberable } from '../../../src/domain/approvals/standing-approvals.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { action, KEYS, START, serviceScene, strong, wanted } from './fakes.ts';

const sum = (amount: number) => ({ action: action({ details: [{ type: 'payment_initiation', amount }] }) });

test('those that wait are listed by the time they have left, and not what is decided or over, whatever is stored', async () => {
  const { ask, approve, one, clock } = serviceScene();
  const first = await ask(sum(1));
  const second = await ask(sum(2));
  clock.advance(60);
  const third = await ask({ ...sum(3), action: action({ subject: 'acc_bob' }) });
  await approve(second.approval);
  expect((await one.waiting(10)).map(({ id }) => id)).toEqual([first.approval.id, third.approval.id]);
  expect((await one.waiting(1)).map(({ id }) => id)).toEqual([first.approval.id]);
  clock.advance(540);
  expect(clock.now()).toBe(first.approval.expiresAt);
  expect((await one.waiting(10)).map(({ id }) => id)).toEqual([third.approval.id]);
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

  test('after three denials in a day an agent may not ask this person for a day, which is told once', async () => {
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

  test('the same question is the same one while it is open, and a new one afterwards', async () => {
    const { ask, deny, clock } = serviceScene();
    const first = await ask();
    expect(await ask()).toMatchObject({ authReqId: first.authReqId, isJoined: true });
    // Whatever the agent says about it: it is the same question, with the words that people saw (AP-06).
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

describe('AP-05 several that belong together', () => {
  const all = (amounts: readonly number[], over: Partial<ApprovalDraft> = {}, isCovered = false) =>
    amounts.map((amount) => ({ wanted: wanted({ ...sum(amount), ...over }), isCovered }));
  const tooMany = { code: 'too_many_requests' };

  test('are looked at before anybody is asked: places of the agent, and before each person', async () => {
    const { one, ask, audit } = serviceScene({ mostOpen: 3, mostOpenPerApprover: 4, perHour: 100 });
    await one.checkRoom(all([1, 2, 3]));
    await expect(one.checkRoom(all([1, 2, 3, 4]))).rejects.toMatchObject(tooMany);
    await ask(sum(9));
    // What is open already takes no place, nor does the same twice, nor what somebody approved in advance.
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

  test('are counted once, and none is asked by whoever is muted', async () => {
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

describe('a ping (CIBA Core §10.2)', () => {
  const told = (token: string) => ({ ping: { endpoint: 'https://agent.example/told', token } });

  test('comes with the token of who asked last: the answer that held the first may have been lost', async () => {
    const { ask, approve, one } = serviceScene();
    const { approval } = await ask(told('first'));
    expect(one.pingOf(approval)?.token).toBe('first');
    const again = await ask(told('second'));
    expect(again).toMatchObject({ isJoined: true, approval: { id: approval.id } });
    expect(one.pingOf(await approve(approval))?.token).toBe('second');
  });

  test('goes on with the one there is where it is asked without', async () => {
    const { ask, approve, one } = serviceScene();
    const { approval } = await ask(told('first'));
    await ask();
    expect(one.pingOf(await approve(approval))?.token).toBe('first');
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

  test('of many at the same moment no more are left, and of each that is taken back the audit log says so', async () => {
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

describe('a question of which nobody knows whether it is stored', () => {
  test('is stored once, though the answers of the store were lost', async () => {
    const { ask, one, faults, audit } = serviceScene();
    faults.insert = ['after', 'after'];
    const asked = await ask();
    expect(await one.ofAgent('agt_a')).toMatchObject([{ id: asked.approval.id, state: 'pending' }]);
    expect(audit.types()).toEqual(['approval.requested']);
    expect(await one.settleUnknown()).toBe(0);
  });

  test('is open if it was stored at the last try, and the agent that asks again joins it', async () => {
    const { ask, one, faults, audit } = serviceScene();
    faults.insert = ['before', 'before', 'after'];
    await expect(ask()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await one.settleUnknown()).toBe(1);
    expect(await ask()).toMatchObject({ isJoined: true });
    expect(audit.types()).toEqual(['approval.requested']);
  });

  test('is over if it was not, which is in the audit log, and its id is taken for a write that comes late', async () => {
    const { ask, one, faults, audit } = serviceScene();
    faults.insert = ['before', 'before', 'before'];
    await expect(ask()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await one.ofAgent('agt_a')).toEqual([]);
    const again = await ask();
    expect(again.isJoined).toBe(false);
    expect(await one.settleUnknown()).toBe(1);
    const [requested] = audit.events;
    expect(audit.events.at(-1)).toMatchObject({
      type: 'approval.lapsed',
      outcome: 'done',
      caller: 'system',
      target: requested?.target,
    });
    expect(await one.get(String(requested?.target?.id))).toMatchObject({ state: 'cancelled', decidedBy: 'system' });
    expect(await one.get(again.approval.id)).toMatchObject({ state: 'pending' });
    expect(await one.settleUnknown()).toBe(0);
  });

  test('stays to be found out while the store does not answer', async () => {
    const { ask, one, faults } = serviceScene();
    faults.insert = ['before', 'before', 'before', 'before'];
    await expect(ask()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(one.settleUnknown()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await one.settleUnknown()).toBe(1);
  });
});

const origin = (grant: string): Origin => ({
  id: 'tok_1',
  clientId: 'app_1',
  scope: [],
  issuedAt: START,
  subject: 'acc_anna',
  grant,
});

describe('AP-06 the number the agent shows', () => {
  const critical = { risk: 'critical' } as const;
  const wrong = (number: string) => (number === '10' ? '11' : '10');

  test('is there for critical risk alone, and has two digits', async () => {
    const { ask } = serviceScene();
    expect((await ask(critical)).approval.number).toMatch(/^[1-9]\d$/);
    expect((await ask(sum(1))).approval.number).toBeUndefined();
  });

  test('wrong three times, the request is denied, by whoever typed it', async () => {
    const { ask, approve, one, audit } = serviceScene();
    const { approval } = await ask(critical);
    const number = wrong(String(approval.number));
    for (let time = 0; time < 2; time += 1) {
      await expect(approve(approval, { number })).rejects.toMatchObject({ code: 'invalid_field', field: '/number' });
    }
    expect((await one.get(approval.id))?.state).toBe('pending');
    await expect(approve(approval, { number })).rejects.toMatchObject({ code: 'conflict' });
    expect(await one.get(approval.id)).toMatchObject({ state: 'denied', decidedBy: 'acc_anna' });
    expect(audit.events.at(-1)).toMatchObject({ type: 'approval.denied', caller: 'acc_anna' });
    await expect(approve(approval, { number: String(approval.number) })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('wrong twice and then right: approved', async () => {
    const { ask, approve } = serviceScene();
    const { approval } = await ask(critical);
    const number = String(approval.number);
    for (let time = 0; time < 2; time += 1) await approve(approval, { number: wrong(number) }).catch(() => undefined);
    expect((await approve(approval, { number })).state).toBe('approved');
  });

  test('cannot be tried by who is not asked', async () => {
    const { ask, approve, one } = serviceScene();
    const { approval } = await ask(critical);
    for (let time = 0; time < 5; time += 1) {
      await expect(approve(approval, { number: '00', account: 'acc_eve' })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect((await one.get(approval.id))?.state).toBe('pending');
  });
});

describe('AP-03 who is not asked', () => {
  test.each(['acc_eve', 'agt_a'])('%s decides nothing, and is told of nothing that is there', async (account) => {
    const { ask, approve, deny, one, audit } = serviceScene();
    const { approval } = await ask({ risk: 'critical' });
    await expect(approve(approval, { account, number: 'x' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(deny(approval, account)).rejects.toMatchObject({ code: 'not_found' });
    await deny(approval);
    const before = audit.events.length;
    await expect(approve(approval, { account })).rejects.toMatchObject({ code: 'not_found' });
    expect(await one.isAsked(approval, account)).toBe(false);
    expect(audit.events).toHaveLength(before);
  });
});

describe('when nobody has decided in time', () => {
  const escalation = { after: 120, names: ['grp_1'] };
  const scene = async (more: Partial<Parameters<ReturnType<typeof serviceScene>['ask']>[0]> = {}) => {
    const made = serviceScene();
    made.later.set('acc_chief', made.clock.now() + 120);
    return { ...made, ...(await made.ask({ escalation, mustAgree: null, ...more })) };
  };
  const escalated = ({ audit }: Pick<Awaited<ReturnType<typeof scene>>, 'audit'>) =>
    audit.events.filter(({ type }) => type === 'approval.escalated');

  test('further people may decide from that second on, though nobody told them', async () => {
    const { approval, approve, deny, one, clock } = await scene();
    expect(approval).toMatchObject({ escalation: { at: clock.now() + 120, names: ['grp_1'] } });
    clock.advance(119);
    expect(await one.isAsked(approval, 'acc_chief')).toBe(false);
    await expect(approve(approval, { account: 'acc_chief' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(deny(approval, 'acc_chief')).rejects.toMatchObject({ code: 'not_found' });
    clock.advance(1);
    expect(await approve(approval, { account: 'acc_chief' })).toMatchObject({
      state: 'approved',
      approvers: ['acc_anna', 'acc_chief'],
    });
  });

  test('they are told then, once, by one of several nodes; those who were asked first stay so', async () => {
    const made = await scene();
    const { approval, approve, clock, one, service } = made;
    const nodes = [one, service(masterKey(KEYS[0])), service(masterKey(KEYS[0]))];
    expect(await one.escalate()).toBe(0);
    clock.advance(120);
    const told = await Promise.all(nodes.map((node) => node.escalate()));
    expect(told.reduce((sum, number) => sum + number)).toBe(1);
    expect(escalated(made)).toMatchObject([
      { outcome: 'done', caller: 'system', inputs: { added: ['acc_chief'], after: 120 }, target: { id: approval.id } },
    ]);
    expect(await one.get(approval.id)).toMatchObject({ approvers: ['acc_anna', 'acc_chief'], state: 'pending' });
    clock.advance(100);
    expect(await one.escalate()).toBe(0);
    expect((await approve(approval)).state).toBe('approved');
  });

  test('so many have to agree as before', async () => {
    const { approval, approve, clock } = await scene({ requires: { quorum: 2, isProvenAnew: true } });
    clock.advance(120);
    expect((await approve(approval, { account: 'acc_chief' })).state).toBe('pending');
    expect((await approve(approval)).state).toBe('approved');
  });

  test.each(['decided', 'over', 'cancelled'])('nobody else is asked about what is %s', async (how) => {
    const made = await scene();
    const { approval, approve, clock, one, authReqId } = made;
    if (how === 'decided') await approve(approval);
    if (how === 'cancelled') await one.cancel(authReqId, 'agt_a', 'req_1');
    clock.advance(how === 'over' ? 600 : 120);
    expect(await one.escalate()).toBe(0);
    expect(await one.escalate()).toBe(0);
    expect(escalated(made)).toEqual([]);
  });

  test('of a node that dies while it tells, another one takes over, and tells the same people', async () => {
    const made = await scene();
    const { approval, clock, one, audit, later, changes } = made;
    clock.advance(120);
    changes.length = 0;
    audit.beforeAppend = async () => {
      audit.beforeAppend = async () => {};
      throw new Error('killed');
    };
    await expect(one.escalate()).rejects.toThrow('killed');
    expect(await one.escalate()).toBe(0);
    // Nobody hears of what is not in the audit log.
    expect(changes).toEqual([]);
    later.set('acc_new', clock.now());
    clock.advance(30);
    expect(await one.escalate()).toBe(1);
    expect(escalated(made)).toMatchObject([{ inputs: { added: ['acc_chief'] } }]);
    expect(changes).toMatchObject([{ id: approval.id, approvers: ['acc_anna', 'acc_chief'] }]);
    expect(await one.isAsked(approval, 'acc_new')).toBe(true);
  });

  test('a decision that comes between is not lost', async () => {
    const made = await scene();
    const { approval, approve, clock, one, between } = made;
    clock.advance(120);
    await one.escalate();
    between.afterGet = () => approve(approval, { account: 'acc_chief' });
    clock.advance(30);
    expect(await one.escalate()).toBe(0);
    await approve(approval, { account: 'acc_chief' }).catch(() => undefined);
    expect((await one.get(approval.id))?.state).toBe('approved');
  });
});

describe('a yes for somebody who is away', () => {
  const two = {
    requires: { quorum: 2, isProvenAnew: true },
    approvers: ['acc_anna', 'acc_bob'],
    mustAgree: 'acc_anna',
  };

  test('is hers, and the record says whose it was and for whom', async () => {
    const { ask, approve, deputies, audit } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    const { approval } = await ask();
    expect(await approve(approval, { account: 'acc_dora' })).toMatchObject({
      state: 'approved',
      approvers: ['acc_anna', 'acc_dora'],
      votes: [{ account: 'acc_dora', for: 'acc_anna', absence: 'abs_acc_anna' }],
    });
    expect(audit.events.at(-1)).toMatchObject({
      type: 'approval.approved',
      caller: 'acc_dora',
      inputs: { for: 'acc_anna', absence: 'abs_acc_anna', isEnough: true },
    });
  });

  test('nobody counts twice: neither a deputy beside his own yes, nor she beside her deputy', async () => {
    const { ask, approve, deputies, one } = serviceScene();
    deputies.set('acc_bob', 'acc_anna');
    deputies.set('acc_dora', 'acc_anna');
    const { approval } = await ask(two);
    expect((await approve(approval, { account: 'acc_bob' })).votes).toMatchObject([{ account: 'acc_bob' }]);
    const again = { account: 'acc_bob', as: 'acc_anna' };
    await expect(approve(approval, again)).rejects.toMatchObject({ code: 'conflict' });
    expect((await one.get(approval.id))?.state).toBe('pending');
    expect((await approve(approval, { account: 'acc_dora' })).state).toBe('approved');

    const other = (await ask({ ...two, action: action({ scope: ['other'] }) })).approval;
    await approve(other, { account: 'acc_dora' });
    await expect(approve(other, { account: 'acc_anna' })).rejects.toMatchObject({ code: 'conflict' });
    const rest = await approve(other, { account: 'acc_bob' });
    expect(rest.state).toBe('approved');
  });

  test('a deputy who is asked himself says for whom; a name that is none of his is refused', async () => {
    const { ask, approve, deputies } = serviceScene();
    deputies.set('acc_bob', 'acc_anna');
    const { approval } = await ask(two);
    const elsewhere = { account: 'acc_bob', as: 'acc_cleo' };
    await expect(approve(approval, elsewhere)).rejects.toMatchObject({ code: 'invalid_field', field: '/as' });
    expect(await approve(approval, { account: 'acc_bob', as: 'acc_anna' })).toMatchObject({
      state: 'pending',
      votes: [{ account: 'acc_bob', for: 'acc_anna' }],
    });
    // His own is not said yet, and he cannot say it any more: somebody else has to.
    await expect(approve(approval, { account: 'acc_bob', as: 'acc_bob' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a no for her is hers: it ends the question, and after three the agent may not ask her (AP-05)', async () => {
    const { ask, deny, deputies, audit } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    for (const scope of ['a', 'b', 'c']) {
      const denied = await deny((await ask({ action: action({ scope: [scope] }) })).approval, 'acc_dora');
      expect(denied).toMatchObject({ state: 'denied', decidedBy: 'acc_dora', decidedFor: 'acc_anna' });
    }
    expect(audit.types()).toContain('approval.muted');
    expect(audit.events.find(({ type }) => type === 'approval.denied')).toMatchObject({
      caller: 'acc_dora',
      inputs: { for: 'acc_anna' },
    });
  });

  test('is said to one action: the next ones like it are for her to allow', async () => {
    const { ask, approve, deputies, clock } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    const approved = await approve((await ask()).approval, { account: 'acc_dora' });
    expect(isRememberable(approved, 'acc_dora', [], clock.now())).toBe(false);
    expect(isRememberable(approved, 'acc_anna', [], clock.now())).toBe(false);
  });

  test('who decides for somebody is told of it, though she was never asked', async () => {
    const { ask, deputies, one } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    const { approval } = await ask();
    expect(await one.toldOf(approval)).toEqual(['acc_anna', 'acc_dora']);
    expect(await one.isAsked(approval, 'acc_dora')).toBe(true);
    deputies.clear();
    expect(await one.isAsked(approval, 'acc_dora')).toBe(false);
  });
});

describe('AP-02 one ending', () => {
  test('of deny, cancel and redeem at once exactly one comes to be', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { ask, approve, deny, one } = serviceScene();
      const { approval, authReqId } = await ask();
      await approve(approval);
      const [denied, cancelled, ...redeemed] = await Promise.allSettled([
        deny(approval),
        one.cancel(authReqId, 'agt_a', 'req_1'),
        one.redeem(approval.id),
        one.redeem(approval.id),
      ]);
      const endings = [
        denied.status === 'fulfilled' ? 'denied' : undefined,
        cancelled.status === 'fulfilled' && cancelled.value?.state === 'cancelled' ? 'cancelled' : undefined,
        ...redeemed.map((one) => (one.status === 'fulfilled' && one.value ? 'redeemed' : undefined)),
      ].filter((ending) => ending !== undefined);
      expect(endings).toEqual([(await one.get(approval.id))?.state]);
    }
  });

  test('a no that comes between the event of a yes and its swap is not overwritten, and the audit log says so', async () => {
    const { ask, approve, deny, one, audit } = serviceScene();
    const { approval } = await ask();
    let isFirst = true;
    audit.beforeAppend = async ({ type }) => {
      if (type !== 'approval.approved' || !isFirst) return;
      isFirst = false;
      await deny(approval);
    };
    await expect(approve(approval)).rejects.toMatchObject({ code: 'conflict' });
    expect((await one.get(approval.id))?.state).toBe('denied');
    expect(audit.events.filter(({ type }) => type === 'approval.approved')).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', note: expect.stringContaining('came to nothing') },
    ]);
  });

  test('a redemption that read before a no, or before another one, was stored gives nothing', async () => {
    for (const other of ['deny', 'redeem'] as const) {
      const { ask, approve, deny, one, between } = serviceScene();
      const { approval } = await ask();
      await approve(approval);
      between.afterGet = () => (other === 'deny' ? deny(approval) : one.redeem(approval.id));
      expect(await one.redeem(approval.id)).toBe(false);
      expect((await one.get(approval.id))?.state).toBe(other === 'deny' ? 'denied' : 'redeemed');
    }
  });

  test('two have to agree, she among them', async () => {
    const { one, approve, ask } = serviceScene();
    const two = {
      requires: { quorum: 2, isProvenAnew: true },
      approvers: ['acc_anna', 'acc_bob', 'acc_cleo'],
    };
    const { approval } = await ask(two);
    for (const account of ['acc_bob', 'acc_cleo']) expect((await approve(approval, { account })).state).toBe('pending');
    expect(await one.redeem(approval.id)).toBe(false);
    expect((await approve(approval)).state).toBe('approved');
  });

  test('AP-07 who was disabled meanwhile does not count, and who agreed and left answers for nothing', async () => {
    const { ask, approve, one, left } = serviceScene();
    const { approval } = await ask();
    left.add('acc_anna');
    await expect(approve(approval)).rejects.toMatchObject({ code: 'not_found' });
    left.clear();
    const approved = await approve(approval);
    expect(await one.standingVotes(approved)).toHaveLength(1);
    left.add('acc_anna');
    expect(await one.standingVotes(approved)).toBeUndefined();
  });
});

describe('while the master key is changed', () => {
  const [before, after] = [KEYS[0], KEYS[1]];

  test('what was asked under the other key is found, and belongs to its client alone', async () => {
    const { ask, service } = serviceScene();
    const { authReqId, approval } = await ask();
    const next = service(masterKey(after, before));
    expect((await next.find(authReqId, 'agt_a'))?.id).toBe(approval.id);
    expect(await next.find(authReqId, 'agt_b')).toBeUndefined();
    expect(next.authReqIdOf(approval)).toBe(authReqId);
    expect(await service(masterKey(after)).find(authReqId, 'agt_a')).toBeUndefined();
    expect(await next.find('x', 'agt_a')).toBeUndefined();
  });

  test('nodes with the keys either way round find what the other asked', async () => {
    const { service } = serviceScene();
    const [one, other] = [service(masterKey(before, after)), service(masterKey(after, before))];
    for (const [here, there] of [
      [one, other],
      [other, one],
    ] as const) {
      const { authReqId, approval } = await here.ask(
        wanted({ action: action({ message: String(here === one) }) }),
        'req_1',
      );
      expect((await there.find(authReqId, 'agt_a'))?.id).toBe(approval.id);
    }
  });

  test('AP-05 the same question is one, whichever node is asked', async () => {
    const { ask, service } = serviceScene();
    const first = await ask();
    const [one, other] = [service(masterKey(before, after)), service(masterKey(after, before))];
    for (const node of [one, other]) {
      expect(await node.ask(wanted(), 'req_1')).toMatchObject({ authReqId: first.authReqId, isJoined: true });
    }
    const second = await other.ask(wanted(sum(1)), 'req_1');
    expect(await one.ask(wanted(sum(1)), 'req_1')).toMatchObject({ authReqId: second.authReqId, isJoined: true });
    const both = await Promise.all([one, other].map((node) => node.ask(wanted(sum(2)), 'req_1')));
    expect(new Set(both.map(({ authReqId }) => authReqId)).size).toBe(1);
  });

  test('AP-05 whom an agent may not ask, it may not ask then, either', async () => {
    const { ask, deny, service } = serviceScene();
    for (const amount of [1, 2, 3]) await deny((await ask(sum(amount))).approval);
    const next = service(masterKey(after, before));
    await expect(next.ask(wanted(), 'req_1')).rejects.toMatchObject({ code: 'too_many_requests' });
  });

  test('the one call it was used up by is the same call then, and any other is refused', async () => {
    const { ask, approve, one, service, clock } = serviceScene();
    const { approval } = await ask();
    await approve(approval);
    await one.redeem(approval.id);
    const server = { id: 'rs_1', identifier: approval.resource };
    const call = (key: string) => ({ server, key, request: 'req_1' });
    expect(await one.use(approval.id, call('call-1'))).toMatchObject({ isFirst: true });
    const next = service(masterKey(after, before));
    expect(await next.use(approval.id, call('call-1'))).toMatchObject({
      isFirst: false,
      approval: { use: { at: clock.now() } },
    });
    await expect(next.use(approval.id, call('call-2'))).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('AP-21 at the boundary', () => {
  test('approved in the last second, it can be fetched for as long as an agent has, and not at the second after', async () => {
    const { ask, approve, one, clock } = serviceScene();
    const { approval } = await ask();
    clock.advance(599);
    const { redeemBy } = await approve(approval);
    expect(redeemBy).toBe(START + 599 + 300);
    clock.advance(299);
    const other = await ask(sum(1));
    await approve(other.approval);
    expect(await one.redeem(approval.id)).toBe(true);
    clock.advance(300);
    expect(await one.redeem(other.approval.id)).toBe(false);
    expect(await one.redeem(approval.id)).toBe(false);
  });

  test('an agent may give people less time, not more, and a minute at least', async () => {
    const { ask } = serviceScene();
    expect((await ask({ lifetimeSeconds: 1, action: action({ scope: ['see'] }) })).approval.expiresAt).toBe(START + 60);
    expect((await ask({ lifetimeSeconds: 90 })).approval.expiresAt).toBe(START + 90);
    expect((await ask({ lifetimeSeconds: 9000, action: action({ scope: ['more'] }) })).approval.expiresAt).toBe(
      START + 600,
    );
  });

  test('what is over can be neither approved, denied nor cancelled', async () => {
    const { ask, approve, deny, one, clock } = serviceScene();
    const { approval, authReqId } = await ask();
    clock.advance(600);
    const assurance = strong(clock.now());
    await expect(
      one.approve(approval.id, { account: 'acc_anna', seen: approval.digest, request: 'r', assurance }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(approve(approval)).rejects.toMatchObject({ code: 'conflict' });
    await expect(deny(approval)).rejects.toMatchObject({ code: 'conflict' });
    expect((await one.cancel(authReqId, 'agt_a', 'req_1'))?.state).toBe('pending');
  });
});
