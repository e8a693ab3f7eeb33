/** Who decides about an approval, as policies route it: which approvers are excluded, and which are asked when none has decided in time. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApprovalServer, approvalServer, HIGH } from '../support/approval-fixtures.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { advance } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

let running: ApprovalServer;
let server: ApprovalServer['server'];
let world: ApprovalServer['world'];
let ground: ApprovalServer['ground'];
let mails: MailServer;

beforeAll(async () => {
  mails = await mailServer();
  running = await approvalServer(mails.environment);
  ({ server, world, ground } = running);
});
afterEach(async () => {
  await ground.activate(running.usual);
});
afterAll(async () => {
  await running?.close();
  await mails?.close();
});

describe('AP-03 separation of duties', () => {
  test('who answers for the agent does not approve it where policy leaves the owner out, in a group neither', async () => {
    const [clerk, chief] = [await ground.newPerson('sod-clerk'), await ground.newPerson('sod-chief')];
    const group = await ground.newGroup('SoD', [clerk, chief]);
    await ground.withRule(`@approvers("${group}")\n@approvers_except("owner")\n${HIGH}`);
    const agent = await world.newAgent('Of the clerk', { owner: clerk });
    await server.behalf.services.agents.accept(agent.clientId, { caller: clerk, request: 'req_test' });
    const { approval, authReqId } = await ground.byExchange(agent);
    expect(approval).toMatchObject({ approvers: [chief], approversExcept: ['owner'] });
    await expect(world.approve(approval, clerk)).rejects.toMatchObject({ code: 'not_found' });
    await world.approve(approval, chief);
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
  });

  test('AP-21 the approval of a person who is excluded since does not count', async () => {
    const [clerk, chief, other] = [
      await ground.newPerson('moved-clerk'),
      await ground.newPerson('moved-chief'),
      await ground.newPerson('moved-other'),
    ];
    const asked = await ground.newGroup('Moved', [clerk, chief]);
    const out = await ground.newGroup('Moved out', [other, world.accountId]);
    await ground.withRule(`@approvers("${asked}")\n@approvers_except("${out}")\n${HIGH}`);
    const agent = await world.newAgent('Of another owner');
    const { approval, authReqId } = await ground.byExchange(agent);
    await world.approve(approval, clerk);
    expect((await ground.patch(`/groups/${out}`, { members: [other, clerk] })).status).toBe(200);
    await ground.refused(agent, authReqId, 'access_denied', 'approver_left');
  });

  test('D1 by CIBA the subject agrees, and another person approves, where a policy excludes the subject', async () => {
    await ground.withRule(`@approvers_except("subject")\n${HIGH}`);
    const boss = await ground.newPerson('d1-boss');
    const agent = await world.newAgent('Of the boss', { owner: boss });
    await server.behalf.services.agents.accept(agent.clientId, { caller: boss, request: 'req_test' });
    await world.allow(agent, 'openid balance');
    const { approval, authReqId } = await ground.ciba(agent);
    if (!approval) throw new Error('no approver is asked');
    expect(approval).toMatchObject({ requires: { quorum: 2 }, mustAgree: world.accountId, isConsentBesides: true });
    expect((await world.approve(approval)).state).toBe('pending');
    expect((await world.approve(approval, boss)).state).toBe('approved');
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
  });

  test('no approver is asked where every possible one is excluded', async () => {
    await ground.withRule(`@approvers_except("subject owner")\n${HIGH}`);
    const agent = await world.newAgent('Of hers');
    const { answer } = await ground.ciba(agent);
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status: 403, error: 'access_denied' });
    expect((await server.events('approval.refused')).at(-1)).toMatchObject({ caller: agent.clientId });
  });
});

describe('escalation', () => {
  const told = (subject: RegExp, to: string) =>
    mails.received.filter((mail) => mail.to.includes(to) && subject.test(plainOf(mail)));
  const escalated = async (id: string) =>
    (await server.events('approval.escalated')).filter(({ target }) => target?.id === id);

  test('further approvers are notified once when none has decided in time, and may decide; the first ones, too', async () => {
    const mailed = (name: string) => ({ email: `${name}@example.com`, email_verified: true });
    const [clerk, chief, other] = [
      await ground.newPerson('esc-clerk', mailed('esc-clerk')),
      await ground.newPerson('esc-chief', mailed('esc-chief')),
      await ground.newPerson('esc-other', mailed('esc-other')),
    ];
    const [clerks, chiefs] = [
      await ground.newGroup('Esc clerks', [clerk, other]),
      await ground.newGroup('Esc chiefs', [clerk, chief]),
    ];
    await ground.withRule(
      `@approvers("${clerks}")\n@escalate_after("120")\n@escalate_to("${chiefs}")\n@approvers_except("owner")\n${HIGH}`,
    );
    const agent = await world.newAgent('Urgent');
    const { approval, authReqId } = await ground.byExchange(agent);
    expect([...approval.approvers].sort()).toEqual([clerk, other].sort());
    // A notification settles for a second.
    advance(2000);
    await mails.arrived('esc-clerk@example.com', /asks for your approval/);
    advance(117_000);
    await expect(world.approve(approval, chief)).rejects.toMatchObject({ code: 'not_found' });
    expect(await escalated(approval.id)).toEqual([]);

    advance(1000);
    await until(async () => (await escalated(approval.id)).length > 0, { what: 'the escalation' });
    expect(await escalated(approval.id)).toMatchObject([
      { outcome: 'done', caller: 'system', agent: agent.clientId, inputs: { added: [chief], after: 120 } },
    ]);
    await until(async () => {
      advance(1000);
      return told(/you are asked now, too/, 'esc-chief@example.com').length > 0;
    });
    expect(told(/you are asked now, too/, 'esc-clerk@example.com')).toEqual([]);
    expect(told(/asks for your approval/, 'esc-chief@example.com')).toEqual([]);
    const now = (await ground.call('GET', `/approvals/${approval.id}`)).body;
    expect(now).toMatchObject({
      approvers: expect.arrayContaining([clerk, other, chief]),
      approvers_except: ['owner'],
      escalation: { names: [chiefs], added: [chief] },
      requires: { quorum: 1 },
    });
    await world.approve(approval, chief);
    expect((await ground.poll(agent, authReqId)).status).toBe(200);
    expect(await escalated(approval.id)).toHaveLength(1);
  });

  test('AP-21 they count as they are when the token is fetched', async () => {
    const [clerk, chief, other] = [
      await ground.newPerson('esc2-clerk'),
      await ground.newPerson('esc2-chief'),
      await ground.newPerson('esc2-other'),
    ];
    const chiefs = await ground.newGroup('Esc2 chiefs', [chief, other]);
    await ground.withRule(`@approvers("owner")\n@escalate_after("60")\n@escalate_to("${chiefs}")\n${HIGH}`);
    const agent = await world.newAgent('Urgent again', { owner: clerk });
    await server.behalf.services.agents.accept(agent.clientId, { caller: clerk, request: 'req_test' });
    const { approval, authReqId } = await ground.byExchange(agent);
    advance(60_000);
    await world.approve(approval, chief);
    await ground.patch(`/groups/${chiefs}`, { members: [other, clerk] });
    await ground.refused(agent, authReqId, 'access_denied', 'approver_left');
  });

  test('what another policy set says of it since ends the question (AP-01)', async () => {
    const [chief, other] = [await ground.newPerson('esc3-chief'), await ground.newPerson('esc3-other')];
    const chiefs = await ground.newGroup('Esc3 chiefs', [chief, other]);
    await ground.withRule(`@approvers("subject")\n@escalate_after("60")\n@escalate_to("${chiefs}")\n${HIGH}`);
    const agent = await world.newAgent('Overruled');
    const { approval, authReqId } = await ground.byExchange(agent);
    advance(60_000);
    await world.approve(approval, chief);
    await ground.activate(running.usual);
    await ground.refused(agent, authReqId, 'access_denied', 'action_changed');
  });
});
