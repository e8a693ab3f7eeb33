/** What an anonymous browser keeps for oidc-provider, and when an answer of it is used up (invariants 1 and 9). */
import { EventEmitter } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { asRequest, writePriority } from '../../../src/domain/ports/write-priority.ts';
import { browserState, IN_STORE } from '../../../src/provider/interactions/browser-state.ts';
import { keptByBrowser } from '../../../src/provider/interactions/kept-by-browser.ts';
import { duringExchange } from '../../../src/provider/seam/current-exchange.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { sealedPayloads } from '../../../src/provider/seam/stored-payloads.ts';
import { during, NOW } from './provider-models.ts';

const COOKIES = { interactionState: 'asked', resumeState: 'answered', guest: 'guest' };
const LONG = 'x'.repeat(3000);

const scene = ({ isFirst = true } = {}) => {
  const clock = { now: () => NOW, nowMillis: () => NOW * 1000 };
  const key = masterKey(Buffer.alloc(32, 1), Buffer.alloc(32, 2));
  const ephemeral = memoryEphemeralStore(clock);
  const did: unknown[] = [];
  const kept = keptByBrowser({
    state: browserState({ masterKey: key, clock, isHttps: true }),
    ephemeral,
    masterKey: key,
    consumptions: {
      async consumeAll(_: unknown, expiresAt: number) {
        did.push(['use', expiresAt]);
        return isFirst;
      },
    },
    cookies: COOKIES,
    basePath: '/tenant',
    openedPayload: sealedPayloads({ masterKey: key, onUnreadable: () => undefined }).openedPayload,
    open: {
      async set(kind: string, values: Readonly<Record<string, string>>, from: string, ttl: number) {
        did.push(['open', kind, from, ttl]);
        for (const [name, value] of Object.entries(values)) await ephemeral.set(name, value, ttl);
      },
      drop: async (kind: string, name: string) => {
        did.push(['closed', kind]);
        return ephemeral.take(name);
      },
    },
  } as never);
  return { kept, did };
};

/** A request of a browser that holds these cookies; `set` are those of its response, name to attributes. */
const exchangeOf = (cookies: Readonly<Record<string, string>> = {}) => {
  const req = new IncomingMessage(new Socket());
  req.headers.cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  const set: string[] = [];
  const res = Object.assign(new EventEmitter(), { appendHeader: (_: string, value: string) => set.push(value) });
  const held = () =>
    Object.fromEntries(
      set.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1).split(';')[0] ?? '']),
    );
  return { exchange: { req, res } as never, set, held };
};

const ASKED = { prompt: 'login' } as never;
const ANSWERED = { result: { login: {} }, returnTo: 'https://as.example/tenant/auth/uid' } as never;

test('a prompt and its answer are kept in cookies of their own paths, and neither is read for the other', async () => {
  const { kept, did } = scene();
  const first = exchangeOf();
  await duringExchange(first.exchange, async () => {
    await kept.interactions.write('uid', ASKED, 60);
    await kept.interactions.write('uid', ANSWERED, 0);
  });
  expect(first.set.map((one) => one.replace(/=[^;]*/, ''))).toEqual([
    'asked; Path=/tenant/interaction/uid; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
    'answered; Path=/tenant/auth/uid; Max-Age=1; HttpOnly; SameSite=Lax; Secure',
  ]);
  expect(did).toEqual([]);
  const { asked = '', answered = '' } = first.held();
  const find = async (cookies: Readonly<Record<string, string>>, route: string, uid = 'uid') => {
    const { exchange } = exchangeOf(cookies);
    return during({ ...(exchange as object), oidc: { route } }, () => kept.interactions.find(uid));
  };
  expect(await find({ asked, answered }, 'interaction')).toEqual(ASKED);
  for (const route of ['resume', 'device_resume']) expect(await find({ asked, answered }, route)).toEqual(ANSWERED);
  expect(await find({ asked: answered }, 'interaction')).toBeUndefined();
  expect(await find({ answered: asked }, 'resume')).toBeUndefined();
  expect(await find({ asked }, 'interaction', 'other')).toBeUndefined();
  expect(await find({}, 'interaction')).toBeUndefined();
});

test('without a request there is no browser', async () => {
  const { kept } = scene();
  await expect(kept.interactions.write('uid', ASKED, 60)).rejects.toThrow(
    'a Interaction is kept by the browser of a request',
  );
  expect([await kept.interactions.find('uid'), await kept.guests.find('id')]).toEqual([undefined, undefined]);
  kept.guests.drop();
  await kept.interactions.destroy('uid');
});

test('what is too long for a cookie is in the store, within its budget, and is removed with its answer', async () => {
  const { kept, did } = scene();
  const first = exchangeOf();
  const long = { ...(ANSWERED as object), text: LONG } as never;
  await duringExchange(first.exchange, () => kept.interactions.write('uid', long, 60));
  expect(did).toEqual([['open', 'prompt', '192.0.2.1', 75]]);
  expect(first.held()).toEqual({ answered: IN_STORE });
  const { exchange } = exchangeOf({ answered: IN_STORE });
  const Interaction = { result: {}, exp: NOW + 60, returnTo: 'https://as.example/tenant/auth/uid' };
  const context = { ...(exchange as object), oidc: { route: 'resume', entities: { Interaction } } };
  await during(context, async () => {
    expect(await kept.interactions.find('uid')).toEqual(long);
    await kept.interactions.destroy('uid');
    expect(await kept.interactions.find('uid')).toBeUndefined();
  });
  expect(did.slice(1)).toEqual(Array(2).fill(['closed', 'prompt']));
});

type Answer = { readonly entities: { readonly Interaction: object }; readonly session?: object };

test.each<[string, Answer, boolean]>([
  ['of a sign-in', { entities: { Interaction: { result: { login: {} } } } }, true],
  ['of a session', { entities: { Interaction: {} }, session: { accountId: 'acc_anna' } }, true],
  ['without an account', { entities: { Interaction: { result: { consent: {} } } }, session: {} }, false],
])('an answer %s is used up when the request continues, and not twice', async (_, { entities, ...more }, isMarked) => {
  const answered = { exp: NOW + 60, returnTo: 'https://as.example/tenant/auth/uid', ...entities.Interaction };
  for (const isFirst of [true, false]) {
    const { kept, did } = scene({ isFirst });
    const { exchange, set } = exchangeOf({ answered: 'sealed' });
    const oidc = { route: 'resume', entities: { Interaction: answered }, ...more };
    const end = () =>
      during({ ...(exchange as object), oidc }, () =>
        asRequest(async () => {
          await kept.interactions.destroy('uid');
          return writePriority();
        }),
      );
    expect(await end().catch(({ error }: { readonly error: string }) => error)).toBe(
      isMarked ? (isFirst ? 'authenticated' : 'invalid_request') : 'anonymous',
    );
    expect(did).toEqual(isMarked ? [['use', NOW + 75]] : []);
    expect(set.map((one) => one.split(';').slice(0, 2).join(''))).toEqual(
      isMarked && !isFirst ? [] : ['answered= Path=/tenant/auth/uid', 'asked= Path=/tenant/interaction/uid'],
    );
  }
});

test('a request without an answer uses up none', async () => {
  const { kept, did } = scene();
  const { exchange, set } = exchangeOf();
  await during({ ...(exchange as object), oidc: { entities: {} } }, () => kept.interactions.destroy('uid'));
  expect([did, set]).toEqual([[], []]);
});

test('a guest is kept for what it holds, and dropped where a browser has one', async () => {
  const { kept } = scene();
  const first = exchangeOf();
  await duringExchange(first.exchange, () => kept.guests.write('id', { state: { a: 1 } } as never, 0));
  expect(first.set[0]).toContain('Path=/; Max-Age=1;');
  const { guest = '' } = first.held();
  const second = exchangeOf({ guest });
  await duringExchange(second.exchange, async () => {
    expect(await kept.guests.find('id')).toEqual({ state: { a: 1 } });
    expect(await kept.guests.find('other')).toBeUndefined();
    await kept.guests.write('id', {} as never, 60);
  });
  expect(second.held()).toEqual({ guest: '' });
  const third = exchangeOf();
  await duringExchange(third.exchange, () => kept.guests.write('id', {} as never, 60));
  expect(third.set).toEqual([]);
});
