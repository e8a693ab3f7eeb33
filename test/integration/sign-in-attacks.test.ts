/** Attacks on sign-in over HTTP: LG-01 to LG-03, LG-06, WB-07. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, fillForm, newBrowser } from '../support/browser-flow.ts';
import { type FrontAnswer, frontRequest } from '../support/front-channel.ts';
import { runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';
import {
  closeSignIns,
  hashes,
  newPerson,
  newSource,
  PASSWORD,
  PER_ACCOUNT,
  PER_SOURCE,
  readyToSignIn,
  scene,
  server,
  signIn,
  signInForm,
  startSignIns,
  WINDOW,
  watch,
} from '../support/sign-in-attempts.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startSignIns, 240_000);
afterAll(closeSignIns);

describe('LG-01 what a sign-in says of an account', () => {
  test('LG-01 unknown, wrong, disabled, without a password: one status, page, headers and cookies; one hash each', async () => {
    const known = await newPerson();
    const disabled = await newPerson();
    await server.behalf.services.accounts.disable(disabled.id, { caller: 'system' });
    const without = await newPerson({});
    const cases = [
      [known.username, 'not the password', 'wrong_password', known.id],
      [`${known.username}x`, PASSWORD, 'unknown_account', undefined],
      ['no such name!', PASSWORD, 'unknown_account', undefined],
      [disabled.username, PASSWORD, 'account_disabled', disabled.id],
      [without.username, PASSWORD, 'no_password', without.id],
    ] as const;
    const seen: unknown[] = [];
    for (const [username, password, reason, subject] of cases) {
      const before = { ...hashes };
      const { result, events } = await watch.during(() => signIn({ username, password }));
      expect(events).toMatchObject([
        { type: 'session.refused', error: 'unauthenticated', inputs: { reason }, ...(subject ? { subject } : {}) },
      ]);
      expect([username, hashes.verify + hashes.verifyNothing - before.verify - before.verifyNothing]).toEqual([
        username,
        1,
      ]);
      seen.push({
        status: result.status,
        page: masked(result.text, username),
        headers: [...result.headers]
          .filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name))
          .sort(),
      });
    }
    for (const one of seen) expect(one).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ status: 403 });
    expect(await signIn({ ...known })).toMatchObject({ status: 303 });
  });

  test('LG-01 beyond the limit a name that does not exist is answered as one that does', async () => {
    const known = await newPerson();
    const answers: FrontAnswer[] = [];
    for (const username of [known.username, 'unknown-username']) {
      for (let guess = 0; guess < PER_ACCOUNT; guess += 1) await signIn({ username, password: 'guess' });
      const { result, events } = await watch.during(() => signIn({ username, password: PASSWORD }));
      expect(events).toMatchObject([
        { type: 'session.refused', error: 'too_many_requests', count: 1, inputs: { reason: 'limit_per_account' } },
      ]);
      answers.push(result);
    }
    const [one, other] = answers.map(({ status, headers, text }, index) => ({
      status,
      retryAfter: headers.get('retry-after'),
      cookies: headers.getSetCookie(),
      page: masked(text, index === 0 ? known.username : 'unknown-username'),
    }));
    expect(one).toEqual(other);
    expect(one).toMatchObject({ status: 429, retryAfter: String(WINDOW), cookies: [] });
  });

  test('LG-01 a hint shows nothing but itself', async () => {
    const known = await newPerson();
    const pages = [];
    for (const login_hint of [known.username, 'unknown-hint']) {
      const { url } = scene.authorizationRequest(scene.agent, { scope: 'openid', login_hint });
      const page = await newBrowser(server.issuer).open(url);
      pages.push({ status: page.status, page: masked(page.html, login_hint) });
    }
    expect(pages[0]).toEqual(pages[1]);
  });
});

/** A page without what differs from request to request. */
const masked = (html: string, username: string): string =>
  html
    .replaceAll(`value="${username}"`, 'value="USERNAME"')
    .replaceAll(
      /(name="csrf" value=")[^"]*|(name="uid" value=")[^"]*|(\/interaction\/)[\w-]*|(challenge&quot;:&quot;)[\w-]*/g,
      '$1$2$3$4MASKED',
    );

describe('LG-02 guessing', () => {
  test('LG-02 of 40 guesses at once exactly the limit is tried, wherever they come from', async () => {
    const victim = await newPerson();
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        readyToSignIn({ username: victim.username, password: index < 35 ? `guess ${index}` : PASSWORD }),
      ),
    );
    const before = hashes.verify;
    const { result, events } = await watch.during(() => Promise.all(guesses.map(({ send }) => send())));
    expect(hashes.verify - before).toBe(PER_ACCOUNT);
    const counts = Map.groupBy(result, ({ status }) => status);
    expect(counts.get(429)).toHaveLength(40 - PER_ACCOUNT);
    expect(result.filter(({ status }) => status === 403 || status === 303)).toHaveLength(PER_ACCOUNT);
    // The 1st, 2nd, 4th … 32nd beyond it are written, each with how many there were.
    const beyond = events.filter(({ error }) => error === 'too_many_requests').map(({ count }) => count);
    expect(beyond.toSorted((one, other) => Number(one) - Number(other))).toEqual([1, 2, 4, 8, 16, 32]);
    expect(events.every(({ subject }) => subject === victim.id)).toBe(true);
  });

  test('LG-02 nor does one address get more by trying other names', async () => {
    const source = newSource();
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        readyToSignIn({ username: `name${index}`, password: 'x', forwarded: source }),
      ),
    );
    const before = hashes.verifyNothing;
    const { result, events } = await watch.during(() => Promise.all(guesses.map(({ send }) => send())));
    expect(hashes.verifyNothing - before).toBe(PER_SOURCE);
    expect(result.filter(({ status }) => status === 429)).toHaveLength(30 - PER_SOURCE);
    expect(events.filter(({ inputs }) => inputs?.['reason'] === 'limit_per_source').length).toBeGreaterThan(0);
    // Another address is not concerned, nor is this one in the next window.
    const person = await newPerson();
    expect((await signIn(person)).status).toBe(303);
    expect((await signIn({ ...person, forwarded: source })).status).toBe(429);
    advance(WINDOW * 1000 + 1000);
    expect((await signIn({ ...person, forwarded: source })).status).toBe(303);
  });

  test('LG-02 strangers cannot lock out the browser that signed in before, nor borrow its budget', async () => {
    const victim = await newPerson();
    const home = newBrowser(server.issuer);
    expect((await signIn({ ...victim, browser: home })).status).toBe(303);
    home.jar.clear();
    await signIn({ ...victim, browser: home });
    const device = home.jar.copy();
    for (let guess = 0; guess < PER_ACCOUNT; guess += 1) await signIn({ username: victim.username, password: 'guess' });
    expect((await signIn(victim)).status).toBe(429);

    const returning = newBrowser(server.issuer, onlyDevice(device));
    expect((await signIn({ ...victim, browser: returning })).status).toBe(303);
    // A cookie of another account, one that was changed, and one that is older than its life, are none.
    const other = await newPerson();
    const neighbour = newBrowser(server.issuer);
    await signIn({ ...other, browser: neighbour });
    for (const cookies of [
      onlyDevice(neighbour.jar.copy()),
      onlyDevice(device, (value) => `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`),
    ]) {
      expect((await signIn({ ...victim, browser: newBrowser(server.issuer, cookies) })).status).toBe(429);
    }
    // Its own budget ends as well.
    for (let guess = 0; guess < PER_ACCOUNT; guess += 1) {
      await signIn({
        username: victim.username,
        password: 'guess',
        browser: newBrowser(server.issuer, onlyDevice(device)),
      });
    }
    const spent = await watch.during(() =>
      signIn({ ...victim, browser: newBrowser(server.issuer, onlyDevice(device)) }),
    );
    expect(spent.result.status).toBe(429);
    expect(spent.events).toMatchObject([{ type: 'session.refused', inputs: { reason: 'limit_per_device' } }]);
  });

  test('LG-03 a forged list of addresses changes nothing: the hop that the trusted proxy adds counts', async () => {
    const source = newSource();
    for (let guess = 0; guess < PER_SOURCE; guess += 1) {
      await signIn({ username: `forged${guess}`, password: 'x', forwarded: `203.0.113.${guess}, ${source}` });
    }
    const fifty = Array.from({ length: 50 }, (_, index) => `203.0.113.${index}`).join(', ');
    for (const forwarded of [
      source,
      `127.0.0.1, ${source}`,
      `${source}, 10.1.2.3`,
      `${fifty}, ${source}`,
      `'"<x>, ${source}`,
    ]) {
      const { result, events } = await watch.during(() => signIn({ username: 'forged', password: 'x', forwarded }));
      expect([forwarded, result.status]).toEqual([forwarded, 429]);
      for (const event of events) expect(event.personal).toMatchObject({ source });
    }
    // Without a header, and with one that names nothing, it is the peer.
    for (const forwarded of ['', 'unknown', '_hidden', '10.0.0.1, 10.0.0.2']) {
      const { events } = await watch.during(() => signIn({ username: 'forged-peer', password: 'x', forwarded }));
      expect(events).toMatchObject([
        { type: 'session.refused', personal: { source: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) } },
      ]);
    }
    // Nor does an address of ours open anything.
    const api = await fetch(`${server.issuer}/api/v1/accounts`, {
      headers: { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
    });
    expect(api.status).toBe(401);
  });
});

/** A browser's cookies without those of its session. */
const onlyDevice = (cookies: ReturnType<Browser['jar']['copy']>, change = (value: string): string => value) =>
  new Map(
    [...cookies]
      .filter(([key]) => key.includes('behalf_device'))
      .map(([key, cookie]) => [key, { ...cookie, value: change(cookie.value) }]),
  );

describe('LG-06 passwords', () => {
  test('LG-06 are kept as Argon2id with the strength of the configuration, each with its own salt', async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    const { accounts } = server.behalf.services;
    const hashOf = async ({ id }: { readonly id: string }) => (await accounts.get(id))?.document.passwordHash ?? '';
    const { argon2MemoryKib, argon2Passes, argon2Parallelism } = server.configuration.passwords;
    const start = `$argon2id$v=19$m=${argon2MemoryKib},t=${argon2Passes},p=${argon2Parallelism}$`;
    expect((await hashOf(one)).startsWith(start)).toBe(true);
    expect(await hashOf(one)).not.toBe(await hashOf(other));
    expect(JSON.stringify((await scene.management.call('GET', `/accounts/${one.id}`)).body)).not.toContain('argon2');
  });

  test('LG-06 of a megabyte, or of more than 1024 bytes, are refused without hashing', async () => {
    const person = await newPerson();
    const before = { ...hashes };
    const { result, events } = await watch.during(() => signIn({ ...person, password: 'x'.repeat(1_000_000) }));
    expect([result.status, result.body['error']]).toEqual([400, 'invalid_request']);
    expect(events).toMatchObject([{ type: 'request.refused', error: 'invalid_request' }]);
    expect(hashes).toEqual(before);
    const long = await watch.during(() => signIn({ ...person, password: 'é'.repeat(600) }));
    expect(long.result.status).toBe(403);
    expect(long.events).toMatchObject([{ type: 'session.refused', inputs: { reason: 'wrong_password' } }]);
    const refused = await scene.management.call('POST', '/accounts', {
      username: 'long',
      name: 'L',
      password: 'x'.repeat(1025),
    });
    expect(refused.status).toBe(400);
  });

  test('LG-06 are the same however the keyboard composes them (NFC)', async () => {
    const composed = 'caf\u00e9 cr\u00e8me br\u00fbl\u00e9e';
    const person = await newPerson({ password: composed });
    expect((await signIn({ ...person, password: composed.normalize('NFD') })).status).toBe(303);
    expect((await signIn({ ...person, password: 'cafe creme brulee' })).status).toBe(403);
  });

  test('LG-06 wait in a queue that ends: a wave of sign-ins gets 503 and tokens are issued meanwhile', async () => {
    const busy = await runServer({
      environment: {
        BEHALF__PASSWORDS__CONCURRENCY: '1',
        BEHALF__PASSWORDS__QUEUELIMIT: '2',
        BEHALF__PASSWORDS__ARGON2MEMORYKIB: '19456',
        BEHALF__PASSWORDS__ARGON2PASSES: '2',
      },
    });
    try {
      const world = await makeScene(busy);
      const wave = await Promise.all(
        Array.from({ length: 12 }, async () => {
          const browser = newBrowser(busy.issuer);
          const page = await browser.open(`${busy.issuer}/account`);
          const body = fillForm(signInForm(page), { set: { username: 'ada', password: world.person.password } });
          return () => frontRequest(browser, new URL(signInForm(page).action, page.url).href, { method: 'POST', body });
        }),
      );
      const [token, ...answers] = await Promise.all([
        world.calls.token(world.keyed(world.agent), {
          grant_type: 'client_credentials',
          resource: world.jwt.identifier,
        }),
        ...wave.map((send) => send()),
      ]);
      expect(token.status).toBe(200);
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(0);
      for (const { headers } of refused) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(answers.filter(({ status }) => status === 303)).toHaveLength(12 - refused.length);
      expect(answers.filter(({ status }) => status === 303).length).toBeGreaterThan(0);
    } finally {
      await busy.close();
    }
  });
});
