/** Where a user is signed in, in real browsers, by keyboard. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium, withPage } from '../support/chromium.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PHONE = {
  viewport: { width: 340, height: 740 },
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
};

/** What the audit log says of one session that was ended, and then of all of them. */
const ENDS: readonly string[] = ['session.ended', 'account.sessions_ended'];

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const PASSWORD = 'a long enough pass phrase';

const signIn = async (page: Page, username: string, path: string): Promise<void> => {
  await page.goto(`${server.issuer}${path}`);
  await keyboard.type(page, 'Username', username);
  await keyboard.type(page, 'Password', PASSWORD);
  await keyboard.press(page, 'Sign in');
};

const heading = (page: Page): Promise<string | null> => page.locator('h1').textContent();

describe('a person who is signed in at two places', () => {
  test.each([
    ['wide', 'ada', { viewport: { width: 1280, height: 900 } }],
    ['320 px, dark', 'grace', { viewport: { width: 320, height: 700 }, colorScheme: 'dark' }],
  ] satisfies readonly (readonly [string, string, BrowserContextOptions])[])(
    'sees both, ends the other, and then this one; axe finds nothing (%s)',
    async (_, username, options) => {
      // A person each: the end of all sessions holds for sign-ins of the same second, too.
      const { id: account } = await (await managementFromKeyFile(server.administratorKeyFile)).createAccount({
        username,
        name: username,
        password: PASSWORD,
      });
      const before = (await server.events()).length;
      await withPage(browser, PHONE, async (phone) => {
        await signIn(phone, username, '/account/approvals');
        await withPage(browser, options, async (page) => {
          await signIn(page, username, '/account/security');
          await keyboard.follow(page, 'Where you are signed in');
          const names = await page.locator('.items h3').allTextContents();
          expect(names).toEqual(['Chrome on Linux', 'Safari on iPhone']);
          expect(await page.locator('.items li').first().textContent()).toContain('In use now');
          expect(await pageFaults(page)).toEqual([]);
          await keyboard.press(page, 'Sign out Safari on iPhone');
          expect(await page.locator('.items h3').allTextContents()).toEqual(['Chrome on Linux']);
          expect(await page.locator('[role=status]').textContent()).toContain('Signed out there.');
          await phone.goto(`${server.issuer}/account`);
          expect(await heading(phone)).toBe('Sign in');
          await keyboard.press(page, 'Sign out everywhere');
          expect(await heading(page)).toBe('You are signed out');
          await page.goto(`${server.issuer}/account/sessions`);
          expect(await heading(page)).toBe('Sign in');
        });
      });
      const ends = (await server.events()).slice(before).filter(({ type }) => ENDS.includes(type));
      expect(ends.map(({ type, subject }) => [type, subject])).toEqual(ENDS.map((type) => [type, account]));
    },
  );
});
