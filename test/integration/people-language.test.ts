/** The language of the pages: chosen on a page, asked for by an app, preferred by a browser. */
import { describe, expect, test } from '@jest/globals';
import { composePeoplePages } from '../support/composed-people-pages.ts';

const GERMAN = 'Benutzername';
const ENGLISH = 'Username';

const open = async (headers: Readonly<Record<string, string>> = {}, uiLocales?: string) => {
  const world = await composePeoplePages();
  const uid = world.prompt({ prompt: 'login', ...(uiLocales === undefined ? {} : { uiLocales }) });
  const { cookie, ...others } = headers;
  const page = await world.http
    .get(`/interaction/${uid}`)
    .set('cookie', [`interaction=${uid}`, ...(cookie ? [cookie] : [])].join('; '))
    .set(others);
  return { world, uid, page };
};

describe('a page is read in', () => {
  test.each([
    ['English where nothing else is said', {}, undefined, ENGLISH, 'en'],
    ['what the browser prefers', { 'accept-language': 'de-DE,de;q=0.9,en;q=0.8' }, undefined, GERMAN, 'de'],
    ['what the app asked for (OIDC Core §3.1.2.1)', { 'accept-language': 'en' }, 'fr de', GERMAN, 'de'],
    ['what the browser prefers where the app asks for none of ours', { 'accept-language': 'de' }, 'fr', GERMAN, 'de'],
    [
      'what was chosen, before any other hint',
      { cookie: '__Host-behalf_language=en', 'accept-language': 'de' },
      'de',
      ENGLISH,
      'en',
    ],
    [
      'what the browser prefers where the choice is none',
      { cookie: '__Host-behalf_language=xx', 'accept-language': 'de' },
      undefined,
      GERMAN,
      'de',
    ],
  ] as const)('%s', async (_name, headers, uiLocales, text, language) => {
    const { page } = await open(headers, uiLocales);
    expect(page.status).toBe(200);
    expect(page.headers['content-language']).toBe(language);
    expect(page.text).toContain(`<html lang="${language}">`);
    expect(page.text).toContain(text);
  });
});

describe('the choice of a language', () => {
  const choose = async (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) => {
    const { world, uid } = await open();
    const answer = await world.http
      .post('/language')
      .set({ origin: 'https://id.example.com', 'sec-fetch-site': 'same-origin', ...headers })
      .type('form')
      .send(fields);
    return { world, uid, answer };
  };

  test('is kept in this browser, and leads back to where it was made', async () => {
    const { answer } = await choose({ language: 'de', back: '/interaction/abc?seen=1' });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe('/interaction/abc?seen=1');
    expect(answer.headers['set-cookie']).toEqual([
      '__Host-behalf_language=de; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure',
    ]);
  });

  test('is offered on every page, with the way back', async () => {
    const { page, uid } = await open();
    expect(page.text).toContain(`<input type="hidden" name="back" value="/interaction/${uid}">`);
    expect(page.text).toContain('name="language" value="de" lang="de">Deutsch</button>');
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/account\u0101',
    '/account\u0001',
    '/account\r\nset-cookie: a=b',
  ])('WB-06 leads nowhere but to us: %s', async (back) => {
    const { answer } = await choose({ language: 'de', back });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/']);
  });

  test.each([
    ['WB-02 of another site', { language: 'de' }, { 'sec-fetch-site': 'cross-site' }, 403, 'forbidden'],
    ['of a language we do not have', { language: 'fr' }, {}, 400, 'invalid_field'],
    ['of none', {}, {}, 400, 'invalid_field'],
  ] as const)('%s is refused, counted, and keeps nothing', async (_name, fields, headers, status, code) => {
    const { world, answer } = await choose(fields, headers);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(code);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(world.audit.of('request.refused')).toHaveLength(1);
  });
});

describe('who is signed in', () => {
  const signedIn = async () => {
    const world = await composePeoplePages();
    const cookie = `session=${world.browserSessions.start(world.ada.id)}`;
    const account = async () => (await world.accounts.get(world.ada.id))?.document;
    const choose = (language: string, more = '') =>
      world.http
        .post('/language')
        .set({ origin: 'https://id.example.com', cookie: `${cookie}${more}` })
        .type('form')
        .send({ language, back: '/account' });
    return { world, cookie, account, choose };
  };

  test('is remembered to read what was chosen: one event of the account, and none for the same again', async () => {
    const { world, account, choose } = await signedIn();
    expect((await choose('de')).status).toBe(303);
    expect((await choose('de')).status).toBe(303);
    expect(await account()).toMatchObject({ language: 'de' });
    expect(world.audit.of('account.updated')).toMatchObject([
      { outcome: 'done', caller: world.ada.id, target: { id: world.ada.id }, changed: ['language'] },
    ]);
  });

  test('WB-02 is not by a form of another site', async () => {
    const { world, cookie, account } = await signedIn();
    const answer = await world.http
      .post('/language')
      .set({ cookie, 'sec-fetch-site': 'cross-site' })
      .type('form')
      .send({ language: 'de' });
    expect(answer.status).toBe(403);
    expect(await account()).not.toHaveProperty('language');
    expect(world.audit.of('account.updated')).toEqual([]);
  });

  test('WB-02 nor by one of which an old browser does not say whose it is: that changes this browser alone', async () => {
    const { world, cookie, account } = await signedIn();
    const choose = (headers: Readonly<Record<string, string>>) =>
      world.http
        .post('/language')
        .set({ cookie, ...headers })
        .type('form')
        .send({ language: 'de' });
    for (const headers of [{ origin: 'null' }, {}]) {
      const answer = await choose(headers);
      expect([answer.status, String(answer.headers['set-cookie'])]).toEqual([
        303,
        expect.stringContaining('__Host-behalf_language=de'),
      ]);
      expect(await account()).not.toHaveProperty('language');
    }
    expect(world.audit.of('account.updated')).toEqual([]);
    // A page of ours sends no origin either, and says so.
    await choose({ origin: 'null', 'sec-fetch-site': 'same-origin' });
    expect(await account()).toMatchObject({ language: 'de' });
  });

  test('AU-01 chooses nothing while it cannot be audited', async () => {
    const { world, account, choose } = await signedIn();
    world.audit.state.failing = true;
    const answer = await choose('de');
    expect([answer.status, answer.headers['set-cookie']]).toEqual([503, undefined]);
    expect(await account()).not.toHaveProperty('language');
  });

  test('reads it in another browser, too: after what that browser chose and the app asked for, before what it prefers', async () => {
    const { world, cookie, choose } = await signedIn();
    await choose('de');
    const read = async (path: string, more: Readonly<Record<string, string>>) =>
      (await world.http.get(path).set({ 'accept-language': 'en', ...more })).headers['content-language'];
    expect(await read('/account', { cookie })).toBe('de');
    expect(await read('/account', { cookie: `${cookie}; __Host-behalf_language=en` })).toBe('en');
    const consentOf = (uiLocales?: string): string =>
      world.prompt({ prompt: 'consent', account: world.ada.id, ...(uiLocales === undefined ? {} : { uiLocales }) });
    const plain = consentOf();
    const asked = consentOf('en');
    expect(await read(`/interaction/${plain}`, { cookie: `interaction=${plain}` })).toBe('de');
    expect(await read(`/interaction/${asked}`, { cookie: `interaction=${asked}` })).toBe('en');
  });

  test('chooses it under Sign-in and security as well, with a form of that page alone', async () => {
    const { world, cookie, account } = await signedIn();
    const post = (fields: Readonly<Record<string, string>>) =>
      world.http
        .post('/account/security/language')
        .set({ origin: 'https://id.example.com', cookie })
        .type('form')
        .send(fields);
    const page = await world.http.get('/account').set({ cookie });
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await post({ language: 'de' })).status).toBe(403);
    expect((await post({ csrf, language: 'fr' })).status).toBe(400);
    expect(await account()).not.toHaveProperty('language');
    const saved = await post({ csrf, language: 'de' });
    expect([saved.status, saved.headers['location']]).toEqual([303, '/account/security?done=language']);
    expect(saved.headers['set-cookie']).toEqual([expect.stringContaining('__Host-behalf_language=de')]);
    expect(await account()).toMatchObject({ language: 'de' });
    expect(world.audit.of('request.refused')).toHaveLength(2);
  });
});
