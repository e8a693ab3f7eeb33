/** Attacks on sessions and their cookies over HTTP: WB-03, WB-04, WB-06, AP-13. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { fillForm, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { frontRequest } from '../support/front-channel.ts';
import { type Form, formsOf } from '../support/html-forms.ts';
import { runServer } from '../support/running-server.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import {
  closeSignIns,
  isSignIn,
  newPerson,
  newSource,
  readyToSignIn,
  scene,
  server,
  signInForm,
  startSignIns,
  WINDOW,
  watch,
} from '../support/sign-in-attempts.ts';
import { advance, now } from '../support/stopped-clock.ts';

beforeAll(startSignIns, 240_000);
afterAll(closeSignIns);

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
      // No caller is known yet: the reason is what is counted.
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

  test('WB-04 a cookie that was not signed, or signed for another name, is ignored', async () => {
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
    // Nor can one end the session of another user (WB-07).
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

test('IN-01 a forged link to older activity leads to the newest, and to no error', async () => {
  const person = await newPerson();
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/account`), person);
  for (const before of ['9999999999999999.x', '1.x', '-1.x', 'x', '1e3.x', '1.x/../y']) {
    const { status } = await browser.open(`${server.issuer}/account/activity?before=${encodeURIComponent(before)}`);
    expect([before, status]).toEqual([before, 200]);
  }
});

describe('WB-06 nothing leads away from here', () => {
  test('WB-06 a sign-in comes back to the page it began at, and to no other address', async () => {
    const person = await newPerson();
    for (const path of [
      '/account?done=https://evil.example/',
      '/account/activity?before=//evil.example',
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
