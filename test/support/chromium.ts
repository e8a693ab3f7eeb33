/** A real Chromium for tests (Debian's, or what `CHROMIUM` names), with a new profile at each start. */
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Response,
} from 'playwright-core';
import type { Browser as ScriptlessBrowser } from './browser-flow.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The same engine without the windows of a desktop: it takes two thirds of the CPU. */
const WITHOUT_WINDOWS = '/usr/bin/chromium-headless-shell';
const WHOLE = '/usr/bin/chromium';

/** `keepsNotifications`: the shell without windows forgets each notification that a worker shows, so it cannot list them. */
export const startChromium = ({ keepsNotifications = false } = {}): Promise<Browser> => {
  const installed = !keepsNotifications && existsSync(WITHOUT_WINDOWS) ? WITHOUT_WINDOWS : WHOLE;
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? installed, args: FLAGS });
};

/** Runs `use` with a page that shares neither cookies nor cache with any other. */
export const withPage = async (
  browser: Browser,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> => {
  const context = await browser.newContext(options);
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
};

/** Goes on in a real browser as who is signed in in one without scripts. */
export const takeOver = (context: BrowserContext, { jar }: ScriptlessBrowser, issuer: string): Promise<void> =>
  context.addCookies(
    [...jar.copy()]
      // A browser keeps some hundred of one host, and would drop the session for those of requests that no user goes on with.
      .filter(([, { path }]) => !/^\/(?:auth|interaction)\/./.test(path))
      .map(([key, { value, path }]) => ({
        ...{ name: key.slice(key.indexOf(' ') + 1), value, path },
        domain: new URL(issuer).hostname,
      })),
  );

/**
 * Goes there, and on to the app where the request was good enough for an answer; what was shown may have been going on by itself.
 * Null: the window shows something else by now.
 */
export const visit = async (page: Page, url: string): Promise<Response | null> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await page.goto(url);
    } catch (error) {
      const { message } = error as Error;
      if (message.includes('ERR_NAME_NOT_RESOLVED')) return null;
      if (!message.includes('interrupted by another navigation')) throw error;
      await page.waitForLoadState();
      if (attempt === 2) return null;
    }
  }
};
