/** C18 over HTTP: budgets of amounts count one currency each, and what an agent was given goes with it to its next owner. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BUDGETS, type Budget } from '../../src/domain/authority/budgets/budget.ts';
import { BANK, INVOICE } from '../support/approvals-world.ts';
import { type HandOverWorld, handOverWorld } from '../support/hand-over-world.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let world: HandOverWorld;

beforeAll(async () => {
  server = await runServer();
  world = await handOverWorld(server);
});
afterAll(async () => {
  await server?.close();
});

const PAYMENT = { ...INVOICE, amount: 60 };
const budget = (body: object): Promise<Answer> =>
  world.management.call('POST', '/budgets', {
    ...{ name: 'Payments', measure: 'amount', detail_type: PAYMENT.type, limit: 100, window_seconds: 3600 },
    ...body,
  });
const counted = async (id: unknown): Promise<unknown> => (await world.api('GET', `/budgets/${id}`)).body['counted'];

describe('a budget of amounts', () => {
  test.each([
    [{}, '/currency_member'],
    [{ currency_member: 'currency' }, '/currency'],
    [{ currency_member: null, currency: 'EUR' }, '/currency'],
    [{ currency_member: 'a..b', currency: 'EUR' }, '/currency_member'],
    [{ measure: 'tokens', currency_member: 'currency', currency: 'EUR' }, '/currency_member'],
  ])('names the member that holds the currency, and the one that it counts: %#', async (body, field) => {
    const made = await budget({ about: 'agent', subject: 'agt_x', ...body });
    expect([made.status, JSON.stringify(made.body)]).toEqual([400, expect.stringContaining(`"${field}"`)]);
  });

  test('never adds two currencies, and lets no currency through that none counts', async () => {
    const { agent } = await world.allowed('In two currencies');
    const euro = await budget({
      about: 'agent',
      subject: agent.clientId,
      currency_member: 'currency',
      currency: 'EUR',
    });
    expect(euro.status).toBe(201);
    const reserve = (currency: string, amount: number) =>
      server.behalf.services.reservations.reserve({
        ...{ agents: [agent.clientId], subject: world.accountId, resource: BANK, scope: ['pay'] },
        details: [{ type: PAYMENT.type, amount, detail: { ...PAYMENT, amount, currency } }],
      });
    const refused = async (work: Promise<unknown>) =>
      work.then(
        () => 'given',
        (error: { readonly denial?: { readonly reason?: string } }) => error.denial?.reason,
      );
    expect(await refused(reserve('EUR', 60))).toBe('given');
    expect(await refused(reserve('USD', 60))).toBe('currency_not_budgeted');
    const dollar = await budget({
      ...{ about: 'agent', subject: agent.clientId, currency_member: 'currency', currency: 'USD' },
    });
    expect(await refused(reserve('USD', 60))).toBe('given');
    expect([await counted(euro.body['id']), await counted(dollar.body['id'])]).toEqual([60, 60]);
    expect(await refused(reserve('EUR', 60))).toBe('budget_used_up');
  });

  test('from before currencies were distinguished permits nothing, and is migrated once', async () => {
    const { agent } = await world.allowed('From before');
    const { documents, clock } = server.behalf.services;
    const at = clock.now();
    const id = 'bud_beforecurrencies0000000000';
    await documents.collection<Budget>(BUDGETS).insert({
      ...{ id, name: 'Old', about: 'agent', subject: agent.clientId, measure: 'amount', limit: 100 },
      ...{ windowSeconds: 3600, detailType: PAYMENT.type, state: 'active', createdAt: at, updatedAt: at },
    });
    const change = async (body: object) => {
      const read = await world.management.call('GET', `/budgets/${id}`);
      return world.management.call('PATCH', `/budgets/${id}`, body, { 'if-match': String(read.headers.get('etag')) });
    };
    expect((await change({ name: 'Still old' })).status).toBe(400);
    expect((await change({ currency_member: 'currency', currency: 'EUR' })).body).toMatchObject({ currency: 'EUR' });
    expect((await change({ currency: 'USD' })).status).toBe(400);
  });
});

test('a budget of an owner counts what the agent got under its previous owner, and no change of owner adds to it', async () => {
  const { agent } = await world.allowed('Carried');
  const used = await budget({
    ...{ about: 'owner', subject: world.sam, measure: 'tokens', detail_type: undefined, limit: 50 },
  });
  const next = await budget({
    ...{ about: 'owner', subject: world.mallory, measure: 'tokens', detail_type: undefined, limit: 3 },
  });
  expect([used.status, next.status]).toEqual([201, 201]);
  const code = async (as: typeof agent) => {
    const request = world.codeRequest(as, 'openid balance');
    return world.redeem(as, world.codeFrom(await world.walk(request.url)), request.verifier);
  };
  for (let round = 0; round < 2; round += 1) expect((await code(agent)).status).toBe(200);
  expect([await counted(used.body['id']), await counted(next.body['id'])]).toEqual([2, 0]);

  await world.handOver(agent.clientId);
  expect([await counted(used.body['id']), await counted(next.body['id'])]).toEqual([2, 2]);
  const hers = await world.newKey(agent);
  await world.answer(agent.clientId, 'allow');
  expect((await code(hers)).status).toBe(200);
  const refused = await code(hers);
  expect(refused.body).toMatchObject({ denial: { layer: 'budget', reason: 'budget_used_up' } });
  expect(await counted(next.body['id'])).toBe(3);

  // Back and forth adds nothing twice.
  await world.handOver(agent.clientId, world.sam);
  expect(await counted(used.body['id'])).toBe(3);
  await world.handOver(agent.clientId);
  expect(await counted(next.body['id'])).toBe(3);
});
