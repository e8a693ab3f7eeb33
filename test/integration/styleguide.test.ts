/** `/console/styleguide` is a page of development: where the issuer is https there is none, for any user. */
import { afterAll, expect, test } from '@jest/globals';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { freePort } from '../support/free-port.ts';
import { localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

const servers: RunningServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

test('in development a signed-in user sees it, and others are asked to sign in', async () => {
  const server = await runServer();
  servers.push(server);
  const scene = await makeScene(server);
  const browser = newBrowser(server.issuer);
  const at = `${server.issuer}/console/styleguide`;
  expect((await browser.request(at)).status).toBe(303);
  const page = await submitSignIn(browser, await browser.open(`${server.issuer}/console`), scene.person);
  expect(page.status).toBe(200);
  for (const [query, scheme] of [
    ['', 'auto'],
    ['?scheme=dark', 'dark'],
    ['?scheme=constructor', 'auto'],
  ]) {
    const shown = await browser.open(`${at}${query}`);
    expect([shown.status, shown.html.includes(`class="scheme-${scheme}"`)]).toEqual([200, true]);
  }
});

test('in production it is not there, as any page that never was', async () => {
  const authority = await localAuthority();
  try {
    const server = await runServer({ tls: { authority, port: await freePort() }, stores: 'sqlite' });
    servers.push(server);
    const statusOf = async (path: string) => (await authority.ask(`${server.issuer}${path}`)).status;
    expect(await statusOf('/console')).toBe(303);
    expect(await statusOf('/console/nothing-at-all')).toBe(404);
    expect(await statusOf('/console/styleguide')).toBe(404);
  } finally {
    await authority.remove();
  }
});
