/**
 * Every page there is, as the routers have them, on a server where everything is and on one where nothing is, in a real browser:
 * in both languages, light and dark, wide and as narrow as WCAG 2.2 §1.4.10 asks. Between the two looks of each language every
 * pair of language, colours and width is looked at by all rules of axe.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { BrowserContext, Browser as Chromium, Page } from 'playwright-core';
import { LANGUAGES, type Language } from '../../views/language.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { newUndrawnPage, startChromium, takeOver } from '../support/chromium.ts';
import { type FullServer, fullServer } from '../support/full-server.ts';
import { faultsIn, type Look, NARROW, objectionsOf, WIDE } from '../support/page-faults.ts';
import { pageRoutes, routeOf } from '../support/page-routes.ts';
import { showPage } from '../support/page-writer.ts';
import { runServer } from '../support/running-server.ts';
import { tabFaults } from '../support/tab-walk.ts';
import { type Stop, tourOf } from '../support/tour.ts';

jest.setTimeout(1_200_000);

const LOOKS: Readonly<Record<Language, readonly Look[]>> = {
  en: [
    { width: NARROW, colorScheme: 'dark' },
    { width: WIDE, colorScheme: 'light' },
  ],
  de: [
    { width: NARROW, colorScheme: 'light' },
    { width: WIDE, colorScheme: 'dark' },
  ],
};

const routes = pageRoutes().filter((route) => route.startsWith('GET '));
const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

/** What a person can write anything into. */
const FREE: readonly string[] = ['text', 'password', 'textarea'];

const isFree = ({ type }: { readonly type: string }): boolean => FREE.includes(type);
/** Sent by a script of ours, once the browser made it: a passkey, an address for messages. */
const isOfScript = ({ name }: { readonly name: string }): boolean => ['credential', 'endpoint'].includes(name);

/** Runs in the page: sends the form of this number with what fits nowhere, by its last button; the browser itself asks nothing. */
const SEND = `(place) => {
  const form = document.forms[place];
  for (const field of form.elements) if (${JSON.stringify(FREE)}.includes(field.type)) field.value = '?';
  form.noValidate = true;
  form.requestSubmit([...form.querySelectorAll('[type=submit]')].at(-1));
}`;

/** Runs in the page: an error that is not announced, or a wrong field that does not say how. */
const UNSAID = `[
  ...(document.querySelector('[aria-invalid=true], [role=alert]') || !document.querySelector('main form :is(input:not([type=hidden]), textarea)')
    ? [] : ['does not say that anything is wrong']),
  ...[...document.querySelectorAll('[aria-invalid=true]')]
    .filter((one) => !(one.getAttribute('aria-describedby') ?? '').split(' ').some((id) => id.endsWith('-error') && document.getElementById(id)?.textContent.trim()))
    .map((one) => 'does not say what is wrong with ' + one.name),
]`;

/** `ONLY_PAGES=announcement`: opens only the stops with this in their name, while such a page is written. Default: all. */
const ONLY = process.env['ONLY_PAGES'];
const isWanted = ({ name }: Stop): boolean => ONLY === undefined || name.includes(ONLY);

let chromium: Chromium;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium?.close());

type Window = { readonly page: Page; readonly objected: readonly string[] };

const windowIn = async (
  language: Language,
  issuer: string,
  person?: Parameters<typeof takeOver>[1],
): Promise<Window> => {
  const context: BrowserContext = await chromium.newContext();
  if (person) await takeOver(context, person, issuer);
  await context.addCookies([{ name: 'behalf_language', value: language, url: issuer }]);
  const page = await newUndrawnPage(context);
  return { page, objected: objectionsOf(page) };
};

/** What is wrong on the way past all stops in one language; `past` hears where each led. */
const faultsOnTheWay = async (
  stops: readonly Stop[],
  language: Language,
  windows: Readonly<Record<'ada' | 'anonymous', Window>>,
  past: (url: string) => void,
): Promise<readonly string[]> => {
  const faults: string[] = [];
  for (const { name, url, as } of stops) {
    const { page } = windows[as ?? 'anonymous'];
    past(await showPage(page, url));
    const shown = await page.getAttribute('html', 'lang');
    const found = [
      ...(shown === language ? [] : [`is in ${shown}`]),
      ...(await faultsIn(page, LOOKS[language])),
      // The order is that of the page in every language; side by side, as it is when wide, it can go wrong.
      ...(language === 'en' ? await tabFaults(page) : []),
    ];
    faults.push(...found.map((fault) => `${name} (${language}): ${fault}`));
  }
  return [...faults, ...windows.ada.objected, ...windows.anonymous.objected];
};

describe('where everything is', () => {
  let full: FullServer;
  let stops: readonly Stop[];
  beforeAll(async () => {
    full = await fullServer();
    stops = tourOf(full).filter(isWanted);
    if (stops.length === 0) throw new Error(`no page of test/support/tour.ts has “${ONLY}” in its name`);
  });
  afterAll(() => full?.close());

  test('WB-12 every page there is, in every language: axe finds nothing of any impact, in any colours, at any width', async () => {
    const ada = await full.signedIn();
    const { issuer } = full.server;
    const visited = new Set<string | undefined>();
    const faults = await Promise.all(
      LANGUAGES.map(async (language) =>
        faultsOnTheWay(
          stops,
          language,
          { ada: await windowIn(language, issuer, ada), anonymous: await windowIn(language, issuer) },
          (url) => visited.add(routeOf(routes, 'GET', new URL(url).pathname)),
        ),
      ),
    );
    expect(faults.flat()).toEqual([]);
    if (ONLY === undefined) expect(routes.filter((route) => !visited.has(route))).toEqual([]);
  });

  test('WB-12 forms that were sent wrong come back as good as they were, and say what was wrong where it was', async () => {
    const ada = await full.signedIn();
    const { issuer } = full.server;
    const windows = { ada: await windowIn('de', issuer, ada), anonymous: await windowIn('de', issuer) };
    const seen = new Set<string>();
    const faults: string[] = [];
    let refused = 0;
    for (const { name, url, as } of stops) {
      const { forms } = await (as ? ada : newBrowser(issuer)).open(url);
      for (const [place, { action, method, fields }] of forms.entries()) {
        // Those of the style guide lead nowhere.
        if (name.startsWith('style guide')) continue;
        const key = `${routeOf(pageRoutes(), method, new URL(action, url).pathname)} ${fields.map((one) => one.name)}`;
        if (seen.has(key) || !fields.some(isFree) || fields.some(isOfScript)) continue;
        seen.add(key);
        const { page } = windows[as ?? 'anonymous'];
        await page.goto(url);
        const arrived = page.waitForEvent('load');
        const answered = page.waitForResponse((response) => response.request().isNavigationRequest());
        await page.evaluate(`(${SEND})(${place})`);
        await arrived;
        if ((await answered).status() < 400 && !(await page.$('[aria-invalid=true]'))) continue;
        refused += 1;
        const found = [...(await faultsIn(page, LOOKS.de)), ...(await page.evaluate<readonly string[]>(UNSAID))];
        faults.push(...found.map((fault) => `${name}, form ${place}: ${fault}`));
      }
    }
    expect([...faults, ...windows.ada.objected, ...windows.anonymous.objected]).toEqual([]);
    if (ONLY === undefined) expect(refused).toBeGreaterThan(15);
  });
});

describe('where nothing is', () => {
  test('WB-12 lists with nothing in them are as good', async () => {
    const server = await runServer();
    try {
      const admin = newBrowser(server.issuer);
      await submitSignIn(admin, await admin.open(`${server.issuer}/account`), ADMIN);
      const stops = routes
        .filter((route) => !route.includes(':'))
        .map((route): Stop => ({ name: route, url: `${server.issuer}${route.slice('GET '.length)}`, as: 'ada' }))
        .filter(isWanted);
      if (ONLY === undefined) expect(stops.length).toBeGreaterThan(20);
      const faults = await Promise.all(
        LANGUAGES.map(async (language) => {
          const window = await windowIn(language, server.issuer, admin);
          return faultsOnTheWay(stops, language, { ada: window, anonymous: window }, () => undefined);
        }),
      );
      expect(faults.flat()).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
