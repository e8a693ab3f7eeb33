/**
 * Transactions over HTTP: an agent opens one for its own work, its tokens and those of sub-agents carry the id, and the close
 * ends all of them at once.
 */
import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type Answer, EXCHANGE, type Parameters } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

let server: RunningServer;
let scene: Scene;
let subjectToken: string;
let agent: Identity;
let others = 0;

/** An agent that the person allowed at the calendar, with the scopes of transactions. */
const newAgent = async (): Promise<Identity> => {
  others += 1;
  const made = await scene.newAgent(`Worker ${others}`);
  await permit(made);
  await scene.consentToAgent(made, subjectToken, scene.jwt.identifier);
  return made;
};

const permit = async ({ clientId }: Identity): Promise<void> => {
  const path = `/agents/${clientId}`;
  const read = await scene.management.call('GET', path);
  const authority = {
    ...(read.body['authority'] as object),
    [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'],
  };
  const { status, text } = await scene.management.call(
    'PATCH',
    path,
    { authority },
    { 'if-match': String(read.headers.get('etag')) },
  );
  expect([status, text]).toEqual([200, text]);
};

const STATED = { trigger: 'person', invoker: 'acc_ada', intent: 'Move the meeting with the auditors to Friday' };

const open = (more: object = {}, as = agent): Promise<Answer> =>
  scene.management.call('POST', '/transactions', { ...STATED, ...more }, {}, as);
const opened = async (more: object = {}, as = agent): Promise<string> => {
  const { status, text, body } = await open(more, as);
  expect([status, text]).toEqual([201, text]);
  return String(body['id']);
};
const close = (id: string, as?: Identity): Promise<Answer> =>
  scene.management.call('POST', `/transactions/${id}/close`, undefined, {}, as);
const exchange = (transaction: string | undefined, as = agent, more: Parameters = {}): Promise<Answer> =>
  scene.calls.token(scene.keyed(as), {
    grant_type: EXCHANGE,
    subject_token: subjectToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: scene.jwt.identifier,
    ...(transaction === undefined ? {} : { transaction }),
    ...more,
  });
const tokenIn = async (transaction: string | undefined, as = agent, more: Parameters = {}): Promise<string> => {
  const { status, text, body } = await exchange(transaction, as, more);
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
};
const isActive = async (token: string): Promise<unknown> =>
  (await scene.calls.introspect(scene.jwt.credential, token)).body['active'];
const reasonOf = ({ body }: Answer): unknown => (body['denial'] as { reason?: unknown } | undefined)?.reason;
const latest = async (type: AuditEventType) => (await server.events(type)).at(-1);

beforeAll(async () => {
  stopClock();
  server = await runServer();
  scene = await makeScene(server);
});
beforeEach(async () => {
  subjectToken = String((await scene.newTokens(scene.opaque.identifier))['access_token']);
  agent = await newAgent();
});
afterAll(async () => {
  await server?.close();
  startClock();
});

describe('an agent opens a transaction', () => {
  test('with its own token: intent, source, trigger and end are recorded', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { status, body, headers } = await open({ traceparent, expires_in: 600 });
    expect([status, body]).toMatchObject([
      201,
      {
        id: expect.stringMatching(/^trn_/),
        agent: agent.clientId,
        owner: scene.accountId,
        intent: {
          text: STATED.intent,
          salt: expect.stringMatching(/^[\w-]{43}$/),
          digest: expect.stringMatching(/^[\w-]{43}$/),
          source: 'stated_by_agent',
        },
        state: 'open',
        traceparent,
      },
    ]);
    expect(headers.get('location')).toBe(`${server.issuer}/api/v1/transactions/${body['id']}`);
    expect(Number(body['expires_at']) - Number(body['created_at'])).toBe(600);
    const event = await latest('transaction.opened');
    expect(event).toMatchObject({ txn: body['id'], agent: agent.clientId, caller: agent.clientId, outcome: 'done' });
    const { salt, digest } = body['intent'] as { readonly salt: string; readonly digest: string };
    expect(digest).toBe(hash('sha256', `${salt}${STATED.intent}`, 'base64url'));
    // Without the salt, which is nowhere in the log, the digest says nothing about a guessed text.
    expect(event?.inputs).toMatchObject({ intent: digest });
    expect(JSON.stringify(event)).not.toContain(salt);
    // A text of an agent stands where it can be erased, and nowhere else.
    expect(JSON.stringify({ ...event, personal: undefined })).not.toContain('auditors');
    expect(event?.personal).toMatchObject({ message: expect.any(String), invoker: expect.any(String) });
  });

  test.each<[string, object, string]>([
    ['no intent', { intent: undefined }, '/intent'],
    ['an intent and a digest', { intent_digest: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA' }, '/intent'],
    ['a huge intent', { intent: 'x'.repeat(281) }, '/intent'],
    ['a line end in the intent', { intent: 'Pay\nApproved by Ada' }, '/intent'],
    ['a line separator in the intent', { intent: 'Pay\u2028Approved by Ada' }, '/intent'],
    ['a change of direction in the intent', { intent: 'Pay \u202e001 EUR' }, '/intent'],
    ['a zero-width character in the intent', { intent: 'Pay\u200b 100 EUR' }, '/intent'],
    ['a short digest', { intent: undefined, intent_digest: 'abc' }, '/intent_digest'],
    ['another trigger', { trigger: 'god' }, '/trigger'],
    ['an invoker with spaces', { invoker: 'Ada Lovelace' }, '/invoker'],
    ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }, '/traceparent'],
    [
      'a trace in upper case',
      { traceparent: '00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01' },
      '/traceparent',
    ],
    ['a day and a second', { expires_in: 86_401 }, '/expires_in'],
    ['a source of its own', { source: 'confirmed_by_person' }, '/source'],
  ])('refuses %s', async (_, more, pointer) => {
    const { status, text } = await open(more);
    expect([status, text]).toEqual([400, expect.stringContaining(`"${pointer}"`)]);
  });

  test('refuses callers that are neither agents nor apps without a role', async () => {
    const { status, text } = await scene.management.call('POST', '/transactions', STATED);
    expect([status, text]).toEqual([403, expect.stringContaining('an app without a role')]);
    expect(await latest('management.refused')).toMatchObject({ note: 'openTransaction', error: 'forbidden' });
  });

  test('is opened by an app for the agent, which names it; neither another app nor the agent says that for itself', async () => {
    const authority = { [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'] };
    const newApp = (name: string) => scene.management.newScript(scene.accountId, { name, roles: [], authority });
    const [app, other] = [await newApp('Planner'), await newApp('Other')];
    const { status, text, body } = await open({ agent: agent.clientId }, app);
    expect([status, text]).toEqual([201, text]);
    const id = String(body['id']);
    expect(body).toMatchObject({
      ...{ agent: agent.clientId, opener: app.clientId, intent: { text: STATED.intent, source: 'stated_by_app' } },
    });
    expect(await latest('transaction.opened')).toMatchObject({
      ...{ txn: id, agent: agent.clientId, caller: app.clientId, inputs: { source: 'stated_by_app' } },
    });
    const token = await exchange(id);
    expect([token.status, token.text]).toEqual([200, token.text]);
    expect(JSON.stringify((await latest('token.issued'))?.inputs?.['policyCase'])).toContain('stated_by_app');

    const get = (as: Identity) => scene.management.call('GET', `/transactions/${id}`, undefined, {}, as);
    expect([(await get(app)).status, (await get(other)).status, (await get(agent)).status]).toEqual([200, 404, 200]);
    const listed = await scene.management.call('GET', '/transactions', undefined, {}, app);
    expect((listed.body['items'] as { readonly id: string }[]).map((one) => one.id)).toEqual([id]);
    expect((await scene.management.call('GET', '/transactions', undefined, {}, other)).body['items']).toEqual([]);
    const forOther = await open({ agent: (await newAgent()).clientId });
    expect([forOther.status, forOther.text]).toEqual([400, expect.stringContaining('"/agent"')]);
    for (const more of [{}, { agent: 'agt_none' }]) {
      const refused = await open(more, app);
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('"/agent"')]);
    }
    expect((await close(id, other)).status).toBe(404);
    const closed = await close(id, app);
    expect([closed.status, closed.body['cause'], closed.body['closed_by']]).toEqual([200, 'app', app.clientId]);
    expect((await exchange(id)).status).toBe(400);
  });

  test('opens at most 100, also at once, and a closed one makes room', async () => {
    const first = await opened();
    const all = await Promise.all(Array.from({ length: 110 }, () => open()));
    expect(all.filter(({ status }) => status === 201)).toHaveLength(99);
    expect(all.find(({ status }) => status !== 201)?.text).toContain('100 open transactions');
    expect((await close(first, agent)).status).toBe(200);
    await opened();
    expect((await open()).status).toBe(409);
  });
});

describe('tokens of a transaction', () => {
  test('carry its id, and live no longer', async () => {
    const id = await opened({ expires_in: 60 });
    const token = await tokenIn(id);
    const claims = decodeJwt(token);
    expect(claims['txn']).toBe(id);
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(60);
    expect(await latest('token.issued')).toMatchObject({ txn: id, agent: agent.clientId });
  });

  test('without the parameter are of a transaction that is an id only, as before', async () => {
    expect(decodeJwt(await tokenIn(undefined))['txn']).toMatch(/^txn_/);
  });

  test('keep it in the next exchange, and never leave it', async () => {
    const id = await opened();
    const other = await opened();
    const first = await tokenIn(id);
    const next = await tokenIn(undefined, agent, { subject_token: first });
    expect(decodeJwt(next)['txn']).toBe(id);
    const moved = await exchange(other, agent, { subject_token: first });
    expect([moved.status, reasonOf(moved)]).toEqual([400, 'transaction_other']);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'transaction_other' } });
  });

  test.each<[string, () => Promise<string>]>([
    ['of another agent', async () => opened({}, await newAgent())],
    ['that never was', async () => `trn_${'a'.repeat(26)}`],
    ['that is an id only', async () => String(decodeJwt(await tokenIn(undefined))['txn'])],
  ])('refuses one %s', async (_, named) => {
    const answer = await exchange(await named());
    expect([answer.status, reasonOf(answer)]).toEqual([400, 'transaction_unknown']);
    expect(await latest('token.refused')).toMatchObject({ denial: { reason: 'transaction_unknown' } });
  });
});

describe('the close', () => {
  test('ends every token of it at once, and no other', async () => {
    const id = await opened();
    const tokens = [await tokenIn(id), await tokenIn(id)];
    tokens.push(await tokenIn(undefined, agent, { subject_token: tokens[0] }));
    const outside = await tokenIn(undefined);
    const { status, body } = await close(id, agent);
    expect([status, body]).toMatchObject([200, { state: 'closed', cause: 'agent', closed_by: agent.clientId }]);
    expect(await Promise.all(tokens.map(isActive))).toEqual([false, false, false]);
    expect(await isActive(outside)).toBe(true);
    expect(await latest('transaction.closed')).toMatchObject({
      txn: id,
      caller: agent.clientId,
      inputs: { cause: 'agent' },
    });
    const later = await exchange(id);
    expect([later.status, reasonOf(later)]).toEqual([400, 'transaction_ended']);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'transaction_ended' } });
    expect(later.body['denial']).toMatchObject({
      layer: 'transaction',
      remedies: [{ kind: 'transaction', endpoint: `${server.issuer}/api/v1/transactions` }],
    });
    const below = await exchange(undefined, agent, { subject_token: String(tokens[0]) });
    expect([below.status, reasonOf(below)]).toEqual([400, 'subject_token_not_live']);
  });

  test('by an operator has its cause, and a second close changes nothing', async () => {
    const id = await opened();
    expect((await close(id)).body).toMatchObject({ state: 'closed', cause: 'operator' });
    expect((await close(id, agent)).body).toMatchObject({ state: 'closed', cause: 'operator' });
    expect((await server.events('transaction.closed')).filter(({ txn }) => txn === id)).toHaveLength(1);
  });

  test('of ten at once is one, with one event', async () => {
    const id = await opened();
    await Promise.all(Array.from({ length: 10 }, () => close(id)));
    expect((await server.events('transaction.closed')).filter(({ txn }) => txn === id)).toHaveLength(1);
  });

  test('is refused to another agent, which does not learn that it exists', async () => {
    const id = await opened();
    const stranger = await newAgent();
    expect((await close(id, stranger)).status).toBe(404);
    expect((await scene.management.call('GET', `/transactions/${id}`, undefined, {}, stranger)).status).toBe(404);
    const listed = await scene.management.call('GET', `/transactions?agent=${agent.clientId}`, undefined, {}, stranger);
    expect(listed.body['items']).toEqual([]);
    expect(await isActive(await tokenIn(id))).toBe(true);
  });

  test('against exchanges in flight leaves no live token', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await opened();
      const asked = Promise.all(Array.from({ length: 8 }, () => exchange(id)));
      const [answers] = await Promise.all([asked, close(id, agent)]);
      const issued = answers.flatMap(({ body }) => (body['access_token'] ? [String(body['access_token'])] : []));
      expect((await Promise.all(issued.map(isActive))).filter((active) => active !== false)).toEqual([]);
      // What was announced after the close was never given out.
      const events = (await server.events()).filter(({ txn }) => txn === id);
      const closedAt = events.findIndex(({ type }) => type === 'transaction.closed');
      const given = new Set(issued.map((token) => decodeJwt(token).jti));
      const announced = events.slice(closedAt).filter(({ type }) => type === 'token.issued');
      const refused = new Set(
        events.flatMap(({ type, token }) => (type === 'token.refused' && token ? [token.id] : [])),
      );
      expect(announced.filter(({ token }) => given.has(token?.id) || !refused.has(token?.id ?? ''))).toEqual([]);
    }
  });

  test('comes by itself at its end, also for the record', async () => {
    const id = await opened({ expires_in: 60 });
    advance(61_000);
    expect(reasonOf(await exchange(id))).toBe('transaction_ended');
    expect((await scene.management.call('GET', `/transactions/${id}`)).body).toMatchObject({
      state: 'closed',
      cause: 'timeout',
    });
    await server.behalf.services.transactions.settle();
    expect((await server.events('transaction.closed')).filter(({ txn }) => txn === id)).toMatchObject([
      { caller: 'system', inputs: { cause: 'timeout' } },
    ]);
  });

  test('comes with a kill of its agent, and the lift does not open it again', async () => {
    const id = await opened();
    const token = await tokenIn(id);
    const kill = await scene.management.call('POST', '/kills', {
      scope: 'agent',
      id: agent.clientId,
      reason: 'Test',
    });
    expect(kill.status).toBe(201);
    expect(await isActive(token)).toBe(false);
    await until(async () => (await latest('transaction.closed'))?.txn === id, { what: 'the close' });
    expect(await latest('transaction.closed')).toMatchObject({ caller: 'system', inputs: { cause: 'kill' } });
    const lifted = await scene.management.call('POST', `/kills/${kill.body['id']}/lift`);
    expect(lifted.status).toBe(200);
    expect(reasonOf(await exchange(id))).toBe('transaction_ended');
  });

  test('that a crash left without its event is finished, once', async () => {
    const id = await opened();
    const token = await tokenIn(id);
    server.faults.failingWrites = new Set(['audit_records']);
    expect((await close(id, agent)).status).toBe(503);
    server.faults.failingWrites = new Set();
    expect(await isActive(token)).toBe(false);
    advance(31_000);
    await server.behalf.services.transactions.settle();
    await server.behalf.services.transactions.settle();
    expect((await server.events('transaction.closed')).filter(({ txn }) => txn === id)).toMatchObject([
      { caller: agent.clientId, inputs: { cause: 'agent' } },
    ]);
  });
});
