/**
 * How pages come in, in a real browser on a whole server: nothing moves once it is there, one round trip behind the HTML
 * brings all there is, only style delays the page, and the next page brings its own HTML alone.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Route } from 'playwright-core';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makePasskey, plugAuthenticator } from '../support/virtual-authenticator.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const ADA = { username: 'ada-loads', password: PASSWORD };

let server: RunningServer;
let scene: ApprovalScene;
let browser: Browser;
let approval: string;

beforeAll(async () => {
  server = await runServer();
  scene = await approvalScene(server);
  browser = await startChromium();
  const ada = await scene.newPerson(ADA.username);
  for (const scope of [['read'], ['write'], ['delete']]) {
    const asked = await scene.ask(ada.id, { action: { scope, message: 'For the meeting on Monday' } });
    approval = scene.urlOf(asked);
  }
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const asked = (): string =>
  scene.authorizationRequest(scene.agent, { scope: 'openid read write', resource: scene.jwt.identifier }).url;

type Kind = readonly [name: string, who: typeof ADA | undefined, url: () => string];

const PAGES: readonly Kind[] = [
  ['sign-in', undefined, asked],
  ['consent', ADA, asked],
  ['approval', ADA, () => approval],
  ['inbox', ADA, () => `${scene.issuer}/account/approvals`],
  ['account', ADA, () => `${scene.issuer}/account`],
  ['console overview', ADMIN, () => `${scene.issuer}/console`],
];

const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['wide', { viewport: { width: 1280, height: 900 } }],
  ['390 px', { viewport: { width: 390, height: 844 } }],
];

const signIn = async (page: Page, { username, password }: typeof ADA): Promise<void> => {
  await page.goto(`${scene.issuer}/account`);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname === '/account');
};

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

const sessions = new Map<string, Promise<SignedIn>>();
/** The cookies of a person, who signs in once for all tests. */
const signedIn = (who: typeof ADA): Promise<SignedIn> => {
  const known = sessions.get(who.username) ?? newlySignedIn(who);
  sessions.set(who.username, known);
  return known;
};

const newlySignedIn = async (who: typeof ADA): Promise<SignedIn> => {
  const context = await browser.newContext();
  try {
    await signIn(await context.newPage(), who);
    return await context.storageState();
  } finally {
    await context.close();
  }
};

/** Adds up what moved without an input of the user (Layout Instability). */
const WATCH = `
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources } of list.getEntries()) {
      if (!hadRecentInput) window.moved.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 200))].join(' '));
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;
/** When all that was under way has been painted. */
const PAINTED = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(done))))`;

const files = (html: string): ReadonlySet<string> =>
  new Set([...html.matchAll(/(?:href|src)="([^"]*\/assets\/[^"]+)"/g)].map(([, path]) => String(path)));

describe.each(WAYS)('%s', (_, options) => {
  test.each(PAGES)('%s: nothing moves while it comes in', async (name, who, url) => {
    // In a context of its own, so that the page loads its files as well.
    await withPage(browser, who ? { ...options, storageState: await signedIn(who) } : options, async (page) => {
      await page.addInitScript(WATCH);
      // The inbox reads itself anew as soon as it hears of changes.
      const isFresh = name === 'inbox' && page.waitForResponse((one) => one.request().resourceType() === 'fetch');
      await page.goto(url(), { waitUntil: 'load' });
      await isFresh;
      await page.evaluate(PAINTED);
      expect(await page.evaluate('window.moved')).toEqual([]);
    });
  });
});

test.each(WAYS)('%s: the search in the header stands where it stood before the links came in', async (_, options) => {
  await withPage(browser, { ...options, storageState: await signedIn(ADMIN) }, async (page) => {
    await page.goto(`${scene.issuer}/console`);
    const place = () =>
      page.locator('.find').evaluate((find) => {
        const { left, top } = find.getBoundingClientRect();
        return { left, top };
      });
    const withLinks = await place();
    await page.locator('.top nav').evaluate((links) => links.remove());
    expect(await place()).toEqual(withLinks);
  });
});

test.each(WAYS)('%s: the name in the header stands where it stood before the links came in', async (_, options) => {
  await withPage(browser, options, async (page) => {
    const top = () => page.locator('.brand').evaluate((brand) => brand.getBoundingClientRect().top);
    const withLinks: number[] = [];
    const without: number[] = [];
    for (const at of ['/', '/account']) {
      if (at === '/account') await signIn(page, ADA);
      else await page.goto(`${scene.issuer}${at}`);
      withLinks.push(await top());
      await page.locator('header nav').evaluate((nav) => nav.remove());
      without.push(await top());
    }
    expect(withLinks).toEqual(without);
  });
});

test.each(WAYS)(
  '%s: nothing moves where a passkey is asked for: an approval, a second factor',
  async (way, options) => {
    const username = `eve-loads-${way.replace(' ', '-')}`;
    const eve = await scene.newPerson(username);
    const high = await scene.ask(eve.id, { risk: 'critical', requires: { quorum: 1, isProvenAnew: true } });
    await withPage(browser, options, async (page) => {
      const nothingMoved = async (): Promise<void> => {
        await page.evaluate(PAINTED);
        expect(await page.evaluate('window.moved')).toEqual([]);
      };
      await plugAuthenticator(page);
      await signIn(page, { username, password: PASSWORD });
      await page.addInitScript(WATCH);
      await page.goto(`${scene.issuer}/account/security/passkey`, { waitUntil: 'load' });
      await nothingMoved();
      await makePasskey(page, 'Key');
      await page.goto(scene.urlOf(high), { waitUntil: 'load' });
      await page.getByRole('button', { name: 'Approve with your passkey' }).waitFor();
      await nothingMoved();
      expect(await page.getByRole('button', { name: 'Deny' }).count()).toBe(1);
      await page.context().clearCookies();
      await page.goto(`${scene.issuer}/account`);
      await page.getByLabel('Username').fill(username);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('button', { name: /^Use your passkey/ }).waitFor();
      await nothingMoved();
    });
  },
);

test.each(PAGES)('%s: all it needs is asked for at once, and nothing but style keeps it back', async (_, who, url) => {
  // In a context of its own: what the sign-in pages loaded may be in the memory of their process, and not be asked for again.
  await withPage(browser, who ? { storageState: await signedIn(who) } : {}, async (page) => {
    const at = url();
    const wanted = files(await (await page.request.get(at)).text());
    // The console has the style and the two scripts of its header in addition.
    const isOfConsole = [...wanted].some((file) => file.includes('/search.'));
    expect(wanted.size).toBeLessThanOrEqual(isOfConsole ? 8 : 6);
    // Nothing is answered before everything was asked for: what hangs on something else never comes.
    const held: Route[] = [];
    await page.route('**/assets/**', async (route) => {
      held.push(route);
      if (new Set(held.map((one) => one.request().url())).size < wanted.size) return;
      for (const one of held.splice(0)) await one.continue();
    });
    await page.goto(at, { waitUntil: 'load' });
    const seen = await page.evaluate<readonly (readonly [string, string])[]>(
      'performance.getEntriesByType("resource").filter(({ name }) => name.includes("/assets/")).map(({ name, renderBlockingStatus }) => [name, renderBlockingStatus])',
    );
    expect(seen.length).toBeGreaterThan(0);
    for (const [file, status] of seen) {
      expect([file, status]).toEqual([file, file.endsWith('.css') ? 'blocking' : 'non-blocking']);
    }
  });
});

test('a person signs in although scripts and pictures never come', async () => {
  await withPage(browser, {}, async (page) => {
    let hanging = 0;
    await page.route(/\.(?:js|svg)$/, () => {
      hanging += 1;
    });
    await page.goto(`${scene.issuer}/account`, { waitUntil: 'commit' });
    await page.getByLabel('Username').fill(ADA.username);
    await page.getByLabel('Password').fill(ADA.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click({ noWaitAfter: true });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForURL((url) => url.pathname === '/account', { waitUntil: 'commit' });
    expect(hanging).toBeGreaterThan(0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

test('the next page takes its files from the cache of the browser, and they come compressed at first', async () => {
  await withPage(browser, {}, async (page) => {
    const sizes = () =>
      page.evaluate<readonly (readonly [string, number, number])[]>(
        'performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".css")).map(({ name, transferSize, decodedBodySize }) => [name, transferSize, decodedBodySize])',
      );
    await page.goto(`${scene.issuer}/`, { waitUntil: 'load' });
    const [[, first = 0, whole = 0] = []] = await sizes();
    expect(first).toBeGreaterThan(0);
    expect(first * 2).toBeLessThan(whole);
    await page.goto(`${scene.issuer}/account`, { waitUntil: 'load' });
    const again = (await sizes()).filter(([name]) => name.includes('/style.'));
    expect(again.map(([, transferred]) => transferred)).toEqual([0]);
  });
});
