/** Between the approval and the evaluation that redeems it: every change in between counts. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { APPROVALS, type Approval } from '../../src/domain/approvals/approval.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type ApprovalServer, approvalServer } from '../support/approval-fixtures.ts';
import { BANK, INVOICE } from '../support/approvals-world.ts';
import { type AuthZenClient, authZenClient, basic } from '../support/authzen-client.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { advance } from '../support/stopped-clock.ts';

type Json = { readonly [member: string]: unknown };

const SENDING =
  '@id("asked-at-the-call")\n@approval("required")\npermit (principal is Agent, action == Action::"act", resource)\nwhen { context.route == "access_evaluation" && resource.name == "balance" };';

let running: ApprovalServer;
let server: ApprovalServer['server'];
let world: ApprovalServer['world'];
let ground: ApprovalServer['ground'];
let bank: AuthZenClient;

beforeAll(async () => {
  running = await approvalServer();
  ({ server, world, ground } = running);
  bank = await authZenClient(world.issuer, () => basic(world.bank.id, world.bank.credential.secret));
});
afterEach(async () => {
  await ground.activate(running.usual);
});
afterAll(() => running?.close());

const agentOf = async (name: string, more: Json = {}): Promise<Identity> => {
  const agent = await world.newAgent(name, more);
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
const submit = async (asked: Json, more: Json = {}): Promise<Answer> => {
  const context = contextOf(await bank.evaluate(asked));
  const expires_at = (context['access_request'] as Json | undefined)?.['expires_at'];
  return bank.request({ ...asked, denial: { evaluation_id: context['evaluation_id'], expires_at }, ...more });
};
const ask = async (agent: Identity, scope = 'pay', more: Json = {}): Promise<{ task: Json; approval: Approval }> => {
  const answer = await submit(question(agent, scope), more);
  const [approval] = await world.open(agent);
  if (answer.status !== 202 || !approval) throw new Error(answer.text);
  return { task: answer.body['task'] as Json, approval };
};
const statusOf = async ({ task }: { readonly task: Json }): Promise<Answer> => bank.follow(task['status_endpoint']);
const again = (agent: Identity, { id }: Pick<Approval, 'id'>, scope = 'pay'): Promise<Answer> =>
  bank.evaluate(question(agent, scope, { context: { agent: agent.clientId, approval: { id } } }));
const refused = async (answer: Promise<Answer>, reason: string, next: string): Promise<Json> => {
  const { status, body } = await answer;
  expect([status, body]).toMatchObject([200, { decision: false, context: { reason, next_action: next } }]);
  const context = body['context'] as Json;
  expect('access_request' in context).toBe(next === 'request');
  const event = (await server.events('decision.made')).at(-1);
  expect(event).toMatchObject({ outcome: 'refused', caller: world.bank.id, denial: { reason } });
  return context;
};

describe('what can no longer be redeemed', () => {
  const ends: readonly (readonly [
    string,
    string,
    string,
    (approval: Approval, agent: Identity) => Promise<unknown>,
  ])[] = [
    [
      'after a denial that followed the approval (AP-02)',
      'approval_expired',
      'request',
      (approval) => world.deny(approval),
    ],
    [
      'at the second until which it is good (AP-21)',
      'approval_expired',
      'request',
      async ({ redeemBy = 0 }) => advance((redeemBy - server.behalf.services.clock.now()) * 1000),
    ],
    [
      'under another policy set, which is superseded',
      'approval_expired',
      'request',
      () =>
        ground.withPolicies(
          (text) => `${text}\n@id("more")\nforbid (principal, action, resource) when { context.depth > 8 };`,
        ),
    ],
    [
      'when the scope means something else',
      'approval_expired',
      'request',
      async () => {
        const { body } = await ground.call('GET', `/resource-servers/${world.bank.id}`);
        const scopes = (body['scopes'] as readonly Json[]).map((scope) =>
          scope['name'] === 'pay' ? { ...scope, description: `${scope['description']} now` } : scope,
        );
        expect((await ground.patch(`/resource-servers/${world.bank.id}`, { scopes })).status).toBe(200);
      },
    ],
    [
      'when another delegation is behind it',
      'out_of_scope',
      'request',
      async (_, agent) => {
        await server.behalf.services.delegations.revokeAllOf(world.accountId, agent.clientId, world.accountId);
        await world.allow(agent);
      },
    ],
  ];
  test.each(ends)('%s', async (what, reason, next, end) => {
    const agent = await agentOf(`Ended ${what.length}`);
    const { approval, task } = await ask(agent);
    const yes = await world.approve(approval);
    await end(yes, agent);
    await refused(again(agent, approval), reason, next);
    expect((await world.service.get(approval.id))?.use).toBeUndefined();
    // The task stays approved after that.
    expect((await statusOf({ task })).body['task']).toMatchObject({ status: 'approved' });
  });

  test('what the subject no longer allows is denied, approved or not', async () => {
    const agent = await agentOf('Disallowed');
    const { approval } = await ask(agent);
    await world.approve(approval);
    await server.behalf.services.delegations.revokeAllOf(world.accountId, agent.clientId, world.accountId);
    await refused(again(agent, approval), 'scope_not_available', 'none');
  });

  test('after a kill of the agent nothing can be redeemed, also when it was lifted', async () => {
    const agent = await agentOf('Killed');
    const { approval } = await ask(agent);
    await world.approve(approval);
    const kill = await ground.call('POST', '/kills', { scope: 'agent', id: agent.clientId, reason: 'a test' });
    expect((await again(agent, approval)).body['decision']).toBe(false);
    expect((await ground.call('POST', `/kills/${kill.body['id']}/lift`)).status).toBe(200);
    expect((await again(agent, approval)).body['decision']).toBe(false);
    expect((await world.service.get(approval.id))?.use).toBeUndefined();
  });

  test('after a kill of the approver it cannot be redeemed, also when that was lifted', async () => {
    const approver = await ground.newPerson('approver');
    const group = await ground.newGroup('Approvers', [approver, await ground.newPerson('deputy')]);
    await ground.withPolicies((text) =>
      text.replace('@approval("required")', `@approval("required")\n@approvers("${group}")`),
    );
    const agent = await agentOf('Orphaned');
    const { approval } = await ask(agent);
    expect(approval.approvers).toContain(approver);
    await world.approve(approval, approver);
    const kill = await ground.call('POST', '/kills', { scope: 'account', id: approver, reason: 'a test' });
    expect((await ground.call('POST', `/kills/${kill.body['id']}/lift`)).status).toBe(200);
    await refused(again(agent, approval), 'approval_expired', 'request');
  });

  test('what a policy forbids now is denied, and no approver can lift it', async () => {
    const agent = await agentOf('Forbidden');
    const { approval } = await ask(agent);
    await world.approve(approval);
    await ground.withPolicies(
      (text) =>
        `${text}\n@id("no")\n@reason("Not now.")\nforbid (principal is Agent, action == Action::"act", resource) when { context has approval };`,
    );
    const context = await refused(again(agent, approval), 'policy_denied', 'none');
    expect(context).toMatchObject({ layer: 'policy', description: 'Not now.' });
  });

  test('AP-21 who agreed and is not here any more answers for nothing', async () => {
    const owner = await ground.newPerson('leaving');
    const agent = await world.newAgent('Left', { owner });
    await server.behalf.services.agents.accept(agent.clientId, { caller: owner });
    await world.allow(agent);
    await ground.withPolicies((text) =>
      text.replace('@approval("required")', '@approval("required")\n@approvers("owner")'),
    );
    const { approval } = await ask(agent);
    expect(approval.approvers).toEqual([owner]);
    await world.approve(approval, owner);
    await server.behalf.services.accounts.disable(owner, { caller: 'test' });
    expect((await again(agent, approval)).body['decision']).toBe(false);
    expect((await world.service.get(approval.id))?.use).toBeUndefined();
  });

  test('AP-01 what was changed in the store is not what people saw', async () => {
    const agent = await agentOf('Forged');
    const { approval } = await ask(agent, 'pay', {
      context: { agent: agent.clientId, business_justification: 'Small' },
    });
    await world.approve(approval);
    const rows = server.behalf.services.documents.collection<Approval>(APPROVALS);
    const stored = await rows.get(approval.id);
    if (!stored) throw new Error('it is gone');
    const action = { ...stored.document.action, message: 'Large' };
    expect(await rows.replace({ ...stored.document, action }, stored.version)).toBe(true);
    await refused(again(agent, approval), 'approval_expired', 'request');
  });
});

describe('what never was one', () => {
  test('is not verifiable: unknown, pending, or of another channel', async () => {
    const agent = await agentOf('Unverified');
    const { approval } = await ask(agent);
    const ciba = await world.calls.backchannel(world.keyed(agent), {
      scope: 'openid pay',
      resource: BANK,
      login_hint: world.person.username,
    });
    const other = await world.service.find(String(ciba.body['auth_req_id']), agent.clientId);
    if (!other) throw new Error('no approver is asked');
    await world.approve(other);
    for (const id of [approval.id, other.id, 'apv_unknown', 'x'.repeat(9000), '__proto__']) {
      await refused(again(agent, { id }), 'approval_unverifiable', 'none');
    }
    expect((await world.service.get(other.id))?.state).toBe('approved');
    for (const wrong of ['apv_1', null, { id: 1 }, []]) {
      const context = { agent: agent.clientId, approval: wrong };
      expect((await bank.evaluate(question(agent, 'pay', { context }))).status).toBe(400);
    }
  });

  test('AP-04 is what another resource server was given', async () => {
    const made = await world.management.createResourceServer({
      identifier: 'https://other.example.com',
      name: 'Other',
      scopes: [{ name: 'pay', description: 'Pay', risk: 'high' }],
      introspection_auth_method: 'client_secret_basic',
    });
    const other = await authZenClient(world.issuer, () => basic(made.id, String(made['client_secret'])));
    const agent = await agentOf('Carried over');
    const { approval } = await ask(agent);
    await world.approve(approval);
    const context = { agent: agent.clientId, approval: { id: approval.id } };
    const answer = await other.evaluate(question(agent, 'pay', { context }));
    expect(answer.body['decision']).toBe(false);
    expect((await again(agent, approval)).body['decision']).toBe(true);
  });

  test('AP-01 is good for another action, agent or spelling', async () => {
    const agent = await agentOf('Scoped');
    const stranger = await agentOf('Stranger');
    const { approval } = await ask(agent);
    await world.approve(approval);
    const context = { agent: agent.clientId, approval: { id: approval.id } };
    const about = (more: Json) => bank.evaluate(question(agent, 'pay', { context, ...more }));
    await refused(again(stranger, approval), 'out_of_scope', 'request');
    await refused(about({ resource: { type: 'scope', id: 'pay' } }), 'out_of_scope', 'request');
    await refused(about({ action: { name: 'pay', properties: {} } }), 'out_of_scope', 'request');
    await refused(
      about({ subject: { type: 'account', id: world.accountId, properties: { a: 1 } } }),
      'out_of_scope',
      'request',
    );
    expect((await again(agent, approval)).body['decision']).toBe(true);
  });
});

describe('how much it takes', () => {
  test('AP-06 critical risk takes two people and the number, which the user who started it is shown', async () => {
    const owner = await ground.newPerson('second');
    const agent = await world.newAgent('Critical', { owner });
    await server.behalf.services.agents.accept(agent.clientId, { caller: owner });
    await world.allow(agent);
    const { approval, task } = await ask(agent, 'close');
    expect(approval).toMatchObject({
      risk: 'critical',
      requires: { quorum: 2 },
      number: expect.stringMatching(/^\d\d$/),
    });
    const display = task['display'] as Json;
    expect(display['urn:behalf:number']).toBe(approval.number);
    expect(String(display['description'])).toContain(String(approval.number));
    await world.approve(approval, world.accountId, { strong: true });
    await refused(again(agent, approval, 'close'), 'approval_unverifiable', 'none');
    await world.approve(approval, owner, { strong: true });
    const done = await statusOf({ task });
    expect(JSON.stringify(done.body)).not.toContain(`"${approval.number}"`);
    expect((await again(agent, approval, 'close')).body['decision']).toBe(true);
  });

  test('a request for a limited time: approvers decide within it, and their approval expires with it', async () => {
    const agent = await agentOf('Until');
    const now = server.behalf.services.clock.now();
    const requested_until = new Date((now + 120) * 1000).toISOString();
    const { approval, task } = await ask(agent, 'pay', { requested_access: { requested_until } });
    expect(approval).toMatchObject({ expiresAt: now + 120, requested: { until: now + 120 } });
    advance(60_000);
    await world.approve(approval);
    const { result } = (await statusOf({ task })).body as { readonly result: { readonly approval: Json } };
    expect(result.approval['approved_until']).toBe(requested_until);
    expect((await ground.call('GET', `/approvals/${approval.id}`)).body).toMatchObject({ requested_until: now + 120 });
    advance(60_000);
    await refused(again(agent, approval), 'approval_expired', 'request');
  });

  test('an emergency is audited and changes nothing', async () => {
    const agent = await agentOf('Urgent');
    const { approval } = await ask(agent, 'pay', { requested_access: { emergency: true } });
    expect(approval).toMatchObject({ state: 'pending', requires: { quorum: 1, isProvenAnew: true } });
    const event = (await server.events('approval.requested')).at(-1);
    expect(event?.inputs).toMatchObject({ requested: { isEmergency: true } });
  });

  test('words for people are part of what they approve', async () => {
    const agent = await agentOf('Speaking');
    const context = { agent: agent.clientId, business_justification: 'For the audit' };
    const { approval } = await ask(agent, 'pay', { context });
    expect(approval.action.message).toBe('For the audit');
    expect((await server.events('approval.requested')).at(-1)?.personal).toEqual({ message: 'For the audit' });
    await world.approve(approval);
    expect((await again(agent, approval)).body['decision']).toBe(true);
  });

  test('an action with a standing approval is answered at once (Access Request Response)', async () => {
    const agent = await world.newAgent('Regular');
    const details = JSON.stringify([{ ...INVOICE, amount: 100_000 }]);
    await world.allow(agent, 'openid balance', { authorization_details: details });
    const { type, ...properties } = INVOICE;
    const about = (amount: number) =>
      question(agent, 'use', {
        action: { name: 'use' },
        resource: { type: 'detail', id: type, properties: { ...properties, amount } },
      });
    const first = await submit(about(4000));
    const [approval] = await world.open(agent);
    if (first.status !== 202 || !approval) throw new Error(first.text);
    const yes = await world.approve(approval);
    const types = (await server.behalf.services.resourceServers.findByIdentifier(BANK))?.document.detailTypes ?? [];
    await world.standing.give(world.accountId, yes, { uses: 1, seconds: 3600, sum: 5000 }, types, 'req_test');
    const second = await submit(about(4500));
    expect(second.status).toBe(201);
    const { task, result } = second.body as { readonly task: Json; readonly result: { readonly approval: Json } };
    expect([task['status'], 'links' in task]).toEqual(['approved', false]);
    const context = { agent: agent.clientId, approval: result.approval };
    expect((await bank.evaluate({ ...about(4500), context })).body['decision']).toBe(true);
    expect((await submit(about(4500))).status).toBe(202);
  });
});

describe('about a token', () => {
  test('a younger token of the same transaction asks the same; one of another sign-in does not', async () => {
    const agent = await world.newAgent('Tokens');
    const allowed = await world.allow(agent);
    const tokenOf = async (from: string): Promise<string> =>
      String((await world.want(agent, from, { scope: 'balance' })).body['access_token']);
    const by = (token: string, more: Json = {}) =>
      question(agent, 'balance', {
        subject: { type: 'identity', id: world.accountId },
        context: { token, ...more },
      });
    const first = await tokenOf(allowed);
    const younger = await tokenOf(allowed);
    const another = await tokenOf(await world.allow(agent));
    // A client with the token is permitted until the call itself takes an approval.
    expect((await bank.evaluate(by(first))).body['decision']).toBe(true);
    await ground.withPolicies((text) => `${text}\n${SENDING}`);
    const answer = await submit(by(first));
    expect(answer.status).toBe(202);
    const [approval] = await world.open(agent);
    if (!approval) throw new Error('no approver is asked');
    await world.approve(approval);
    const reference = { approval: { id: approval.id } };
    await refused(bank.evaluate(by(another, reference)), 'out_of_scope', 'request');
    const bare = question(agent, 'balance', { context: { agent: agent.clientId, ...reference } });
    await refused(bank.evaluate(bare), 'out_of_scope', 'request');
    await world.calls.revoke(world.keyed(agent), first);
    await refused(bank.evaluate(by(first, reference)), 'token_not_live', 'none');
    expect((await bank.evaluate(by(younger, reference))).body['decision']).toBe(true);
  });
});
