/** Second factors on the pages: the step after the password, and `/account/security`. */
import { describe, expect, test } from '@jest/globals';
import { MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM_SESSION } from '../../src/domain/vocabulary/assurance.ts';
import { codeAt, withApp } from '../support/authenticator-app.ts';
import { fillForm } from '../support/browser-flow.ts';
import { composePeoplePages, LIMITS, type PeoplePages } from '../support/composed-people-pages.ts';
import { PASSWORD } from '../support/composed-services.ts';
import { formsOf, textOf } from '../support/html-forms.ts';

const ORIGIN = 'https://id.example.com';

const browserAt = (world: PeoplePages, cookie: string) => ({
  get: (path: string) => world.http.get(path).set('cookie', cookie),
  post: (path: string, body: URLSearchParams | string, headers: Readonly<Record<string, string>> = {}) =>
    world.http.post(path).set('cookie', cookie).set('origin', ORIGIN).type('form').set(headers).send(String(body)),
});

/** A browser that has just sent the right password; the page it is on. */
const afterPassword = async (world: PeoplePages, cookies = '') => {
  const uid = world.prompt({ prompt: 'login' });
  const browser = browserAt(world, `interaction=${uid}; ${cookies}`);
  const [form] = formsOf((await browser.get(`/interaction/${uid}`)).text);
  if (!form) throw new Error('no form');
  const answer = await browser.post(form.action, fillForm(form, { set: { username: 'ada', password: PASSWORD } }));
  const page = await browser.get(`/interaction/${uid}`);
  const send = (code: string) => {
    const [first] = formsOf(page.text);
    if (!first) throw new Error('no form');
    return browser.post(first.action, fillForm(first, { set: { code } }));
  };
  return { uid, browser, answer, page, send };
};

describe('the step after the password', () => {
  test('before the factor is proven no user is signed in, no device is known and no session begins', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    world.audit.events.length = 0;
    const { uid, answer, page, send } = await afterPassword(world);
    expect([answer.status, answer.headers['location'], answer.headers['set-cookie']]).toEqual([
      303,
      `/interaction/${uid}`,
      undefined,
    ]);
    expect(textOf(page.text)).toContain('Your password was right');
    expect(world.interactions.finished).toEqual([]);
    const wrong = await send('000000');
    expect([wrong.status, textOf(wrong.text).includes('That code is not right')]).toEqual([403, true]);
    world.clock.move(60);
    const right = await send(codeAt(secret, world.clock.now()));
    expect([right.status, String(right.headers['set-cookie']).includes('behalf_device')]).toEqual([303, true]);
    expect(world.interactions.finished).toEqual([{ uid, with: world.ada.id }]);
    expect(world.interactions.assurances).toEqual([
      { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: world.clock.now() - 60 },
    ]);
    expect(world.audit.events.map(({ type, inputs }) => [type, inputs?.['reason']])).toEqual([
      ['session.factor_asked', undefined],
      ['session.refused', 'wrong_factor'],
      ['session.started', undefined],
    ]);
  });

  test('LG-01 without the password no answer discloses whether there is a factor', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const texts = [];
    for (const username of ['ada', 'bob', 'unknown']) {
      const uid = world.prompt({ prompt: 'login' });
      const browser = browserAt(world, `interaction=${uid}`);
      const [form] = formsOf((await browser.get(`/interaction/${uid}`)).text);
      if (!form) throw new Error('no form');
      const answer = await browser.post(form.action, fillForm(form, { set: { username, password: 'not that' } }));
      texts.push([answer.status, answer.text.replaceAll(uid, '').replace(/(value|data-options)="[^"]*"/g, '')]);
    }
    expect(new Set(texts.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('LG-02 codes are counted before they are looked at, however many come at once', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    const { send } = await afterPassword(world);
    const answers = await Promise.all(Array.from({ length: 30 }, () => send('000000')));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(LIMITS.signInPerAccount);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30 - LIMITS.signInPerAccount);
    world.clock.move(60);
    expect((await send(codeAt(secret, world.clock.now()))).status).toBe(429);
    world.clock.move(LIMITS.signInWindowSeconds);
    const later = await afterPassword(world);
    expect((await later.send(codeAt(secret, world.clock.now()))).status).toBe(303);
  });

  test('LG-02 who knows the password cannot lock out a browser that signed in before', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    world.clock.move(60);
    const first = await (await afterPassword(world)).send(codeAt(secret, world.clock.now()));
    const device = /behalf_device=[^;]+/.exec(String(first.headers['set-cookie']))?.[0] ?? '';
    const thief = await afterPassword(world);
    for (let index = 0; index < 10; index += 1) await thief.send('000000');
    world.clock.move(60);
    const { send } = await afterPassword(world, `__Host-${device}`);
    expect((await send(codeAt(secret, world.clock.now()))).status).toBe(303);
  });

  test('LG-02 LG-04 browsers that a thief of the password collected before there was a factor have no codes of their own to guess', async () => {
    const world = await composePeoplePages();
    const collected: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const attempt = { username: 'ada', password: PASSWORD, source: '203.0.113.9', request: 'req_1' };
      const signedIn = await world.signIn.signIn(attempt);
      if (signedIn.next === 'done') collected.push(`__Host-behalf_device=${signedIn.device}`);
    }
    const { secret } = await withApp(world, world.ada);
    const statuses = [];
    for (const device of collected) {
      const { send } = await afterPassword(world, device);
      for (let index = 0; index < LIMITS.signInPerAccount; index += 1) statuses.push((await send('000000')).status);
    }
    expect(collected).toHaveLength(3);
    expect(statuses.filter((status) => status === 403)).toHaveLength(LIMITS.signInPerAccount);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2 * LIMITS.signInPerAccount);
    expect(world.audit.of('session.refused').at(-1)).toMatchObject({ inputs: { reason: 'limit_per_factor' } });
    // A browser in which a factor was proven has.
    world.clock.move(60);
    const { ada, signIn } = world;
    const known = `__Host-behalf_device=${signIn.deviceOf(ada, MULTI_FACTOR)}`;
    expect((await (await afterPassword(world, known)).send(codeAt(secret, world.clock.now()))).status).toBe(303);
  });

  test('WB-02 WB-11 the form is that of its own interaction, browser, kind and account', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    world.clock.move(60);
    const code = codeAt(secret, world.clock.now());
    const [one, other] = [await afterPassword(world), await afterPassword(world)];
    const bodyOf = (text: string) => {
      const [form] = formsOf(text);
      if (!form) throw new Error('no form');
      return fillForm(form, { set: { code } });
    };
    const path = `/interaction/${one.uid}/factor`;
    const fresh = world.prompt({ prompt: 'login' });
    const statuses = [
      await one.browser.post(path, `code=${code}`),
      await one.browser.post(path, bodyOf(other.page.text)),
      await one.browser.post(path, bodyOf(one.page.text), { origin: 'https://evil.example' }),
      await one.browser.post(path, bodyOf(one.page.text), { 'content-type': 'text/plain' }),
      await other.browser.post(path, bodyOf(one.page.text)),
      await browserAt(world, `interaction=${fresh}`).post(`/interaction/${fresh}/factor`, bodyOf(one.page.text)),
    ].map(({ status }) => status);
    expect(statuses).toEqual([403, 403, 403, 403, 404, 403]);
    expect(world.interactions.finished).toEqual([]);
    expect((await one.send(code)).status).toBe(303);
    expect((await other.send(code)).status).toBe(403);
  });

  test('the user can begin again as another user, and cancel', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const { uid, browser, page } = await afterPassword(world);
    const again = formsOf(page.text).find(({ action }) => action.endsWith('/again'));
    if (!again) throw new Error('no form');
    expect((await browser.post(again.action, fillForm(again))).headers['location']).toBe(`/interaction/${uid}`);
    expect(textOf((await browser.get(`/interaction/${uid}`)).text)).toContain('Password');
    const next = await afterPassword(world);
    const cancel = formsOf(next.page.text).find(({ action }) => action.endsWith('/deny'));
    if (!cancel) throw new Error('no form');
    expect((await next.browser.post(cancel.action, fillForm(cancel))).status).toBe(303);
    expect(world.interactions.finished).toEqual([{ uid: next.uid, with: 'refused' }]);
  });

  test('an account that is disabled between the two steps is not signed in', async () => {
    const world = await composePeoplePages();
    const { secret } = await withApp(world, world.ada);
    const { send } = await afterPassword(world);
    await world.accounts.disable(world.ada.id, { caller: 'system' });
    world.clock.move(60);
    expect((await send(codeAt(secret, world.clock.now()))).status).toBe(403);
    expect(world.interactions.finished).toEqual([]);
  });
});

describe('/account/security', () => {
  const personAt = (
    world: PeoplePages,
    more: { acr?: string; amr?: string[]; authTime?: number } = {},
    account = world.ada.id,
  ) => browserAt(world, `session=${world.browserSessions.start(account, more)}`);

  const addApp = async (world: PeoplePages, person = personAt(world)) => {
    const page = await person.get('/account/security/totp');
    const form = formsOf(page.text).find(({ action }) => action.endsWith('/totp'));
    const secret = /key">([A-Z2-7 ]+)</.exec(page.text)?.[1]?.replaceAll(' ', '') ?? '';
    if (!form) throw new Error(page.text);
    const send = (set: Readonly<Record<string, string>>) => person.post(form.action, fillForm(form, { set }));
    return { person, page, secret, send };
  };

  test('an app is added by the code it shows, its picture is markup of ours, and codes are shown once', async () => {
    const world = await composePeoplePages();
    const { person, page, secret, send } = await addApp(world);
    expect(page.text).toMatch(/<svg role="img" aria-label="[^"]+" viewbox="0 0 \d+ \d+"/);
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['cache-control']).toBe('no-store');
    const wrong = await send({ name: 'Phone', code: '000000' });
    expect([wrong.status, wrong.text.includes('value="Phone"')]).toEqual([400, true]);
    expect(wrong.text).toContain(secret.slice(0, 4));
    const added = await send({ name: 'Phone', code: codeAt(secret, world.clock.now()) });
    expect([added.status, [...added.text.matchAll(/key">[a-z0-9-]{19}</g)].length]).toEqual([200, 10]);
    // It was proven in this browser.
    expect(String(added.headers['set-cookie'])).toContain('__Host-behalf_device=');
    expect((await send({ name: 'Phone', code: codeAt(secret, world.clock.now()) })).status).toBe(404);
    const text = textOf((await person.get('/account/security')).text);
    expect(text).toContain('Phone');
    expect(text).toContain('10 of your codes were not used');
    expect(world.audit.events.map(({ type }) => type)).toContain('factor.added');
    expect(textOf((await person.get('/account/activity')).text)).toContain('Second factor added');
  });

  test('LG-04 LG-07 to change factors takes a recent sign-in with a factor; else the browser goes to sign in anew', async () => {
    const world = await composePeoplePages();
    const old = personAt(world, { authTime: world.clock.now() - 3600 });
    expect((await old.get('/account/security/totp')).headers['location']).toContain('anew');
    await withApp(world, world.ada);
    const [factor] = await world.factors.list(world.ada.id);
    for (const more of [{ acr: SINGLE_FACTOR }, { acr: MULTI_FACTOR, authTime: world.clock.now() - 3600 }]) {
      const person = personAt(world, more);
      const page = (await person.get('/account/security')).text;
      const forms = formsOf(page).filter(({ action }) => action.startsWith('/account/security'));
      expect(forms).toHaveLength(2);
      for (const form of forms) {
        expect((await person.post(form.action, fillForm(form))).headers['location']).toContain('anew');
      }
      expect((await person.get('/account/security/totp')).headers['location']).toContain('anew');
    }
    expect(await world.factors.list(world.ada.id)).toHaveLength(2);
    const strong = personAt(world, { acr: MULTI_FACTOR });
    const [codes, remove] = ['recovery-codes', `factors/${factor?.id}/remove`].map(
      (path) => `/account/security/${path}`,
    );
    const forms = formsOf((await strong.get('/account/security')).text);
    const bodyOf = (path: string | undefined) => {
      const form = forms.find(({ action }) => action === path);
      if (!form) throw new Error(`no form ${path}`);
      return fillForm(form);
    };
    expect((await strong.post(String(codes), bodyOf(codes))).text).toContain('Your earlier codes no longer work');
    expect((await strong.post(String(remove), bodyOf(remove))).headers['location']).toBe(
      '/account/security?done=removed',
    );
    expect(await world.factors.list(world.ada.id)).toEqual([]);
  });

  test('LG-07 nor does a form of a page that was never opened: an old session gets no challenge by failing', async () => {
    const world = await composePeoplePages();
    for (const session of [
      personAt(world, { authTime: world.clock.now() - 3600 }),
      personAt(world, { amr: [UPSTREAM_SESSION] }),
    ]) {
      world.audit.events.length = 0;
      const fields = formsOf((await session.get('/account/security')).text).flatMap((form) => form.fields);
      const csrf = `csrf=${fields.find(({ name }) => name === 'csrf')?.value}`;
      const answer = await session.post('/account/security/passkey', `${csrf}&name=Mine&credential=%7B%7D`);
      expect([answer.status, answer.text.includes('challenge')]).toEqual([303, false]);
      expect(answer.headers['location']).toContain('anew');
      expect(world.audit.events).toMatchObject([
        { type: 'request.refused', subject: world.ada.id, inputs: { reason: 'invalid_field /credential' } },
      ]);
    }
    // Who began in time may try again.
    const recent = personAt(world);
    const page = await recent.get('/account/security/passkey');
    const [form] = formsOf(page.text).filter(({ action }) => action.endsWith('/passkey'));
    if (!form) throw new Error(page.text);
    const again = await recent.post(form.action, fillForm(form, { set: { name: 'Mine', credential: '{}' } }));
    expect([again.status, again.text.includes('challenge')]).toEqual([400, true]);
    world.clock.move(601);
    const late = await recent.post(form.action, fillForm(form, { set: { name: 'Mine', credential: '{}' } }));
    expect([late.status, late.text.includes('challenge')]).toEqual([303, false]);
  });

  test('WB-02 WB-11 forms of other sessions and factors of other people do nothing', async () => {
    const world = await composePeoplePages();
    await withApp(world, world.ada);
    const [factor] = await world.factors.list(world.ada.id);
    const bob = personAt(world, {}, world.bob.id);
    const signOut = formsOf((await bob.get('/account')).text).find(({ action }) => action.endsWith('/sign-out'));
    const csrf = `csrf=${signOut?.fields.find(({ name }) => name === 'csrf')?.value}`;
    const remove = `/account/security/factors/${factor?.id}/remove`;
    expect((await bob.post(remove, csrf)).status).toBe(404);
    const ada = personAt(world, { acr: MULTI_FACTOR });
    for (const path of [remove, '/account/security/recovery-codes', '/account/security/totp']) {
      expect((await ada.post(path, csrf)).status).toBe(403);
      expect((await world.http.post(path).type('form').send(csrf)).status).toBe(403);
    }
    expect(await world.factors.list(world.ada.id)).toHaveLength(2);
  });
});
