/** Lists of the console in a real browser: how high rows are, what stays in view, and what stands out. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { makeOrganisation } from '../demo/organisation.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const WIDE = { width: 1280, height: 800 };

let server: RunningServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  await (await makeOrganisation(server)).day(4);
  await server.settled();
  const admin = newBrowser(server.issuer);
  await submitSignIn(admin, await admin.open(`${server.issuer}/account`), ADMIN);
  browser = await startChromium();
  const context = await browser.newContext({ viewport: WIDE, javaScriptEnabled: false });
  await takeOver(context, admin, server.issuer);
  page = await context.newPage();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const open = (path: string) => page.goto(`${server.issuer}${path}`);
const heights = (): Promise<readonly number[]> =>
  page.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => row.getBoundingClientRect().height)");
const middle = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

test.each(['agents', 'people', 'clients', 'audit'])('WB-12 most rows of %s are about 40 px high', async (place) => {
  await open(`/console/${place}`);
  const all = await heights();
  expect(all.length).toBeGreaterThan(2);
  expect(middle(all)).toBeLessThanOrEqual(44);
});

test('the audit log says seconds, and shows equal events that follow each other as one row', async () => {
  await open('/console/audit?type=token.issued');
  expect(await page.locator('tbody tr td').first().textContent()).toMatch(/\d\d:\d\d:\d\d/);
});

test('WB-12 the filters and the head of a list stay in view', async () => {
  await open('/console/audit');
  await page.evaluate('scrollTo(0, 900)');
  expect(await page.evaluate('scrollY')).toBeGreaterThan(300);
  for (const what of ['.filters', '.log th']) {
    const box = await page.locator(what).first().boundingBox();
    expect({ what, y: Math.round(box?.y ?? -1), isInView: box !== null && box.y >= 0 && box.y < 200 }).toMatchObject({
      isInView: true,
    });
  }
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  /** The contrast of a tag with what is behind it (WCAG 2.2, relative luminance); 1: it has no background of its own. */
  const loudness = (name: string): Promise<number> =>
    page.evaluate(`(() => {
      const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const luminance = ([r, g, b]) => [r, g, b]
        .map((one) => one / 255)
        .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
        .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
      const behind = (one) => {
        for (let at = one; at; at = at.parentElement) {
          const found = channels(getComputedStyle(at).backgroundColor);
          if ((found[3] ?? 1) > 0) return found;
        }
        return [255, 255, 255];
      };
      const tag = [...document.querySelectorAll('tbody .tag')].find((one) => one.textContent === ${JSON.stringify(name)});
      const [one, other] = [behind(tag), behind(tag.parentElement)].map(luminance).sort((a, b) => b - a);
      return (one + 0.05) / (other + 0.05);
    })()`);

  test('production is marked louder than test and development', async () => {
    await page.emulateMedia({ colorScheme });
    await open('/console/agents');
    const production = await loudness('production');
    // As loud as text (WCAG 2.2 §1.4.3).
    expect(production).toBeGreaterThan(4.5);
    for (const quiet of ['test', 'development']) expect(await loudness(quiet)).toBeLessThan(1.2);
  });
});
