/** The transactions that a person may read, from the events about them. */
import { expect, test } from '@jest/globals';
import { transactionsOfPerson } from '../../../src/domain/authority/transactions/transactions-of-person.ts';

const stored: Readonly<Record<string, object>> = {
  trn_own: { id: 'trn_own' },
  trn_with: { id: 'trn_with', participants: ['acc_anna', 'acc_ben'] },
  trn_others: { id: 'trn_others', participants: ['acc_ben'] },
};

const read = async (events: readonly object[], next?: object, after?: object) => {
  const asked: unknown[] = [];
  const page = await transactionsOfPerson(
    {
      audit: {
        async list(filters: object) {
          asked.push(filters);
          return {
            entries: events.map((event, index) => ({ at: 9_500 - index * 1000, event })),
            ...(next ? { next } : {}),
          };
        },
      },
      transactions: { get: async (id: string) => stored[id] && { document: stored[id], version: 1 } },
    } as never,
    'acc_anna',
    after as never,
  );
  return { page, asked };
};

test('each is there once, by its newest event, and with the agent or app that worked', async () => {
  const { page } = await read([
    { txn: 'trn_own', caller: 'rs_mail' },
    { txn: 'trn_with', caller: 'app_1' },
    { caller: 'agt_a' },
    { txn: 'trn_own', caller: 'app_1', agent: 'agt_a' },
    { txn: 'txn_2' },
  ]);
  expect(page).toStrictEqual({
    rows: [
      { id: 'trn_own', lastAt: 9, agent: 'agt_a', transaction: stored['trn_own'] },
      { id: 'trn_with', lastAt: 8, agent: 'app_1', transaction: stored['trn_with'] },
      { id: 'txn_2', lastAt: 5 },
    ],
  });
});

test('one that names participants without this person is not shown to them', async () => {
  const { page } = await read([{ txn: 'trn_others', caller: 'agt_a' }]);
  expect(page.rows).toStrictEqual([{ id: 'trn_others', lastAt: 9, agent: 'agt_a' }]);
});

test('a page says where the next one begins', async () => {
  const [next, after] = [
    { value: 1, id: 'e1' },
    { value: 2, id: 'e2' },
  ];
  const { page, asked } = await read([], next, after);
  expect([page, asked]).toStrictEqual([{ rows: [], next }, [{ subject: 'acc_anna', limit: 200, after }]]);
  expect((await read([])).asked).toStrictEqual([{ subject: 'acc_anna', limit: 200 }]);
});
