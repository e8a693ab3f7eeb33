/** What an operator does by hand, in a real browser: wide and on a phone, by mouse and by keyboard. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const OPERATOR = { username: 'olga', password: 'a long enough pass phrase' };
const LOOKS = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

let server: RunningServer;
let scene: Scene;
let chromium: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  chromium = await startChromium();
}, 60_000);
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

/** As the operator. Nothing on the way breaks the policy of a page, and no page has a fault. */
const asOperator = async (
  look: keyof typeof LOOKS,
  walk: (page: Page, faultless: () => Promise<void>) => Promise<void>,
): Promise<void> => {
  const signedIn = newBrowser(server.issuer);
  await submitSignIn(signedIn, await signedIn.open(`${server.issuer}/account`), OPERATOR);
  const context = await chromium.newContext({ viewport: LOOKS[look] });
  try {
    await takeOver(context, signedIn, server.issuer);
    const page = await context.newPage();
    const objected = objectionsOf(page);
    await walk(page, async () => expect(await pageFaults(page)).toEqual([]));
    expect(objected).toEqual([]);
  } finally {
    await context.close();
  }
};

const press = async (page: Page, name: string | RegExp): Promise<void> => {
  const loaded = page.waitForEvent('load');
  await page.locator('main').getByRole('button', { name }).click();
  await loaded;
};

const follow = async (page: Page, name: string | RegExp): Promise<void> => {
  const loaded = page.waitForEvent('load');
  await page.locator('main').getByRole('link', { name }).first().click();
  await loaded;
};

describe('an operator narrows a delegation', () => {
  test.each(['wide', 'phone'] as const)('from the page of the agent, after a preview: %s', async (look) => {
    const agent = await scene.newAgent(`Narrowed ${look}`);
    const { delegations } = server.behalf.services;
    const made = await delegations.recordConsent({
      ...{ subject: scene.accountId, actor: agent.clientId, resource: scene.jwt.identifier, by: scene.accountId },
      ...{ asked: ['read', 'write'], scope: ['read', 'write'], expiresAt: Math.floor(Date.now() / 1000) + 3600 },
      delegableTo: { agents: [], depth: 0 },
    });
    await asOperator(look, async (page, faultless) => {
      await page.goto(`${server.issuer}/console/agents/${agent.clientId}`);
      await follow(page, /^Narrow Ada/);
      await faultless();
      // By the keyboard: the box has the focus of a click on its label, and the space bar unticks it.
      await page.getByLabel('Add and change').focus();
      await page.keyboard.press('Space');
      await press(page, 'Show what ends');
      await faultless();
      expect(await page.locator('h1').textContent()).toMatch(/^Remove 1 right of Narrowed/);
      await press(page, 'Remove 1 right');
      expect(await page.locator('.flash').textContent()).toContain('stopped working');
      await faultless();
    });
    await server.settled();
    expect((await server.events('delegation.narrowed')).at(-1)).toMatchObject({
      outcome: 'done',
      delegation: made?.id,
    });
    expect((await delegations.live(String(made?.id)))?.scope).toEqual(['read']);
  });
});
