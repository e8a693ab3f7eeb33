import { describe, expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { action, KEYS, START, serviceScene, strong, sum, wanted } from './fakes.ts';

test('pending approvals are listed by the time they have left, without decided or expired ones, in any stored order', async () => {
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

describe('a ping (CIBA Core §10.2)', () => {
  const told = (token: string) => ({ ping: { endpoint: 'https://agent.example/told', token } });

  test('there is none where the agent asked for none, or where its token is sealed with another key', async () => {
    const { ask, one, service } = serviceScene();
    const { approval: quiet } = await ask();
    expect(one.pingOf(quiet)).toBeUndefined();
    const { approval } = await ask({ ...told('first'), action: action({ scope: ['other'] }) });
    expect(one.pingOf(approval)).toEqual({ endpoint: 'https://agent.example/told', token: 'first' });
    expect(service(masterKey(Buffer.alloc(32, 9))).pingOf(approval)).toBeUndefined();
  });

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

describe('an approval request whose write may have failed', () => {
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

  test('ends if it was not stored, which is in the audit log, and its id is reserved for a write that comes late', async () => {
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

describe('AP-06 the number the agent shows', () => {
  const critical = { risk: 'critical' } as const;
  const wrong = (number: string) => (number === '10' ? '11' : '10');

  test('is there for critical risk alone, and has two digits', async () => {
    const { ask } = serviceScene();
    expect((await ask(critical)).approval.number).toMatch(/^[1-9]\d$/);
    expect((await ask(sum(1))).approval.number).toBeUndefined();
  });

  test('wrong three times, the request is denied, by any of its approvers', async () => {
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

  test('cannot be guessed by a user who is not asked', async () => {
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
  test.each(['acc_eve', 'agt_a'])('%s decides nothing, and is shown nothing', async (account) => {
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

  test('a denial between the event of an approval and its swap is not overwritten, and the audit log says so', async () => {
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

  test('a redemption that read before a denial, or before another redemption, was stored gives nothing', async () => {
    for (const other of ['deny', 'redeem'] as const) {
      const { ask, approve, deny, one, between } = serviceScene();
      const { approval } = await ask();
      await approve(approval);
      between.afterGet = () => (other === 'deny' ? deny(approval) : one.redeem(approval.id));
      expect(await one.redeem(approval.id)).toBe(false);
      expect((await one.get(approval.id))?.state).toBe(other === 'deny' ? 'denied' : 'redeemed');
    }
  });

  test('two have to agree, the subject among them', async () => {
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

  test('AP-05 an agent that may not ask a person may not ask them then, either', async () => {
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

  test('an expired request can be neither approved, denied nor cancelled', async () => {
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
