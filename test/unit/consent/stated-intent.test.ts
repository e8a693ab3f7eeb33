/** What the consent page shows of the intent of a declared transaction. */
import { describe, expect, test } from '@jest/globals';
import { statedIntent } from '../../../src/domain/authority/consent/stated-intent.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';

type Changes = Partial<Omit<Transaction, 'intent'>> & { readonly intent?: Partial<Transaction['intent']> };

const shownOf = async ({ intent, ...changes }: Changes, requester: string, txn = 'trn_1') => {
  const held = {
    ...{ id: 'trn_1', agent: 'agt_a', opener: 'agt_a', state: 'open' },
    intent: { text: 'Pay the invoice', digest: 'd', source: 'stated_by_agent', ...intent },
    ...changes,
  } as Transaction;
  const live = async (id: string) => (id === 'trn_1' ? held : undefined);
  return statedIntent({ live }, { txn, account: 'acc_ada' }, requester);
};

describe('the intent that a consent page shows', () => {
  const SHOWN = { text: 'Pay the invoice', digest: 'd' };

  test('is that of the agent that asks, or of the app that opened the transaction for it', async () => {
    expect(await shownOf({}, 'agt_a')).toMatchObject(SHOWN);
    const opened: Changes = { opener: 'app_shop', intent: { source: 'stated_by_app' } };
    expect(await shownOf(opened, 'app_shop')).toMatchObject({ ...SHOWN, source: 'stated_by_app' });
    expect(await shownOf(opened, 'agt_a')).toMatchObject(SHOWN);
  });

  test.each([
    ['of another agent', {}, 'agt_b', 'trn_1'],
    ['of an agent for which another app opened it', { opener: 'app_shop' }, 'app_other', 'trn_1'],
    ['of other people', { participants: ['acc_ben', 'acc_cy'] }, 'agt_a', 'trn_1'],
    ['whose text is not known', { intent: { text: undefined } }, 'agt_a', 'trn_1'],
    ['that is not live', {}, 'agt_a', 'trn_2'],
    ['that was not declared', {}, 'agt_a', 'txn_1'],
  ] as const)('is none of a transaction %s', async (_, changes, requester, txn) => {
    expect(await shownOf(changes as Changes, requester, txn)).toBeUndefined();
  });

  test('is shown to each of several people', async () => {
    expect(await shownOf({ participants: ['acc_ben', 'acc_ada'] }, 'agt_a')).toMatchObject(SHOWN);
  });

  test.each([
    ['the agent stated it', {}, 'stated_by_agent'],
    ['the reader typed it', { typedBy: 'acc_ada' }, 'typed_by_person'],
    ['another person typed it', { typedBy: 'acc_ben' }, 'typed_by_other'],
  ])('says whose words it has: %s', async (_, intent, source) => {
    expect(await shownOf({ intent }, 'agt_a')).toMatchObject({ ...SHOWN, source });
  });
});
