/** Sign-in at other providers on the pages: which people may sign in, and what takes a second proof. */
import { describe, expect, test } from '@jest/globals';
import { upstreamFailed } from '../../src/domain/ports/upstream-client.ts';
import { MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM, UPSTREAM_SESSION } from '../../src/domain/vocabulary/assurance.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';
import { codeAt, withApp } from '../support/authenticator-app.ts';
import { fillForm } from '../support/browser-flow.ts';
import { composePeoplePages } from '../support/composed-people-pages.ts';
import { PASSWORD, SYSTEM } from '../support/composed-services.ts';
import { textOf } from '../support/html-forms.ts';
import { beginIn, browserAt, formWith, isPerson, link, withProvider } from '../support/upstream-browser.ts';

describe('a sign-in at another provider', () => {
  test('is single-factor here, with any acr there; a session there is not taken for a sign-in', async () => {
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

  test('of two parallel callbacks one is signed in', async () => {
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

  test('LG-01 a domain leads there, for known and unknown usernames', async () => {
    const world = await composePeoplePages();
    await withProvider(world, { button: false });
    await world.accounts.create({ username: 'ada@works.example', name: 'Ada', password: PASSWORD }, SYSTEM);
    const shapes = [];
    for (const username of ['ada@works.example', 'unknown@works.example', ' UNKNOWN@Works.example ']) {
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

describe('a provider that never says when the user signed in', () => {
  const fresh = { prompt: 'login', isFresh: true } as const;

  test('begins no fresh session for a user who can prove nothing here: that fails closed, and says what to do', async () => {
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

  test('asks for the second factor here, with any claims of the provider; that factor has the time of now', async () => {
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

  test('begins no session for a user whose factor was removed in between', async () => {
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

describe('a user without an account', () => {
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

  test('and whose name another account got meanwhile proves that account, as if there had been no first sign-in', async () => {
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

  test('and no form of it is accepted from another browser or site (WB-02)', async () => {
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
