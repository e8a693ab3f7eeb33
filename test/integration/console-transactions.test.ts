/** One transaction over time: its events of the audit log as a picture and a table. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const AUDITOR: Person = { username: 'aud', password: 'a long enough pass phrase' };

let server: RunningServer;
let scene: Scene;
let auditor: Browser;
/** No role. */
let ada: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  [auditor, ada] = (await Promise.all([AUDITOR, scene.person].map(signedIn))) as [Browser, Browser];
}, 60_000);

afterAll(() => server?.close());

describe('/console/transactions', () => {
  test('draws every event of a transaction once, by party, and lists the same in the order of time', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    await scene.consentToAgent(scene.agent, String(tokens['access_token']), scene.opaque.identifier);
    await server.settled();
    const txn = (await server.events('token.issued')).findLast((event) => event.txn !== undefined)?.txn ?? '';
    expect(txn).toMatch(/^txn_/);
    const events = (await server.events()).filter((event) => event.txn === txn);
    const page = await auditor.open(at(`/console/transactions/${txn}`));
    expect(page.status).toBe(200);
    const marks = [...page.html.matchAll(/<a href="#event-(\d+)" aria-label="([^"]+)">/g)];
    expect(marks.map(([, index]) => Number(index))).toEqual(events.map((_, index) => index));
    expect(marks[0]?.[2]).toMatch(/, granted, after 0 ms$/);
    expect([...page.html.matchAll(/id="event-(\d+)"/g)]).toHaveLength(events.length);
    expect(page.html).toContain(`href="/console/audit?txn=${txn}"`);
    // Reading the audit log is an event, with its filter.
    await server.settled();
    expect((await server.events('audit.read')).at(-1)).toMatchObject({ outcome: 'done', inputs: { filters: { txn } } });
  });

  test('leads to it from its events in the audit log', async () => {
    const { html } = await auditor.open(at('/console/audit?type=token.issued'));
    expect(html).toMatch(/href="\/console\/transactions\/txn_\w+"/);
  });

  test('says of an unknown transaction that it has no event', async () => {
    const page = await auditor.open(at(`/console/transactions/txn_${'a'.repeat(26)}`));
    expect([page.status, page.text.includes('no event of this transaction')]).toEqual([200, true]);
  });

  test('refuses a viewer who may not read the audit log', async () => {
    const before = (await server.events('request.refused')).length;
    const page = await ada.open(at(`/console/transactions/txn_${'a'.repeat(26)}`));
    expect(page.status).toBe(403);
    const [event, ...others] = (await server.events('request.refused')).slice(before);
    expect(event).toMatchObject({ outcome: 'refused', error: 'forbidden', caller: scene.accountId });
    expect(others).toEqual([]);
  });
});
