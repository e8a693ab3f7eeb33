/** Step-up on a page of ours, for clients that cannot repeat their authorization request (decision 38), on a whole server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { pageOf, Refusal, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { enrolApp } from '../support/authenticator-app.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type Answer, answerOf } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const POLICY = `
@id("strong")
@reason("Sign in with a second factor.")
@acr("${MULTI_FACTOR}")
@max_age("120")
forbid (principal is Agent, action == Action::"act", resource)
when { resource.name == "write" }
unless { context has assurance && context.assurance.acr == "${MULTI_FACTOR}" && context.assurance.age <= 120 };`;

let server: RunningServer;
let scene: Scene;
let recovery: string[];
/** Ada's, signed in with the password alone. */
let browser: Browser;
const bob: Person = { username: 'bob', password: 'a long enough pass phrase' };

beforeAll(async () => {
  stopClock();
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.createAccount({ ...bob, name: 'Bob' });
  const { body: active } = await scene.management.call('GET', '/policy-sets/active');
  const drafted = await scene.management.call('POST', '/policy-sets', { text: `${String(active['text'])}${POLICY}` });
  const etag = { 'if-match': String(drafted.headers.get('etag')) };
  const path = `/policy-sets/${String(drafted.body['id'])}/activation`;
  expect((await scene.management.call('POST', path, {}, etag)).status).toBe(200);
  browser = newBrowser(scene.issuer);
  scene.useBrowser(browser);
  recovery = [...(await enrolApp(browser, scene.issuer, scene.person)).recovery];
});

afterAll(async () => {
  await server?.close();
  startClock();
});

type StepUp = { readonly acr_values: string; readonly url?: string; readonly expires_in?: number };

const remedyIn = ({ body }: Answer): StepUp | undefined =>
  (body['denial'] as { remedies?: ({ kind: string } & StepUp)[] }).remedies?.find(({ kind }) => kind === 'step_up');

const urlIn = (answer: Answer): string => {
  const url = remedyIn(answer)?.url;
  if (url === undefined) throw new Error(answer.text);
  return url;
};

/** A token of the person's app, and an agent that the person has allowed everything at the other API. The sign-in is too old. */
const allowed = async (name: string) => {
  const token = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
  const agent = await scene.newAgent(name);
  await scene.consentToAgent(agent, token, scene.opaque.identifier);
  const another = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
  advance(200_000);
  const exchange = (subject = token, scope = 'write') =>
    scene.calls.exchange(scene.keyed(agent), subject, scene.opaque.identifier, { scope });
  return { token, another, agent, exchange };
};

const press = async (page: Page, button: RegExp): Promise<Page> => {
  const form = page.forms.find(({ action }) => action.includes('/step-ups/'));
  if (!form) throw new Error(`${page.status} ${page.text}`);
  return browser.submit(page, form, { button });
};

/** Signs in anew, with the second factor. Ends on the page. */
const signInAgain = async (page: Page): Promise<Page> => {
  const second = await submitSignIn(browser, await press(page, /Sign in again/), scene.person);
  const [, paper] = second.forms;
  if (!paper) throw new Error(second.text);
  return browser.submit(second, paper, { set: { code: String(recovery.shift()) } });
};

const introspected = async (answer: Answer) =>
  (await scene.calls.introspect(scene.opaque.credential, String(answer.body['access_token']))).body;

describe('an exchange whose sign-in is too weak', () => {
  test('leads the person to a page; after it the same token gives one with that sign-in (RFC 9470 §4)', async () => {
    const { token, agent, exchange } = await allowed('Secretary');
    const refused = await exchange();
    expect([refused.status, refused.body['error']]).toEqual([400, 'insufficient_user_authentication']);
    const url = urlIn(refused);
    expect(remedyIn(refused)).toMatchObject({ acr_values: MULTI_FACTOR, max_age: 120, expires_in: 600 });
    expect(url.startsWith(`${scene.issuer}/step-ups/`)).toBe(true);
    // The audit log has no address that a person opens.
    expect((await server.events('token.refused')).at(-1)?.denial?.remedies).toContainEqual({ kind: 'step_up' });

    const page = await browser.open(url);
    for (const shown of ['Secretary', 'Desk', 'files.example.com', 'second factor']) expect(page.text).toContain(shown);
    // Opening it, and signing in, confirm nothing.
    const back = await signInAgain(page);
    expect((await exchange()).status).toBe(400);
    const done = await press(back, /^Confirm$/);
    expect(done.text).toContain('Go back to your app');

    const before = Math.floor(Date.now() / 1000);
    const granted = await exchange();
    expect(granted.status).toBe(200);
    const claims = await introspected(granted);
    expect(claims).toMatchObject({ active: true, acr: MULTI_FACTOR, scope: 'write', act: { sub: agent.clientId } });
    expect(before - Number(claims['auth_time'])).toBeLessThan(60);
    // The token of the client says what it said.
    expect(decodeJwt(token)['acr']).toBe(SINGLE_FACTOR);
    expect((await server.events('step_up.confirmed')).at(-1)).toMatchObject({
      outcome: 'done',
      subject: scene.accountId,
      target: { kind: 'agent', id: agent.clientId },
      resource: scene.opaque.identifier,
    });
    // It counts for a bounded time.
    advance(301_000);
    expect((await exchange()).body['error']).toBe('insufficient_user_authentication');
  });

  test('counts for this agent, this API and this authorization alone', async () => {
    const first = await allowed('First');
    const other = await allowed('Other');
    await press(await signInAgain(await browser.open(urlIn(await first.exchange()))), /^Confirm$/);
    expect((await first.exchange()).status).toBe(200);
    expect((await other.exchange()).body['error']).toBe('insufficient_user_authentication');
    // Another authorization of the same person at the same app.
    expect(decodeJwt(first.another)['grant_id']).not.toBe(decodeJwt(first.token)['grant_id']);
    expect((await first.exchange(first.another)).body['error']).toBe('insufficient_user_authentication');
  });

  test('WB-11 opened by another person, by the agent, or again, it confirms nothing', async () => {
    const { exchange } = await allowed('Attacked');
    const url = urlIn(await exchange());
    const agents = newBrowser(scene.issuer);
    expect((await agents.request(url)).status).toBe(303);
    expect(
      (await agents.request(url, { method: 'POST', body: new URLSearchParams({ decision: 'confirm' }) })).status,
    ).toBe(403);
    const others = newBrowser(scene.issuer);
    expect((await submitSignIn(others, await others.open(url), bob)).status).toBe(404);

    const page = await signInAgain(await browser.open(url));
    const form = page.forms.find(({ action }) => action.includes('/step-ups/'));
    if (!form) throw new Error(page.text);
    expect((await others.submit(page, form, { button: /^Confirm$/ })).status).toBe(403);
    expect((await exchange()).status).toBe(400);
    const answers = await Promise.all([press(page, /^Confirm$/), press(page, /^Confirm$/)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await browser.open(url)).status).toBe(404);
    expect((await server.events('step_up.confirmed')).filter(({ subject }) => subject !== scene.accountId)).toEqual([]);
  });

  test('an earlier sign-in does not confirm, and declining changes nothing', async () => {
    const { exchange } = await allowed('Declined');
    // With the second factor, but longer ago than a step-up lasts.
    advance(200_000);
    const url = urlIn(await exchange());
    const page = await browser.open(url);
    const form = page.forms.find(({ action }) => action.includes('/step-ups/'));
    if (!form) throw new Error(page.text);
    expect(form.buttons.map(({ text }) => text)).toEqual(['Do not confirm', 'Sign in again']);
    const forced = await browser.submit(page, {
      ...form,
      buttons: [{ name: 'decision', value: 'confirm', text: 'x' }],
    });
    expect([forced.status, forced.url]).toEqual([200, url]);
    expect((await exchange()).status).toBe(400);
    expect((await press(page, /Do not confirm/)).text).toContain('Nothing was changed');
    const again = await exchange();
    expect(again.status).toBe(400);
    expect(urlIn(again)).not.toBe(url);
    expect((await server.events('step_up.declined')).at(-1)).toMatchObject({ subject: scene.accountId });
  });
});

describe('an API whose own requirement is a stronger sign-in', () => {
  const ask = async (body: object, credential = scene.jwt.credential): Promise<Answer> => {
    if (credential.kind !== 'basic') throw new Error('no secret');
    const authorization = `Basic ${btoa(`${credential.clientId}:${credential.secret}`)}`;
    return answerOf(
      await fetch(`${scene.issuer}/access/v1/step-ups`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  };

  test('the package leads the person to the page, and the same token passes after it', async () => {
    const { credential, identifier } = scene.jwt;
    if (credential.kind !== 'basic') throw new Error('no secret');
    const introspection = { clientId: credential.clientId, clientSecret: credential.secret };
    const api = resourceServer({ issuer: scene.issuer, resource: identifier, introspection, stepUp: true });
    const token = String((await scene.newTokens(identifier))['access_token']);
    const access = await api.verifyBearer(token);
    advance(200_000);
    const requirement = { acrValues: [MULTI_FACTOR], maxAge: 120 };
    const refusal = await api.refusalNow(access, requirement);
    if (!(refusal instanceof Refusal)) throw new Error('passed');
    expect(refusal.code).toBe('insufficient_user_authentication');
    const url = String(pageOf(refusal)?.url);
    // Too few scopes: the person is not asked.
    expect((await api.refusalNow(access, { ...requirement, scopes: ['delete'] }))?.code).toBe('insufficient_scope');
    await press(await signInAgain(await browser.open(url)), /^Confirm$/);
    expect(await api.refusalNow(access, requirement)).toBeUndefined();
    const request = { method: 'GET', target: '/', headers: [['authorization', `Bearer ${token}`]] } as const;
    expect((await api.check(request, requirement)).granted).toBe(true);
    // Another API learns nothing of it, nor of the token.
    expect((await ask({ token, max_age: 60 }, scene.opaque.credential)).status).toBe(404);
    await api.close();
  });

  test.each([
    [{}, 400],
    [{ token: 'x' }, 400],
    [{ token: 'x', max_age: -1 }, 400],
    [{ token: 'x', max_age: 1.5 }, 400],
    [{ token: 'x', acr_values: '' }, 400],
    [{ token: 'x', acr_values: ' a' }, 400],
    [{ token: 'x', acr_values: 'a', other: 1 }, 400],
    [{ token: 'x'.repeat(9000), max_age: 1 }, 400],
    [{ token: 'x', max_age: 1 }, 404],
  ])('%j is refused with %d', async (body, status) => {
    expect((await ask(body)).status).toBe(status);
    expect((await server.events('decision.refused')).at(-1)).toMatchObject({ caller: scene.jwt.id });
  });

  test('classes that no sign-in reaches, and a token of no person, have no page', async () => {
    const token = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    expect((await ask({ token, acr_values: 'urn:elsewhere' })).status).toBe(409);
    const own = await scene.calls.token(scene.keyed(scene.agent), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
      scope: 'read',
    });
    expect(own.status).toBe(200);
    expect((await ask({ token: String(own.body['access_token']), max_age: 0 })).status).toBe(409);
  });
});
