/** Attacks on consent over HTTP: AP-10 to AP-13, AP-16, WB-02, WB-11, V21, and what happens to a request when things change under it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { GRANTS, type GrantRecord } from '../../src/provider/seam/records.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Browser, fillForm, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type FrontAnswer, frontRequest } from '../support/front-channel.ts';
import type { Form } from '../support/html-forms.ts';
import { DEVICE_CODE, type Parameters } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl, makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const OTHER_REDIRECT = 'https://app.example.com/other';
const HOUR = 3600;

let server: RunningServer;
let scene: Scene;
let watch: AuditWatch;
let bob: Person & { readonly id: string };

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64' } });
  scene = await makeScene(server, { skipConsent: false });
  watch = auditWatch(server);
  const person = { username: 'bob', password: 'another long pass phrase' };
  bob = { ...person, id: (await scene.management.createAccount({ ...person, name: 'Bob' })).id };
}, 240_000);

afterAll(async () => {
  await server?.close();
  startClock();
});

const isSignIn = ({ fields }: Form): boolean => fields.some(({ type }) => type === 'password');
const isDecision = ({ buttons }: Form): boolean => buttons.some(({ name }) => name === 'decision');
const isSwitch = ({ action }: Form): boolean => action.endsWith('/switch');

const formIn = (page: Page, wanted: (form: Form) => boolean): Form => {
  const form = page.forms.find(wanted);
  if (!form) throw new Error(`no such form on ${page.url} (${page.status}): ${page.text.slice(0, 300)}`);
  return form;
};

const newAgent = async (more: Readonly<Record<string, unknown>> = {}): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await scene.management.createAgent({
    name: 'Planner',
    owner: scene.accountId,
    purpose: 'Finds free days',
    environment: 'production',
    jwks: { keys: [key.publicJwk] },
    redirect_uris: [REDIRECT_URI, OTHER_REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    resource_servers: [scene.jwt.id],
    ...more,
  });
  return { clientId: made.id, key };
};

type Asked = {
  readonly identity: Identity;
  readonly parameters?: Parameters;
  readonly person?: Person;
  readonly browser?: Browser;
};

/** An authorization request up to the consent page, or to where it leads without one. */
const ask = async ({
  identity,
  parameters = {},
  person = scene.person,
  browser = newBrowser(server.issuer),
}: Asked) => {
  const request = scene.authorizationRequest(identity, {
    scope: 'read write',
    resource: scene.jwt.identifier,
    ...(parameters as Record<string, string>),
  });
  let page = await browser.open(request.url);
  if (page.forms.some(isSignIn)) page = await submitSignIn(browser, page, person);
  const uid = new URL(page.url).pathname.split('/').at(-1) ?? '';
  return { browser, page, uid, request, redirectUri: String(request.parameters.redirect_uri) };
};

type Asking = Awaited<ReturnType<typeof ask>>;

const press = (asking: Asking, button: 'allow' | 'deny', keep?: (scope: string) => boolean): Promise<Page> =>
  asking.browser.submit(asking.page, formIn(asking.page, isDecision), {
    button: new RegExp(`=${button}$`),
    ...(keep ? { check: (name, value) => (name === 'scope' ? keep(value) : undefined) } : {}),
  });

/** Sends a body to where the decision goes; follows nothing. */
const decide = (asking: Asking, body: URLSearchParams | string, browser = asking.browser, init: RequestInit = {}) =>
  frontRequest(browser, new URL(formIn(asking.page, isDecision).action, asking.page.url).href, {
    method: 'POST',
    body: typeof body === 'string' ? new URLSearchParams(body) : body,
    ...init,
  });

const answerOf = (asking: Asking, button: 'allow' | 'deny' = 'allow'): URLSearchParams =>
  fillForm(formIn(asking.page, isDecision), { button: new RegExp(`=${button}$`) });

const redeem = async (identity: Identity, { left }: Page, { request, redirectUri }: Asking) => {
  const { body } = await scene.calls.token(scene.keyed(identity), {
    grant_type: 'authorization_code',
    code: left?.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: request.verifier,
    resource: scene.jwt.identifier,
  });
  return body;
};

const held = (identity: Identity, subject = scene.accountId) =>
  server.behalf.services.delegations.consented(subject, identity.clientId, scene.jwt.identifier);

const consents = async (identity: Identity): Promise<readonly AuditEvent[]> =>
  (await server.events()).filter(({ type, agent }) => /^consent\./.test(type) && agent === identity.clientId);

/** Expects the request to be refused, with exactly one event; `caller` when somebody was known. */
const expectRefusal = async (
  work: () => Promise<FrontAnswer>,
  expected: { readonly status: number; readonly error: string; readonly event?: string; readonly caller?: string },
): Promise<void> => {
  const { result, events } = await watch.during(work);
  const refusals = events.filter(({ outcome }) => outcome === 'refused');
  expect({ status: result.status, error: result.body['error'], location: result.location }).toEqual({
    status: expected.status,
    error: expected.error,
    location: undefined,
  });
  expect(refusals.map(({ type, error, caller }) => ({ type, error, caller }))).toEqual([
    { type: 'request.refused', error: expected.event ?? expected.error, caller: expected.caller },
  ]);
  expect(events.map(({ type }) => type)).not.toContain('consent.granted');
};

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
    for (const shown of ['Planner', 'Ada owns it', 'Carol ( carol )', 'See what is there', 'Low risk', '7 days'])
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

  test('AP-10 names through whom an agent asks, and where it wants to act', async () => {
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

  test('AP-11 the same question again needs no page, and gives what was narrowed, not what was asked', async () => {
    const identity = await newAgent();
    const first = await ask({ identity });
    await press(first, 'allow', (scope) => scope.endsWith(' read'));
    for (const prompt of ['none', '']) {
      const again = await ask({ identity, browser: first.browser, parameters: prompt ? { prompt } : {} });
      expect(again.page.left?.searchParams.has('code')).toBe(true);
      expect((await redeem(identity, again.page, again))['scope']).toBe('read');
    }
    expect((await consents(identity)).map(({ type }) => type)).toEqual(['consent.granted']);
    // Asked for anew, everything can be chosen anew.
    const anew = await ask({ identity, browser: first.browser, parameters: { prompt: 'consent' } });
    expect(anew.page.text).toContain('Add and change');
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

  test('AP-11 an app of the house is not asked about; an agent cannot be registered like that', async () => {
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
    // The cookie of the page alone, or beside the session of somebody else, is no proof of who answers (WB-11).
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
  test('AP-13 what is no answer is none: refused with an event, and nothing is written', async () => {
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

  test('AP-13 going on without an answer leads nowhere, and the question stays open', async () => {
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

  test('AP-13 an answer that could not be written down may be given again', async () => {
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

describe('AP-16 V21 several requests and people in one browser', () => {
  test('AP-16 when somebody else signs in, a page that was open before decides nothing', async () => {
    const identity = await newAgent();
    const first = await ask({ identity, parameters: { state: 'of-ada' } });
    const taking = await first.browser.open(
      scene.authorizationRequest(identity, {
        scope: 'read',
        resource: scene.jwt.identifier,
        prompt: 'login',
        state: 'of-bob',
      }).url,
    );
    const { result: second, events } = await watch.during(() => submitSignIn(first.browser, taking, bob));
    expect(events.map(({ type, subject }) => [type, subject])).toEqual([
      ['session.started', bob.id],
      ['session.ended', scene.accountId],
    ]);
    expect(second.text).toContain('Bob ( bob )');
    await expectRefusal(() => decide(first, answerOf(first)), { status: 404, error: 'not_found' });
    expect(await held(identity)).toBeUndefined();
    const page = await first.browser.submit(second, formIn(second, isDecision), { button: /=allow$/ });
    expect(page.left?.searchParams.get('state')).toBe('of-bob');
    expect(await held(identity)).toBeUndefined();
    expect((await held(identity, bob.id))?.scope).toEqual(['read']);
  });

  test('AP-16 a sign-in that was open when somebody else signed in takes over, without a page in between', async () => {
    const identity = await newAgent();
    const browser = newBrowser(server.issuer);
    const { url } = scene.authorizationRequest(identity, {
      scope: 'read',
      resource: scene.jwt.identifier,
      state: 'tab',
    });
    const waiting = await browser.open(url);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), bob);
    const page = await submitSignIn(browser, waiting, scene.person);
    expect(page.text).toContain('Ada ( ada )');
    expect((await browser.open(`${server.issuer}/account`)).text).toContain('Ada · ada');
  });

  test('AP-16 no grant is made for who is signed in while a sign-in is still to come', async () => {
    const identity = await newAgent();
    const scope = 'openid read write';
    const first = await ask({ identity, parameters: { scope } });
    await press(first, 'allow');
    const grants = server.behalf.services.documents.collection<GrantRecord>(GRANTS);
    const count = async (): Promise<number> =>
      (await grants.find({ where: { account: scene.accountId }, limit: 1000 })).filter(
        ({ document }) => document.clientId === identity.clientId,
      ).length;
    const before = await count();
    expect(before).toBe(1);
    advance(2000);
    for (const parameters of [{ prompt: 'login' }, { max_age: '1' }]) {
      const { page } = await askOnly(identity, first.browser, { scope, ...parameters });
      expect(page.forms.some(isSignIn)).toBe(true);
    }
    expect(await count()).toBe(before);
    // Signed in again, the remembered answer counts.
    const { page } = await askOnly(identity, first.browser, { scope, prompt: 'login' });
    expect((await submitSignIn(first.browser, page, scene.person)).left?.searchParams.has('code')).toBe(true);
    expect(await count()).toBe(before + 1);
  });

  test('V21 an account that is disabled, or an agent that is suspended, on the way decides nothing and gets nothing', async () => {
    const identity = await newAgent();
    const dan = { username: 'dan', password: 'a pass phrase of dan' };
    const { id } = await scene.management.createAccount({ ...dan, name: 'Dan' });
    const asking = await ask({ identity, person: dan });
    await server.behalf.services.accounts.disable(id, { caller: 'system' });
    await expectRefusal(() => decide(asking, answerOf(asking)), { status: 404, error: 'not_found' });
    const other = await ask({ identity });
    await server.behalf.services.agents.suspend(identity.clientId, { caller: 'system' });
    const { result } = await watch.during(() => decide(other, answerOf(other)));
    expect(result.status).toBe(303);
    const { left } = await other.browser.open(String(result.location));
    expect(left?.searchParams.has('code') ?? false).toBe(false);
    expect(await held(identity)).toBeUndefined();
    expect(await held(identity, id)).toBeUndefined();
  });
});

const askOnly = async (identity: Identity, browser: Browser, parameters: Record<string, string>) => ({
  page: await browser.open(
    scene.authorizationRequest(identity, { scope: 'read write', resource: scene.jwt.identifier, ...parameters }).url,
  ),
});

describe('WB-02 forms that no page of this session sent', () => {
  const wrong: [string, RequestInit, (body: URLSearchParams) => URLSearchParams | string][] = [
    ['no token', {}, (body) => without(body, 'csrf', 'xsrf')],
    ['another origin', { headers: { origin: 'https://evil.example' } }, (body) => body],
    ['cross-site', { headers: { 'sec-fetch-site': 'cross-site' } }, (body) => body],
    ['same-site', { headers: { 'sec-fetch-site': 'same-site' } }, (body) => body],
    ['plain text', { headers: { 'content-type': 'text/plain' } }, (body) => body],
    ['JSON', { headers: { 'content-type': 'application/json' } }, (body) => JSON.stringify(Object.fromEntries(body))],
  ];

  test('WB-02 a decision is refused with 403 and one event', async () => {
    const identity = await newAgent();
    const asking = await ask({ identity });
    const other = await ask({ identity });
    const url = new URL(formIn(asking.page, isDecision).action, asking.page.url).href;
    const refused = { status: 403, error: 'forbidden', caller: scene.accountId };
    for (const [, init, change_] of wrong) {
      await expectRefusal(
        () => frontRequest(asking.browser, url, { method: 'POST', body: change_(answerOf(asking)), ...init }),
        refused,
      );
    }
    // The token of the same person's other session.
    await expectRefusal(() => {
      const body = answerOf(asking);
      body.set('csrf', answerOf(other).get('csrf') ?? '');
      return frontRequest(asking.browser, url, { method: 'POST', body });
    }, refused);
    // Nor does a method that is overridden do anything.
    for (const headers of [{ 'x-http-method-override': 'POST' }, { 'x-method-override': 'POST' }]) {
      const answer = await frontRequest(asking.browser, `${url}&${answerOf(asking)}&_method=POST`, { headers });
      expect([answer.status, answer.location]).toEqual([200, undefined]);
    }
    expect(await held(identity)).toBeUndefined();
    expect((await press(asking, 'allow')).left?.searchParams.has('code')).toBe(true);
  });

  test('WB-02 oidc-provider’s own forms, for devices and for signing out, are refused as well', async () => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), scene.person);
    const { body } = await scene.calls.device(scene.keyed(scene.app), {
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    const code = String(body['user_code']);
    for (const path of ['/device', '/session/end'] as const) {
      const page = await browser.open(`${server.issuer}${path}`);
      const form = formIn(page, ({ fields }) => fields.some(({ name }) => name === 'xsrf'));
      const filled = fillForm(form, {
        set: path === '/device' ? { user_code: code, confirm: 'yes' } : { logout: 'yes' },
      });
      const url = new URL(form.action, page.url).href;
      for (const [name, init, change_] of wrong) {
        const headers = { accept: 'text/html', ...(init.headers as object) };
        const send = () => frontRequest(browser, url, { method: 'POST', body: change_(filled), headers });
        const { result, events } = await watch.during(send);
        expect([name, [400, 403].includes(result.status), result.location]).toEqual([name, true, undefined]);
        expect([name, events.map(({ outcome }) => outcome)]).toEqual([name, ['refused']]);
        // A page that failed shows its form with a new token.
        const again = await browser.open(`${server.issuer}${path}`);
        filled.set(
          'xsrf',
          formIn(again, ({ fields }) => fields.some((field) => field.name === 'xsrf')).fields.find(
            (field) => field.name === 'xsrf',
          )?.value ?? '',
        );
      }
      const stranger = newBrowser(server.issuer);
      await submitSignIn(stranger, await stranger.open(`${server.issuer}/account`), bob);
      await stranger.open(`${server.issuer}${path}`);
      expect((await frontRequest(stranger, url, { method: 'POST', body: filled })).status).toBe(400);
    }
    const pending = await scene.calls.token(scene.keyed(scene.app), {
      grant_type: DEVICE_CODE,
      device_code: String(body['device_code']),
    });
    expect(pending.body['error']).toBe('authorization_pending');
    expect((await browser.open(`${server.issuer}/account`)).text).toContain('Ada · ada');
  });
});

const without = (body: URLSearchParams, ...names: readonly string[]): URLSearchParams =>
  new URLSearchParams([...body].filter(([name]) => !names.includes(name)));

describe('WB-11 a handle is no proof of who somebody is', () => {
  test('WB-11 the link of a consent_required is for one account: others get 404 and leave an event', async () => {
    const helper = await scene.newAgent('Second helper');
    const asking = await ask({
      identity: scene.app,
      parameters: { scope: 'openid read', resource: [scene.jwt.identifier, scene.opaque.identifier] },
    });
    const tokens = await redeem(scene.app, asking.page.left ? asking.page : await press(asking, 'allow'), asking);
    const refused = await scene.calls.exchange(
      scene.keyed(helper),
      String(tokens['access_token']),
      scene.opaque.identifier,
    );
    const link = String(consentUrl(refused));
    const stranger = newBrowser(server.issuer);
    await submitSignIn(stranger, await stranger.open(`${server.issuer}/account`), bob);
    await expectRefusal(() => frontRequest(stranger, link), { status: 404, error: 'not_found', caller: bob.id });
    const page = await asking.browser.open(link);
    const form = formIn(page, isDecision);
    const body = fillForm(form, { button: /=allow$/ });
    const url = new URL(form.action, page.url).href;
    await expectRefusal(() => frontRequest(stranger, url, { method: 'POST', body }), {
      status: 403,
      error: 'forbidden',
      caller: bob.id,
    });
    await expectRefusal(() => frontRequest(newBrowser(server.issuer), url, { method: 'POST', body }), {
      status: 403,
      error: 'forbidden',
      event: 'no_session',
    });
    // The right person, twice at once: once.
    const answers = await Promise.all([1, 2, 3].map(() => frontRequest(asking.browser, url, { method: 'POST', body })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 404, 404]);
    expect((await consents(helper)).map(({ type, subject }) => [type, subject])).toEqual([
      ['consent.granted', scene.accountId],
    ]);
  });

  test('WB-11 a user code that one person took cannot be taken by another, and is asked about each time', async () => {
    const device = async () =>
      (await scene.calls.device(scene.keyed(scene.app), { scope: 'openid read', resource: scene.jwt.identifier })).body;
    const enter = async (browser: Browser, code: string): Promise<Page> => {
      const page = await browser.open(`${server.issuer}/device`);
      const confirm = await browser.submit(
        page,
        formIn(page, () => true),
        { set: { user_code: code } },
      );
      return confirm.forms.some(({ buttons }) => buttons.some(({ name }) => name === 'confirm'))
        ? browser.submit(
            confirm,
            formIn(confirm, () => true),
            { button: /confirm=yes/ },
          )
        : confirm;
    };
    const ada = newBrowser(server.issuer);
    await submitSignIn(ada, await ada.open(`${server.issuer}/account`), scene.person);
    const mallory = newBrowser(server.issuer);
    await submitSignIn(mallory, await mallory.open(`${server.issuer}/account`), bob);
    for (let round = 0; round < 2; round += 1) {
      const codes = await device();
      const question = await enter(ada, String(codes['user_code']));
      expect(question.text).toContain(String(codes['user_code']));
      expect(question.forms.some(isSwitch)).toBe(false);
      const taken = await enter(mallory, String(codes['user_code']));
      expect(taken.text).toContain('not known or is no longer valid');
      const done = await ada.submit(question, formIn(question, isDecision), { button: /=allow$/ });
      expect(done.text).toContain('Your device is connected');
      const tokens = await scene.calls.token(scene.keyed(scene.app), {
        grant_type: DEVICE_CODE,
        device_code: String(codes['device_code']),
        resource: scene.jwt.identifier,
      });
      expect(decodeJwt(String(tokens.body['access_token'])).sub).toBe(scene.accountId);
    }
  });
});
