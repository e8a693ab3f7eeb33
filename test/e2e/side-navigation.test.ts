/** The navigation at the side of the console, in a real browser: where it stands, and what a reader sees first. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let chromium: Browser;
beforeAll(async () => {
  server = await runServer();
  chromium = await startChromium();
}, 60_000);
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

const open = async (
  path: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> => {
  const admin = newBrowser(server.issuer);
  await submitSignIn(admin, await admin.open(`${server.issuer}/account`), ADMIN);
  const context = await chromium.newContext({ ...options, javaScriptEnabled: false });
  try {
    await takeOver(context, admin, server.issuer);
    const page = await context.newPage();
    await page.goto(`${server.issuer}${path}`);
    await look(page);
  } finally {
    await context.close();
  }
};

const navigation = (page: Page) => page.getByRole('navigation', { name: 'Console' });
const placeOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not shown`);
  return box;
};

test.each([1100, 1280, 2560])('WB-12 stands beside the content at %i px, without a script', async (width) => {
  await open('/console/people', { viewport: { width, height: 800 } }, async (page) => {
    expect(await navigation(page).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Menu' }).isVisible()).toBe(false);
    expect(await navigation(page).locator('[aria-current=page]').textContent()).toBe('People');
    const [side, main] = [await placeOf(page, 'nav.side'), await placeOf(page, 'main')];
    expect(side.x + side.width).toBeLessThanOrEqual(main.x);
    expect(main.width).toBeLessThanOrEqual(1400);
  });
});

test.each([390, 820, 1099])(
  'WB-12 opens from its button at %i px, by the keyboard and without a script',
  async (width) => {
    await open('/console/agents', { viewport: { width, height: 844 } }, async (page) => {
      expect(await navigation(page).isVisible()).toBe(false);
      expect((await placeOf(page, 'main')).y).toBeLessThanOrEqual(110);
      await page.getByRole('button', { name: 'Menu' }).focus();
      await page.keyboard.press('Enter');
      expect(await navigation(page).isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      expect(await navigation(page).isVisible()).toBe(false);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${server.issuer}/console`);
    });
  },
);

const sectionOf = (page: Page, name: string) => navigation(page).getByRole('group').filter({ hasText: name });
const openSections = (page: Page) => navigation(page).locator('details[open] > summary').allTextContents();

test('WB-12 opens only the section of the page, and all names stay in a window of 600 px', async () => {
  await open('/console/webhooks', { viewport: { width: 1280, height: 600 } }, async (page) => {
    expect(await openSections(page)).toEqual(['Settings']);
    expect(await navigation(page).locator('[aria-current=page]').textContent()).toBe('Webhooks');
    const side = await placeOf(page, 'nav.side');
    const summaries = await navigation(page).locator('summary').all();
    expect(summaries).toHaveLength(5);
    for (const summary of summaries) {
      const box = await summary.boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? 1e6)).toBeLessThanOrEqual(side.y + side.height);
    }
    await page.goto(`${server.issuer}/console`);
    expect(await openSections(page)).toEqual(['Agents and people', 'Policies', 'Approvals and audit']);
  });
});

test('WB-12 a section opens and closes by the keyboard without a script, and remembers nothing', async () => {
  await open('/console/people', { viewport: { width: 1280, height: 800 } }, async (page) => {
    const apps = sectionOf(page, 'Apps and APIs');
    const link = apps.getByRole('link', { name: 'Resource servers' });
    expect(await link.isVisible()).toBe(false);
    await apps.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await link.isVisible()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.issuer}/console/resource-servers`);
    expect(await openSections(page)).toEqual(['Apps and APIs']);
    await page.goBack();
    await page.reload();
    expect(await openSections(page)).toEqual(['Agents and people']);
  });
});

test('WB-12 a viewer of few places sees them all, without opening a section', async () => {
  const { call } = await managementFromKeyFile(server.administratorKeyFile);
  const person = { username: 'ben', password: 'a long enough pass phrase' };
  await call('POST', '/accounts', { ...person, name: 'Ben' });
  const browser = newBrowser(server.issuer);
  const { html } = await submitSignIn(browser, await browser.open(`${server.issuer}/console`), person);
  const side = /<nav class="side".*?<\/nav>/s.exec(html)?.[0] ?? '';
  expect([side.includes('/console/agents'), side.includes('<details')]).toEqual([true, false]);
});
