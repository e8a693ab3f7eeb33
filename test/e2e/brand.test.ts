/**
 * The operator's brand in a real browser: the pages on which people decide and operators begin, with colours that have
 * hardly more contrast than the server accepts, light and dark, wide and narrow.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { contrast, SURFACES } from '../../config/brand.ts';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import { newBrowser, submitSignIn, type Browser as Visitor } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { faultsIn, NARROW, objectionsOf, WIDE } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const LEAST_CONTRAST = 4.5;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const LOOKS = [
  { width: WIDE, colorScheme: 'light' },
  { width: WIDE, colorScheme: 'dark' },
  { width: NARROW, colorScheme: 'dark' },
  { width: NARROW, colorScheme: 'light' },
] as const;
/** As long as a name may be: the header has to fit it. */
const NAME = 'Fern, Nordwind & Daughters Energy Co-ops';

/** The colour nearest to `hue` that the server accepts: mixed with black for light pages, with white for dark ones. */
const edgeOf = (hue: readonly number[], scheme: keyof typeof SURFACES): string => {
  const end = scheme === 'light' ? 0 : 255;
  for (let share = 0; share < 1; share += 1 / 512) {
    const mixed = hue.map((channel) => Math.round(channel + (end - channel) * share));
    const colour = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
    if (SURFACES[scheme].every((surface) => contrast(colour, surface) >= LEAST_CONTRAST)) return colour;
  }
  throw new Error('no colour has enough contrast');
};

const HUES = [
  ['yellow', [255, 204, 0]],
  ['blue', [40, 90, 255]],
] as const;

describe.each(HUES)('WB-12 a brand in %s, with the least contrast that the server accepts', (_, hue) => {
  const light = edgeOf(hue, 'light');
  const dark = edgeOf(hue, 'dark');
  let folder: string;
  let server: RunningServer;
  let scene: ApprovalScene;
  let chromium: Browser;
  let person: Visitor;
  let admin: Visitor;
  let approval: string;

  const signedIn = async (username: string, password: string): Promise<Visitor> => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), { username, password });
    return browser;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-brand-'));
    writeFileSync(join(folder, 'logo.png'), PNG);
    server = await runServer({
      environment: {
        BEHALF__BRAND__NAME: NAME,
        BEHALF__BRAND__LOGOFILE: join(folder, 'logo.png'),
        BEHALF__BRAND__ACCENTCOLOR__LIGHT: light,
        BEHALF__BRAND__ACCENTCOLOR__DARK: dark,
        BEHALF__BRAND__SUPPORTURL: 'mailto:help@example.com',
        BEHALF__BRAND__PRIVACYURL: 'https://example.com/privacy',
        BEHALF__BRAND__TERMSURL: 'https://example.com/terms',
      },
    });
    scene = await approvalScene(server);
    const ada = await scene.newPerson('ada-brand');
    approval = scene.urlOf(await scene.ask(ada.id, { action: { scope: ['write'], message: 'For the meeting' } }));
    person = await signedIn('ada-brand', PASSWORD);
    admin = await signedIn('admin', 'correct horse battery staple');
    chromium = await startChromium();
  }, 60_000);

  afterAll(async () => {
    await chromium?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('axe finds nothing on consent, approval, account and console home, and the colour is in use', async () => {
    const asked = { scope: 'openid read write', resource: scene.jwt.identifier, prompt: 'consent' };
    const pages = [
      ['consent', person, scene.authorizationRequest(scene.agent, asked).url],
      ['approval', person, approval],
      ['account', person, `${server.issuer}/account`],
      ['console home', admin, `${server.issuer}/console`],
    ] as const;
    const faults: string[] = [];
    for (const [name, visitor, url] of pages) {
      const context = await chromium.newContext();
      try {
        await takeOver(context, visitor, server.issuer);
        const page = await context.newPage();
        const objected = objectionsOf(page);
        await page.goto(url);
        expect(await page.title()).toMatch(new RegExp(` · ${NAME}$`));
        faults.push(...(await faultsIn(page, LOOKS, NAME)).map((fault) => `${name}: ${fault}`), ...objected);
        for (const [colorScheme, colour] of Object.entries({ light, dark } as const)) {
          await page.emulateMedia({ colorScheme: colorScheme as 'light' | 'dark' });
          const accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()";
          expect([name, colorScheme, await page.evaluate<string>(accent)]).toEqual([name, colorScheme, colour]);
        }
      } finally {
        await context.close();
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);
});
