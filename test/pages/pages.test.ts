/** Our pages in a real browser, served with their own policy by a server that does nothing else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { assetByPath } from '../../views/assets.ts';
import { pageCsp } from '../../views/content-security-policy.ts';
import type { Html } from '../../views/html.ts';
import type { Language } from '../../views/language.ts';
import { newUndrawnPage, startChromium, withPage as withPageOf } from '../support/chromium.ts';
import { faultsIn, NARROW, WIDE } from '../support/page-faults.ts';
import { showPage } from '../support/page-writer.ts';
import { elementsOf } from '../unit/views/markup.ts';
import { PAYLOADS } from '../unit/views/payloads.ts';
import { samplePages } from '../unit/views/sample-pages.ts';

// Each test opens every page there is, beside other browsers on the same cores.
jest.setTimeout(420_000);

const usual = samplePages();
/** Those with scripts are the last ones: another policy is a navigation. */
const names = Object.entries(usual)
  .map(([name, page]) => ({ name, scripts: page.in({ language: 'en' }).split('<script ').length }))
  .toSorted((one, other) => one.scripts - other.scripts)
  .map(({ name }) => name);

let browser: Browser;
let server: Server;
let client: Server;
let origin: string;
let clientOrigin: string;
/** What the server answers with, by path; each test may put its own. */
let pages: Readonly<Record<string, Html>> = usual;
let language: Language = 'en';
let formTargets: readonly string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const asset = assetByPath(pathname);
    const page = pages[pathname.slice(1)];
    // Its pages send a form at once: what they show until then is judged.
    if (pathname.includes('/continue.')) response.setHeader('content-type', 'text/javascript').end();
    else if (asset) response.setHeader('content-type', asset.type).end(asset.body);
    else if (request.method === 'POST') response.writeHead(303, { location: `${clientOrigin}/callback?code=x` }).end();
    else if (page)
      response
        .setHeader('content-type', 'text/html; charset=utf-8')
        .setHeader('content-security-policy', policyOf(page.in({ language })))
        .end(page.in({ language, here: pathname }));
    // Nothing new, for ever.
    else if (pathname.endsWith('/events')) response.writeHead(204).end();
    else response.writeHead(404).end();
  });
  client = createServer((_, response) => response.setHeader('content-type', 'text/plain').end('arrived'));
  origin = await listen(server);
  clientOrigin = await listen(client);
  browser = await startChromium();
}, 60_000);

const policyOf = (page: string): string =>
  pageCsp({ formTargets, scripts: page.includes('<script '), connects: page.includes(' data-live="') });

afterAll(async () => {
  await browser?.close();
  server?.close();
  client?.close();
});

describe.each([
  ['wide, light', 'en', { width: WIDE, colorScheme: 'light' }],
  ['320 px, dark', 'de', { width: NARROW, colorScheme: 'dark' }],
] as const)('WB-12 %s, %s', (_, read, look) => {
  beforeAll(() => {
    language = read;
  });
  afterAll(() => {
    language = 'en';
  });

  test('axe finds nothing of any impact on any page; each fits, reads as it was written, and DR-09 shows nothing larger than the headline or the code', async () => {
    const seen = await onEveryPage({}, async (page) => ({
      faults: await faultsIn(page, [look]),
      ...(await page.evaluate<{ readonly elements: number; readonly sizes: readonly [number, number] }>(
        `({
          elements: document.querySelectorAll('*:not(.cm-editor, .cm-editor *)').length,
          sizes: ['.headline, .compare .code', 'main *:not(.headline, .headline *, .compare .code)'].map((selector) =>
            Math.max(0, ...[...document.querySelectorAll(selector)].map((one) => parseFloat(getComputedStyle(one).fontSize)))),
        })`,
      )),
    }));
    expect(Object.values(seen).flatMap(({ faults }) => faults)).toEqual([]);
    for (const [name, { elements, sizes }] of Object.entries(seen)) {
      expect([name, elements]).toEqual([
        name,
        elementsOf(String(usual[name]?.in({ language, here: `/${name}` }))).length,
      ]);
      if (name.startsWith('consent')) expect(sizes[0]).toBeGreaterThan(sizes[1]);
    }
  });
});

test('no page is wider than a phone, with any text of others', async () => {
  for (const text of ['W'.repeat(300), 'https://a.example/'.repeat(9)]) {
    pages = samplePages(() => text);
    const widths = await onEveryPage({ viewport: { width: 360, height: 740 } }, (page) =>
      page.evaluate<number>('document.documentElement.scrollWidth'),
    );
    expect(Object.entries(widths).filter(([, width]) => width > 360)).toEqual([]);
  }
});

describe('tables', () => {
  const inTables = names.filter((name) =>
    String(usual[name]?.in({ language: 'en', here: '/' })).includes('<table class="log'),
  );

  /** Words of at most 20 letters that stand on more than one line, and cells that are wider than their table may be. */
  const faults = `(() => {
    const found = [];
    for (const card of document.querySelectorAll('.flush')) {
      if (card.scrollWidth > card.clientWidth) found.push('cut off by ' + (card.scrollWidth - card.clientWidth) + ' px');
    }
    for (const table of document.querySelectorAll('table.log')) {
      const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { data, parentElement } = walker.currentNode;
        // Ids and what stands in braces.
        if (parentElement.closest('code:not(.short)')) continue;
        for (const { 0: word, index } of data.matchAll(/\\S+/gu)) {
          if ([...word].length > 20) continue;
          const range = document.createRange();
          range.setStart(walker.currentNode, index);
          range.setEnd(walker.currentNode, index + word.length);
          if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(word);
        }
      }
    }
    return found;
  })()`;

  /** Faults by page and width, of pages in which others wrote `text`. */
  const lookAt = async (text: string | undefined, widths: readonly number[]) => {
    pages = text === undefined ? usual : samplePages(() => text);
    const found: string[] = [];
    await withPage(
      { viewport: { width: 1280, height: 844 } },
      async (page) => {
        for (const name of inTables) {
          await showPage(page, `${origin}/${name}`, 'markup');
          for (const width of widths) {
            await page.setViewportSize({ width, height: 844 });
            const some = await page.evaluate<readonly string[]>(faults);
            found.push(...some.map((fault) => `${name}, ${width} px: ${fault}`));
          }
        }
      },
      newUndrawnPage,
    );
    pages = usual;
    return found;
  };

  test.each(['en', 'de'] as const)('%s: no short word is broken, and nothing is cut off', async (read) => {
    language = read;
    try {
      expect(await lookAt(undefined, [1280, 390])).toEqual([]);
      expect(await lookAt('Secretary Administration Bookkeeper', [1280, 390])).toEqual([]);
    } finally {
      language = 'en';
    }
  });

  test('what is long is broken before it is cut off', async () => {
    for (const text of ['W'.repeat(300), 'https://a.example/'.repeat(9)]) {
      const found = await lookAt(text, [1280, 740, 390]);
      expect(found.filter((fault) => fault.includes('cut off'))).toEqual([]);
    }
  });
});

test('by keyboard the way through the consent page ends at Deny, then Allow; neither has the focus at first', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${origin}/consent`);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY');
    const path: unknown[] = [];
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab');
      path.push(await page.evaluate('document.activeElement.value || document.activeElement.tagName'));
    }
    expect(path[0]).toBe('A');
    expect(path.indexOf('deny')).toBe(path.indexOf('allow') - 1);
    expect(path).toContain('https://payments.example.com payments:create');
  });
});

test('WB-05 no text of others runs as script, and the policy is never broken', async () => {
  const happened: string[] = [];
  await withPage(
    {},
    async (page) => {
      await page.exposeFunction('hit', () => happened.push('script ran'));
      page.on('dialog', (dialog) => void dialog.dismiss());
      page.on('console', (message) => happened.push(message.text()));
      page.on('request', (request) => {
        if (!request.url().startsWith(origin)) happened.push(`request to ${request.url()}`);
      });
      for (let shift = 0; shift < PAYLOADS.length; shift += 25) {
        let next = shift;
        pages = samplePages(() => PAYLOADS[next++ % PAYLOADS.length] ?? '');
        for (const name of names) await showPage(page, `${origin}/${name}`, 'markup');
      }
    },
    newUndrawnPage,
  );
  expect(happened).toEqual([]);
});

describe('form-action follows the redirects after a POST (w3c/webappsec #482)', () => {
  const answer = async (targets: readonly string[]): Promise<readonly [string, readonly string[]]> => {
    formTargets = targets;
    pages = usual;
    const messages: string[] = [];
    let url = '';
    await withPage({}, async (page) => {
      page.on('console', (message) => messages.push(message.text()));
      await page.goto(`${origin}/consent`);
      const settled = targets.length > 0 ? page.waitForEvent('load') : page.waitForEvent('console');
      await page.click('button[value="deny"]', { noWaitAfter: true });
      await settled;
      url = page.url();
    });
    formTargets = [];
    return [url, messages];
  };

  test('an answer reaches the loopback target that the policy names', async () => {
    expect(await answer([`${clientOrigin}/callback`])).toEqual([`${clientOrigin}/callback?code=x`, []]);
  });

  test('and reaches no other', async () => {
    const [url, messages] = await answer([]);
    expect(url).toBe(`${origin}/consent`);
    expect(messages.join()).toContain('form-action');
  });
});

const listen = async (listening: Server): Promise<string> => {
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
};

const withPage = async (
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
  newPage?: typeof newUndrawnPage,
): Promise<void> => {
  try {
    await withPageOf(browser, options, use, newPage);
  } finally {
    pages = usual;
  }
};

const onEveryPage = async <T>(
  options: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<Readonly<Record<string, T>>> => {
  const results: Record<string, T> = {};
  await withPage(
    options,
    async (page) => {
      for (const name of names) {
        await showPage(page, `${origin}/${name}`);
        results[name] = await look(page);
      }
    },
    newUndrawnPage,
  );
  return results;
};
