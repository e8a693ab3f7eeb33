/** Sign-in at other providers on the pages: who may sign in, what takes a second proof, and what is never the last way in. */
import { describe, expect, test } from '@jest/globals';
import { signInMethods } from '../../src/domain/identity/upstream/sign-in-methods.ts';
import type { NewUpstream } from '../../src/domain/identity/upstream/upstream-input.ts';
import { upstreamFailed } from '../../src/domain/ports/upstream-client.ts';
import { MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM, UPSTREAM_SESSION } from '../../src/domain/vocabulary/assurance.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';
import { codeAt, withApp } from '../support/authenticator-app.ts';
import { fillForm } from '../support/browser-flow.ts';
import { CALENDAR, composePeoplePages, type PeoplePages } from '../support/composed-people-pages.ts';
import { PASSWORD, SYSTEM } from '../support/composed-services.ts';
import { type Form, formsOf, textOf } from '../support/html-forms.ts';

const ORIGIN = 'https://id.example.com';

const withProvider = async (world: PeoplePages, more: Partial<NewUpstream> = {}) =>
  (
    await world.upstreams.create(
      { name: 'Works', issuer: 'https://idp.works.example', clientId: 'here', domains: ['works.example'], ...more },
      SYSTEM,
    )
  ).document;

/** A browser in the middle of a sign-in; keeps the cookie that the way there gave it. */
const browserAt = (world: PeoplePages, cookie: string) => {
  let upstream = '';
  const cookies = () => [cookie, upstream].filter((one) => one !== '').join('; ');
  const keep = <T extends { readonly headers: Readonly<Record<string, unknown>> }>(answer: T): T => {
    const set = [answer.headers['set-cookie'] ?? []].flat().map(String);
    const own = set.find((line) => line.startsWith('__Host-behalf_upstream='));
    if (own !== undefined) upstream = own.split(';')[0] ?? '';
    return answer;
  };
  return {
    get: async (path: string) => keep(await world.http.get(path).set('cookie', cookies())),
    post: async (path: string, body: URLSearchParams | string) =>
      keep(await world.http.post(path).set('cookie', cookies()).set('origin', ORIGIN).type('form').send(String(body))),
  };
};

const formWith = (html: string, field: string): Form => {
  const form = formsOf(html).find(({ fields }) => fields.some(({ name }) => name === field));
  if (!form) throw new Error(`no form with ${field}: ${textOf(html).slice(0, 300)}`);
  return form;
};

const beginIn = async (world: PeoplePages, more: Parameters<PeoplePages['prompt']>[0] = { prompt: 'login' }) => {
  const uid = world.prompt(more);
  const browser = browserAt(world, `interaction=${uid}`);
  const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'upstream');
  const there = await browser.post(form.action, fillForm(form));
  const { state = '' } = world.upstreamClient.requests.at(-1) ?? {};
  return { uid, browser, there, state, back: () => browser.get(`/upstream/callback?state=${state}&code=c`) };
};

const isPerson = (world: PeoplePages, subject: string, claims: object = {}): void => {
  world.upstreamClient.state.identity = { subject, claims: { sub: subject, ...claims }, idToken: 'signed' };
};

const link = (world: PeoplePages, upstream: string, account = world.ada.id, subject = 's-ada') =>
  world.upstreamLinks.create({ upstream, subject, account, proof: 'administrator' }, SYSTEM);

describe('a sign-in at another provider', () => {
  test('is single-factor here, whatever it was there; a session there is told from a sign-in', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id);
    for (const [claims, how] of [
      [{ acr: MULTI_FACTOR, amr: ['mfa'] }, UPSTREAM_SESSION],
      [{ auth_time: world.clock.now() - 3600 }, UPSTREAM_SESSION],
      [{ auth_time: world.clock.now() }, UPSTREAM],
    ] as const) {
      isPerson(world, 's-ada', claims);
      const { uid, browser, there, back } = await beginIn(world);
      expect(there.headers['refresh']).toMatch(/^0; url=https:\/\/idp\.works\.example\/authorize/);
      expect((await back()).headers['refresh']).toBe(`0; url=/interaction/${uid}`);
      expect((await browser.get(`/interaction/${uid}`)).status).toBe(303);
      expect(world.interactions.finished.at(-1)).toEqual({ uid, with: world.ada.id });
      expect(world.interactions.assurances.at(-1)).toEqual({
        acr: SINGLE_FACTOR,
        amr: [how],
        authTime: world.clock.now(),
      });
    }
  });

  test('still asks for the second factor of the account, unless the provider is trusted with it', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id);
    const { secret } = await withApp(world, world.ada);
    world.clock.move(60);
    isPerson(world, 's-ada', { amr: ['mfa'], auth_time: world.clock.now() });
    const { uid, browser, back } = await beginIn(world);
    await back();
    expect((await browser.get(`/interaction/${uid}`)).headers['location']).toBe(`/interaction/${uid}`);
    expect(world.interactions.finished).toEqual([]);
    expect(world.audit.of('session.factor_asked')).toMatchObject([{ subject: world.ada.id, inputs: { upstream: id } }]);
    const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'code');
    await browser.post(form.action, fillForm(form, { set: { code: codeAt(secret, world.clock.now()) } }));
    expect(world.interactions.assurances).toMatchObject([{ acr: MULTI_FACTOR, amr: [UPSTREAM, 'otp'] }]);

    await world.upstreams.update(id, 1, { multiFactor: { acr: [], amr: ['mfa'] } }, SYSTEM);
    const second = await beginIn(world);
    await second.back();
    await second.browser.get(`/interaction/${second.uid}`);
    expect(world.interactions.assurances.at(-1)).toMatchObject({ acr: MULTI_FACTOR, amr: [UPSTREAM, 'mfa'] });
  });

  test('LG-08 connects an account only after its second factor, too', async () => {
    const world = await composePeoplePages();
    await withProvider(world);
    const { secret } = await withApp(world, world.ada);
    world.clock.move(60);
    isPerson(world, 's-new');
    const { uid, browser, back } = await beginIn(world);
    await back();
    const connect = formWith((await browser.get(`/interaction/${uid}`)).text, 'password');
    expect(connect.action).toBe(`/interaction/${uid}/upstream/connect`);
    await browser.post(connect.action, fillForm(connect, { set: { username: 'ada', password: PASSWORD } }));
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toEqual([]);
    const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'code');
    await browser.post(form.action, fillForm(form, { set: { code: '000000' } }));
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toEqual([]);
    await browser.post(form.action, fillForm(form, { set: { code: codeAt(secret, world.clock.now()) } }));
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toMatchObject([{ subject: 's-new', proof: 'sign_in' }]);
    expect(world.interactions.finished).toEqual([{ uid, with: world.ada.id }]);
  });

  test.each([
    ['a password', false],
    ['a password with a second factor', true],
  ])('LG-08 %s that was typed for something else connects nothing', async (_, hasFactor) => {
    const world = await composePeoplePages();
    await withProvider(world);
    const app = hasFactor ? await withApp(world, world.ada) : undefined;
    world.clock.move(60);
    isPerson(world, 's-eve');
    const { uid, browser, back } = await beginIn(world);
    const plain = formWith((await browser.get(`/interaction/${uid}`)).text, 'password');
    await back();
    // The sign-in form of another tab, which says nothing about connecting.
    await browser.post(plain.action, fillForm(plain, { set: { username: 'ada', password: PASSWORD } }));
    if (app) {
      const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'code');
      await browser.post(form.action, fillForm(form, { set: { code: codeAt(app.secret, world.clock.now()) } }));
    }
    expect(world.interactions.finished).toEqual([{ uid, with: world.ada.id }]);
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toEqual([]);
  });

  test('takes ten minutes at most, and the provider has to count still', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id);
    isPerson(world, 's-ada');
    const late = await beginIn(world);
    world.clock.move(601);
    expect((await late.back()).status).toBe(400);
    expect(world.audit.of('request.refused')).toMatchObject([{ inputs: { reason: 'invalid_request upstream_state' } }]);

    const off = await beginIn(world);
    await world.upstreams.disable(id, SYSTEM);
    expect((await off.back()).status).toBe(400);
    expect(world.audit.of('request.refused').at(-1)).toMatchObject({
      inputs: { reason: 'invalid_request upstream_provider' },
    });
    await world.upstreams.enable(id, SYSTEM);
    await off.back();
    await world.upstreams.disable(id, SYSTEM);
    const page = await off.browser.get(`/interaction/${off.uid}`);
    expect([page.status, textOf(page.text).includes('You cannot sign in this way.')]).toEqual([403, true]);
    expect(world.audit.of('session.refused').at(-1)).toMatchObject({ inputs: { reason: 'upstream_disabled' } });
    expect(world.interactions.finished).toEqual([]);
  });

  test('of two that come back at once one is signed in', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id);
    isPerson(world, 's-ada');
    const { uid, browser, back } = await beginIn(world);
    await back();
    await Promise.all([browser.get(`/interaction/${uid}`), browser.get(`/interaction/${uid}`)]);
    expect(world.interactions.finished).toEqual([{ uid, with: world.ada.id }]);
    expect(world.audit.of('session.started')).toHaveLength(1);
  });

  test('says that a provider cannot be reached, where the person is, and on the way back', async () => {
    const world = await composePeoplePages();
    await withProvider(world);
    world.upstreamClient.state.failure = upstreamFailed('provider_unreachable', 'timed_out');
    const { uid, back } = await beginIn(world);
    const page = await back();
    expect([page.status, page.headers['retry-after'], page.text.includes(`/interaction/${uid}`)]).toEqual([
      503,
      '5',
      true,
    ]);
    expect(world.audit.of('session.refused')).toMatchObject([{ inputs: { reason: 'provider_unreachable' } }]);
  });

  test('LG-01 a domain leads there, whether anybody of that name is here or not', async () => {
    const world = await composePeoplePages();
    await withProvider(world, { button: false });
    await world.accounts.create({ username: 'ada@works.example', name: 'Ada', password: PASSWORD }, SYSTEM);
    const shapes = [];
    for (const username of ['ada@works.example', 'nobody@works.example', ' NOBODY@Works.example ']) {
      const uid = world.prompt({ prompt: 'login' });
      const browser = browserAt(world, `interaction=${uid}`);
      const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'username');
      const answer = await browser.post(form.action, fillForm(form, { set: { username } }));
      expect(answer.headers['refresh']).toContain('https://idp.works.example/authorize');
      expect(world.upstreamClient.requests.at(-1)).toMatchObject({ loginHint: username.trim() });
      shapes.push([answer.status, Object.keys(answer.headers).sort(), answer.text.replace(/state=[\w-]+/g, '')]);
    }
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
  });

  test('LG-02 the way there is counted for each source', async () => {
    const world = await composePeoplePages();
    await withProvider(world);
    for (let n = 0; n < 20; n += 1) await beginIn(world);
    const { there } = await beginIn(world);
    expect([there.status, there.headers['refresh']]).toEqual([429, undefined]);
    expect(world.audit.of('session.refused')).toMatchObject([
      { error: 'too_many_requests', inputs: { reason: 'limit_per_upstream_source' } },
    ]);
  });
});

describe('a provider that never says when somebody signed in', () => {
  const fresh = { prompt: 'login', isFresh: true } as const;

  test('signs nobody in anew who can prove nothing here: that fails closed, and says what to do', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world, { create: 'always', multiFactor: { acr: [], amr: ['mfa'] } });
    await link(world, id);
    for (const [subject, claims] of [
      ['s-ada', {}],
      // What it says of factors is as old as all it says.
      ['s-ada', { amr: ['mfa'] }],
      ['s-new', { preferred_username: 'new' }],
    ] as const) {
      isPerson(world, subject, claims);
      const { uid, back } = await beginIn(world, fresh);
      expect(world.upstreamClient.requests.at(-1)).toMatchObject({ isFresh: true });
      const page = await back();
      expect([page.status, textOf(page.text).includes('Works never says when you signed in there')]).toEqual([
        403,
        true,
      ]);
      expect(page.text).toContain(`/interaction/${uid}`);
      expect(world.audit.of('session.refused').at(-1)).toMatchObject({
        error: 'unauthenticated',
        inputs: { reason: 'not_fresh', upstream: id },
      });
    }
    expect(world.interactions.finished).toEqual([]);
    expect(await world.accounts.findByUsername('new')).toBeUndefined();
  });

  test('asks for the second factor here, whatever it claims; that one is from now', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world, { multiFactor: { acr: [], amr: ['mfa'] } });
    await link(world, id);
    const { secret } = await withApp(world, world.ada);
    world.clock.move(60);
    isPerson(world, 's-ada', { amr: ['mfa'] });
    const { uid, browser, back } = await beginIn(world, fresh);
    await back();
    expect((await browser.get(`/interaction/${uid}`)).status).toBe(303);
    expect(world.interactions.finished).toEqual([]);
    const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'code');
    await browser.post(form.action, fillForm(form, { set: { code: codeAt(secret, world.clock.now()) } }));
    const assurance = { acr: MULTI_FACTOR, amr: [UPSTREAM_SESSION, 'otp'], authTime: world.clock.now() };
    expect(world.interactions.assurances).toEqual([assurance]);
    // With that, and not with a session there alone, factors may be changed.
    expect(await world.factors.mayChange(world.ada.id, assurance)).toBe(true);
    expect(await world.factors.mayChange(world.ada.id, { ...assurance, amr: [UPSTREAM_SESSION, 'mfa'] })).toBe(false);
  });

  test('signs nobody in whose factor was taken away in between', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id);
    await withApp(world, world.ada);
    isPerson(world, 's-ada');
    const { uid, browser, back } = await beginIn(world, fresh);
    await back();
    await world.factors.removeAll(world.ada.id, SYSTEM);
    expect((await browser.get(`/interaction/${uid}`)).status).toBe(403);
    expect(world.audit.of('session.refused')).toMatchObject([{ inputs: { reason: 'not_fresh', upstream: id } }]);
    expect(world.interactions.finished).toEqual([]);
  });
});

test('a provider that tells the time of a sign-in in milliseconds does not say that it was now', async () => {
  const world = await composePeoplePages();
  const { id } = await withProvider(world);
  await link(world, id);
  isPerson(world, 's-ada', { auth_time: (world.clock.now() - 86_400) * 1000 });
  const fresh = await beginIn(world, { prompt: 'login', isFresh: true });
  expect((await fresh.back()).status).toBe(403);
  expect(world.audit.of('session.refused')).toMatchObject([{ inputs: { reason: 'not_fresh', upstream: id } }]);
  const usual = await beginIn(world);
  await usual.back();
  await usual.browser.get(`/interaction/${usual.uid}`);
  expect(world.interactions.assurances).toMatchObject([{ amr: [UPSTREAM_SESSION] }]);
});

describe('whoever has no account', () => {
  test('gets none under a subject that could not be linked (OpenID Connect Core §2)', async () => {
    const world = await composePeoplePages();
    await withProvider(world, { create: 'always' });
    isPerson(world, 's'.repeat(256), { preferred_username: 'long' });
    const { back } = await beginIn(world);
    const page = await back();
    expect([page.status, page.text.includes('invalid_request')]).toEqual([400, true]);
    expect(world.audit.of('session.refused')).toMatchObject([{ inputs: { reason: 'claims_invalid' } }]);
    expect(await world.accounts.findByUsername('long')).toBeUndefined();
  });

  test.each(['upstream_link.created', 'account.created'])(
    'gets one at the next sign-in where the first was cut off before %s',
    async (type) => {
      const world = await composePeoplePages();
      await withProvider(world, { create: 'always' });
      isPerson(world, 's-new', { preferred_username: 'new', email: 'new@works.example' });
      const { append } = world.audit;
      let isCut = true;
      world.audit.append = async (event) => {
        if (isCut && event.type === type) throw new DomainError('unavailable', 'The audit log cannot be written.');
        return append(event);
      };
      const first = await beginIn(world);
      expect((await first.back()).status).toBe(503);
      isCut = false;
      const { uid, browser, back } = await beginIn(world);
      await back();
      expect((await browser.get(`/interaction/${uid}`)).status).toBe(303);
      const account = (await world.accounts.findByUsername('new'))?.document;
      expect(world.interactions.finished).toEqual([{ uid, with: account?.id }]);
      expect((await world.upstreamLinks.list({ account: String(account?.id) })).items).toHaveLength(1);
      expect(world.audit.of('account.created')).toHaveLength(1);
    },
  );

  test('and whose name somebody else got meanwhile proves that account, as if there had been no first sign-in', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world, { create: 'always' });
    await world.upstreamLinks.create({ upstream: id, subject: 's-new', account: 'acc_none', proof: 'created' }, SYSTEM);
    isPerson(world, 's-new', { preferred_username: 'bob' });
    const { uid, browser, back } = await beginIn(world);
    await back();
    const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'username');
    expect(world.interactions.finished).toEqual([]);
    await browser.post(form.action, fillForm(form, { set: { username: 'bob', password: PASSWORD } }));
    expect(world.interactions.finished).toEqual([{ uid, with: world.bob.id }]);
    expect(await world.upstreamLinks.find(id, 's-new')).toMatchObject({ account: world.bob.id, proof: 'sign_in' });
  });

  test('gets none under a name whose domain leads to another provider', async () => {
    const world = await composePeoplePages();
    await withProvider(world, { create: 'always' });
    const other = await withProvider(world, {
      ...{ issuer: 'https://other.example', name: 'Other', domains: ['other.example'] },
    });
    isPerson(world, 's-eve', { preferred_username: 'boss@other.example' });
    for (const isOn of [true, false]) {
      if (!isOn) await world.upstreams.disable(other.id, SYSTEM);
      const { uid, browser, back } = await beginIn(world);
      await back();
      expect((await browser.get(`/interaction/${uid}`)).text).toContain('Connect your account');
      expect(await world.accounts.findByUsername('boss@other.example')).toBeUndefined();
    }
  });

  test('and no form of it is good for another browser or site (WB-02)', async () => {
    const world = await composePeoplePages();
    await withProvider(world);
    const uid = world.prompt({ prompt: 'login' });
    const browser = browserAt(world, `interaction=${uid}`);
    for (const path of ['upstream', 'upstream/connect', 'upstream/drop']) {
      const answer = await browser.post(`/interaction/${uid}/${path}`, `uid=${uid}&csrf=x`);
      expect([answer.status, answer.text.includes('forbidden')]).toEqual([403, true]);
    }
    expect(world.audit.of('request.refused')).toHaveLength(3);
    expect(world.upstreamClient.requests).toEqual([]);
  });
});

describe('connections of an account', () => {
  const signedIn = (world: PeoplePages, more: Parameters<PeoplePages['browserSessions']['start']>[1] = {}) =>
    browserAt(world, `session=${world.browserSessions.start(world.ada.id, more)}`);
  const buttonOn = async (browser: ReturnType<typeof browserAt>, text: RegExp): Promise<Form> => {
    const form = formsOf((await browser.get('/account/security')).text).find(({ buttons }) =>
      buttons.some((one) => text.test(one.text)),
    );
    if (!form) throw new Error(`no button ${text}`);
    return form;
  };

  test('LG-08 come about in the session that began them, and in no other', async () => {
    const world = await composePeoplePages();
    await withProvider(world);
    isPerson(world, 's-ada');
    const browser = signedIn(world);
    const form = await buttonOn(browser, /Connect Works/);
    const there = await browser.post(form.action, fillForm(form));
    expect(there.headers['refresh']).toContain('/authorize');
    expect(world.upstreamClient.requests.at(-1)).toMatchObject({ isFresh: true });
    const { state = '' } = world.upstreamClient.requests.at(-1) ?? {};
    const own = String(there.headers['set-cookie']).split(';')[0];
    // The same browser, in which somebody else has signed in since.
    const bob = world.browserSessions.start(world.bob.id);
    const other = await world.http
      .get(`/upstream/callback?state=${state}&code=c`)
      .set('cookie', `session=${bob}; ${own}`);
    expect([other.status, other.text.includes('invalid_request')]).toEqual([400, true]);
    expect(world.audit.of('request.refused')).toMatchObject([
      { inputs: { reason: 'invalid_request upstream_session' } },
    ]);
    expect((await world.upstreamLinks.list()).items).toEqual([]);

    await browser.post(form.action, fillForm(form));
    const again = world.upstreamClient.requests.at(-1)?.state;
    const back = await browser.get(`/upstream/callback?state=${again}&code=c`);
    expect(back.headers['refresh']).toBe('0; url=/account/security?done=connected');
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toMatchObject([{ subject: 's-ada', proof: 'session' }]);
  });

  test('take a sign-in that is not long ago, and not one that only was somewhere else', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    const form = await buttonOn(signedIn(world), /Connect Works/);
    for (const more of [{ authTime: world.clock.now() - 601 }, { amr: [UPSTREAM_SESSION] }]) {
      const browser = signedIn(world, more);
      const own = await buttonOn(browser, /Connect Works/);
      expect((await browser.post(form.action, fillForm(own))).headers['location']).toContain('how=anew');
      const { document: made } = await link(world, id);
      const remove = await buttonOn(browser, /Disconnect/);
      expect((await browser.post(remove.action, fillForm(remove))).headers['location']).toContain('how=anew');
      await world.upstreamLinks.remove(made.id, SYSTEM);
    }
    expect(world.upstreamClient.requests).toEqual([]);
  });

  test('whoever is connected with another account already is not connected here', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    await link(world, id, world.bob.id, 's-ada');
    isPerson(world, 's-ada');
    const browser = signedIn(world);
    const form = await buttonOn(browser, /Connect Works/);
    await browser.post(form.action, fillForm(form));
    const back = await browser.get(`/upstream/callback?state=${world.upstreamClient.requests.at(-1)?.state}&code=c`);
    expect([back.status, back.text.includes('conflict')]).toEqual([409, true]);
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toEqual([]);
  });

  test('the last way in stays, however many are taken away at once', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    const { id } = await withProvider(world);
    const { id: other } = await withProvider(world, { issuer: 'https://other.example', name: 'Other', domains: [] });
    const made = [await link(world, id), await link(world, other)];
    // Each sees what the others have not done yet.
    const slowly = async <T>(answer: Promise<T>): Promise<T> => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return answer;
    };
    const ways = signInMethods({
      ...world,
      links: { ...world.upstreamLinks, ofAccount: (account) => slowly(world.upstreamLinks.ofAccount(account)) },
      isPasswordOn: false,
    });
    const by = { caller: world.ada.id };
    const ended = await Promise.allSettled(
      made.map(({ document }) => ways.disconnect(world.ada.id, document.id, 'ses_this', by)),
    );
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await world.upstreamLinks.ofAccount(world.ada.id)).toHaveLength(1);
    expect(world.audit.of('upstream_link.removed')).toHaveLength(1);

    const browser = signedIn(world);
    const form = await buttonOn(browser, /Disconnect/);
    const answer = await browser.post(form.action, fillForm(form));
    expect([answer.status, answer.text.includes('conflict')]).toEqual([409, true]);
    expect(world.audit.of('request.refused')).toMatchObject([{ error: 'conflict', subject: world.ada.id }]);
  });

  test('one of somebody else is not there', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    const { document } = await link(world, id, world.bob.id);
    await link(world, id, world.ada.id, 's-other');
    const browser = signedIn(world);
    const form = await buttonOn(browser, /Disconnect/);
    const answer = await browser.post(`/account/security/upstream/${document.id}/remove`, fillForm(form));
    expect([answer.status, answer.text.includes('not_found')]).toEqual([404, true]);
    expect(world.audit.of('request.refused')).toMatchObject([{ error: 'not_found', subject: world.ada.id }]);
  });
});

describe('signing out', () => {
  const there = { provider: '', subject: 's-ada' };

  const signedInThere = async (signOut: NewUpstream['signOut'], cookie = 'b'.repeat(86)) => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world, signOut === undefined ? {} : { signOut });
    const uid = world.browserSessions.start(world.ada.id, { upstream: { ...there, provider: id } });
    await world.browserSessions.settled();
    const browser = browserAt(world, `session=${uid}; __Host-behalf_upstream=${cookie}`);
    const form = formsOf((await browser.get('/account')).text).find(({ action }) => action.endsWith('/sign-out'));
    if (!form) throw new Error('no form to sign out with');
    return { world, browser, out: () => browser.post(form.action, fillForm(form)) };
  };

  test('offers to do so at the provider, once, with a state of its own', async () => {
    const { world, browser, out } = await signedInThere(undefined);
    const left = await out();
    expect([left.status, left.headers['location']]).toEqual([303, '/account/signed-out']);
    const page = await browser.get('/account/signed-out');
    expect(page.text).toMatch(/href="https:\/\/idp\.works\.example\/end\?state=[\w-]{43,}"/);
    expect((await browser.get('/account/signed-out')).text).not.toContain('idp.works.example');
    expect(world.audit.of('session.ended')).toMatchObject([{ inputs: { how: 'signed_out' } }]);
  });

  test('goes on there at once where that is chosen; back from there it is over', async () => {
    const { browser, out } = await signedInThere('always');
    const left = await out();
    const state = /^0; url=https:\/\/idp\.works\.example\/end\?state=([\w-]+)$/.exec(
      left.headers['refresh'] ?? '',
    )?.[1];
    expect([left.status, state?.length]).toEqual([200, 43]);
    expect(textOf(left.text)).toContain('You are signed out here.');
    const back = await browser.get(`/account/signed-out?state=${state}`);
    expect([back.status, textOf(back.text).includes('signed out')]).toEqual([200, true]);
  });

  test('WB-06 a state leads on only in the browser that it was made in, once, and only where that was checked', async () => {
    const { world, browser } = await signedInThere('always');
    const [session] = await world.sessions.ofAccount(world.ada.id);
    if (!session) throw new Error('no session');
    const made = await world.upstreamSessions.end(session, 'b'.repeat(86), 'https://app.example.com/out');
    const state = /state=([\w-]+)/.exec(made?.href ?? '')?.[1];
    const stranger = browserAt(world, `__Host-behalf_upstream=${'c'.repeat(86)}`);
    const location = async (at: typeof browser, query: string) =>
      (await at.get(`/account/signed-out?${query}`)).headers['location'];
    expect(await location(stranger, `state=${state}`)).toBeUndefined();
    expect(await location(browserAt(world, 'none=1'), `state=${state}`)).toBeUndefined();
    expect(await location(browser, 'state=https://evil.example')).toBeUndefined();
    expect(await location(browser, `state=${state}`)).toBe('https://app.example.com/out');
    expect(await location(browser, `state=${state}`)).toBeUndefined();
  });

  test('works where the provider cannot be asked, or is switched off', async () => {
    const { world, browser, out } = await signedInThere('always');
    world.upstreamClient.state.endFailure = upstreamFailed('provider_unreachable', 'timed_out');
    expect((await out()).headers['location']).toBe('/account/signed-out');
    expect((await browser.get('/account/signed-out')).status).toBe(200);
    expect(world.audit.of('session.ended')).toHaveLength(1);
  });

  test('no session goes on that began by a connection that is taken away, but the one in which that is done', async () => {
    const world = await composePeoplePages();
    const { id } = await withProvider(world);
    const { document: made } = await link(world, id);
    const upstream = { provider: id, subject: 's-ada' };
    const mine = world.browserSessions.start(world.ada.id, { upstream });
    for (const more of [{ upstream }, { upstream: { ...upstream, sid: 'x' } }, {}]) {
      world.browserSessions.start(world.ada.id, more);
    }
    await world.browserSessions.settled();
    const browser = browserAt(world, `session=${mine}`);
    const form = formsOf((await browser.get('/account/security')).text).find(({ action }) =>
      action.endsWith(`/upstream/${made.id}/remove`),
    );
    if (!form) throw new Error('no form to disconnect with');
    expect((await browser.post(form.action, fillForm(form))).headers['location']).toContain('done=disconnected');
    expect(await world.sessions.ofAccount(world.ada.id)).toHaveLength(2);
    expect((await browser.get('/account')).status).toBe(200);
    expect(world.audit.of('session.ended')).toMatchObject(
      Array(2).fill({ inputs: { how: 'disconnected' }, caller: world.ada.id }),
    );
  });
});

describe('with passwords off', () => {
  test('there is no page to change one', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    const browser = browserAt(world, `session=${world.browserSessions.start(world.ada.id)}`);
    const answers = [await browser.get('/account/password'), await browser.post('/account/password', 'csrf=x')];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect((await browser.get('/account/security')).text).not.toContain('/account/password');
  });

  test('there is no form for one, and none is taken', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    await withProvider(world);
    const uid = world.prompt({ prompt: 'login' });
    const browser = browserAt(world, `interaction=${uid}`);
    const page = await browser.get(`/interaction/${uid}`);
    expect(page.text).not.toContain('type="password"');
    const form = formWith(page.text, 'username');
    const answer = await browser.post(form.action, fillForm(form, { set: { username: 'ada', password: PASSWORD } }));
    expect([answer.status, textOf(answer.text).includes('Passwords are not used here')]).toEqual([403, true]);
    expect(world.audit.of('session.refused')).toMatchObject([
      { error: 'unauthenticated', inputs: { reason: 'passwords_off' } },
    ]);
    expect(world.interactions.finished).toEqual([]);
  });

  test('AP-14 an approval that wants a proof of its own takes a second factor: nobody is asked for a password', async () => {
    const world = await composePeoplePages({ isPasswordOn: false });
    const { approval } = await world.approvals.service.ask(
      {
        channel: 'backchannel',
        risk: 'high',
        requires: { quorum: 1, isProvenAnew: true },
        approvers: [world.ada.id],
        approverNames: ['subject'],
        owner: world.ada.id,
        mustAgree: world.ada.id,
        action: {
          ...{ client: world.planner.id, agent: world.planner.id, subject: world.ada.id },
          chain: { sub: world.planner.id, iss: ORIGIN, sub_profile: 'ai_agent' },
          ...{ resource: CALENDAR, scope: ['write'], details: [], meaning: 'as it is declared' },
          ...{ blueprint: null, composition: null, policy: null },
        },
      },
      'req_test',
    );
    const browser = browserAt(world, `session=${world.browserSessions.start(world.ada.id)}`);
    const page = await browser.get(`/account/approvals/${approval.id}`);
    expect([textOf(page.text).includes('you have none yet'), page.text.includes('type="password"')]).toEqual([
      true,
      false,
    ]);
    const form = formsOf(page.text).find(({ action }) => action.includes(approval.id));
    const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const typed = new URLSearchParams({ csrf, decision: 'approve', password: PASSWORD });
    const answer = await browser.post(form?.action ?? '', typed);
    expect(answer.status).toBe(403);
    expect(world.audit.of('request.refused')).toMatchObject([
      { error: 'insufficient_user_authentication', subject: world.ada.id },
    ]);
    expect((await world.approvals.service.get(approval.id))?.state).toBe('pending');
  });
});
