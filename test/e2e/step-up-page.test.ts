/** The page of a step-up in a real browser, with its content security policy: sign in again, come back, confirm (decision 38). */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { pointer } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

const PERSON = { username: 'ada', password: 'a long enough pass phrase' };
const API = 'https://bank.example.com';

let server: RunningServer;
let browser: Browser;
let page: Page;
/** The address of a page for the person. */
let asked: (maxAge: number) => Promise<string>;

beforeAll(async () => {
  server = await runServer();
  const management = await managementFromKeyFile(server.administratorKeyFile);
  const account = await management.createAccount({ ...PERSON, name: 'Ada' });
  const api = await management.createResourceServer({
    identifier: API,
    name: 'The bank',
    scopes: [{ name: 'close', description: 'Close the account', risk: 'high' }],
  });
  asked = async (maxAge) => {
    const token = { subject: account.id, grant: 'grt_1', clientId: 'app_desk' };
    const demand = { acrValues: [], maxAge };
    return String((await server.behalf.services.stepUps.page(token, { id: api.id, resource: API }, demand))?.url);
  };
  browser = await startChromium();
  page = await browser.newPage();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const signIn = async (): Promise<void> => {
  await pointer.type(page, 'Username', PERSON.username);
  await pointer.type(page, 'Password', PERSON.password);
  await pointer.press(page, 'Sign in');
};

test('a user signs in, confirms, and is asked to go back; the page has expired then', async () => {
  const url = await asked(0);
  await page.goto(url);
  await signIn();
  expect(await page.textContent('main')).toContain('The bank');
  // The sign-in is newer than the page.
  await pointer.press(page, 'Confirm');
  expect(await page.textContent('main')).toContain('Go back to your app');
  expect((await page.goto(url))?.status()).toBe(404);
  expect(await server.events('step_up.confirmed')).toHaveLength(1);
});

test('a sign-in that is too old leads through a new one, and back to the page', async () => {
  // A page of the second of the sign-in takes that sign-in.
  const second = Math.floor(Date.now() / 1000);
  await until(() => Date.now() / 1000 >= second + 1, { what: 'the next second' });
  await page.goto(await asked(0));
  await pointer.press(page, 'Sign in again');
  await signIn();
  await pointer.press(page, 'Confirm');
  expect(await page.textContent('main')).toContain('Go back to your app');
  expect(await server.events('step_up.confirmed')).toHaveLength(2);
});
