/** Failed sign-ins of strangers make a bounded number of events, and people find those at their own account (decision D18). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AUDIT_RECORDS } from '../../src/domain/audit/audit-record.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'correct horse battery staple';
const PER_DAY = 480;
const STRANGERS = 150;
const GUESSES = 40;
const SINGLE = 10;

let server: RunningServer;
beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
      BEHALF__LIMITS__SIGNINPERACCOUNT: '1000',
      BEHALF__AUDIT__REFUSALEVENTSPERDAY: String(PER_DAY),
      BEHALF__AUDIT__REFUSALINTERVALSECONDS: '1',
    },
  });
  for (const username of ['anna', 'berta']) {
    await server.behalf.services.accounts.create(
      { username, name: username, password: PASSWORD },
      { caller: 'system' },
    );
  }
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const fail = async (username: string, source: string): Promise<number> => {
  const browser = newBrowser(server.issuer, undefined, { 'x-forwarded-for': source });
  const page = await browser.open(`${server.issuer}/account`);
  return (await submitSignIn(browser, page, { username, password: 'not the password' })).status;
};
const accountOf = async (username: string): Promise<string> =>
  String((await server.behalf.services.accounts.findByUsername(username))?.document.id);
const refusals = () => server.events('session.refused');
const countOf = (events: readonly { readonly count?: number }[]): number =>
  events.reduce((sum, { count = 1 }) => sum + count, 0);

describe('D18 refused sign-ins', () => {
  test('at names that no account has make no more events than the budget; the rest is a number', async () => {
    for (let at = 0; at < STRANGERS; at += 1) {
      const source = at % 2 ? `2001:db8:${at.toString(16)}::1` : `198.51.${at}.1`;
      expect(await fail(`unknown-${at}`, source)).toBe(403);
    }
    const events = await refusals();
    // Of this hour.
    expect(events.length).toBeLessThanOrEqual((PER_DAY / 24) * 0.15);
    expect(events.length).toBeGreaterThan(0);
    expect(events[0]).toMatchObject({
      outcome: 'refused',
      error: 'unauthenticated',
      count: 1,
      inputs: { reason: 'unknown_account' },
      personal: { source: '198.51.0.1' },
    });
    for (const { subject, personal } of events) expect([subject, personal?.username]).toEqual([undefined, undefined]);
    advance(3_600_000);
    const leftOut = async () =>
      (await server.events('refusals.left_out')).filter(({ inputs }) => inputs?.['kind'] === 'sign_ins');
    await until(async () => countOf([...(await refusals()), ...(await leftOut())]) === STRANGERS, {
      what: `${STRANGERS} refusals in events`,
    });
    expect(await leftOut()).toMatchObject([
      { outcome: 'refused', inputs: { reasons: { 'unauthenticated unknown_account': expect.any(Number) } } },
    ]);
  });

  test('at an account are found there, single ones and then a number, even after strangers used up the budget', async () => {
    // Of this hour all events are used up by others.
    for (let at = 0; at < 20; at += 1) await fail(`unknown-${at}`, `203.0.${at}.1`);
    const anna = await accountOf('anna');
    for (let at = 0; at < GUESSES; at += 1) expect(await fail('anna', `198.18.${at}.1`)).toBe(403);
    expect(await fail('berta', '198.18.1.1')).toBe(403);
    const own = async (of: string) => (await refusals()).filter(({ subject }) => subject === of);
    const found = await own(anna);
    expect(found).toHaveLength(SINGLE);
    expect(found[0]).toMatchObject({
      error: 'unauthenticated',
      inputs: { reason: 'wrong_password' },
      personal: { source: '198.18.0.1', username: 'anna' },
    });
    expect(await own(await accountOf('berta'))).toHaveLength(1);
    // With the next hour there is room for the number again.
    advance(3_600_000);
    const leftOut = async () =>
      (await server.events('refusals.left_out')).flatMap(({ inputs }) =>
        Object.entries((inputs?.['reasons'] ?? {}) as Readonly<Record<string, number>>).flatMap(([reason, times]) =>
          reason === 'unauthenticated wrong_password' ? [{ count: times }] : [],
        ),
      );
    await until(async () => countOf([...(await own(anna)), ...(await leftOut())]) === GUESSES, {
      what: `${GUESSES} refusals of the account`,
    });
    // The next day has single events again.
    advance(86_400_000);
    await fail('anna', '198.18.200.1');
    expect((await own(anna)).at(-1)).toMatchObject({ personal: { source: '198.18.200.1', username: 'anna' } });
  });

  test('LG-01 the answer waits for no event, whether there is such an account or not; none is lost', async () => {
    const before = (await refusals()).length;
    server.faults.failingWrites = new Set([AUDIT_RECORDS.name]);
    try {
      expect(await fail('berta', '192.0.2.1')).toBe(403);
      await until(async () => (await fail('berta', '192.0.2.2')) === 503, { what: 'refusals that need their event' });
    } finally {
      server.faults.failingWrites = new Set();
    }
    expect(await fail('berta', '192.0.2.3')).toBe(403);
    const events = (await refusals()).slice(before).filter(({ personal }) => personal?.username === 'berta');
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(events.map(({ personal }) => personal?.source)).toContain('192.0.2.1');
  });
});
