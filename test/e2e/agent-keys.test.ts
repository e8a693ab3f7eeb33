/** The key of an agent, made in a real browser where the agent is registered: a file for the agent, the public half for the server. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { keyPairFromJwk } from '../support/agent-keys.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { objectionsOf, pageFaults } from '../support/page-faults.ts';
import { keyboard } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A page of the console as the administrator; the browser objects to nothing on it. */
const opened = async (path: string, use: (page: Page) => Promise<void>, options: BrowserContextOptions = {}) =>
  withPage(browser, options, async (page) => {
    const objections = objectionsOf(page);
    await page.goto(`${server.issuer}${path}`);
    await page.locator('[name=username]').fill(ADMIN.username);
    await page.locator('[name=password]').fill(ADMIN.password);
    await page.locator('main form [type=submit]').first().click();
    await page.waitForURL((url) => url.pathname === path);
    await use(page);
    expect(objections).toEqual([]);
  });

const MAKE = 'Make a key in this browser';

/** Presses the button by keyboard, and returns what the browser saved. */
const made = async (page: Page): Promise<{ readonly name: string; readonly key: JWK }> => {
  await page.getByRole('button', { name: MAKE }).focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  return {
    name: download.suggestedFilename(),
    key: JSON.parse(await readFile(await download.path(), 'utf8')) as JWK,
  };
};

/** The bodies that a page sends from now on. */
const bodiesOf = (page: Page): readonly string[] => {
  const bodies: string[] = [];
  page.on('request', (request) => bodies.push(request.postData() ?? ''));
  return bodies;
};

const fieldOf = async (page: Page): Promise<JWK & { readonly keys?: readonly JWK[] }> =>
  JSON.parse(await page.getByLabel('Public keys', { exact: true }).inputValue());

test('an agent is registered with a key of the browser: the private key is in a file only, and authenticates', () =>
  opened('/console/agents/new', async (page) => {
    const sent = bodiesOf(page);
    await keyboard.type(page, 'Name', 'Référencer & Co');
    await keyboard.type(page, 'Purpose', 'Finds references');
    const { name, key } = await made(page);
    expect(name).toBe('referencer-co.jwk.json');
    expect(key).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      d: expect.stringMatching(/^[\w-]{43}$/),
    });
    const { d, ...half } = key;
    expect(await fieldOf(page)).toEqual(half);
    expect(await page.locator('.maker [role=status]').textContent()).toMatch(/^Saved\. Move the file/);
    expect(await pageFaults(page)).toEqual([]);
    await keyboard.press(page, 'Register the agent');
    expect(sent.filter((body) => body.includes(half.x ?? '-'))).toHaveLength(1);
    expect(sent.filter((body) => body.includes(String(d)) || /%22d%22|"d"/.test(body))).toEqual([]);
    const id = /agt_[a-z0-9]+/.exec(page.url())?.[0] ?? '';
    const found = await scene.management.call('GET', `/agents/${id}`);
    expect(JSON.stringify(found.body)).toContain(String(half.kid));
    expect(JSON.stringify(found.body)).not.toContain(String(d));
    const rights = { authority: { [scene.jwt.identifier]: ['read'] }, grant_types: ['client_credentials'] };
    const changed = await scene.management.call('PATCH', `/agents/${id}`, rights, {
      'if-match': String(found.headers.get('etag')),
    });
    expect(changed.status).toBe(200);
    const identity = { clientId: id, key: await keyPairFromJwk(key) };
    const answer = await scene.calls.token(scene.keyed(identity), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
    });
    expect(answer.status).toBe(200);
  }));

test('a second key takes the place of the first, beside a key that was pasted; any other text gives way', () =>
  opened('/console/agents/new', async (page) => {
    const field = page.getByLabel('Public keys', { exact: true });
    const pasted = { ...scene.agent.key.publicJwk };
    await field.fill(JSON.stringify(pasted));
    const { key: first } = await made(page);
    expect((await fieldOf(page)).keys?.map(({ kid }) => kid)).toEqual([pasted.kid, first.kid]);
    const { key: second } = await made(page);
    expect(second.kid).not.toBe(first.kid);
    expect((await fieldOf(page)).keys?.map(({ kid }) => kid)).toEqual([pasted.kid, second.kid]);
    await field.fill('no key');
    const { key: third, name } = await made(page);
    expect((await fieldOf(page)).kid).toBe(third.kid);
    expect(name).toBe('agent.jwk.json');
  }));

test('a key is added to an agent in the same way', () =>
  opened(`/console/agents/${scene.agent.clientId}/credentials/new`, async (page) => {
    const { key } = await made(page);
    await keyboard.press(page, 'Add the keys');
    const identity = { clientId: scene.agent.clientId, key: await keyPairFromJwk(key) };
    const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    expect((await scene.calls.token(scene.keyed(identity), asked)).status).toBe(200);
  }));

test('without scripts there is no button, and the field takes a key', () =>
  opened(
    '/console/agents/new',
    async (page) => {
      expect(await page.getByText(MAKE).isVisible()).toBe(false);
      await page.getByLabel('Name', { exact: true }).fill('By hand');
      await page.getByLabel('Purpose', { exact: true }).fill('Finds references');
      await page.getByLabel('Public keys', { exact: true }).fill(JSON.stringify(scene.agent.key.publicJwk));
      await page.getByRole('button', { name: 'Register the agent' }).click();
      await page.waitForURL(/agt_/);
    },
    { javaScriptEnabled: false },
  ));
