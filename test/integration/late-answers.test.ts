/**
 * FT-09: a request that the deadline has answered with 503 goes on behind it, as after a broken connection. What it still keeps in
 * cookies of the browser reaches no browser, and is no failure of the server.
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { type Browser, fillForm, newBrowser } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
const log: string[] = [];
/** Of pino: every request has a line of this level. */
const INFO = 30;

/** Calls of the store that wait: none while it is undefined. */
let held: (() => void)[] | undefined;
const waits =
  <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
  async (...given: A): Promise<R> => {
    if (held) await new Promise<void>((resolve) => held?.push(resolve));
    return call(...given);
  };
const slow = (store: DocumentStore): DocumentStore => ({
  ...store,
  collection(declaration) {
    const collection = store.collection<never>(declaration);
    return {
      ...collection,
      get: waits(collection.get),
      getMany: waits(collection.getMany),
      find: waits(collection.find),
      insert: waits(collection.insert),
      insertMany: waits(collection.insertMany),
      replace: waits(collection.replace),
    } as never;
  },
});
const goOn = async (): Promise<void> => {
  const waiting = held ?? [];
  held = undefined;
  for (const resolve of waiting) resolve();
  await server.settled();
};

beforeAll(async () => {
  const options = { deadlineMilliseconds: 1500, log: (line: string) => void log.push(line) };
  server = await runServer({ stores: 'memory', between: slow, ...options });
  scene = await makeScene(server, { skipConsent: false });
});
afterAll(() => server?.close());

/** Sends a request while the store waits, until the deadline has answered it; then lets the store go on. */
const late = async (send: () => Promise<Response>): Promise<readonly string[]> => {
  const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  log.length = 0;
  held = [];
  const answer = await send();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
  expect(held.length).toBeGreaterThan(0);
  await goOn();
  const warnings = log.filter((line) => JSON.parse(line).level > INFO);
  return [...warnings, ...said.mock.calls.map(String)];
};

const atConsent = async (browser: Browser) => {
  const { url } = scene.authorizationRequest(scene.app, { scope: 'openid read', resource: scene.jwt.identifier });
  const signIn = await browser.open(url);
  const form = signIn.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
  if (!form) throw new Error(`no sign-in on ${signIn.url}`);
  const { username, password } = scene.person;
  return browser.submit(signIn, form, { set: { username, password } });
};

test('FT-09 a prompt that is kept after the deadline: no failure is logged', async () => {
  const { url } = scene.authorizationRequest(scene.app, { scope: 'openid', resource: scene.jwt.identifier });
  expect(await late(() => newBrowser(server.issuer).request(url))).toEqual([]);
});

test('FT-09 a sign-in after the deadline: no failure is logged', async () => {
  const browser = newBrowser(server.issuer);
  const { url } = scene.authorizationRequest(scene.app, { scope: 'openid', resource: scene.jwt.identifier });
  const page = await browser.open(url);
  const form = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
  if (!form) throw new Error(`no sign-in on ${page.url}`);
  const { username, password } = scene.person;
  const body = fillForm(form, { set: { username, password } });
  const target = new URL(form.action, page.url).href;
  expect(await late(() => browser.request(target, { method: 'POST', body }))).toEqual([]);
});

test('FT-09 an answer that is used after the deadline: no failure is logged, and no event says that the server failed', async () => {
  const browser = newBrowser(server.issuer);
  const page = await atConsent(browser);
  const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'allow'));
  if (!form) throw new Error(`no consent on ${page.url}: ${page.text.slice(0, 300)}`);
  const body = fillForm(form, { button: /=allow$/ });
  const answered = await browser.request(new URL(form.action, page.url).href, { method: 'POST', body });
  const next = answered.headers.get('location');
  if (next === null) throw new Error(`no way on: ${answered.status}`);
  const before = server.appended();
  expect(await late(() => browser.request(new URL(next, page.url).href))).toEqual([]);
  expect((await server.eventsSince(before)).filter(({ error }) => error === 'server_error')).toEqual([]);
});
