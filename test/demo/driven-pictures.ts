/** Pages that only a step leads to, for the pictures: they have no address of their own. */
import type { Browser, Page } from 'playwright-core';
import { PASSWORD } from '../support/approval-scene.ts';
import type { FullServer } from '../support/full-server.ts';
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
const AGENTS = [
  'name,purpose,environment,owner,jwks_uri',
  'Invoice reader,Reads invoices from the inbox,production,ada,https://agents.example.com/invoices/jwks.json',
  'Invoice payer,Pays what was approved,production,ada,https://agents.example.com/payer/jwks.json',
  'Calendar keeper,Finds free hours,test,bob,https://agents.example.com/calendar/jwks.json',
  'Translator,,test,ada,https://agents.example.com/translator/jwks.json',
  'Archivist,Files what is done,staging,unknown,https://agents.example.com/archive/jwks.json',
].join('\n');
/** From an issuer that no one trusts. */
const WORKLOAD_TOKEN = [
  { alg: 'ES256', kid: 'one', typ: 'JWT' },
  { iss: 'https://token.build.example', sub: 'repo:acme/payer:ref:refs/heads/main', aud: 'behalf', exp: 1_900_000_000 },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('x'.repeat(86))
  .join('.');
const NOTES = ['notes.read:low:See your notes', 'notes.write:medium:Change your notes'].join('\n');

/** Before the tour: they need a second factor of the last five minutes. */
export const DRIVEN_FIRST = ({ bob, planner, credential }: FullServer['ids']): readonly Driven[] => [
  {
    name: 'person, identity linked',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/people/${bob}/link`);
      await page.getByLabel('User id at the provider').fill('00u1f7k2qbGd8xRz5');
      await press(page, 'Link this identity');
    },
  },
  {
    name: 'agent, keys rotated',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/agents/${planner}/credentials/${credential}/rotate`);
      await page.getByRole('button', { name: 'Make a key in this browser' }).click();
      await page.waitForFunction(`document.querySelector('textarea').value.includes('"kty"')`);
      await press(page, 'Rotate the keys');
    },
  },
];

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
    name: 'agents, many with errors',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/agents/import`);
      await page.getByText('Paste the list instead').click();
      await page.getByLabel('List', { exact: true }).fill('name,purpose,environments\nReader,Reads,test');
      await press(page, 'Preview');
    },
  },
  {
    name: 'agents, many previewed',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/agents/import`);
      const buffer = Buffer.from(AGENTS);
      await page.locator('input[type=file]').setInputFiles([{ name: 'agents.csv', mimeType: 'text/csv', buffer }]);
      await press(page, 'Preview');
    },
  },
  {
    name: 'agents, many registered',
    as: 'ada',
    steps: async (page) => {
      await page
        .getByRole('button', { name: /^Register \d+ agents?$/ })
        .first()
        .click();
      await page.getByRole('heading', { name: /agents registered$/ }).waitFor();
    },
  },
  {
    name: 'workload token, refused',
    as: 'ada',
    steps: async (page, issuer) => {
      await page.goto(`${issuer}/console/trusted-issuers/test`);
      await page.getByLabel('Workload token').fill(WORKLOAD_TOKEN);
      await press(page, 'Test');
    },
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
