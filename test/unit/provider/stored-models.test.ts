/** Where each model of oidc-provider is stored, in which form, and for how long (decision D13). */
import { expect, test } from '@jest/globals';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { duringExchange } from '../../../src/provider/seam/current-exchange.ts';
import { during, NOW, providerModels, requestAt } from './provider-models.ts';

const payload = (more: object = {}) => ({ exp: NOW + 60, jti: 'handle', ...more }) as never;
const LIFE = 60;
const SESSION = { accountId: 'acc_anna', uid: 'ses', loginTs: 5 };

test('a token is stored once, without its handle, with grant and account where it has them (D14)', async () => {
  const { models, records, key } = providerModels();
  const id = (handle: string) => `RefreshToken:${key.digest('RefreshToken', handle)}`;
  const whole = { grantId: 'grt_1', accountId: 'acc_anna' };
  await models('RefreshToken').upsert('one', payload(whole), LIFE);
  await models('RefreshToken').upsert('two', payload(), LIFE);
  const common = { model: 'RefreshToken', expiresAt: NOW + 75 };
  expect((await records.get(id('one')))?.document).toStrictEqual({
    id: id('one'),
    ...common,
    payload: { exp: NOW + 60, ...whole },
    grant: 'grt_1',
    account: 'acc_anna',
  });
  expect((await records.get(id('two')))?.document).toStrictEqual({
    id: id('two'),
    ...common,
    payload: { exp: NOW + 60 },
  });
  expect(await models('RefreshToken').find('one')).toEqual({ exp: NOW + 60, jti: 'one', ...whole });
});

test('a session of an account is sealed, and found by its uid', async () => {
  const { models, records, did } = providerModels();
  await models('Session').upsert('id', payload(SESSION), LIFE);
  expect(did).toEqual([['no guest'], ['seen', payload(SESSION), LIFE]]);
  const [found] = await records.find({ where: { uid: 'ses' }, limit: 2 });
  expect(Object.keys(found?.document ?? {}).sort()).toEqual(['account', 'expiresAt', 'id', 'model', 'sealed', 'uid']);
  expect(found?.document).toMatchObject({ account: 'acc_anna', expiresAt: NOW + 75 });
  expect(await models('Session').find('id')).toEqual(payload(SESSION));
  expect(await models('Session').findByUid('ses')).toEqual(payload(SESSION));
  expect(await models('Session').findByUid('other')).toBeUndefined();
  expect(did.slice(2)).toEqual(Array(2).fill(['live', 'acc_anna', 5, sessionIdOf('ses')]));
});

test('a session that has ended is absent', async () => {
  const { models } = providerModels({ isSessionLive: false });
  await models('Session').upsert('id', payload(SESSION), LIFE);
  expect([await models('Session').find('id'), await models('Session').findByUid('ses')]).toEqual([
    undefined,
    undefined,
  ]);
});

test('one request checks a session once, and stores it again only when it has changed', async () => {
  const { models, did, records } = providerModels();
  await models('Session').upsert('id', payload(SESSION), LIFE);
  did.length = 0;
  const context = requestAt('authorization');
  const storedAt = async () => (await records.find({ where: { uid: 'ses' }, limit: 1 }))[0]?.document.expiresAt;
  await duringExchange(context as never, async () => {
    for (let times = 0; times < 2; times += 1) await models('Session').find('id');
    expect(did).toEqual([['live', 'acc_anna', 5, sessionIdOf('ses')]]);
    await models('Session').upsert('id', payload(SESSION), LIFE + 1);
    expect(await storedAt()).toBe(NOW + 75);
    await models('Session').upsert('id', payload({ ...SESSION, acr: 'mfa' }), LIFE + 1);
    expect(await storedAt()).toBe(NOW + 76);
    expect(await models('Session').find('id')).toMatchObject({ acr: 'mfa' });
    await models('Session').destroy('id');
    expect(await models('Session').find('id')).toBeUndefined();
  });
  expect(did.filter((call) => (call as readonly unknown[])[0] === 'signed out')).toHaveLength(1);
});

test('a session without an account is in its browser alone, and ends there', async () => {
  const { models, did, records } = providerModels({ guest: { uid: 'guest' } });
  await models('Session').upsert('id', payload({ uid: 'guest' }), LIFE);
  expect(await models('Session').find('id')).toEqual({ uid: 'guest' });
  await models('Session').destroy('id');
  expect(did).toEqual([['guest', 'id', payload({ uid: 'guest' }), LIFE], ['no guest']]);
  expect(await records.find({ where: { uid: 'guest' }, limit: 1 })).toEqual([]);
});

test('a prompt is in its browser', async () => {
  const { models, did } = providerModels();
  await models('Interaction').upsert('uid', payload(), LIFE);
  expect(did).toEqual([['prompt', 'uid', payload(), LIFE]]);
  expect(await models('Interaction').find('uid')).toEqual({ uid: 'uid' });
});

test('a grant is found while its client holds it, and its session is told first', async () => {
  const { models, grants, did } = providerModels();
  const members = { accountId: 'acc_anna', clientId: 'cli_app' };
  await models('Grant').upsert('grt_1', payload(members), LIFE);
  expect(did).toEqual([]);
  await models('Grant').upsert('grt_2', payload({ ...members, session: 'ses_1' }), LIFE);
  expect(did).toEqual([['holds', 'ses_1', NOW + 75]]);
  expect((await grants.get('grt_1'))?.document).toEqual({
    id: 'grt_1',
    account: 'acc_anna',
    clientId: 'cli_app',
    payload: payload(members),
    createdAt: NOW,
    expiresAt: NOW + 75,
  });
  expect(await models('Grant').find('grt_1')).toEqual(payload(members));
  expect(await models('Grant').find('grt_3')).toBeUndefined();
  const lost = providerModels({ isGrantHeld: false });
  await lost.models('Grant').upsert('grt_1', payload(members), LIFE);
  expect(await lost.models('Grant').find('grt_1')).toBeUndefined();
});

test('a device code is found by its user code', async () => {
  const { models, ephemeral, key } = providerModels();
  await models('DeviceCode').upsert('id', payload({ userCode: 'ABCD' }), LIFE);
  await models('DeviceCode').upsert('other', payload({ accountId: 'acc_anna' }), LIFE);
  expect(await models('DeviceCode').findByUserCode('ABCD')).toMatchObject({ userCode: 'ABCD' });
  for (const code of ['OTHER', 'undefined']) expect(await models('DeviceCode').findByUserCode(code)).toBeUndefined();
  await ephemeral.set(`UserCode:${key.digest('UserCode', 'DAMAGED')}`, 'no sealed value', LIFE);
  expect(await models('DeviceCode').findByUserCode('DAMAGED')).toBeUndefined();
});

test('a value that expires at once is kept for a moment', async () => {
  const { models } = providerModels();
  await models('AuthorizationCode').upsert('id', payload(), -100);
  expect(await models('AuthorizationCode').find('id')).toBeDefined();
});

test.each<[string, string, object, boolean, readonly unknown[] | undefined]>([
  ['PushedAuthorizationRequest', 'pushed_authorization_request', {}, true, ['pushed_request', '192.0.2.1']],
  [
    'PushedAuthorizationRequest',
    'pushed_authorization_request',
    { client: { clientId: 'cli_app' } },
    true,
    ['client_pushed_request', 'cli_app'],
  ],
  [
    'PushedAuthorizationRequest',
    'pushed_authorization_request',
    { client: { clientId: 'cli_app' } },
    false,
    ['pushed_request', '192.0.2.1'],
  ],
  ['DeviceCode', 'device_authorization', { client: { clientId: 'cli_app' } }, true, ['client_device_code', 'cli_app']],
  ['DeviceCode', 'device_resume', { client: { clientId: 'cli_app' } }, true, undefined],
  ['AuthorizationCode', 'device_authorization', { client: { clientId: 'cli_app' } }, true, undefined],
])('a %s at %s with %j, proven: %s, counts as open for %j', async (model, route, oidc, isProven, counted) => {
  const { models, did } = providerModels({ isProven });
  await during(requestAt(route, oidc), () => models(model).upsert('id', payload(), LIFE));
  const [kind, from] = counted ?? [];
  expect(did).toEqual(counted === undefined ? [] : [['open', kind, expect.any(Object), from, LIFE + 15]]);
  expect((await models(model).find('id')) !== undefined).toBe(counted === undefined);
});

test('what another master key stored is found, replaced and used up in its place', async () => {
  const { models, rotated, records } = providerModels();
  for (const model of ['RefreshToken', 'AuthorizationCode']) {
    await models(model).upsert('old', payload({ by: 'first' }), LIFE);
    expect(await rotated(model).find('old')).toMatchObject({ by: 'first' });
    await rotated(model).consume('old');
    expect(await models(model).find('old')).toMatchObject({ consumed: NOW });
    await rotated(model).upsert('new', payload({ by: 'second' }), LIFE);
    expect(await rotated(model).find('new')).toMatchObject({ by: 'second' });
    expect(await models(model).find('new')).toBeUndefined();
    expect(await rotated(model).find('absent')).toBeUndefined();
  }
  await models('Session').upsert('id', payload(SESSION), LIFE);
  await rotated('Session').upsert('id', payload({ ...SESSION, acr: 'mfa' }), LIFE);
  expect(await records.find({ where: { uid: 'ses' }, limit: 2 })).toHaveLength(1);
});

test('a record without a payload is unreadable, so that it counts as absent', async () => {
  const { models, records, did, key } = providerModels();
  const id = `AccessToken:${key.digest('AccessToken', 'id')}`;
  await records.insert({ id, model: 'AccessToken', expiresAt: NOW + 60 });
  expect(await models('AccessToken').find('id')).toBeUndefined();
  expect(did).toEqual([['unreadable', 'AccessToken']]);
});

test('only a model that is stored as it is has an insertion', async () => {
  const { stored } = providerModels();
  await expect(stored('Session').insertion('id', payload(), LIFE)).rejects.toThrow('Session is not stored as it is');
  const { collection, document } = await stored('AccessToken').insertion('id', payload(), LIFE);
  expect([collection, document]).toEqual(['provider_records', expect.objectContaining({ expiresAt: NOW + 75 })]);
});
