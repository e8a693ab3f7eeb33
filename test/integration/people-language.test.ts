/** The language of the pages: chosen on a page, asked for by an app, preferred by a browser. */
import { describe, expect, test } from '@jest/globals';
import { peopleWorld } from '../support/people-world.ts';

const GERMAN = 'Benutzername';
const ENGLISH = 'Username';

const open = async (headers: Readonly<Record<string, string>> = {}, uiLocales?: string) => {
  const world = await peopleWorld();
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
      'what was chosen, whatever else is said',
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

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'WB-06 leads nowhere but to us: %s',
    async (back) => {
      const { answer } = await choose({ language: 'de', back });
      expect(answer.headers['location']).toBe('/');
    },
  );

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
