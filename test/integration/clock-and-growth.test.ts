/** What time does: clocks that step (FT-10), and what must not grow or be swept (RL-01, RL-02, RL-03). */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { requestLimit } from '../../src/domain/platform/rate-limits/request-limits.ts';
import type { CollectionDeclaration, Document } from '../../src/domain/ports/document-store.ts';
import { CONSUMPTIONS, GRANTS, PROVIDER_RECORDS, REVOKED_TOKENS } from '../../src/provider/seam/records.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

const DAY = 86_400_000;

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  stopClock();
  server = await runServer({
    stores: 'sqlite',
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

/** Everything there is in a collection. */
const all = async (declaration: CollectionDeclaration): Promise<readonly Document[]> => {
  const found: Document[] = [];
  const collection = server.behalf.services.documents.collection<Document>(declaration);
  for (;;) {
    const last = found.at(-1);
    const page = await collection.find({ limit: 1000, ...(last ? { after: { id: last.id } } : {}) });
    found.push(...page.map(({ document }) => document));
    if (page.length < 1000) return found;
  }
};
const sweepAll = async (batch = 500): Promise<number> => {
  const { documents, ephemeral, clock } = server.behalf.services;
  let removed = 0;
  for (;;) {
    const slices = [
      await ephemeral.sweep(batch),
      ...(await Promise.all(documents.expiring().map((name) => documents.sweep(name, clock.now(), batch)))),
    ];
    for (const slice of slices) removed += slice.removed;
    if (slices.every(({ isDone }) => isDone)) return removed;
  }
};
const own = () =>
  scene.calls.token(scene.keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.jwt.identifier });

describe('FT-10 a clock that steps', () => {
  let start: number;
  beforeAll(() => {
    start = Date.now();
  });
  afterEach(() => {
    jest.setSystemTime(start);
  });

  test.each([
    ['30 s ahead', 30_000],
    ['5 min ahead', 300_000],
    ['1 day ahead', DAY],
    ['30 s back', -30_000],
    ['5 min back', -300_000],
    ['1 day back', -DAY],
  ])('%s: no answer is a failure, and no token gets a life below zero', async (_, step) => {
    advance(step);
    const answer = await own();
    expect([200, 401]).toContain(answer.status);
    if (answer.status === 200) expect(Number(answer.body['expires_in'])).toBeGreaterThan(0);
    expect((await fetch(`${scene.issuer}/.well-known/openid-configuration`)).status).toBe(200);
    const page = await newBrowser(scene.issuer).open(`${scene.issuer}/account`);
    expect(page.status).toBe(200);
  });

  test('what was used or revoked stays so when the clock goes ahead and back', async () => {
    const { calls, keyed, app, jwt, opaque } = scene;
    const code = await scene.newCode(jwt.identifier);
    const tokens = await calls.token(keyed(app), code);
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.body['refresh_token']),
      resource: jwt.identifier,
    };
    expect((await calls.token(keyed(app), refresh)).status).toBe(200);
    const ended = await scene.newTokens(opaque.identifier);
    expect((await calls.revoke(keyed(app), String(ended['access_token']))).status).toBe(200);
    const signed = String((await scene.newTokens(jwt.identifier))['access_token']);
    expect((await calls.revoke(keyed(app), signed)).status).toBe(200);
    // Ahead, so that all this is over, and longer than the node waits between two sweeps; then the clock is set right.
    advance(DAY);
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    for (const back of [0, -30, -300]) {
      jest.setSystemTime(start + back * 1000);
      expect((await calls.token(keyed(app), code)).status).toBe(400);
      expect((await calls.token(keyed(app), refresh)).status).toBe(400);
      const { body } = await calls.introspect(opaque.credential, String(ended['access_token']));
      expect(body['active']).toBe(false);
      expect((await calls.introspect(jwt.credential, signed)).body['active']).toBe(false);
    }
  }, 240_000);

  test('a step back does not make what has a time to live last for ever', async () => {
    const store = memoryEphemeralStore(systemClock);
    await store.set('a', 'v', 60);
    expect(await store.claim('b', 60)).toBe(true);
    advance(-DAY);
    await expect(store.set('c', 'v', 0)).rejects.toThrow(TypeError);
    await expect(store.set('c', 'v', -1)).rejects.toThrow(TypeError);
    advance(DAY + 61_000);
    expect(await store.get('a')).toBeUndefined();
    expect(await store.claim('b', 60)).toBe(true);
  });
});

describe('RL-01 RL-02 growth and sweeping', () => {
  let family: TokenFamily;
  beforeAll(async () => {
    family = await newTokenFamily(scene);
  });

  test('RL-01 over virtual days each collection stays as large as what lives', async () => {
    const grows = [PROVIDER_RECORDS, CONSUMPTIONS, REVOKED_TOKENS, GRANTS];
    const sizes: number[][] = [];
    for (let day = 0; day < 6; day += 1) {
      for (let turn = 0; turn < 3; turn += 1) {
        const tokens = await scene.newTokens(scene.opaque.identifier);
        await scene.calls.token(scene.keyed(scene.app), {
          grant_type: 'refresh_token',
          refresh_token: String(tokens['refresh_token']),
          resource: scene.opaque.identifier,
        });
        await own();
        await scene.calls.revoke(scene.keyed(scene.app), String(tokens['access_token']));
      }
      // Longer than anything lives that was made here.
      advance(60 * DAY);
      await sweepAll(50);
      sizes.push(await Promise.all(grows.map(async (declaration) => (await all(declaration)).length)));
    }
    const [first] = sizes;
    for (const each of sizes) expect(each).toEqual(first);
    expect(Math.max(...(first ?? []))).toBeLessThanOrEqual(2);
  });

  test('RL-02 a sweep deletes nothing that lives and nothing of the audit log, and no more than its limit', async () => {
    const fresh = await newTokenFamily(scene);
    const working = await fresh.survey();
    const auditLog = (await server.events()).length;
    const { documents, ephemeral, clock } = server.behalf.services;
    for (const name of documents.expiring()) {
      expect((await documents.sweep(name, clock.now(), 3)).removed).toBeLessThanOrEqual(3);
    }
    expect((await ephemeral.sweep(3)).removed).toBeLessThanOrEqual(3);
    await sweepAll();
    expect(await fresh.survey()).toEqual(working);
    expect((await server.events()).length).toBeGreaterThanOrEqual(Math.min(auditLog, 1000));
    expect(family.app.clientId).not.toBe(fresh.app.clientId);
  });
});

describe('RL-03 limits', () => {
  test('an IPv6 network is one source', async () => {
    const limited = await runServer({
      stores: 'memory',
      limits: true,
      environment: {
        BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
        BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '5',
      },
    });
    try {
      const from = async (address: string): Promise<number> =>
        (await fetch(`${limited.issuer}/jwks`, { headers: { 'x-forwarded-for': address } })).status;
      const statuses = [];
      for (let host = 1; host <= 8; host += 1) statuses.push(await from(`2001:db8:0:1::${host}`));
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
      expect(await from('2001:db8:0:2::1')).toBe(200);
    } finally {
      await limited.close();
    }
  });

  test('of 64 at once exactly as many pass as the limit says, and keys are bounded', () => {
    const limit = requestLimit(10, systemClock);
    const passed = Array.from({ length: 64 }, () => {
      const isOver = limit.isExceeded('a');
      if (!isOver) limit.count('a');
      return !isOver;
    }).filter(Boolean);
    expect(passed).toHaveLength(10);
  });

  test('of 32 sign-ins at once exactly as many are tried as the limit says; without its counters none is', async () => {
    const limited = await runServer({
      limits: true,
      environment: {
        BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
        BEHALF__PASSWORDS__ARGON2PASSES: '1',
        BEHALF__LIMITS__SIGNINPERACCOUNT: '5',
        BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '0',
        BEHALF__LIMITS__SIGNINPERSOURCE: '100000',
      },
    });
    try {
      const person = { username: 'admin', password: 'not the password' };
      const pages = await Promise.all(
        Array.from({ length: 32 }, async () => {
          const browser = newBrowser(limited.issuer);
          return { browser, page: await browser.open(`${limited.issuer}/account`) };
        }),
      );
      const answers = await Promise.all(pages.map(({ browser, page }) => submitSignIn(browser, page, person)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 429)).toHaveLength(32 - 5);
      const browser = newBrowser(limited.issuer);
      const page = await browser.open(`${limited.issuer}/account`);
      limited.faults.isEphemeralFailing = true;
      const closed = await submitSignIn(browser, page, { ...person, password: 'correct horse battery staple' });
      expect([closed.status, closed.headers.has('retry-after')]).toEqual([503, true]);
    } finally {
      await limited.close();
    }
  });
});
