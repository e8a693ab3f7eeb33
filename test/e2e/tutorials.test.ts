/**
 * The tutorials, as a reader follows them: every file and command of the pages, in their order, in an empty folder; what a page
 * says to do in a browser, in Chromium. A command that no longer works, and a block that no step reads, fail here.
 */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { MCP_TUTORIALS } from '../packed/mcp-tutorials.ts';
import { startChromium } from '../support/chromium.ts';
import { pointer } from '../support/page-input.ts';
import { openTutorial, type ReadersFolder, readersFolder } from '../support/tutorial.ts';

jest.setTimeout(120_000);

let folder: ReadersFolder;
let browser: Browser;
let page: Page;
let password: string;

beforeAll(async () => {
  [folder, browser] = await Promise.all([readersFolder(), startChromium()]);
  page = await browser.newPage();
});

afterAll(async () => {
  await browser?.close();
  await folder?.remove();
});

const signIn = async (): Promise<void> => {
  await pointer.type(page, 'Username', 'admin');
  await pointer.type(page, 'Password', password);
  await pointer.press(page, 'Sign in');
};

/** Allows what stays ticked; the answer goes to the agent. */
const allow = async (): Promise<void> => {
  await pointer.press(page, 'Allow what is ticked');
  expect(await page.textContent('body')).toBe('You can close this tab.');
};

const revokeAllOfEditor = async (): Promise<void> => {
  await page.goto(folder.here('http://localhost:3000/account'));
  await pointer.press(page, /^Revoke all that Editor/);
};

/** The address that a program of a tutorial asks its reader to open. */
const ADDRESS = /^http:\/\/localhost:\S+$/m;

test('first-agent: an agent gets a token that names person and agent, and loses it at one click', async () => {
  const tutorial = openTutorial('first-agent.md', folder);
  const server = tutorial.starts('npm start');
  [, password = ''] = await server.prints(/as admin, password (\S+) \(shown once\)/);
  await tutorial.runs('agents create --name Editor');
  tutorial.saves('tutorial/agent.mjs');

  const agent = tutorial.starts('node tutorial/agent.mjs');
  await page.goto(String(await agent.prints(ADDRESS)));
  await signIn();
  const ticked = ['Read pages', 'Change pages'].map((name) => page.getByRole('checkbox', { name }).isChecked());
  expect(await Promise.all(ticked)).toEqual([true, false]);
  await allow();
  await agent.prints(tutorial.shows());

  await agent.prints(/Enter: refresh the token/);
  agent.type('\n');
  await agent.prints(/Enter: refresh the token[\s\S]*scope: 'wiki.read'/);
  await revokeAllOfEditor();
  agent.type('\n');
  await agent.prints(/^invalid_grant: /m);
  await agent.end();

  const log = await tutorial.runs('audit list');
  for (const shown of ['refused', 'token.issued']) expect(log).toContain(shown);
  tutorial.ends();
});

test('first-api: an API accepts the token, refuses what the person did not allow, and notices the end at once', async () => {
  const tutorial = openTutorial('first-api.md', folder);
  await tutorial.runs('resource-servers create https://notes.example.com');
  tutorial.saves('tutorial/api.mjs');
  const api = tutorial.starts('node tutorial/api.mjs');
  await api.prints(/The API is at /);

  const agent = tutorial.starts('node tutorial/agent.mjs https://notes.example.com');
  await page.goto(String(await agent.prints(ADDRESS)));
  await pointer.toggle(page, /Add notes/);
  await allow();
  await agent.prints(/scope: 'notes.read'/);

  const answers = await tutorial.runs('curl -i http://127.0.0.1:4100/notes');
  expect(answers.match(/^(?:HTTP\/1.1 .*|Water .*|\w+_\w+)$/gm)).toEqual([
    ...['HTTP/1.1 401 Unauthorized', 'invalid_token'],
    ...['HTTP/1.1 200 OK', 'Water the plants'],
    ...['HTTP/1.1 403 Forbidden', 'insufficient_scope'],
  ]);
  const [, transaction = ''] = await api.prints(/GET \/notes by agt_\S+ for acc_\S+, transaction (txn_\S+)/);
  expect(await tutorial.runs('audit list --txn')).toContain('token.issued');
  expect(decodeJwt(folder.read('tutorial/token'))['txn']).toBe(transaction);
  await revokeAllOfEditor();
  expect(await tutorial.runs('curl -i')).toContain('HTTP/1.1 401 Unauthorized');
  await agent.end();
  tutorial.ends();
});

test('first-approval: a person approves one action, and denies the next one', async () => {
  const tutorial = openTutorial('first-approval.md', folder);
  await tutorial.runs('resource-servers create https://shop.example.com');
  tutorial.saves('tutorial/ask.mjs');

  const decide = async (name: 'Approve' | 'Deny'): Promise<void> => {
    await page.goto(folder.here('http://localhost:3000/account/approvals'));
    await page.getByRole('link', { name: 'Cancel an order' }).first().click();
    await page.getByText('Order 7731 was sent twice').first().waitFor();
    if (name === 'Approve') await page.getByLabel('Password').first().fill(password);
    await pointer.press(page, new RegExp(`^${name}`));
  };
  const first = tutorial.starts('node tutorial/ask.mjs');
  await first.prints(/Asked\. Decide within/);
  await decide('Approve');
  await first.prints(tutorial.shows());
  const second = tutorial.starts('node tutorial/ask.mjs');
  await second.prints(/Asked\. Decide within/);
  await decide('Deny');
  await second.prints(/^Not approved: access_denied$/m);

  const list = await tutorial.runs('approvals list');
  for (const shown of ['redeemed', 'denied', 'Editor']) expect(list).toContain(shown);
  tutorial.ends();
});

test('existing-app: an app signs a person in and out', async () => {
  const tutorial = openTutorial('existing-app.md', folder);
  // "If the server of another tutorial runs, skip step 1."
  tutorial.skips('npm start');
  await tutorial.runs("clients create --name 'Lunch menu'");
  tutorial.saves('tutorial/app.mjs');
  const app = tutorial.starts('node tutorial/app.mjs');
  await app.prints(/The app is at /);

  await page.context().clearCookies();
  await page.goto(folder.here('http://127.0.0.1:4200/'));
  await pointer.follow(page, 'Sign in');
  await signIn();
  expect(await page.textContent('body')).toContain('Hello admin');
  await pointer.follow(page, 'Sign out');
  await pointer.press(page, 'Sign out');
  expect([page.url(), await page.textContent('body')]).toEqual([folder.here('http://127.0.0.1:4200/'), 'Sign in']);
  expect(await tutorial.runs('audit list')).toContain('Lunch menu');
  tutorial.ends();
});

test('every tutorial has a test: here, or in `npm run test:packed` if it installs from a registry', () => {
  const names = readdirSync(resolve(import.meta.dirname, '../../docs/tutorials'));
  const here = ['existing-app.md', 'first-agent.md', 'first-api.md', 'first-approval.md'];
  expect(names.sort()).toEqual([...here, ...MCP_TUTORIALS.map(({ page: name }) => name)].sort());
});
