/** What an operator does by hand, in a real browser: wide and on a phone, by mouse and by keyboard. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { newBrowser, type Person, type Browser as ScriptlessBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, takeOver } from '../support/chromium.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

// Rules of axe on tables of a hundred rows.
jest.setTimeout(180_000);

const OPERATOR = { username: 'olga', password: 'a long enough pass phrase' };
const ADMIN = { username: 'root', password: 'a long enough pass phrase' };
const LOOKS = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

let server: RunningServer;
let scene: Scene;
let chromium: Browser;
/** With a second factor of the last minutes. */
let administrator: ScriptlessBrowser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await scene.management.call('POST', '/accounts', { ...ADMIN, name: 'Root', roles: ['administrator'] });
  administrator = await freshFactorBrowser(server, ADMIN);
  chromium = await startChromium();
}, 60_000);
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

type Walk = (page: Page, faultless: () => Promise<void>) => Promise<void>;

/** Nothing on the way breaks the policy of a page, and no page has a fault. */
const asBrowser = async (signedIn: ScriptlessBrowser, look: keyof typeof LOOKS, walk: Walk): Promise<void> => {
  const context = await chromium.newContext({ viewport: LOOKS[look] });
  try {
    await takeOver(context, signedIn, server.issuer);
    const page = await context.newPage();
    const objected = objectionsOf(page);
    await walk(page, async () => expect(await pageFaults(page)).toEqual([]));
    expect(objected).toEqual([]);
  } finally {
    await context.close();
  }
};

const as = async (person: Person, look: keyof typeof LOOKS, walk: Walk): Promise<void> => {
  const signedIn = newBrowser(server.issuer);
  await submitSignIn(signedIn, await signedIn.open(`${server.issuer}/account`), person);
  await asBrowser(signedIn, look, walk);
};

const asOperator = (look: keyof typeof LOOKS, walk: Walk): Promise<void> => as(OPERATOR, look, walk);

const press = async (page: Page, name: string | RegExp): Promise<void> => {
  const loaded = page.waitForEvent('load');
  await page.locator('main').getByRole('button', { name }).click();
  await loaded;
};

const follow = async (page: Page, name: string | RegExp): Promise<void> => {
  const loaded = page.waitForEvent('load');
  await page.locator('main').getByRole('link', { name }).first().click();
  await loaded;
};

describe('an operator narrows a delegation', () => {
  test.each(['wide', 'phone'] as const)('from the page of the agent, after a preview: %s', async (look) => {
    const agent = await scene.newAgent(`Narrowed ${look}`);
    const { delegations } = server.behalf.services;
    const made = await delegations.recordConsent({
      ...{ subject: scene.accountId, actor: agent.clientId, resource: scene.jwt.identifier, by: scene.accountId },
      ...{ asked: ['read', 'write'], scope: ['read', 'write'], expiresAt: Math.floor(Date.now() / 1000) + 3600 },
      delegableTo: { agents: [], depth: 0 },
    });
    await asOperator(look, async (page, faultless) => {
      await page.goto(`${server.issuer}/console/agents/${agent.clientId}`);
      await follow(page, /^Remove rights Ada/);
      await faultless();
      // By the keyboard: the box has the focus of a click on its label, and the space bar unticks it.
      await page.getByLabel('Add and change').focus();
      await page.keyboard.press('Space');
      await press(page, 'Preview');
      await faultless();
      expect(await page.locator('h1').textContent()).toMatch(/^Remove 1 right of Narrowed/);
      await press(page, 'Remove 1 right');
      expect(await page.locator('.flash').textContent()).toContain('stopped working');
      await faultless();
    });
    await server.settled();
    expect((await server.events('delegation.narrowed')).at(-1)).toMatchObject({
      outcome: 'done',
      delegation: made?.id,
    });
    expect((await delegations.live(String(made?.id)))?.scope).toEqual(['read']);
  });
});

describe('an operator registers many agents', () => {
  const key = {
    kty: 'EC',
    crv: 'P-256',
    kid: 'a',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  };
  const agentsNamed = (name: string, count: number): string =>
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({ name: `${name} ${index}`, purpose: 'Keeps order', environment: 'test', jwks: { keys: [key] } }),
    ).join('\n');

  test.each(['wide', 'phone'] as const)('from a file, in steps that go on by themselves: %s', async (look) => {
    await asOperator(look, async (page, faultless) => {
      await page.goto(`${server.issuer}/console/agents`);
      await follow(page, 'Register many agents');
      await faultless();
      const list = `${agentsNamed(`Many ${look}`, 260)}\n{"name":"Without a purpose"}`;
      const file = { name: 'agents.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(list) };
      await page.getByLabel('File', { exact: true }).setInputFiles(file);
      await press(page, 'Preview');
      expect(await page.locator('main').textContent()).toContain('1 line has errors and is left out');
      await page.getByRole('button', { name: 'Register 260 agents' }).first().click();
      await page.getByRole('heading', { name: '260 of 261 agents registered' }).waitFor();
      await faultless();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save the ids as CSV' }).click();
      expect((await saved).suggestedFilename()).toBe('registered-agents.csv');
    });
    await server.settled();
    const counts = (await server.events('agent.bulk_registered')).slice(-2).map(({ inputs }) => inputs?.['registered']);
    expect(counts).toEqual([250, 10]);
  });
});

describe('an operator tests a workload token', () => {
  test.each(['wide', 'phone'] as const)('and sees which check fails: %s', async (look) => {
    await asOperator(look, async (page, faultless) => {
      await page.goto(`${server.issuer}/console/trusted-issuers`);
      await follow(page, 'Test a workload token');
      await page.getByLabel('Workload token').fill('eyJhbGciOiJub25lIn0.e30.');
      await press(page, 'Test');
      await faultless();
      expect(await page.locator('#result').textContent()).toBe('No agent can authenticate with this token.');
      expect(await page.getByLabel('Workload token').inputValue()).toBe('');
    });
  });
});

describe('an owner rotates the keys of an agent', () => {
  test.each(['wide', 'phone'] as const)(
    'with a key that the browser makes, and ends the old ones: %s',
    async (look) => {
      const agent = await scene.newAgent(`Rotated ${look}`);
      await as(scene.person, look, async (page, faultless) => {
        await page.goto(`${server.issuer}/console/agents/${agent.clientId}`);
        await follow(page, /^Rotate/);
        await faultless();
        await page.getByRole('button', { name: 'Make a key in this browser' }).click();
        await page.waitForFunction(`document.querySelector('textarea').value.includes('"kty"')`);
        await press(page, 'Rotate the keys');
        await faultless();
        expect(await page.locator('main').textContent()).toContain('The old keys work until');
        await press(page, 'End the old keys now');
        expect(await page.getByText('Public keys').count()).toBe(1);
      });
      await server.settled();
      expect((await server.events('credential.rotated')).at(-1)).toMatchObject({
        outcome: 'done',
        agent: agent.clientId,
      });
    },
  );
});

describe('an administrator links an account to an identity elsewhere', () => {
  test.each(['wide', 'phone'] as const)('with a fresh second factor, and unlinks it: %s', async (look) => {
    const { upstreams } = server.behalf.services;
    const name = `Works ${look}`;
    await upstreams.create({ name, issuer: `https://${look}.example.com`, clientId: 'behalf' }, { caller: 'system' });
    await asBrowser(administrator, look, async (page, faultless) => {
      await page.goto(`${server.issuer}/console/people/${scene.accountId}/link`);
      await faultless();
      await page.getByLabel('Sign-in provider').selectOption({ label: name });
      await page.getByLabel('User id at the provider').fill(`u-${look}`);
      await press(page, 'Link this identity');
      await faultless();
      expect(await page.locator('.flash').textContent()).toContain('can now sign in with the linked identity');
      await press(page, `End ${name}`);
      expect(await page.getByText(`u-${look}`).count()).toBe(0);
    });
    await server.settled();
    expect((await server.events('upstream_link.removed')).at(-1)).toMatchObject({ outcome: 'done' });
  });
});
