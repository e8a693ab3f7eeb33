/** Which budgets include a token, what they count for it, and that a denial takes nothing (AP-17). */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { BUDGET_USE, type Budget, type BudgetUse } from '../../../src/domain/authority/budgets/budget.ts';
import { countedNow } from '../../../src/domain/authority/budgets/counting.ts';
import { ownerUse } from '../../../src/domain/authority/budgets/owner-use.ts';
import { budgetReservations, type Spending } from '../../../src/domain/authority/budgets/reservations.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { MAIL, PAY } from '../token-exchange/fakes.ts';

const HOUR = 3600;
let made = 0;
const budget = (over: Partial<Budget> = {}): Budget => {
  made += 1;
  return {
    ...{ id: `bud_${made}`, name: 'One', about: 'agent', subject: 'agt_a', measure: 'tokens', limit: 5 },
    ...{ windowSeconds: HOUR, state: 'active', createdAt: 0, updatedAt: 0, ...over },
  };
};
const ofAmount = (over: Partial<Budget> = {}): Budget =>
  budget({
    measure: 'amount',
    limit: 100,
    detailType: 'payment',
    currencyMember: 'currency',
    currency: 'EUR',
    ...over,
  });

const SPENDING: Spending = {
  ...{ subject: 'acc_anna', agents: ['agt_a', 'agt_b'], delegation: 'dlg_2', resource: MAIL, scope: ['read', 'send'] },
};
const paid = (amount?: number, currency: unknown = 'EUR', type = 'payment') => ({
  ...{ type, detail: { type, currency } as never },
  ...(amount === undefined ? {} : { amount }),
});

const scene = (...budgets: Budget[]) => {
  const documents = memoryDocumentStore('refused');
  const clock = standingClock();
  const asked: string[] = [];
  const active = async () => budgets;
  const reservations = budgetReservations({
    ...{ documents, clock, elapsed: () => 0, identifiers: countedIdentifiers(), budgets: { active } },
    ownersOf: async (agents) => {
      asked.push('owners');
      return agents.map((id) => ({ id, owner: `acc_of_${id}` }));
    },
    delegations: {
      live: async (id) => {
        asked.push(id);
        return id === 'dlg_2' ? { id, ancestors: ['dlg_1'] } : undefined;
      },
    },
  });
  const uses = documents.collection<BudgetUse>(BUDGET_USE);
  const counted = async (one: Budget) => countedNow(one, (await uses.get(one.id))?.document, clock.now());
  const reserve = (over: Partial<Spending> = {}) => reservations.reserve({ ...SPENDING, ...over });
  return {
    ...{ reserve, counted, uses, clock, asked, documents },
    owners: ownerUse({ documents, clock, budgets: { active } }),
  };
};

const denied = (reason: string, more: object = {}) =>
  expect.objectContaining({
    code: 'access_denied',
    reason,
    denial: expect.objectContaining({ layer: 'budget', reason, id: expect.stringMatching(/^dny_/) }),
    ...more,
  });

describe('a budget', () => {
  test.each<[string, Partial<Budget>, Partial<Spending>]>([
    ['about the agent', {}, {}],
    ['about an agent before it in the chain', { subject: 'agt_b' }, {}],
    ['about the owner of an agent', { about: 'owner', subject: 'acc_of_agt_b' }, {}],
    ['about the person', { about: 'account', subject: 'acc_anna' }, {}],
    ['about the delegation', { about: 'delegation', subject: 'dlg_2' }, {}],
    ['about a delegation above', { about: 'delegation', subject: 'dlg_1' }, {}],
    ['about the resource', { resource: MAIL }, {}],
    ['about one of the scopes', { scopes: ['delete', 'send'] }, {}],
    ['about a type of details', { detailType: 'payment' }, { details: [paid(1, 'EUR', 'other'), paid(1)] }],
  ])('%s counts the token', async (_, over, spending) => {
    const one = budget(over);
    const { reserve, counted } = scene(budget({ subject: 'agt_other' }), one);
    await reserve(spending);
    expect(await counted(one)).toBe(1);
  });

  test.each<[string, Partial<Budget>, Partial<Spending>]>([
    ['about another agent', { subject: 'agt_c' }, {}],
    ['about another owner', { about: 'owner', subject: 'acc_of_agt_c' }, {}],
    ['about another person', { about: 'account', subject: 'acc_ben' }, {}],
    ['about a person, for an agent on its own', { about: 'account', subject: 'acc_anna' }, { subject: undefined }],
    ['about another delegation', { about: 'delegation', subject: 'dlg_3' }, {}],
    ['about a delegation that has ended', { about: 'delegation', subject: 'dlg_9' }, { delegation: 'dlg_9' }],
    [
      'about a delegation, for a token without one',
      { about: 'delegation', subject: 'dlg_2' },
      { delegation: undefined },
    ],
    ['about another resource', { resource: PAY }, {}],
    ['about other scopes', { scopes: ['delete'] }, {}],
    ['about another type of details', { detailType: 'payment' }, { details: [paid(1, 'EUR', 'other')] }],
    ['about details, for a token without any', { detailType: 'payment' }, {}],
  ])('%s does not count it', async (_, over, spending) => {
    const one = budget(over);
    const { reserve, uses } = scene(one);
    await reserve(spending);
    expect((await uses.get(one.id))?.document).toBeUndefined();
  });

  test('counts no token without an agent, and nothing is read for it', async () => {
    const { reserve, uses, asked } = scene(budget({ about: 'account', subject: 'acc_anna' }));
    await (await reserve({ agents: [] })).release();
    expect([await uses.find({}), asked]).toEqual([[], []]);
  });

  test('of agents and people costs no read of owners or delegations', async () => {
    const { reserve, asked } = scene(budget());
    await reserve();
    expect(asked).toEqual([]);
  });
});

describe('the limit', () => {
  test('denies the token after it, says until when, and takes nothing of any budget', async () => {
    const first = budget({ about: 'account', subject: 'acc_anna', limit: 50 });
    const full = budget({ limit: 2 });
    const { reserve, counted, clock } = scene(first, full);
    for (let one = 0; one < 2; one += 1) await reserve();
    await expect(reserve()).rejects.toEqual(
      denied('budget_used_up', {
        detail: full.id,
        retryAfterSeconds: expect.any(Number),
        denial: expect.objectContaining({
          remedies: [
            { kind: 'wait', until: expect.any(Number) },
            { kind: 'contact', whom: 'operator' },
          ],
        }),
      }),
    );
    expect([await counted(first), await counted(full)]).toEqual([2, 2]);
    clock.move(HOUR + 120);
    await reserve();
    expect(await counted(full)).toBe(1);
  });

  test('of nothing has no end to wait for', async () => {
    const error = await scene(budget({ limit: 0 }))
      .reserve()
      .catch((thrown: unknown) => thrown as { readonly denial?: unknown });
    expect(error).toEqual(denied('budget_used_up'));
    expect(error).toMatchObject({ denial: { remedies: [{ kind: 'contact', whom: 'operator' }] } });
    expect(error).not.toHaveProperty('retryAfterSeconds', expect.any(Number));
  });

  test('gets back, once, what a token that was not issued had taken', async () => {
    const one = budget();
    const { reserve, counted } = scene(one);
    await reserve();
    const reservation = await reserve();
    await reservation.release();
    await reservation.release();
    expect(await counted(one)).toBe(1);
  });

  test('of targets counts different resources', async () => {
    const one = budget({ measure: 'targets', limit: 2 });
    const { reserve } = scene(one);
    for (const resource of [MAIL, PAY, MAIL]) await reserve({ resource });
    await expect(reserve({ resource: 'https://third.example' })).rejects.toEqual(denied('budget_used_up'));
    await reserve({ resource: PAY });
  });
});

describe('a budget of amounts', () => {
  test('sums the details of its type and currency', async () => {
    const [euro, dollar] = [ofAmount(), ofAmount({ currency: 'USD', limit: 1000 })];
    const { reserve, counted } = scene(euro, dollar);
    await reserve({ details: [paid(40), paid(20), paid(500, 'USD'), paid(9999, 'EUR', 'other')] });
    expect([await counted(euro), await counted(dollar)]).toEqual([60, 500]);
    await reserve({ details: [paid(40)] });
    await expect(reserve({ details: [paid(1)] })).rejects.toEqual(denied('budget_used_up'));
    await reserve({ details: [paid(0)] });
  });

  test.each([
    ['no amount', undefined],
    ['no number', Number.NaN],
    ['an amount without end', Number.POSITIVE_INFINITY],
    ['an amount below 0', -1],
  ])('has no room for a detail with %s', async (_, amount) => {
    const one = ofAmount({ limit: 1_000_000_000 });
    const { reserve, uses } = scene(one);
    await expect(reserve({ details: [paid(5), paid(amount)] })).rejects.toEqual(denied('budget_used_up'));
    expect((await uses.get(one.id))?.document.parts ?? []).toEqual([]);
  });

  test('counts every amount where the type has no currencies', async () => {
    const one = ofAmount({ currencyMember: null, currency: undefined } as never);
    const { reserve, counted } = scene(one);
    await reserve({ details: [paid(40), paid(20, 'USD'), paid(5, null)] });
    expect(await counted(one)).toBe(65);
  });

  test('that names no member of the currency denies its type', async () => {
    const { currencyMember: _, ...unnamed } = ofAmount();
    const { reserve } = scene(unnamed);
    await expect(reserve({ details: [paid(1)] })).rejects.toEqual(
      denied('currency_not_named', {
        denial: expect.objectContaining({ remedies: [{ kind: 'contact', whom: 'operator' }] }),
      }),
    );
  });

  test.each<[string, unknown, Partial<Budget>?]>([
    ['a currency that no budget counts', 'USD'],
    ['no currency', null],
    ['a currency that is no text', 5],
    ['a currency that a budget of another person counts', 'USD', { about: 'account', subject: 'acc_ben' }],
    ['a currency that another budget of the person counts', 'USD', { about: 'account', subject: 'acc_anna' }],
    ['a currency that a budget of another agent counts', 'USD', { subject: 'agt_b' }],
  ])('denies %s', async (_, currency, ...[other]) => {
    const one = ofAmount();
    const others = other ? [ofAmount({ currency: 'USD', limit: 1e6, ...other })] : [];
    const { reserve, counted } = scene(one, ...others);
    const details = [paid(1), paid(1, currency)];
    await expect(reserve({ details })).rejects.toEqual(denied('currency_not_budgeted'));
    expect(await counted(one)).toBe(0);
  });

  test('is not helped by a budget of another type or measure', async () => {
    const [other, tokens] = [
      ofAmount({ detailType: 'refund', currency: 'USD' }),
      budget({ detailType: 'payment', currencyMember: 'currency', currency: 'USD' }),
    ];
    const { reserve } = scene(ofAmount(), other, tokens);
    const details = [paid(1, 'USD'), paid(1, 'USD', 'refund')];
    await expect(reserve({ details })).rejects.toEqual(denied('currency_not_budgeted'));
  });
});

describe('budgets of owners', () => {
  test('keep the use of each agent, which a later owner takes over', async () => {
    const own = budget({ about: 'owner', subject: 'acc_of_agt_a', limit: 2 });
    const next = budget({ about: 'owner', subject: 'acc_next', limit: 2 });
    const { reserve, uses, owners } = scene(own, next);
    await reserve({ agents: ['agt_a'] });
    await reserve({ agents: ['agt_a'] });
    await expect(reserve({ agents: ['agt_a'] })).rejects.toEqual(denied('budget_used_up'));
    const kept = (await uses.find({ where: { agent: 'agt_a' } })).map(({ document }) => document);
    expect(kept).toMatchObject([{ agent: 'agt_a', owner: 'acc_of_agt_a', parts: [{ sum: 2 }] }]);
    expect(kept[0]?.expiresAt).toBeGreaterThan(START + HOUR);
    await owners.carryTo('acc_next', 'agt_a');
    expect((await uses.get(next.id))?.document.carried).toMatchObject({ agt_a: [{ sum: 2 }] });
    await owners.carryTo('acc_none', 'agt_a');
    await owners.carryTo('acc_of_agt_a', 'agt_a');
    expect((await uses.get(own.id))?.document.carried ?? {}).toEqual({});
  });

  test('keep no use of an unknown amount, and give back what was kept for a token that was not issued', async () => {
    const other = ofAmount({
      about: 'owner',
      subject: 'acc_other',
      currencyMember: null,
      currency: undefined,
    } as never);
    const { reserve, uses } = scene(other);
    await reserve({ agents: ['agt_a'], details: [paid(undefined)] });
    expect(await uses.find({})).toEqual([]);
    const reservation = await reserve({ agents: ['agt_a'], details: [paid(7)] });
    expect((await uses.find({}))[0]?.document.parts).toMatchObject([{ sum: 7 }]);
    await reservation.release();
    expect((await uses.find({}))[0]?.document.parts.map(({ sum }) => sum).filter((sum) => sum > 0)).toEqual([]);
  });
});

test('a token says which part of a limit it took, also of one with millions of tokens', async () => {
  const large = budget({ limit: 10_000_000 });
  const { reserve } = scene(large);
  expect((await reserve()).spent).toEqual([{ budget: large.id, millionths: 0.1 }]);
});
