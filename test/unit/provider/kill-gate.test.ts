/** Which look-ups of a client a kill of everything closes (invariant 6). */
import { expect, test } from '@jest/globals';
import { closedByKills } from '../../../src/provider/client-authentication/kill-gate.ts';
import { during, requestAt } from './provider-models.ts';

const found = (route: string | undefined, id: string, isKilled: boolean) => {
  const clients = closedByKills(
    { find: async (asked: string) => (asked === 'unknown' ? undefined : { client_id: asked }) } as never,
    { ended: async () => isKilled } as never,
  );
  const find = async () => (await clients.find(id)) !== undefined;
  return during(route === undefined ? undefined : requestAt(route), find).catch(
    ({ code, retryAfterSeconds }: { readonly code: string; readonly retryAfterSeconds: number }) => [
      code,
      retryAfterSeconds,
    ],
  );
};

const CLOSED = ['unavailable', 30];

test.each([
  'token',
  'pushed_authorization_request',
  'device_authorization',
  'authorization',
  'resume',
  'code_verification',
  'device_resume',
])('at %s the kill answers for a client that it took away, and for our own pages', async (route) => {
  expect([await found(route, 'unknown', true), await found(route, 'account-pages', true)]).toEqual([CLOSED, CLOSED]);
  expect([await found(route, 'unknown', false), await found(route, 'account-pages', false)]).toEqual([false, true]);
  expect(await found(route, 'cli_app', true)).toBe(true);
});

test.each([undefined, 'introspection', 'revocation', 'end_session'])('at %s a kill closes nothing', async (route) => {
  expect([await found(route, 'unknown', true), await found(route, 'account-pages', true)]).toEqual([false, true]);
});
