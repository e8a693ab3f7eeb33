/**
 * Every page there is, as the routers have them, on a server where everything is and on one where nothing is, in a real browser:
 * in both languages, light and dark, wide and as narrow as WCAG 2.2 §1.4.10 asks. Between the two looks of each language every
 * pair of language, colours and width is looked at by all rules of axe.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { BrowserContext, Browser as Chromium, Page } from 'playwright-core';
import { LANGUAGES, type Language } from '../../views/language.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { type FullHouse, fullHouse } from '../support/full-house.ts';
import { faultsIn, type Look, NARROW, objectionsOf, WIDE } from '../support/page-faults.ts';
import { pageRoutes, routeOf } from '../support/page-routes.ts';
import { runServer } from '../support/running-server.ts';
import { type Stop, tourOf } from '../support/tour.ts';

jest.setTimeout(900_000);

const LOOKS: Readonly<Record<Language, readonly Look[]>> = {
  en: [
    { width: WIDE, colorScheme: 'light' },
    { width: NARROW, colorScheme: 'dark' },
  ],
  de: [
    { width: NARROW, colorScheme: 'light' },
    { width: WIDE, colorScheme: 'dark' },
  ],
};

const routes = pageRoutes().filter((route) => route.startsWith('GET '));
const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

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
  const page = await context.newPage();
  return { page, objected: objectionsOf(page) };
};

/** What is wrong on the way past all stops in one language; `past` hears where each led. */
const faultsOnTheWay = async (
  stops: readonly Stop[],
  language: Language,
  windows: Readonly<Record<'ada' | 'nobody', Window>>,
  past: (url: string) => void,
): Promise<readonly string[]> => {
  const faults: string[] = [];
  for (const { name, url, as } of stops) {
    const { page } = windows[as ?? 'nobody'];
    await page.goto(url);
    past(page.url());
    const shown = await page.getAttribute('html', 'lang');
    const found = [...(shown === language ? [] : [`is in ${shown}`]), ...(await faultsIn(page, LOOKS[language]))];
    faults.push(...found.map((fault) => `${name} (${language}): ${fault}`));
  }
  return [...faults, ...windows.ada.objected, ...windows.nobody.objected];
};

describe('where everything is', () => {
  let house: FullHouse;
  let stops: readonly Stop[];
  beforeAll(async () => {
    house = await fullHouse();
    stops = tourOf(house);
  });
  afterAll(() => house?.close());

  test('WB-12 every page there is, in every language: axe finds nothing of any impact, in any colours, at any width', async () => {
    const ada = await house.signedIn();
    const { issuer } = house.server;
    const visited = new Set<string | undefined>();
    const faults = await Promise.all(
      LANGUAGES.map(async (language) =>
        faultsOnTheWay(
          stops,
          language,
          { ada: await windowIn(language, issuer, ada), nobody: await windowIn(language, issuer) },
          (url) => visited.add(routeOf(routes, 'GET', new URL(url).pathname)),
        ),
      ),
    );
    expect(faults.flat()).toEqual([]);
    expect(routes.filter((route) => !visited.has(route))).toEqual([]);
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
        .map((route): Stop => ({ name: route, url: `${server.issuer}${route.slice('GET '.length)}`, as: 'ada' }));
      expect(stops.length).toBeGreaterThan(20);
      const faults = await Promise.all(
        LANGUAGES.map(async (language) => {
          const window = await windowIn(language, server.issuer, admin);
          return faultsOnTheWay(stops, language, { ada: window, nobody: window }, () => undefined);
        }),
      );
      expect(faults.flat()).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
