/** Guesses of user codes, codes in links, and the polling interval in the response (RFC 8628). */
import { expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { deviceAuthorization, shownUserCode } from '../../../src/provider/interactions/device-authorization.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { begunRequest } from './begun-request.ts';
import { during, NOW, requestAt } from './provider-models.ts';

type Middleware = (context: object, next: () => Promise<void>) => Promise<void>;
type Model = { exp?: number; id: string; persist(): Promise<string>; save(ttl: number): Promise<string> };

const scene = (deviceUserCodeAttempts = 2) => {
  const did: unknown[] = [];
  const clock = { now: () => NOW, nowMillis: () => NOW * 1000 };
  let middleware: Middleware | undefined;
  class Session {
    async persist(): Promise<string> {
      return 'persisted';
    }
    async save(ttl: number): Promise<string> {
      return `saved for ${ttl}`;
    }
  }
  deviceAuthorization(
    { use: (one: Middleware) => (middleware = one), Session, cookieName: (name: string) => `__Host-${name}` } as never,
    {
      configuration: {
        limits: { deviceUserCodeAttempts },
        sessions: { ttlSeconds: 900 },
        tokens: { devicePollIntervalSeconds: 7 },
      },
      ephemeral: memoryEphemeralStore(clock),
      masterKey: masterKey(Buffer.alloc(32, 1)),
      clock,
      pages: { error: async (_: unknown, out: unknown) => did.push(['page', out]) },
      refusals: { note: async (...given: unknown[]) => did.push(['refused', ...given]) },
    } as never,
  );
  const visit = async (changes: object, then: (context: Record<string, unknown>) => void = () => undefined) => {
    const context: Record<string, unknown> = {
      req: begunRequest(),
      path: '/device',
      method: 'POST',
      query: {},
      status: 404,
      accepts: () => 'json',
      set: (...given: unknown[]) => did.push(given),
      ...changes,
    };
    await middleware?.(context, async () => {
      did.push('next');
      then(context);
    });
    return context;
  };
  return { visit, did, session: () => new Session() as unknown as Model };
};

test('a code is shown in groups', () => {
  expect([shownUserCode('ABCDEFGH'), shownUserCode('ABC')]).toEqual(['ABCD-EFGH', 'ABC-']);
});

test.each<[string, object, string | undefined]>([
  ['a link with a code', { method: 'GET', query: { user_code: 'ABCD-EFGH' } }, 'ABCD-EFGH'],
  ['a link with much text', { method: 'GET', query: { user_code: 'x'.repeat(50) } }, 'x'.repeat(40)],
  ['a link in capitals, with a slash', { method: 'GET', path: '/DEVICE/', query: { user_code: 'A' } }, 'A'],
  ['a link without a code', { method: 'GET', query: { a: 'b' } }, undefined],
  ['a form', { query: { user_code: 'A' } }, undefined],
  ['another page', { method: 'GET', path: '/device/x', query: { user_code: 'A' } }, undefined],
])('%s %j shows the code %s, and never sends it (§5.4)', async (_, changes, code) => {
  const { visit } = scene();
  const context = await visit(changes);
  expect(requestState(context as never).userCode).toBe(code);
  expect(context['query']).toEqual(code === undefined ? ((changes as { query: object }).query ?? {}) : {});
});

const REFUSED = { error: 'slow_down', error_description: expect.stringContaining('too many user codes') };

test('guesses of a network are limited, and answered in the form that is asked for (§5.1)', async () => {
  const { visit, did } = scene();
  for (let times = 0; times < 2; times += 1) await visit({});
  await visit({ method: 'GET' });
  await visit({ path: '/token' });
  expect(did).toEqual(['next', 'next', 'next', 'next']);
  did.length = 0;
  const program = await visit({});
  expect([program['status'], program['body']]).toEqual([429, REFUSED]);
  expect(did).toEqual([['Retry-After', '600']]);
  did.length = 0;
  await visit({ accepts: () => 'html' });
  expect(did).toEqual([
    ['Retry-After', '600'],
    ['refused', '192.0.2.1', 'slow_down', 'req_1'],
    ['page', REFUSED],
  ]);
});

test('a right code is no guess, so that an office can connect all its devices', async () => {
  const { visit, did } = scene();
  const isRight = { oidc: { entities: { DeviceCode: {} } } };
  for (let times = 0; times < 4; times += 1) await visit(isRight);
  // Pages that lead to it, and other endpoints, give nothing back.
  await visit({});
  await visit({ ...isRight, method: 'GET' });
  await visit({ ...isRight, path: '/token' });
  await visit({});
  did.length = 0;
  expect(await visit({})).toMatchObject({ status: 429 });
});

test.each<[object, object, object]>([
  [{ oidc: { route: 'device_authorization', entities: {} } }, { status: 200 }, { device_code: 'd', interval: 7 }],
  [{ oidc: { route: 'device_authorization', entities: {} } }, { status: 400 }, { device_code: 'd' }],
  [{ oidc: { route: 'token', entities: {} } }, { status: 200 }, { device_code: 'd' }],
  [{}, { status: 200 }, { device_code: 'd' }],
])('the response to %j with %j is %j (§3.2)', async (changes, answer, body) => {
  const { visit } = scene();
  const context = await visit({ path: '/x', ...changes }, (one) =>
    Object.assign(one, answer, { body: { device_code: 'd' } }),
  );
  expect(context['body']).toEqual(body);
});

test('a page that is the first of its browser begins the session that it needs (V9)', async () => {
  const { session } = scene();
  const set: unknown[] = [];
  const context = requestAt('code_verification', { cookies: { set: (...given: unknown[]) => set.push(given) } });
  const late = Object.assign(session(), { id: 'new' });
  expect(await during(context, () => late.persist())).toBe('saved for 900');
  expect(set).toEqual([['__Host-session', 'new', expect.objectContaining({ httpOnly: true })]]);
  expect(await during(context, () => Object.assign(session(), { exp: 5 }).persist())).toBe('persisted');
  expect(set).toHaveLength(1);
});
