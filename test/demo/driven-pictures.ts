/** Pages that only a step leads to, for the pictures: they have no address of their own. */
import type { Browser, Page } from 'playwright-core';
import { PASSWORD } from '../support/approval-scene.ts';
import { upstreamWorld } from '../support/upstream-world.ts';

export type Driven = {
  readonly name: string;
  /** `anonymous`: a browser in which no user is signed in. */
  readonly as: 'ada' | 'anonymous';
  /** Leads a page of `issuer` there. */
  readonly steps: (page: Page, issuer: string) => Promise<void>;
};

const press = async (page: Page, name: string): Promise<void> => {
  await Promise.all([page.waitForLoadState('load'), page.getByRole('button', { name }).first().click()]);
  await page.waitForLoadState('load');
};

const APPS = [
  'external_id,name,owner,scopes,people',
  '17,Expense robot,ada@example.com,mail.send files.read,12',
  '18,Clock,,openid,3',
].join('\n');
const NOTES = ['notes.read:low:See your notes', 'notes.write:medium:Change your notes'].join('\n');

export const DRIVEN: readonly Driven[] = [
  {
    name: 'MCP server, planned',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/resource-servers/mcp`);
      await page.getByLabel('URL of the MCP server').fill('https://notes.example.com/mcp');
      await page.getByText('More', { exact: true }).click();
      await page.getByLabel('Scopes', { exact: true }).fill(NOTES);
      await press(page, 'Read its metadata');
    },
  },
  {
    name: 'MCP server, lines for its code',
    as: 'ada',
    steps: (page) => press(page, 'Enable'),
  },
  {
    name: 'apps of other systems, previewed',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/inventories/import?format=csv`);
      const buffer = Buffer.from(APPS);
      await page.locator('input[type=file]').setInputFiles([{ name: 'apps.csv', mimeType: 'text/csv', buffer }]);
      await page.getByLabel('Name of the inventory').fill('expenses');
      await press(page, 'Preview the import');
    },
  },
  {
    name: 'apps of other systems, imported',
    as: 'ada',
    steps: (page) => press(page, 'Import'),
  },
  {
    name: 'second factor',
    as: 'anonymous',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/account`);
      await page.getByLabel('Username').fill('ada');
      await page.getByLabel('Password').fill(PASSWORD);
      await press(page, 'Sign in');
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  },
  {
    name: 'recovery codes',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/account/security`);
      await press(page, 'Create new codes');
    },
  },
];

/** The name of the page of `withConnection`. */
export const CONNECTION = 'connection';

/**
 * Leads a new page to the question whether a person of a provider has an account here, on a server of its own, beside which the
 * provider answers; and ends both after `use`.
 */
export const withConnection = async (browser: Browser, use: (page: Page) => Promise<void>): Promise<void> => {
  const world = await upstreamWorld();
  // The certificate of the provider is one of this machine.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    await page.goto(`${world.server.issuer}/account`);
    await page.getByRole('button', { name: 'Works' }).click();
    await page.getByRole('heading', { level: 1, name: 'Connect' }).waitFor();
    await use(page);
  } finally {
    await context.close();
    await world.close();
  }
};
