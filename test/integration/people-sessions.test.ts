import { describe, expect, test } from '@jest/globals';
import { sessionIdOf } from '../../src/domain/identity/sessions/session.ts';
import { MOST_SHOWN } from '../../src/domain/identity/sessions/session-registry.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { withApp } from '../support/authenticator-app.ts';
import { fillForm } from '../support/browser-flow.ts';
import { composePeoplePages, LIMITS, type PeoplePages } from '../support/composed-people-pages.ts';
import { PASSWORD } from '../support/composed-services.ts';
import { formsOf, textOf } from '../support/html-forms.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

/** A browser in which a user is signed in. */
const browserOf = (
  world: PeoplePages,
  more: Parameters<PeoplePages['browserSessions']['start']>[1] = {},
  account = world.ada.id,
) => {
  const uid = world.browserSessions.start(account, more);
  const cookie = `session=${uid}`;
  const get = (path: string, language = 'en') =>
    world.http.get(path).set('cookie', cookie).set('accept-language', language);
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    world.http
      .post(path)
      .set('cookie', cookie)
      .set('origin', 'https://id.example.com')
      .type('form')
      .set(headers)
      .send(body);
  return {
    id: sessionIdOf(uid),
    get,
    post,
    /** Sends the form of a page that posts to a path with this end. */
    async send(end: string, page = '/account/sessions') {
      const forms = formsOf((await get(page)).text);
      const form = forms.find(({ action }) => action.endsWith(end));
      if (!form) throw new Error(`no form ${end} among ${forms.map(({ action }) => action)}`);
      return post(form.action, String(fillForm(form)));
    },
    isSignedIn: async () => (await get('/account')).status === 200,
  };
};

const signedInTwice = async () => {
  const world = await composePeoplePages();
  const one = browserOf(world, { userAgent: FIREFOX, source: '203.0.113.5' });
  const other = browserOf(world, {
    userAgent: SAFARI,
    source: '198.51.100.7',
    amr: ['pwd', 'otp'],
    acr: MULTI_FACTOR,
    apps: [{ client: world.client.id, sid: 's1' }],
  });
  await world.browserSessions.settled();
  world.audit.events.length = 0;
  return { world, one, other };
};

describe('/account/sessions', () => {
  test('says where the user is signed in, since when, with what, from where and to which apps; this one first', async () => {
    const { one } = await signedInTwice();
    const answer = await one.get('/account/sessions');
    expect(answer.status).toBe(200);
    const text = textOf(answer.text);
    expect(text).toMatch(/This browser Firefox on Linux In use now .*Other browsers \(1\).*Safari on iPhone/s);
    expect(text).toMatch(/with password and authenticator app/);
    expect(text).toMatch(/from 198\.51\.100\.0\/24/);
    expect(text).toMatch(/Signs you in to Wiki/);
    expect(answer.text).not.toMatch(/Gecko|203\.0\.113\.5|198\.51\.100\.7/);
  });

  test('in German, too', async () => {
    const { one } = await signedInTwice();
    const text = textOf((await one.get('/account/sessions', 'de')).text);
    expect(text).toMatch(/Firefox unter Linux Jetzt in Gebrauch .*mit Passwort und Authenticator-App/s);
  });

  test('ends another one at once, the event first', async () => {
    const { world, one, other } = await signedInTwice();
    world.audit.state.failing = true;
    expect((await one.send(`${other.id}/end`)).status).toBe(503);
    expect(await other.isSignedIn()).toBe(true);
    world.audit.state.failing = false;
    const answer = await one.send(`${other.id}/end`);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/account/sessions?done=ended']);
    expect([await one.isSignedIn(), await other.isSignedIn()]).toEqual([true, false]);
    expect(world.audit.of('session.ended')).toMatchObject([
      {
        subject: world.ada.id,
        caller: world.ada.id,
        target: { kind: 'session', id: other.id },
        inputs: { how: 'from_elsewhere' },
      },
    ]);
  });

  test('ending this one is signing out', async () => {
    const { world, one, other } = await signedInTwice();
    const answer = await one.send(`${one.id}/end`);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/account/signed-out']);
    expect([await one.isSignedIn(), await other.isSignedIn()]).toEqual([false, true]);
    expect(world.audit.of('session.ended')).toMatchObject([{ inputs: { how: 'signed_out' } }]);
  });

  test('ends all others; then there is no button for that', async () => {
    const { world, one, other } = await signedInTwice();
    const answer = await one.send('/end-others');
    expect(answer.headers['location']).toBe('/account/sessions?done=others');
    expect([await one.isSignedIn(), await other.isSignedIn()]).toEqual([true, false]);
    expect(world.audit.of('account.sessions_ended')).toMatchObject([
      { caller: world.ada.id, inputs: { kept: one.id } },
    ]);
    const alone = (await one.get('/account/sessions?done=others')).text;
    expect(formsOf(alone).map(({ action }) => action)).not.toContain('/account/sessions/end-others');
    expect(textOf(alone)).toContain('This browser is the only one left.');
    // The one that was kept ends like any other.
    await one.send('/end-all');
    expect(await one.isSignedIn()).toBe(false);
  });

  test('does not say that it is the only one left, once another has signed in since', async () => {
    const { one } = await signedInTwice();
    const text = textOf((await one.get('/account/sessions?done=others')).text);
    expect(text).toContain('Signed out everywhere else.');
    expect(text).not.toContain('the only one left');
  });

  test('signs out everywhere, this one included', async () => {
    const { world, one, other } = await signedInTwice();
    const bob = browserOf(world, {}, world.bob.id);
    const answer = await one.send('/end-all');
    expect(answer.headers['location']).toBe('/account/signed-out');
    expect([await one.isSignedIn(), await other.isSignedIn(), await bob.isSignedIn()]).toEqual([false, false, true]);
    expect(world.audit.of('account.sessions_ended')).toMatchObject([{ subject: world.ada.id, inputs: {} }]);
  });

  test.each(['end-others', 'end-all'])(
    'LG-02 an attacker who guesses locks the user out of no browser in which they did that (%s), and stays out with others',
    async (what) => {
      const { world, one } = await signedInTwice();
      const attempt = { username: 'ada', source: '203.0.113.9', request: 'req_1' };
      const before = await world.signIn.signIn({ ...attempt, password: PASSWORD });
      const answer = await one.send(`/${what}`);
      const device = /__Host-behalf_device=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1];
      for (let guess = 0; guess < LIMITS.signInPerAccount; guess += 1) {
        await world.signIn.signIn({ ...attempt, password: 'guess' }).catch(() => undefined);
      }
      const again = (known: string | undefined) =>
        world.signIn.signIn({ ...attempt, password: PASSWORD, device: known });
      await expect(again(before.next === 'done' ? before.device : '')).rejects.toMatchObject({
        code: 'too_many_requests',
      });
      expect(await again(device)).toMatchObject({ next: 'done' });
    },
  );

  test('WB-11 a session of another user, or an unknown one, is not found', async () => {
    const { world, one } = await signedInTwice();
    const bob = browserOf(world, {}, world.bob.id);
    await world.browserSessions.settled();
    const csrf = formsOf((await one.get('/account/sessions')).text)[0]?.fields.find(({ name }) => name === 'csrf');
    for (const id of [bob.id, 'ses_none', '..%2F..']) {
      const answer = await one.post(`/account/sessions/${id}/end`, `csrf=${csrf?.value}`);
      expect([id, answer.status]).toEqual([id, 404]);
    }
    expect(await bob.isSignedIn()).toBe(true);
    expect(world.audit.events.map(({ type, error }) => [type, error])).toEqual(
      Array(3).fill(['request.refused', 'not_found']),
    );
    expect(textOf((await one.get('/account/sessions')).text)).not.toContain(bob.id);
  });

  test('of very many it shows this one and the newest, says so, and ends them all', async () => {
    const world = await composePeoplePages();
    const one = browserOf(world, { authTime: world.clock.now() - 60 });
    await world.browserSessions.settled();
    for (let index = 0; index < MOST_SHOWN + 5; index += 1) {
      const seen = { account: world.ada.id, amr: ['pwd'], apps: [], until: world.clock.now() + 3600 };
      await world.sessions.keep({ ...seen, uid: `uid-${index}`, authTime: world.clock.now() });
    }
    const page = await one.get('/account/sessions');
    expect(page.text.match(/class="item-title"/g)).toHaveLength(MOST_SHOWN + 1);
    expect(textOf(page.text)).toMatch(/These are the newest 201, and there may be more\..* In use now /s);
    await one.send('/end-others');
    expect(await world.sessions.ofAccount(world.ada.id)).toMatchObject([{ id: one.id }]);
    expect(textOf((await one.get('/account/sessions')).text)).not.toContain('there may be more');
  });

  test('WB-02 ends nothing for a form that is not from this session', async () => {
    const { world, one, other } = await signedInTwice();
    const csrf = (text: string) => `csrf=${formsOf(text)[0]?.fields.find(({ name }) => name === 'csrf')?.value}`;
    const [mine, theirs] = [
      csrf((await one.get('/account/sessions')).text),
      csrf((await other.get('/account/sessions')).text),
    ];
    for (const path of ['end-others', 'end-all', `${other.id}/end`, `${one.id}/end`]) {
      world.audit.events.length = 0;
      const url = `/account/sessions/${path}`;
      const answers = [
        await one.post(url, ''),
        await one.post(url, theirs),
        await one.post(url, mine, { origin: 'https://evil.example' }),
        await one.post(url, mine, { 'sec-fetch-site': 'cross-site' }),
        await one.post(url, mine, { 'content-type': 'text/plain' }),
        await world.http.post(url).set('origin', 'https://id.example.com').type('form').send(mine),
      ];
      expect([path, answers.map(({ status }) => status)]).toEqual([path, Array(6).fill(403)]);
      expect(world.audit.events.map(({ type }) => type)).toEqual(Array(6).fill('request.refused'));
    }
    expect([await one.isSignedIn(), await other.isSignedIn()]).toEqual([true, true]);
  });

  test('sends who is not signed in to sign in', async () => {
    const world = await composePeoplePages();
    const answer = await world.http.get('/account/sessions');
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toContain(encodeURIComponent('/account/sessions'));
  });
});

describe('what people expect to end sessions', () => {
  test('a new password ends all of them', async () => {
    const { world, one, other } = await signedInTwice();
    await world.accounts.setPassword(world.ada.id, 'another long password', { caller: world.ada.id });
    expect([await one.isSignedIn(), await other.isSignedIn()]).toEqual([false, false]);
  });

  test('removing a second factor ends all others, before it is removed', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const strong = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'] };
    const [one, other] = [browserOf(world, strong), browserOf(world, strong)];
    const [factor] = await world.factors.list(world.ada.id);
    world.audit.events.length = 0;
    const answer = await one.send(`${factor?.id}/remove`, '/account/security');
    expect(answer.headers['location']).toBe('/account/security?done=removed');
    expect([await one.isSignedIn(), await other.isSignedIn()]).toEqual([true, false]);
    expect(world.audit.events.map(({ type }) => type)).toEqual(['account.sessions_ended', 'factor.removed']);
  });

  test('one that begins with it while a slow store removes it is ended, too', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const strong = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'] };
    const one = browserOf(world, strong);
    const [factor] = await world.factors.list(world.ada.id);
    const { append } = world.audit;
    let thief: ReturnType<typeof browserOf> | undefined;
    world.audit.append = async (event) => {
      if (event.type === 'factor.removed') {
        world.clock.move(2);
        thief = browserOf(world, strong);
        await world.browserSessions.settled();
        expect(await thief.isSignedIn()).toBe(true);
      }
      return append(event);
    };
    await one.send(`${factor?.id}/remove`, '/account/security');
    expect([await one.isSignedIn(), await thief?.isSignedIn()]).toEqual([true, false]);
  });

  test('a factor that may not be removed ends none', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const [one, other] = [browserOf(world, { acr: MULTI_FACTOR }), browserOf(world)];
    const csrf = formsOf((await one.get('/account/security')).text)[0]?.fields.find(({ name }) => name === 'csrf');
    expect((await one.post('/account/security/factors/fac_none/remove', `csrf=${csrf?.value}`)).status).toBe(404);
    expect(await other.isSignedIn()).toBe(true);
    expect(world.audit.of('account.sessions_ended')).toEqual([]);
  });
});
