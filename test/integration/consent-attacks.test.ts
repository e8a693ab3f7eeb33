/** Attacks on consent over HTTP: what the page says, which answers count, and that no step is skipped. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Browser, fillForm, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import {
  answerOf,
  ask,
  bob,
  closeConsent,
  consents,
  decide,
  expectRefusal,
  formIn,
  HOUR,
  held,
  isDecision,
  isSignIn,
  isSwitch,
  newAgent,
  OTHER_REDIRECT,
  press,
  redeem,
  scene,
  server,
  startConsent,
  watch,
} from '../support/consent-requests.ts';
import { frontRequest } from '../support/front-channel.ts';
import type { Parameters } from '../support/oauth-calls.ts';
import { consentUrl, REDIRECT_URI } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startConsent, 240_000);
afterAll(closeConsent);

describe('AP-10 the page', () => {
  test('AP-10 shows what can be given, not what was asked, and that is what a token holds', async () => {
    const limited = { username: 'carol', password: 'a pass phrase of carol' };
    const { id } = await scene.management.createAccount({
      ...limited,
      name: 'Carol',
      entitlements: { [scene.jwt.identifier]: ['read', 'delete'] },
    });
    const identity = await newAgent({ authority: { [scene.jwt.identifier]: ['read', 'write'] } });
    const asking = await ask({ identity, parameters: { scope: 'openid read write delete' }, person: limited });
    const { text, html } = asking.page;
    for (const shown of ['Planner', 'Owned by Ada', 'Carol ( carol )', 'See what is there', 'Low risk', '7 days'])
      expect(text).toContain(shown);
    expect(html.replaceAll('<wbr>', '')).toContain(
      '<span class="sub">app.</span><span class="whole">example.com</span>',
    );
    for (const hidden of ['Add and change', 'Remove for good']) expect(text).not.toContain(hidden);
    expect(text).toContain('asked for more than it can be given');
    const tokens = await redeem(identity, await press(asking, 'allow'), asking);
    expect(tokens['scope']).toBe('read');
    expect(await consents(identity)).toMatchObject([
      {
        type: 'consent.granted',
        subject: id,
        scopeGiven: ['read'],
        inputs: { withheld: expect.arrayContaining([expect.objectContaining({ scope: 'write', layer: 'subject' })]) },
      },
    ]);
    expect((await held(identity, id))?.scope).toEqual(['read']);
  });

  test('AP-10 names the chain of an agent that asks, and where it wants to act', async () => {
    const helper = await scene.newAgent('Helper');
    const asking = await ask({
      identity: scene.app,
      parameters: { scope: 'openid read', resource: [scene.jwt.identifier, scene.opaque.identifier] },
    });
    const tokens = await redeem(scene.app, await press(asking, 'allow'), asking);
    const refused = await scene.calls.exchange(
      scene.keyed(helper),
      String(tokens['access_token']),
      scene.opaque.identifier,
    );
    expect([refused.status, refused.body['error']]).toEqual([400, 'consent_required']);
    const page = await asking.browser.open(String(consentUrl(refused)));
    for (const shown of ['Helper', 'Asked through the app Desk', 'files.example.com', 'See what is there'])
      expect(page.text).toContain(shown);
    expect(page.text).not.toContain('Add and change');
  });
});

describe('AP-11 an answer counts for exactly its question', () => {
  const silent = async (
    identity: Identity,
    browser: Browser,
    parameters: Parameters = {},
  ): Promise<URLSearchParams> => {
    const { page } = await ask({ identity, browser, parameters: { prompt: 'none', ...parameters } });
    return page.left?.searchParams ?? new URLSearchParams({ error: `page ${page.status}` });
  };

  test('AP-11 the same question again needs no page, once all of it was allowed', async () => {
    const identity = await newAgent();
    const first = await ask({ identity });
    await press(first, 'allow');
    for (const prompt of ['none', '']) {
      const again = await ask({ identity, browser: first.browser, parameters: prompt ? { prompt } : {} });
      expect((await redeem(identity, again.page, again))['scope']).toBe('read write');
    }
    expect((await consents(identity)).map(({ type }) => type)).toEqual(['consent.granted']);
    // Asked for anew, everything can be chosen anew.
    const anew = await ask({ identity, browser: first.browser, parameters: { prompt: 'consent' } });
    expect(anew.page.text).toContain('Add and change');
  });

  test('AP-11 what was left out is asked about once for each request that names it, and never granted silently', async () => {
    const identity = await newAgent();
    const first = await ask({ identity });
    await press(first, 'allow', (scope) => scope.endsWith(' read'));
    // prompt=none shows no page (OpenID Connect Core §3.1.2.1), and gives what was allowed.
    const renewed = await ask({ identity, browser: first.browser, parameters: { prompt: 'none' } });
    expect((await redeem(identity, renewed.page, renewed))['scope']).toBe('read');
    const smaller = await ask({ identity, browser: first.browser, parameters: { scope: 'read' } });
    expect((await redeem(identity, smaller.page, smaller))['scope']).toBe('read');

    const again = await ask({ identity, browser: first.browser });
    expect([again.page.left, again.page.text]).toEqual([undefined, expect.stringContaining('Add and change')]);
    const declined = await press(again, 'allow', (scope) => scope.endsWith(' read'));
    expect((await redeem(identity, declined, again))['scope']).toBe('read');
    const once = await ask({ identity, browser: first.browser });
    const allowed = await press(once, 'allow');
    expect((await redeem(identity, allowed, once))['scope']).toBe('read write');
    const last = await ask({ identity, browser: first.browser });
    expect((await redeem(identity, last.page, last))['scope']).toBe('read write');
    expect((await consents(identity)).map(({ type }) => type)).toEqual(Array(3).fill('consent.granted'));
  });

  test('AP-11 another address, scope, resource or account is another question', async () => {
    const identity = await newAgent();
    const { browser, ...first } = await ask({ identity });
    await press({ browser, ...first }, 'allow');
    expect((await silent(identity, browser)).has('code')).toBe(true);
    expect((await silent(identity, browser, { scope: 'read' })).has('code')).toBe(true);
    const others: Parameters[] = [
      { redirect_uri: OTHER_REDIRECT },
      { scope: 'read write delete' },
      { scope: 'openid read write' },
      { resource: scene.opaque.identifier },
      { resource: [scene.jwt.identifier, scene.opaque.identifier] },
    ];
    for (const parameters of others) {
      const { result, events } = await watch.during(() => silent(identity, browser, parameters));
      expect([parameters, result.get('error'), result.has('code')]).toEqual([parameters, 'consent_required', false]);
      expect(events).toMatchObject([{ type: 'authorization.refused', error: 'consent_required' }]);
    }
    const other = newBrowser(server.issuer);
    await ask({ identity, browser: other, person: bob });
    expect((await silent(identity, other)).get('error')).toBe('consent_required');
  });

  test.each<[string, (identity: Identity) => Promise<unknown>]>([
    [
      'other keys',
      async (identity) => change(`/agents/${identity.clientId}`, { jwks: { keys: [(await newKeyPair()).publicJwk] } }),
    ],
    ['another name', (identity) => change(`/agents/${identity.clientId}`, { name: 'Planner II' })],
    ['another purpose', (identity) => change(`/agents/${identity.clientId}`, { purpose: 'Books what it likes' })],
    ['another redirect URI', (identity) => change(`/agents/${identity.clientId}`, { redirect_uris: [REDIRECT_URI] })],
    ['another environment', (identity) => change(`/agents/${identity.clientId}`, { environment: 'test' })],
    [
      'a delegation that was revoked',
      async (identity) => {
        const row = await held(identity);
        return server.behalf.services.delegations.revoke(String(row?.id), scene.accountId, 'req_test');
      },
    ],
    ['the end of its time', async () => advance(8 * 24 * HOUR * 1000)],
  ])('AP-11 after %s the person is asked again', async (_, happen) => {
    const identity = await newAgent();
    const first = await ask({ identity });
    await press(first, 'allow');
    expect((await silent(identity, first.browser)).has('code')).toBe(true);
    await happen(identity);
    const again = await ask({ identity, browser: first.browser });
    expect(again.page.left).toBeUndefined();
    expect(again.page.forms.some(isDecision)).toBe(true);
  });

  test('AP-11 an app of the organisation needs no consent; an agent cannot be registered like that', async () => {
    const key = await newKeyPair();
    const house = await scene.management.createClient({
      name: 'House',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      skip_consent: true,
    });
    const { page, browser } = await ask({ identity: { clientId: house.id, key } });
    expect(page.left?.searchParams.has('code')).toBe(true);
    // Nor after a sign-in that it asked for.
    const again = await browser.open(
      scene.authorizationRequest(
        { clientId: house.id, key },
        { scope: 'read', resource: scene.jwt.identifier, prompt: 'login' },
      ).url,
    );
    expect((await submitSignIn(browser, again, scene.person)).left?.searchParams.has('code')).toBe(true);
    const refused = await scene.management.call('POST', '/agents', {
      name: 'Sly',
      owner: scene.accountId,
      purpose: 'x',
      environment: 'production',
      jwks: { keys: [key.publicJwk] },
      skip_consent: true,
    });
    expect(refused.status).toBe(400);
    const agent = await ask({ identity: await newAgent(), browser });
    expect(agent.page.forms.some(isDecision)).toBe(true);
  });
});

const change = async (path: string, body: object): Promise<void> => {
  const found = await scene.management.call('GET', path);
  const changed = await scene.management.call('PATCH', path, body, { 'if-match': String(found.headers.get('etag')) });
  if (changed.status >= 300) throw new Error(changed.text);
};

describe('AP-12 the answer comes from the browser that was asked', () => {
  test('AP-12 a link, a form or cookies that reached another browser are worth nothing there', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    const body = answerOf(asking);
    const elsewhere = newBrowser(server.issuer);
    const victim = newBrowser(server.issuer);
    await submitSignIn(victim, await victim.open(`${server.issuer}/account`), bob);
    const pageCookies = asking.browser.jar.header(new URL(asking.page.url));
    const withoutSession = pageCookies
      .split('; ')
      .filter((pair) => !pair.startsWith('behalf_session'))
      .join('; ');
    const bobs = victim.jar.header(new URL(server.issuer));

    for (const browser of [elsewhere, victim]) {
      const opened = () => frontRequest(browser, asking.page.url);
      await expectRefusal(opened, { status: 404, error: 'not_found' });
      await expectRefusal(() => decide(asking, body, browser), { status: 404, error: 'not_found' });
    }
    // The cookie of the page alone, or beside the session of another user, is no proof of who answers (WB-11).
    for (const cookie of [withoutSession, `${withoutSession}; ${bobs}`]) {
      const headers = { cookie };
      await expectRefusal(() => frontRequest(elsewhere, asking.page.url, { headers }), {
        status: 404,
        error: 'not_found',
      });
      await expectRefusal(() => decide(asking, body, elsewhere, { headers }), { status: 404, error: 'not_found' });
    }
    expect(await consents(identity)).toEqual([]);
    expect(await held(identity)).toBeUndefined();
    expect((await press(asking, 'allow')).left?.searchParams.has('code')).toBe(true);
  });

  test('AP-12 the way back after an answer works in that browser only, and once', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    const answered = await decide(asking, answerOf(asking));
    expect(answered.status).toBe(303);
    const back = String(answered.location);
    const victim = newBrowser(server.issuer);
    await submitSignIn(victim, await victim.open(`${server.issuer}/account`), bob);
    const resume = asking.browser.jar
      .header(new URL(back))
      .split('; ')
      .filter((pair) => pair.startsWith('behalf_resume'))
      .join('; ');
    for (const [browser, headers] of [
      [newBrowser(server.issuer), {}],
      [victim, {}],
      [newBrowser(server.issuer), { cookie: resume }],
      [victim, { cookie: `${resume}; ${victim.jar.header(new URL(back))}` }],
    ] as const) {
      const { result, events } = await watch.during(() =>
        frontRequest(browser, back, { headers: { accept: 'text/html', ...headers } }),
      );
      expect([result.status, result.body['error'], result.location]).toEqual([400, 'invalid_request', undefined]);
      expect(events.map(({ outcome, error }) => [outcome, error])).toEqual([['refused', 'invalid_request']]);
    }
    const copy = asking.browser.fork();
    const results = await Promise.all([asking.browser.open(back), copy.open(back)]);
    expect(results.filter(({ left }) => left?.searchParams.has('code'))).toHaveLength(1);
  });
});

describe('AP-13 no step is skipped', () => {
  test('AP-13 an invalid answer is refused with an event, and nothing is written', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    const changed = (mutate: (body: URLSearchParams) => void): URLSearchParams => {
      const body = answerOf(asking);
      mutate(body);
      return body;
    };
    const caller = scene.accountId;
    const cases: [URLSearchParams | string, number, string, string?][] = [
      ['', 403, 'forbidden'],
      [changed((body) => body.delete('csrf')), 403, 'forbidden'],
      [changed((body) => body.delete('uid')), 403, 'forbidden'],
      [changed((body) => body.set('uid', 'x'.repeat(43))), 403, 'forbidden'],
      [changed((body) => body.delete('decision')), 400, 'invalid_request'],
      [changed((body) => body.set('decision', 'yes')), 400, 'invalid_request'],
      [changed((body) => body.append('decision', 'deny')), 400, 'invalid_request'],
      [changed((body) => body.append('scope', `${scene.jwt.identifier} delete`)), 400, 'invalid_request'],
      [changed((body) => body.append('scope', `${scene.opaque.identifier} read`)), 400, 'invalid_request'],
      [changed((body) => body.set('duration', '999999999')), 400, 'invalid_request'],
      [changed((body) => body.append('delegable_to', identity.clientId)), 400, 'invalid_request'],
    ];
    for (const [body, status, error] of cases)
      await expectRefusal(() => decide(asking, body), { status, error, caller });
    expect(await consents(identity)).toEqual([]);
    expect(await held(identity)).toBeUndefined();
    expect((await press(asking, 'allow')).left?.searchParams.has('code')).toBe(true);
  });

  test('AP-13 resuming without an answer is refused, and the prompt stays open', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    const skipped = await asking.browser.open(`${server.issuer}/auth/${asking.uid}`);
    expect([skipped.status, skipped.left, skipped.forms.some(isDecision)]).toEqual([400, undefined, false]);
    expect(await held(identity)).toBeUndefined();
    expect((await press(asking, 'allow')).left?.searchParams.has('code')).toBe(true);
  });

  test('AP-13 of an answer sent many times, also both ways at once, one counts; what is written is that one', async () => {
    for (const [first, second] of [
      ['allow', 'deny'],
      ['deny', 'allow'],
      ['allow', 'allow'],
    ] as const) {
      const identity = await newAgent();
      const asking = await ask({ identity });
      const bodies = [first, second, first, second].map((button) => answerOf(asking, button));
      const { result, events } = await watch.during(() => Promise.all(bodies.map((body) => decide(asking, body))));
      expect(result.map(({ status }) => status).toSorted()).toEqual([303, 409, 409, 409]);
      const decisions = await consents(identity);
      expect(decisions).toHaveLength(1);
      expect((await held(identity)) !== undefined).toBe(decisions[0]?.type === 'consent.granted');
      expect(
        events.filter(({ type }) => type === 'request.refused').map(({ error, caller }) => [error, caller]),
      ).toEqual(Array(3).fill(['conflict', scene.accountId]));
      const won = result.find(({ status }) => status === 303);
      const { left } = await asking.browser.open(String(won?.location));
      expect(left?.searchParams.has('code')).toBe(decisions[0]?.type === 'consent.granted');
      await expectRefusal(() => decide(asking, answerOf(asking)), { status: 404, error: 'not_found' });
    }
  });

  test('AP-13 an answer that could not be audited may be given again', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    server.faults.failingWrites = new Set(['all']);
    const failed = await decide(asking, answerOf(asking));
    server.faults.failingWrites = new Set();
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect(await held(identity)).toBeUndefined();
    expect((await press(asking, 'allow')).left?.searchParams.has('code')).toBe(true);
  });

  test('AP-13 “Not you?” proves nothing: it leads to a sign-in, and ends the page it was on', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    const form = formIn(asking.page, isSwitch);
    const url = new URL(form.action, asking.page.url).href;
    const send = (body: URLSearchParams | string, init: RequestInit = {}) =>
      frontRequest(asking.browser, url, { method: 'POST', body: new URLSearchParams(body), ...init });
    const caller = scene.accountId;
    await expectRefusal(() => send(''), { status: 403, error: 'forbidden', caller });
    await expectRefusal(() => send(fillForm(form), { headers: { origin: 'https://evil.example' } }), {
      status: 403,
      error: 'forbidden',
      caller,
    });
    expect((await frontRequest(asking.browser, url)).status).toBe(405);

    const next = await asking.browser.submit(asking.page, form);
    expect([next.left, next.forms.some(isSignIn), next.forms.some(isDecision)]).toEqual([undefined, true, false]);
    expect((await decide(asking, answerOf(asking))).status).toBe(404);
    const uid = new URL(next.url).pathname.split('/').at(-1);
    const skipped = await asking.browser.open(`${server.issuer}/auth/${uid}`);
    expect([skipped.status, skipped.left]).toEqual([400, undefined]);
    expect(await consents(identity)).toEqual([]);
  });
});
