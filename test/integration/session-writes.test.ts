/** When a request stores the session of its browser again: oidc-provider saves it each time, mostly with nothing new. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sessionIdOf } from '../../src/domain/identity/sessions/session.ts';
import type { Versioned } from '../../src/domain/ports/document-store.ts';
import { PROVIDER_RECORDS, type ProviderRecord } from '../../src/provider/seam/records.ts';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

const LIFE_SECONDS = 3600;

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { BEHALF__SESSIONS__TTLSECONDS: String(LIFE_SECONDS) } });
  scene = await makeScene(server);
}, 60_000);
beforeEach(() => advance(120_000));
afterAll(async () => {
  await server?.close();
  startClock();
});

/** The record of the newest session: no other test signs in at the same second. */
const stored = async (): Promise<Versioned<ProviderRecord>> => {
  const found = await server.behalf.services.documents
    .collection<ProviderRecord>(PROVIDER_RECORDS)
    .find({ where: {}, limit: 1000 });
  const sessions = found.filter(({ document }) => document.model === 'Session');
  const [newest] = sessions.toSorted((one, other) => other.document.expiresAt - one.document.expiresAt);
  if (!newest) throw new Error('there is no session');
  return newest;
};

/** A browser that has signed in, at the consent page of the agent. */
const signedIn = async (): Promise<Browser> => {
  const browser = newBrowser(scene.issuer);
  await submitSignIn(browser, await browser.open(asking()), scene.person);
  return browser;
};

const asking = (): string =>
  scene.authorizationRequest(scene.agent, { scope: 'openid read', resource: scene.jwt.identifier }).url;

const expectConsent = (page: Page): Page => {
  expect({ status: page.status, text: page.text }).toMatchObject({
    status: 200,
    text: expect.stringMatching(/Secretary/),
  });
  return page;
};

describe('a session of which a request changes nothing', () => {
  test('is not stored again within a minute, and is with the first request after it', async () => {
    const browser = await signedIn();
    const before = await stored();
    advance(59_000);
    expectConsent(await browser.open(asking()));
    expect(await stored()).toEqual(before);
    advance(1_000);
    expectConsent(await browser.open(asking()));
    const after = await stored();
    expect(after.version).toBeGreaterThan(before.version);
    expect(after.document.expiresAt).toBe(before.document.expiresAt + 60);
  });

  test('lasts its whole life after the last request, less at most a minute', async () => {
    const browser = await signedIn();
    advance(59_000);
    expectConsent(await browser.open(asking()));
    advance((LIFE_SECONDS - 60) * 1000);
    expectConsent(await browser.open(asking()));
    advance((LIFE_SECONDS + 20) * 1000);
    const page = await browser.open(asking());
    expect(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'password'))).toBe(true);
  });
});

describe('a session that a request changes', () => {
  test('is stored at once: the app that the user signs in to is in it', async () => {
    const browser = await signedIn();
    const before = await stored();
    scene.useBrowser(browser);
    await scene.newTokens(scene.jwt.identifier, 'openid read');
    const after = await stored();
    expect(after.version).toBeGreaterThan(before.version);
    const session = await server.behalf.services.sessions.get(sessionIdOf(String(after.document.uid)));
    expect(session?.apps.map(({ client }) => client)).toContain(scene.app.clientId);
  });

  test('stays as another request left it: a page that changes nothing does not put it back', async () => {
    const browser = await signedIn();
    const other = browser.fork();
    scene.useBrowser(other);
    await scene.newTokens(scene.jwt.identifier, 'openid read');
    const before = await stored();
    expectConsent(await browser.open(asking()));
    expect(await stored()).toEqual(before);
  });
});

describe('a session that has ended', () => {
  test('is not found by the next request of the browser, and not stored again', async () => {
    const browser = await signedIn();
    const { document } = await stored();
    const answer = await scene.management.call('POST', `/sessions/${sessionIdOf(String(document.uid))}/end`);
    expect(answer.status).toBe(200);
    const page = await browser.open(asking());
    expect(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'password'))).toBe(true);
    expect((await server.events('session.ended')).at(-1)).toMatchObject({
      target: { id: sessionIdOf(String(document.uid)) },
      inputs: { how: 'by_api' },
    });
    expect(document.expiresAt).toBeGreaterThan(now());
  });
});
