/** What every page of the console does with a click: buttons that copy an id, and the box that ticks all rows. In a real browser. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { objectionsOf } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let chromium: Browser;
let agent: string;
beforeAll(async () => {
  server = await runServer();
  agent = (await makeScene(server)).agent.clientId;
  chromium = await startChromium();
}, 60_000);
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

const onAgentPage = async (
  javaScriptEnabled: boolean,
  permissions: readonly string[],
  look: (page: Page) => Promise<void>,
): Promise<void> => {
  const admin = newBrowser(server.issuer);
  await submitSignIn(admin, await admin.open(`${server.issuer}/account`), ADMIN);
  const context = await chromium.newContext({ javaScriptEnabled, permissions: [...permissions] });
  try {
    await takeOver(context, admin, server.issuer);
    const page = await context.newPage();
    const objected = objectionsOf(page);
    await page.goto(`${server.issuer}/console/agents/${agent}`);
    await look(page);
    expect(objected).toEqual([]);
  } finally {
    await context.close();
  }
};

test('an id is copied by the keyboard, and the page says so, under the same policy', async () => {
  await onAgentPage(true, ['clipboard-read', 'clipboard-write'], async (page) => {
    await page.getByRole('button', { name: `Copy ${agent}` }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied', { exact: true }).waitFor({ state: 'attached' });
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(agent);
  });
});

test('without scripts there is no button that does nothing', async () => {
  await onAgentPage(false, [], async (page) => {
    expect(await page.getByText(agent).first().isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: `Copy ${agent}` }).count()).toBe(0);
  });
});

test('a box in the head of a list ticks all agents, and none; the actions appear and go', async () => {
  await onAgentPage(true, [], async (page) => {
    await page.goto(`${server.issuer}/console/agents`);
    const rows = page.locator('td .pick input');
    const ticked = page.locator('td .pick input:checked');
    const all = page.getByRole('checkbox', { name: 'Choose all on this page' });
    expect(await rows.count()).toBeGreaterThan(0);
    await all.focus();
    await page.keyboard.press('Space');
    expect(await ticked.count()).toBe(await rows.count());
    await page.getByRole('button', { name: 'Suspend' }).waitFor();
    await rows.first().uncheck();
    expect(await all.isChecked()).toBe(false);
    await all.check();
    await all.uncheck();
    expect(await ticked.count()).toBe(0);
    await page.getByRole('button', { name: 'Suspend' }).waitFor({ state: 'hidden' });
  });
});

test('without scripts no box ticks all rows', async () => {
  await onAgentPage(false, [], async (page) => {
    await page.goto(`${server.issuer}/console/agents`);
    expect(await page.locator('[data-pick-all]').first().isVisible()).toBe(false);
    expect(await page.locator('td .pick input').first().isVisible()).toBe(true);
  });
});
