/**
 * What a person sees of a decision without scrolling, on a laptop and on a phone, in both languages: who wants what where, the
 * first three permissions, and both answers.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
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

/** The answers of each page, by the names of its buttons. */
const DECISIONS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.keys(pages)
      .filter((name) => name.startsWith('consent'))
      .map((name) => [name, name === 'consent-nothing' ? ['back'] : ['deny', 'allow']]),
  ),
  'device-confirm': ['abort', 'confirm'],
};

/** Runs in the page: what of the most important is not in view, whole and uncovered. */
const HIDDEN = `(answers) => {
  const wanted = {
    headline: [document.querySelector('h1')],
    permission: [...document.querySelectorAll('main .choices > li:has(.risk)')].slice(0, 3),
    answer: answers.map((one) => document.querySelector('button[value="' + one + '"], button[name="' + one + '"]')),
  };
  const isSeen = (element) => {
    if (!element) return false;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const isInside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    return isInside && [top + 3, bottom - 3].every((y) => element.contains(document.elementFromPoint((left + right) / 2, y)));
  };
  return Object.entries(wanted).flatMap(([what, elements]) =>
    elements.flatMap((element, index) => isSeen(element) ? [] : [what + ' ' + (index + 1) + ': ' + Math.round(element?.getBoundingClientRect().bottom ?? -1)]));
}`;

let browser: Browser;
let server: Server;
let origin: string;
let language: Language = 'en';

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
        for (const [name, answers] of Object.entries(DECISIONS)) {
          await page.goto(`${origin}/${name}`);
          const hidden = await page.evaluate<readonly string[]>(`(${HIDDEN})(${JSON.stringify(answers)})`);
          faults.push(...hidden.map((what) => `${name}: ${what}`));
        }
      });
      expect(faults).toEqual([]);
    },
  );
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
