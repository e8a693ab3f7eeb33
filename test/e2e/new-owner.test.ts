/** The page that asks a person about the new owner of an agent, in a real browser: wide and on a phone, in both languages. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium, takeOver } from '../support/chromium.ts';
import { type HandOverWorld, handOverWorld } from '../support/hand-over-world.ts';
import { faultsIn, NARROW, objectionsOf, WIDE } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let world: HandOverWorld;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  world = await handOverWorld(server);
  browser = await startChromium();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A picture, where `BEHALF_PICTURES` names a folder. */
const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['BEHALF_PICTURES'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

const asAda = async (
  options: BrowserContextOptions,
  language: 'en' | 'de',
  use: (page: Page) => Promise<void>,
): Promise<void> => {
  const context = await browser.newContext(options);
  try {
    await takeOver(context, world.browser, world.issuer);
    await context.addCookies([{ name: 'behalf_language', value: language, url: world.issuer }]);
    await use(await context.newPage());
  } finally {
    await context.close();
  }
};

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };

test.each([
  ['at a desk, in English', DESK, 'en', 'Review and decide', 'Confirm the new owner', 'has a new owner', WIDE],
  [
    'on a phone, in German',
    PHONE,
    'de',
    'Ansehen und entscheiden',
    'Neuen Eigentümer bestätigen',
    'hat einen neuen',
    NARROW,
  ],
] as const)(
  'a person finds the agent on the account page, reads who its new owner is, and confirms it: %s',
  async (_, options, language, look, confirm, heading, width) => {
    const { agent, row } = await world.allowed(`Payer ${language}`);
    await world.handOver(agent.clientId);
    await asAda(options, language, async (page) => {
      const objected = objectionsOf(page);
      await page.goto(`${world.issuer}/account`);
      await picture(page, `account-${language}`);
      await page.getByRole('link', { name: look }).click();
      await page.getByRole('heading', { name: heading }).waitFor();
      await picture(page, `new-owner-${language}`);
      expect(await page.getByText('Mallory Mint').first().isVisible()).toBe(true);
      expect(await faultsIn(page, [{ width, colorScheme: 'light' }])).toEqual([]);
      expect(await world.stateOf(row)).toBe('suspended');
      await page.getByRole('button', { name: confirm }).click();
      await page.waitForURL(/\/account\?done=confirmed$/);
      expect(await world.stateOf(row)).toBe('active');
      expect(objected).toEqual([]);
    });
  },
);

test('the consent page says that the owner is new', async () => {
  const { agent, row } = await world.allowed('Asks again');
  await world.handOver(agent.clientId);
  const hers = await world.newKey(agent);
  await asAda(PHONE, 'en', async (page) => {
    await page.goto(world.codeRequest(hers, 'openid balance').url);
    await page.locator('summary', { hasText: 'This agent has a new owner' }).click();
    await page.getByText('This agent has a new owner since you allowed it something').waitFor();
    await picture(page, 'consent-new-owner');
    // The app is not there, so no page loads at its address: the request is what shows the answer.
    const answered = page.waitForRequest(/error=access_denied/);
    await page.getByRole('button', { name: 'Deny' }).click({ noWaitAfter: true });
    await answered;
  });
  expect(await world.stateOf(row)).toBe('revoked');
});
