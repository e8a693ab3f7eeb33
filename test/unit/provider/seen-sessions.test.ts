/** What our own record of a session learns from oidc-provider's, and when it ends. */
import { expect, test } from '@jest/globals';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { seenSessions } from '../../../src/provider/interactions/seen-sessions.ts';
import { during, NOW, requestAt } from './provider-models.ts';

const ID = sessionIdOf('ses');
const ORIGIN = { provider: 'ups_1', subject: 'sub' };

const scene = ({ isOver = false } = {}) => {
  const did: unknown[] = [];
  const note =
    (name: string) =>
    async (...given: unknown[]): Promise<void> =>
      void did.push([name, ...given]);
  const port = seenSessions({
    sessions: { keep: note('keep'), hold: note('hold'), end: note('end') },
    clock: { now: () => NOW },
    sessionSeconds: 500,
    originOf: async (uid: string, ...given: unknown[]) => {
      did.push(['origin', uid, ...given]);
      return uid === 'upstream' ? ORIGIN : undefined;
    },
    isOverThere: async (...given: unknown[]) => {
      did.push(['over there', ...given]);
      return isOver;
    },
  } as never);
  return { port, did };
};

const SESSION = { uid: 'ses', accountId: 'acc_anna', loginTs: 5 };
const BARE = { uid: 'ses', account: 'acc_anna', authTime: 5, amr: [], apps: [] };

test('a session without an account, or without an id, is not recorded', async () => {
  const { port, did } = scene();
  for (const session of [{}, { uid: 'ses' }, { accountId: 'acc_anna' }]) await port.seen(session, 60);
  expect(did).toEqual([]);
});

test('a session is recorded for its life, with what it says and no more', async () => {
  const { port, did } = scene();
  await port.seen(SESSION, 60);
  await port.seen({ ...SESSION, acr: 7, amr: 'pwd', authorizations: { cli_a: {}, cli_b: undefined } }, 60);
  expect(did).toStrictEqual(Array(2).fill(['keep', { ...BARE, until: NOW + 60 }]));
  const authorizations = { cli_a: { sid: 's1' }, 'account-pages': { sid: 's2' }, cli_b: { sid: 7 } };
  await port.seen({ ...SESSION, acr: 'mfa', amr: ['pwd', 2], authorizations }, 60);
  const apps = [{ client: 'cli_a', sid: 's1' }];
  expect(did[2]).toStrictEqual(['keep', { ...BARE, acr: 'mfa', amr: ['pwd', '2'], apps, until: NOW + 60 }]);
});

test('in a request it has the network and browser, and the provider of the sign-in that the request finishes', async () => {
  const { port, did } = scene();
  const login = (interaction: unknown) => requestAt('resume', { result: { login: { interaction } } });
  await during(login(7), () => port.seen(SESSION, 60));
  await during(login('upstream'), () => port.seen(SESSION, 60));
  const seen = { ...BARE, until: NOW + 60, source: '192.0.2.1', userAgent: undefined };
  expect(did).toEqual([
    ['keep', seen],
    ['origin', 'upstream', 'acc_anna', ID],
    ['keep', { ...seen, upstream: ORIGIN }],
    ['over there', ORIGIN, 5],
  ]);
});

test('a sign-in that its provider has ended already ends the session, after it is recorded', async () => {
  const { port, did } = scene({ isOver: true });
  await during(requestAt('resume', { result: { login: { interaction: 'own' } } }), () => port.seen(SESSION, 60));
  expect(did.map((call) => (call as readonly unknown[])[0])).toEqual(['origin', 'keep']);
  did.length = 0;
  await during(requestAt('resume', { result: { login: { interaction: 'upstream' } } }), () => port.seen(SESSION, 60));
  expect(did.at(-1)).toEqual(['end', ID, { caller: 'ups_1' }, 'at_provider']);
});

test('the session of the request is recorded before something depends on it; another is held', async () => {
  const { port, did } = scene();
  await during(requestAt('authorization', { session: SESSION }), async () => {
    await port.holds(ID, NOW + 90);
    await port.holds('ses_other', NOW + 91);
  });
  await port.holds(ID, NOW + 92);
  expect(did).toEqual([
    ['keep', expect.objectContaining({ uid: 'ses', heldUntil: NOW + 90, until: NOW + 500 })],
    ['hold', 'ses_other', NOW + 91],
    ['hold', ID, NOW + 92],
  ]);
});

test.each<[string, object | undefined, string | undefined]>([
  ['a confirmed sign-out', { client: { clientId: 'cli_a' } }, 'cli_a'],
  ['a confirmed sign-out of no app', {}, 'acc_anna'],
  ['a sign-out that is not confirmed', { params: {} }, undefined],
  ['another route', { route: 'authorization' }, undefined],
  ['no account', { session: { uid: 'ses' } }, undefined],
  ['no session', { session: undefined }, undefined],
  ['no request', undefined, undefined],
])('at %s the session ends: or not', async (_, oidc, caller) => {
  const { port, did } = scene();
  const whole = oidc && requestAt('end_session_confirm', { params: { logout: 'yes' }, session: SESSION, ...oidc });
  await during(whole, () => port.ifSignedOut());
  const by = { caller, request: 'req_1', source: '192.0.2.1' };
  expect(did).toEqual(caller === undefined ? [] : [['end', ID, by, 'at_end_session']]);
});
