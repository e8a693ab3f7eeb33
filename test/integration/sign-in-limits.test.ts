/** Limits on sign-in by network, and the queue of password hashes, as people and floods from many addresses meet them. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PASSWORD = 'correct horse battery staple';
const CHEAP = { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64', BEHALF__PASSWORDS__ARGON2PASSES: '1' };

let server: RunningServer;
afterEach(() => server.close());

const start = async (people: number, environment: Readonly<Record<string, string>>): Promise<void> => {
  server = await runServer({
    environment: {
      ...CHEAP,
      BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
      BEHALF__LIMITS__SIGNINPERACCOUNT: '10000',
      ...environment,
    },
  });
  const { accounts } = server.behalf.services;
  for (let index = 0; index < people; index += 1) {
    await accounts.create(
      { username: `person${index}`, name: `Person ${index}`, password: PASSWORD },
      { caller: 'system' },
    );
  }
};

/** A browser without cookies of ours, at the sign-in page, as one that comes from this address. */
const arrive = async (source: string): Promise<(username: string, password?: string) => Promise<Page>> => {
  const browser = newBrowser(server.issuer, undefined, { 'x-forwarded-for': source });
  const page = await browser.open(`${server.issuer}/account`);
  return (username, password = PASSWORD) => submitSignIn(browser, page, { username, password });
};
const signIn = async (source: string, username: string, password?: string): Promise<Page> =>
  (await arrive(source))(username, password);
const isSignedIn = ({ status, url }: Page): boolean => status === 200 && new URL(url).pathname === '/account';

describe('limits.signInPerSource', () => {
  test('LG-02 an office behind one address signs in, more people than the limit; failed attempts use it up', async () => {
    await start(12, { BEHALF__LIMITS__SIGNINPERSOURCE: '5' });
    for (let index = 0; index < 12; index += 1) {
      expect(isSignedIn(await signIn('192.0.2.1', `person${index}`))).toBe(true);
    }
    for (let index = 0; index < 5; index += 1) {
      expect((await signIn('192.0.2.1', `person${index}`, 'not the password')).status).toBe(403);
    }
    const limited = await signIn('192.0.2.1', 'person0');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '900']);
    const [last] = (await server.events('session.refused')).slice(-1);
    expect(last).toMatchObject({ error: 'too_many_requests', inputs: { reason: 'limit_per_source' } });
    expect(isSignedIn(await signIn('192.0.2.2', 'person0'))).toBe(true);
  });

  test('LG-02 of parallel guesses from one address exactly as many are tried, with right ones in between', async () => {
    await start(4, { BEHALF__LIMITS__SIGNINPERSOURCE: '5' });
    for (let index = 0; index < 4; index += 1) await signIn('192.0.2.1', `person${index}`);
    const guesses = await Promise.all(Array.from({ length: 16 }, () => arrive('192.0.2.1')));
    const answers = await Promise.all(guesses.map((guess, index) => guess(`person${index % 4}`, 'not the password')));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(11);
  });

  test('LG-02 RL-03 an IPv6 /56 has the limit four times, a /48 sixteen times', async () => {
    await start(1, { BEHALF__LIMITS__SIGNINPERSOURCE: '1' });
    const fails = async (source: string): Promise<number> =>
      (await signIn(source, 'unknown', 'not the password')).status;
    for (let net = 0; net < 4; net += 1) expect(await fails(`2001:db8:1:${net}::1`)).toBe(403);
    expect(await fails('2001:db8:1:4::1')).toBe(429);
    for (let net = 1; net < 13; net += 1) expect(await fails(`2001:db8:1:${net.toString(16)}00::1`)).toBe(403);
    expect(await fails('2001:db8:1:ff00::1')).toBe(429);
    expect(isSignedIn(await signIn('2001:db8:2::1', 'person0'))).toBe(true);
  });
});

describe('the queue of password hashes', () => {
  test('LG-06 two networks that flood it keep out no other network', async () => {
    await start(6, {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '8192',
      BEHALF__PASSWORDS__ARGON2PASSES: '2',
      BEHALF__PASSWORDS__CONCURRENCY: '1',
      BEHALF__PASSWORDS__QUEUELIMIT: '16',
      BEHALF__LIMITS__SIGNINPERSOURCE: '10000',
    });
    const honest = await Promise.all(Array.from({ length: 6 }, (_, index) => arrive(`198.51.${index}.7`)));
    const flood = await Promise.all(
      Array.from({ length: 60 }, (_, index) => arrive(index % 2 === 0 ? `192.0.2.${index}` : `2001:db8:1:${index}::1`)),
    );
    const { promise: isFull, resolve } = Promise.withResolvers<void>();
    const flooding = flood.map(async (guess) => {
      const { status } = await guess('unknown', 'not the password');
      if (status === 503) resolve();
      return status;
    });
    await isFull;
    const signedIn = await Promise.all(honest.map((person, index) => person(`person${index}`)));
    expect(signedIn.map(isSignedIn)).toEqual(honest.map(() => true));
    const statuses = await Promise.all(flooding);
    expect(new Set(statuses)).toEqual(new Set([403, 503]));
  });
});
