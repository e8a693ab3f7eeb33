/** Resource servers ask for what was denied (AuthZEN Access Request and Approval Profile 1.0), with a client of its text alone. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  again,
  agentOf,
  approvalFor,
  approved,
  audit,
  bank,
  closeAccessRequests,
  contextOf,
  denied,
  type Json,
  question,
  refused,
  SHOP,
  server,
  shop,
  startAccessRequests,
  taskOf,
  world,
} from '../support/access-requests.ts';
import type { Identity } from '../support/agent-keys.ts';
import { BANK, INVOICE } from '../support/approvals-world.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startAccessRequests);
afterAll(closeAccessRequests);

const patch = async (path: string, body: object): Promise<void> => {
  const { headers } = await world.management.call('GET', path);
  const changed = await world.management.call('PATCH', path, body, { 'if-match': String(headers.get('etag')) });
  if (changed.status !== 200) throw new Error(changed.text);
};

describe('discovery', () => {
  test('names the endpoint and the capability (Discovery)', () => {
    expect(bank.metadata).toMatchObject({
      access_request_endpoint: `${world.issuer}/access/v1/requests`,
      capabilities: ['urn:openid:authzen:capability:access-request'],
    });
    // Nothing that is verified by a key of ours.
    expect(bank.metadata).not.toHaveProperty('jwks_uri');
  });
});

describe('a denial that an approval could lift', () => {
  test('stays a denial, and says what binds a request to it and until when (Requestable Denial Context)', async () => {
    const agent = await agentOf('Denied');
    const no = await bank.evaluate(question(agent));
    expect(no.body['decision']).toBe(false);
    const context = contextOf(no);
    expect(context).toMatchObject({ reason: 'approval_required', layer: 'approval' });
    expect(String(context['evaluation_id']).split('.')[0]).toBe(context['id']);
    const now = server.behalf.services.clock.now();
    expect(Date.parse(String(context['evaluated_at']))).toBe(now * 1000);
    expect(context['access_request']).toEqual({
      endpoint: `${world.issuer}/access/v1/requests`,
      expires_at: new Date((now + 600) * 1000).toISOString(),
    });
  });

  test('among several evaluations each says so by itself; a denial that no approval lifts says nothing', async () => {
    const agent = await agentOf('Several');
    const { body } = await bank.evaluateAll({
      ...question(agent),
      // To close it takes two people, and there is one.
      evaluations: ['pay', 'balance', 'close', 'nonsense', 'pay'].map((name) => ({ action: { name } })),
    });
    const answers = body['evaluations'] as readonly { readonly decision: boolean; readonly context: Json }[];
    expect(answers.map(({ decision, context }) => [decision, 'access_request' in context])).toEqual([
      [false, true],
      [true, false],
      [false, false],
      [false, false],
      [false, true],
    ]);
    expect(answers[0]?.context['evaluation_id']).not.toBe(answers[4]?.context['evaluation_id']);
  });

  test('of an agent by itself, an unknown account or the resource of another server it says nothing', async () => {
    const agent = await agentOf('Itself');
    const self = { subject: { type: 'agent', id: agent.clientId }, context: {} };
    const stranger = { subject: { type: 'account', id: 'acc_unknown' } };
    const elsewhere = { resource: { type: 'resource_server', id: SHOP } };
    for (const more of [self, stranger, elsewhere]) {
      const context = contextOf(await bank.evaluate(question(agent, 'pay', more)));
      expect(['access_request', 'evaluation_id', 'evaluated_at'].filter((name) => name in context)).toEqual([]);
    }
    // Whom the person allowed nothing.
    const other = await world.newAgent('Unknown');
    expect(contextOf(await bank.evaluate(question(other)))).not.toHaveProperty('access_request');
  });
});

describe('from a denial to an approval', () => {
  test('approvers are asked, and their approval makes the evaluation permit once; all of it is in the audit log', async () => {
    const agent = await agentOf('Whole');
    const submission = await denied(question(agent));
    const { result: answer, events } = await audit.during(() => bank.request(submission));
    expect(answer.status).toBe(202);
    const task = taskOf(answer);
    expect(task).toMatchObject({
      id: expect.stringMatching(/^arq_[a-z2-7]{26}$/),
      status: 'pending',
      status_endpoint: `${world.issuer}/access/v1/requests/${task['id']}`,
      links: { cancel: `${world.issuer}/access/v1/requests/${task['id']}/cancel` },
    });
    expect([answer.headers.get('location'), answer.headers.get('retry-after')]).toEqual([task['status_endpoint'], '5']);
    const approval = await approvalFor(agent);
    const decision = String((submission['denial'] as Json)['evaluation_id']).split('.')[0];
    expect(approval).toMatchObject({
      channel: 'access_request',
      risk: 'high',
      approvers: [world.accountId],
      action: { agent: agent.clientId, subject: world.accountId, resource: BANK, scope: ['pay'] },
      requested: { by: world.bank.id, decision },
    });
    expect(events).toMatchObject([
      {
        type: 'approval.requested',
        caller: world.bank.id,
        agent: agent.clientId,
        inputs: { channel: 'access_request', requested: { by: world.bank.id, decision } },
      },
    ]);
    const shown = await world.management.call('GET', `/approvals/${approval.id}`);
    expect(shown.body).toMatchObject({ channel: 'access_request', requested_by: world.bank.id });

    const pending = await bank.follow(task['status_endpoint']);
    expect([pending.status, taskOf(pending)['status'], 'result' in pending.body]).toEqual([200, 'pending', false]);
    expect(pending.headers.get('retry-after')).toBe('5');
    advance(6000);
    const yes = await world.approve(approval);
    const done = await bank.follow(task['status_endpoint']);
    const until = new Date(Number(yes.redeemBy) * 1000).toISOString();
    expect(done.headers.get('retry-after')).toBeNull();
    expect(done.body).toMatchObject({
      task: { id: task['id'], status: 'approved' },
      result: { mode: 'reevaluate', approval: { id: approval.id, approved_until: until } },
    });
    const reference = (done.body['result'] as Json)['approval'] as Json;

    // Without it nothing has changed.
    expect((await bank.evaluate(question(agent))).body['decision']).toBe(false);
    const { result: allowed, events: used } = await audit.during(() => again(agent, reference));
    expect(allowed.body).toMatchObject({
      decision: true,
      context: { approval: { id: approval.id, approved_until: until } },
    });
    expect(used).toMatchObject([
      { type: 'approval.used', caller: world.bank.id, target: { kind: 'approval', id: approval.id } },
      { type: 'decision.made', outcome: 'granted', approval: approval.id, decision: contextOf(allowed)['id'] },
    ]);
    expect((await world.service.get(approval.id))?.state).toBe('redeemed');
    const { result: second, events: after } = await audit.during(() => again(agent, reference));
    expect(second.body).toMatchObject({
      decision: false,
      context: { reason: 'approval_used', next_action: 'request', access_request: { endpoint: expect.any(String) } },
    });
    expect(after.map(({ type, outcome }) => [type, outcome])).toEqual([['decision.made', 'refused']]);
    // For its task it was approved, and that is how it ended.
    expect(taskOf(await bank.follow(task['status_endpoint']))['status']).toBe('approved');
  });

  test('one exact detail is requested like a scope, and no other one is permitted with it (AP-01)', async () => {
    const agent = await world.newAgent('Payer');
    await world.allow(agent, 'openid balance', { authorization_details: JSON.stringify([INVOICE]) });
    const { type, ...properties } = INVOICE;
    const about = (amount: number): Json => ({
      action: { name: 'use' },
      resource: { type: 'detail', id: type, properties: { ...properties, amount } },
    });
    const submission = await denied(question(agent, 'use', about(4000)));
    const { status } = await bank.request(submission);
    expect(status).toBe(202);
    const approval = await approvalFor(agent);
    expect(approval.action).toMatchObject({ scope: [], details: [INVOICE] });
    await world.approve(approval);
    const context = { agent: agent.clientId, approval: { id: approval.id } };
    const other = await bank.evaluate({ ...question(agent, 'use', about(3999)), context });
    expect(other.body).toMatchObject({ decision: false, context: { reason: 'out_of_scope', next_action: 'request' } });
    const same = await bank.evaluate({ ...question(agent, 'use', about(4000)), context });
    expect(same.body['decision']).toBe(true);
  });

  test('AP-02 of twenty parallel evaluations exactly one is permitted', async () => {
    const agent = await agentOf('Crowd');
    const { approval, reference } = await approved(agent);
    const answers = await Promise.all(Array.from({ length: 20 }, () => again(agent, reference)));
    expect(answers.filter(({ body }) => body['decision'] === true)).toHaveLength(1);
    const others = answers.filter(({ body }) => body['decision'] === false);
    expect(new Set(others.map((answer) => contextOf(answer)['reason']))).toEqual(new Set(['approval_used']));
    const used = (await server.events('approval.used')).filter(({ target }) => target?.id === approval.id);
    expect(
      used.filter(({ outcome }) => outcome === 'done').length -
        used.filter(({ outcome }) => outcome === 'refused').length,
    ).toBe(1);
  });

  test('a call with an id is permitted again by that id until the approval expires, and no other call is', async () => {
    const agent = await agentOf('Retried');
    const { approval, reference } = await approved(agent);
    expect((await again(agent, reference, { call: 'one' })).body['decision']).toBe(true);
    expect((await again(agent, reference, { call: 'one' })).body['decision']).toBe(true);
    for (const more of [{ call: 'two' }, {}]) {
      expect(contextOf(await again(agent, reference, more))['reason']).toBe('approval_used');
    }
    advance((Number(approval.createdAt) + 301 - server.behalf.services.clock.now()) * 1000);
    expect((await again(agent, reference, { call: 'one' })).body['decision']).toBe(false);
    for (const call of ['', 'two words', 'x'.repeat(201), 1]) {
      expect((await again(agent, reference, { call })).status).toBe(400);
    }
  });

  test('what needs no approval is permitted and redeems none', async () => {
    const agent = await agentOf('Spared');
    const { approval, reference } = await approved(agent);
    const yes = await again(agent, reference, {}, 'balance');
    expect([yes.body['decision'], 'approval' in contextOf(yes)]).toEqual([true, false]);
    expect((await world.service.get(approval.id))?.state).toBe('approved');
  });

  test('AP-04 it yields no token: the agent cannot redeem it as a request of its own', async () => {
    const agent = await agentOf('Fetching');
    const { approval } = await approved(agent);
    const handle = String(world.service.authReqIdOf(approval));
    const { answer, event } = await audit.refused(() => world.calls.poll(world.keyed(agent), handle), {
      status: 400,
      error: 'invalid_grant',
      event: 'token.refused',
    });
    expect([answer.body['access_token'], event.denial?.reason]).toEqual([undefined, 'request_unknown']);
    expect(await world.service.redeem(approval.id)).toBe(false);
    expect((await world.service.get(approval.id))?.state).toBe('approved');
  });

  test('without the audit log there is no answer, and nothing is redeemed', async () => {
    const agent = await agentOf('Unwritten');
    const { approval, reference } = await approved(agent);
    const submission = await denied(question(await agentOf('Unasked')));
    server.faults.failingWrites = new Set(['audit_records', 'audit', 'all']);
    const { status } = await again(agent, reference);
    const submitted = await bank.request(submission);
    server.faults.failingWrites = new Set();
    expect([status, submitted.status]).toEqual([503, 503]);
    expect((await world.service.get(approval.id))?.state).toBe('approved');
    expect((await again(agent, reference)).body['decision']).toBe(true);
  });
});

describe('what a request is bound to', () => {
  const altered: readonly (readonly [string, (submission: Json, other: Identity) => Json])[] = [
    ['another action', (given) => ({ ...given, action: { name: 'close' } })],
    ['another agent', (given, other) => ({ ...given, context: { agent: other.clientId } })],
    [
      'another spelling of the resource',
      (given) => ({ ...given, resource: { type: 'resource_server', id: world.bank.id } }),
    ],
    ['properties besides', (given) => ({ ...given, action: { name: 'pay', properties: { amount: 1 } } })],
    [
      'an end that was not said',
      (given) => ({ ...given, denial: { ...(given['denial'] as Json), expires_at: '2030-01-01T00:00:00Z' } }),
    ],
    [
      'an id that was prolonged',
      (given) => {
        const { evaluation_id: id, expires_at: at } = given['denial'] as { evaluation_id: string; expires_at: string };
        const later = Math.floor(Date.parse(at) / 1000) + 60;
        const [decision, , seal] = id.split('.');
        return {
          ...given,
          denial: { evaluation_id: `${decision}.${later}.${seal}`, expires_at: new Date(later * 1000).toISOString() },
        };
      },
    ],
    [
      'an id of another evaluation',
      (given) => {
        const { evaluation_id: id, expires_at } = given['denial'] as { evaluation_id: string; expires_at: string };
        return { ...given, denial: { evaluation_id: id.replace(/^dec_.{5}/, 'dec_22222'), expires_at } };
      },
    ],
    ['no denial', ({ denial: _, ...given }) => given],
    [
      'a denial without an id',
      (given) => ({ ...given, denial: { expires_at: (given['denial'] as Json)['expires_at'] } }),
    ],
    [
      'a token of another decision point',
      (given) => ({ ...given, denial: { ...(given['denial'] as Json), binding_token: 'eyJ.e30.x' } }),
    ],
  ];
  test.each(altered)('AP-01 with %s it is bound to nothing', async (_, alter) => {
    const agent = await agentOf('Bound');
    const other = await agentOf('Otherwise bound');
    const submission = await denied(question(agent));
    const given = alter(submission, other);
    expect(given).not.toEqual(submission);
    await refused(() => bank.request(given), 400, 'invalid_denial_binding');
    expect([...(await world.open(agent)), ...(await world.open(other))]).toEqual([]);
    expect((await bank.request(submission)).status).toBe(202);
  });

  test('AP-04 a denial that another resource server got is nothing here', async () => {
    const agent = await agentOf('Borrowed');
    const submission = await denied(question(agent));
    await refused(() => shop.request(submission), 400, 'not_requestable');
    expect(await world.open(agent)).toEqual([]);
  });

  test('an evaluation that is unknown, or that would be answered differently by now, is not requestable', async () => {
    const agent = await agentOf('Requestable');
    const submission = await denied(question(agent));
    const plain = String((submission['denial'] as Json)['evaluation_id']).split('.')[0];
    const withId = (evaluation_id: unknown) => ({
      ...submission,
      denial: { ...(submission['denial'] as Json), evaluation_id },
    });
    for (const id of [plain, 'eval_1', 'x'.repeat(5000)]) {
      await refused(() => bank.request(withId(id)), 400, 'not_requestable');
    }
    await server.behalf.services.delegations.revokeAllOf(world.accountId, agent.clientId, world.accountId);
    const { body } = await refused(() => bank.request(submission), 400, 'invalid_denial_binding');
    expect(String(body['detail'])).not.toContain('delegation');
  });

  test('what no approval lifts by now is not requestable, and asks no approver', async () => {
    const agent = await agentOf('Narrowed');
    const submission = await denied(question(agent));
    await patch(`/agents/${agent.clientId}`, { authority: { [BANK]: ['balance'] } });
    const { body } = await refused(() => bank.request(submission), 400, 'not_requestable');
    expect(body['detail']).toBe('No approval can permit this now: scope_not_available.');
    expect(await world.open(agent)).toEqual([]);
  });

  test('what is permitted by now is not requestable: it needs no approval', async () => {
    const agent = await agentOf('Permitted');
    const submission = await denied(question(agent));
    const scopes = (await world.management.call('GET', `/resource-servers/${world.bank.id}`)).body['scopes'];
    const harmless = (scopes as readonly Json[]).map((scope) => ({ ...scope, risk: 'low' }));
    await patch(`/resource-servers/${world.bank.id}`, { scopes: harmless });
    try {
      const { body } = await refused(() => bank.request(submission), 400, 'not_requestable');
      expect(body['detail']).toBe('It is permitted now: evaluate again.');
      expect(await world.open(agent)).toEqual([]);
    } finally {
      await patch(`/resource-servers/${world.bank.id}`, { scopes });
    }
  });

  test('what takes more people than are left by now is not requestable, and asks no approver', async () => {
    const { management } = world;
    const { id: second } = await management.createAccount({
      username: 'leaver',
      name: 'Leaver',
      password: 'a long enough pass phrase',
    });
    const members = [world.accountId, second];
    const owner = String((await management.call('POST', '/groups', { name: 'Two people', members })).body['id']);
    const agent = await world.newAgent('Of two people', { owner });
    await server.behalf.services.agents.accept(agent.clientId, { caller: second });
    await world.allow(agent);
    const submission = await denied(question(agent, 'close'));
    await management.call('POST', `/accounts/${second}/disable`);
    const { body } = await refused(() => bank.request(submission), 400, 'not_requestable');
    expect(body['detail']).toContain('more people than can be asked');
    expect(await world.open(agent)).toEqual([]);
  });

  test('AP-21 at the second it expires it has expired', async () => {
    const agent = await agentOf('Slow');
    const submission = await denied(question(agent));
    const over = Date.parse(String((submission['denial'] as Json)['expires_at']));
    advance(over - Date.now() - 2000);
    expect((await bank.request(submission)).status).toBe(202);
    // The watch over the audit log begins a second later.
    advance(over - Date.now() - 1000);
    await refused(() => bank.request(submission), 410, 'expired_denial');
  });

  test('`subject.properties.act` may be there or stand in client.actor, and is believed if it is who acts (Delegation)', async () => {
    const agent = await agentOf('Actor');
    const subject = { type: 'account', id: world.accountId };
    const act = { sub: agent.clientId, iss: world.issuer };
    const submission = await denied(question(agent, 'pay', { subject: { ...subject, properties: { act } } }));
    const by = (actor: Json) => ({ ...submission, subject, client: { id: 'gateway', actor, 'example.com/x': 1 } });
    const right = { id: agent.clientId, issuer: world.issuer, type: 'ai_agent' };
    for (const wrong of [
      { ...right, id: 'agt_other' },
      { ...right, issuer: 'https://elsewhere.example' },
      { ...right, type: 'service' },
      { ...right, act: { sub: 'agt_other', iss: world.issuer } },
    ]) {
      await refused(() => bank.request(by(wrong)), 400, 'invalid_denial_binding');
    }
    expect(await world.open(agent)).toEqual([]);
    expect((await bank.request(by(right))).status).toBe(202);
  });

  const unreadable: readonly (readonly [string, Json])[] = [
    ['a member that is not known', { requestedAccess: {} }],
    ['a member with a slash in its name', { 'a/b~c': 1 }],
    ['a callback that is registered nowhere', { callback: { endpoint: 'https://gateway.example/told' } }],
    ['a callback with an end that is none', { callback: { endpoint: 'https://gateway.example', events: ['paid'] } }],
    ['a callback with a state without end', { callback: { endpoint: 'https://g.example', state: 'x'.repeat(513) } }],
    ['an end in the past', { requested_access: { requested_until: '2020-01-01T00:00:00Z' } }],
    ['an end that is no moment', { requested_access: { requested_until: 'tomorrow' } }],
    ['an emergency that is a word', { requested_access: { emergency: 'yes' } }],
    ['words that are hidden', { context: { business_justification: 'pay \u202e04 RUE' } }],
    ['words without end', { context: { business_justification: 'x'.repeat(301) } }],
    ['an actor without an id', { client: { actor: { type: 'ai_agent' } } }],
    ['an actor with an empty id', { client: { actor: { type: 'ai_agent', id: '' } } }],
    ['an actor whose id is a number', { client: { actor: { type: 'ai_agent', id: 7 } } }],
    ['no items', { items: [] }],
    ['items and a resource', { items: [{}] }],
  ];
  test.each(unreadable)('%s is refused by name and asks no approver', async (_, more) => {
    const agent = await agentOf('Unreadable');
    const submission = await denied(question(agent));
    const context = { ...(submission['context'] as Json), ...(more['context'] as Json | undefined) };
    const { body } = await refused(
      () => bank.request({ ...submission, ...more, context }),
      400,
      'urn:behalf:problem:invalid_field',
    );
    expect((body['errors'] as readonly Json[])[0]?.['pointer']).toMatch(/^\/[a-zA-Z]/);
    expect(await world.open(agent)).toEqual([]);
  });

  test('members that the profile lets be added are not looked at (Forward Compatibility)', async () => {
    const agent = await agentOf('Extended');
    const submission = await denied(question(agent));
    const answer = await bank.request({
      ...submission,
      context: { ...(submission['context'] as Json), time: '2026-01-01T00:00:00Z', 'example.com/more': { a: 1 } },
      requested_access: { role: 'admin', 'example.com/more': true },
      client: { id: 'gateway', name: 'Gateway', source: { session_id: 's', external_url: 'https://x.example' } },
      denial: { ...(submission['denial'] as Json), reason: 'approval_required', template: 't', evaluated_at: 'then' },
    });
    expect(answer.status).toBe(202);
  });
});
