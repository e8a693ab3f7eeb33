/** Resource servers ask for what was denied (AuthZEN Access Request and Approval Profile 1.0), with a client of its text alone. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalServer, approvalServer } from '../support/approval-fixtures.ts';
import { BANK, INVOICE } from '../support/approvals-world.ts';
import { type AuthZenClient, authZenClient, basic } from '../support/authzen-client.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { advance } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';
import { isAccepted, webhookReceiver } from '../support/webhook-receiver.ts';

const PROBLEM = 'urn:openid:authzen:access-request:error:';
const SHOP = 'https://shop.example.com';

type Json = { readonly [member: string]: unknown };

let running: ApprovalServer;
let server: ApprovalServer['server'];
let world: ApprovalServer['world'];
let audit: ApprovalServer['audit'];
let bank: AuthZenClient;
/** Another resource server, which asks about nothing of the bank's. */
let shop: AuthZenClient;
let shopId: string;
let authority: LocalAuthority;
let receiver: Awaited<ReturnType<typeof webhookReceiver>>;

beforeAll(async () => {
  authority = await localAuthority();
  receiver = await webhookReceiver(authority);
  running = await approvalServer({
    ...internalHosts({ webhooks: receiver.host }),
    BEHALF_EGRESS_CA_FILE: authority.caFile,
  });
  ({ server, world, audit } = running);
  bank = await authZenClient(world.issuer, () => basic(world.bank.id, world.bank.credential.secret));
  const made = await world.management.createResourceServer({
    identifier: SHOP,
    name: 'The shop',
    scopes: [{ name: 'pay', description: 'Buy', risk: 'high' }],
    introspection_auth_method: 'client_secret_basic',
  });
  shopId = made.id;
  shop = await authZenClient(world.issuer, () => basic(made.id, String(made['client_secret'])));
});
afterAll(async () => {
  await running?.close();
  await authority?.remove();
});

/** An agent that the person allowed everything at the bank. */
const agentOf = async (name: string): Promise<Identity> => {
  const agent = await world.newAgent(name);
  await world.allow(agent);
  return agent;
};
const question = (agent: Identity, scope = 'pay', more: Json = {}): Json => ({
  subject: { type: 'account', id: world.accountId },
  action: { name: scope },
  resource: { type: 'resource_server', id: BANK },
  context: { agent: agent.clientId },
  ...more,
});
const contextOf = ({ body }: Answer): Json => (body['context'] ?? {}) as Json;
const denialIn = (context: Json): Json => ({
  evaluation_id: context['evaluation_id'],
  expires_at: (context['access_request'] as Json | undefined)?.['expires_at'],
});
/** The question, and what binds a request to the no it got. */
const denied = async (asked: Json, client = bank): Promise<Json> => {
  const no = await client.evaluate(asked);
  expect([no.status, no.body['decision']]).toEqual([200, false]);
  return { ...asked, denial: denialIn(contextOf(no)) };
};
const taskOf = ({ body }: Answer): Json => body['task'] as Json;
const approvalFor = async (agent: Identity): Promise<Approval> => {
  const [approval] = await world.open(agent);
  if (!approval) throw new Error('nobody is asked');
  return approval;
};
/** Asks, and answers the task with the approval that people are asked about. */
const asked = async (agent: Identity, scope = 'pay', more: Json = {}) => {
  const submission = { ...(await denied(question(agent, scope))), ...more };
  const answer = await bank.request(submission);
  if (answer.status !== 202) throw new Error(answer.text);
  return { submission, task: taskOf(answer), approval: await approvalFor(agent) };
};
/** What the task says to come back with, once somebody approved it. */
const approved = async (agent: Identity, scope = 'pay', more: Json = {}) => {
  const { task, approval } = await asked(agent, scope, more);
  await world.approve(approval);
  const { body } = await bank.follow(task['status_endpoint']);
  return { task, approval, reference: (body['result'] as Json)['approval'] as Json };
};
const again = (agent: Identity, approval: Json, more: Json = {}, scope = 'pay', client = bank): Promise<Answer> =>
  client.evaluate(question(agent, scope, { context: { agent: agent.clientId, approval, ...more } }));

const refused = async (work: () => Promise<Answer>, status: number, type: string, code = type): Promise<Answer> => {
  const { result, events } = await audit.during(work);
  expect({ status: result.status, type: result.body['type'], media: result.headers.get('content-type') }).toEqual({
    status,
    type: type.includes(':') ? type : `${PROBLEM}${type}`,
    media: expect.stringMatching(/^application\/problem\+json/),
  });
  expect(events.map((event) => [event.type, event.outcome, event.error])).toEqual([
    ['decision.refused', 'refused', code.replace(/^.*:/, '')],
  ]);
  return result;
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

describe('a no that people could lift', () => {
  test('stays a no, and says what binds a request to it and until when (Requestable Denial Context)', async () => {
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

  test('among several questions each says so by itself; what nobody’s yes lifts says nothing', async () => {
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

  test('of an agent by itself, of nobody known, or of somebody else’s resource it says nothing', async () => {
    const agent = await agentOf('Itself');
    const self = { subject: { type: 'agent', id: agent.clientId }, context: {} };
    const stranger = { subject: { type: 'account', id: 'acc_nobody' } };
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

describe('from a no to a yes', () => {
  test('people are asked, and their yes makes the evaluation answer yes, once; all of it is in the audit log', async () => {
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

  test('one exact detail is asked for like a scope, and no other one is let through with it (AP-01)', async () => {
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

  test('AP-02 of twenty evaluations at once exactly one is answered yes', async () => {
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

  test('a call that has a name is let through again by that name, for as long as the yes is good, and no other one is', async () => {
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

  test('what needs no approval is answered yes and uses none up', async () => {
    const agent = await agentOf('Spared');
    const { approval, reference } = await approved(agent);
    const yes = await again(agent, reference, {}, 'balance');
    expect([yes.body['decision'], 'approval' in contextOf(yes)]).toEqual([true, false]);
    expect((await world.service.get(approval.id))?.state).toBe('approved');
  });

  test('AP-04 no token comes of it: for the agent it is no request of its own', async () => {
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

  test('what cannot be written down is not answered, and uses nothing up', async () => {
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

  test('AP-04 a no that another resource server got is nothing here', async () => {
    const agent = await agentOf('Borrowed');
    const submission = await denied(question(agent));
    await refused(() => shop.request(submission), 400, 'not_requestable');
    expect(await world.open(agent)).toEqual([]);
  });

  test('what is no evaluation to ask about, or would be answered otherwise by now, is not requestable', async () => {
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

  test('AP-21 at the second it is over it is over', async () => {
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
    ['no items', { items: [] }],
    ['items and a resource', { items: [{}] }],
  ];
  test.each(unreadable)('%s is refused by name and asks nobody', async (_, more) => {
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

describe('a submission that is repeated (Idempotency-Key)', () => {
  test('is one task; with another body it is refused, and another resource server has keys of its own', async () => {
    const agent = await agentOf('Repeated');
    const submission = await denied(question(agent));
    const first = await bank.request(submission, 'key-1');
    const [approval] = await world.open(agent);
    // In another order of its members, and also when it could not be asked for any more.
    const turned = Object.fromEntries(Object.entries(submission).reverse());
    advance(601_000);
    expect(taskOf(await bank.request(turned, 'key-1'))['id']).toBe(taskOf(first)['id']);
    const other = { ...submission, requested_access: { emergency: true } };
    await refused(() => bank.request(other, 'key-1'), 409, 'duplicate_request');
    await refused(() => shop.request(submission, 'key-1'), 410, 'expired_denial');
    expect((await world.service.ofAgent(agent.clientId)).map(({ id }) => id)).toEqual([approval?.id]);
  });

  test('several at once are one task and one question', async () => {
    const agent = await agentOf('Together');
    const submission = await denied(question(agent));
    const answers = await Promise.all(Array.from({ length: 8 }, () => bank.request(submission, 'key-2')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map((answer) => taskOf(answer)['id'])).size).toBe(1);
    expect(await world.open(agent)).toHaveLength(1);
  });

  test('AP-05 without a key it is a task of its own, and people are asked once', async () => {
    const agent = await agentOf('Keyless');
    const submission = await denied(question(agent));
    const [one, two] = [await bank.request(submission), await bank.request(submission)];
    expect(taskOf(one)['id']).not.toBe(taskOf(two)['id']);
    expect(await world.open(agent)).toHaveLength(1);
  });

  test('is known two days longer than the task, and then it is new', async () => {
    const agent = await agentOf('Forgotten');
    const { task, submission } = await asked(agent);
    await bank.request(submission, 'key-3');
    advance(901_000);
    await refused(() => bank.follow(task['status_endpoint']), 410, 'task_expired');
    advance(2 * 86_400_000);
    await refused(() => bank.follow(task['status_endpoint']), 404, 'unknown_task');
    await refused(() => bank.request(submission, 'key-3'), 410, 'expired_denial');
  });

  test('a key is at most 255 visible characters', async () => {
    const submission = await denied(question(await agentOf('Long')));
    await refused(() => bank.request(submission, 'k'.repeat(256)), 400, 'urn:behalf:problem:invalid_field');
  });
});

describe('a task', () => {
  test('AP-04 is none to anybody but the resource server that asked', async () => {
    const agent = await agentOf('Private');
    const { task, approval } = await asked(agent);
    const { links } = task as { readonly links: Json };
    await refused(() => shop.follow(task['status_endpoint']), 404, 'unknown_task');
    await refused(() => shop.follow(links['cancel'], 'POST'), 404, 'unknown_task');
    await refused(() => bank.follow(`${bank.metadata['access_request_endpoint']}/arq_x`), 404, 'unknown_task');
    const nobody = await fetch(String(task['status_endpoint']));
    expect([nobody.status, nobody.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(nobody.headers.get('www-authenticate')).toContain('Basic');
    expect((await world.service.get(approval.id))?.state).toBe('pending');
  });

  test('AP-08 is asked for once in an interval, which grows for who hurries', async () => {
    const { task } = await asked(await agentOf('Hurried'));
    expect((await bank.follow(task['status_endpoint'])).status).toBe(200);
    const slow = await refused(() => bank.follow(task['status_endpoint']), 429, 'urn:behalf:problem:slow_down');
    expect(slow.headers.get('retry-after')).toBe('10');
    advance(10_000);
    expect((await bank.follow(task['status_endpoint'])).status).toBe(200);
  });

  test('is cancelled by whoever asked while nobody has decided, and not again or later (Cancellation)', async () => {
    const agent = await agentOf('Cancelled');
    const { task, approval } = await asked(agent);
    const cancel = (task['links'] as Json)['cancel'];
    const { result, events } = await audit.during(() => bank.follow(cancel, 'POST'));
    expect([result.status, taskOf(result)['status']]).toEqual([200, 'cancelled']);
    expect(events).toMatchObject([{ type: 'approval.cancelled', outcome: 'done', caller: world.bank.id }]);
    await refused(() => bank.follow(cancel, 'POST'), 409, 'invalid_task_state');
    await expect(world.approve(approval)).rejects.toMatchObject({ code: 'conflict' });

    const other = await approved(agent);
    await refused(() => bank.follow(`${other.task['status_endpoint']}/cancel`, 'POST'), 409, 'invalid_task_state');
    expect((await world.service.get(other.approval.id))?.state).toBe('approved');
  });

  test('AP-02 of a yes and a cancellation at once one comes to be', async () => {
    for (let round = 0; round < 5; round += 1) {
      const agent = await agentOf(`Torn ${round}`);
      const { task, approval } = await asked(agent);
      const [yes, cancelled] = await Promise.all([
        world.approve(approval).then(
          () => true,
          () => false,
        ),
        bank.follow((task['links'] as Json)['cancel'], 'POST'),
      ]);
      expect(yes).toBe(cancelled.status !== 200);
      const { state } = (await world.service.get(approval.id)) ?? {};
      expect(state).toBe(yes ? 'approved' : 'cancelled');
    }
  });

  test('says that nobody decided in time, or that somebody said no', async () => {
    const agent = await agentOf('Ended');
    const late = await asked(agent);
    advance((late.approval.expiresAt - server.behalf.services.clock.now()) * 1000);
    const over = await bank.follow(late.task['status_endpoint']);
    expect([taskOf(over)['status'], 'result' in over.body]).toEqual(['expired', false]);
    const no = await asked(agent);
    await world.deny(no.approval);
    const done = await bank.follow(no.task['status_endpoint']);
    expect([taskOf(done)['status'], 'result' in done.body]).toEqual(['denied', false]);
  });

  test('has what it has no path for refused', async () => {
    const at = String(bank.metadata['access_request_endpoint']);
    for (const [path, method, allow] of [
      ['', 'GET', 'POST'],
      ['/arq_x', 'POST', 'GET'],
      ['/arq_x/cancel', 'GET', 'POST'],
    ] as const) {
      const answer = await fetch(`${at}${path}`, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    }
    const { status } = await bank.post('access_request_endpoint', 'x', { 'content-type': 'text/plain' });
    expect(status).toBe(415);
    expect((await bank.post('access_request_endpoint', `{"x":"${'x'.repeat(70_000)}"}`)).status).toBe(413);
  });
});

describe('several at once (items)', () => {
  const bundle = async (agent: Identity, amounts: readonly number[]) => {
    const { type, ...properties } = INVOICE;
    const { resource: _, action: __, ...rest } = question(agent);
    const items: Json[] = [];
    for (const amount of amounts) {
      const item = {
        action: { name: 'use' },
        resource: { type: 'detail', id: type, properties: { ...properties, amount } },
      };
      const { denial } = await denied({ ...rest, ...item });
      items.push({ ...item, denial });
    }
    return { ...rest, items };
  };
  const payer = async (name: string): Promise<Identity> => {
    const agent = await world.newAgent(name);
    const details = JSON.stringify([{ ...INVOICE, amount: 100_000 }]);
    await world.allow(agent, 'openid balance', { authorization_details: details });
    return agent;
  };

  test('stand before people one by one, and each says by itself what became of it', async () => {
    const agent = await payer('Bundled');
    const submission = await bundle(agent, [1, 2, 3]);
    const answer = await bank.request(submission);
    expect(answer.status).toBe(202);
    const items = (given: Answer) => taskOf(given)['items'] as readonly Json[];
    expect(items(answer)).toMatchObject(
      submission.items.map(({ resource, action }) => ({ resource, action, status: 'pending' })),
    );
    const open = await world.open(agent);
    const of = (amount: number): Approval =>
      open.find(({ action: { details } }) => details[0]?.['amount'] === amount) as Approval;
    await world.approve(of(1));
    await world.deny(of(2));
    const half = await bank.follow(taskOf(answer)['status_endpoint']);
    expect([taskOf(half)['status'], items(half).map(({ status }) => status)]).toEqual([
      'pending',
      ['approved', 'denied', 'pending'],
    ]);
    const cancelled = await bank.follow((taskOf(half)['links'] as Json)['cancel'], 'POST');
    expect([
      taskOf(cancelled)['status'],
      items(cancelled).map(({ status }) => status),
      'result' in cancelled.body,
    ]).toEqual(['partial', ['approved', 'denied', 'cancelled'], false]);
    const [{ result } = {}] = items(cancelled) as readonly { result?: { approval: Json } }[];
    const yes = (index: number) => {
      const { action, resource } = submission.items[index] as Json;
      const context = { agent: agent.clientId, approval: result?.approval };
      return bank.evaluate({ ...question(agent), action, resource, context });
    };
    expect((await yes(1)).body['decision']).toBe(false);
    expect((await yes(0)).body['decision']).toBe(true);
  });

  test('one denial for all of them binds none but its own', async () => {
    const agent = await payer('Covered');
    const { items, ...rest } = await bundle(agent, [1, 2]);
    const [one = {}, two = {}] = items;
    const { denial: _, ...bare } = two;
    await refused(() => bank.request({ ...rest, items: [one, bare] }), 400, 'invalid_denial_binding');
    const crossed = { ...rest, denial: one['denial'], items: [one, bare] };
    await refused(() => bank.request(crossed), 400, 'invalid_denial_binding');
    expect(await world.open(agent)).toEqual([]);
    const { denial, ...first } = one;
    expect((await bank.request({ ...rest, denial, items: [first] })).status).toBe(202);
  });

  test('an end that cannot be is named where it stands: in the item, or beside all of them', async () => {
    const agent = await payer('Ending');
    const { items, ...rest } = await bundle(agent, [1, 2]);
    const [one = {}, two = {}] = items;
    const soon = { requested_until: '2020-01-01T00:00:00Z' };
    const later = { requested_until: '2099-01-01T00:00:00Z' };
    for (const [pointer, submission] of [
      ['/items/1', { ...rest, items: [one, { ...two, requested_access: soon }] }],
      ['', { ...rest, requested_access: soon, items: [{ ...one, requested_access: later }, two] }],
      ['', { ...rest, requested_access: { requested_until: 'soon' }, items }],
    ] as const) {
      const { body } = await refused(() => bank.request(submission), 400, 'urn:behalf:problem:invalid_field');
      expect(body['errors']).toMatchObject([{ pointer: `${pointer}/requested_access/requested_until` }]);
    }
    expect(await world.open(agent)).toEqual([]);
  });

  test('AP-05 more than may be open are none: nobody is asked about half of them', async () => {
    const agent = await payer('Flooding');
    const { result, events } = await audit.during(async () => bank.request(await bundle(agent, [1, 2, 3, 4, 5, 6])));
    expect([result.status, result.body['type']]).toEqual([429, 'urn:behalf:problem:too_many_requests']);
    expect(Number(result.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await world.open(agent)).toEqual([]);
    // It is seen before: no mail, and no page, tells anybody of what would be taken back.
    expect(events.filter(({ type }) => type.startsWith('approval.'))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'decision.refused', error: 'too_many_requests' });
  });
});

describe('a callback (Callback Completion)', () => {
  const endpoint = async (more: Json): Promise<{ readonly id: string; readonly secret: string }> => {
    const made = await world.management.call('POST', '/webhooks', {
      name: 'a-gateway',
      url: receiver.url,
      kinds: [],
      ...more,
    });
    if (made.status !== 201) throw new Error(made.text);
    return { id: String(made.body['id']), secret: String(made.body['secret']) };
  };
  const callback = (more: Json = {}): Json => ({ callback: { endpoint: receiver.url, ...more } });

  test('goes to an endpoint that was registered for this resource server and proven, signed, and says that it is over', async () => {
    const agent = await agentOf('Told');
    const submission = { ...(await denied(question(agent))), ...callback({ state: 's-1' }) };
    const { id, secret } = await endpoint({ resource_server: world.bank.id });
    // Not before it was proven, nor for somebody else, nor for another path there.
    await refused(() => bank.request(submission), 400, 'urn:behalf:problem:invalid_field');
    const proven = await world.management.call('POST', `/webhooks/${id}/verify`, {});
    expect(proven.status).toBe(200);
    const other = { ...submission, ...callback({ endpoint: `${receiver.url}/other` }) };
    await refused(() => bank.request(other), 400, 'urn:behalf:problem:invalid_field');
    await refused(() => shop.request(submission), 400, 'urn:behalf:problem:invalid_field');
    expect(await world.open(agent)).toEqual([]);

    const task = taskOf(await bank.request(submission));
    await world.approve(await approvalFor(agent));
    const found = (): Json | undefined =>
      receiver.received.map(({ message }) => message as unknown as Json).find(({ state }) => state === 's-1');
    await until(() => found() !== undefined);
    expect(found()).toEqual({
      state: 's-1',
      task: { id: task['id'], status: 'approved', status_endpoint: task['status_endpoint'] },
    });
    const sent = receiver.received.find(({ message }) => (message as unknown as Json)['state'] === 's-1');
    expect(sent && isAccepted(sent, secret)).toBe(true);

    // Nor when the endpoint has become somebody else's.
    const moved = await agentOf('Not told any more');
    await bank.request({ ...(await denied(question(moved))), ...callback({ state: 's-0' }) });
    const changed = async (resource_server: string): Promise<void> => {
      const { headers } = await world.management.call('GET', `/webhooks/${id}`);
      const etag = { 'if-match': String(headers.get('etag')) };
      expect((await world.management.call('PATCH', `/webhooks/${id}`, { resource_server }, etag)).status).toBe(200);
    };
    await changed(shopId);
    await world.approve(await approvalFor(moved));
    await changed(world.bank.id);

    // Of what was wanted only: here a no.
    const second = await agentOf('Told of a no');
    await bank.request({ ...(await denied(question(second))), ...callback({ state: 's-2', events: ['approved'] }) });
    await world.deny(await approvalFor(second));
    const third = await agentOf('Told of the next');
    await bank.request({ ...(await denied(question(third))), ...callback({ state: 's-3', events: ['denied'] }) });
    await world.deny(await approvalFor(third));
    await until(() => receiver.received.some(({ message }) => (message as unknown as Json)['state'] === 's-3'));
    const states = receiver.received.map(({ message }) => (message as unknown as Json)['state']);
    expect(states.filter((state) => state !== undefined)).toEqual(['s-1', 's-3']);
  });

  test('an endpoint needs a kind of notification, or a resource server that there is', async () => {
    await expect(endpoint({})).rejects.toThrow(/kinds/);
    await expect(endpoint({ resource_server: 'rs_nobody' })).rejects.toThrow(/resource_server/);
  });
});
