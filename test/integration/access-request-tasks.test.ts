/** Submissions of access requests: repeated ones, their tasks, several at once, and callbacks. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import {
  agentOf,
  approvalFor,
  approved,
  asked,
  audit,
  bank,
  closeAccessRequests,
  denied,
  type Json,
  question,
  receiver,
  refused,
  server,
  shop,
  shopId,
  startAccessRequests,
  taskOf,
  world,
} from '../support/access-requests.ts';
import type { Identity } from '../support/agent-keys.ts';
import { INVOICE } from '../support/approvals-world.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { advance } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';
import { isAccepted } from '../support/webhook-receiver.ts';

beforeAll(startAccessRequests);
afterAll(closeAccessRequests);

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
  test('AP-04 is not found by any client but the resource server that created it', async () => {
    const agent = await agentOf('Private');
    const { task, approval } = await asked(agent);
    const { links } = task as { readonly links: Json };
    await refused(() => shop.follow(task['status_endpoint']), 404, 'unknown_task');
    await refused(() => shop.follow(links['cancel'], 'POST'), 404, 'unknown_task');
    await refused(() => bank.follow(`${bank.metadata['access_request_endpoint']}/arq_x`), 404, 'unknown_task');
    const anonymous = await fetch(String(task['status_endpoint']));
    expect([anonymous.status, anonymous.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(anonymous.headers.get('www-authenticate')).toContain('Basic');
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

  test('is cancelled by its resource server while no approver has decided, and not again or later (Cancellation)', async () => {
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

  test('is not cancelled while the store takes no write (503), and can be afterwards', async () => {
    const agent = await agentOf('Unrecorded');
    const { task, approval } = await asked(agent);
    const cancel = (task['links'] as Json)['cancel'];
    server.faults.failingWrites = new Set(['approvals']);
    const unrecorded = await bank.follow(cancel, 'POST');
    server.faults.failingWrites = new Set();
    expect([unrecorded.status, unrecorded.body['type']]).toEqual([503, 'urn:behalf:problem:unavailable']);
    expect((await world.open(agent)).map(({ id }) => id)).toEqual([approval.id]);
    const { result, events } = await audit.during(() => bank.follow(cancel, 'POST'));
    expect([result.status, taskOf(result)['status']]).toEqual([200, 'cancelled']);
    expect(events).toMatchObject([{ type: 'approval.cancelled', outcome: 'done', caller: world.bank.id }]);
  });

  test('AP-02 of an approval and a cancellation at once one takes effect', async () => {
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

  test('says that no approver decided in time, or that one denied', async () => {
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

  test('AP-05 a bundle over the limit is refused as a whole: no approver is asked about half of it', async () => {
    const agent = await payer('Flooding');
    const { result, events } = await audit.during(async () => bank.request(await bundle(agent, [1, 2, 3, 4, 5, 6])));
    expect([result.status, result.body['type']]).toEqual([429, 'urn:behalf:problem:too_many_requests']);
    expect(Number(result.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await world.open(agent)).toEqual([]);
    // It is checked first: no mail and no page notifies an approver of requests that would be cancelled.
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

  test('goes to an endpoint that was registered for this resource server and verified, signed, and says that the task has ended', async () => {
    const agent = await agentOf('Told');
    const submission = { ...(await denied(question(agent))), ...callback({ state: 's-1' }) };
    const { id, secret } = await endpoint({ resource_server: world.bank.id });
    // Not before it was verified, nor for another resource server, nor for another path there.
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

    // Nor when the endpoint belongs to another resource server by now.
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

    // Only events that were asked for: here a denial.
    const second = await agentOf('Told of a denial');
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
