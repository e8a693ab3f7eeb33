/** The search in the header of the console, by keyboard: the combobox of the ARIA practices, under the policy of every page. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startChromium, takeOver } from '../support/chromium.ts';
import { type FullServer, fullServer } from '../support/full-server.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';

let full: FullServer;
let chromium: Browser;

beforeAll(async () => {
  [full, chromium] = await Promise.all([fullServer(), startChromium()]);
}, 180_000);

afterAll(async () => {
  await chromium?.close();
  await full?.close();
});

test('results appear while a person types; arrows choose one, Enter opens it, Escape closes them; axe finds nothing; no single key is a shortcut (WCAG 2.1.4)', async () => {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 } });
  await takeOver(context, await full.signedIn(), full.server.issuer);
  const page = await context.newPage();
  const objected = objectionsOf(page);
  const field = page.locator('#find');
  await page.goto(`${full.server.issuer}/console/agents`);

  await page.keyboard.press('/');
  expect(await field.evaluate((one) => one.ownerDocument.activeElement === one)).toBe(false);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('planner');
  await page.waitForSelector('#found [role=option]');
  const said = [field.getAttribute('role'), field.getAttribute('aria-expanded'), field.getAttribute('aria-controls')];
  expect(await Promise.all(said)).toEqual(['combobox', 'true', 'found-list']);
  expect(await page.locator('[data-found-status]').textContent()).toMatch(/^\d+ results$|^One result$/);
  expect(await field.getAttribute('aria-activedescendant')).toBeNull();
  expect(await pageFaults(page)).toEqual([]);

  await page.keyboard.press('ArrowDown');
  const active = page.locator(`#${await field.getAttribute('aria-activedescendant')}`);
  expect(await active.getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Escape');
  expect([await page.locator('#found').isVisible(), await field.getAttribute('aria-expanded')]).toEqual([
    false,
    'false',
  ]);

  await page.keyboard.press('ArrowDown');
  const first = page.locator('#found [role=option]').first();
  expect(await first.getAttribute('aria-selected')).toBe('true');
  const href = await first.getAttribute('data-href');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${full.server.issuer}${href}`);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('no such thing at all');
  await page.waitForSelector('#found p');
  expect(await field.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/console\/search\?q=no/);
  expect(objected).toEqual([]);
  await context.close();
});

test('WB-12 without a script the form leads to the page of results', async () => {
  const context = await chromium.newContext({ javaScriptEnabled: false });
  await takeOver(context, await full.signedIn(), full.server.issuer);
  const page = await context.newPage();
  await page.goto(`${full.server.issuer}/console`);
  await page.fill('#find', full.ids.planner);
  await page.press('#find', 'Enter');
  await page.waitForURL(/\/console\/search\?q=agt_/);
  expect(await page.textContent('#best')).toBe('Planner');
  await context.close();
});
