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
export const startChromium = ({ keepsNotifications = false } = {}): Promise<Browser> =>
  chromium.launch({ executablePath: keepsNotifications ? (process.env['CHROMIUM'] ?? WHOLE) : program(), args: FLAGS });

const program = (): string => process.env['CHROMIUM'] ?? (existsSync(WITHOUT_WINDOWS) ? WITHOUT_WINDOWS : WHOLE);
const isWithoutWindows = (): boolean => program().endsWith('headless-shell');

/** Without a frame that is drawn, a script that waits for the next one would wait for ever. */
const FRAMES_BY_TIMER =
  'window.requestAnimationFrame = (then) => setTimeout(() => then(performance.now()), 16); window.cancelAnimationFrame = clearTimeout;';

/**
 * A page of the context that draws nothing: a quarter of the CPU of a page that only axe, scripts and keys look at goes into drawing.
 * Styles, layout and what Tab reaches are computed when they are asked for. Nothing takes the focus by itself, nothing moves, and no
 * observer hears of a size. So clicks and pictures of Playwright need a page that draws. Where the shell without windows is missing,
 * this is such a page.
 */
export const newUndrawnPage = async (context: BrowserContext): Promise<Page> => {
  const first = await context.newPage();
  const browser = context.browser();
  if (!browser || !isWithoutWindows()) return first;
  await context.addInitScript(FRAMES_BY_TIMER);
  const { targetInfo } = await (await context.newCDPSession(first)).send('Target.getTargetInfo');
  const ofBrowser = await browser.newBrowserCDPSession();
  const [page] = await Promise.all([
    context.waitForEvent('page'),
    ofBrowser.send('Target.createTarget', {
      url: 'about:blank',
      browserContextId: String(targetInfo.browserContextId),
      // Frames come by command, and none is given.
      enableBeginFrameControl: true,
    }),
  ]);
  await Promise.all([ofBrowser.detach(), first.close()]);
  return page;
};

/** Runs `use` with a page that shares neither cookies nor cache with any other. `newPage`: `newUndrawnPage` for one that draws nothing. */
export const withPage = async (
  browser: Browser,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
  newPage = (context: BrowserContext): Promise<Page> => context.newPage(),
): Promise<void> => {
  const context = await browser.newContext(options);
  try {
    await use(await newPage(context));
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
