/** Policies in `/console`, in a real browser, with nothing but the keyboard: drafted, tried, replayed, activated, rolled back. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium, withPage } from '../support/chromium.ts';
import { pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const FORBID =
  '\n@id("no-write")\n@reason("Nothing is written.")\nforbid (principal is Agent, action == Action::"act", resource) when { resource.nam == "write" };\n';

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
      await look(page);
      const text = page.getByLabel('Text of the policies');
      await text.evaluate((area: unknown) => (area as { focus(): void }).focus());
      await page.keyboard.press('Control+End');
      await page.keyboard.insertText(FORBID);
      await keyboard.press(page, 'Check');
      expect(await page.locator('#findings').textContent()).toBe('One error');
      await look(page);
      await text.fill((await text.inputValue()).replace('resource.nam ==', 'resource.name =='));
      await keyboard.type(page, 'Why there is this version (optional)', 'No writing');
      await keyboard.press(page, 'Save the draft');
      await look(page);
      const version = /versions\/(\d+)/.exec(page.url())?.[1] ?? '';

      await keyboard.follow(page, 'Try it');
      await look(page);
      await keyboard.type(page, 'Agent', scene.agent.clientId);
      await keyboard.type(page, 'On whose behalf (optional)', 'ada');
      await keyboard.choose(page, 'Resource server', 'The calendar');
      await keyboard.toggle(page, /As if the person/);
      await keyboard.press(page, 'Decide');
      expect(await page.locator('#result').textContent()).toMatch(/^Only in part: /);
      await look(page);

      await page.goto(`${server.issuer}/console/policy/versions/${version}`);
      await keyboard.press(page, 'Replay it');
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
