import { describe, expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { isLetCount } from '../../../src/domain/identity/accounts/account.ts';
import { passwordSignIn, type SignedIn } from '../../../src/domain/identity/accounts/sign-in.ts';
import { composePeoplePages, LIMITS } from '../../support/composed-people-pages.ts';
import { PASSWORD } from '../../support/composed-services.ts';

const attempt = (username: string, password: string, more: { source?: string; device?: string } = {}) => ({
  username,
  password,
  source: '192.0.2.1',
  request: 'req_1',
  ...more,
});

/** A sign-in that is complete; the browser's number. */
const deviceOf = async (promise: Promise<SignedIn>): Promise<string> => {
  const signedIn = await promise;
  if (signedIn.next !== 'done') throw new Error('a second factor is asked for');
  return signedIn.device;
};

const refusalOf = async (promise: Promise<unknown>) => {
  const [{ reason } = { reason: undefined }] = (await Promise.allSettled([promise])) as PromiseRejectedResult[];
  const { code, message, retryAfterSeconds } = reason as Record<string, unknown>;
  return { code, message, retryAfterSeconds };
};

describe('sign-in', () => {
  test('answers the account, after its event stands', async () => {
    const { signIn, ada, audit } = await composePeoplePages();
    const { account } = await signIn.signIn(attempt(' Ada ', PASSWORD));
    expect(account.id).toBe(ada.id);
    expect(audit.events).toEqual([
      {
        type: 'session.started',
        outcome: 'granted',
        request: 'req_1',
        subject: ada.id,
        caller: ada.id,
        personal: { source: '192.0.2.1', username: 'ada' },
      },
    ]);
    audit.state.failing = true;
    await expect(signIn.signIn(attempt('ada', PASSWORD))).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('LG-01 unknown, wrong, disabled, without a password and too long give one answer', async () => {
    const { signIn, accounts, bob, audit } = await composePeoplePages();
    await accounts.create({ username: 'carl', name: 'Carl' }, { caller: 'system' });
    await accounts.disable(bob.id, { caller: 'system' });
    audit.events.length = 0;
    const answers = [
      await refusalOf(signIn.signIn(attempt('unknown', PASSWORD))),
      await refusalOf(signIn.signIn(attempt('ada', 'wrong password'))),
      await refusalOf(signIn.signIn(attempt('bob', PASSWORD))),
      await refusalOf(signIn.signIn(attempt('carl', PASSWORD))),
      await refusalOf(signIn.signIn(attempt('ada', 'x'.repeat(5000)))),
      await refusalOf(signIn.signIn(attempt('no such\u200bname', PASSWORD))),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'unauthenticated' });
    expect(audit.of('session.refused').map(({ inputs }) => inputs?.['reason'])).toEqual([
      'unknown_account',
      'wrong_password',
      'account_disabled',
      'no_password',
      'wrong_password',
      // The second name that no account has is counted.
    ]);
    expect(JSON.stringify(audit.events)).not.toContain('correct horse');
  });

  test('WB-03 a password that is changed while its hash waits for its turn begins no session that counts', async () => {
    const world = await composePeoplePages();
    const { accounts, ada, clock } = world;
    const slowly = {
      ...{ ...world, identifiers: randomIdentifiers, masterKey: world.masterKey, limits: LIMITS },
      passwords: {
        verify: async () => {
          clock.move(3);
          await accounts.setPassword(ada.id, 'a whole new sentence', { caller: 'acc_admin' });
          clock.move(5);
          return true;
        },
        verifyNothing: async () => false as const,
      },
    };
    const { assurance } = await passwordSignIn(slowly).signIn(attempt('ada', PASSWORD));
    const { document } = (await accounts.get(ada.id)) ?? {};
    expect(document && isLetCount(document, 'ses_new', assurance.authTime)).toBe(false);
  });

  test('LG-02 parallel guesses never pass the limit, and an unknown name is limited alike', async () => {
    for (const username of ['ada', 'unknown']) {
      const { signIn, audit } = await composePeoplePages();
      const all = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          refusalOf(signIn.signIn(attempt(username, `guess number ${index}`, { source: `198.51.100.${index}` }))),
        ),
      );
      expect(all.filter(({ code }) => code === 'unauthenticated')).toHaveLength(LIMITS.signInPerAccount);
      expect(all.find(({ code }) => code === 'too_many_requests')).toEqual({
        code: 'too_many_requests',
        message: 'There were too many attempts to sign in. Wait and try again.',
        retryAfterSeconds: LIMITS.signInWindowSeconds,
      });
      // 195 attempts were not tried: of an account the 1st, 2nd, 4th … 128th are written, of no account the first.
      const limited = audit.of('session.refused').filter(({ error }) => error === 'too_many_requests');
      expect(limited.map(({ count }) => count).sort((one = 0, other = 0) => one - other)).toEqual(
        username === 'ada' ? [1, 2, 4, 8, 16, 32, 64, 128] : [1],
      );
    }
  });

  test('LG-02 one source is limited over all names', async () => {
    const { signIn, clock } = await composePeoplePages();
    for (let index = 0; index < LIMITS.signInPerSource; index += 1) {
      expect(await refusalOf(signIn.signIn(attempt(`name${index}`, 'wrong password')))).toMatchObject({
        code: 'unauthenticated',
      });
    }
    expect(await refusalOf(signIn.signIn(attempt('ada', PASSWORD)))).toMatchObject({ code: 'too_many_requests' });
    await signIn.signIn(attempt('ada', PASSWORD, { source: '203.0.113.9' }));
    clock.move(LIMITS.signInWindowSeconds);
    await signIn.signIn(attempt('ada', PASSWORD));
  });

  test('LG-02 a browser that signed in before is not locked out by strangers, and has a budget too', async () => {
    const { signIn, bob } = await composePeoplePages();
    const device = await deviceOf(signIn.signIn(attempt('ada', PASSWORD)));
    const ofBob = await deviceOf(signIn.signIn(attempt('bob', PASSWORD)));
    for (let index = 0; index < 10; index += 1) {
      await refusalOf(signIn.signIn(attempt('ada', 'wrong password', { source: '203.0.113.9' })));
    }
    expect(await refusalOf(signIn.signIn(attempt('ada', PASSWORD)))).toMatchObject({ code: 'too_many_requests' });
    await signIn.signIn(attempt('ada', PASSWORD, { device }));
    // The cookie of another account, a forged one and nonsense are worth nothing.
    for (const other of [ofBob, `${device.slice(0, -2)}xx`, bob.id, '']) {
      expect(await refusalOf(signIn.signIn(attempt('ada', PASSWORD, { device: other })))).toMatchObject({
        code: 'too_many_requests',
      });
    }
    for (let index = 1; index < LIMITS.signInPerAccount; index += 1) {
      expect(await refusalOf(signIn.signIn(attempt('ada', 'wrong password', { device })))).toMatchObject({
        code: 'unauthenticated',
      });
    }
    expect(await refusalOf(signIn.signIn(attempt('ada', PASSWORD, { device })))).toMatchObject({
      code: 'too_many_requests',
    });
  });

  test('LG-02 browsers that signed in with the last password have no budgets to guess the next one', async () => {
    const { signIn, accounts, ada, clock } = await composePeoplePages();
    const thiefs: string[] = [];
    let device: string | undefined;
    // Each sign-in of a browser that is known makes another one known.
    for (let index = 0; index < LIMITS.signInPerAccount; index += 1) {
      device = await deviceOf(signIn.signIn(attempt('ada', PASSWORD, device === undefined ? {} : { device })));
      thiefs.push(device);
    }
    clock.move(LIMITS.signInWindowSeconds);
    const { document } = await accounts.setPassword(ada.id, 'a whole new sentence', { caller: ada.id });
    const codes = [];
    for (const one of thiefs) {
      for (let index = 0; index < LIMITS.signInPerAccount; index += 1) {
        codes.push((await refusalOf(signIn.signIn(attempt('ada', `guess ${index}`, { device: one })))).code);
      }
    }
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(LIMITS.signInPerAccount);
    expect(codes.filter((code) => code === 'too_many_requests')).toHaveLength(codes.length - LIMITS.signInPerAccount);
    // The browser in which it was set is known, even if strangers use up their attempts.
    const hers = signIn.deviceOf(document, undefined);
    await signIn.signIn(attempt('ada', 'a whole new sentence', { device: hers }));
  });

  test('a device is forgotten after 30 days', async () => {
    const { signIn, clock } = await composePeoplePages();
    const device = await deviceOf(signIn.signIn(attempt('ada', PASSWORD)));
    clock.move(30 * 86_400 + 1);
    for (let index = 0; index < LIMITS.signInPerAccount; index += 1) {
      await refusalOf(signIn.signIn(attempt('ada', 'wrong password')));
    }
    expect(await refusalOf(signIn.signIn(attempt('ada', PASSWORD, { device })))).toMatchObject({
      code: 'too_many_requests',
    });
  });

  test('confirming a password is limited for each account', async () => {
    const { signIn, ada, audit } = await composePeoplePages();
    const confirm = (password: string) =>
      signIn.confirmPassword({ account: ada.id, password, source: '192.0.2.1', request: 'req_1' });
    await confirm(PASSWORD);
    for (let index = 1; index < LIMITS.signInPerAccount; index += 1) {
      expect(await refusalOf(confirm('wrong password'))).toMatchObject({ code: 'unauthenticated' });
    }
    expect(await refusalOf(confirm(PASSWORD))).toMatchObject({ code: 'too_many_requests' });
    expect(audit.of('session.refused').at(-1)).toMatchObject({ subject: ada.id, error: 'too_many_requests' });
  });
});
