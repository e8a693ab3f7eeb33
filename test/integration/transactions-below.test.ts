/** What stands below a transaction: sub-agents, approvals, policies, and how APIs hear of the close. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Identity } from '../support/agent-keys.ts';
import { activated, closeApprovals, denialOf, poll, server, startApprovals, world } from '../support/approval-polls.ts';
import { approvalRemedy } from '../support/approvals-world.ts';
import { type FeedMessage, names, revocationReader } from '../support/revocation-reader.ts';
import { finishOnOurPages } from '../support/scene.ts';
import { statusOf } from '../support/status-lists.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';
import { until } from '../support/until.ts';

beforeAll(startApprovals);
afterAll(closeApprovals);

const INTENT = `Pay the invoices of June${', and one more'.repeat(17)}, and no others`;
const latest = async (type: AuditEventType) => (await server.events(type)).at(-1);

const permit = async ({ clientId }: Identity, more: object = {}, resources: readonly string[] = []): Promise<void> => {
  const path = `/agents/${clientId}`;
  const read = await world.management.call('GET', path);
  const grantTypes = [...(read.body['grant_types'] as string[]), 'client_credentials'];
  const authority = {
    ...Object.fromEntries(resources.map((resource) => [resource, ['*']])),
    [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'],
  };
  const change = { grant_types: grantTypes, authority, ...more };
  const etag = { 'if-match': String(read.headers.get('etag')) };
  const { status, text } = await world.management.call('PATCH', path, change, etag);
  expect([status, text]).toEqual([200, text]);
};
const opened = async (agent: Identity): Promise<string> => {
  const stated = { trigger: 'schedule', intent: INTENT };
  const { status, text, body } = await world.management.call('POST', '/transactions', stated, {}, agent);
  expect([status, text]).toEqual([201, text]);
  return String(body['id']);
};
const close = async (id: string): Promise<void> => {
  expect((await world.management.call('POST', `/transactions/${id}/close`)).status).toBe(200);
};
const tokenIn = async (family: TokenFamily, by: Identity, subject: string, more = {}): Promise<string> => {
  const { status, text, body } = await family.exchange(by, subject, family.calendar.identifier, more);
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
};

test('a sub-agent gets a token of the transaction, may name it, and the close ends both on every channel', async () => {
  const family = await newTokenFamily(world);
  await permit(family.agent, {}, [family.calendar.identifier, family.files.identifier]);
  const id = await opened(family.agent);
  const first = await tokenIn(family, family.agent, family.tokens.appCalendar, { transaction: id });
  const below = await tokenIn(family, family.subAgent, first, { transaction: id });
  expect([decodeJwt(first)['txn'], decodeJwt(below)['txn']]).toEqual([id, id]);
  expect(decodeJwt(below)['act']).toMatchObject({ sub: family.subAgent.clientId });
  // On a token that does not carry it, the sub-agent cannot name it.
  const other = await family.exchange(family.subAgent, family.tokens.agentCalendar, family.calendar.identifier, {
    transaction: id,
  });
  expect([other.status, denialOf(other)['reason']]).toEqual([400, 'transaction_unknown']);

  const outside = family.tokens.subCalendar;
  const feed = revocationReader(family.issuer, family.calendar.credential);
  const { cursor, start } = await feed.read();
  await close(id);
  const message = (await feed.poll({ after: cursor })).body as unknown as FeedMessage;
  const named = [first, below, outside].map((token) => names(message, String(start?.digest_key), token));
  expect(named).toEqual([true, true, false]);
  const active = await Promise.all(
    [first, below, outside].map(
      async (one) => (await world.calls.introspect(family.calendar.credential, one)).body['active'],
    ),
  );
  expect(active).toEqual([false, false, true]);
  await until(async () => (await statusOf(first)) === 1 && (await statusOf(below)) === 1, { what: 'the statuses' });
  expect(await statusOf(outside)).toBe(0);
});

describe('an approval', () => {
  const asked = async (name: string) => {
    const agent = await world.newAgent(name);
    await permit(agent, {}, ['https://bank.example.com']);
    const allowed = await world.allow(agent);
    const id = await opened(agent);
    const remedy = approvalRemedy(await world.want(agent, allowed, { scope: 'pay', transaction: id }));
    const approval = await world.service.find(remedy.auth_req_id, agent.clientId);
    if (!approval) throw new Error('no approval');
    return { agent, id, approval, authReqId: remedy.auth_req_id };
  };
  /** The person opens the page and approves; answers what the pages said on the way. */
  const approvedOnPage = async (id: string): Promise<string> => {
    const texts: string[] = [];
    const first = await world.browser.open(`${server.issuer}/account/approvals/${id}`);
    await finishOnOurPages(world.browser, first, { person: world.person, onPage: ({ text }) => texts.push(text) });
    return texts.join(' ');
  };

  test('shows the intent as the agent states it, and gives a token of the transaction', async () => {
    const { agent, id, approval, authReqId } = await asked('Clerk');
    const page = await approvedOnPage(approval.id);
    expect(page).toContain(INTENT);
    expect(page).toContain('stated by the agent');
    const { status, text, body } = await poll(authReqId, agent);
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))['txn']).toBe(id);
    await close(id);
    const seen = await world.calls.introspect(world.bank.credential, String(body['access_token']));
    expect(seen.body).toEqual({ active: false });
  });

  test('of a closed transaction says so, and gives no token', async () => {
    const { agent, id, approval, authReqId } = await asked('Late clerk');
    await close(id);
    expect(await approvedOnPage(approval.id)).toContain('The transaction was closed');
    const refused = await poll(authReqId, agent);
    expect(refused.status).toBe(400);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'subject_token_not_live' } });
  });
});

test('a policy reads trigger, intent and source, at the exchange and at introspection', async () => {
  const family = await newTokenFamily(world);
  await permit(family.agent, {}, [family.calendar.identifier, family.files.identifier]);
  const text = `${(await world.management.call('GET', '/policy-sets/active')).body['text']}
@id("declared-work")
@reason("Agents act in scheduled transactions only.")
forbid (principal is Agent, action == Action::"act", resource == Scope::"${family.calendar.identifier} write")
unless { context has transaction && context.transaction.trigger == "schedule" && context.transaction.source == "stated_by_agent" };
`;
  const drafted = await world.management.call('POST', '/policy-sets', { text });
  expect([drafted.status, drafted.text]).toEqual([201, drafted.text]);
  expect((await activated(world.management, drafted.body['version'])).status).toBe(200);
  const asked = { scope: 'write' };
  const refused = await family.exchange(family.agent, family.tokens.appCalendar, family.calendar.identifier, asked);
  expect([refused.status, denialOf(refused)['reason']]).toEqual([400, 'policy_forbids']);
  const id = await opened(family.agent);
  const token = await tokenIn(family, family.agent, family.tokens.appCalendar, { ...asked, transaction: id });
  const event = await latest('token.issued');
  expect(JSON.stringify(event?.inputs)).not.toContain(INTENT);
  expect((await world.calls.introspect(family.calendar.credential, token)).body['active']).toBe(true);
});
