/**
 * What a person sees of a decision without scrolling, on a laptop and on a phone, in both languages: who wants what where, the
 * first three permissions, and both answers.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { assetByPath } from '../../views/assets.ts';
import { LANGUAGES, type Language } from '../../views/language.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { samplePages } from '../unit/views/sample-pages.ts';

jest.setTimeout(120_000);

const SCREENS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const;

const pages = samplePages();

/** How many answers each page has. */
const ANSWERS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    Object.keys(pages)
      .filter((name) => name.startsWith('consent'))
      .map((name) => [name, name === 'consent-nothing' ? 1 : 2]),
  ),
  'device-confirm': 2,
  // With a number to type and a passkey; with a code; with a password; without any proof; as a deputy.
  approval: 2,
  'approval-code': 2,
  'approval-password': 2,
  'approval-session': 2,
  'approval-as-deputy': 2,
  'approval-no-factor': 1,
  'approvals-batch': 2,
};

/** Runs in the page: what of the most important is not in view, whole and uncovered. */
const HIDDEN = `((count) => {
  const answers = [...document.querySelectorAll('.stay button')].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const wanted = {
    headline: [document.querySelector('h1')],
    permission: [...document.querySelectorAll('main .choices > li:has(.risk), .deciding .deeds > ul > li:not(.minor)')].slice(0, 3),
    answer: Array.from({ length: count }, (_, index) => answers[index]),
  };
  const isSeen = (element) => {
    if (!element) return false;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const isInside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    return isInside && [top + 3, bottom - 3].every((y) => element.contains(document.elementFromPoint((left + right) / 2, y)));
  };
  return Object.entries(wanted).flatMap(([what, elements]) =>
    elements.flatMap((element, index) => isSeen(element) ? [] : [what + ' ' + (index + 1) + ': ' + Math.round(element?.getBoundingClientRect().bottom ?? -1)]));
})`;

let browser: Browser;
let server: Server;
let origin: string;
let language: Language = 'en';
afterEach(() => {
  language = 'en';
});

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '/';
    const asset = assetByPath(path);
    const page = pages[path.slice(1)];
    if (asset) response.setHeader('content-type', asset.type).end(asset.body);
    else if (page)
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page.in({ language, here: path }));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe.each(SCREENS)('at $width × $height', (viewport) => {
  test.each(LANGUAGES)(
    '%s: headline, first three permissions and answers are in view without scrolling',
    async (read) => {
      language = read;
      const faults: string[] = [];
      await withPage(browser, { viewport }, async (page) => {
        for (const [name, count] of Object.entries(ANSWERS)) {
          await page.goto(`${origin}/${name}`);
          const hidden = await page.evaluate<readonly string[]>(`${HIDDEN}(${count})`);
          faults.push(...hidden.map((what) => `${name}: ${what}`));
        }
      });
      expect(faults).toEqual([]);
    },
  );
});

test('the amount and the payee are the largest text of an approval', async () => {
  await withPage(browser, { viewport: SCREENS[1] }, async (page) => {
    await page.goto(`${origin}/approval`);
    expect(await page.textContent('h1')).toBe('EUR 1,250.00 to Nordwind Energy AG');
    const [amount, payee, other] = await page.evaluate<readonly number[]>(`
      ['.amount', '.payee', 'main *:not(h1, h1 *)'].map((selector) =>
        Math.max(...[...document.querySelectorAll(selector)].map((one) => parseFloat(getComputedStyle(one).fontSize))))`);
    expect(amount).toBeGreaterThan(payee ?? 0);
    expect(payee).toBeGreaterThan(other ?? 0);
  });
});

describe('the time left', () => {
  const left = async (options: BrowserContextOptions): Promise<readonly [string, string]> => {
    let found: readonly [string, string] = ['', ''];
    await withPage(browser, { ...options, viewport: SCREENS[0] }, async (page) => {
      await page.clock.setFixedTime((1_790_000_000 + 120) * 1000);
      await page.goto(`${origin}/approval`);
      found = [String(await page.textContent('.asker time')), String(await page.getAttribute('.asker time', 'title'))];
    });
    return found;
  };

  test('is in the time zone of the reader, and goes on', async () => {
    const [near, exact] = await left({ timezoneId: 'America/New_York' });
    expect(near).toBe('in 8 min');
    expect(exact).toMatch(/^21 Sept 2026,? (?:at )?10:23:20 (?:EDT|GMT-4)$/);
  });

  test('is in UTC without JavaScript', async () => {
    expect(await left({ javaScriptEnabled: false })).toEqual(['in 9 min', '21 Sept 2026, 14:23 UTC']);
  });
});

test('where little room is left to read, the answers do not stay in its way (WCAG 2.2 §1.4.10)', async () => {
  await withPage(browser, { viewport: { width: 320, height: 256 } }, async (page) => {
    await page.goto(`${origin}/consent`);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.stay')).position")).toBe('static');
  });
});

test('a control that the keyboard reaches is not behind the answers (WCAG 2.2 §2.4.11)', async () => {
  await withPage(browser, { viewport: SCREENS[1] }, async (page) => {
    await page.goto(`${origin}/consent`);
    const covered: string[] = [];
    for (let step = 0; step < 16; step += 1) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate<string | null>(`(() => {
        const one = document.activeElement;
        const bar = document.querySelector('.stay');
        if (!one || one === document.body || bar.contains(one)) return null;
        const [above, below] = [one.getBoundingClientRect(), bar.getBoundingClientRect()];
        return above.bottom > below.top + 1 && above.top < below.bottom - 1 ? one.outerHTML : null;
      })()`);
      if (found !== null) covered.push(found);
    }
    expect(covered).toEqual([]);
  });
});
