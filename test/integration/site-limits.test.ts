/**
 * RL-03, LG-02, invariant 9: a site with any number of networks (IPv6 /48) has a limit of its own for all that is limited by
 * address, and leaves no more counters in the store than that; nor are proofs of strangers remembered.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dpopProof, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { fillForm, newBrowser, type Page } from '../support/browser-flow.ts';
import { frontRequest } from '../support/front-channel.ts';
import type { Form } from '../support/html-forms.ts';
import {
  type Answer,
  answerOf,
  authentication,
  DEVICE_CODE,
  formOf,
  type Parameters,
  post,
} from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { isOnServers } from '../support/shared-servers.ts';
import { storedIn } from '../support/stored-documents.ts';

/** Of one network; a site has sixteen times as many. */
const LIMIT = 1;
const OF_SITE = 16 * LIMIT;
const NETWORKS = 60;
const OPEN_PER_NETWORK = 8;
const OPEN_PER_DAY = 40;
/** Counters of the networks of an attempt: of its /64 and its /56. */
const NARROWER = 2;
/** Of the site; and of all, of budgets of events and of the minute. */
const OTHERS = 12;

let server: RunningServer;
let scene: Scene;
let native: string;

beforeAll(async () => {
  server = await runServer({
    ...(isOnServers() ? {} : { stores: 'sqlite' }),
    environment: {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1"]',
      BEHALF__LIMITS__SIGNINPERSOURCE: String(LIMIT),
      BEHALF__LIMITS__DEVICEUSERCODEATTEMPTS: String(LIMIT),
      BEHALF__LIMITS__OPENREQUESTSPERNETWORK: String(OPEN_PER_NETWORK),
      BEHALF__REGISTRATION__OPEN: 'true',
      BEHALF__REGISTRATION__PERSOURCEPERHOUR: String(LIMIT),
      BEHALF__REGISTRATION__OPENPERDAY: String(OPEN_PER_DAY),
      BEHALF__MAIL__SMTPURL: 'smtp://127.0.0.1:9',
      BEHALF__MAIL__FROM: 'id@example.com',
      BEHALF__LOG__LEVEL: 'silent',
    },
  });
  scene = await makeScene(server);
  const made = await scene.management.createClient({
    name: 'Native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
  });
  native = made.id;
});
afterAll(() => server?.close());

const pkce = newPkce();
const request = (more: Parameters = {}): Parameters => ({
  client_id: native,
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: 'openid',
  code_challenge: pkce.challenge,
  code_challenge_method: 'S256',
  ...more,
});
const rows = async (): Promise<number> => {
  await server.settled();
  return (await storedIn(server))['ephemeral'] ?? 0;
};
/** Durable documents by collection, except turns of housekeeping. */
const documents = async () =>
  Object.entries(await storedIn(server)).filter(([name]) => name !== 'ephemeral' && !name.endsWith('turns'));
/** Collections with more documents than before. Housekeeping may remove some at any time, such as those of sent notifications. */
const grownSince = async (before: Awaited<ReturnType<typeof documents>>) => {
  const counts = new Map(before);
  return (await documents()).filter(([name, count]) => count > (counts.get(name) ?? 0));
};
/** Networks of one site, each in a /56 of its own. */
const at = (site: string, index: number) => ({
  'x-forwarded-for': `2001:db8:${site}:${(index * 256).toString(16)}::1`,
});

describe('one site, from any of its networks', () => {
  let page: Page;
  beforeAll(async () => {
    page = await newBrowser(server.issuer).open(`${server.issuer}/auth?${formOf(request())}`);
  });

  const send =
    (path: string, pick: (form: Form) => boolean, set: (index: number) => Readonly<Record<string, string>>) =>
    async (site: string) => {
      const browser = newBrowser(server.issuer);
      const shown = await browser.open(path);
      const form = shown.forms.find(pick);
      if (!form) throw new Error(shown.text);
      return (index: number) =>
        frontRequest(browser.fork(), new URL(form.action, shown.url).href, {
          method: 'POST',
          headers: at(site, index),
          body: fillForm(form, { set: set(index) }),
        });
    };
  const authorization = () => `${server.issuer}/auth?${formOf(request())}`;
  const register = async (site: string) => async (index: number) =>
    answerOf(
      await fetch(`${server.issuer}/reg`, {
        method: 'POST',
        headers: { ...at(site, index), 'content-type': 'application/json' },
        body: JSON.stringify({
          client_name: 'Wiki',
          redirect_uris: ['https://new.example.com/callback'],
          token_endpoint_auth_method: 'none',
        }),
      }),
    );

  test.each<
    readonly [
      what: string,
      site: string,
      begin: (site: string) => Promise<(index: number) => Promise<Answer>>,
      attempt: number,
    ]
  >([
    [
      'signs in with a password',
      'a',
      (site) =>
        send(
          authorization(),
          ({ fields }) => fields.some(({ type }) => type === 'password'),
          (index) => ({
            username: `unknown-${index}`,
            password: 'x',
          }),
        )(site),
      // And of the name.
      NARROWER + 1,
    ],
    [
      'signs in with a passkey',
      'b',
      (site) =>
        send(
          authorization(),
          ({ action }) => action.endsWith('/passkey'),
          () => ({ credential: '{}' }),
        )(site),
      NARROWER,
    ],
    [
      'guesses user codes',
      'c',
      async (site) => (index) => post(`${server.issuer}/device`, {}, at(site, index)),
      NARROWER,
    ],
    [
      'asks for new passwords',
      'd',
      (site) =>
        send(
          `${server.issuer}/account/reset`,
          ({ fields }) => fields.some(({ name }) => name === 'username'),
          (index) => ({
            username: `unknown-${index}`,
          }),
        )(site),
      NARROWER,
    ],
    ['registers clients', 'e', register, NARROWER],
  ])('RL-03 %s sixteen times as often as one network, and leaves no more counters', async (_, site, begin, attempt) => {
    const act = await begin(site);
    const before = await rows();
    const statuses: number[] = [];
    for (let index = 0; index < NETWORKS; index += 1) statuses.push((await act(index)).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(
      NETWORKS - Math.min(OF_SITE, OPEN_PER_DAY / (site === 'e' ? 4 : 1)),
    );
    expect(statuses.every((status) => status < 500)).toBe(true);
    expect((await rows()) - before).toBeLessThanOrEqual(OF_SITE * attempt + OTHERS);
    // Another site is not concerned.
    expect((await (await begin(`f${site}`))(0)).status).not.toBe(429);
    expect(page.status).toBe(200);
  });

  test('RL-03 one network of a site does not use up what the site has', async () => {
    const guess = (index: number) => post(`${server.issuer}/device`, {}, at('99', index));
    const own = await Promise.all(Array.from({ length: 3 * OF_SITE }, () => guess(0)));
    expect(own.filter(({ status }) => status === 429)).toHaveLength(3 * OF_SITE - LIMIT);
    expect((await guess(1)).status).toBe(400);
  });

  test('DR-05 one site takes a quarter of the open registrations of a day', async () => {
    // The first test took as many from its site.
    expect((await (await register('e'))(200)).status).toBe(429);
    for (let site = 0; site < 3; site += 1) expect((await (await register(`77${site}`))(0)).status).toBe(201);
  });
});

describe('DP-01 proofs of strangers', () => {
  const MANY = 40;
  let key: KeyPair;
  beforeAll(async () => {
    key = await newKeyPair();
  });
  const proof = (claims: Readonly<Record<string, unknown>> = {}) =>
    dpopProof(key, { method: 'POST', url: scene.calls.endpoints.par, claims });
  const ahead = () => ({ iat: Math.floor(Date.now() / 1000) + 200 });
  const push = async (dpop: string, more: Parameters = {}): Promise<Answer> =>
    post(scene.calls.endpoints.par, request(more), { 'x-forwarded-for': '198.51.100.7', dpop });

  test('pushed by a client that proves nothing, they are remembered nowhere, dated ahead or not', async () => {
    const [kept, open] = [await documents(), await rows()];
    for (let index = 0; index < MANY; index += 1) {
      expect((await push(await proof(index % 2 === 0 ? {} : ahead()))).status).toBe(201);
      expect((await push(await proof(ahead()), { dpop_jkt: 'A'.repeat(43) })).status).toBe(400);
    }
    expect((await rows()) - open).toBeLessThanOrEqual(OPEN_PER_NETWORK + OTHERS);
    expect(await grownSince(kept)).toEqual([]);
  });

  test('such a proof still binds the code to its key, and one that is too old is refused', async () => {
    expect(await push(await proof({ iat: Math.floor(Date.now() / 1000) - 400 }))).toMatchObject({
      status: 400,
      body: { error: 'use_dpop_nonce' },
    });
    const same = await proof();
    // A copy says no more than `dpop_jkt` does, which takes no proof.
    expect([(await push(same)).status, (await push(same)).status]).toEqual([201, 201]);
  });

  test('those of an authenticated client are accepted once', async () => {
    const dpop = await proof();
    const parameters = request({ client_id: scene.app.clientId });
    const pushed = async () => {
      const proven = await authentication(scene.keyed(scene.app), server.issuer);
      return post(scene.calls.endpoints.par, { ...parameters, ...proven.parameters }, { ...proven.headers, dpop });
    };
    expect((await pushed()).status).toBe(201);
    expect((await pushed()).status).toBe(400);
  });
});
