/** Findings in `/console`, in a real browser, with nothing but the keyboard: adopted, dismissed, quarantined, and undone. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium, withPage } from '../support/chromium.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { undeclaredAgent } from '../support/undeclared-agent.ts';

// Each finding arises from tokens, on a machine that others work on.
jest.setTimeout(180_000);

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['wide, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['320 px, dark', { viewport: { width: 320, height: 700 }, colorScheme: 'dark' }],
];

describe.each(WAYS)('%s, by keyboard', (way, options) => {
  test('an operator adopts, dismisses and quarantines, and takes decisions back; axe finds nothing on the way', async () => {
    const [adopted, dismissed, quarantined] = await Promise.all(
      ['Report agent', 'Night agent', 'Sales agent'].map((name) => undeclaredAgent(scene, `${name} ${way}`)),
    );
    const found: string[] = [];
    const stateOf = async (finding: string | undefined): Promise<unknown> =>
      (await scene.management.call('GET', `/findings/${finding}`)).body['state'];

    await withPage(browser, options, async (page) => {
      const objected = objectionsOf(page);
      const look = async (): Promise<void> => void found.push(...(await pageFaults(page)));
      const said = (text: string) => page.getByText(text, { exact: true }).first().waitFor();
      const open = (finding: string | undefined): Promise<unknown> =>
        page.goto(`${server.issuer}/console/findings/${finding}`);
      await page.goto(`${server.issuer}/console/findings`);
      await keyboard.type(page, 'Username', ADMIN.username);
      await keyboard.type(page, 'Password', ADMIN.password);
      await keyboard.press(page, 'Sign in');
      expect(page.url()).toBe(`${server.issuer}/console/findings`);
      await look();

      await keyboard.follow(page, `Adopt Report agent ${way}`);
      await look();
      await keyboard.type(page, 'Owner', scene.person.username);
      await keyboard.type(page, 'Purpose', 'Writes reports');
      await keyboard.choose(page, 'Environment', 'test');
      await keyboard.press(page, 'Adopt as an agent');
      await said('An agent was registered. Its owner accepts it next.');
      await look();
      expect(await stateOf(adopted?.finding)).toBe('adopted');

      await open(dismissed?.finding);
      expect(await page.getByRole('link', { name: 'Token issued', exact: true }).count()).toBe(5);
      await look();
      await keyboard.follow(page, `Dismiss Night agent ${way}`);
      await keyboard.type(page, 'Reason', 'It exports once each night');
      await keyboard.press(page, 'Dismiss the finding');
      await said('Dismissed.');
      await look();
      expect(await stateOf(dismissed?.finding)).toBe('dismissed');
      await keyboard.press(page, `Undo Night agent ${way}`);
      await said('The finding is open again.');
      expect(await stateOf(dismissed?.finding)).toBe('open');

      await open(quarantined?.finding);
      await keyboard.follow(page, `Quarantine Sales agent ${way}`);
      await look();
      await keyboard.type(page, 'Reason', 'No one knows it');
      await keyboard.press(page, 'Quarantine');
      await said('Suspended. Its tokens and credentials do not work any more.');
      await look();
      expect(await clientState(quarantined?.id)).toBe('disabled');
      await keyboard.press(page, `Undo Sales agent ${way}`);
      expect([await stateOf(quarantined?.finding), await clientState(quarantined?.id)]).toEqual(['open', 'active']);

      await filtered(page, 'adopted');
      await look();
      expect(await page.locator('tbody').textContent()).toContain(`Report agent ${way}`);
      expect(objected).toEqual([]);
    });

    expect(found).toEqual([]);
    const types = ['opened', 'adopted', 'dismissed', 'quarantined', 'reopened'] as const;
    const events = (await Promise.all(types.map((type) => server.events(`finding.${type}`)))).flat();
    const typesOf = (finding: string | undefined) =>
      events.filter(({ target }) => target?.id === finding).map(({ type }) => type);
    expect(typesOf(adopted?.finding)).toEqual(['finding.opened', 'finding.adopted']);
    expect(typesOf(dismissed?.finding)).toEqual(['finding.opened', 'finding.dismissed', 'finding.reopened']);
    expect(typesOf(quarantined?.finding)).toEqual(['finding.opened', 'finding.quarantined', 'finding.reopened']);
  });
});

const clientState = async (id: string | undefined): Promise<unknown> =>
  (await scene.management.call('GET', `/clients/${id}`)).body['state'];

const filtered = async (page: Page, state: string): Promise<void> => {
  await page.goto(`${server.issuer}/console/findings`);
  await keyboard.choose(page, 'State', state);
  await keyboard.press(page, 'Apply');
};
