/** Views of a list that a person saves, in a real browser. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';
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

const onAgents = async (look: (page: Page) => Promise<void>): Promise<void> => {
  const admin = newBrowser(server.issuer);
  await submitSignIn(admin, await admin.open(`${server.issuer}/account`), ADMIN);
  const context = await chromium.newContext();
  try {
    await takeOver(context, admin, server.issuer);
    const page = await context.newPage();
    const objected = objectionsOf(page);
    await page.goto(`${server.issuer}/console/agents`);
    await look(page);
    expect(objected).toEqual([]);
  } finally {
    await context.close();
  }
};

const saved = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Saved views' }).getByRole('link', { name, exact: true });

test('filters are saved under a name without a place in the list, lead back to it, and are removed', async () => {
  await onAgents(async (page) => {
    expect(await page.getByLabel('Name of the view').count()).toBe(0);
    await page.goto(`${server.issuer}/console/agents?q=&state=suspended&at=25`);
    await page.getByText('Save this view').click();
    await page.getByLabel('Name of the view').fill('Stopped ones');
    await page.keyboard.press('Enter');
    expect(await saved(page, 'Stopped ones').getAttribute('aria-current')).toBe('true');
    expect(await pageFaults(page)).toEqual([]);
    await page.goto(`${server.issuer}/console/people`);
    expect(await saved(page, 'Stopped ones').count()).toBe(0);
    await page.goto(`${server.issuer}/console/agents`);
    await saved(page, 'Stopped ones').click();
    await page.waitForURL(`${server.issuer}/console/agents?state=suspended`);
    await page.getByRole('button', { name: 'Remove this view' }).click();
    expect(await saved(page, 'Stopped ones').count()).toBe(0);
  });
});

test('what the browser stores is read as text and a query of this list, for any stored value, and at most twelve', async () => {
  await onAgents(async (page) => {
    const views = [
      { name: '<img src=x onerror=alert(1)>', query: 'state=active' },
      { name: 3, query: 'a=b' },
      ...Array.from({ length: 20 }, (_, index) => ({ name: `View ${index}`, query: `q=${index}` })),
    ];
    const key = new URL(page.url()).pathname;
    await page.evaluate(`localStorage.setItem('behalf-views:${key}', ${JSON.stringify(JSON.stringify(views))})`);
    await page.reload();
    const links = page.getByRole('navigation', { name: 'Saved views' }).getByRole('link');
    expect(await links.count()).toBe(12);
    expect(await links.first().textContent()).toBe('<img src=x onerror=alert(1)>');
    expect(await links.first().getAttribute('href')).toBe(`${key}?state=active`);
    await page.evaluate(`localStorage.setItem('behalf-views:${key}', '{')`);
    await page.reload();
    expect(await links.count()).toBe(0);
  });
});
