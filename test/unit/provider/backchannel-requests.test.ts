/** What a request at the backchannel authentication endpoint asks approvers, and what it is refused for (CIBA Core §7). */
import { expect, test } from '@jest/globals';
import { backchannelRequests } from '../../../src/provider/endpoints/backchannel-requests.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { agent, resourceServer } from '../token-exchange/fakes.ts';
import { begunRequest } from './begun-request.ts';

const NOW = 1_800_000_000;
const ISSUER = 'https://as.example';
const MAIL = 'https://mail.example';
const PAYMENT = { type: 'payment', amount: 5 };
const PING = 'https://agent.example/ping';

type World = {
  readonly agent?: object | undefined;
  readonly person?: object | undefined;
  readonly isKnown?: boolean;
  readonly suspended?: readonly object[];
  readonly details?: Readonly<Record<string, readonly object[]>>;
  readonly transaction?: object;
  readonly isPossible?: boolean;
  readonly number?: string;
};

const scene = (world: World = {}) => {
  const asks: unknown[][] = [];
  const checked: unknown[] = [];
  const looked: unknown[] = [];
  const own = 'agent' in world ? world.agent : {};
  const person = 'person' in world ? world.person : { id: 'acc_anna', state: 'active' };
  const found = (document: object | undefined) => document && { document, version: 1 };
  const settings = backchannelRequests({
    agents: { get: async (id: string) => found(own && agent(id, own as never)) },
    accounts: { get: async (id: string) => found(id === 'acc_anna' ? person : undefined) },
    ownerNames: {
      find: async (...given: unknown[]) => {
        looked.push(given);
        return given[0] === 'anna' ? { id: 'acc_anna' } : undefined;
      },
    },
    resourceServers: {
      findByIdentifier: async (identifier: string) =>
        found(
          identifier.includes('none')
            ? undefined
            : {
                ...resourceServer('rs_mail', identifier, ['read', 'send']),
                state: identifier.includes('off') ? 'off' : 'active',
              },
        ),
    },
    knows: async () => world.isKnown ?? true,
    delegations: { suspendedOf: async () => world.suspended ?? [], consented: async () => undefined },
    transactions: {
      of: async () => world.transaction,
      checkPerson: (...given: unknown[]) => checked.push(given),
    },
    approvals: {
      asking: {
        async ask(...given: unknown[]) {
          asks.push(given);
          return (world.isPossible ?? true) ? { id: 'apr_1' } : undefined;
        },
      },
      remedyOf: () => ({
        kind: 'approval',
        auth_req_id: 'arq',
        expires_in: 60,
        interval: 5,
        ...(world.number === undefined ? {} : { number: world.number }),
      }),
    },
    details: { ofRequest: async () => world.details ?? {} },
    clock: { now: () => NOW },
    identifiers: { newId: (prefix: string) => `${prefix}_1` },
    issuer: ISSUER,
  } as never);
  return { settings, asks, checked, looked };
};

type Request = { readonly params?: object; readonly resources?: readonly string[] | undefined };

const requestOf = ({ params = { scope: 'openid send read' }, resources = [MAIL] }: Request) => ({
  req: begunRequest(),
  body: undefined as unknown,
  oidc: { params, resourceServers: Object.fromEntries(resources.map((one) => [one, {}])) },
});

const trigger = async (world: World = {}, request: Request = {}) => {
  const made = scene(world);
  const context = requestOf(request);
  const call = made.settings.triggerAuthenticationDevice as unknown as (...given: readonly unknown[]) => Promise<void>;
  const error = await call(context, { jti: 'arq' }, { accountId: 'acc_anna' }, { clientId: 'agt_a' }).then(
    () => undefined,
    (thrown: { error: string; status: number; message: string; denial?: object }) => thrown,
  );
  return { ...made, context, error };
};

test('a hint names an account, and no longer text is looked up', async () => {
  const { settings, looked } = scene();
  const hint = settings.processLoginHint as unknown as (context: undefined, hint: unknown) => Promise<unknown>;
  expect([await hint(undefined, 'anna'), await hint(undefined, 'x'.repeat(254))]).toEqual(['acc_anna', undefined]);
  expect(looked).toEqual([
    ['anna', { kinds: ['account'] }],
    ['x'.repeat(254), { kinds: ['account'] }],
  ]);
  expect(await hint(undefined, 'x'.repeat(255))).toBeUndefined();
  expect(looked).toHaveLength(2);
  const token = settings.processLoginHintToken as unknown as () => Promise<unknown>;
  await expect(token()).rejects.toMatchObject({ error: 'invalid_request' });
});

test('a binding message is short text of one line, or absent (CIBA Core §7.1)', async () => {
  const check = scene().settings.validateBindingMessage as unknown as (
    context: undefined,
    text?: string,
  ) => Promise<void>;
  await check(undefined);
  await check(undefined, 'x'.repeat(300));
  for (const text of ['x'.repeat(301), 'a\u202eb', '']) {
    await expect(check(undefined, text)).rejects.toMatchObject({
      error: 'invalid_binding_message',
      error_description: expect.stringContaining('binding_message: '),
    });
  }
});

test('an agent asks for a named action of a person, and learns how to wait for it', async () => {
  const { context, asks, checked, error } = await trigger();
  expect(error).toBeUndefined();
  const [request, id] = asks[0] ?? [];
  const facts = {
    now: NOW,
    server: expect.objectContaining({ identifier: MAIL }),
    caller: expect.objectContaining({ kind: 'agent', id: 'agt_a' }),
    subject: { id: 'acc_anna', state: 'active' },
    through: [],
    actors: ['agt_a'],
    asked: ['read', 'send'],
    details: { asked: [] },
    source: '192.0.2.1',
  };
  const chain = expect.objectContaining({ sub: 'agt_a' });
  const whole = { channel: 'backchannel', agent: expect.anything(), chain, facts, authReqId: 'arq' };
  expect([request, id]).toStrictEqual([whole, 'req_1']);
  expect(checked).toEqual([[undefined, 'acc_anna']]);
  expect(context.body).toStrictEqual({ auth_req_id: 'arq', expires_in: 60, interval: 5 });
  expect(requestState(context).noted).toEqual({ subject: 'acc_anna', resource: MAIL, scopeAsked: ['read', 'send'] });
  expect((await trigger({ number: '42' })).context.body).toMatchObject({ number: '42' });
});

test('what else the request names reaches the approvers', async () => {
  const transaction = {
    id: 'txn_1',
    trigger: 'chat',
    intent: { source: 'stated', digest: 'd' },
    participants: ['acc_anna', 'acc_ben'],
  };
  const params = { scope: 'read', binding_message: 'pay', requested_expiry: '90', client_notification_token: 'note' };
  const world = { transaction, details: { [MAIL]: [PAYMENT] }, agent: { backchannelClientNotificationEndpoint: PING } };
  const [[request] = []] = (await trigger(world, { params })).asks;
  expect(request).toMatchObject({
    facts: { transaction: { trigger: 'chat' }, participants: [{ id: 'acc_ben' }], details: { asked: [PAYMENT] } },
    txn: 'txn_1',
    message: 'pay',
    lifetimeSeconds: 90,
    ping: { endpoint: PING, token: 'note' },
  });
  expect((request as { readonly ping: object }).ping).not.toHaveProperty('isByOperator');
  const byOperator = { backchannelClientNotificationEndpoint: PING, operatorUrls: [PING] };
  const [[trusted] = []] = (await trigger({ agent: byOperator }, { params })).asks;
  expect(trusted).toMatchObject({ ping: { isByOperator: true } });
  for (const [own, sent] of [
    [{}, params],
    [{ backchannelClientNotificationEndpoint: PING }, { scope: 'read' }],
    [
      { backchannelClientNotificationEndpoint: PING },
      { scope: 'read', client_notification_token: 7, binding_message: 7 },
    ],
  ] as const) {
    const [[polled] = []] = (await trigger({ agent: own }, { params: sent })).asks;
    expect(polled).not.toHaveProperty('ping');
  }
  const [[numbers] = []] = (await trigger({}, { params: { scope: 'read', binding_message: 7 } })).asks;
  expect(numbers).not.toHaveProperty('message');
});

test('details alone are an action, and scopes of a sign-in are none', async () => {
  const params = { scope: 'openid  profile email groups offline_access' };
  expect((await trigger({ details: { [MAIL]: [PAYMENT] } }, { params })).error).toBeUndefined();
  for (const scope of [params.scope, undefined]) {
    const { error, asks } = await trigger({ details: { 'https://other.example': [PAYMENT] } }, { params: { scope } });
    expect([error?.error, asks]).toEqual(['invalid_scope', []]);
  }
});

test.each<[string, World, Request, string]>([
  ['another client than an agent', { agent: undefined }, {}, 'unauthorized_client'],
  ['an unknown person', { person: undefined }, {}, 'unknown_user_id'],
  ['a disabled person', { person: { id: 'acc_anna', state: 'disabled' } }, {}, 'unknown_user_id'],
  [
    'a disabled person under another owner',
    { person: { id: 'acc_anna', state: 'disabled' }, suspended: [{ expiresAt: NOW }] },
    {},
    'unknown_user_id',
  ],
  ['a person without a relation', { isKnown: false }, {}, 'unknown_user_id'],
  ['no resource', {}, { resources: [] }, 'invalid_target'],
  ['several resources', {}, { resources: [MAIL, 'https://pay.example'] }, 'invalid_target'],
  ['an unknown resource', {}, { resources: ['https://none.example'] }, 'invalid_target'],
  ['a resource that is not active', {}, { resources: ['https://off.example'] }, 'invalid_target'],
  ['our own API', {}, { resources: [`${ISSUER}/api/v1`] }, 'invalid_target'],
])('a request for %s is refused, and asks no approver (LG-01)', async (_, world, request, code) => {
  const { error, asks } = await trigger(world, request);
  expect([error?.error, asks]).toEqual([code, []]);
});

test('a path that only begins like our API is another resource', async () => {
  expect((await trigger({}, { resources: [`${ISSUER}/apis`] })).error).toBeUndefined();
});

test('what no approver can approve is denied with 403 (CIBA Core §13)', async () => {
  const { error } = await trigger({ isPossible: false });
  expect(error).toMatchObject({ error: 'access_denied', status: 403, statusCode: 403 });
  expect(error?.denial).toEqual({ id: 'dny_1', layer: 'policy', reason: 'approval_not_possible' });
  expect((await trigger({ isKnown: false })).error?.status).toBe(400);
});

test.each([
  [NOW + 40, 40],
  [NOW - 5, 1],
])('a person who allowed the former owner is asked first, until %s', async (expiresAt, expires_in) => {
  const { error } = await trigger({ isKnown: false, suspended: [{ expiresAt }] });
  const url = `${ISSUER}/account/agents/agt_a/owner`;
  expect(error).toMatchObject({
    error: 'consent_required',
    denial: { id: 'dny_1', reason: 'owner_not_confirmed', remedies: [{ kind: 'consent', url, expires_in }] },
  });
});
