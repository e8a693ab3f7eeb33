/** People decide about single actions, in a real browser on a whole server; passkeys by an authenticator of Chromium's own. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { type ApprovalScene, approvalScene, PASSWORD, PAYMENTS } from '../support/approval-scene.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { pageFaults } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makePasskey, plugAuthenticator } from '../support/virtual-authenticator.ts';

const PHONE = { viewport: { width: 390, height: 844 } };
const HIGH = { risk: 'high', requires: { quorum: 1, isProvenAnew: true } } as const;
const CRITICAL = { risk: 'critical', requires: { quorum: 1, isProvenAnew: true } } as const;
const PAYMENT = {
  resource: PAYMENTS,
  scope: ['pay'],
  details: [
    {
      type: 'payment_initiation',
      amount: 125_000,
      currency: 'EUR',
      creditor: { name: 'Nordwind Energy AG', account: 'DE02120300000000202051' },
    },
  ],
};

let server: RunningServer;
let scene: ApprovalScene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await approvalScene(server);
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** What the policy of a page objected to, and what else went to the console as an error. */
const objectionsOf = (page: Page): readonly string[] => {
  const found: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) found.push(message.text());
  });
  return found;
};

const signIn = async (page: Page, username: string): Promise<void> => {
  await page.goto(`${scene.issuer}/account/approvals`);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'My approvals' }).waitFor();
};

const withPasskey = async (page: Page): Promise<void> => {
  await plugAuthenticator(page);
  await page.goto(`${scene.issuer}/account/security/passkey`);
  await makePasskey(page, 'Phone');
};

const stateOf = async ({ id }: Approval): Promise<string | undefined> => (await scene.service.get(id))?.state;

describe('on a phone', () => {
  test('WB-12 from the inbox to the page, approved with a passkey that signs for this very request', async () => {
    const ada = await scene.newPerson('ada-lovelace');
    const asked = await scene.ask(ada.id, { ...CRITICAL, action: { ...PAYMENT, message: 'Invoice 2026-118' } });
    await withPage(browser, PHONE, async (page) => {
      const objections = objectionsOf(page);
      await signIn(page, 'ada-lovelace');
      await withPasskey(page);
      await page.goto(`${scene.issuer}/account`);
      await page.getByRole('link', { name: 'Review it' }).click();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole('link', { name: 'EUR 1,250.00 to Nordwind Energy AG' }).click();
      await page.locator('.at').getByText('payments.example.com').waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByText('I do not have my passkey here').click();
      expect(await pageFaults(page)).toEqual([]);
      expect(await page.getByRole('button', { name: 'Deny' }).count()).toBe(1);
      await page.getByLabel('Number that the agent shows').first().fill(String(asked.number));
      await page.getByRole('button', { name: 'Approve with your passkey' }).click();
      await page.getByRole('heading', { name: 'Approved' }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      expect(objections).toEqual([]);
    });
    expect((await scene.service.get(asked.id))?.votes).toMatchObject([
      { account: ada.id, assurance: { amr: ['pwd', 'hwk', 'user', 'mfa'] } },
    ]);
  }, 60_000);

  test('AP-14 an assertion of a passkey for one request is refused for another', async () => {
    const eve = await scene.newPerson('eve-online');
    const [one, other] = [
      await scene.ask(eve.id, HIGH),
      await scene.ask(eve.id, { ...HIGH, action: { scope: ['delete'] } }),
    ];
    await withPage(browser, PHONE, async (page) => {
      await signIn(page, 'eve-online');
      await withPasskey(page);
      await page.goto(scene.urlOf(other));
      const form = await page
        .locator('form[data-passkey]')
        .evaluate((element: never) => [
          (element as unknown as { action: string }).action,
          ...Array.from(
            (element as unknown as { elements: Iterable<{ name: string; value: string }> }).elements,
            ({ name, value }) => (name === 'csrf' ? value : ''),
          ),
        ]);
      const [action = '', csrf = ''] = form.filter((text) => text !== '');
      await page.goto(scene.urlOf(one));
      const [request] = await Promise.all([
        page.waitForEvent('requestfailed', (failed) => failed.method() === 'POST'),
        page
          .route('**/account/approvals/apv_*', (route) =>
            route.request().method() === 'POST' ? route.abort() : route.continue(),
          )
          .then(() => page.getByRole('button', { name: 'Approve with your passkey' }).click()),
      ]);
      const credential = new URLSearchParams(request.postData() ?? '').get('credential') ?? '';
      const answer = await page.request.post(action, {
        form: { csrf, decision: 'approve', credential },
        headers: { origin: new URL(scene.issuer).origin },
        maxRedirects: 0,
      });
      expect([answer.status(), (await answer.text()).includes('That passkey was not accepted')]).toEqual([403, true]);
    });
    expect([await stateOf(one), await stateOf(other)]).toEqual(['pending', 'pending']);
    expect((await server.events('session.refused')).at(-1)).toMatchObject({ inputs: { reason: 'wrong_factor' } });
  }, 60_000);

  test('without JavaScript a person denies, and answers with a password', async () => {
    const bob = await scene.newPerson('bob-noyce');
    const [denied, approved] = [
      await scene.ask(bob.id, { ...HIGH, action: PAYMENT }),
      await scene.ask(bob.id, { ...HIGH, action: { scope: ['delete'] } }),
    ];
    await withPage(browser, { ...PHONE, javaScriptEnabled: false }, async (page) => {
      await signIn(page, 'bob-noyce');
      await page.getByRole('link', { name: /^EUR 1,250\.00 to/ }).click();
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByRole('heading', { name: 'Denied' }).waitFor();
      await page.goto(scene.urlOf(approved));
      await page.getByLabel('Your password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByRole('heading', { name: 'Approved' }).waitFor();
    });
    expect([await stateOf(denied), await stateOf(approved)]).toEqual(['denied', 'approved']);
  });
});

test('WB-12 by keyboard alone: nothing has the focus at first, and Deny comes right before Approve', async () => {
  const grace = await scene.newPerson('grace-hopper');
  const asked = await scene.ask(grace.id);
  await withPage(browser, {}, async (page) => {
    await signIn(page, 'grace-hopper');
    await page.goto(scene.urlOf(asked));
    expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY');
    const path: unknown[] = [];
    for (let step = 0; step < 12 && path.at(-1) !== 'approve'; step += 1) {
      await page.keyboard.press('Tab');
      path.push(await page.evaluate('document.activeElement.value || document.activeElement.textContent.trim()'));
    }
    expect(path.indexOf('deny')).toBe(path.indexOf('approve') - 1);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
  });
  expect(await stateOf(asked)).toBe('approved');
});

test('the open inbox shows what is asked and decided by itself, and keeps the focus where it was', async () => {
  const alan = await scene.newPerson('alan-turing');
  const first = await scene.ask(alan.id);
  await withPage(browser, {}, async (page) => {
    const objections = objectionsOf(page);
    await signIn(page, 'alan-turing');
    const loads: string[] = [];
    page.on('framenavigated', (frame) => loads.push(frame.url()));
    await page.getByRole('link', { name: 'See what is there' }).focus();
    await scene.ask(alan.id, { action: { scope: ['write'] } });
    await page.getByRole('link', { name: 'Add and change' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toContain('See what is there');
    await scene.service.deny(first.id, { account: alan.id, seen: first.digest, request: 'req_test' });
    await page.getByRole('heading', { name: 'Decided lately' }).waitFor();
    expect(loads).toEqual([]);
    expect(await pageFaults(page)).toEqual([]);
    expect(objections).toEqual([]);
  });
});

test('the open inbox replaces only what changed: neither its first read nor another request touches a card', async () => {
  const kurt = await scene.newPerson('kurt-goedel');
  const [first] = [await scene.ask(kurt.id), await scene.ask(kurt.id, { action: { scope: ['write'] } })];
  // In another time zone than the server: the script of times changes what the server wrote.
  await withPage(browser, { timezoneId: 'Asia/Tokyo' }, async (page) => {
    const isRead = (): Promise<unknown> => page.waitForResponse((one) => one.request().resourceType() === 'fetch');
    await signIn(page, 'kurt-goedel');
    const again = isRead();
    await page.goto(`${scene.issuer}/account/approvals`);
    await page.evaluate("document.querySelectorAll('article').forEach((one) => { one.known = true; })");
    await again;
    await page.getByRole('link', { name: 'See what is there' }).focus();
    const known = () => page.evaluate("[...document.querySelectorAll('article')].map((one) => one.known === true)");
    await scene.ask(kurt.id, { action: { scope: ['delete'] } });
    await page.getByRole('article').nth(2).waitFor();
    expect((await known()) as boolean[]).toEqual(expect.arrayContaining([true, true, false]));
    expect(await page.evaluate('document.activeElement.textContent')).toContain('See what is there');
    await scene.service.deny(first.id, { account: kurt.id, seen: first.digest, request: 'req_test' });
    await page.getByRole('heading', { name: 'Decided lately' }).waitFor();
    expect(((await known()) as boolean[]).filter(Boolean)).toHaveLength(1);
  });
});

test('AP-18 words of an agent that play our page stay its words, after the facts and cut', async () => {
  const mary = await scene.newPerson('mary-shelley');
  const hostile = `Already approved. \u202EDeny means approve\u202C\n${'Press Approve now!\n'.repeat(5000)}</figure><h1>Approved</h1>`;
  const asked = await scene.ask(mary.id, { action: { message: hostile } });
  await withPage(browser, PHONE, async (page) => {
    await signIn(page, 'mary-shelley');
    await page.goto(scene.urlOf(asked));
    const words = page.locator('figure.words').first();
    expect(await words.locator('figcaption').textContent()).toContain('in its own words');
    const said = (await words.locator('blockquote').textContent()) ?? '';
    expect([[...said].length < 300, said.includes('\u202E'), said.startsWith('“Already approved.')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['See what is there']);
    const places = await page.evaluate<readonly number[]>(
      "['.deeds', 'dl.facts', 'figure.words', '.decide'].map((one) => [...document.querySelectorAll('*')].indexOf(document.querySelector(one)))",
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(await pageFaults(page)).toEqual([]);
  });
});

test('AP-18 several at once: none is chosen, and only the chosen are decided', async () => {
  const ida = await scene.newPerson('ida-rhodes');
  const [one, other] = [await scene.ask(ida.id), await scene.ask(ida.id, { action: { scope: ['write'] } })];
  await withPage(browser, PHONE, async (page) => {
    await signIn(page, 'ida-rhodes');
    await page.getByRole('link', { name: 'Decide several at once' }).click();
    expect(await page.locator('input[type=checkbox]:checked').count()).toBe(0);
    await page.getByLabel('Choose: See what is there').check();
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Approve the chosen' }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
  });
  expect([await stateOf(one), await stateOf(other)]).toEqual(['approved', 'pending']);
});
