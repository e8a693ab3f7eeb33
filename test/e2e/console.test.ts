/** Registration → acceptance → suspension → transfer in `/console`, in a real browser, with nothing but the keyboard. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newKeyPair } from '../support/agent-keys.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
const BOB = { username: 'bob', password: 'a long enough pass phrase' };

let server: RunningServer;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.createAccount({ name: 'Bob', ...BOB });
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['wide', { viewport: { width: 1280, height: 900 } }],
  ['320 px', { viewport: { width: 320, height: 700 } }],
];

describe.each(WAYS)('%s, by keyboard', (way, options) => {
  test('an agent is registered, accepted, suspended, resumed, handed over and retired; axe finds nothing on the way', async () => {
    const name = `Planner ${way}`;
    const found: string[] = [];
    const objections: string[] = [];
    const as = (person: typeof BOB, walk: (page: Page) => Promise<void>): Promise<void> =>
      withPage(browser, options, async (page) => {
        page.on('console', (message) => objections.push(message.text()));
        page.on('pageerror', (error) => objections.push(String(error)));
        await page.goto(`${server.issuer}/console`);
        await keyboard.type(page, 'Username', person.username);
        await keyboard.type(page, 'Password', person.password);
        await keyboard.press(page, 'Sign in');
        expect(page.url()).toBe(`${server.issuer}/console`);
        await walk(page);
      });
    const look = async (page: Page): Promise<void> => void found.push(...(await pageFaults(page)));
    const state = (page: Page): Promise<string | null> => page.locator('.page-head .tag').first().textContent();
    const openMenu = (page: Page): Promise<void> => page.locator('.menu > summary').press('Enter');
    let id = '';

    await as(ADMIN, async (page) => {
      await look(page);
      await keyboard.follow(page, 'Agents');
      await keyboard.follow(page, 'Register an agent');
      await look(page);
      await keyboard.type(page, 'Name', name);
      await keyboard.type(page, 'Purpose', 'Finds free days');
      await keyboard.type(page, 'Another owner', scene.person.username);
      await keyboard.choose(page, 'Environment', 'production');
      await keyboard.type(page, 'Public keys', JSON.stringify((await newKeyPair()).publicJwk));
      await keyboard.press(page, 'Register the agent');
      id = page.url().split('/').at(-1)?.split('?')[0] ?? '';
      expect(id).toMatch(/^agt_/);
      expect(await state(page)).toBe('pending');
      await look(page);
    });

    await as(scene.person, async (page) => {
      await look(page);
      await keyboard.press(page, `Accept ${name}`);
      expect(await state(page)).toBe('active');
      await look(page);
      await keyboard.press(page, `Suspend ${name}`);
      expect(await state(page)).toBe('suspended');
      await keyboard.press(page, `Resume ${name}`);
      expect(await state(page)).toBe('active');
      await keyboard.follow(page, `Change ${name}`);
      await look(page);
      await keyboard.type(page, 'Contact', 'planner@example.com');
      await keyboard.press(page, 'Save');
      await keyboard.follow(page, 'Add keys');
      await look(page);
      await keyboard.type(page, 'Public keys', JSON.stringify((await newKeyPair()).publicJwk));
      await keyboard.type(page, 'Name', 'Next');
      await keyboard.press(page, 'Add the keys');
      await look(page);
      await keyboard.press(page, 'Remove Next');
      await openMenu(page);
      await keyboard.follow(page, `Hand over ${name}`);
      await look(page);
      await keyboard.type(page, 'New owner', BOB.username);
      await keyboard.press(page, 'Offer the agent');
      await look(page);
      for (const place of ['Agents', 'Findings']) {
        await keyboard.follow(page, place);
        await look(page);
      }
    });

    await as(BOB, async (page) => {
      await keyboard.press(page, `Accept ${name}`);
      expect(await state(page)).toBe('active');
      expect((await scene.management.call('GET', `/agents/${id}`)).body['owner']).not.toBe(scene.accountId);
      await openMenu(page);
      await keyboard.follow(page, `Retire ${name}`);
      await look(page);
      await keyboard.type(page, 'Confirmation', name);
      await keyboard.press(page, 'Retire for good');
      expect(await state(page)).toBe('retired');
      await look(page);
    });

    expect({ found, objections }).toEqual({ found: [], objections: [] });
    const types = (await server.events()).filter(({ agent }) => agent === id).map(({ type }) => type);
    expect(types).toEqual([
      'agent.created',
      'agent.accepted',
      'agent.suspended',
      'agent.resumed',
      'agent.updated',
      'credential.added',
      'credential.removed',
      'agent.transfer_offered',
      'agent.transferred',
      'agent.retired',
    ]);
  }, 400_000);
});
