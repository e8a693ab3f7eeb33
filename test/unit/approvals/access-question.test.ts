/** Several questions in one request (AuthZEN Authorization API §7). */
import { expect, test } from '@jest/globals';
import { readTogether } from '../../../src/domain/approvals/authzen/access-question.ts';
import { accessRequestRefusal } from '../../../src/domain/approvals/authzen/access-request-refusals.ts';

const QUESTION = {
  subject: { type: 'account', id: 'acc_anna' },
  action: { name: 'pay' },
  resource: { type: 'resource_server', id: 'https://bank.example' },
};

const refusalOf = (given: unknown): unknown => {
  try {
    return readTogether(given);
  } catch (error) {
    return error;
  }
};

test.each([{}, 'all', 3, null, true])('refuses %j as `evaluations`: it is no array (§7.1)', (evaluations) => {
  const { code, message } = accessRequestRefusal('evaluations_not_array');
  expect(refusalOf({ ...QUESTION, evaluations })).toMatchObject({ code, message });
});

test('without questions in `evaluations` the request is one question (§7.1)', () => {
  for (const more of [{}, { evaluations: [] }]) {
    expect(readTogether({ ...QUESTION, ...more })).toMatchObject({ one: { action: 'pay' } });
  }
});
