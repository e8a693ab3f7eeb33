/** Attacks on sign-in, sessions and their cookies over HTTP: LG-01 to LG-03, LG-06, WB-03, WB-04, WB-06, WB-07, AP-13. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Browser, fillForm, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type FrontAnswer, frontRequest } from '../support/front-channel.ts';
import { type Form, formsOf } from '../support/html-forms.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

const PER_ACCOUNT = 5;
const PER_SOURCE = 12;
const WINDOW = 600;
const PASSWORD = 'a long enough pass phrase';

let server: RunningServer;
let scene: Scene;
let watch: AuditWatch;
let hashes: { verify: number; verifyNothing: number };

/** Counts what is hashed, and hashes as before. */
const countHashes = (passwords: RunningServer['behalf']['services']['passwords']) => {
  const counts = { verify: 0, verifyNothing: 0 };
  const { verify, verifyNothing } = passwords;
  Object.assign(passwords, {
    verify: (...given: Parameters<typeof verify>) => {
      counts.verify += 1;
      return verify(...given);
    },
    verifyNothing: (...given: Parameters<typeof verifyNothing>) => {
      counts.verifyNothing += 1;
      return verifyNothing(...given);
    },
  });
  return counts;
};

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      BEHALF__LIMITS__SIGNINPERACCOUNT: String(PER_ACCOUNT),
      BEHALF__LIMITS__SIGNINPERSOURCE: String(PER_SOURCE),
      BEHALF__LIMITS__SIGNINWINDOWSECONDS: String(WINDOW),
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64',
      BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1","10.0.0.0/8"]',
    },
  });
  scene = await makeScene(server, { skipConsent: false });
  watch = auditWatch(server);
  hashes = countHashes(server.behalf.services.passwords);
}, 240_000);

afterAll(async () => {
  await server?.close();
  startClock();
});

let people = 0;
/** An account nobody has tried yet. */
const newPerson = async (more: Readonly<Record<string, unknown>> = { password: PASSWORD }) => {
  people += 1;
  const username = `person${people}`;
  const { id } = await scene.management.createAccount({ username, name: 'A person', ...more });
  return { id, username, password: PASSWORD };
};

let addresses = 0;
/** A client address nobody has used yet. */
const newSource = (): string => {
  addresses += 1;
  return `198.51.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
};

const isSignIn = ({ fields }: Form): boolean => fields.some(({ type }) => type === 'password');

const signInForm = (page: Page): Form => {
  const form = page.forms.find(isSignIn);
  if (!form) throw new Error(`no sign-in form: ${page.text.slice(0, 200)}`);
  return form;
};

type Attempt = {
  readonly username: string;
  readonly password: string;
  readonly forwarded?: string | undefined;
  readonly browser?: Browser;
};

/** Opens the sign-in page, and what sends its form once. */
const readyToSignIn = async ({ username, password, forwarded = newSource(), browser }: Attempt) => {
  const used = browser ?? newBrowser(server.issuer);
  const page = await used.open(`${server.issuer}/account`);
  const form = signInForm(page);
  const send = (): Promise<FrontAnswer> =>
    frontRequest(used, new URL(form.action, page.url).href, {
      method: 'POST',
      body: fillForm(form, { set: { username, password } }),
      headers: forwarded === '' ? {} : { 'x-forwarded-for': forwarded },
    });
  return { browser: used, page, form, send };
};

const signIn = async (attempt: Attempt): Promise<FrontAnswer> => (await readyToSignIn(attempt)).send();

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
    for (const username of [known.username, 'nobody-of-this-name']) {
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
      page: masked(text, index === 0 ? known.username : 'nobody-of-this-name'),
    }));
    expect(one).toEqual(other);
    expect(one).toMatchObject({ status: 429, retryAfter: String(WINDOW), cookies: [] });
  });

  test('LG-01 a hint shows nothing but itself', async () => {
    const known = await newPerson();
    const pages = [];
    for (const login_hint of [known.username, 'nobody-at-all']) {
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

  test('LG-03 a forged list of addresses changes nothing: the hop that the proxy vouches for counts', async () => {
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

describe('WB-03 the moment of a sign-in', () => {
  /** A person whose password was right, and whose browser has not come back yet. */
  const between = async (client: Scene['agent'] = scene.app) => {
    const person = await newPerson();
    const browser = newBrowser(server.issuer);
    const { url, verifier } = scene.authorizationRequest(client, { scope: 'openid', prompt: 'login' });
    const page = await browser.open(url);
    const form = signInForm(page);
    const answer = await frontRequest(browser, new URL(form.action, page.url).href, {
      method: 'POST',
      body: fillForm(form, { set: { username: person.username, password: person.password } }),
      headers: { 'x-forwarded-for': newSource() },
    });
    expect(answer.status).toBe(303);
    return { person, browser, resume: String(answer.location), verifier };
  };

  test('WB-03 a sign-in from before the password was changed begins no session', async () => {
    const { person, browser, resume } = await between();
    await server.behalf.services.accounts.setPassword(person.id, 'a whole new pass phrase', { caller: 'system' });
    const { result, events } = await watch.during(() => frontRequest(browser, resume));
    expect(result.location?.origin).toBe(new URL(REDIRECT_URI).origin);
    expect(result.parameters).toMatchObject({ error: 'access_denied' });
    expect(events).toMatchObject([{ type: 'authorization.refused', error: 'access_denied' }]);
    expect((await browser.open(`${server.issuer}/account`)).forms.some(isSignIn)).toBe(true);
  });

  test('WB-03 nor does that of an account that was disabled meanwhile', async () => {
    const { person, browser, resume } = await between();
    await server.behalf.services.accounts.disable(person.id, { caller: 'system' });
    const page = await browser.open(resume);
    expect([page.status, page.left]).toEqual([404, undefined]);
    expect((await browser.open(`${server.issuer}/account`)).forms.some(isSignIn)).toBe(true);
  });

  test('WB-03 it counts from the password, not from the consent that comes later', async () => {
    const { browser, resume, verifier } = await between();
    const signedInAt = now();
    const page = await browser.open(resume);
    advance(600_000);
    const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'allow')) as Form;
    const { left } = await browser.submit(page, form, { button: /=allow$/ });
    const tokens = await scene.calls.token(scene.keyed(scene.app), {
      grant_type: 'authorization_code',
      code: left?.searchParams.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
    });
    expect(decodeJwt(String(tokens.body['id_token']))['auth_time']).toBe(signedInAt);
  });
});

describe('AP-13 a sign-in is not skipped', () => {
  test('AP-13 by an empty form, one without a token, one sent again, or by going on without it', async () => {
    const person = await newPerson();
    const { browser, page, form, send } = await readyToSignIn({ ...person });
    const action = new URL(form.action, page.url).href;
    const post = (body: string) => frontRequest(browser, action, { method: 'POST', body: new URLSearchParams(body) });
    const token = form.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const uid = form.fields.find(({ name }) => name === 'uid')?.value ?? '';
    for (const body of ['', `uid=${uid}`, `csrf=${'x'.repeat(43)}&uid=${uid}`]) {
      const { result, events } = await watch.during(() => post(body));
      expect([result.status, result.body['error']]).toEqual([403, 'forbidden']);
      // Nobody is known yet: the reason is what is counted.
      expect(events).toMatchObject([{ type: 'request.refused', error: 'csrf_token', count: 1 }]);
    }
    expect((await post(`csrf=${token}&uid=${uid}`)).status).toBe(400);
    expect((await post(`csrf=${token}&uid=${uid}&username=${person.username}`)).status).toBe(400);
    // Going on without an answer leads nowhere, and the page stays as it was.
    const skipped = await browser.fork().open(`${server.issuer}/auth/${uid}`);
    expect([skipped.status, skipped.left]).toEqual([400, undefined]);

    expect((await send()).status).toBe(303);
    const { result, events } = await watch.during(() => send());
    expect([result.status, result.body['error']]).toEqual([409, 'conflict']);
    expect(events.at(-1)).toMatchObject({ type: 'request.refused', error: 'conflict' });
  });
});

describe('WB-04 cookies', () => {
  const session = 'behalf_session';

  test('WB-04 a cookie of ours that comes twice counts for nothing, in either order', async () => {
    const [victim, mallory] = [await newPerson(), await newPerson()];
    const headerOf = async (person: typeof victim): Promise<string> => {
      const browser = newBrowser(server.issuer);
      const page = await browser.open(`${server.issuer}/account`);
      expect((await submitSignIn(browser, page, person)).text).toContain('My account');
      return browser.jar.header(new URL(server.issuer));
    };
    const [own, planted] = [await headerOf(victim), await headerOf(mallory)];
    const visit = async (cookie: string) => {
      const response = await fetch(`${server.issuer}/account`, { headers: { cookie }, redirect: 'manual' });
      return { status: response.status, text: await response.text() };
    };
    expect((await visit(own)).text).toContain(victim.username);
    for (const cookie of [
      `${planted}; ${own}`,
      `${own}; ${planted}`,
      `${own}; ${session}=`,
      `${session}=x; ${own}`,
      `${own};${session}.sig=y`,
    ]) {
      expect([cookie.length > 0, (await visit(cookie)).status]).toEqual([true, 303]);
    }
    expect((await visit(`theme=dark; theme=light; ${own}`)).status).toBe(200);
  });

  test('WB-04 a cookie that was not signed, or signed for another name, is none', async () => {
    const person = await newPerson();
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), person);
    const pairs = new Map(
      browser.jar
        .header(new URL(server.issuer))
        .split('; ')
        .map((pair) => pair.split(/=(.*)/s) as [string, string]),
    );
    const [value, signature] = [pairs.get(session), pairs.get(`${session}.sig`)];
    const waiting = newBrowser(server.issuer);
    const page = await waiting.open(`${server.issuer}/account`);
    const interaction = waiting.jar.header(new URL(page.url));
    const visit = async (cookie: string) =>
      (await fetch(`${server.issuer}/account`, { headers: { cookie }, redirect: 'manual' })).status;
    expect(await visit(`${session}=${value}; ${session}.sig=${signature}`)).toBe(200);
    for (const forged of [
      `${session}=${value}`,
      `${session}=${value}; ${session}.sig=${'x'.repeat(27)}`,
      `${session}=${value}; ${session}.sig=${signature?.slice(0, -1)}`,
      interaction.replaceAll('behalf_interaction', session),
    ]) {
      expect([forged.length > 0, await visit(forged)]).toEqual([true, 303]);
    }
    // Nor can one end the session of somebody else (WB-07).
    const end = await fetch(`${server.issuer}/session/end/confirm`, {
      method: 'POST',
      headers: { cookie: `${session}=${value}` },
      body: new URLSearchParams({ xsrf: 'x', logout: 'yes' }),
      redirect: 'manual',
    });
    expect(end.status).toBe(400);
    expect(await visit(`${session}=${value}; ${session}.sig=${signature}`)).toBe(200);
  });

  test('WB-04 over https each is Secure, HttpOnly, SameSite=Lax and of this host alone', async () => {
    const issuer = 'https://id.example.com';
    const secure = await runServer({
      environment: {
        BEHALF_ISSUER: issuer,
        BEHALF__KEYS__MASTERKEY: Buffer.from(Array.from({ length: 32 }, (_, index) => 9 + 7 * index)).toString(
          'base64url',
        ),
        BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1"]',
      },
    });
    try {
      const origin = `http://127.0.0.1:${secure.port}`;
      const set: string[] = [];
      const jar = new Map<string, string>();
      const request = async (url: string, init: RequestInit = {}) => {
        const response = await fetch(url.replace(issuer, origin), {
          ...init,
          redirect: 'manual',
          headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), origin: issuer },
        });
        for (const line of response.headers.getSetCookie()) {
          set.push(line);
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          jar.set(name, value);
        }
        return response;
      };
      const to = (response: Response): string => new URL(response.headers.get('location') ?? '', issuer).href;
      const prompt = to(await request(to(await request(`${issuer}/account`))));
      const [form] = formsOf(await (await request(prompt)).text()).filter(isSignIn);
      const { username, password } = secure.configuration.administrator;
      const body = fillForm(form as Form, { set: { username, password: String(password) } });
      const answer = await request(`${issuer}${form?.action}`, { method: 'POST', body });
      const back = to(await request(to(answer)));
      expect((await request(to(await request(back)))).status).toBe(200);

      const names = new Set(set.map((line) => /^[^=]+/.exec(line)?.[0] ?? ''));
      expect([...names].sort()).toEqual([
        '__Host-behalf_device',
        '__Host-behalf_session',
        '__Host-behalf_session.sig',
        '__Secure-behalf_interaction',
        '__Secure-behalf_interaction.sig',
        '__Secure-behalf_interaction_state',
        '__Secure-behalf_resume',
        '__Secure-behalf_resume.sig',
        '__Secure-behalf_resume_state',
        '__Secure-behalf_sign_in',
      ]);
      for (const line of set) {
        const attributes = line.toLowerCase().split(/;\s*/).slice(1);
        expect([line, attributes]).toEqual([line, expect.arrayContaining(['secure', 'httponly', 'samesite=lax'])]);
        expect([line, attributes.some((one) => one.startsWith('domain'))]).toEqual([line, false]);
        if (line.startsWith('__Host-')) expect([line, attributes]).toEqual([line, expect.arrayContaining(['path=/'])]);
        else expect([line, attributes.includes('path=/')]).toEqual([line, false]);
      }
    } finally {
      await secure.close();
    }
  });
});

test('IN-01 a link to older activity that nobody made leads to the newest, and to no error', async () => {
  const person = await newPerson();
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/account`), person);
  for (const before of ['9999999999999999.x', '1.x', '-1.x', 'x', '1e3.x', '1.x/../y']) {
    const { status } = await browser.open(`${server.issuer}/account?before=${encodeURIComponent(before)}`);
    expect([before, status]).toEqual([before, 200]);
  }
});

describe('WB-06 nothing leads away from here', () => {
  test('WB-06 a sign-in comes back to the page it began at, and to no other address', async () => {
    const person = await newPerson();
    for (const path of [
      '/account?done=https://evil.example/',
      '/account?before=//evil.example',
      '/delegations/requests/x?next=https://evil.example',
      '/account/%2f%2fevil.example',
      '/account//evil.example',
      '/account/signed-in?state=//evil.example',
      '/account/signed-in?returnTo=https://evil.example',
    ]) {
      const browser = newBrowser(server.issuer);
      let page = await browser.open(`${server.issuer}${path}`);
      if (page.forms.some(isSignIn)) page = await submitSignIn(browser, page, person);
      expect([path, page.left]).toEqual([path, undefined]);
      expect(new URL(page.url).origin).toBe(server.issuer);
      for (const { action } of page.forms) expect(new URL(action, page.url).origin).toBe(server.issuer);
      advance(WINDOW * 1000 + 1000);
    }
  });

  test('WB-06 neither do errors of a request whose client or address is not known, nor a sign-out', async () => {
    const browser = newBrowser(server.issuer);
    const evil = 'https://evil.example/';
    const { parameters } = scene.authorizationRequest(scene.app, { scope: 'openid' });
    const at = (path: string, query: object) => `${server.issuer}${path}?${new URLSearchParams({ ...query })}`;
    const urls = [
      at('/auth', { ...parameters, redirect_uri: evil }),
      at('/auth', { ...parameters, redirect_uri: `${REDIRECT_URI}@evil.example` }),
      at('/auth', { ...parameters, client_id: 'app_unknown', redirect_uri: evil }),
      at('/auth', { redirect_uri: evil }),
      at('/session/end', { client_id: scene.app.clientId, post_logout_redirect_uri: evil }),
      at('/session/end', { id_token_hint: 'x.y.z', post_logout_redirect_uri: evil }),
    ];
    for (const url of urls) {
      const { result, events } = await watch.during(() =>
        frontRequest(browser, url, { headers: { accept: 'text/html' } }),
      );
      expect([url, result.status, result.location]).toEqual([url, 400, undefined]);
      expect(result.text).not.toContain('evil.example');
      expect(events).toMatchObject([{ type: 'request.refused', error: result.body['error'] }]);
    }
    // Without a client an address is not followed, only forgotten.
    const ended = await browser.open(at('/session/end', { post_logout_redirect_uri: evil }));
    expect([ended.left, ended.html.includes('evil.example')]).toEqual([undefined, false]);
  });
});
