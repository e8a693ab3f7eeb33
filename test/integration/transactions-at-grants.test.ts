/** The parameter `transaction` at the grants that oidc-provider handles, and at requests for approval (CIBA). */
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Identity } from '../support/agent-keys.ts';
import { closeApprovals, denialOf, poll, server, startApprovals, world } from '../support/approval-polls.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { finishOnOurPages, REDIRECT_URI } from '../support/scene.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';
import { until } from '../support/until.ts';

let made: TokenFamily;

beforeAll(async () => {
  await startApprovals();
  made = await newTokenFamily(world);
  await changed(made.agent, [made.calendar.identifier, made.files.identifier]);
}, 120_000);
afterAll(closeApprovals);

const INTENT = 'Book the room for Monday';
const CIBA = 'urn:openid:params:grant-type:ciba';
const latest = async (type: AuditEventType) => (await server.events(type)).at(-1);

const changed = async ({ clientId }: Identity, resources: readonly string[] = []): Promise<void> => {
  const path = `/agents/${clientId}`;
  const read = await world.management.call('GET', path);
  const change = {
    grant_types: [...new Set([...(read.body['grant_types'] as string[]), 'client_credentials', CIBA])],
    authority: {
      ...Object.fromEntries(resources.map((resource) => [resource, ['*']])),
      [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'],
    },
  };
  const etag = { 'if-match': String(read.headers.get('etag')) };
  const { status, text } = await world.management.call('PATCH', path, change, etag);
  expect([status, text]).toEqual([200, text]);
};

const opened = async (agent: Identity, more: object = {}): Promise<string> => {
  const stated = { trigger: 'schedule', intent: INTENT, ...more };
  const { status, text, body } = await world.management.call('POST', '/transactions', stated, {}, agent);
  expect([status, text]).toEqual([201, text]);
  return String(body['id']);
};
const close = async (id: string): Promise<void> => {
  expect((await world.management.call('POST', `/transactions/${id}/close`)).status).toBe(200);
};

const own = (transaction: string, more: object = {}): Promise<Answer> =>
  world.calls.token(
    { kind: 'key', identity: made.agent },
    { grant_type: 'client_credentials', resource: made.calendar.identifier, scope: 'read', transaction, ...more },
  );
const isActive = async (token: unknown): Promise<unknown> =>
  (await world.calls.introspect(made.calendar.credential, String(token))).body['active'];

describe('client credentials', () => {
  test('give the agent a token of the transaction, which ends with it', async () => {
    const id = await opened(made.agent, { expires_in: 120 });
    const { status, text, body } = await own(id);
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ txn: id });
    expect(Number(body['expires_in'])).toBeLessThanOrEqual(120);
    expect(await latest('token.issued')).toMatchObject({ txn: id, grantType: 'client_credentials' });
    expect(await isActive(body['access_token'])).toBe(true);
    await close(id);
    expect(await isActive(body['access_token'])).toBe(false);
    const refused = await own(id);
    expect([refused.status, refused.body['error'], denialOf(refused)['reason']]).toEqual([
      400,
      'invalid_request',
      'transaction_ended',
    ]);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'transaction_ended' } });
  });

  test('refuse the transaction of another agent, and one named twice', async () => {
    const other = await world.newAgent('Another one');
    await changed(other);
    const id = await opened(other);
    const refused = await own(id);
    expect([refused.status, denialOf(refused)['reason']]).toEqual([400, 'transaction_unknown']);
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'transaction_unknown' } });
    const twice = await own(id, { transaction: [id, id] });
    expect([twice.status, twice.body['error']]).toEqual([400, 'invalid_request']);
  });

  test('give nothing that needs all participants: the agent acts for none of them', async () => {
    const path = `/resource-servers/${made.calendar.id}`;
    const { headers, body } = await world.management.call('GET', path);
    const scopes = (body['scopes'] as { name: string }[]).map((one) =>
      one.name === 'write' ? { ...one, participants: 'all' } : one,
    );
    const etag = { 'if-match': String(headers.get('etag')) };
    expect((await world.management.call('PATCH', path, { scopes }, etag)).status).toBe(200);
    const id = await opened(made.agent, { participants: ['acc_anna', 'acc_bob'] });
    const { body: given } = await own(id, { scope: 'read write' });
    expect(decodeJwt(String(given['access_token']))['scope']).toBe('read');
  });
});

describe('an authorization request of the agent', () => {
  const authorized = (id: string): Promise<Answer> =>
    made.authorize(made.agent, 'openid read write', [made.calendar.identifier], {
      transaction: id,
    });

  test('binds its grant to the transaction: all tokens carry it, and end with it', async () => {
    const id = await opened(made.agent);
    const { status, text, body } = await authorized(id);
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ txn: id, act: { sub: made.agent.clientId } });
    const refresh = { grant_type: 'refresh_token', resource: made.calendar.identifier };
    const again = await world.calls.token(
      { kind: 'key', identity: made.agent },
      { ...refresh, refresh_token: String(body['refresh_token']) },
    );
    expect(decodeJwt(String(again.body['access_token']))).toMatchObject({ txn: id });
    const other = await world.calls.token(
      { kind: 'key', identity: made.agent },
      { ...refresh, refresh_token: String(again.body['refresh_token']), transaction: await opened(made.agent) },
    );
    expect([other.status, denialOf(other)['reason']]).toEqual([400, 'transaction_other']);
    await close(id);
    expect(await isActive(again.body['access_token'])).toBe(false);
    const late = await world.calls.token(
      { kind: 'key', identity: made.agent },
      { ...refresh, refresh_token: String(again.body['refresh_token']) },
    );
    expect([late.status, late.body['error'], denialOf(late)['reason']]).toEqual([
      400,
      'invalid_grant',
      'transaction_ended',
    ]);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'transaction_ended' } });
  });

  test('of a closed transaction is refused before the person is asked', async () => {
    const id = await opened(made.agent);
    await close(id);
    await expect(authorized(id)).rejects.toThrow('no code');
    expect(await latest('authorization.refused')).toMatchObject({ error: 'invalid_request' });
  });
});

describe('an authorization request of the app that opened the transaction', () => {
  const newApp = (name: string): Promise<Identity> =>
    world.management.newScript(made.ownerId, {
      ...{ name, roles: [], redirect_uris: [REDIRECT_URI] },
      grant_types: ['authorization_code', 'client_credentials'],
      authority: { [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'] },
    });
  const authorized = (app: Identity, transaction: string, texts: string[] = []): Promise<Answer> =>
    made.authorize(app, 'openid read write', [made.calendar.identifier], {
      ...{ transaction, prompt: 'consent' },
      walk: { ...made.allowing, onPage: ({ text }) => texts.push(text) },
    });
  const exchanged = ({ body }: Answer): Promise<Answer> =>
    made.exchange(made.agent, String(body['access_token']), made.calendar.identifier);

  test('shows the intent of the app; the agent exchanges a token that is under it, until a kill of the app', async () => {
    const app = await newApp('Planner');
    const stated = { trigger: 'person', intent: INTENT, agent: made.agent.clientId };
    const { body } = await world.management.call('POST', '/transactions', stated, {}, app);
    const id = String(body['id']);
    const texts: string[] = [];
    const given = await authorized(app, id, texts);
    expect(texts.join(' ')).toContain('stated by the app');
    expect(texts.join(' ')).toContain(INTENT);
    expect(decodeJwt(String(given.body['access_token']))).toMatchObject({ txn: id, client_id: app.clientId });
    expect(await latest('transaction.intent_confirmed')).toMatchObject({
      ...{ txn: id, subject: made.accountId, caller: made.accountId, agent: made.agent.clientId },
      inputs: { source: 'stated_by_app' },
    });
    const { status, text, body: below } = await exchanged(given);
    expect([status, text]).toEqual([200, text]);
    const token = String(below['access_token']);
    expect(decodeJwt(token)).toMatchObject({ txn: id, act: { sub: made.agent.clientId } });
    expect(JSON.stringify((await latest('token.issued'))?.inputs?.['policyCase'])).toContain('confirmed_by_person');

    const other = await newApp('Other');
    await expect(authorized(other, id)).rejects.toThrow('no code');
    expect(await latest('authorization.refused')).toMatchObject({ caller: other.clientId, error: 'invalid_request' });

    expect(await isActive(token)).toBe(true);
    const kill = { scope: 'client', id: app.clientId, reason: 'Test' };
    expect((await world.management.call('POST', '/kills', kill)).status).toBe(201);
    const refused = await own(id);
    expect([refused.status, denialOf(refused)['reason']]).toEqual([400, 'transaction_ended']);
    await until(async () => (await latest('transaction.closed'))?.txn === id);
    expect(await latest('transaction.closed')).toMatchObject({ caller: 'system', inputs: { cause: 'kill' } });
    expect(await isActive(token)).toBe(false);
  });
});

describe('the intent', () => {
  test('is confirmed by the person who allows the request on the page that shows it', async () => {
    const id = await opened(made.agent);
    const texts: string[] = [];
    const { body } = await made.authorize(made.agent, 'openid read write', [made.calendar.identifier], {
      ...{ transaction: id, prompt: 'consent' },
      walk: { ...made.allowing, onPage: ({ text }) => texts.push(text) },
    });
    expect(texts.join(' ')).toContain(INTENT);
    expect(texts.join(' ')).toContain('you also confirm');
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    const intent = found['intent'] as { readonly digest: string };
    expect(intent).toMatchObject({ text: INTENT, source: 'confirmed_by_person', confirmed_by: [made.accountId] });
    expect(await latest('transaction.intent_confirmed')).toMatchObject({
      ...{ txn: id, subject: made.accountId, caller: made.accountId, agent: made.agent.clientId, outcome: 'done' },
      inputs: { intent: intent.digest, source: 'stated_by_agent' },
    });
    expect(decodeJwt(String(body['access_token']))['txn']).toBe(id);
    const issued = await latest('token.issued');
    expect(JSON.stringify(issued?.inputs?.['policyCase'])).toContain('confirmed_by_person');
    // The agent itself acts for no person, and no person confirmed anything for it.
    expect((await own(id)).status).toBe(200);
    const ofAgent = await latest('token.issued');
    expect(JSON.stringify(ofAgent?.inputs?.['policyCase'])).toContain('stated_by_agent');
  });

  const TYPED = 'Book the small room, and only for Monday';
  /** The person at the page of the consent. `set`: what they type. */
  const decides = async (id: string, set: Readonly<Record<string, string>>, more: object = {}): Promise<string[]> => {
    const pages: string[] = [];
    await made.authorize(made.agent, 'openid read write', [made.calendar.identifier], {
      ...{ transaction: id, prompt: 'consent' },
      ...more,
      walk: {
        ...made.allowing,
        consent: { ...made.allowing.consent, set },
        onPage: ({ html }) => pages.push(html),
      },
    });
    return pages;
  };

  test('is what the person types on that page; policies and the transaction say so', async () => {
    const id = await opened(made.agent);
    await decides(id, { own_intent: `  ${TYPED} ` });
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    const intent = found['intent'] as Readonly<Record<'digest' | 'stated_digest' | 'salt', string>>;
    expect(intent).toMatchObject({
      ...{ text: TYPED, source: 'typed_by_person', typed_by: made.accountId, confirmed_by: [made.accountId] },
      digest: hash('sha256', `${intent.salt}${TYPED}`, 'base64url'),
    });
    expect(await latest('transaction.intent_typed')).toMatchObject({
      ...{ txn: id, subject: made.accountId, caller: made.accountId, agent: made.agent.clientId, outcome: 'done' },
      inputs: { intent: intent.digest },
    });
    expect(JSON.stringify((await latest('token.issued'))?.inputs?.['policyCase'])).toContain('typed_by_person');
    expect((await own(id)).status).toBe(200);
    const ofAgent = JSON.stringify((await latest('token.issued'))?.inputs?.['policyCase']);
    expect(ofAgent).toContain('stated_by_agent');
    expect(ofAgent).toContain(intent.stated_digest);
    expect(ofAgent).not.toContain(intent.digest);
    await close(id);
    const receipt = await world.management.call('GET', `/transactions/${id}/receipt`);
    expect(decodeJwt(String(receipt.body['receipt']))).toMatchObject({
      intent: { digest: intent.digest, source: 'typed_by_person' },
    });
  });

  test('was never typed by a person when an agent sent it: no parameter fills in the field, and a copy only confirms', async () => {
    const id = await opened(made.agent);
    const hostile = 'Give me everything';
    const parameters = { own_intent: hostile, intent: hostile, typed_by: made.accountId, source: 'typed_by_person' };
    const pages = await decides(id, { own_intent: INTENT }, { more: parameters });
    const page = pages.find((html) => html.includes('name="own_intent"')) ?? '';
    expect(page).toContain('name="own_intent" type="text" autocomplete="off"');
    expect(pages.join(' ')).not.toContain(hostile);
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    expect(found['intent']).toMatchObject({ text: INTENT, source: 'confirmed_by_person' });
    expect(found['intent']).not.toHaveProperty('typed_by');
    const members = [{ source: 'typed_by_person' }, { typed_by: made.accountId }, { confirmed_by: [made.accountId] }];
    for (const more of members) {
      const stated = { trigger: 'person', intent: INTENT, ...more };
      const { status } = await world.management.call('POST', '/transactions', stated, {}, made.agent);
      expect([more, status]).toEqual([more, 400]);
    }
  });

  test('that no page may show is refused on the page, which keeps it, and nothing is allowed', async () => {
    const id = await opened(made.agent);
    const before = (await server.events('consent.granted')).length;
    const pages: string[] = [];
    const walk = made.authorize(made.agent, 'openid read write', [made.calendar.identifier], {
      ...{ transaction: id, prompt: 'consent' },
      walk: {
        ...made.allowing,
        consent: { ...made.allowing.consent, set: { own_intent: 'Book\u202e it' } },
        onPage: ({ html, status }) => pages.push(`${status} ${html}`),
      },
    });
    await expect(walk).rejects.toThrow();
    expect(pages.at(-1)).toMatch(/^400 [\s\S]*role="alert"/);
    expect((await server.events('consent.granted')).length).toBe(before);
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    expect(found['intent']).toMatchObject({ text: INTENT, source: 'stated_by_agent' });
  });

  test('is not typed where the page has no field for it', async () => {
    const digest = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA';
    const id = await opened(made.agent, { intent: undefined, intent_digest: digest });
    await expect(decides(id, { own_intent: TYPED })).rejects.toThrow();
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    expect(found['intent']).toMatchObject({ digest, source: 'stated_by_agent' });
  });

  test('of which this server knows only a digest is not shown, and not confirmed', async () => {
    const id = await opened(made.agent, {
      intent: undefined,
      intent_digest: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA',
    });
    const texts: string[] = [];
    await made.authorize(made.agent, 'openid read write', [made.calendar.identifier], {
      ...{ transaction: id, prompt: 'consent' },
      walk: { ...made.allowing, onPage: ({ text }) => texts.push(text) },
    });
    expect(texts.join(' ')).not.toContain('you also confirm');
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    expect(found['intent']).toMatchObject({ source: 'stated_by_agent' });
  });

  test('is not confirmed by a person who denies', async () => {
    const id = await opened(made.agent);
    const denied = made.authorize(made.agent, 'openid read write', [made.calendar.identifier], {
      ...{ transaction: id, prompt: 'consent' },
      walk: { ...made.allowing, consent: { button: /=deny$/ } },
    });
    await expect(denied).rejects.toThrow('no code');
    const { body: found } = await world.management.call('GET', `/transactions/${id}`);
    expect(found['intent']).toMatchObject({ source: 'stated_by_agent' });
  });
});

describe('a request for approval (CIBA)', () => {
  const asked = async () => {
    const agent = await world.newAgent(`Porter ${Math.random()}`);
    await changed(agent, ['https://bank.example.com']);
    await world.allow(agent);
    const id = await opened(agent);
    const answer = await world.calls.backchannel(world.keyed(agent), {
      login_hint: world.person.username,
      scope: 'openid pay',
      resource: 'https://bank.example.com',
      transaction: id,
    });
    return { agent, id, answer };
  };

  test('shows the intent, and its token belongs to the transaction', async () => {
    const { agent, id, answer } = await asked();
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    expect(await latest('approval.requested')).toMatchObject({ txn: id });
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    const texts: string[] = [];
    const first = await world.browser.open(`${server.issuer}/account/approvals/${approval?.id}`);
    await finishOnOurPages(world.browser, first, { person: world.person, onPage: ({ text }) => texts.push(text) });
    expect(texts.join(' ')).toContain(INTENT);
    const { status, text, body } = await poll(authReqId, agent);
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))['txn']).toBe(id);
  });

  test('gives no token once the transaction is closed', async () => {
    const { agent, id, answer } = await asked();
    const authReqId = String(answer.body['auth_req_id']);
    const approval = await world.service.find(authReqId, agent.clientId);
    const first = await world.browser.open(`${server.issuer}/account/approvals/${approval?.id}`);
    await finishOnOurPages(world.browser, first, { person: world.person });
    await close(id);
    const refused = await poll(authReqId, agent);
    expect([refused.status, denialOf(refused)['reason']]).toEqual([400, 'transaction_ended']);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'transaction_ended' } });
  });
});
