/** Two users activate break-glass access and a third closes it, each in a browser of its own; passkeys by Chromium's authenticator. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { startChromium, visit, withPage } from '../support/chromium.ts';
import { pageFaults } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { makePasskey, plugAuthenticator } from '../support/virtual-authenticator.ts';

const PHONE = { viewport: { width: 390, height: 844 } };
const REASON = 'The payment run stops at six and the approver does not answer.';

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

const holder = (username: string, role: string) =>
  scene.management.createAccount({ username, name: `${username} Person`, password: PASSWORD, roles: [role] });

/** A role counts for what is asked in a later second only (decision 16). */
const isHeldBefore = async (username: string): Promise<void> => {
  const account = (await server.behalf.services.accounts.findByUsername(username))?.document;
  await until(async () => Math.floor(Date.now() / 1000) > (account?.breakGlassFrom ?? Number.POSITIVE_INFINITY));
};

const signIn = async (page: Page, username: string, at: string): Promise<void> => {
  await page.goto(at);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(at);
};

test('AP-14 AP-19 two people with a passkey each let it happen, a signature for something else does not do, and a third closes it', async () => {
  await holder('glass-one', 'break_glass');
  await holder('glass-two', 'break_glass');
  await holder('glass-three', 'auditor');
  await isHeldBefore('glass-two');
  const ada = await scene.newPerson('glass-ada');
  const asked = await scene.ask(ada.id, {
    channel: 'token_exchange',
    risk: 'high',
    requires: { quorum: 1, isProvenAnew: true },
  });
  const list = `${scene.issuer}/console/break-glass`;
  const one = `${list}/${asked.id}`;

  await withPage(browser, PHONE, async (page) => {
    await signIn(page, 'glass-one', `${scene.issuer}/account`);
    await plugAuthenticator(page);
    await page.goto(`${scene.issuer}/account/security/passkey`);
    await makePasskey(page, 'Phone');
    await page.goto(list);
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole('link', { name: /See what is there/ }).click();
    await page.getByLabel('Why it cannot wait').fill(REASON);
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Request it with my passkey' }).click();
    await page.getByText('You requested it.').waitFor();
    expect(await pageFaults(page)).toEqual([]);
  });
  expect(await scene.service.get(asked.id)).toMatchObject({ state: 'pending', breakGlass: { reason: REASON } });

  await withPage(browser, PHONE, async (page) => {
    await signIn(page, 'glass-two', `${scene.issuer}/account`);
    await plugAuthenticator(page);
    await page.goto(`${scene.issuer}/account/security/passkey`);
    await makePasskey(page, 'Phone');
    // What was signed for another page of ours: the challenge is of that one.
    await page.goto(one);
    const csrf = await page.locator('form[data-passkey] input[name=csrf]').inputValue();
    const action = await page.locator('form[data-passkey]').getAttribute('action');
    const own = await scene.ask(
      String((await server.behalf.services.accounts.findByUsername('glass-two'))?.document.id),
      { risk: 'high', requires: { quorum: 1, isProvenAnew: true } },
    );
    await page.goto(scene.urlOf(own));
    const [request] = await Promise.all([
      page.waitForEvent('requestfailed', (failed) => failed.method() === 'POST'),
      page
        .route('**/account/approvals/apv_*', (route) =>
          route.request().method() === 'POST' ? route.abort() : route.continue(),
        )
        .then(() => page.getByRole('button', { name: 'Approve with your passkey' }).click()),
    ]);
    const credential = new URLSearchParams(request.postData() ?? '').get('credential') ?? '';
    expect(credential).not.toBe('');
    const answer = await page.request.post(`${scene.issuer}${action}`, {
      form: { csrf, credential },
      headers: { origin: new URL(scene.issuer).origin },
      maxRedirects: 0,
    });
    expect([answer.status(), (await answer.text()).includes('That passkey was not accepted')]).toEqual([403, true]);
    expect((await scene.service.get(asked.id))?.state).toBe('pending');

    // The page of the request that was kept from leaving may still be on its way.
    await visit(page, one);
    await page.getByText(REASON).waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Approve with my passkey' }).click();
    await page.getByRole('heading', { name: 'Approved by two people' }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
  });
  expect(await scene.service.get(asked.id)).toMatchObject({
    state: 'approved',
    review: 'open',
    breakGlass: {
      votes: [{ assurance: { amr: ['hwk', 'user', 'mfa'] } }, { assurance: { amr: ['hwk', 'user', 'mfa'] } }],
    },
  });

  await withPage(browser, PHONE, async (page) => {
    await signIn(page, 'glass-three', list);
    await page.getByRole('link', { name: /See what is there/ }).click();
    await page.getByLabel('Finding').selectOption('justified');
    await page.getByLabel('What you found').fill('Spoke with both of them; the run was real.');
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close the review' }).click();
    await page.getByRole('heading', { name: 'Approved and reviewed' }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
  });
  expect((await scene.service.get(asked.id))?.review).toBe('closed');
}, 120_000);

test('AP-05 a user who calls too often is refused, and the refusal is in the audit log', async () => {
  const id = await holder('glass-four', 'break_glass').then(
    async () => (await server.behalf.services.accounts.findByUsername('glass-four'))?.document.id,
  );
  await isHeldBefore('glass-four');
  const ada = await scene.newPerson('glass-eve');
  const asked = await scene.ask(ada.id, {
    channel: 'token_exchange',
    risk: 'high',
    requires: { quorum: 1, isProvenAnew: true },
  });
  for (let call = 0; call < 5; call += 1) await server.behalf.services.ephemeral.count(`break-glass:${id}`, 3600);
  await withPage(browser, PHONE, async (page) => {
    await signIn(page, 'glass-four', `${scene.issuer}/account`);
    await plugAuthenticator(page);
    await page.goto(`${scene.issuer}/account/security/passkey`);
    await makePasskey(page, 'Phone');
    await page.goto(`${scene.issuer}/console/break-glass/${asked.id}`);
    await page.getByLabel('Why it cannot wait').fill(REASON);
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.request().method() === 'POST'),
      page.getByRole('button', { name: 'Request it with my passkey' }).click(),
    ]);
    expect(answer.status()).toBe(429);
    await page.getByText('You requested break-glass access too often.').waitFor();
  });
  expect((await scene.service.get(asked.id))?.breakGlass).toBeUndefined();
  expect((await server.events('request.refused')).at(-1)).toMatchObject({
    outcome: 'refused',
    error: 'too_many_requests',
    caller: id,
  });
}, 60_000);
