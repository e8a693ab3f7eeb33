/** Approvals that an agent requests by itself (CIBA), the people that they ask, and what a resource server sees. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Identity } from '../support/agent-keys.ts';
import {
  activated,
  asked,
  audit,
  closeApprovals,
  poll,
  refused,
  server,
  startApprovals,
  world,
} from '../support/approval-polls.ts';
import { BANK, INVOICE } from '../support/approvals-world.ts';
import { basic } from '../support/authzen-client.ts';
import { type Answer, answerOf } from '../support/oauth-calls.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startApprovals);
afterAll(closeApprovals);

describe('by a request of its own (CIBA)', () => {
  const ask = (agent: Identity, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    world.calls.backchannel(world.keyed(agent), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
      ...more,
    });

  test('an owner is asked, and their approval is a delegation for this one action', async () => {
    const agent = await world.newAgent('Direct');
    const { result: answer, events } = await audit.during(() => ask(agent, { binding_message: 'Invoice 7731' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ expires_in: 600, interval: 5 });
    expect(events).toMatchObject([
      { type: 'approval.requested', outcome: 'done', personal: { message: 'Invoice 7731' } },
    ]);
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('no approver is asked');
    expect(approval).toMatchObject({
      channel: 'backchannel',
      action: { message: 'Invoice 7731' },
      approvers: [world.accountId],
    });
    await world.approve(approval);
    const { answer: given } = await audit.issued(() => poll(authReqId, agent));
    const token = String(given.body['access_token']);
    expect(decodeJwt(token)).toMatchObject({
      sub: world.accountId,
      scope: 'pay',
      act: { sub: agent.clientId },
      approval: { id: approval.id },
    });
    expect((await world.calls.introspect(world.bank.credential, token)).body['active']).toBe(true);
    // It is no standing permission: the agent still holds nothing there.
    expect(await server.behalf.services.delegations.consented(world.accountId, agent.clientId, BANK)).toBeUndefined();
    await server.behalf.services.delegations.revoke(String(decodeJwt(token)['delegation']), world.accountId);
    expect((await world.calls.introspect(world.bank.credential, token)).body['active']).toBe(false);
  });

  test('AP-21 its token covers the one action: the agent gets no further ones for it', async () => {
    const agent = await world.newAgent('Launderer');
    const asked = await ask(agent, { scope: 'openid balance' });
    const authReqId = String(asked.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('no approver is asked');
    await world.approve(approval);
    const token = String((await poll(authReqId, agent)).body['access_token']);
    await refused(
      () => world.calls.exchange(world.keyed(agent), token, BANK, { scope: 'balance' }),
      'invalid_request',
      'subject_token_of_approval',
    );
  });

  test.each(['agent', 'account'] as const)(
    'LC-02 LC-12 a kill of the %s ends what was asked and approved before it, also when it is lifted at once',
    async (scope) => {
      const agent = await world.newAgent(`Killed ${scope}`);
      const asked = await ask(agent);
      const authReqId = String(asked.body['auth_req_id']);
      const approval = await world.service.find(authReqId, agent.clientId);
      if (!approval) throw new Error('no approver is asked');
      await world.approve(approval);
      const id = scope === 'agent' ? agent.clientId : world.accountId;
      const kill = await world.management.call('POST', '/kills', { scope, id, reason: 'a test' });
      expect(kill.status).toBeLessThan(300);
      expect((await world.management.call('POST', `/kills/${kill.body['id']}/lift`)).status).toBe(200);
      advance(20_000);
      await refused(() => poll(authReqId, agent), 'access_denied', 'approval_ended');
      // What is asked after it counts.
      const again = String((await ask(agent)).body['auth_req_id']);
      expect(again).not.toBe(authReqId);
      const next = await world.service.find(again, agent.clientId);
      if (!next) throw new Error('no approver is asked');
      await world.approve(next);
      await audit.issued(() => poll(again, agent));
    },
  );

  test('details are what is approved, as they are', async () => {
    const agent = await world.newAgent('Exact');
    const answer = await ask(agent, { scope: 'openid', authorization_details: JSON.stringify([INVOICE]) });
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('no approver is asked');
    expect(approval.action.details).toEqual([INVOICE]);
    await world.approve(approval);
    const given = await poll(authReqId, agent);
    expect(given.body['authorization_details']).toEqual([INVOICE]);
  });

  test.each([
    ['an unknown user', { login_hint: 'no-such-user' }, 400, 'unknown_user_id'],
    ['a long hint', { login_hint: 'x'.repeat(5000) }, 400, 'unknown_user_id'],
    ['no resource', { resource: '' }, 400, 'invalid_target'],
    ['an unknown resource', { resource: 'https://nowhere.example.com' }, 400, 'invalid_target'],
    ['no openid', { scope: 'pay' }, 400, 'invalid_request'],
    ['nothing to approve', { scope: 'openid' }, 400, 'invalid_scope'],
    ['an undeclared scope', { scope: 'openid fly' }, 403, 'access_denied'],
    ['5,000 lines', { binding_message: 'a\n'.repeat(5000) }, 400, 'invalid_binding_message'],
    ['right-to-left', { binding_message: 'pay \u202e04 RUE' }, 400, 'invalid_binding_message'],
    ['two hints', { id_token_hint: 'x.y.z' }, 400, 'invalid_request'],
  ])('%s: refused, with one event', async (_, more, status, error) => {
    const agent = await world.newAgent('Careless');
    const { answer } = await audit.refused(() => ask(agent, more), {
      status,
      error,
      event: 'approval.refused',
    });
    expect(answer.body['auth_req_id']).toBeUndefined();
    expect(await world.open(agent)).toEqual([]);
  });

  test('LG-01 an agent cannot ask a user without a grant for it, and the answer is that for an unknown user', async () => {
    await world.management.createAccount({
      username: 'stranger',
      name: 'Stranger',
      password: 'a long enough pass phrase',
    });
    const agent = await world.newAgent('Curious');
    const known = await ask(agent, { login_hint: 'stranger' });
    const unknown = await ask(agent, { login_hint: 'no-such-person' });
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
  });

  test('an app that is not an agent may not ask', async () => {
    const answer = await world.calls.backchannel(world.keyed(world.app), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
    });
    expect({ status: answer.status, error: answer.body['error'] }).toMatchObject({ status: 400 });
  });
});

describe('who is asked', () => {
  test('those whom a policy names by @approvers, and no other user', async () => {
    const { id: clerk } = await world.management.createAccount({
      username: 'clerk',
      name: 'Clerk',
      password: 'a long enough pass phrase',
    });
    const { id: chief } = await world.management.createAccount({
      username: 'chief',
      name: 'Chief',
      password: 'a long enough pass phrase',
    });
    const { body: group } = await world.management.call('POST', '/groups', {
      name: 'Treasury',
      members: [clerk, chief],
    });
    const { body: active } = await world.management.call('GET', '/policy-sets/active');
    const rule =
      '@approval("required")\npermit (principal is Agent, action == Action::"act", resource)\nwhen { resource.risk == "high" }';
    expect(String(active['text'])).toContain(rule);
    const text = String(active['text']).replace(rule, `@approvers("${String(group['id'])}")\n${rule}`);
    const { body: drafted } = await world.management.call('POST', '/policy-sets', { text });
    expect((await activated(world.management, drafted['version'])).status).toBe(200);
    try {
      const agent = await world.newAgent('Routed');
      const { approval, authReqId } = await asked(agent);
      expect([...approval.approvers].sort()).toEqual([clerk, chief].sort());
      await expect(world.approve(approval)).rejects.toMatchObject({ code: 'not_found' });
      await world.approve(approval, chief);
      expect((await poll(authReqId, agent)).status).toBe(200);
    } finally {
      await activated(world.management, active['version']);
    }
  });
});

describe('critical risk', () => {
  test('two people with a second factor each, and the number the agent shows', async () => {
    const second = await world.management.createAccount({
      username: 'grace',
      name: 'Grace',
      password: 'a long enough pass phrase',
    });
    const agent = await world.newAgent('Closer', { owner: second.id });
    await server.behalf.services.agents.accept(agent.clientId, { caller: second.id, request: 'req_test' });
    const { approval, remedy, authReqId } = await asked(agent, 'close');
    expect(approval.requires.quorum).toBe(2);
    expect(approval.requires.acr).toContain('multi-factor');
    expect(remedy.number).toMatch(/^\d\d$/);
    await expect(world.approve({ ...approval, number: '00' }, world.accountId, { strong: true })).rejects.toMatchObject(
      { code: 'invalid_field' },
    );
    await expect(world.approve(approval, world.accountId)).rejects.toMatchObject({
      code: 'insufficient_user_authentication',
    });
    await world.approve(approval, second.id, { strong: true });
    expect((await world.service.get(approval.id))?.state).toBe('pending');
    await expect(world.approve(approval, second.id, { strong: true })).rejects.toMatchObject({ code: 'conflict' });
    await world.approve(approval, world.accountId, { strong: true });
    const { answer } = await audit.issued(() => poll(authReqId, agent));
    expect(answer.body['scope']).toBe('close');
  });
});

describe('at the resource server', () => {
  const use = (
    token: string,
    call: unknown,
    by: { readonly clientId: string; readonly secret: string } = world.bank.credential,
  ) =>
    fetch(`${world.issuer}/access/v1/approval-uses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic(by.clientId, by.secret) },
      body: JSON.stringify({ token, call }),
    }).then(answerOf);
  const token = async (): Promise<string> => {
    const agent = await world.newAgent('Payer');
    const { approval, authReqId } = await asked(agent);
    await world.approve(approval);
    return String((await poll(authReqId, agent)).body['access_token']);
  };

  test('one call redeems the approval; the same call again is reported as a repeat, any other is refused; asking redeems nothing', async () => {
    const paid = await token();
    const { approval } = (await world.calls.introspect(world.bank.credential, paid)).body as {
      approval: { unused: boolean };
    };
    expect(approval.unused).toBe(true);
    const first = await use(paid, 'call-1');
    expect({ status: first.status, body: first.body }).toMatchObject({
      status: 200,
      body: { approval: { first: true } },
    });
    expect((await use(paid, 'call-1')).body).toMatchObject({ approval: { first: false } });
    const { result: other, events } = await audit.during(() => use(paid, 'call-2'));
    expect(other.status).toBe(409);
    expect(events).toMatchObject([{ type: 'decision.refused', error: 'conflict' }]);
    expect((await world.calls.introspect(world.bank.credential, paid)).body).toMatchObject({
      active: true,
      approval: { unused: false },
    });
    expect(await server.events('approval.used')).toMatchObject([{ caller: world.bank.id, outcome: 'done' }]);
  });

  test('of fifty parallel calls one is permitted', async () => {
    const paid = await token();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => use(paid, `call-${index}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  test('no other resource server, no other token, no nonsense', async () => {
    const paid = await token();
    const { clientId, secret } = world.jwt.credential as { clientId: string; secret: string };
    expect((await use(paid, 'call-1', { clientId, secret })).status).toBe(404);
    expect((await use('nonsense', 'call-1')).status).toBe(404);
    expect((await use(paid, '')).status).toBe(400);
    expect((await use(paid, 'a\nb')).status).toBe(400);
    expect((await use(paid, 'call-1', { clientId: world.bank.id, secret: 'wrong' })).status).toBe(401);
    expect((await use(paid, 'call-1')).status).toBe(200);
  });
});
