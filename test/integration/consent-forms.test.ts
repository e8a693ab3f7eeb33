/** Attacks on the forms of consent: several requests in one browser, forms of no page, and handles of others. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { GRANTS, type GrantRecord } from '../../src/provider/seam/records.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type Browser, fillForm, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import {
  answerOf,
  ask,
  bob,
  closeConsent,
  consents,
  decide,
  expectRefusal,
  formIn,
  held,
  isDecision,
  isSignIn,
  isSwitch,
  newAgent,
  press,
  redeem,
  scene,
  server,
  startConsent,
  watch,
} from '../support/consent-requests.ts';
import { frontRequest } from '../support/front-channel.ts';
import { DEVICE_CODE } from '../support/oauth-calls.ts';
import { consentUrl } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';

beforeAll(startConsent, 240_000);
afterAll(closeConsent);

describe('AP-16 V21 several requests and people in one browser', () => {
  test('AP-16 after another user signs in, a page that was open before decides nothing', async () => {
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

  test('AP-16 a sign-in that was open when another user signed in takes over, without a page in between', async () => {
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

describe('WB-11 a handle does not authenticate a user', () => {
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
