/**
 * RL-01, invariants 1 and 9: what strangers ask leaves nothing in the stores where a sealed cookie does, and within budgets
 * where it does not, nor do clients leave more than budgets have; a prompt in a cookie is still answered once.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, fillForm, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { authorize, type FrontAnswer, frontRequest } from '../support/front-channel.ts';
import type { Form } from '../support/html-forms.ts';
import { type MemoryNodes, memoryNodes } from '../support/memory-nodes.ts';
import { type Answer, DEVICE_CODE, formOf, type Parameters, post } from '../support/oauth-calls.ts';
import { codeRequest, newPublicClient } from '../support/public-client.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages, makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { isOnServers } from '../support/shared-servers.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { storedIn } from '../support/stored-documents.ts';
import { until } from '../support/until.ts';

const QUICK_HASHES = { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' };
/** Too long for a cookie, and as long as it may be. */
const LONG_STATE = 's'.repeat(4096);

const BEHIND_PROXY = { BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1"]' };
/** On MongoDB and Redis where the run is; rows are counted, so that memory is none. */
const COUNTED = isOnServers() ? {} : ({ stores: 'sqlite' } as const);

const request = (client_id: string, more: Parameters = {}): Parameters =>
  codeRequest(client_id, { state: 'st', nonce: 'n'.repeat(43), ...more });

const signInFormOf = (page: Page): Form => {
  const form = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
  if (!form) throw new Error(`no sign-in on ${page.url}: ${page.text.slice(0, 200)}`);
  return form;
};

/** A browser at the sign-in of an authorization request, and what sends its form. */
const atSignIn = async (server: { readonly issuer: string }, scene: Scene, parameters: Parameters) => {
  const browser = newBrowser(server.issuer);
  const page = await browser.open(`${scene.calls.endpoints.authorization}?${formOf(parameters)}`);
  const form = signInFormOf(page);
  const send = (by: Browser = browser, at = server.issuer): Promise<FrontAnswer> =>
    frontRequest(by, new URL(form.action, page.url).href.replace(server.issuer, at), {
      method: 'POST',
      body: fillForm(form, { set: { username: scene.person.username, password: scene.person.password } }),
    });
  return { browser, page, send, uid: new URL(page.url).pathname.split('/').at(-1) ?? '' };
};

type Jar = ReturnType<Browser['jar']['copy']>;

const changed = (jar: Jar, name: string, value: (before: string) => string): Jar =>
  new Map(
    [...jar].map(([key, cookie]) => [key, key.endsWith(name) ? { ...cookie, value: value(cookie.value) } : cookie]),
  );

describe('what strangers ask', () => {
  let server: RunningServer;
  let scene: Scene;
  let native: string;

  beforeAll(async () => {
    server = await runServer({ ...COUNTED, environment: QUICK_HASHES });
    scene = await makeScene(server);
    native = await newPublicClient(scene);
  });
  afterAll(() => server.close());

  const TIMES = 20;
  const visits: readonly (readonly [what: string, visit: (browser: Browser) => Promise<{ status: number }>])[] = [
    ['GET /auth', (browser) => authorize(browser, scene.calls.endpoints.authorization, request(native))],
    [
      'GET /auth, and the sign-in page',
      (browser) => browser.open(`${scene.calls.endpoints.authorization}?${formOf(request(native))}`),
    ],
    ['GET /device', (browser) => browser.open(`${server.issuer}/device`)],
    [
      'GET /session/end',
      (browser) =>
        browser.open(`${server.issuer}/session/end?${formOf({ client_id: native, state: 'x'.repeat(900) })}`),
    ],
    ['GET /account', (browser) => browser.open(`${server.issuer}/account`)],
    ['GET /account with 4,000 characters', (browser) => browser.open(`${server.issuer}/account?${'x'.repeat(4000)}`)],
    ['GET /console', (browser) => browser.open(`${server.issuer}/console`)],
  ];

  test.each(visits)('%s stores nothing, however often it is asked', async (_, visit) => {
    const before = await storedIn(server);
    for (let time = 0; time < TIMES; time += 1) {
      expect((await visit(newBrowser(server.issuer))).status).toBeLessThan(400);
    }
    expect(await storedIn(server)).toEqual(before);
  });

  test('nor does a browser that keeps its cookies and comes back', async () => {
    const browser = newBrowser(server.issuer);
    await browser.open(`${server.issuer}/device`);
    const before = await storedIn(server);
    for (const [, visit] of visits) for (let time = 0; time < 3; time += 1) await visit(browser);
    expect(await storedIn(server)).toEqual(before);
  });

  test('a user who cancels a sign-in is sent back, and nothing is stored', async () => {
    const { browser, page } = await atSignIn(server, scene, request(native));
    const before = await storedIn(server);
    const { left } = await browser.submit(page, page.forms.find(({ action }) => action.endsWith('/deny')) as Form);
    expect(left?.searchParams.get('error')).toBe('access_denied');
    expect(await storedIn(server)).toEqual(before);
  });

  test('a device is connected by a user who was not signed in when the page was opened', async () => {
    const begun = await scene.calls.device(scene.keyed(scene.app), { scope: 'openid' });
    const browser = newBrowser(server.issuer);
    const page = await browser.open(String(begun.body['verification_uri_complete']));
    expect((await finishOnOurPages(browser, page, { person: scene.person })).status).toBe(200);
    const answer = await scene.calls.token(scene.keyed(scene.app), {
      grant_type: DEVICE_CODE,
      device_code: String(begun.body['device_code']),
    });
    expect([answer.status, typeof answer.body['access_token']]).toEqual([200, 'string']);
  });

  test('signing out without a session leads back to the app', async () => {
    const made = await scene.management.createClient({
      name: 'Web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      post_logout_redirect_uris: ['https://app.example.com/bye'],
    });
    for (const state of ['short', LONG_STATE]) {
      const browser = newBrowser(server.issuer);
      const query = formOf({ client_id: made.id, post_logout_redirect_uri: 'https://app.example.com/bye', state });
      const asked = await browser.open(`${server.issuer}/session/end?${query}`);
      const left = (await browser.submit(asked, asked.forms[0] as Form)).left;
      expect(left?.searchParams.get('state')).toBe(state);
    }
  });

  test('a prompt that is too long for a cookie is stored, and works', async () => {
    const before = (await storedIn(server))['ephemeral'] ?? 0;
    const { browser, page } = await atSignIn(server, scene, request(native, { state: LONG_STATE }));
    expect((await storedIn(server))['ephemeral']).toBe(before + 1);
    const { left } = await submitSignIn(browser, page, scene.person);
    expect([left?.searchParams.get('state'), left?.searchParams.has('code')]).toEqual([LONG_STATE, true]);
  });

  test('an answer fits through a proxy with room for 4 KiB of headers', async () => {
    const answer = await authorize(newBrowser(server.issuer), scene.calls.endpoints.authorization, request(native));
    const bytes = [...answer.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
    expect(bytes).toBeLessThan(4096);
  });
});

describe('a prompt in a cookie', () => {
  let nodes: MemoryNodes;
  let scene: Scene;
  let native: string;

  beforeAll(async () => {
    nodes = await memoryNodes(2);
    scene = await makeScene(nodes);
    native = await newPublicClient(scene);
  });
  afterAll(() => nodes.close());
  afterEach(startClock);

  const second = (): string => `http://localhost:${nodes.nodes[1].port}`;
  const open = (more: Parameters = {}) => atSignIn(nodes, scene, request(native, more));

  test('is answered once: of answers at once, and on two nodes, one counts', async () => {
    for (const state of ['short', LONG_STATE]) {
      const { browser, send } = await open({ state });
      const answers = await Promise.all(
        [nodes.issuer, second(), nodes.issuer, second()].map((at) => send(browser.fork(), at)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 409, 409, 409]);
      expect(answers.filter(({ body }) => body['error'] === 'conflict')).toHaveLength(3);
      // Nor later, elsewhere, with the cookies of before.
      expect((await send(browser.fork(), second())).status).toBe(409);
    }
  });

  test('goes on with its answer once, with cookies that were kept as well', async () => {
    for (const state of ['short', LONG_STATE]) {
      const { browser, send } = await open({ state });
      const answer = await send();
      const kept = [browser.fork(), browser.fork(), browser.fork()];
      const resume = String(answer.location);
      const [, ...others] = await Promise.all([
        ...kept.slice(0, 1).map((each) => frontRequest(each, resume)),
        ...kept.slice(1, 2).map((each) => frontRequest(each, resume.replace(nodes.issuer, second()))),
      ]).then((both) => both.toSorted((a) => (a.parameters['code'] === undefined ? 1 : -1)));
      expect(others.map(({ status, parameters }) => [status, parameters['code']])).toEqual([[400, undefined]]);
      const late = await frontRequest(kept[2] as Browser, resume.replace(nodes.issuer, second()));
      expect([late.status, late.body['error'], late.parameters['code']]).toEqual([400, 'invalid_request', undefined]);
    }
  });

  test('is refused when it was changed, or is of another prompt or browser', async () => {
    const [mine, other] = [await open(), await open()];
    const flip = (value: string): string => `${value.slice(0, -3)}${value.endsWith('AAA') ? 'BBB' : 'AAA'}`;
    const state = (jar: Jar): string =>
      [...jar].find(([key]) => key.endsWith('behalf_interaction_state'))?.[1].value ?? '';
    const jars: Jar[] = [
      changed(mine.browser.jar.copy(), 'behalf_interaction_state', flip),
      changed(mine.browser.jar.copy(), 'behalf_interaction_state', () => 'stored'),
      changed(mine.browser.jar.copy(), 'behalf_interaction_state', () => ''),
      changed(mine.browser.jar.copy(), 'behalf_interaction_state', () => state(other.browser.jar.copy())),
      // A browser that has a prompt of its own, at the address of this one.
      other.browser.jar.copy(),
    ];
    for (const jar of jars) {
      const answer = await mine.send(newBrowser(nodes.issuer, jar));
      expect([answer.status, answer.body['error']]).toEqual([404, 'not_found']);
    }
    expect((await mine.send()).status).toBe(303);
  });

  test('is not an answer: a browser that sends it in place of the answer is not signed in', async () => {
    const { browser, uid } = await open();
    const jar = new Map(browser.jar.copy());
    const asked = [...jar].find(([key]) => key.endsWith('behalf_interaction_state'))?.[1].value ?? '';
    jar.set(`/auth/${uid} behalf_resume_state`, { value: asked, path: `/auth/${uid}` });
    const answer = await frontRequest(newBrowser(nodes.issuer, jar), `${nodes.issuer}/auth/${uid}`);
    expect([answer.status, answer.parameters['code']]).toEqual([400, undefined]);
  });

  test('ends, even if the browser keeps its cookies', async () => {
    const { send } = await open();
    stopClock();
    advance(3601 * 1000);
    expect((await send()).status).toBe(404);
  });
});

describe('budgets of what strangers leave open', () => {
  const PER_NETWORK = 8;
  const PER_CLIENT = 12;
  const TOTAL = 140;
  let server: RunningServer;
  let scene: Scene;
  let native: string;

  beforeAll(async () => {
    server = await runServer({
      ...COUNTED,
      environment: {
        ...QUICK_HASHES,
        BEHALF__LIMITS__OPENREQUESTSPERNETWORK: String(PER_NETWORK),
        BEHALF__LIMITS__OPENREQUESTSPERCLIENT: String(PER_CLIENT),
        BEHALF__LIMITS__OPENREQUESTS: String(TOTAL),
        ...BEHIND_PROXY,
        BEHALF__LOG__LEVEL: 'silent',
      },
    });
    scene = await makeScene(server);
    native = await newPublicClient(scene);
    // A server that has not looked for others yet takes half of the total.
    await until(() => server.behalf.services.nodes.count() === 1, { what: 'that no other node is there' });
    stopClock();
  });
  afterAll(async () => {
    startClock();
    await server.close();
  });

  const rows = async (): Promise<number> => (await storedIn(server))['ephemeral'] ?? 0;
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const push = (address: string, more: Parameters = {}): Promise<Answer> =>
    post(`${server.issuer}/request`, request(native, more), from(address));
  const device = (address: string): Promise<Answer> =>
    post(`${server.issuer}/device/auth`, { client_id: native, scope: 'openid' }, from(address));
  const browserAt = (address: string): Browser => newBrowser(server.issuer, undefined, from(address));
  const use = (address: string, pushed: Answer): Promise<FrontAnswer> =>
    authorize(browserAt(address), scene.calls.endpoints.authorization, {
      client_id: native,
      request_uri: String(pushed.body['request_uri']),
    });

  test('one network has so many pushed requests, of which the oldest go first', async () => {
    const before = await rows();
    const pushed: Answer[] = [];
    for (let index = 0; index < PER_NETWORK + 3; index += 1) pushed.push(await push('198.51.100.1'));
    expect((await rows()) - before).toBe(PER_NETWORK);
    const used = await Promise.all(pushed.map((each) => use('198.51.100.1', each)));
    expect(used.map(({ parameters }) => parameters['error'])).toEqual([
      ...Array(3).fill('invalid_request_uri'),
      ...Array(PER_NETWORK).fill(undefined),
    ]);
  });

  test('a request of more than 4 KiB counts more than once', async () => {
    const before = await rows();
    for (let index = 0; index < PER_NETWORK; index += 1) await push('198.51.100.2', { state: LONG_STATE });
    expect((await rows()) - before).toBeLessThanOrEqual(PER_NETWORK / 2);
  });

  test('a client that proves who it is has a budget of its own, of which its oldest go first', async () => {
    const before = await rows();
    const pushed: Answer[] = [];
    for (let index = 0; index < PER_CLIENT + 3; index += 1) {
      pushed.push(await scene.calls.push(scene.keyed(scene.app), codeRequest(scene.app.clientId)));
    }
    expect(new Set(pushed.map(({ status }) => status))).toEqual(new Set([201]));
    // With each a claim of the assertion.
    expect((await rows()) - before).toBe(PER_CLIENT + PER_CLIENT + 3);
    const ends = await Promise.all(
      pushed.slice(0, 5).map(({ body }) =>
        authorize(browserAt('198.51.100.9'), scene.calls.endpoints.authorization, {
          client_id: scene.app.clientId,
          request_uri: String(body['request_uri']),
        }),
      ),
    );
    const GONE = 'invalid_request_uri';
    expect(ends.map(({ parameters }) => parameters['error'])).toEqual([GONE, GONE, GONE, undefined, undefined]);
  });

  test('in bytes as well: a request of more than 4 KiB takes more than one place', async () => {
    const before = await rows();
    const times = PER_CLIENT + 2;
    for (let index = 0; index < times; index += 1) {
      await scene.calls.push(scene.keyed(scene.app), request(scene.app.clientId, { state: LONG_STATE }));
    }
    // Those of before are gone.
    expect((await rows()) - before - times).toBeLessThanOrEqual(PER_CLIENT / 2 - PER_CLIENT);
  });

  test('a pushed request that was used is removed, and takes no place any more', async () => {
    advance(100_000);
    const browser = browserAt('198.51.100.10');
    const pushOnce = async () => ({
      client_id: scene.app.clientId,
      request_uri: String(
        (await scene.calls.push(scene.keyed(scene.app), codeRequest(scene.app.clientId))).body['request_uri'],
      ),
    });
    const [oldest, used] = [await pushOnce(), await pushOnce()];
    const page = await browser.open(`${scene.calls.endpoints.authorization}?${formOf(used)}`);
    const { left } = await submitSignIn(browser, page, scene.person);
    expect(left?.searchParams.has('code')).toBe(true);
    for (let index = 0; index < PER_CLIENT - 1; index += 1) await pushOnce();
    const errorOf = async (parameters: Parameters) =>
      (await authorize(browser, scene.calls.endpoints.authorization, parameters)).parameters['error'];
    expect([await errorOf(used), await errorOf(oldest)]).toEqual(['invalid_request_uri', undefined]);
  });

  test('device codes have a budget of their own, and go with their user codes', async () => {
    const before = await rows();
    const begun: Answer[] = [];
    for (let index = 0; index < PER_NETWORK + 2; index += 1) begun.push(await device('198.51.100.3'));
    expect((await rows()) - before).toBe(2 * PER_NETWORK);
    const poll = ({ body }: Answer): Promise<Answer> =>
      post(`${server.issuer}/token`, {
        client_id: native,
        grant_type: DEVICE_CODE,
        device_code: String(body['device_code']),
      });
    expect((await poll(begun[0] as Answer)).body['error']).toBe('invalid_grant');
    expect((await poll(begun.at(-1) as Answer)).body['error']).toBe('authorization_pending');
  });

  test('addresses of one IPv6 network share a budget', async () => {
    const before = await rows();
    for (let index = 0; index < 3 * PER_NETWORK; index += 1) await push(`2001:db8:1:2::${index + 1}`);
    expect((await rows()) - before).toBe(PER_NETWORK);
    // And the networks of a site have four times that.
    for (let index = 0; index < 6 * PER_NETWORK; index += 1) await push(`2001:db8:1:${(index + 3).toString(16)}::1`);
    expect((await rows()) - before).toBe(4 * PER_NETWORK);
  });

  test('RL-01 while 200 networks flood, honest sign-ins of 60 seconds complete', async () => {
    advance(3_600_000);
    const before = await rows();
    const [STEP_SECONDS, STEPS, HONEST_PER_STEP] = [6, 10, 2];
    const long = (letter: string) => request(native, { state: letter.repeat(1500) });
    const networks = Array.from({ length: 200 }, (_, index) => `10.${index >> 2}.${(index & 3) * 64}.7`);
    /** Each network comes every 60 seconds: half of them with two pushed requests, half with prompts that no cookie holds. */
    const flood = (step: number) =>
      Promise.all(
        networks
          .filter((_, index) => Math.floor(index / 2) % STEPS === step % STEPS)
          .map((address, index) =>
            index % 2 === 0
              ? Promise.all([push(address), push(address)])
              : authorize(browserAt(address), scene.calls.endpoints.authorization, long('s')),
          ),
      );
    const flow = async (index: number) => {
      const address = `203.0.${index}.9`;
      const browser = browserAt(address);
      const parameters =
        index % 2 === 0
          ? { client_id: native, request_uri: String((await push(address)).body['request_uri']) }
          : long('h');
      return { browser, url: `${scene.calls.endpoints.authorization}?${formOf(parameters)}` };
    };

    type Flow = Awaited<ReturnType<typeof flow>> & { page?: Page };
    const begun: Flow[][] = [];
    const ends: string[] = [];
    // They begin at one step, come to the sign-in 18 seconds later, and have signed in after 60.
    for (let step = 0; step < 2 * STEPS; step += 1) {
      if (step < STEPS) {
        const indices = Array.from({ length: HONEST_PER_STEP }, (_, index) => step * HONEST_PER_STEP + index);
        begun.push(await Promise.all(indices.map(flow)));
      }
      await flood(step);
      for (const each of begun[step - 3] ?? []) each.page = await each.browser.open(each.url);
      for (const { browser, page } of begun[step - STEPS] ?? []) {
        const { left, text } = await submitSignIn(browser, page as Page, scene.person);
        ends.push(left?.searchParams.has('code') ? 'code' : (left?.search ?? text.slice(0, 200)));
      }
      advance(STEP_SECONDS * 1000);
    }
    expect(ends).toEqual(Array(STEPS * HONEST_PER_STEP).fill('code'));
    // Redis removes by its own clock.
    if (!isOnServers()) expect((await rows()) - before).toBeLessThan(3 * TOTAL);
  }, 120_000);
});

test('RL-01 parallel requests leave no more than their budget, in any order of their writes', async () => {
  const server = await runServer({ ...COUNTED, environment: { BEHALF__LIMITS__OPENREQUESTSPERNETWORK: '1' } });
  try {
    const client = await newPublicClient(await makeScene(server));
    const before = (await storedIn(server))['ephemeral'] ?? 0;
    const pushed = await Promise.all(
      Array.from({ length: 120 }, () => post(`${server.issuer}/request`, request(client))),
    );
    expect(new Set(pushed.map(({ status }) => status))).toEqual(new Set([201]));
    expect(((await storedIn(server))['ephemeral'] ?? 0) - before).toBeLessThanOrEqual(1);
  } finally {
    await server.close();
  }
});

test('RL-01 several processes share the total: each holds its part', async () => {
  const nodes = await memoryNodes(2, {
    environment: { BEHALF__LIMITS__OPENREQUESTSPERNETWORK: '8', BEHALF__LIMITS__OPENREQUESTS: '100', ...BEHIND_PROXY },
  });
  try {
    const client = await newPublicClient(await makeScene(nodes));
    await until(() => nodes.nodes.every(({ behalf }) => behalf.services.nodes.count() === 2), { what: 'each other' });
    const pushed: Answer[] = [];
    for (let index = 0; index < 60; index += 1) {
      pushed.push(await post(`${nodes.issuer}/request`, request(client), { 'x-forwarded-for': `10.1.${index}.1` }));
    }
    const errors = await Promise.all(
      pushed.map(async ({ body }) => {
        const parameters = { client_id: client, request_uri: String(body['request_uri']) };
        return (await authorize(newBrowser(nodes.issuer), `${nodes.issuer}/auth`, parameters)).parameters['error'];
      }),
    );
    expect(errors.filter((error) => error === undefined)).toHaveLength(50);
    expect(errors.filter((error) => error === 'invalid_request_uri')).toHaveLength(10);
  } finally {
    await nodes.close();
  }
});
