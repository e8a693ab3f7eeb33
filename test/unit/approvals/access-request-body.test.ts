/** The body of an access request (AuthZEN Access Request and Approval Profile 1.0, Access Request Submission). */
import { expect, test } from '@jest/globals';
import { readAccessRequest } from '../../../src/domain/approvals/authzen/access-request-body.ts';
import { accessRequestRefusal } from '../../../src/domain/approvals/authzen/access-request-refusals.ts';

const BODY = {
  subject: { type: 'account', id: 'acc_anna' },
  action: { name: 'pay' },
  resource: { type: 'resource_server', id: 'https://bank.example' },
  denial: { evaluation_id: 'dec_1.1.x', expires_at: '2027-01-15T08:00:00Z' },
};
const PREFIX = 'https://gateway.example/';
const LONGEST = PREFIX + 'x'.repeat(2048 - PREFIX.length);

test('a callback endpoint has up to 2048 characters (Callback Completion)', () => {
  expect(readAccessRequest({ ...BODY, callback: { endpoint: LONGEST } })).toMatchObject({
    callback: { endpoint: LONGEST },
  });
});

test.each([
  ['one character more', `${LONGEST}x`],
  ['no text', 7],
  ['nothing', undefined],
])('a callback endpoint of %s is refused by name, before it is looked up (Callback Completion)', (_, endpoint) => {
  const refusal = accessRequestRefusal('callback_endpoint_malformed', { field: '/callback/endpoint' });
  const { code, field, reason, message } = refusal;
  let thrown: unknown;
  try {
    readAccessRequest({ ...BODY, callback: { endpoint } });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code, field, reason, message });
});
