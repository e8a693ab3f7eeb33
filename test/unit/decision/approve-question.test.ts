/** What policies are asked when a person approves an action. */
import { expect, test } from '@jest/globals';
import { approveCase } from '../../../src/domain/authority/decision/approve-question.ts';
import { exampleType } from '../../support/detail-types.ts';
import { action, strong } from '../approvals/fakes.ts';
import { agent } from '../token-exchange/fakes.ts';
import { account, NOW, server } from './world.ts';

const PAYMENT = exampleType('payment');
const FILES = exampleType('file-access');
const paying = { type: PAYMENT.type, amount: 900, currency: 'EUR' };
const reading = { type: FILES.type, actions: ['read'], paths: ['/'] };

const caseOf = (over: Parameters<typeof action>[0] = {}, subject: typeof account | null = account, who = account) =>
  approveCase(
    { action: action({ scope: ['send'], details: [], ...over }), risk: 'high' },
    {
      ...{ who, subject: subject ?? undefined, isOwner: false, isOwnApi: false },
      agent: agent('agt_a'),
      server: { ...server, detailTypes: [PAYMENT, FILES] },
    },
    { now: NOW, assurance: strong(NOW) } as never,
  );

test('a detail is asked about with its amount, where its type has one', () => {
  const { details } = caseOf({ details: [paying, reading] });
  expect(details?.map((detail) => ('amount' in detail ? detail.amount : 'none'))).toEqual([900, 'none']);
});

test('without details no details are asked about', () => {
  expect(caseOf()).not.toHaveProperty('details');
});

test('a scope or a detail that is declared no more has the highest risk', () => {
  const asked = caseOf({ scope: ['send', 'gone'], details: [{ type: 'gone' }] });
  expect(JSON.stringify(asked.resources.map(({ entity }) => entity))).toMatch(/high.*critical/);
  expect(JSON.stringify(asked.details)).toContain('critical');
});

test('the approver is the principal; the subject is a fact of its own only where it is another account', () => {
  const accounts = ({ entities = [] }: ReturnType<typeof caseOf>) =>
    JSON.stringify(entities)
      .match(/acc_\w+/g)
      ?.filter((id) => id !== 'acc_owner');
  const bob = { ...account, id: 'acc_bob' };
  const own = caseOf({ subject: account.id });
  expect([own.principal, own.context['self']]).toEqual([{ type: 'Account', id: account.id }, true]);
  expect(new Set(accounts(own))).toEqual(new Set([account.id]));
  const other = caseOf({ subject: account.id }, account, bob);
  expect([other.principal.id, other.context['self']]).toEqual(['acc_bob', false]);
  expect(new Set(accounts(other))).toEqual(new Set(['acc_bob', account.id]));
  expect(new Set(accounts(caseOf({ subject: 'acc_gone' }, null, bob)))).toEqual(new Set(['acc_bob']));
});
