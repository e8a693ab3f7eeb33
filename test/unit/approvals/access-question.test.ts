/** Several questions in one request (AuthZEN Authorization API §7). */
import { expect, test } from '@jest/globals';
import { readSearch, readTogether } from '../../../src/domain/approvals/authzen/access-question.ts';
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

test.each([{}, 'all', 3, null, true])('refuses %j as `evaluations`: not an array (§7.1)', (evaluations) => {
  const { code, message } = accessRequestRefusal('evaluations_not_array');
  expect(refusalOf({ ...QUESTION, evaluations })).toMatchObject({ code, message });
});

test('without questions in `evaluations` the request is one question (§7.1)', () => {
  for (const more of [{}, { evaluations: [] }]) {
    expect(readTogether({ ...QUESTION, ...more })).toMatchObject({ one: { action: 'pay' } });
  }
});

const MANY = (count: number) => ({ ...QUESTION, evaluations: Array.from({ length: count }, () => ({})) });

test('a request has up to 100 questions, and each takes from it what it leaves out (§7.1.1)', () => {
  const read = readTogether(MANY(100));
  expect('items' in read ? read.items.map((question) => question().action) : []).toEqual(Array(100).fill('pay'));
  const { reason } = accessRequestRefusal('evaluations_exceeded', { params: { most: 100 } });
  expect(refusalOf(MANY(101))).toMatchObject({ reason });
});

test.each(['none', 7, false])('refuses %j as the semantic of several questions (§7.1.2.1)', (semantic) => {
  expect(refusalOf({ ...MANY(1), options: { evaluations_semantic: semantic } })).toMatchObject({
    reason: 'evaluations_semantic_unknown',
  });
});

const SEARCH = { subject: QUESTION.subject, action: QUESTION.action, resource: { type: 'scope' } };
const searchFailure = (more: object): unknown => {
  try {
    return readSearch('resource', { ...SEARCH, ...more });
  } catch (error) {
    return error;
  }
};

test.each([
  [undefined, 50],
  [0, 1],
  [1, 1],
  [49, 49],
  [50, 50],
  [51, 50],
])('a search with the limit %j gives pages of %j results (§8.2)', (limit, most) => {
  const page = limit === undefined ? {} : { limit };
  expect(readSearch('resource', { ...SEARCH, page })).toMatchObject({ limit: most });
});

test.each([-1, 1.5, '5', true])('a search with the limit %j is refused (§8.2)', (limit) => {
  expect(searchFailure({ page: { limit } })).toMatchObject({ reason: 'page_limit_malformed' });
});

test.each(['', 7, null])('a search with the token %j is refused; without one it has none (§8.2)', (token) => {
  expect(searchFailure({ page: { token } })).toMatchObject({ reason: 'access_question_not_text' });
  expect(readSearch('resource', SEARCH)).not.toHaveProperty('token');
  expect(readSearch('resource', { ...SEARCH, page: { token: 't' } })).toMatchObject({ token: 't' });
});

const questionFailure = (more: object): unknown => {
  try {
    readTogether({ ...QUESTION, ...more });
    return undefined;
  } catch (error) {
    return (error as { readonly reason?: unknown }).reason;
  }
};

test.each<[object]>([
  [{ subject: 'acc_anna' }],
  [{ subject: null }],
  [{ subject: [] }],
  [{ action: undefined }],
  [{ resource: 7 }],
  [{ context: [] }],
  [{ context: { approval: 'apr_1' } }],
])('refuses %j: a member is no object (§5)', (more) => {
  expect(questionFailure(more)).toBe('access_question_not_object');
});

test.each<[object]>([
  [{ subject: { type: 'account' } }],
  [{ subject: { type: 'account', id: '' } }],
  [{ subject: { type: 7, id: 'acc_anna' } }],
  [{ action: {} }],
  [{ action: { name: '' } }],
  [{ context: { token: '' } }],
  [{ context: { agent: 7 } }],
  [{ context: { approval: { id: null } } }],
])('refuses %j: a member is no text (§5)', (more) => {
  expect(questionFailure(more)).toBe('access_question_not_text');
});

test.each(['', 'a b', 7, null, 'x'.repeat(5000)])('refuses %j as the name of a call', (call) => {
  expect(questionFailure({ context: { call } })).toBe('context_call_malformed');
});

test('reads the context that is sent, and no inherited member', () => {
  const context = { token: 't', agent: 'agt_a', approval: { id: 'apr_1' }, call: 'call-1' };
  expect(readTogether({ ...QUESTION, context })).toMatchObject({ one: { context: { ...context, approval: 'apr_1' } } });
  expect(readTogether(QUESTION)).toMatchObject({ one: { context: {} } });
  expect(questionFailure(Object.setPrototypeOf({ subject: undefined }, QUESTION))).toBe('access_question_not_object');
});
