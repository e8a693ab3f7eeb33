/** The form of a new budget reads as one sentence while a user fills it in. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { newBrowser, type Browser as Reader, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver, withPage } from '../support/chromium.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let browser: Browser;
let signedIn: Reader;

beforeAll(async () => {
  server = await runServer();
  browser = await startChromium();
  signedIn = newBrowser(server.issuer);
  await submitSignIn(signedIn, await signedIn.open(`${server.issuer}/console`), ADMIN);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** What the sentence says after the form is filled in, and whether the fields of the currency are in view. */
const afterFilling = async (options: BrowserContextOptions, fields: Readonly<Record<string, string>>) => {
  let seen: readonly [sentence: string, isCurrencySeen: boolean] = ['', false];
  await withPage(browser, options, async (page) => {
    await takeOver(page.context(), signedIn, server.issuer);
    await page.goto(`${server.issuer}/console/budgets/new`);
    for (const [name, value] of Object.entries(fields)) {
      const field = page.locator(`[name="${name}"]`);
      if ((await page.locator(`select[name="${name}"]`).count()) > 0) await field.selectOption(value);
      else await field.fill(value);
    }
    const sentence = page.locator('[data-sentence]');
    // What a reader sees: the texts of other kinds are not displayed.
    // biome-ignore lint/performance/useDomNodeTextContent: it leaves out what is not displayed
    const text = (await sentence.isVisible()) ? await sentence.innerText() : 'not shown';
    seen = [text.replaceAll(/\s+/g, ' ').trim(), await page.locator('[name="currency"]').isVisible()];
  });
  return seen;
};

test('says the budget as one sentence, in the words of the chosen kind and in both languages', async () => {
  const english = { locale: 'en-GB' };
  expect(await afterFilling(english, {})).toEqual(['The agent … may use at most … tokens within 1 day.', false]);
  const all = { about: 'owner', subject: 'ada', limit: '40', window_seconds: '2', resource: 'The bank' };
  expect(await afterFilling(english, all)).toEqual([
    'All agents of ada together may use at most 40 tokens within 2 days. Only at The bank.',
    false,
  ]);
  expect(await afterFilling({ locale: 'de-DE' }, { ...all, measure: 'amount' })).toEqual([
    'Alle Agenten von ada zusammen: höchstens 40 als Summe der Beträge, Zeitfenster 2 Tage. Nur bei The bank.',
    true,
  ]);
});

test('is not shown without scripts, and every field is', async () => {
  expect(await afterFilling({ locale: 'en-GB', javaScriptEnabled: false }, { measure: 'amount' })).toEqual([
    'not shown',
    true,
  ]);
});
