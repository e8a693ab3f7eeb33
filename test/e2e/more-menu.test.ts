/** The menu of the actions that have no room beside a heading, in a real browser: by the keyboard, by a click, and without a script. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let chromium: Browser;
beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  chromium = await startChromium();
}, 60_000);
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

/** The page of a registered agent, which has more actions than fit beside its heading. */
const withAgent = async (options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> => {
  const admin = newBrowser(server.issuer);
  await submitSignIn(admin, await admin.open(`${server.issuer}/account`), ADMIN);
  const context = await chromium.newContext(options);
  try {
    await takeOver(context, admin, server.issuer);
    const page = await context.newPage();
    await page.goto(`${server.issuer}/console/agents/${scene.agent.clientId}`);
    await look(page);
  } finally {
    await context.close();
  }
};
const summary = (page: Page) => page.locator('details.menu > summary');
const items = (page: Page) => page.locator('details.menu > div');
const isOpen = (page: Page): Promise<boolean> => items(page).isVisible();
const isFocused = (page: Page): Promise<boolean> => summary(page).evaluate((one) => one.matches(':focus'));

test('WB-12 the menu opens by the keyboard, closes at Escape, and the button has the focus again', async () => {
  await withAgent({}, async (page) => {
    await summary(page).focus();
    expect(await isOpen(page)).toBe(false);
    await page.keyboard.press('Enter');
    expect(await isOpen(page)).toBe(true);
    await page.keyboard.press('Tab');
    expect(await items(page).locator(':focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    expect([await isOpen(page), await isFocused(page)]).toEqual([false, true]);
  });
});

test('WB-12 the menu opens over the page, and closes at a click beside it but not at one inside', async () => {
  await withAgent({}, async (page) => {
    const heading = page.locator('main h2').first();
    const before = await heading.boundingBox();
    await summary(page).click();
    expect(await isOpen(page)).toBe(true);
    expect(await heading.boundingBox()).toEqual(before);
    await items(page).click({ position: { x: 40, y: 3 } });
    expect(await isOpen(page)).toBe(true);
    await page.locator('h1').click();
    expect(await isOpen(page)).toBe(false);
  });
});

test('WB-12 without a script the menu opens and closes by its button, and leads on', async () => {
  await withAgent({ javaScriptEnabled: false }, async (page) => {
    await summary(page).click();
    expect(await isOpen(page)).toBe(true);
    await summary(page).press('Enter');
    expect(await isOpen(page)).toBe(false);
    await summary(page).press('Enter');
    const link = items(page).locator('a').first();
    const href = await link.getAttribute('href');
    await page.keyboard.press('Tab');
    expect(await items(page).locator(':focus').count()).toBe(1);
    await link.press('Enter');
    await page.waitForURL(`${server.issuer}${href}`);
  });
});
