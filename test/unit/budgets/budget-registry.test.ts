import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { BUDGET_MARK, BUDGETS, type Budget } from '../../../src/domain/authority/budgets/budget.ts';
import { budgetRegistry } from '../../../src/domain/authority/budgets/budget-registry.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { countedIdentifiers, movableClock, recordedAudit } from '../delegation/fakes.ts';

const BY = { caller: 'acc_admin' };

test('a budget whose mark could not be written counts within ten seconds all the same', async () => {
  const store = memoryDocumentStore('refused');
  const clock = movableClock();
  const documents: DocumentStore = {
    ...store,
    collection: (declaration) => {
      const found = store.collection(declaration);
      if (declaration.name !== BUDGET_MARK.name) return found as never;
      const fails = () => Promise.reject(new StoreUnavailable('in this test'));
      return { ...found, insert: fails, replace: fails } as never;
    },
  };
  const budgets = budgetRegistry({ documents, clock, identifiers: countedIdentifiers(), audit: recordedAudit() });
  expect(await budgets.active()).toEqual([]);
  const wanted = {
    name: 'One',
    about: 'agent',
    subject: 'agt_a',
    measure: 'tokens',
    limit: 1,
    windowSeconds: 60,
  } as const;
  await expect(budgets.create(wanted, BY)).rejects.toThrow('in this test');
  clock.advance(10);
  expect((await budgets.active()).map(({ name }) => name)).toEqual(['One']);
});

const WANTED = {
  ...({ name: 'One', about: 'agent', subject: 'agt_a', measure: 'tokens' } as const),
  ...{ limit: 1, windowSeconds: 60 },
};
const LONGEST_WINDOW = 31 * 86_400;
const creating = async (more: object): Promise<unknown> => {
  const audit = recordedAudit();
  const budgets = budgetRegistry({
    ...{ documents: memoryDocumentStore('refused'), clock: movableClock(), identifiers: countedIdentifiers(), audit },
  });
  const made = await budgets.create({ ...WANTED, ...more } as never, BY).catch((error: unknown) => error);
  return { made, events: audit.types() };
};

test.each([
  ['a limit of 0', { limit: 0 }],
  ['a window of 60 seconds', { windowSeconds: 60 }],
  ['a window of 31 days', { windowSeconds: LONGEST_WINDOW }],
  ['500 targets', { measure: 'targets', limit: 500 }],
])('a budget with %s is created, with its event (AP-17)', async (_, more) => {
  expect(await creating(more)).toMatchObject({ made: { document: more }, events: ['budget.created'] });
});

test.each([
  ['a limit below 0', { limit: -1 }, 'budget_limit_malformed', '/limit'],
  ['a limit that is no whole number', { limit: 1.5 }, 'budget_limit_malformed', '/limit'],
  ['a window of 59 seconds', { windowSeconds: 59 }, 'budget_window_malformed', '/window_seconds'],
  ['a window of a broken second', { windowSeconds: 60.5 }, 'budget_window_malformed', '/window_seconds'],
  [
    'a window of more than 31 days',
    { windowSeconds: LONGEST_WINDOW + 1 },
    'budget_window_malformed',
    '/window_seconds',
  ],
  ['501 targets', { measure: 'targets', limit: 501 }, 'budget_targets_exceeded', '/limit'],
  ['an amount of no type', { measure: 'amount' }, 'budget_detail_type_missing', '/detail_type'],
  ['an account as the agent', { subject: 'acc_anna' }, 'budget_subject_malformed', '/subject'],
])('a budget with %s is refused by name, without an event', async (_, more, reason, field) => {
  expect(await creating(more)).toMatchObject({ made: { reason, field }, events: [] });
});

const AMOUNT = { measure: 'amount', detailType: 'payment', amountMember: 'amount' };
const IN_EUROS = { ...AMOUNT, currencyMember: 'amount.currency', currency: 'EUR' };

test.each([
  ['of one currency', IN_EUROS],
  ['without currencies', { ...AMOUNT, currencyMember: null }],
  [
    'with the deepest member and the longest currency',
    { ...IN_EUROS, currencyMember: 'a.b.c.d.e.f.g.h', currency: 'x'.repeat(20) },
  ],
])('a budget of amounts %s is created', async (_, more) => {
  expect(await creating(more)).toMatchObject({ events: ['budget.created'] });
});

test.each([
  [
    'a member of a currency, but no amounts',
    { currencyMember: 'currency' },
    'budget_currency_unused',
    '/currency_member',
  ],
  ['a currency, but no amounts', { currency: 'EUR' }, 'budget_currency_unused', '/currency'],
  ['amounts of any currency', AMOUNT, 'budget_currency_member_missing', '/currency_member'],
  [
    'amounts of any currency, disabled',
    { ...AMOUNT, state: 'disabled' },
    'budget_currency_member_missing',
    '/currency_member',
  ],
  ['a currency and no member', { ...IN_EUROS, currencyMember: null }, 'budget_currency_without_member', '/currency'],
  [
    'a member that is no path',
    { ...IN_EUROS, currencyMember: 'a..b' },
    'budget_currency_member_malformed',
    '/currency_member',
  ],
  ['a member and no currency', { ...IN_EUROS, currency: undefined }, 'budget_currency_missing', '/currency'],
  ['a currency of two words', { ...IN_EUROS, currency: 'E R' }, 'budget_currency_missing', '/currency'],
])('a budget with %s is refused by name (AP-17)', async (_, more, reason, field) => {
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  expect(await creating(given)).toMatchObject({ made: { reason, field }, events: [] });
});

test.each<[object, object, string | undefined]>([
  [IN_EUROS, { limit: 7 }, undefined],
  [IN_EUROS, { currencyMember: 'other' }, '/currency_member'],
  [IN_EUROS, { currency: 'USD' }, '/currency'],
  [{ ...AMOUNT, currencyMember: null }, { currencyMember: 'currency', currency: 'EUR' }, '/currency_member'],
])(
  'of a budget with %j a change to %j is refused at %s: sums of other currencies mean nothing',
  async (made, change, field) => {
    const parts = {
      documents: memoryDocumentStore('refused'),
      clock: movableClock(),
      identifiers: countedIdentifiers(),
    };
    const budgets = budgetRegistry({ ...parts, audit: recordedAudit() });
    const { document, version } = await budgets.create({ ...WANTED, ...made } as never, BY);
    const changed = budgets.update(document.id, version, change as never, BY);
    if (field === undefined) expect(await changed).toMatchObject({ document: change });
    else await expect(changed).rejects.toMatchObject({ reason: 'budget_member_fixed', field });
  },
);

test('a thousand budgets count at a time: another one is refused, a change of one is not, and a disabled one stays so', async () => {
  const documents = memoryDocumentStore('refused');
  const stored = documents.collection<{ readonly id: string }>(BUDGETS as never);
  const budgets = budgetRegistry({
    documents,
    clock: movableClock(),
    identifiers: countedIdentifiers(),
    audit: recordedAudit(),
  });
  const made = await budgets.create(WANTED as never, BY);
  const off = await budgets.create(WANTED as never, BY);
  const disabled = await budgets.update(off.document.id, off.version, { state: 'disabled' }, BY);
  for (let place = 0; place < 998; place += 1) await stored.insert({ ...made.document, id: `bud_x${place}` });
  const enable = () => budgets.update(off.document.id, disabled.version, { state: 'active' }, BY);
  const last = await budgets.create(WANTED as never, BY);
  for (const refused of [enable(), budgets.create(WANTED as never, BY)]) {
    await expect(refused).rejects.toMatchObject({ reason: 'budgets_exceeded', field: '/state' });
  }
  await budgets.update(made.document.id, made.version, { limit: 5 }, BY);
  await budgets.update(off.document.id, disabled.version, { limit: 5 }, BY);
  expect(last.document.state).toBe('active');
});

test.each(['acc_anna', 'grp_owners'])('an owner with a budget is an account or a group: %s', async (subject) => {
  expect(await creating({ about: 'owner', subject })).toMatchObject({ made: { document: { subject } } });
});

test('active budgets are read again for ten seconds at most, and at once when a clock was put back', async () => {
  const documents = memoryDocumentStore('refused');
  const clock = movableClock();
  const budgets = budgetRegistry({ documents, clock, identifiers: countedIdentifiers(), audit: recordedAudit() });
  await budgets.prepare();
  await budgets.prepare();
  const store = documents.collection<Budget>(BUDGETS);
  const add = (id: string) => store.insert({ ...WANTED, id, state: 'active', createdAt: 1, updatedAt: 1 } as Budget);
  const names = async () => (await budgets.active()).map(({ id }) => id);
  expect(await names()).toEqual([]);
  await add('bud_1');
  clock.advance(9);
  expect(await names()).toEqual([]);
  clock.advance(1);
  expect(await names()).toEqual(['bud_1']);
  await add('bud_2');
  expect(await names()).toEqual(['bud_1']);
  clock.advance(-1);
  expect((await names()).toSorted()).toEqual(['bud_1', 'bud_2']);
});
