/** Approvals that others decide: further approvers after a while, and the deputy of an absent one. */
import { describe, expect, test } from '@jest/globals';
import { isRememberable } from '../../../src/domain/approvals/standing-approvals.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { action, KEYS, serviceScene } from './fakes.ts';

describe('when no approver has decided in time', () => {
  const escalation = { after: 120, names: ['grp_1'] };
  const scene = async (more: Partial<Parameters<ReturnType<typeof serviceScene>['ask']>[0]> = {}) => {
    const made = serviceScene();
    made.later.set('acc_chief', made.clock.now() + 120);
    return { ...made, ...(await made.ask({ escalation, mustAgree: null, ...more })) };
  };
  const escalated = ({ audit }: Pick<Awaited<ReturnType<typeof scene>>, 'audit'>) =>
    audit.events.filter(({ type }) => type === 'approval.escalated');

  test('further people may decide from that second on, even before any node notified them', async () => {
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

  test('they are notified then, once, by one of several nodes; those who were asked first still may decide', async () => {
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

  test.each(['decided', 'over', 'cancelled'])('no further approver is asked about what is %s', async (how) => {
    const made = await scene();
    const { approval, approve, clock, one, authReqId } = made;
    if (how === 'decided') await approve(approval);
    if (how === 'cancelled') await one.cancel(authReqId, 'agt_a', 'req_1');
    clock.advance(how === 'over' ? 600 : 120);
    expect(await one.escalate()).toBe(0);
    expect(await one.escalate()).toBe(0);
    expect(escalated(made)).toEqual([]);
  });

  test('of a node that dies while it notifies, another one takes over, and notifies the same people', async () => {
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
    // No approver is notified of what is not in the audit log.
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

describe('an approval on behalf of an approver who is away', () => {
  const two = {
    requires: { quorum: 2, isProvenAnew: true },
    approvers: ['acc_anna', 'acc_bob'],
    mustAgree: 'acc_anna',
  };

  test('is that of the deputy, and the record names the deputy and the approver', async () => {
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

  test('no person counts twice: neither a deputy with an approval of their own, nor an approver next to the deputy', async () => {
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

  test('an approver whose own slot is taken approves in the free one of the person they act for', async () => {
    const { ask, approve, deputies, audit } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    deputies.set('acc_anna', 'acc_bob');
    const { approval } = await ask(two);
    await approve(approval, { account: 'acc_dora' });
    expect(await approve(approval, { account: 'acc_anna' })).toMatchObject({
      state: 'approved',
      votes: [
        { account: 'acc_dora', for: 'acc_anna' },
        { account: 'acc_anna', for: 'acc_bob' },
      ],
    });
    expect(audit.events.at(-1)).toMatchObject({
      type: 'approval.approved',
      caller: 'acc_anna',
      inputs: { for: 'acc_bob', absence: 'abs_acc_bob', isEnough: true },
    });
  });

  test('a deputy who is also an approver says for whom they decide; the name of another is refused', async () => {
    const { ask, approve, deputies } = serviceScene();
    deputies.set('acc_bob', 'acc_anna');
    const { approval } = await ask(two);
    const elsewhere = { account: 'acc_bob', as: 'acc_cleo' };
    await expect(approve(approval, elsewhere)).rejects.toMatchObject({ code: 'invalid_field', field: '/as' });
    expect(await approve(approval, { account: 'acc_bob', as: 'acc_anna' })).toMatchObject({
      state: 'pending',
      votes: [{ account: 'acc_bob', for: 'acc_anna' }],
    });
    // He has not approved for himself, and cannot any more: another approver has to.
    await expect(approve(approval, { account: 'acc_bob', as: 'acc_bob' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a denial by a deputy counts as the approver’s: it ends the request, and after three the agent may not ask the approver (AP-05)', async () => {
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

  test('covers one action: only the approver gives a standing approval', async () => {
    const { ask, approve, deputies, clock } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    const approved = await approve((await ask()).approval, { account: 'acc_dora' });
    expect(isRememberable(approved, 'acc_dora', [], clock.now())).toBe(false);
    expect(isRememberable(approved, 'acc_anna', [], clock.now())).toBe(false);
  });

  test('the deputy of an approver is notified without being asked as an approver', async () => {
    const { ask, deputies, one } = serviceScene();
    deputies.set('acc_dora', 'acc_anna');
    const { approval } = await ask();
    expect(await one.toldOf(approval)).toEqual(['acc_anna', 'acc_dora']);
    expect(await one.isAsked(approval, 'acc_dora')).toBe(true);
    deputies.clear();
    expect(await one.isAsked(approval, 'acc_dora')).toBe(false);
  });
});
