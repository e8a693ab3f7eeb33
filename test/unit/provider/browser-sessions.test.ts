/** The session of a browser on our own pages, and the sign-in that begins it. */
import { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { browserSessions } from '../../../src/provider/interactions/interactions.ts';
import { begunRequest } from './begun-request.ts';

type Session = { readonly accountId?: string; readonly [member: string]: unknown };

/** `longest`: characters of a path that fit into a cookie. */
const scene = ({ session = {} as Session, issuer = 'https://as.example', longest = 100 } = {}) => {
  const did: unknown[] = [];
  const kept = new Map<string, object>();
  const context = {
    secure: true,
    cookies: { secure: false, set: (...given: unknown[]) => did.push(['cookie', ...given]) },
  };
  const provider = {
    createContext: () => context,
    Session: { get: async () => ({ ...session, destroy: async () => did.push('destroy') }) },
  };
  const state = {
    keep(_: unknown, cookie: { readonly path: string }, text: string, payload: { returnTo: string }, seconds: number) {
      did.push([cookie.path, payload.returnTo, seconds]);
      if (payload.returnTo.length > longest) return false;
      kept.set(text, payload);
      return true;
    },
    valueOf: (_: unknown, name: string) => name,
    opened: (value: string, text: string) => (value === '__Host-sign-in' ? kept.get(text) : undefined),
    drop: (_: unknown, cookie: { readonly name: string }) => did.push(['drop', cookie.name]),
  };
  let secrets = 0;
  const newSecret = () => {
    secrets += 1;
    return `secret ${secrets}`;
  };
  const request = begunRequest();
  const port = browserSessions({
    provider: () => provider,
    identifiers: { newSecret },
    state,
    issuer,
    cookies: { session: '__Host-session', signIn: '__Host-sign-in' },
    sessions: { note: (...given: unknown[]) => did.push(['note', ...given]) },
  } as never);
  return { port, exchange: { request, response: new ServerResponse(request) }, did, context };
};

test('the current session is that of an account which stays; its use is noted', async () => {
  for (const session of [{}, { accountId: 'acc_anna', transient: true }]) {
    const { port, exchange, did } = scene({ session });
    expect([await port.current(exchange), did]).toEqual([undefined, []]);
  }
  const id = sessionIdOf('ses');
  const whole = { uid: 'ses', accountId: 'acc_anna', acr: 'mfa', amr: ['pwd', 'otp'], loginTs: 990 };
  const { port, exchange, did } = scene({ session: whole });
  const assurance = { acr: 'mfa', amr: ['pwd', 'otp'], authTime: 990 };
  expect(await port.current(exchange)).toStrictEqual({ id, account: 'acc_anna', assurance });
  expect(did).toEqual([['note', id, '192.0.2.1']]);
  const bare = scene({ session: { uid: 'ses', accountId: 'acc_anna' } });
  const unknown = { id, account: 'acc_anna', assurance: { amr: [], authTime: 0 } };
  expect(await bare.port.current(bare.exchange)).toStrictEqual(unknown);
});

test('a session ends with its cookie; without an account there is only the cookie', async () => {
  const cookie = ['cookie', '__Host-session', null, expect.objectContaining({ path: '/', httpOnly: true })];
  const { port, exchange, did, context } = scene({ session: { accountId: 'acc_anna' } });
  await port.end(exchange);
  expect(did).toEqual(['destroy', cookie]);
  expect(context.cookies.secure).toBe(true);
  const guest = scene();
  await guest.port.end(guest.exchange);
  expect(guest.did).toEqual([cookie]);
});

test.each(['account', '//evil.example', '/\\evil.example', 'https://evil.example/'])(
  'a sign-in returns to no %s, which is no path on our origin',
  async (path) => {
    const { port, exchange, did } = scene();
    await expect(port.signInUrl(exchange, path)).rejects.toThrow('returnTo is a path on our origin');
    expect(did).toEqual([]);
  },
);

test('a sign-in leads back to its page once, in the same browser', async () => {
  const { port, exchange, did } = scene({ issuer: 'https://as.example/tenant/' });
  const url = new URL(await port.signInUrl(exchange, '/account/grants?page=2'));
  expect(did).toEqual([['/tenant/account', '/account/grants?page=2', 3600]]);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    scope: 'openid',
    state: 'secret 1',
  });
  expect(url.searchParams.has('prompt')).toBe(false);
  for (const query of ['', 'state=secret 2']) {
    await expect(port.finishSignIn(exchange, new URLSearchParams(query))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  }
  expect(await port.finishSignIn(exchange, url.searchParams)).toBe('/account/grants?page=2');
  expect(did.slice(1)).toEqual(Array(3).fill(['drop', '__Host-sign-in']));
});

test('a sign-in may be asked anew', async () => {
  const { port, exchange } = scene();
  expect(new URL(await port.signInUrl(exchange, '/account', 'anew')).searchParams.get('prompt')).toBe('login');
});

test.each([
  [30, ['/account/grants?page=22']],
  [15, ['/account/grants?page=22', '/account/grants']],
  [8, ['/account/grants?page=22', '/account/grants', '/account']],
])('a path that is too long for a cookie of %s is kept shorter', async (longest, tried) => {
  const { port, exchange, did } = scene({ longest });
  const url = new URL(await port.signInUrl(exchange, '/account/grants?page=22'));
  expect(did).toEqual(tried.map((path) => ['/account', path, 3600]));
  expect(await port.finishSignIn(exchange, url.searchParams)).toBe(tried.at(-1));
});

test('a sign-in that no cookie can hold is not begun', async () => {
  const { port, exchange } = scene({ longest: 1 });
  await expect(port.signInUrl(exchange, '/account')).rejects.toThrow('a path of ours fits into a cookie');
});
