/** What oidc-provider finds of its models, when it uses them up, and what it stores of them in a request. */
import { expect, test } from '@jest/globals';
import { asRequest, writePriority } from '../../../src/domain/ports/write-priority.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { unitOf } from '../../../src/provider/seam/token-request-unit.ts';
import { WITHHELD } from '../../../src/provider/tokens/structured-tokens.ts';
import { during, NOW, providerModels, requestAt } from './provider-models.ts';

const payload = (more: object = {}) => ({ exp: NOW + 60, jti: 'handle', ...more }) as never;
const LIFE = 60;

test('a client is read from the registry; models of others have no record here', async () => {
  const { models } = providerModels();
  expect(await models('Client').find('cli_app')).toEqual({ client_id: 'cli_app' });
  for (const model of ['BackchannelAuthenticationRequest', 'InitialAccessToken']) {
    expect(await models(model).find('id')).toBeUndefined();
  }
  await models('BackchannelAuthenticationRequest').upsert('id', payload(), LIFE);
  for (const model of ['Client', 'InitialAccessToken']) {
    await expect(models(model).upsert('id', payload(), LIFE)).rejects.toThrow(`${model} is not stored here`);
  }
});

test('a token that is withheld from oidc-provider is not found, even if it is stored', async () => {
  const { models } = providerModels();
  await models('AccessToken').upsert(WITHHELD, payload(), LIFE);
  expect(await models('AccessToken').find(WITHHELD)).toBeUndefined();
});

test.each<[string, object, string]>([
  ['AccessToken', {}, 'authenticated'],
  ['ClientCredentials', {}, 'authenticated'],
  ['RefreshToken', {}, 'authenticated'],
  ['AuthorizationCode', {}, 'authenticated'],
  ['Session', { accountId: 'acc_anna', uid: 'ses', loginTs: 5 }, 'authenticated'],
  ['DeviceCode', { accountId: 'acc_anna' }, 'authenticated'],
  ['DeviceCode', {}, 'anonymous'],
  ['PushedAuthorizationRequest', { accountId: 'acc_anna' }, 'anonymous'],
])('a request with a %s of %j is %s', async (model, members, priority) => {
  const { models } = providerModels();
  await models(model).upsert('id', payload(members), LIFE);
  const found = await asRequest(async () => {
    expect(await models(model).find('other')).toBeUndefined();
    expect(writePriority()).toBe('anonymous');
    expect(await models(model).find('id')).toMatchObject(members);
    return writePriority();
  });
  expect(found).toBe(priority);
});

const ONE_TIME = ['AuthorizationCode', 'DeviceCode', 'PushedAuthorizationRequest', 'RefreshToken'];

test.each(ONE_TIME)('a %s that was used is found as used, when it was used', async (model) => {
  const { models } = providerModels();
  const adapter = models(model);
  await adapter.upsert('id', payload(), LIFE);
  expect(await adapter.find('id')).not.toHaveProperty('consumed');
  await adapter.consume('id');
  expect(await adapter.find('id')).toMatchObject({ consumed: NOW });
});

test.each(ONE_TIME)('a %s that loses a race is refused, and is used for requests about tokens', async (model) => {
  const { models } = providerModels({ stateOf: 'race' });
  await models(model).upsert('id', payload(), LIFE);
  const error = model === 'PushedAuthorizationRequest' ? 'invalid_request_uri' : 'invalid_grant';
  for (const context of [undefined, requestAt('token')]) {
    await expect(during(context, () => models(model).find('id'))).rejects.toMatchObject({ error });
  }
  for (const route of ['revocation', 'introspection']) {
    expect(await during(requestAt(route), () => models(model).find('id'))).toMatchObject({ consumed: NOW });
  }
});

test('a refresh token and its mark are read together', async () => {
  const begun: string[] = [];
  const answer = Promise.withResolvers<void>();
  const { models } = providerModels({
    onRead: (collection) => {
      begun.push(collection);
      return answer.promise;
    },
  });
  await models('RefreshToken').upsert('id', payload(), LIFE);
  const found = models('RefreshToken').find('id');
  await new Promise(setImmediate);
  expect(begun.toSorted()).toEqual(['consumptions', 'provider_records']);
  answer.resolve();
  expect(await found).toMatchObject({ jti: 'id' });
});

test('an access token is no one-time value', async () => {
  const { models } = providerModels({ stateOf: 'race' });
  await models('AccessToken').upsert('id', payload(), LIFE);
  expect(await models('AccessToken').find('id')).toEqual({ exp: NOW + 60, jti: 'id' });
});

test('a token request notes what it uses up, with the end of its mark, and uses up nothing yet (D12)', async () => {
  const { models, key, consumptions } = providerModels();
  const adapter = models('RefreshToken');
  await adapter.upsert('id', payload({ exp: NOW + 30 }), LIFE);
  const mark = `RefreshToken:${key.digest('RefreshToken', 'id')}`;
  for (const isFound of [true, false]) {
    const context = requestAt('token');
    await during(context, async () => {
      if (isFound) await adapter.find('id');
      await adapter.consume('id');
      await adapter.consume('absent');
    });
    const { seen, consumptions: used } = unitOf(context as never);
    expect([...seen]).toEqual(isFound ? [[mark, NOW + 45]] : []);
    expect(used).toEqual([
      { id: mark, expiresAt: NOW + 45 },
      { id: `RefreshToken:${key.digest('RefreshToken', 'absent')}`, expiresAt: NOW + 15 },
    ]);
  }
  expect(await consumptions.isConsumed([mark])).toBe(false);
});

test('an authorization request keeps the mark of a pushed request for its code (RFC 9126)', async () => {
  const { models, did, key } = providerModels();
  const adapter = models('PushedAuthorizationRequest');
  await adapter.upsert('id', payload(), LIFE);
  const context = requestAt('authorization');
  await during(context, () => adapter.consume('id'));
  const { pushedMark } = requestState(context);
  const id = `PushedAuthorizationRequest:${key.digest('PushedAuthorizationRequest', 'id')}`;
  expect(pushedMark).toMatchObject({ id, expiresAt: NOW + 75 });
  await pushedMark?.drop();
  expect(did).toEqual([['forget', id]]);
  expect(await adapter.find('id')).not.toHaveProperty('consumed');
});

test.each<[string, object, string, boolean]>([
  ['a pending device code', {}, 'token', true],
  ['an answered device code', { accountId: 'acc_anna' }, 'token', false],
  ['a refused device code', { error: 'access_denied' }, 'token', false],
  ['a device code on a page', {}, 'code_verification', false],
])('%s of %j at %s is polled at a pace: %s (RFC 8628 §3.5)', async (_, members, route, isPaced) => {
  for (const [interval, outcome] of [
    [undefined, 'found'],
    [10, isPaced ? 'slow_down' : 'found'],
  ] as const) {
    const { models, did } = providerModels(interval === undefined ? {} : { interval });
    await models('DeviceCode').upsert('id', payload(members), LIFE);
    const found = during(requestAt(route), () => models('DeviceCode').find('id'));
    expect(
      await found.then(
        () => 'found',
        ({ error }: { error: string }) => error,
      ),
    ).toBe(outcome);
    expect(did).toEqual(isPaced ? [['poll', 5]] : []);
  }
});

test.each<[string, string, object, boolean | undefined, boolean]>([
  ['AuthorizationCode', 'token', { redirectUri: 'https://app.example' }, true, true],
  ['AuthorizationCode', 'token', { redirectUri: 'https://app.example' }, false, false],
  ['AuthorizationCode', 'token', { redirectUri: 'https://app.example' }, undefined, true],
  ['AuthorizationCode', 'token', {}, false, true],
  ['AuthorizationCode', 'introspection', { redirectUri: 'https://app.example' }, false, true],
  ['RefreshToken', 'token', { redirectUri: 'https://app.example' }, false, true],
])(
  'a %s at %s with %j, of a client whose redirect URI is %s, is found: %s',
  async (model, route, members, allowed, isFound) => {
    const { models } = providerModels();
    await models(model).upsert('id', payload(members), LIFE);
    const client = allowed === undefined ? {} : { client: { redirectUriAllowed: () => allowed } };
    const found = await during(requestAt(route, client), () => models(model).find('id'));
    expect(found !== undefined).toBe(isFound);
  },
);

test('an ended grant has its event; its tokens stay until they expire (D8)', async () => {
  const { models, grants, audit } = providerModels();
  await models('Grant').upsert('grt_1', payload({ accountId: 'acc_anna', clientId: 'cli_app' }), LIFE);
  await models('RefreshToken').upsert('id', payload({ grantId: 'grt_1' }), LIFE);
  await models('RefreshToken').revokeByGrantId('grt_1');
  await models('Grant').destroy('grt_1');
  expect(audit.events.map(({ type }) => type)).toEqual(['grant.revoked']);
  expect(await grants.get('grt_1')).toBeUndefined();
  await models('RefreshToken').destroy('id');
  expect(await models('RefreshToken').find('id')).toBeDefined();
});

test('a destroyed model is gone, each from where it is', async () => {
  const { models, did } = providerModels();
  await models('Interaction').destroy('uid');
  for (const model of ['AccessToken', 'AuthorizationCode', 'DeviceCode']) {
    await models(model).upsert('id', payload(), LIFE);
    await models(model).destroy('id');
    expect(await models(model).find('id')).toBeUndefined();
  }
  expect(did).toEqual([['answered', 'uid']]);
});

test('a code or an answered device is recorded before it is stored, and no other model (D12)', async () => {
  const { models, audit, grants } = providerModels();
  const account = { accountId: 'acc_anna', clientId: 'cli_app' };
  const stored: readonly [string, string, object, number][] = [
    ['AuthorizationCode', 'authorization', account, 1],
    ['AuthorizationCode', 'resume', account, 1],
    ['AuthorizationCode', 'token', account, 0],
    ['DeviceCode', 'device_resume', account, 1],
    ['DeviceCode', 'code_verification', account, 1],
    ['DeviceCode', 'code_verification', {}, 0],
    ['DeviceCode', 'device_authorization', account, 0],
    ['PushedAuthorizationRequest', 'authorization', account, 0],
  ];
  for (const [model, route, members, events] of stored) {
    audit.events.length = 0;
    await during(requestAt(route), () => models(model).upsert('id', payload(members), LIFE));
    expect([model, route, audit.of('authorization.granted').length]).toEqual([model, route, events]);
  }
  // Without a request there is no answer of a user.
  await models('AuthorizationCode').upsert('id', payload(account), LIFE);
  const context = requestAt('authorization');
  await during(context, () => models('Grant').upsert('grt_1', payload(account), LIFE));
  expect(await grants.get('grt_1')).toBeUndefined();
  await requestState(context).heldGrant?.store();
  expect(await grants.get('grt_1')).toBeDefined();
  await requestState(context).heldGrant?.drop();
  expect(await grants.get('grt_1')).toBeUndefined();
  await during(requestAt('token'), () => models('Grant').upsert('grt_1', payload(account), LIFE));
  expect(await grants.get('grt_1')).toBeDefined();
});

test('a refresh token of a token request is stored when the request is settled', async () => {
  const { models, records } = providerModels();
  const context = requestAt('token');
  await during(context, async () => {
    await models('RefreshToken').upsert('id', payload({ clientId: 'cli_app' }), LIFE);
    await models('AccessToken').upsert('at', payload(), LIFE);
    expect(await models('AccessToken').find('at')).toBeDefined();
    expect(await models('RefreshToken').find('id')).toBeUndefined();
  });
  const [write, ...others] = unitOf(context as never).writes;
  expect(others).toEqual([]);
  const { document } = (await write?.insertion?.()) ?? {};
  await write?.store();
  const id = (document as { readonly id: string }).id;
  expect((await records.get(id))?.document).toEqual(document);
  await write?.drop();
  expect(await records.get(id)).toBeUndefined();
});

test('an opaque access token settles its request once, with its own record among what is stored', async () => {
  const { models } = providerModels();
  const context = requestAt('token');
  const unit = unitOf(context as never);
  const settled: number[] = [];
  unit.settleWhenStored = async () => {
    settled.push(unit.writes.length);
  };
  await during(context, async () => {
    await models('AuthorizationCode').upsert('code', payload(), LIFE);
    expect(settled).toEqual([]);
    await models('AccessToken').upsert('at', payload(), LIFE);
    await models('AccessToken').upsert('other', payload(), LIFE);
  });
  expect(settled).toEqual([1]);
  expect(await models('AccessToken').find('at')).toBeUndefined();
  expect(await models('AccessToken').find('other')).toBeDefined();
});
