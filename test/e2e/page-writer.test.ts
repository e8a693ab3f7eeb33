/** What a check of a page sees where `showPage` writes it, and where nothing is drawn, is what it sees after a navigation in a page that draws. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pageCsp } from '../../views/content-security-policy.ts';
import { newUndrawnPage, startChromium, withPage } from '../support/chromium.ts';
import { faultsIn, objectionsOf } from '../support/page-faults.ts';
import { showPage } from '../support/page-writer.ts';
import { tabFaults } from '../support/tab-walk.ts';

const POLICY = pageCsp({ formTargets: [], scripts: true, connects: true });
/** The name of a script of the header: a page with it is written. */
const SCRIPT = '/assets/copy.0123456789abcdef.js';
const pageOf = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>A page · Behalf</title><link rel="stylesheet" href="/pale.css"><script src="${SCRIPT}" defer></script></head>
<body><main><h1>A page</h1>${body}</main></body></html>`;

/** One fault of each kind: a rule of axe, contrast, width, focus, order of Tab, our policy, a script that runs and fails. */
const FAULTY = pageOf(`
<img src="/icon.svg" onload="document.title = 'ran'"><p style="color: red">Red</p><p class="pale">Pale</p><pre>${'W'.repeat(400)}</pre>
<a href="/sound" tabindex="2">Late</a>`);
const PAGES: Readonly<Record<string, string>> = {
  '/sound': pageOf('<a href="/sound">Here</a>'),
  '/faulty': FAULTY,
};
const FAILING = "{ if (document.images[0]) throw new Error('the script failed'); }";

let server: Server;
let browser: Browser;
let origin: string;
let navigations: string[] = [];

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    if (headers['sec-fetch-mode'] === 'navigate') navigations.push(url);
    if (url === '/pale.css') return void response.setHeader('content-type', 'text/css').end('.pale { color: #ccc }');
    if (url === SCRIPT) return void response.setHeader('content-type', 'text/javascript').end(FAILING);
    const page = PAGES[url];
    if (page === undefined)
      return void response.setHeader('content-type', 'image/svg+xml').end('<svg xmlns="http://www.w3.org/2000/svg"/>');
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .setHeader('content-security-policy', POLICY)
      .end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/** All that the checks of pages find on the page with the faults, after `show` has shown it behind one without. */
const foundBy = async (
  show: (page: Page, url: string) => Promise<unknown>,
  newPage?: (context: BrowserContext) => Promise<Page>,
): Promise<readonly string[]> => {
  const found: string[] = [];
  const look = async (page: Page): Promise<void> => {
    const objected = objectionsOf(page);
    await showPage(page, `${origin}/sound`);
    navigations = [];
    await show(page, `${origin}/faulty`);
    found.push(
      ...(await faultsIn(page, [{ width: 320, colorScheme: 'light' }])),
      ...(await tabFaults(page)),
      ...objected,
    );
  };
  await withPage(browser, {}, look, newPage);
  return found;
};

let navigated: readonly string[];
beforeAll(async () => {
  navigated = await foundBy((page, url) => page.goto(url));
  expect(navigations).toEqual(['/faulty']);
});

test('a page that is written has the faults of one that is navigated to, by axe, width, Tab, policy and scripts', async () => {
  const written = await foundBy(showPage);
  expect(navigations).toEqual([]);
  expect(written.toSorted()).toEqual(navigated.toSorted());
  for (const one of [
    'image-alt',
    'color-contrast',
    ' px wide',
    'an order of its own',
    'style-src',
    'script-src',
    'the script failed',
  ]) {
    expect(written.join('\n')).toContain(one);
  }
});

test.each([
  ['navigated to', (page: Page, url: string) => page.goto(url)],
  ['written', showPage],
] as const)('a page that draws nothing has the same faults, %s', async (_, show) => {
  expect((await foundBy(show, newUndrawnPage)).toSorted()).toEqual(navigated.toSorted());
});

test('in a page that draws nothing, a script that waits for the next frame goes on', async () => {
  const look = async (page: Page): Promise<void> => {
    for (const show of [showPage, showPage]) await show(page, `${origin}/sound`);
    const waiting = 'new Promise((done) => requestAnimationFrame((at) => done(at > 0)))';
    expect(await page.evaluate(waiting)).toBe(true);
  };
  await withPage(browser, {}, look, newUndrawnPage);
});
