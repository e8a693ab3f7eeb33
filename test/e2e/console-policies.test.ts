/**
 * Policies in `/console`, in a real browser, with nothing but the keyboard: drafted, tried, replayed, activated, rolled back;
 * and the editor of their text.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium, withPage } from '../support/chromium.ts';
import { pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const LINE = 'forbid (principal is Agent, action == Action::"act", resource) when { resource.nam == "write" };';
const FORBID = `\n@id("no-write")\n@reason("Nothing is written.")\n${LINE}\n`;

let server: RunningServer;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  expect((await scene.calls.token(scene.keyed(scene.agent), own)).status).toBe(200);
  await server.settled();
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['wide', { viewport: { width: 1280, height: 900 } }],
  ['320 px', { viewport: { width: 320, height: 700 } }],
];

describe.each(WAYS)('%s, by keyboard', (_way, options) => {
  test('a version is drafted, tried, replayed, activated and rolled back; axe finds nothing on the way', async () => {
    const found: string[] = [];
    const objections: string[] = [];
    const look = async (page: Page): Promise<void> => void found.push(...(await pageFaults(page)));
    const heading = (page: Page): Promise<string | null> => page.locator('#counts-now').textContent();
    const before = (await scene.management.call('GET', '/policy-sets/active')).body['version'];

    await withPage(browser, options, async (page) => {
      page.on('console', (message) => objections.push(message.text()));
      page.on('pageerror', (error) => objections.push(String(error)));
      await page.goto(`${server.issuer}/console/policy`);
      await keyboard.type(page, 'Username', ADMIN.username);
      await keyboard.type(page, 'Password', ADMIN.password);
      await keyboard.press(page, 'Sign in');
      expect(await heading(page)).toBe(`Version ${before} is active`);
      await look(page);

      await keyboard.follow(page, 'Draft a version');
      await page.locator('.cm-editor').waitFor();
      await look(page);
      await page.getByRole('textbox', { name: 'Text of the policies' }).focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.insertText(FORBID);
      await keyboard.press(page, 'Check');
      expect(await page.locator('#findings').textContent()).toBe('One error');
      await page.locator('.cm-lintRange-error').waitFor();
      await look(page);
      await page.getByRole('link', { name: /^Line \d+$/ }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.insertText(LINE.replace('resource.nam ==', 'resource.name =='));
      await keyboard.type(page, 'Why there is this version', 'No writing');
      await keyboard.press(page, 'Save the draft');
      await look(page);
      const version = /versions\/(\d+)/.exec(page.url())?.[1] ?? '';

      await keyboard.follow(page, 'Simulate');
      await look(page);
      await keyboard.type(page, 'Agent', scene.agent.clientId);
      await keyboard.type(page, 'On whose behalf', 'ada');
      await keyboard.choose(page, 'Resource server', 'The calendar');
      await keyboard.toggle(page, /Assume that the person/);
      await keyboard.press(page, 'Simulate');
      expect(await page.locator('#result').textContent()).toMatch(/^Only in part: /);
      await look(page);

      await page.goto(`${server.issuer}/console/policy/versions/${version}`);
      await keyboard.press(page, 'Replay');
      expect(await page.locator('.verdict').textContent()).toMatch(/^\s*[1-9]\d* of \d+ decisions/);
      await look(page);

      await page.goto(`${server.issuer}/console/policy/versions/${version}`);
      await keyboard.follow(page, 'Activate');
      await look(page);
      await keyboard.press(page, 'Activate');
      expect(await heading(page)).toBe(`Version ${version} is active`);
      await keyboard.follow(page, `Roll back to version ${before}`);
      await keyboard.press(page, 'Activate');
      expect(await heading(page)).toBe(`Version ${before} is active`);
    });
    expect({ found, objections }).toEqual({ found: [], objections: [] });
  }, 300_000);
});

describe('the editor', () => {
  const NEW = '/console/policy/new';
  const editor = (page: Page) => page.getByRole('textbox', { name: 'Text of the policies' });
  /** The text that the form would send. */
  const sent = (page: Page): Promise<string> => page.locator('textarea[name=text]').inputValue();

  const signedIn = async (
    options: BrowserContextOptions,
    use: (page: Page, objections: readonly string[]) => Promise<void>,
  ): Promise<void> => {
    const objections: string[] = [];
    await withPage(browser, options, async (page) => {
      page.on('console', (message) => objections.push(message.text()));
      page.on('pageerror', (error) => objections.push(String(error)));
      await page.goto(`${server.issuer}/account`);
      await page.locator('[name=username]').fill(ADMIN.username);
      await page.locator('[name=password]').fill(ADMIN.password);
      await page.locator('main form [type=submit]').first().click();
      await page.waitForURL((url) => url.pathname === '/account');
      await use(page, objections);
    });
    expect(objections).toEqual([]);
  };

  const opened = (use: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> =>
    signedIn(options, async (page) => {
      await page.goto(`${server.issuer}${NEW}`);
      await page.locator('.cm-editor').waitFor();
      await use(page);
    });

  const writtenAtEnd = async (page: Page, text: string): Promise<void> => {
    await editor(page).focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText(text);
  };

  test('is loaded after the page and on its pages only, with at most 140 KB; the policy of pages has no objection', () =>
    signedIn({}, async (page) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      for (const path of ['/console', '/console/policy', '/console/policy/versions/1', '/console/policy/try']) {
        await page.goto(`${server.issuer}${path}`, { waitUntil: 'load' });
      }
      expect(asked.filter((path) => path.includes('editor'))).toEqual([]);
      const answer = await page.goto(`${server.issuer}${NEW}`);
      await page.locator('.cm-editor').waitFor();
      expect(answer?.headers()['content-security-policy']).toMatch(/style-src 'self';.* script-src 'self';/);
      const [load, began, size] = await page.evaluate<readonly [number, number, number]>(
        `[performance.getEntriesByType('navigation')[0].loadEventStart,
          ...performance.getEntriesByType('resource').filter(({ name }) => name.includes('policy-editor')).flatMap((one) => [one.startTime, one.encodedBodySize])]`,
      );
      expect(began).toBeGreaterThanOrEqual(load);
      expect(size).toBeGreaterThan(50_000);
      expect(size).toBeLessThanOrEqual(140_000);
    }));

  test('takes over what was typed before it arrived, with the focus', () =>
    signedIn({}, async (page) => {
      let arrive: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      await page.route(/policy-editor/, async (route) => {
        await held;
        await route.continue();
      });
      await page.goto(`${server.issuer}${NEW}`);
      await writtenAtEnd(page, '// early');
      arrive();
      await page.locator('.cm-editor').waitFor();
      await page.keyboard.insertText(' and late');
      expect((await sent(page)).endsWith('// early and late')).toBe(true);
    }));

  test('is no more than the field where it cannot be loaded, and without scripts', async () => {
    const check = async (page: Page): Promise<void> => {
      await page.goto(`${server.issuer}${NEW}`);
      await editor(page).fill(FORBID);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByRole('link', { name: 'Line 4' }).waitFor();
      expect(await page.locator('.cm-editor').count()).toBe(0);
      expect(await editor(page).inputValue()).toBe(FORBID);
    };
    await signedIn({ javaScriptEnabled: false }, check);
    await withPage(browser, {}, async (page) => {
      await page.route(/policy-editor/, (route) => route.abort());
      await page.goto(`${server.issuer}/account`);
      await page.locator('[name=username]').fill(ADMIN.username);
      await page.locator('[name=password]').fill(ADMIN.password);
      await page.locator('main form [type=submit]').first().click();
      await page.waitForURL((url) => url.pathname === '/account');
      await check(page);
    });
  });

  test('marks the line of an error while it is written, says it below, and leads there; the mark goes with the error', () =>
    opened(async (page) => {
      await writtenAtEnd(page, FORBID);
      await page.locator('.cm-lintRange-error').first().waitFor();
      expect((await page.locator('.cm-lintRange-error').allTextContents()).join('')).toBe(LINE);
      expect(await page.locator('.cm-lint-marker-error').count()).toBe(1);
      expect(await page.locator('[data-live] [role=status]').textContent()).toBe('One error');
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('F8');
      expect(await page.locator('.cm-activeLine').textContent()).toBe(LINE);
      await page.keyboard.press('Control+Home');
      await page.locator('[data-live]').getByRole('link', { name: /^Line/ }).click();
      await page.keyboard.insertText(LINE.replace('resource.nam ==', 'resource.name =='));
      await page.locator('[data-live] .flash.success').waitFor();
      await page.locator('.cm-lintRange-error').waitFor({ state: 'detached' });
      expect(await sent(page)).toContain('resource.name == "write"');
    }));

  test('completes what the schema has: an attribute of the context, with its type and its comment', () =>
    opened(async (page) => {
      await writtenAtEnd(page, '\npermit (principal is Agent, action == Action::"act", resource) when { ');
      await page.keyboard.type('context.no');
      const offer = page.getByRole('option', { selected: true });
      await offer.waitFor();
      expect(await offer.textContent()).toBe('nowLong');
      expect(await page.locator('.cm-completionInfo').textContent()).toBe('Seconds since 1970.');
      await offer.click();
      expect(await sent(page)).toContain('when { context.now');
    }));

  test('copies and undoes, and Tab leads out of it both ways', () =>
    opened(
      async (page) => {
        const before = await sent(page);
        await writtenAtEnd(page, '// one more');
        await page.keyboard.press('Control+A');
        await page.keyboard.press('Control+C');
        expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${before}// one more`);
        await page.keyboard.press('Control+Z');
        expect(await sent(page)).toBe(before);
        await page.keyboard.press('Control+Y');
        expect(await sent(page)).toBe(`${before}// one more`);
        await page.locator('[data-live] .flash.success').waitFor();
        await page.keyboard.press('Tab');
        expect(await page.evaluate('document.activeElement.name')).toBe('note');
        await page.keyboard.press('Shift+Tab');
        expect(await page.evaluate('document.activeElement.className')).toContain('cm-content');
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ));

  test('speaks German', () =>
    opened(
      async (page) => {
        await page.getByRole('textbox', { name: 'Text der Richtlinien' }).focus();
        await page.keyboard.press('Control+End');
        await page.keyboard.type('\n@');
        await page.getByRole('listbox', { name: 'Vorschläge' }).waitFor();
      },
      { locale: 'de-DE' },
    ));
});
