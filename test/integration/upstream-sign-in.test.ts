/** Sign-in at a stock provider, over real connections, and what becomes of forged callbacks. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import { submitSignIn } from '../support/browser-flow.ts';
import { onwardOf, type UpstreamWorld, upstreamWorld } from '../support/upstream-world.ts';

let world: UpstreamWorld;

beforeAll(async () => {
  world = await upstreamWorld({ create: 'always', groups: { 'works-staff': 'staff' } });
}, 60_000);
afterAll(() => world?.close());
afterEach(() => {
  Object.assign(world.there, { isDenied: false, spoil: undefined, more: {} });
});

const person = (name: string, more: object = {}): void => {
  world.there.claims = { sub: `sub-${name}`, preferred_username: name, name, email: `${name}@works.example`, ...more };
};

const lastRefusal = async () => (await world.server.events('session.refused')).at(-1);

describe('a sign-in at a provider', () => {
  test('makes an account with what the claims say, and is it from then on', async () => {
    person('grace', { groups: ['works-staff', 'works-golf'] });
    world.there.more = { email_verified: true };
    const browser = world.browser();
    const page = await world.signIn(browser);
    expect([page.status, page.url, page.text.includes('grace')]).toEqual([200, `${world.server.issuer}/account`, true]);
    const account = (await world.services.accounts.findByUsername('grace'))?.document;
    expect(account && (await world.services.groupsOf(account))).toEqual(['staff']);
    expect(account).toMatchObject({
      name: 'grace',
      email: 'grace@works.example',
      emailVerified: false,
      groups: [],
    });
    await world.signIn(world.browser());
    const started = (await world.server.events('session.started')).filter(({ subject }) => subject === account?.id);
    expect(started.map(({ inputs }) => inputs)).toEqual(
      Array(2).fill({ amr: ['urn:behalf:amr:upstream-session'], upstream: world.provider.id }),
    );
    const [linked] = await world.server.events('upstream_link.created');
    expect(linked).toMatchObject({ subject: account?.id, inputs: { upstream: world.provider.id, proof: 'created' } });
  });

  test('groups that the provider speaks of are joined and left each time, others stay', async () => {
    person('joan', { groups: ['works-staff'] });
    await world.signIn(world.browser());
    const found = await world.services.accounts.findByUsername('joan');
    if (!found) throw new Error('no account');
    const groups = ['staff', 'choir'];
    await world.services.accounts.update(found.document.id, found.version, { groups }, { caller: 'system' });
    person('joan');
    await world.signIn(world.browser());
    expect((await world.services.accounts.findByUsername('joan'))?.document.groups).toEqual(['choir']);
  });

  test('LG-08 makes no account where one has that address, however its letters are written', async () => {
    const { id } = await world.account('mary');
    const found = await world.services.accounts.get(id);
    const changes = { email: 'Mary@Works.example' };
    await world.services.accounts.update(id, found?.version ?? 0, changes, { caller: 'system' });
    person('someone-else', { email: 'MARY@works.EXAMPLE' });
    const page = await world.signIn(world.browser());
    expect(page.text).not.toContain('Sign out');
    expect(await world.services.accounts.findByUsername('someone-else')).toBeUndefined();
  });

  test('sends PKCE, a nonce and our own signature; nothing of it twice', async () => {
    person('hedy');
    const urls = [await world.begin(world.browser()), await world.begin(world.browser())].map((url) => new URL(url));
    const [one, two] = urls.map(({ searchParams }) => Object.fromEntries(searchParams));
    expect(one).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid profile email' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(one?.[name]).not.toBe(two?.[name]);
    await world.signIn(world.browser());
    const sent = world.there.redeemed.at(-1) ?? {};
    const assertion = String(sent['client_assertion']);
    expect(decodeJwt(assertion)).toMatchObject({ iss: 'behalf-here', sub: 'behalf-here', aud: world.served.origin });
    const keys = (await (await fetch(`${world.server.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    expect(keys.keys.map(({ kid }) => kid)).toContain(decodeProtectedHeader(assertion).kid);
  });

  test('a request that wants a sign-in now asks for one there, and takes no older one', async () => {
    person('rosa');
    await world.signIn(world.browser());
    const browser = world.browser();
    const at = (await browser.request(`${world.server.issuer}/account`)).headers.get('location') ?? '';
    const fresh = `${at}&prompt=login`;
    const url = await world.begin(browser, fresh);
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
    const silent = await browser.open((await world.authorizeThere(url)).href);
    expect([silent.status, silent.text.includes('never says when you signed in there')]).toEqual([403, true]);
    expect(await lastRefusal()).toMatchObject({ inputs: { reason: 'not_fresh' }, error: 'unauthenticated' });
    person('rosa', { auth_time: Math.floor(Date.now() / 1000) - 3600 });
    const old = await browser.open((await world.authorizeThere(await world.begin(browser, fresh))).href);
    expect([old.status, old.text.includes('does not say that you signed in there just now')]).toEqual([403, true]);
    expect(await lastRefusal()).toMatchObject({ inputs: { reason: 'not_fresh' }, error: 'unauthenticated' });
    person('rosa', { auth_time: Math.floor(Date.now() / 1000) });
    await world.signIn(browser, fresh);
    const started = (await world.server.events('session.started')).at(-1);
    expect(started?.inputs?.['amr']).toEqual(['urn:behalf:amr:upstream']);
  });
});

test('AZ-13 a session there is too old for every max_age: the time of its sign-in is unknown', async () => {
  person('vera');
  const browser = world.browser();
  await world.signIn(browser);
  const at = (await world.browser().request(`${world.server.issuer}/account`)).headers.get('location') ?? '';
  const isAsked = async (more: string): Promise<boolean> =>
    (await browser.open(`${at}${more}`)).forms.some(({ buttons }) =>
      buttons.some(({ text }) => text.includes('Works')),
    );
  expect([await isAsked(''), await isAsked('&max_age=86400')]).toEqual([false, true]);
  const silent = (await browser.request(`${at}&max_age=86400&prompt=none`)).headers.get('location') ?? '';
  expect(new URL(silent, at).searchParams.get('error')).toBe('login_required');
  const url = new URL(await world.begin(browser, `${at}&max_age=86400`));
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
  // A sign-in there for this has an age.
  person('vera', { auth_time: Math.floor(Date.now() / 1000) });
  await world.signIn(browser, `${at}&max_age=86400`);
  expect(await isAsked('&max_age=86400')).toBe(false);
});

describe('LG-08 a subject that resembles an account is not linked to it', () => {
  test('before the account is proven, too: its password, in the same sign-in', async () => {
    const account = await world.account('ada');
    person('ada', { sub: 'another-subject' });
    const browser = world.browser();
    const page = await world.signIn(browser);
    expect([page.status, page.text.includes('Connect your account')]).toEqual([200, true]);
    expect(await world.services.upstreamLinks.ofAccount(account.id)).toEqual([]);

    const wrong = await submitSignIn(browser, page, { username: 'ada', password: 'not that one' });
    expect([wrong.status, wrong.text.includes('Connect your account')]).toEqual([403, true]);
    expect(await lastRefusal()).toMatchObject({ inputs: { reason: 'wrong_password' }, error: 'unauthenticated' });
    expect(await world.services.upstreamLinks.ofAccount(account.id)).toEqual([]);

    const right = await submitSignIn(browser, wrong, { username: 'ada', password: 'a long enough pass phrase' });
    expect(right.url).toBe(`${world.server.issuer}/account`);
    const [link] = await world.services.upstreamLinks.ofAccount(account.id);
    expect(link).toMatchObject({ subject: 'another-subject', proof: 'sign_in', upstream: world.provider.id });
    expect((await world.signIn(world.browser())).url).toBe(`${world.server.issuer}/account`);
  });

  test('nor by an address that the account has, verified or not', async () => {
    const account = await world.account('emmy');
    const { accounts } = world.services;
    const { version } = (await accounts.get(account.id)) ?? { version: 0 };
    await accounts.update(account.id, version, { email: 'emmy@works.example', emailVerified: true }, { caller: 'x' });
    person('emmy2', { email: 'emmy@works.example', email_verified: true });
    expect((await world.signIn(world.browser())).text).toContain('Connect your account');
    expect(await accounts.findByUsername('emmy2')).toBeUndefined();
  });

  test('a disabled account looks like an unknown one (LG-01)', async () => {
    person('lise');
    await world.signIn(world.browser());
    const account = (await world.services.accounts.findByUsername('lise'))?.document;
    await world.services.accounts.disable(String(account?.id), { caller: 'system' });
    const disabled = await world.signIn(world.browser());
    expect(await lastRefusal()).toMatchObject({
      subject: account?.id,
      inputs: { reason: 'account_disabled', upstream: world.provider.id },
      error: 'unauthenticated',
    });
    await world.account('unlinked');
    person('lise', { preferred_username: 'unlinked', sub: 'another' });
    const unknown = await world.signIn(world.browser());
    const shape = ({ status, html }: { status: number; html: string }) => [
      status,
      html.replace(/(value|action|data-options)="[^"]*"/g, ''),
    ];
    expect(shape(disabled)).toEqual(shape(unknown));
  });
});

describe('LG-08 a forged callback', () => {
  /** A browser on its way, and the honest way back. */
  const underWay = async (name: string) => {
    person(name);
    const browser = world.browser();
    const url = await world.begin(browser);
    return { browser, url, back: await world.authorizeThere(url) };
  };
  const isSignedIn = async ({ browser, back }: Awaited<ReturnType<typeof underWay>>): Promise<boolean> => {
    const page = await browser.open(back.href);
    const next = await browser.open(new URL(onwardOf(page), world.server.issuer).href);
    return next.url === `${world.server.issuer}/account`;
  };
  const changed = (url: URL, parameters: Readonly<Record<string, string | undefined>>): string => {
    const other = new URL(url);
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) other.searchParams.delete(name);
      else other.searchParams.set(name, value);
    }
    return other.href;
  };
  const counted = async (reason: string): Promise<boolean> =>
    (await world.server.events('request.refused')).some(({ error }) => error === `invalid_request ${reason}`);

  test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['has no state', { state: undefined }, 'upstream_state'],
    ['has an unknown state', { state: 'A'.repeat(86) }, 'upstream_state'],
    ['names another issuer (RFC 9207)', { iss: 'https://evil.example.com' }, 'upstream_issuer'],
  ])('and %s is refused, and the honest tab goes on', async (_, parameters, reason) => {
    const flow = await underWay(
      `p${createHash('sha256')
        .update(reason + JSON.stringify(parameters))
        .digest('hex')
        .slice(0, 8)}`,
    );
    const codes = world.codes();
    const forged = await flow.browser.open(changed(flow.back, { code: 'forged', ...parameters }));
    expect([
      forged.status,
      forged.text.includes('invalid_request'),
      forged.text.includes('go on in its own tab'),
    ]).toEqual([400, true, true]);
    expect(await counted(reason)).toBe(true);
    expect(world.codes()).toBe(codes);
    expect(await isSignedIn(flow)).toBe(true);
  });

  test('in another browser is refused, and the honest tab goes on: no user is signed in as another user (login CSRF)', async () => {
    const flow = await underWay('victim-of-csrf');
    const other = world.browser();
    await world.begin(other);
    for (const browser of [world.browser(), other]) {
      const page = await browser.open(flow.back.href);
      expect([page.status, page.text.includes('invalid_request')]).toEqual([400, true]);
    }
    expect(await counted('upstream_browser')).toBe(true);
    expect(await isSignedIn(flow)).toBe(true);
  });

  test('twice is accepted once', async () => {
    const flow = await underWay('twice');
    const codes = world.codes();
    const pages = await Promise.all(Array.from({ length: 5 }, () => flow.browser.open(flow.back.href)));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    expect((await flow.browser.open(flow.back.href)).status).toBe(400);
    expect(world.codes()).toBe(codes + 1);
    expect(await counted('upstream_state')).toBe(true);
  });

  test.each<[string, object]>([
    ['for another client', { aud: 'another' }],
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['with another nonce', { nonce: 'another' }],
    ['with no nonce', { nonce: undefined }],
    ['that is over', { exp: 1 }],
  ])('and brings an ID token %s begins no session', async (_, claims) => {
    const flow = await underWay('attacked');
    person('attacked', claims);
    await refusedThen(flow, 'id_token_invalid');
  });

  const parts = (body: Record<string, unknown>): readonly string[] => String(body['id_token']).split('.');

  test.each<[string, (body: Record<string, unknown>) => string | undefined]>([
    ['no ID token', () => undefined],
    [
      'an ID token without a signature (alg none)',
      (body) => new UnsecuredJWT(decodeJwt(parts(body).join('.'))).encode(),
    ],
    ['an ID token whose signature is cut off', (body) => `${parts(body).slice(0, 2).join('.')}.`],
    [
      'an ID token that was changed after it was signed',
      (body) => {
        const [head, payload = '', signature] = parts(body);
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        return [head, Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url'), signature].join('.');
      },
    ],
  ])('and brings %s begins no session', async (_, made) => {
    const flow = await underWay('attacked');
    world.there.spoil = (body) => {
      body['id_token'] = made(body);
    };
    await refusedThen(flow, 'id_token_invalid');
  });

  test('and brings an ID token that another key signed, or a secret that is none, begins no session', async () => {
    const kid = world.issuer.keys.toJSON()[0]?.kid ?? '';
    const key = await newKeyPair('RS256');
    for (const [alg, by] of [
      ['RS256', key.privateKey],
      ['HS256', Buffer.from(JSON.stringify(world.issuer.keys.toJSON()[0]))],
    ] as const) {
      const flow = await underWay('attacked');
      const nonce = String(new URL(flow.url).searchParams.get('nonce'));
      const forged = await new SignJWT({ iss: world.served.origin, aud: 'behalf-here', sub: 'sub-grace', nonce })
        .setProtectedHeader({ alg, kid })
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(by);
      world.there.spoil = (body) => {
        body['id_token'] = forged;
      };
      await refusedThen(flow, 'id_token_invalid');
    }
  });

  test('and whose userinfo is of another user begins no session (OpenID Connect Core §5.3.2)', async () => {
    const flow = await underWay('attacked');
    world.there.more = { sub: 'sub-grace' };
    await refusedThen(flow, 'claims_invalid');
  });

  test('and says that the person did not want to, leads back to the choice', async () => {
    world.there.isDenied = true;
    const flow = await underWay('unwilling');
    await refusedThen(flow, 'provider_refused');
  });

  /** The event, the page, and that the same browser can begin anew from it. */
  const refusedThen = async ({ browser, back }: Awaited<ReturnType<typeof underWay>>, reason: string) => {
    const page = await browser.open(back.href);
    expect([
      page.status,
      page.text.includes('invalid_request'),
      page.text.includes('Back to the sign-in page'),
    ]).toEqual([400, true, true]);
    expect(await lastRefusal()).toMatchObject({
      inputs: { reason, upstream: world.provider.id },
      error: 'invalid_request',
    });
    const home = await browser.open(`${world.server.issuer}/account`);
    expect(home.text).toContain('Sign in');
    expect(await world.services.accounts.findByUsername('attacked')).toBeUndefined();
    const again = /href="([^"]*\/interaction\/[^"]*)"/.exec(page.html)?.[1] ?? '';
    expect((await browser.open(new URL(again, world.server.issuer).href)).text).toContain('Sign in with Works');
  };
});
