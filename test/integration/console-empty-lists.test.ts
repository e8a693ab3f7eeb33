/** Lists of the console in which nothing is: what they are for, and where the first object is made. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const AUDITOR = { username: 'aud', password: 'a long enough pass phrase' };

let server: RunningServer;
let admin: Browser;
let auditor: Browser;

const signedIn = async (person: typeof AUDITOR): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/account`), person);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  const { call } = await managementFromKeyFile(server.administratorKeyFile);
  await call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  admin = await signedIn({ username: 'admin', password: 'correct horse battery staple' });
  auditor = await signedIn(AUDITOR);
}, 60_000);
afterAll(() => server?.close());

const emptyOf = async (browser: Browser, path: string): Promise<string> => {
  const { status, html } = await browser.open(`${server.issuer}${path}`);
  expect(status).toBe(200);
  return /<p class="empty">.*?<\/p>/s.exec(html)?.[0] ?? '';
};

test.each([
  '/console/groups',
  '/console/blueprints',
  '/console/budgets',
  '/console/webhooks',
  '/console/audit-sinks',
  '/console/legal-holds',
  '/console/trusted-issuers',
  '/console/peers',
  '/console/signals',
  '/console/transmitters',
])(
  'WB-12 %s says what it is for and leads to the form; a viewer who may not make one reads the text only',
  async (path) => {
    const [shown, read] = [await emptyOf(admin, path), await emptyOf(auditor, path)];
    expect(shown).toContain(`href="${server.issuer.slice(new URL(server.issuer).origin.length)}${path}/new"`);
    // Two sentences: that there is none, and what one is for.
    expect(read.match(/\. \S|\.</g)?.length).toBeGreaterThanOrEqual(2);
    expect(read).not.toContain('<a ');
  },
);

test('WB-12 a search that finds nothing leads back to the whole list, not to the form', async () => {
  const shown = await emptyOf(admin, '/console/groups?q=nothing');
  expect(shown).toContain('href="/console/groups"');
  expect(shown).not.toContain('/new');
});
