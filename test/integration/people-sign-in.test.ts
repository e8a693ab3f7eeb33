import { describe, expect, test } from '@jest/globals';
import { composePeoplePages, LIMITS, type PeoplePages, REDIRECT_URI } from '../support/composed-people-pages.ts';
import { PASSWORD } from '../support/composed-services.ts';
import { formsOf, textOf } from '../support/html-forms.ts';

type Fields = Readonly<Record<string, string>>;

const cookieOf = (uid: string) => `interaction=${uid}`;

const openForm = async (world: PeoplePages, uid: string) => {
  const page = await world.http.get(`/interaction/${uid}`).set('cookie', cookieOf(uid));
  const form = formsOf(page.text)[0];
  const hidden = Object.fromEntries((form?.fields ?? []).map(({ name, value }) => [name, value]));
  return { page, action: form?.action ?? '', hidden };
};

const send = (world: PeoplePages, path: string, uid: string, fields: Fields, headers: Fields = {}) =>
  world.http
    .post(path)
    .set('cookie', cookieOf(uid))
    .set({ origin: 'https://id.example.com', 'sec-fetch-site': 'same-origin', ...headers })
    .type('form')
    .send(fields);

const signIn = async (world: PeoplePages, fields: Fields, headers: Fields = {}) => {
  const uid = world.prompt({ prompt: 'login' });
  const { action, hidden } = await openForm(world, uid);
  return send(world, action, uid, { ...hidden, ...fields }, headers);
};

describe('the sign-in page', () => {
  test('WB-01 WB-10 AZ-14 is no-store, no-referrer, isolated, under a policy that names the redirect target', async () => {
    const world = await composePeoplePages();
    const { page } = await openForm(world, world.prompt({ prompt: 'login' }));
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
    });
    const policy = page.headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' https://app.example.com");
    expect(policy).toContain("script-src 'self';");
    expect(textOf(page.text)).toContain('Planner');
    expect(page.text).not.toMatch(
      /<script(?! src="\/assets\/passkeys\.[0-9a-f]{16}\.js" defer><\/script>)|onload=|style="/,
    );
  });

  test('signs in, remembers the device and sends the browser on with 303 (AZ-11)', async () => {
    const world = await composePeoplePages();
    const answer = await signIn(world, { username: 'ada', password: PASSWORD });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toMatch(/^https:\/\/id\.example\.com\/auth\//);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-behalf_device=[^;]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/),
    ]);
    expect(world.interactions.finished).toMatchObject([{ with: world.ada.id }]);
    expect(world.audit.of('session.started')).toMatchObject([{ subject: world.ada.id, request: 'req_test' }]);
  });

  test('LG-01 answers unknown, wrong and disabled alike: status, page, headers, cookies', async () => {
    const world = await composePeoplePages();
    await world.accounts.disable(world.bob.id, { caller: 'system' });
    const answers = [];
    for (const username of ['ada', 'bob', 'nob']) {
      const answer = await signIn(world, { username, password: username === 'bob' ? PASSWORD : 'wrong password' });
      const { date: _, ...headers } = answer.headers as Fields;
      const text = textOf(answer.text);
      answers.push({ status: answer.status, text, headers });
    }
    expect(answers[0]).toMatchObject({ status: 403 });
    expect(answers[0]?.text).toContain('The username or the password is not right.');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(world.audit.of('session.refused')).toHaveLength(3);
    expect(world.interactions.finished).toEqual([]);
  });

  test('LG-02 beyond the limit answers 429 with Retry-After, the same for a name that does not exist', async () => {
    for (const username of ['ada', 'unknown']) {
      const world = await composePeoplePages();
      for (let index = 0; index < LIMITS.signInPerAccount; index += 1) {
        expect(await signIn(world, { username, password: 'wrong password' })).toMatchObject({ status: 403 });
      }
      const answer = await signIn(world, { username, password: PASSWORD });
      expect(answer.status).toBe(429);
      expect(answer.headers['retry-after']).toBe(String(LIMITS.signInWindowSeconds));
      expect(world.audit.of('session.refused').at(-1)).toMatchObject({ error: 'too_many_requests' });
      expect(world.interactions.finished).toEqual([]);
    }
  });

  test('LG-02 the browser that signed in before gets in while strangers use up the limit', async () => {
    const world = await composePeoplePages();
    const first = await signIn(world, { username: 'ada', password: PASSWORD });
    const device = String(first.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    for (let index = 0; index < 8; index += 1) {
      await signIn(world, { username: 'ada', password: 'wrong password' }, { 'test-source': '203.0.113.9' });
    }
    const uid = world.prompt({ prompt: 'login' });
    const { action, hidden } = await openForm(world, uid);
    const fields = { ...hidden, username: 'ada', password: PASSWORD };
    expect((await send(world, action, uid, fields)).status).toBe(429);
    const cookie = `${cookieOf(uid)}; ${device}`;
    expect((await send(world, action, uid, fields, { cookie: `${cookie}; ${device}x` })).status).toBe(429);
    expect((await send(world, action, uid, fields, { cookie })).status).toBe(303);
  });

  test('LG-06 a password of a megabyte is refused without hashing, as a form that is too long', async () => {
    const world = await composePeoplePages();
    const answer = await signIn(world, { username: 'ada', password: 'x'.repeat(1_000_000) });
    expect(answer.status).toBe(400);
    expect(textOf(answer.text)).toContain('invalid_request');
  });

  test('cancelling refuses the request', async () => {
    const world = await composePeoplePages();
    const uid = world.prompt({ prompt: 'login' });
    const { action, hidden } = await openForm(world, uid);
    expect((await send(world, `${action}/deny`, uid, hidden)).status).toBe(303);
    expect(world.interactions.finished).toEqual([{ uid, with: 'refused' }]);
  });

  test('works below the path of the issuer, and on http without Secure', async () => {
    const world = await composePeoplePages({ issuer: 'http://localhost:3000/id' });
    const uid = world.prompt({ prompt: 'login' });
    const { page, action, hidden } = await openForm(world, uid);
    expect(action).toBe(`/id/interaction/${uid}`);
    expect(page.headers).not.toHaveProperty('strict-transport-security');
    const fields = { ...hidden, username: 'ada', password: PASSWORD };
    const answer = await send(world, `/interaction/${uid}`, uid, fields, { origin: 'http://localhost:3000' });
    expect(answer.status).toBe(303);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^behalf_device=.*SameSite=Lax$/);
  });
});

describe('WB-02 a sign-in form is refused with 403 and an event', () => {
  const refused: [string, Fields, Fields][] = [
    ['from another origin', {}, { origin: 'https://evil.example' }],
    ['from a sub-domain', {}, { origin: 'https://evil.id.example.com' }],
    ['that the browser calls cross-site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['that the browser calls same-site', {}, { 'sec-fetch-site': 'same-site' }],
    ['without a token', { csrf: '' }, {}],
    ['with a made-up token', { csrf: 'x'.repeat(43) }, {}],
  ];
  test.each(refused)('%s', async (_, fields, headers) => {
    const world = await composePeoplePages();
    const answer = await signIn(world, { username: 'ada', password: PASSWORD, ...fields }, headers);
    expect(answer.status).toBe(403);
    expect(textOf(answer.text)).toContain('req_test');
    expect(world.audit.events).toMatchObject([{ type: 'request.refused', personal: { source: '192.0.2.1' } }]);
    expect(world.interactions.finished).toEqual([]);
  });

  test.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x'])('as %s', async (type) => {
    const world = await composePeoplePages();
    const uid = world.prompt({ prompt: 'login' });
    const { action, hidden } = await openForm(world, uid);
    const body = new URLSearchParams({ ...hidden, username: 'ada', password: PASSWORD }).toString();
    const answer = await world.http.post(action).set('cookie', cookieOf(uid)).set('content-type', type).send(body);
    expect(answer.status).toBe(403);
    expect(world.audit.events).toMatchObject([{ type: 'request.refused', inputs: { reason: 'not_a_form' } }]);
  });

  test('of another interaction (V21, AP-16), but not for a page without referrer', async () => {
    const world = await composePeoplePages();
    const [one, other] = [world.prompt({ prompt: 'login' }), world.prompt({ prompt: 'login' })];
    const { hidden } = await openForm(world, one);
    const fields = { ...hidden, username: 'ada', password: PASSWORD };
    expect((await send(world, `/interaction/${other}`, other, fields)).status).toBe(403);
    expect(world.interactions.finished).toEqual([]);
    expect((await send(world, `/interaction/${one}`, one, fields, { origin: 'null' })).status).toBe(303);
  });
});

describe('V21 an interaction', () => {
  test('of another browser, an unknown one, or one with an impossible name is not there', async () => {
    const world = await composePeoplePages();
    const [one, other] = [world.prompt({ prompt: 'login' }), world.prompt({ prompt: 'login' })];
    for (const uid of [one, 'nothing', 'x'.repeat(65), '..%2f..', '%00', 'a%20b', '%E0%A4%A']) {
      const answer = await world.http.get(`/interaction/${uid}`).set('cookie', cookieOf(other));
      expect([uid, answer.status]).toEqual([uid, 404]);
    }
  });

  test('is decided once: the same form again is a conflict', async () => {
    const world = await composePeoplePages();
    const uid = world.prompt({ prompt: 'login', redirectUri: REDIRECT_URI });
    const { action, hidden } = await openForm(world, uid);
    const fields = { ...hidden, username: 'ada', password: PASSWORD };
    expect((await send(world, action, uid, fields)).status).toBe(303);
    expect((await send(world, action, uid, fields)).status).toBe(409);
  });
});
