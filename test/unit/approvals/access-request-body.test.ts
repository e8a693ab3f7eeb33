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

const thrownBy = (more: object): unknown => {
  // A member that is undefined here is not sent.
  const body = JSON.parse(JSON.stringify({ ...BODY, ...more })) as Record<string, unknown>;
  try {
    return readAccessRequest(body);
  } catch (error) {
    return error;
  }
};

const actor = (value: unknown) => ({ client: { id: 'gateway', actor: value } });
const denial = (more: object) => ({ denial: { ...BODY.denial, ...more } });
const access = (value: unknown) => ({ requested_access: value });
const callback = (more: object) => ({ callback: { endpoint: LONGEST, ...more } });
const items = (count: number, more: object = {}) => ({
  ...{ resource: undefined, action: undefined, denial: undefined, ...more },
  items: Array.from({ length: count }, () => ({ resource: BODY.resource, action: BODY.action, denial: BODY.denial })),
});

test.each<[string, object, Parameters<typeof accessRequestRefusal>[0], string]>([
  ['an actor without an id', actor({ type: 'ai_agent' }), 'actor_id_missing', '/client/actor/id'],
  ['an actor with an empty id', actor({ id: '' }), 'actor_id_missing', '/client/actor/id'],
  ['an actor whose id is a number', actor({ id: 7 }), 'actor_id_missing', '/client/actor/id'],
  ['an actor whose type is a number', actor({ id: 'agt_a', type: 7 }), 'actor_member_malformed', '/client/actor/type'],
  [
    'an actor with a list of issuers',
    actor({ id: 'agt_a', issuer: [] }),
    'actor_member_malformed',
    '/client/actor/issuer',
  ],
  ['a denial without its end', denial({ expires_at: undefined }), 'denial_expiry_missing', '/denial/expires_at'],
  ['a denial whose end is a number', denial({ expires_at: 5 }), 'date_time_malformed', '/denial/expires_at'],
  ['a denial whose end is a day', denial({ expires_at: '2027-01-15' }), 'date_time_malformed', '/denial/expires_at'],
  ['a denial with an unknown member', denial({ id: 'dec_1' }), 'access_member_unknown', '/denial/id'],
  ['an unknown member', { wanted: true }, 'access_member_unknown', '/wanted'],
  ['an emergency that is a text', access({ emergency: 'yes' }), 'emergency_malformed', '/requested_access/emergency'],
  [
    'a justification that is a number',
    { context: { business_justification: 3 } },
    'justification_malformed',
    '/context/business_justification',
  ],
  ['a state that is a number', callback({ state: 1 }), 'callback_state_malformed', '/callback/state'],
  ['a state of 513 characters', callback({ state: 'x'.repeat(513) }), 'callback_state_malformed', '/callback/state'],
  ['events that are a text', callback({ events: 'approved' }), 'callback_events_unknown', '/callback/events'],
  ['one event that is none', callback({ events: ['approved', 'paid'] }), 'callback_events_unknown', '/callback/events'],
  ['no item', items(0), 'access_items_count_wrong', '/items'],
  ['eleven items', items(11), 'access_items_count_wrong', '/items'],
  ['a resource beside items', items(1, { resource: BODY.resource }), 'access_member_beside_items', '/resource'],
  ['an action beside items', items(1, { action: BODY.action }), 'access_member_beside_items', '/action'],
])('%s is refused by name (Access Request Submission)', (_, more, reason, field) => {
  expect(thrownBy(more)).toMatchObject({ reason, field });
});

test.each<[string, object]>([
  ['no denial', { denial: undefined }],
  ['an evaluation without an id', denial({ evaluation_id: '' })],
  ['an evaluation whose id is a number', denial({ evaluation_id: 7 })],
  ['a binding token, which this server never gives', denial({ binding_token: 'x' })],
])('%s binds no request (Error Responses)', (_, more) => {
  expect(thrownBy(more)).toMatchObject({ name: 'AccessRequestProblem', code: 'invalid_denial_binding' });
});

test('what is left out of the request is left out of what is read', () => {
  expect(thrownBy({})).toEqual({
    items: [expect.objectContaining({ evaluation: 'dec_1.1.x', expiresAt: 1_800_000_000, isEmergency: false })],
    isBundle: false,
  });
  expect(thrownBy(actor({ id: 'agt_a', type: 'ai_agent' }))).toMatchObject({
    actor: { id: 'agt_a', type: 'ai_agent' },
  });
  expect(thrownBy(callback({}))).toMatchObject({ callback: { endpoint: LONGEST } });
});

test('ten items and a state of 512 characters are read; of events those that are known, each once', () => {
  expect(thrownBy(items(10))).toMatchObject({ isBundle: true, items: { length: 10 } });
  expect(thrownBy(callback({ state: 'x'.repeat(512), events: ['denied', 'approved', 'denied'] }))).toMatchObject({
    callback: { state: 'x'.repeat(512), events: ['approved', 'denied'] },
  });
});

test('an item takes the denial and the end of the request where it names none of its own', () => {
  const until = '2027-01-15T08:01:00Z';
  const [one, other] = [
    { resource: BODY.resource, action: BODY.action },
    { resource: BODY.resource, action: BODY.action, ...access({ requested_until: '2027-01-15T08:02:00Z' }) },
  ];
  const together = { ...items(0), denial: BODY.denial, items: [one, other], ...access({ requested_until: until }) };
  expect(thrownBy(together)).toMatchObject({
    items: [
      { evaluation: 'dec_1.1.x', until: { at: 1_800_000_060, pointer: '/requested_access/requested_until' } },
      { evaluation: 'dec_1.1.x', until: { at: 1_800_000_120, pointer: '/items/1/requested_access/requested_until' } },
    ],
  });
});
