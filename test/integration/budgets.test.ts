/** AP-17: budgets, which count what is given through an agent, an owner, a person and a delegation. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type AuditWatch, auditWatch } from '../support/audit-watch.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let server: RunningServer;
let family: TokenFamily;
let audit: AuditWatch;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: WITHOUT_LIMITS });
  family = await newTokenFamily(await makeScene(server));
  audit = auditWatch(server);
});

afterAll(async () => {
  await server?.close();
  startClock();
});

const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  family.management.call(method, path, body, headers);

const newBudget = async (body: object): Promise<{ readonly id: string }> => {
  const made = await call('POST', '/budgets', { name: 'Bound', measure: 'tokens', window_seconds: 3600, ...body });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  return made.body as { id: string };
};

const change = async (id: string, body: object): Promise<Answer> => {
  const read = await call('GET', `/budgets/${id}`);
  return call('PATCH', `/budgets/${id}`, body, { 'if-match': String(read.headers.get('etag')) });
};

const counted = async (id: string): Promise<unknown> => (await call('GET', `/budgets/${id}`)).body['counted'];

const exchange = () => family.exchange(family.agent, family.tokens.appCalendar, family.calendar.identifier);

/** At the resource server with opaque tokens, which are stored. */
const toFiles = () => family.exchange(family.agent, family.tokens.appFiles, family.files.identifier);

const refusedByBudget = async (work: () => Promise<Answer>): Promise<Answer> => {
  const { result, events } = await audit.during(work);
  expect([result.status, result.body]).toMatchObject([
    400,
    { error: 'access_denied', denial: { layer: 'budget', reason: 'budget_used_up' } },
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'token.refused', denial: { layer: 'budget' } });
  return result;
};

describe('AP-17 a budget', () => {
  test('AP-17 of many parallel requests, no more succeed than the limit permits', async () => {
    const { id } = await newBudget({ about: 'agent', subject: family.agent.clientId, limit: 5 });
    const answers = await Promise.all(Array.from({ length: 12 }, exchange));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(await counted(id)).toBe(5);
    const refused = await refusedByBudget(exchange);
    const [wait] = (refused.body['denial'] as { remedies: { kind: string; until: number }[] }).remedies;
    expect(wait).toMatchObject({ kind: 'wait', until: expect.any(Number) });
    expect(Number(wait?.until)).toBeGreaterThan(Date.now() / 1000);
    expect((await change(id, { state: 'disabled' })).status).toBe(200);
    expect((await exchange()).status).toBe(200);
  });

  test('AP-17 what a sub-agent gets counts for the delegating agent, its owner, the user and the delegation', async () => {
    const below = () => family.exchange(family.subAgent, family.tokens.agentCalendar, family.calendar.identifier);
    const ok = await below();
    expect([ok.status, ok.text]).toEqual([200, expect.any(String)]);
    const about = {
      agent: family.agent.clientId,
      owner: family.ownerId,
      account: family.accountId,
      delegation: String(decodeJwt(family.tokens.agentCalendar)['delegation']),
    };
    for (const [kind, subject] of Object.entries(about)) {
      const { id } = await newBudget({ about: kind, subject, limit: 1 });
      expect([kind, (await below()).status]).toEqual([kind, 200]);
      await refusedByBudget(below);
      await change(id, { state: 'disabled' });
    }
    expect((await below()).status).toBe(200);
  });

  test('is named in the event of a token, with the share that it took; one of targets, and a refused token, has none', async () => {
    const { id } = await newBudget({ about: 'agent', subject: family.agent.clientId, limit: 8 });
    const targets = { about: 'agent', subject: family.agent.clientId, measure: 'targets', limit: 5 };
    const other = await newBudget(targets);
    const { result, events } = await audit.during(exchange);
    expect(result.status).toBe(200);
    const issued = events.find(({ type }) => type === 'token.issued');
    expect(issued?.inputs).toMatchObject({ spent: [{ budget: id, millionths: 125_000 }] });
    await change(id, { state: 'disabled' });
    await change(other.id, { state: 'disabled' });
    const without = await audit.during(exchange);
    expect(without.events.find(({ type }) => type === 'token.issued')?.inputs).not.toHaveProperty('spent');
  });

  test('counts at its resource server and for its scopes only', async () => {
    const { id } = await newBudget({
      about: 'agent',
      subject: family.agent.clientId,
      limit: 0,
      resource: family.calendar.identifier,
      scopes: ['write'],
    });
    const asking = (scope: string) =>
      family.exchange(family.agent, family.tokens.appCalendar, family.calendar.identifier, { scope });
    expect((await asking('read')).status).toBe(200);
    await refusedByBudget(() => asking('write'));
    await change(id, { state: 'disabled' });
  });

  test('that a request did not use after all is given back', async () => {
    const { id } = await newBudget({ about: 'agent', subject: family.agent.clientId, limit: 1 });
    const full = await newBudget({ about: 'account', subject: family.accountId, limit: 0 });
    await refusedByBudget(exchange);
    expect(await counted(id)).toBe(0);
    await change(full.id, { state: 'disabled' });
    expect((await exchange()).status).toBe(200);
    await change(id, { state: 'disabled' });
  });

  test('AP-17 a target of a request that was refused is given back, and another one has room', async () => {
    const one = { about: 'agent', subject: family.agent.clientId, measure: 'targets', limit: 1 };
    const { id } = await newBudget(one);
    const full = await newBudget({ about: 'account', subject: family.accountId, limit: 0 });
    await refusedByBudget(exchange);
    expect(await counted(id)).toBe(0);
    await change(full.id, { state: 'disabled' });
    const elsewhere = await toFiles();
    expect([elsewhere.status, elsewhere.text]).toEqual([200, expect.any(String)]);
    expect(await counted(id)).toBe(1);
    await refusedByBudget(exchange);
    await change(id, { state: 'disabled' });
  });

  test('AP-17 so is what was counted for a token that could not be stored', async () => {
    const { id } = await newBudget({ about: 'agent', subject: family.agent.clientId, limit: 1 });
    server.faults.failingWrites = new Set(['provider_records']);
    const lost = await toFiles();
    server.faults.failingWrites = new Set();
    expect([lost.status, lost.body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(await counted(id)).toBe(0);
    const given = await toFiles();
    expect([given.status, given.text]).toEqual([200, expect.any(String)]);
    expect(await counted(id)).toBe(1);
    await change(id, { state: 'disabled' });
  });

  test.each([
    [{ about: 'agent', subject: 'acc_x' }, '/subject'],
    [{ about: 'agent', subject: 'agt_x', limit: -1 }, '/limit'],
    [{ about: 'agent', subject: 'agt_x', window_seconds: 59 }, '/window_seconds'],
    [{ about: 'agent', subject: 'agt_x', measure: 'amount' }, '/detail_type'],
    [{ about: 'agent', subject: 'agt_x', measure: 'targets', limit: 501 }, '/limit'],
    [{ about: 'agent', subject: 'agt_x', name: '' }, '/name'],
  ])('refuses one that means nothing, naming the member: %#', async (body, field) => {
    const made = await call('POST', '/budgets', {
      name: 'Bound',
      measure: 'tokens',
      limit: 1,
      window_seconds: 3600,
      ...body,
    });
    expect([made.status, JSON.stringify(made.body)]).toEqual([400, expect.stringContaining(field)]);
  });
});
